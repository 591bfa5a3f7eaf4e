//! Charsets: the few that need no tables here, the others through the edge.

use super::{Raw, Span, Text, map::Map};

/// Decodes bytes of the charset with that label (RFC 2978 name or alias) and gives `None` where it
/// is not known.
///
/// Tables of multi-byte charsets are big and both edges have them already: a terminal brings
/// `encoding_rs`, the page the browser's own `TextDecoder`.
pub type CharsetDecoder = fn(label: &str, bytes: &[u8]) -> Option<String>;

/// A decoder that knows nothing, for where no charset matters.
#[must_use]
pub fn no_decoder(_label: &str, _bytes: &[u8]) -> Option<String> {
    None
}

impl Raw {
    /// Makes text of the bytes: UTF-8 as it is, other charsets by `decoder`, and what cannot be
    /// decoded byte by byte as ISO 8859-1, so that nothing is lost.
    #[must_use]
    pub fn decode(&self, label: Option<&str>, decoder: CharsetDecoder) -> Text {
        match label.map(str::trim) {
            Some(label) if !is_superset_of_ascii_read_as_utf8(label) => {
                self.decode_lines(label, decoder)
            }
            _ if memchr::memmem::find(&self.bytes, JAPANESE).is_some() => {
                self.decode_lines("iso-2022-jp", decoder)
            }
            _ => self.decode_utf8(),
        }
    }

    /// Line by line, so that a value's span is at most the line it stands on; stateful charsets go
    /// back to ASCII at each line end (RFC 1468).
    fn decode_lines(&self, label: &str, decoder: CharsetDecoder) -> Text {
        let mut text = Builder::default();
        let mut at = 0;
        for line in self.bytes.split_inclusive(|&byte| byte == b'\n') {
            let content = line.strip_suffix(b"\n").unwrap_or(line);
            let plain = content.is_ascii() && !content.contains(&0x1b) && !content.contains(&b'+');
            match decoder(label, content).filter(|_| !plain) {
                Some(decoded) if decoded.as_bytes() != content => {
                    text.replace(&decoded, &self.map, at..at + content.len());
                    let end = line.get(content.len()..).unwrap_or_default();
                    text.copy_lossy(end, &self.map, at + content.len());
                }
                _ => text.copy_lossy(line, &self.map, at),
            }
            at += line.len();
        }
        text.finish()
    }

    fn decode_utf8(&self) -> Text {
        if let Ok(string) = std::str::from_utf8(&self.bytes) {
            return Text {
                string: string.to_owned().into(),
                map: self.map.clone(),
            };
        }
        let mut text = Builder::default();
        text.copy_lossy(&self.bytes, &self.map, 0);
        text.finish()
    }
}

/// The escape sequence by which ISO-2022-JP (RFC 1468) goes over to two bytes a character; mail
/// systems leave its name out where they quote a user's name.
const JAPANESE: &[u8] = b"\x1b$";

#[derive(Default)]
struct Builder {
    string: String,
    map: Map,
}

impl Builder {
    fn replace(&mut self, by: &str, map: &Map, range: std::ops::Range<usize>) {
        self.string.push_str(by);
        self.map.push_replacement(by.len(), map, range);
    }

    /// Copies bytes that stand at `at` of the text behind `map`; bytes that are no UTF-8 are read
    /// as ISO 8859-1.
    fn copy_lossy(&mut self, bytes: &[u8], map: &Map, mut at: usize) {
        for chunk in bytes.utf8_chunks() {
            let valid = chunk.valid();
            self.string.push_str(valid);
            self.map.append(&map.slice(at..at + valid.len()));
            at += valid.len();
            for &byte in chunk.invalid() {
                let character = char::from(byte);
                self.string.push(character);
                self.map
                    .push_replacement(character.len_utf8(), map, at..at + 1);
                at += 1;
            }
        }
    }

    fn finish(self) -> Text {
        Text {
            string: self.string.into(),
            map: self.map,
        }
    }
}

/// Charsets for which the UTF-8 path, with its fallback to ISO 8859-1, is right.
fn is_superset_of_ascii_read_as_utf8(label: &str) -> bool {
    ["utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1"]
        .iter()
        .any(|known| label.eq_ignore_ascii_case(known))
}

impl Text {
    /// Text that stands at the beginning of the input, byte for byte; for tests and for text that
    /// an edge already holds as a string.
    #[must_use]
    pub fn from_string(string: &str) -> Self {
        let mut map = Map::default();
        map.push(Span {
            start: 0,
            end: string.len(),
        });
        Self {
            string: string.to_owned().into(),
            map,
        }
    }
}
