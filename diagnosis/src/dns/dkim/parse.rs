//! Text to key record.

use crate::base64::{STANDARD, decode, encode};

use super::{
    super::{Fault, FaultKind, Tag, tag_list},
    Breakage, Key, KeyRecord, KeyType, fault, modulus_bits, rsa, slips,
};

/// The wrapping that tools put around an Ed25519 key (RFC 8410, section 4); DKIM takes the 32
/// octets behind it.
const ED25519_WRAPPING: &[u8] = &[
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// Reads a key record.
///
/// # Errors
///
/// The first [`Fault`] of its form: such a record is no key (RFC 6376, section 6.1.2).
pub fn parse(record: &str) -> Result<KeyRecord, Fault> {
    if slips::is_bare_key(record) {
        let key = match slips::is_private(record) {
            true => Key::Private,
            false => return Err(fault(FaultKind::Missing("p"), 0)),
        };
        return Ok(KeyRecord::of(key));
    }
    // A note may hold anything; elsewhere these two are left over from somebody's quoting.
    if let Some(at) = record.find(['"', '\\'])
        && !in_note(record, at)
    {
        return Err(fault(FaultKind::Quoted, at));
    }
    let (tags, faults) = tag_list(record);
    if let Some(first) = faults.into_iter().next() {
        return Err(first);
    }
    version(&tags)?;
    let value = |name: &str| tags.iter().find(|tag| tag.name == name);
    let Some(key) = value("p") else {
        return Err(fault(FaultKind::Missing("p"), record.len()));
    };
    let listed = |name: &str, words: &[&str]| {
        value(name).map(|tag| {
            let mut found = tag.value.split(':').map(str::trim);
            found.any(|word| words.contains(&word))
        })
    };
    let key_type = match value("k").map(|tag| tag.value) {
        None | Some("rsa") => KeyType::Rsa,
        Some("ed25519") => KeyType::Ed25519,
        Some(other) => KeyType::Other(other.to_owned()),
    };
    Ok(KeyRecord {
        key: read_key(key, &key_type),
        key_type,
        testing: listed("t", &["y"]).unwrap_or(false),
        strict: listed("t", &["s"]).unwrap_or(false),
        for_mail: listed("s", &["*", "email"]).unwrap_or(true),
        sha256: listed("h", &["sha256"]).unwrap_or(true),
    })
}

/// RFC 6376, section 3.6.1: `v=` may be left out; where it stands, it is first and `DKIM1`.
fn version(tags: &[Tag<'_>]) -> Result<(), Fault> {
    let at = tags.iter().position(|tag| tag.name == "v");
    match at.and_then(|at| Some((at, tags.get(at)?))) {
        Some((0, tag)) if tag.value != "DKIM1" => Err(fault(FaultKind::Value("v"), tag.value_at)),
        Some((1.., tag)) => Err(fault(FaultKind::VersionNotFirst, tag.at)),
        _ => Ok(()),
    }
}

fn in_note(record: &str, at: usize) -> bool {
    let before = record.get(..at).unwrap_or_default();
    let tag = before.rsplit(';').next().unwrap_or_default();
    tag.trim_start().starts_with("n=")
}

fn read_key(tag: &Tag<'_>, key_type: &KeyType) -> Key {
    if tag.value.is_empty() {
        return Key::Revoked;
    }
    if slips::is_private(tag.value) {
        return Key::Private;
    }
    if matches!(key_type, KeyType::Other(_)) {
        return Key::Unread;
    }
    if tag.value.contains(slips::PEM_LINE) {
        return Key::Broken(Breakage::FileLines);
    }
    // base64string (RFC 6376, section 2.10) has folding white space anywhere, and its padding may
    // be left out.
    let plain: String = tag.value.split_ascii_whitespace().collect();
    let plain = plain.trim_end_matches('=');
    let Some(bytes) = decode(STANDARD, plain) else {
        return Key::Broken(not_base64(tag));
    };
    let breakage = match key_type {
        KeyType::Ed25519 => {
            if bytes.len() == 32 {
                return Key::Bits(256);
            }
            match bytes.strip_prefix(ED25519_WRAPPING) {
                Some(bare) if bare.len() == 32 => Breakage::Wrapped {
                    bare: encode(STANDARD, bare) + "=",
                },
                _ if bytes.len() < 32 => Breakage::Cut,
                _ => Breakage::NoKey,
            }
        }
        _ => match modulus_bits(&bytes) {
            Some(bits) => return Key::Bits(bits),
            None if rsa::is_cut(&bytes) => Breakage::Cut,
            None => Breakage::NoKey,
        },
    };
    Key::Broken(breakage)
}

/// Where base64 ends; a key of an odd length has lost its end.
fn not_base64(tag: &Tag<'_>) -> Breakage {
    let stands = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    let white = |c: char| c.is_ascii_whitespace();
    let padding = tag.value.trim_end_matches(|c| c == '=' || white(c));
    match padding.find(|c: char| !stands(c) && !white(c)) {
        Some(at) => Breakage::Base64 {
            at: tag.value_at + at,
        },
        None => Breakage::Cut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Keys made for these tests.
    const RSA_512: &str = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAM6zvwLV+anxlBdAgMOZJhxfjfZd4JjYW/BUT1KOFx3a8yfQQiw0UAD/W9GVYEZomk+jGHFGQIP0IBa+fei+MM0CAwEAAQ==";
    const RSA_1024: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCU8QG5kG0ZYA0lpw+TG5FFsY7+e6+Dn4EsZKD7hDX1LnkVk3DnYkknPTUvtcpLmgLtl2G7G1Dta1Zfv0hayLx7/b4Tkuawf3aQqr3C07zxBhg8Da3BVhooRcCMmnVmPAbO0bE2q+fbDwVJorZJgsCluB7dOuvOgGWWzeSt85w4WQIDAQAB";
    const RSA_1024_BARE: &str = "MIGJAoGBAJTxAbmQbRlgDSWnD5MbkUWxjv57r4OfgSxkoPuENfUueRWTcOdiSSc9NS+1ykuaAu2XYbsbUO1rVl+/SFrIvHv9vhOS5rB/dpCqvcLTvPEGGDwNrcFWGihFwIyadWY8Bs7RsTar59sPBUmitkmCwKW4Ht06686AZZbN5K3znDhZAgMBAAE=";
    const RSA_2048: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu17hGCD0GkoAfq5cAQMcmfp1ycVCGlZNqLCSpbVfh1iwk2DMH6dTQhaCBOCH5wyxqauqi0ddH6N4xuL5zoDsbVzE1hSTNe8FuT/1KC0N+B7PPUR5S6VRbmbbFijXvoZQagWHnV5MUAKD91byVytVaT7wVfVDF6/Sxi85R05iumNbfapuznauUx1uGNsyhmfX5WI/bGU1z4QECP9PDL9ngsC+BODg/SG9nT6D1MbjLGg6/ilnAq2vIUNZtjoerxmfHZ8T9EvS+cHffoph77pg+npF7xc6lB9+pMR6iEUaB3oml9uKX5tRSfH+XfWE5S+4t0SvFAVbRvHW71r7770fjQIDAQAB";
    const RSA_2048_BARE: &str = "MIIBCgKCAQEAu17hGCD0GkoAfq5cAQMcmfp1ycVCGlZNqLCSpbVfh1iwk2DMH6dTQhaCBOCH5wyxqauqi0ddH6N4xuL5zoDsbVzE1hSTNe8FuT/1KC0N+B7PPUR5S6VRbmbbFijXvoZQagWHnV5MUAKD91byVytVaT7wVfVDF6/Sxi85R05iumNbfapuznauUx1uGNsyhmfX5WI/bGU1z4QECP9PDL9ngsC+BODg/SG9nT6D1MbjLGg6/ilnAq2vIUNZtjoerxmfHZ8T9EvS+cHffoph77pg+npF7xc6lB9+pMR6iEUaB3oml9uKX5tRSfH+XfWE5S+4t0SvFAVbRvHW71r7770fjQIDAQAB";
    const ED25519: &str = "r2u8hFaCxjZwpJBFppQWzTnrQC19BMPp8qUsL8B/R7o=";
    const ED25519_WRAPPED: &str = "MCowBQYDK2VwAyEAr2u8hFaCxjZwpJBFppQWzTnrQC19BMPp8qUsL8B/R7o=";
    const EC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmBQnzd4C/6qHqPCJvT5XhKYmU3fEswu0umHY1RjkmIbApZ1U5rpfXn7fEh3LDXuYxXVun0WEe+OEb7/TXxGqMw==";

    /// The example of RFC 8463, appendix A.2.
    const ED25519_OF_THE_RFC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    #[track_caller]
    fn key(record: &str) -> Key {
        parse(record).unwrap().key
    }

    #[test]
    fn keys_are_measured() {
        let rsa = [
            (RSA_512, 512),
            (RSA_1024, 1024),
            (RSA_1024_BARE, 1024),
            (RSA_2048, 2048),
            (RSA_2048_BARE, 2048),
        ];
        for (text, bits) in rsa {
            assert_eq!(key(&format!("v=DKIM1; k=rsa; p={text}")), Key::Bits(bits));
            assert_eq!(key(&format!("p={text}")), Key::Bits(bits));
            // Folded, and without padding.
            let (front, back) = text.split_at(40);
            let folded = format!("p = {front}\r\n\t {} ;", back.trim_end_matches('='));
            assert_eq!(key(&folded), Key::Bits(bits));
        }
        for text in [ED25519, ED25519_OF_THE_RFC] {
            let record = format!("v=DKIM1; k=ed25519; p={text}");
            assert_eq!(key(&record), Key::Bits(256));
        }
    }

    #[test]
    fn what_is_no_key_says_why() {
        assert_eq!(key("v=DKIM1; p="), Key::Revoked);
        assert_eq!(key("v=DKIM1; k=dsa; p=AAAA"), Key::Unread);
        assert_eq!(key("k=RSA; p=AAAA"), Key::Unread);
        let broken = |record: &str| match key(record) {
            Key::Broken(breakage) => breakage,
            other => panic!("{record}: {other:?}"),
        };
        assert_eq!(broken("p=MI!G"), Breakage::Base64 { at: 4 });
        assert_eq!(broken("p=MIG=f"), Breakage::Base64 { at: 5 });
        for end in [10, 101, 200, RSA_2048.len() - 4] {
            let record = format!("p={}", &RSA_2048[..end]);
            assert_eq!(broken(&record), Breakage::Cut, "{end}");
        }
        assert_eq!(broken("k=ed25519; p=AAAA"), Breakage::Cut);
        assert_eq!(broken("p=AAAA"), Breakage::NoKey);
        assert_eq!(broken(&format!("p={EC}")), Breakage::NoKey);
        assert_eq!(broken(&format!("p={ED25519}")), Breakage::NoKey);
        let rsa = format!("k=ed25519; p={RSA_1024}");
        assert_eq!(broken(&rsa), Breakage::NoKey);
        assert_eq!(
            broken(&format!("k=ed25519; p={ED25519_WRAPPED}")),
            Breakage::Wrapped {
                bare: ED25519.to_owned()
            }
        );
    }

    #[test]
    fn flags_and_lists_are_read() {
        let record = |tags: &str| parse(&format!("v=DKIM1; {tags}; p=")).unwrap();
        assert!(record("t=y").testing && !record("t=y").strict);
        assert!(record("t = x : s : y").testing && record("t=s:y").strict);
        assert!(!record("t=Y").testing);
        assert!(record("s=*").for_mail && record("s=tlsrpt:email").for_mail);
        assert!(!record("s=tlsrpt").for_mail && record("n=s").for_mail);
        assert!(record("h=sha1:sha256").sha256 && !record("h=sha1").sha256);
        assert!(record("unknown=1; n=\"a\\b\"").sha256);
    }

    #[test]
    fn faults_of_form_say_where() {
        let fault = |record: &str| {
            let fault = parse(record).unwrap_err();
            (fault.kind, fault.at)
        };
        assert_eq!(fault("v=dkim1; p="), (FaultKind::Value("v"), 2));
        assert_eq!(fault("v=DKIM1.0; p="), (FaultKind::Value("v"), 2));
        assert_eq!(fault("k=rsa; v=DKIM1; p="), (FaultKind::VersionNotFirst, 7));
        assert_eq!(fault("v=DKIM1; k=rsa"), (FaultKind::Missing("p"), 14));
        assert_eq!(fault("v=DKIM1; P=x"), (FaultKind::Missing("p"), 12));
        assert_eq!(fault("\"v=DKIM1; p=\""), (FaultKind::Quoted, 0));
        assert_eq!(fault("v=DKIM1\\; p="), (FaultKind::Quoted, 7));
        assert_eq!(fault("v=DKIM1; p=a; p=b"), (FaultKind::Duplicate, 14));
        assert_eq!(fault("v=DKIM1; k rsa; p="), (FaultKind::Equals, 9));
        assert_eq!(fault("v=DKIM1; k=r\u{e9}; p="), (FaultKind::Character, 12));
        assert_eq!(fault(""), (FaultKind::Empty, 0));
    }

    #[test]
    fn other_records_are_no_keys() {
        let others = [
            "v=spf1 -all",
            "v=spf1 ip4:192.0.2.1; p=1",
            "v=DMARC1; p=none",
            "google-site-verification=abc",
            "v=TLSRPTv1; rua=mailto:a@b.example",
            "",
        ];
        for other in others {
            assert!(!super::super::is_key_record(other), "{other}");
        }
        let keys = [
            "v=DKIM1; p=",
            "p=",
            "k=rsa;p=AAAA",
            "v=dkim1; p=",
            "v=DKIM1",
            "\"v=DKIM1; p=\"",
            "v=DKIM1\\; p=",
        ];
        for key in keys {
            assert!(super::super::is_key_record(key), "{key}");
        }
    }

    #[test]
    fn hostile_records_do_no_harm() {
        let long = format!("v=DKIM1; p={}", "A".repeat(65_536));
        assert_eq!(key(&long), Key::Broken(Breakage::NoKey));
        assert!(parse(&"a=1;".repeat(20_000)).is_err());
        assert!(parse(&"é\0".repeat(20_000)).is_err());
        // A length that no key has, and elements that are longer than what is around them.
        for bytes in [
            &[0x30, 0x83, 0xff, 0xff, 0xff][..],
            &[0x30, 0x84],
            &[0x30, 0x03, 0x30, 0x7f, 0x06],
        ] {
            let record = format!("p={}", encode(STANDARD, bytes));
            assert!(matches!(key(&record), Key::Broken(_)), "{record}");
        }
    }
}
