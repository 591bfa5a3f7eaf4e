//! What people enter in place of a key record, and the record that was probably meant.

use crate::base64::{STANDARD, decode};

use super::{Key, KeyType, parse, rsa};

/// How the lines around a key in a file begin (RFC 7468, section 2).
pub(super) const PEM_LINE: &str = "-----";

/// Shorter ones are no key but some other word.
const SHORTEST_KEY: usize = 100;

/// Whether a text is a key, and nothing around it says so: the content of a key file, or its base64
/// alone.
pub(super) fn is_bare_key(text: &str) -> bool {
    let text = text.trim();
    if text.starts_with(PEM_LINE) {
        return text.contains("KEY-----");
    }
    // DER of a sequence of this length.
    text.len() >= SHORTEST_KEY && text.starts_with("MI") && bytes(text).is_some()
}

/// Whether a text holds the private key: the file's own words, or DER that has its form.
pub(super) fn is_private(text: &str) -> bool {
    text.contains("PRIVATE KEY-----") || bytes(text).is_some_and(|der| rsa::is_private(&der))
}

/// The content without the lines around it.
pub(super) fn without_lines(text: &str) -> String {
    let mut plain = String::new();
    let mut is_line = false;
    for piece in text.split(PEM_LINE) {
        let names_a_line = piece.starts_with("BEGIN ") || piece.starts_with("END ");
        if !(is_line && names_a_line) {
            plain.push_str(piece);
        }
        is_line = !(is_line && names_a_line);
    }
    plain.split_ascii_whitespace().collect()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let plain = without_lines(text);
    decode(STANDARD, plain.trim_end_matches('='))
}

/// The record that was probably meant, where the key that it holds can be used: one tag list, one
/// public key in base64.
#[must_use]
pub fn mended(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, '"' | '\\')).collect();
    if is_private(&plain) {
        return None;
    }
    let key = match is_bare_key(&plain) {
        true => plain.as_str(),
        false => key_of(&plain)?,
    };
    let key = without_lines(&decoded(key));
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let key = key.trim_matches(|c| !is_key(c));
    let named = plain.to_ascii_lowercase().contains("ed25519");
    let types = match named {
        true => [KeyType::Ed25519, KeyType::Rsa],
        false => [KeyType::Rsa, KeyType::Ed25519],
    };
    let records = types.map(|kind| format!("v=DKIM1; k={}; p={key}", kind.as_str()));
    let is_sound =
        |record: &String| parse(record).is_ok_and(|record| matches!(record.key, Key::Bits(_)));
    records.into_iter().find(is_sound)
}

/// The value of the last `p=` that begins a word.
fn key_of(text: &str) -> Option<&str> {
    let begins = |at: usize| {
        let before = text.get(..at).unwrap_or_default();
        before.is_empty()
            || before.ends_with([';', ',', ':', '='])
            || before.ends_with(char::is_whitespace)
    };
    let mut places = text.rmatch_indices("p=").map(|(at, _)| at);
    let at = places.find(|at| begins(*at))?;
    let behind = text.get(at + 2..)?;
    behind.split([';', ',', ':']).next()
}

/// Forms for the web write these three with a percent sign.
fn decoded(key: &str) -> String {
    key.replace("%2B", "+")
        .replace("%2F", "/")
        .replace("%3D", "=")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCU8QG5kG0ZYA0lpw+TG5FFsY7+e6+Dn4EsZKD7hDX1LnkVk3DnYkknPTUvtcpLmgLtl2G7G1Dta1Zfv0hayLx7/b4Tkuawf3aQqr3C07zxBhg8Da3BVhooRcCMmnVmPAbO0bE2q+fbDwVJorZJgsCluB7dOuvOgGWWzeSt85w4WQIDAQAB";
    const ED25519: &str = "r2u8hFaCxjZwpJBFppQWzTnrQC19BMPp8qUsL8B/R7o=";

    #[test]
    fn the_record_that_was_meant_is_found() {
        let (front, back) = KEY.split_at(100);
        let texts = [
            format!("v=DKIM1\\; k=rsa\\; p={KEY}"),
            format!("\"v=DKIM1; k=rsa; p={front}\" \"{back}\""),
            format!("v=DKIM1: k=rsa: p={KEY}"),
            format!("v=DKIM1 k=rsa p={KEY}"),
            format!("v=DKIM1, k=rsa, p={KEY}"),
            format!("v=dkim1;;p={KEY};"),
            format!("v=DKIM1; p=p={KEY}"),
            format!("v=DKIM1; k=ed25519; p={KEY}"),
            format!("mail._domainkey IN TXT ( \"v=DKIM1; p={KEY}\" )"),
            format!("v=DKIM1; p=-----BEGIN PUBLIC KEY-----{KEY}-----END PUBLIC KEY-----"),
            format!("-----BEGIN PUBLIC KEY----- {front} {back} -----END PUBLIC KEY-----"),
            KEY.to_owned(),
            format!("v=DKIM1; p={}", KEY.replace('+', "%2B")),
        ];
        for text in texts {
            let expected = format!("v=DKIM1; k=rsa; p={KEY}");
            assert_eq!(mended(&text), Some(expected), "{text}");
        }
        let expected = format!("v=DKIM1; k=ed25519; p={ED25519}");
        assert_eq!(mended(&format!("v=DKIM1; p={ED25519}")), Some(expected));
    }

    #[test]
    fn what_holds_no_public_key_is_not_mended() {
        let texts = [
            "",
            "v=DKIM1; k=rsa",
            "v=DKIM1; p=",
            "v=DKIM1; p=AAAA",
            "v=spf1 -all",
            "-----BEGIN PUBLIC KEY-----",
            "-----",
        ];
        for text in texts {
            assert_eq!(mended(text), None, "{text}");
        }
        let private = format!("-----BEGIN RSA PRIVATE KEY-----{KEY}-----END RSA PRIVATE KEY-----");
        assert_eq!(mended(&private), None);
    }

    #[test]
    fn bare_keys_are_told_from_other_texts() {
        assert!(is_bare_key(KEY) && is_bare_key(&format!("{PEM_LINE}BEGIN PUBLIC KEY-----")));
        for other in [
            "",
            "MIGf",
            "MS=ms12345678",
            "google-site-verification=abc",
            PEM_LINE,
        ] {
            assert!(!is_bare_key(other), "{other}");
        }
    }
}
