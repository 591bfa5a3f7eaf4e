//! Escapes of data formats undone, with the map kept: JSON strings (RFC 8259, section 7), doubled
//! quotation marks of CSV (RFC 4180, section 2), and percent-encoded forms.

use std::ops::Range;

use super::Text;

impl Text {
    /// Undoes the escapes inside of a JSON string, also `\'` and `\xNN` as scripts print them. What
    /// is no escape stays as it is.
    #[must_use]
    pub fn without_json_escapes(&self) -> Self {
        self.replaced(b'\\', json_escape)
    }

    /// Two quotation marks become one.
    #[must_use]
    pub fn without_doubled_quotes(&self) -> Self {
        self.replaced(b'"', |rest| {
            rest.starts_with("\"\"").then(|| (2, "\"".to_owned()))
        })
    }

    /// Undoes percent-encoding; a run of it that is no UTF-8 stays as it is.
    #[must_use]
    pub fn without_percent_encoding(&self) -> Self {
        self.replaced(b'%', percent_run)
    }

    /// Replaces what `escape` finds at each `mark`: it gives the length of the escape and what it
    /// stands for.
    fn replaced(&self, mark: u8, escape: impl Fn(&str) -> Option<(usize, String)>) -> Self {
        let mut plain = Self::default();
        let mut copied = 0;
        for at in memchr::memchr_iter(mark, self.string.as_bytes()) {
            if at < copied {
                continue;
            }
            let rest = self.string.get(at..).unwrap_or_default();
            let Some((length, character)) = escape(rest) else {
                continue;
            };
            plain.push_copy(self, copied..at);
            plain.string.push_str(&character);
            plain
                .map
                .push_replacement(character.len(), &self.map, at..at + length);
            copied = at + length;
        }
        if copied == 0 {
            return self.clone();
        }
        plain.push_copy(self, copied..self.string.len());
        plain
    }

    fn push_copy(&mut self, of: &Self, range: Range<usize>) {
        self.string
            .push_str(of.string.get(range.clone()).unwrap_or_default());
        self.map.append(&of.map.slice(range));
    }
}

fn json_escape(rest: &str) -> Option<(usize, String)> {
    let plain = match rest.as_bytes().get(1)? {
        b'"' => '"',
        b'\'' => '\'',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'x' => char::from_u32(hex(rest, 2..4)?)?,
        b'u' => return unicode_escape(rest),
        _ => return None,
    };
    let length = if rest.starts_with("\\x") { 4 } else { 2 };
    Some((length, plain.to_string()))
}

/// `\u00e9`, or a surrogate pair of two.
fn unicode_escape(rest: &str) -> Option<(usize, String)> {
    let first = hex(rest, 2..6)?;
    if let Some(character) = char::from_u32(first) {
        return Some((6, character.to_string()));
    }
    let second = hex(rest.get(6..)?.strip_prefix("\\u")?, 0..4)?;
    let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    String::from_utf16(&units).ok().map(|pair| (12, pair))
}

fn hex(rest: &str, range: Range<usize>) -> Option<u32> {
    let digits = rest.get(range)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// A character in UTF-8 may take up to four encoded bytes; a run is decoded as one.
fn percent_run(rest: &str) -> Option<(usize, String)> {
    const LONGEST: usize = 4;
    let bytes: Vec<u8> = (0..LONGEST)
        .map_while(|index| {
            let at = index * 3;
            let code = rest.get(at..)?.strip_prefix('%')?;
            u8::try_from(hex(code, 0..2)?).ok()
        })
        .collect();
    let (_, character) = (1..=bytes.len()).find_map(|length| {
        let character = std::str::from_utf8(bytes.get(..length)?).ok()?;
        Some((length, character))
    })?;
    Some((character.len() * 3, character.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(decoded: &Text, input: &str, value: &str, needle: &str, written: &str) {
        assert_eq!(decoded.as_str(), value);
        let at = decoded.as_str().find(needle).expect("the needle is there");
        let found: Vec<&str> = decoded
            .spans(at..at + needle.len())
            .iter()
            .map(|span| &input[span.start..span.end])
            .collect();
        assert_eq!(found.join("|"), written);
    }

    #[test]
    fn json_escapes_keep_their_place() {
        let input = r#"550 \"no\"\nsuch \u00fcser \ud83d\ude00 \q \u12"#;
        let decoded = Text::from_string(input).without_json_escapes();
        let value = "550 \"no\"\nsuch üser 😀 \\q \\u12";
        check(&decoded, input, value, "üser", r"\u00fcser");
        check(&decoded, input, value, "😀", r"\ud83d\ude00");
        check(&decoded, input, value, "no", "no");
    }

    #[test]
    fn doubled_quotes_and_forms_keep_their_place() {
        let input = r#"said ""no"" twice"#;
        let decoded = Text::from_string(input).without_doubled_quotes();
        check(&decoded, input, "said \"no\" twice", "\"", "\"\"");

        let input = "a%40b.example%20caf%C3%A9%zz%ff";
        let decoded = Text::from_string(input).without_percent_encoding();
        check(&decoded, input, "a@b.example café%zz%ff", "é", "%C3%A9");
    }

    #[test]
    fn a_lone_surrogate_is_no_character() {
        for input in [r"\ud83d", r"\ud83dA", r"\ude00x", r"\", r"\u+123"] {
            let decoded = Text::from_string(input).without_json_escapes();
            assert_eq!(decoded.as_str(), input);
        }
    }
}
