//! Content-Transfer-Encoding undone, with the map kept (RFC 2045, section 6).

use super::Raw;

impl Raw {
    /// Undoes quoted-printable (RFC 2045, section 6.7). What is no valid escape stays as it is.
    #[must_use]
    pub fn decode_quoted_printable(&self) -> Self {
        let mut decoded = Self::default();
        let mut copied = 0;
        let mut next = 0;
        for equals in memchr::memchr_iter(b'=', self.bytes()) {
            if equals < next {
                continue;
            }
            let (length, byte) = match escape_at(self.bytes(), equals) {
                Escape::Byte(byte) => (3, Some(byte)),
                Escape::SoftBreak(length) => (length, None),
                Escape::None => continue,
            };
            decoded.push_part(self, copied..equals);
            if let Some(byte) = byte {
                decoded.push_replacement(self, equals..equals + length, &[byte]);
            }
            next = equals + length;
            copied = next;
        }
        decoded.push_part(self, copied..self.bytes().len());
        decoded
    }

    /// Undoes base64 (RFC 2045, section 6.8), line by line: a decoded value's span is the line (or
    /// lines) that it was encoded in. Characters outside the alphabet are passed over, as the RFC
    /// asks.
    #[must_use]
    pub fn decode_base64(&self) -> Self {
        let mut decoded = Self::default();
        let mut group = Group::default();
        let mut at = 0;
        for line in self.bytes().split_inclusive(|&byte| byte == b'\n') {
            let content = line.strip_suffix(b"\n").unwrap_or(line);
            let bytes: Vec<u8> = content
                .iter()
                .filter_map(|&byte| group.push(byte))
                .collect();
            decoded.push_replacement(self, at..at + content.len(), &bytes);
            at += line.len();
        }
        decoded
    }
}

enum Escape {
    Byte(u8),
    SoftBreak(usize),
    None,
}

fn escape_at(bytes: &[u8], equals: usize) -> Escape {
    match bytes.get(equals + 1..) {
        Some([b'\n', ..]) => Escape::SoftBreak(2),
        Some([]) => Escape::SoftBreak(1),
        Some([high, low, ..]) => match (hex_value(*high), hex_value(*low)) {
            (Some(high), Some(low)) => Escape::Byte(high << 4 | low),
            _ => trailing_space(bytes, equals),
        },
        _ => Escape::None,
    }
}

/// A soft line break may have white space between `=` and the line end that a gateway added.
fn trailing_space(bytes: &[u8], equals: usize) -> Escape {
    let rest = bytes.get(equals + 1..).unwrap_or_default();
    let blanks = rest
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count();
    match rest.get(blanks) {
        Some(b'\n') if blanks > 0 => Escape::SoftBreak(blanks + 2),
        _ => Escape::None,
    }
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// Base64 symbols on their way to bytes: six bits in, eight out.
#[derive(Default)]
struct Group {
    bits: u32,
    count: u32,
}

impl Group {
    fn push(&mut self, symbol: u8) -> Option<u8> {
        let value = symbol_value(symbol)?;
        self.bits = (self.bits << 6 | u32::from(value)) & 0xffff;
        self.count += 6;
        if self.count < 8 {
            return None;
        }
        self.count -= 8;
        u8::try_from((self.bits >> self.count) & 0xff).ok()
    }
}

fn symbol_value(symbol: u8) -> Option<u8> {
    match symbol {
        b'A'..=b'Z' => Some(symbol - b'A'),
        b'a'..=b'z' => Some(symbol - b'a' + 26),
        b'0'..=b'9' => Some(symbol - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
