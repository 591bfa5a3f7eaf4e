//! A DKIM key record made short: type, bits, flags and four bytes of hash say all that a shared
//! report speaks of.

use crate::base64::{STANDARD, decode};
use crate::dns::{dkim::modulus_bits, tag_value};

/// The record with its key replaced by the size and a hash of it; any other text as it is.
pub(super) fn shortened(record: &str) -> String {
    let Some(key) = tag_value(record, "p").filter(|key| key.len() > 40) else {
        return record.to_owned();
    };
    let kind = tag_value(record, "k").unwrap_or("rsa");
    let flags = tag_value(record, "t").map(|flags| format!("; t={flags}"));
    let plain: String = key.split_whitespace().collect();
    let bits = decode(STANDARD, plain.trim_end_matches('=')).and_then(|key| match kind {
        "ed25519" => Some(key.len() * 8),
        _ => modulus_bits(&key),
    });
    let bits = bits.map_or("size not readable".to_owned(), |bits| {
        format!("{bits} bits")
    });
    format!(
        "k={kind}{}; p=({bits}, hash {:08x})",
        flags.unwrap_or_default(),
        hash(&plain)
    )
}

/// FNV-1a, 32 bits: enough to see whether two records hold the same key.
fn hash(key: &str) -> u32 {
    key.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_by_type_size_and_hash() {
        // 512 bits, made for this test.
        let record = "v=DKIM1; k=rsa; t=y; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKhs/vZXtk57qZjqBlSG5qV8RN9IInDoHTwusdaGax3UDa0ZrvWufa1CoJk7B7/yT6/aKRcQ+h6GqB9rtFcIUvUCAwEAAQ==";
        let short = shortened(record);
        assert!(
            short.starts_with("k=rsa; t=y; p=(512 bits, hash "),
            "{short}"
        );
        assert_eq!(shortened("v=DKIM1; p="), "v=DKIM1; p=");
        assert_eq!(shortened("v=spf1 -all"), "v=spf1 -all");
        let broken = format!("p={}", "x".repeat(60));
        assert!(shortened(&broken).contains("size not readable"));
    }
}
