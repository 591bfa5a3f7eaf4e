//! A DKIM key record made short: type, bits, flags and four bytes of hash say all that a shared
//! report speaks of.

use super::base64::{STANDARD, decode};
use crate::dns::tag_value;

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
        _ => rsa_bits(&key),
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

/// The length of the modulus of an RSA key: `SubjectPublicKeyInfo` (RFC 5280, section 4.1) or, as some
/// publish it, `RSAPublicKey` (RFC 8017, appendix A.1.1) alone.
fn rsa_bits(der: &[u8]) -> Option<usize> {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    const BIT_STRING: u8 = 0x03;
    let (outer, _) = element(der, SEQUENCE)?;
    let modulus = match element(outer, SEQUENCE) {
        Some((_algorithm, behind)) => {
            let (bits, _) = element(behind, BIT_STRING)?;
            let (key, _) = element(bits.get(1..)?, SEQUENCE)?;
            element(key, INTEGER)?.0
        }
        None => element(outer, INTEGER)?.0,
    };
    let significant: Vec<u8> = modulus
        .iter()
        .copied()
        .skip_while(|&byte| byte == 0)
        .collect();
    let first = significant.first()?;
    Some(significant.len() * 8 - usize::try_from(first.leading_zeros()).ok()?)
}

/// The content of the DER element at the beginning, and what stands behind it (X.690, section 8.1).
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if found != tag {
        return None;
    }
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = bytes
                .iter()
                .fold(0, |sum, &byte| sum << 8 | usize::from(byte));
            (length, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
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
