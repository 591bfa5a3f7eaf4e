//! Base64 without padding (RFC 4648), as links and DKIM keys have it.

/// The alphabet of links (section 5).
pub(crate) const URL_SAFE: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The alphabet of everything else (section 4).
pub(crate) const STANDARD: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn encode(alphabet: &[u8; 64], bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, index| {
            bits << 8 | usize::from(group.get(index).copied().unwrap_or(0))
        });
        for digit in 0..=group.len() {
            let value = bits >> (18 - 6 * digit) & 63;
            text.extend(alphabet.get(value).copied().map(char::from));
        }
    }
    text
}

/// `None` where a character is not of the alphabet, or no encoder ends so.
pub(crate) fn decode(alphabet: &[u8; 64], text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for group in text.as_bytes().chunks(4) {
        let mut bits = 0;
        for digit in group {
            bits = bits << 6 | alphabet.iter().position(|known| known == digit)?;
        }
        bits <<= 6 * (4 - group.len());
        let [_, whole @ ..] = u32::try_from(bits).ok()?.to_be_bytes();
        let (kept, left) = whole.split_at_checked(group.len() - 1)?;
        if kept.is_empty() || left.iter().any(|&byte| byte != 0) {
            return None;
        }
        bytes.extend(kept);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_vectors_of_the_rfc_go_both_ways() {
        let vectors = [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in vectors {
            assert_eq!(encode(STANDARD, bytes.as_bytes()), text);
            assert_eq!(decode(STANDARD, text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(encode(URL_SAFE, &[0xfb, 0xff]), "-_8");
        assert_eq!(decode(STANDARD, "+/8"), Some(vec![0xfb, 0xff]));
    }

    #[test]
    fn what_no_encoder_writes_is_refused() {
        for text in ["A", "AAAAA", "Zh", "Zm9", "Zg==", "Z g", "é", "-_8"] {
            assert_eq!(decode(STANDARD, text), None, "{text}");
        }
    }
}
