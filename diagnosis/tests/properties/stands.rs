//! Whether a value stands in the paste where it is said to stand. Where the paste is plain text the
//! bytes at the spans are the value. Where it is encoded there, one of the ways in which mail is
//! encoded gives the value; these are undone here in the simplest way, without the library.

use diagnosis::text::{CharsetDecoder, Span, Spanned};

/// How often one encoding may lie in another: JSON in JSON in base64 in a mail.
const MAX_NESTING: usize = 3;

/// Panics where `value` does not stand at its spans: `is` tells whether a word is the value.
pub(crate) fn expect<T: std::fmt::Debug>(
    paste: &[u8],
    name: &str,
    value: &Spanned<T>,
    is: impl Fn(&str) -> bool,
    decoder: CharsetDecoder,
) {
    assert!(
        !value.spans.is_empty(),
        "{name} {:?} stands nowhere in the paste",
        value.value
    );
    let there = there(paste, &value.spans);
    if is(&there) {
        return;
    }
    assert!(
        may_be_encoded(paste, &value.spans),
        "{name} {:?} is said to stand at {there:?}",
        value.value
    );
    let lines = lines_around(paste, &value.spans);
    assert!(
        holds(lines, &is, decoder, MAX_NESTING) || holds(paste, &is, decoder, MAX_NESTING),
        "{name} {:?} stands nowhere, decoded or not; least of all at {there:?}",
        value.value
    );
}

/// Panics where plain text at the spans is another than the value: but for white space, where lines
/// were joined, and case, in which names are read.
pub(crate) fn expect_text(paste: &[u8], name: &str, value: &Spanned<String>) {
    expect_word(paste, name, value, |word| bare(word) == bare(&value.value));
}

/// Panics where plain text at the spans is not the value.
pub(crate) fn expect_word<T: std::fmt::Debug>(
    paste: &[u8],
    name: &str,
    value: &Spanned<T>,
    is: impl Fn(&str) -> bool,
) {
    let there = there(paste, &value.spans);
    assert!(
        is(&there) || may_be_encoded(paste, &value.spans),
        "{name} {:?} is said to stand at {there:?}",
        value.value
    );
}

/// Without quotation marks and the dot of the root zone.
fn bare(text: &str) -> String {
    let words: String = text
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '"')
        .collect();
    words.trim_end_matches('.').to_owned()
}

fn there(paste: &[u8], spans: &[Span]) -> String {
    let bytes = spans.iter().flat_map(|span| at(paste, *span));
    String::from_utf8_lossy(&bytes.copied().collect::<Vec<u8>>()).into_owned()
}

fn at(paste: &[u8], span: Span) -> &[u8] {
    paste.get(span.start..span.end).unwrap_or_default()
}

/// The whole lines on which the spans lie.
fn lines_around<'a>(paste: &'a [u8], spans: &[Span]) -> &'a [u8] {
    let start = spans.first().map_or(0, |span| span.start);
    let end = spans.last().map_or(start, |span| span.end);
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let before = paste.get(..start).unwrap_or_default();
    let behind = paste.get(end..).unwrap_or_default();
    let start = before.iter().rposition(is_end).map_or(0, |at| at + 1);
    let end = end + behind.iter().position(is_end).unwrap_or(behind.len());
    paste.get(start..end).unwrap_or_default()
}

/// Whether an encoding may have been undone on these lines: there is what one leaves behind, or the
/// paste says that it holds base64, which looks like words.
fn may_be_encoded(paste: &[u8], spans: &[Span]) -> bool {
    let marks = b"\x1b=&\\%+";
    let is_marked = lines_around(paste, spans)
        .iter()
        .any(|byte| !byte.is_ascii() || *byte == 0 || marks.contains(byte));
    let says_base64 = |word: &[u8]| word.eq_ignore_ascii_case(b"base64");
    is_marked || paste.windows("base64".len()).any(says_base64)
}

/// Whether one of the words of the text, or of what it encodes, is the value.
fn holds(text: &[u8], is: &impl Fn(&str) -> bool, decoder: CharsetDecoder, depth: usize) -> bool {
    let string = String::from_utf8_lossy(text);
    let mut words = string.split(|c: char| !c.is_ascii_digit() && c != '.');
    if words.any(|word| is(word.trim_matches('.')) || has_part(word, is)) {
        return true;
    }
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    views(text, decoder)
        .iter()
        .filter(|view| view.as_slice() != text)
        .any(|view| holds(view, is, decoder, depth))
}

/// A code may follow another number at once: `1.2.3.4.5.1.1`, `5505.1.1`.
fn has_part(word: &str, is: &impl Fn(&str) -> bool) -> bool {
    const LONGEST: usize = "5.999.999".len();
    let starts = 0..word.len();
    starts.into_iter().any(|start| {
        let ends = start + 1..=word.len().min(start + LONGEST);
        ends.into_iter()
            .any(|end| word.get(start..end).is_some_and(is))
    })
}

/// The text with each encoding undone.
fn views(text: &[u8], decoder: CharsetDecoder) -> Vec<Vec<u8>> {
    let mut views = vec![
        unquoted(text),
        from_quoted_printable(text),
        from_base64(text),
        without_escapes(text),
        without_references(text),
        from_percents(text),
        text.iter().copied().filter(|byte| *byte != 0).collect(),
    ];
    let charsets = ["utf-16le", "utf-16be", "iso-2022-jp", "gb18030", "utf-7"];
    let decoded = charsets.iter().filter_map(|label| decoder(label, text));
    views.extend(decoded.map(String::into_bytes));
    views
}

fn unquoted(text: &[u8]) -> Vec<u8> {
    let lines = text.split(|byte| *byte == b'\n');
    let mut plain = Vec::new();
    for line in lines {
        let line = line.strip_prefix(b">").unwrap_or(line);
        plain.extend_from_slice(line.strip_prefix(b" ").unwrap_or(line));
        plain.push(b'\n');
    }
    plain
}

/// Undoes `mark` and two digits of base 16; a `=` before a line end joins the lines.
fn from_hex(text: &[u8], mark: u8) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        let pair = behind
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        rest = match (first == mark, byte, behind) {
            (true, Some(byte), [_, _, behind @ ..]) => {
                decoded.push(byte);
                behind
            }
            (true, None, [b'\r', b'\n', behind @ ..] | [b'\n', behind @ ..]) => behind,
            _ => {
                decoded.push(first);
                behind
            }
        };
    }
    decoded
}

fn from_quoted_printable(text: &[u8]) -> Vec<u8> {
    from_hex(text, b'=')
}

fn from_percents(text: &[u8]) -> Vec<u8> {
    from_hex(text, b'%')
}

/// Every stretch of base64, at each of the four places where a group may begin.
fn from_base64(text: &[u8]) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let values: Vec<u8> = text
        .iter()
        .filter_map(|byte| alphabet.iter().position(|known| known == byte))
        .filter_map(|value| u8::try_from(value).ok())
        .collect();
    let mut decoded = Vec::new();
    for start in 0..4 {
        for group in values.get(start..).unwrap_or_default().chunks(4) {
            let bits = (0..4).fold(0_u32, |bits, at| {
                bits << 6 | group.get(at).map_or(0, |value| u32::from(*value))
            });
            let [_, bytes @ ..] = bits.to_be_bytes();
            decoded.extend(bytes);
        }
        decoded.push(b'\n');
    }
    decoded
}

/// `\u0035` and `\x35` are their characters, any other backslash goes.
fn without_escapes(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        let digits = match behind {
            [b'u', ..] => behind.get(1..5),
            [b'x', ..] => behind.get(1..3),
            _ => None,
        };
        let code = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        rest = match (first, code, digits) {
            (b'\\', Some(code), Some(digits)) => {
                let character = char::from_u32(code).unwrap_or(' ');
                plain.extend(character.to_string().into_bytes());
                behind.get(1 + digits.len()..).unwrap_or_default()
            }
            (b'\\', _, _) => behind,
            _ => {
                plain.push(first);
                behind
            }
        };
    }
    plain
}

/// `&#53;` and `&#x35;` are their characters, tags and other references go.
fn without_references(text: &[u8]) -> Vec<u8> {
    let string = String::from_utf8_lossy(text);
    let mut plain = String::new();
    for (at, part) in string.split('&').enumerate() {
        let (reference, behind) = match part.split_once(';') {
            Some(both) if at > 0 => both,
            _ => ("", part),
        };
        let number =
            reference
                .strip_prefix('#')
                .and_then(|number| match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok(),
                    None => number.parse().ok(),
                });
        plain.extend(number.and_then(char::from_u32));
        plain.push_str(behind);
    }
    plain.into_bytes()
}
