//! Bytes become text, and every byte of the text still knows where in the paste it stands.
//!
//! A paste arrives with foreign line ends, quoted with `> `, wrapped, in base64 or
//! quoted-printable, and in some charset. [`Raw`] undoes these one after the other; [`Text`] is the
//! UTF-8 that the readers see. Both carry a piecewise map back to the input, so that a value read
//! at the end of that chain can be shown in the paste where it came from.

use std::ops::Range;

use crate::sort::sort;

mod charset;
mod escape;
mod html;
mod lower;
mod map;
mod shared;
mod transfer;
mod words;

pub use charset::{CharsetDecoder, no_decoder};
pub(crate) use lower::Lower;
use map::Map;
use shared::Shared;

/// A byte range `[start, end)` of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A value and the ranges of the input that it was read from, in order, without overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value as the reader needs it.
    pub value: T,
    /// Where it stands; several ranges where it was folded, wrapped or quoted, none where it was
    /// not read from a paste (a shared report).
    pub spans: Vec<Span>,
}

impl<T> Spanned<T> {
    /// A value that stands at `spans`.
    pub fn new(value: T, spans: Vec<Span>) -> Self {
        Self { value, spans }
    }

    /// The same place, another view of the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned {
            value: change(self.value),
            spans: self.spans,
        }
    }
}

/// Bytes on their way to becoming text: line ends mended, charset still unknown.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    bytes: Shared<Vec<u8>>,
    map: Map,
}

impl Raw {
    /// Takes the input, drops a byte order mark, and turns CRLF and bare CR into LF.
    #[must_use]
    pub fn from_input(input: &[u8]) -> Self {
        let mut mended = Self::default();
        // A byte order mark is no text.
        let mut from = match input {
            [0xef, 0xbb, 0xbf, ..] => 3,
            _ => 0,
        };
        for cr in memchr::memchr_iter(b'\r', input) {
            if cr < from {
                continue;
            }
            mended.push_input(input, from..cr);
            from = cr + 1;
            if input.get(from) != Some(&b'\n') {
                mended.map.push(Span {
                    start: cr,
                    end: cr + 1,
                });
                mended.bytes.push(b'\n');
            }
        }
        mended.push_input(input, from..input.len());
        mended
    }

    fn push_input(&mut self, input: &[u8], range: Range<usize>) {
        let Some(bytes) = input.get(range.clone()) else {
            return;
        };
        self.bytes.extend_from_slice(bytes);
        self.map.push(Span {
            start: range.start,
            end: range.start + bytes.len(),
        });
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The part of it at `range` (cut down to what is there).
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let range = clamp(range, self.bytes.len());
        Self {
            bytes: self.bytes.slice(range.clone()),
            map: self.map.slice(range),
        }
    }

    /// Takes one level of `> ` off each line that has it.
    #[must_use]
    pub fn unquote(&self) -> Self {
        let mut plain = Self::default();
        let mut at = 0;
        for line in self.bytes.split_inclusive(|&byte| byte == b'\n') {
            let prefix = quote_prefix(line);
            plain.push_part(self, at + prefix..at + line.len());
            at += line.len();
        }
        plain
    }

    /// These bytes with others before them that stand nowhere in the input.
    #[must_use]
    pub fn behind(&self, head: &str) -> Self {
        let mut whole = Self::default();
        whole.bytes.extend_from_slice(head.as_bytes());
        whole.map.push_invented(head.len());
        whole.push_part(self, 0..self.bytes.len());
        whole
    }

    /// These bytes with a space before each of some places, in order, that stands nowhere in the
    /// input.
    #[must_use]
    pub fn with_spaces_at(&self, places: &[usize]) -> Self {
        let mut spaced = Self::default();
        let mut from = 0;
        for &place in places {
            spaced.push_part(self, from..place);
            spaced.bytes.push(b' ');
            spaced.map.push_invented(1);
            from = place;
        }
        spaced.push_part(self, from..self.bytes.len());
        spaced
    }

    /// These bytes without those at some places, in order.
    #[must_use]
    pub fn without(&self, places: &[Range<usize>]) -> Self {
        let mut rest = Self::default();
        let mut from = 0;
        for place in places {
            rest.push_part(self, from..place.start);
            from = place.end;
        }
        rest.push_part(self, from..self.bytes.len());
        rest
    }

    fn push_part(&mut self, of: &Self, range: Range<usize>) {
        let range = clamp(range, of.bytes.len());
        self.bytes
            .extend_from_slice(of.bytes.get(range.clone()).unwrap_or_default());
        self.map.append(&of.map.slice(range));
    }

    fn push_replacement(&mut self, of: &Self, range: Range<usize>, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.map.push_replacement(bytes.len(), &of.map, range);
    }

    /// The ranges of the input behind `range`.
    #[must_use]
    pub fn spans(&self, range: Range<usize>) -> Vec<Span> {
        self.map.spans(clamp(range, self.bytes.len()))
    }
}

/// UTF-8 text with its map back to the input; all that readers ever see.
#[derive(Clone, Debug, Default)]
pub struct Text {
    string: Shared<String>,
    map: Map,
}

impl Text {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.string
    }

    /// The part of it at `range`; empty where that cuts a character or lies outside.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        match self.string.get(range.clone()) {
            Some(_) => Self {
                string: self.string.slice(range.clone()),
                map: self.map.slice(range),
            },
            None => Self::default(),
        }
    }

    /// The ranges of the input behind `range`.
    #[must_use]
    pub fn spans(&self, range: Range<usize>) -> Vec<Span> {
        self.map.spans(clamp(range, self.string.len()))
    }

    /// The string at `range` with its place; `None` where that cuts a character or lies outside.
    #[must_use]
    pub fn spanned(&self, range: Range<usize>) -> Option<Spanned<String>> {
        let value = self.string.get(range.clone())?.to_owned();
        Some(Spanned::new(value, self.spans(range)))
    }

    /// All of it with its place.
    #[must_use]
    pub fn to_spanned(&self) -> Spanned<String> {
        Spanned::new(self.as_str().to_owned(), self.spans(0..self.string.len()))
    }

    /// The lines, as ranges without their line end.
    pub fn lines(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut at = 0;
        self.string.split_inclusive('\n').map(move |line| {
            let start = at;
            at += line.len();
            start..start + line.strip_suffix('\n').unwrap_or(line).len()
        })
    }

    /// Joins the parts at `ranges`, each trimmed, with one space between: a diagnostic that was
    /// folded or wrapped over several lines is one line again. The spaces stand nowhere in the
    /// input.
    #[must_use]
    pub fn join(&self, ranges: impl IntoIterator<Item = Range<usize>>) -> Self {
        let mut joined = Self::default();
        for range in ranges {
            let part = trimmed(&self.string, range);
            if part.is_empty() {
                continue;
            }
            if !joined.string.is_empty() {
                joined.string.push(' ');
                joined.map.push_invented(1);
            }
            joined
                .string
                .push_str(self.string.get(part.clone()).unwrap_or_default());
            joined.map.append(&self.map.slice(part));
        }
        joined
    }
}

impl Text {
    /// The texts one after the other, a line end between them that stands nowhere in the input.
    #[must_use]
    pub fn concat(texts: &[Self]) -> Self {
        let mut whole = Self::default();
        for text in texts {
            if !whole.string.is_empty() && !whole.string.ends_with('\n') {
                whole.string.push('\n');
                whole.map.push_invented(1);
            }
            whole.string.push_str(&text.string);
            whole.map.append(&text.map);
        }
        whole
    }

    /// The text from its first line that is not blank.
    #[must_use]
    pub fn from_first_line(&self) -> Self {
        let blank = self.string.len() - self.string.trim_start().len();
        let start = self.string.get(..blank).and_then(|head| head.rfind('\n'));
        self.slice(start.map_or(0, |line_end| line_end + 1)..self.string.len())
    }

    /// The text without the white space that all its lines begin with, as a reading pane adds it.
    #[must_use]
    pub fn dedented(&self) -> Self {
        let indent = self
            .lines()
            .filter_map(|line| self.string.get(line))
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
            .min()
            .unwrap_or(0);
        if indent == 0 {
            return self.clone();
        }
        let mut plain = Self::default();
        for line in self.lines() {
            let start = (line.start + indent).min(line.end);
            let end = (line.end + 1).min(self.string.len());
            plain
                .string
                .push_str(self.string.get(start..end).unwrap_or_default());
            plain.map.append(&self.map.slice(start..end));
        }
        plain
    }

    /// HTML without its tags, scripts and styles; blocks and line breaks become line ends, the
    /// commonest character references become their characters.
    #[must_use]
    pub fn without_tags(&self) -> Self {
        html::strip(self)
    }

    /// A header field with its encoded words (RFC 2047) undone.
    #[must_use]
    pub fn without_encoded_words(&self, decoder: CharsetDecoder) -> Self {
        words::decode(self, decoder)
    }
}

/// The spans of a part of a joined value ([`Text::join`]): its pieces are walked in order, with one
/// byte between them that stands nowhere. All of it where the part does not fit into them, or the
/// value has another length than they: then it was decoded, and no place in it can be counted.
#[must_use]
pub fn narrow(value: &Spanned<String>, range: Range<usize>) -> Vec<Span> {
    let spans = value.spans.as_slice();
    let lengths = spans.iter().map(|span| span.end - span.start);
    if lengths.sum::<usize>() + spans.len() != value.value.len() + 1 {
        return spans.to_vec();
    }
    let mut at = 0;
    let mut found = Vec::new();
    for span in spans {
        let length = span.end - span.start;
        let start = range.start.max(at);
        let end = range.end.min(at + length);
        if start < end {
            found.push(Span {
                start: span.start + (start - at),
                end: span.start + (end - at),
            });
        }
        at += length + 1;
    }
    if found.is_empty() {
        spans.to_vec()
    } else {
        found
    }
}

/// The spans of several values as those of one: in the order of the input, each place once.
#[must_use]
pub fn in_order(mut spans: Vec<Span>) -> Vec<Span> {
    sort(&mut spans);
    spans.dedup_by(|next, last| {
        let overlaps = next.start < last.end;
        if overlaps {
            last.end = last.end.max(next.end);
        }
        overlaps
    });
    spans
}

/// `range` without the white space at its ends.
#[must_use]
pub fn trimmed(string: &str, range: Range<usize>) -> Range<usize> {
    let Some(part) = string.get(range.clone()) else {
        return range.start..range.start;
    };
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

fn clamp(range: Range<usize>, len: usize) -> Range<usize> {
    let end = range.end.min(len);
    range.start.min(end)..end
}

/// How many bytes of quotation mark a line starts with: `>` and one space after it.
fn quote_prefix(line: &[u8]) -> usize {
    match line {
        [b'>', b' ', ..] => 2,
        [b'>', ..] => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The input at the spans of each occurrence must be what `expected` says.
    #[track_caller]
    fn check(input: &str, text: &Text, needle: &str, expected: &[&str]) {
        let at = text.as_str().find(needle).expect("the needle is there");
        let found: Vec<&str> = text
            .spans(at..at + needle.len())
            .iter()
            .map(|span| &input[span.start..span.end])
            .collect();
        assert_eq!(found, expected);
    }

    fn text(raw: &Raw) -> Text {
        raw.decode(None, no_decoder)
    }

    #[test]
    fn line_ends_are_mended_and_spans_skip_the_carriage_return() {
        let input = "one\r\ntwo\rthree\n";
        let text = text(&Raw::from_input(input.as_bytes()));
        assert_eq!(text.as_str(), "one\ntwo\nthree\n");
        check(input, &text, "two", &["two"]);
        check(input, &text, "e\ntwo\nth", &["e", "\ntwo\rth"]);
    }

    #[test]
    fn a_quoted_value_has_a_span_a_line() {
        let input = "> said: 550\n> 5.1.1 no\n";
        let text = text(&Raw::from_input(input.as_bytes()).unquote());
        assert_eq!(text.as_str(), "said: 550\n5.1.1 no\n");
        check(input, &text, "550\n5.1.1", &["550\n", "5.1.1"]);
    }

    #[test]
    fn joined_lines_map_to_the_words_alone() {
        let input = "550 5.1.1\r\n    User unknown\r\n";
        let whole = text(&Raw::from_input(input.as_bytes()));
        let ranges: Vec<_> = whole.lines().collect();
        let joined = whole.join(ranges);
        assert_eq!(joined.as_str(), "550 5.1.1 User unknown");
        check(input, &joined, "5.1.1 User", &["5.1.1", "User"]);
    }

    #[test]
    fn quoted_printable_and_base64_map_back() {
        let input = "caf=C3=A9 soft=\nbreak";
        let decoded = text(&Raw::from_input(input.as_bytes()).decode_quoted_printable());
        assert_eq!(decoded.as_str(), "café softbreak");
        check(input, &decoded, "é", &["=C3=A9"]);
        check(input, &decoded, "softbreak", &["soft", "break"]);

        let input = "NTUwIDUu\nMS4xIG5v\n";
        let decoded = text(&Raw::from_input(input.as_bytes()).decode_base64());
        assert_eq!(decoded.as_str(), "550 5.1.1 no");
        check(input, &decoded, "no", &["MS4xIG5v"]);
    }

    #[test]
    fn bytes_that_are_no_utf8_still_become_text() {
        let input = b"caf\xe9 550";
        let decoded = text(&Raw::from_input(input));
        assert_eq!(decoded.as_str(), "café 550");
        let at = decoded.as_str().find("550").expect("there");
        assert_eq!(decoded.spans(at..at + 3), [Span { start: 5, end: 8 }]);
    }

    #[test]
    fn a_part_of_a_decoded_value_stands_anywhere_in_it() {
        let whole = text(&Raw::from_input(b"550 from\r\n192.0.2.10"));
        let said = whole.join(whole.lines().collect::<Vec<_>>()).to_spanned();
        assert_eq!(said.value, "550 from 192.0.2.10");
        assert_eq!(narrow(&said, 9..19), [Span { start: 10, end: 20 }]);
        let said = text(&Raw::from_input(b"550 \xfcber 192.0.2.10")).to_spanned();
        assert_eq!(said.value, "550 über 192.0.2.10");
        assert_eq!(narrow(&said, 10..20), said.spans);
    }

    #[test]
    fn places_of_several_values_are_put_in_order_and_merged() {
        let span = |start, end| Span { start, end };
        let mixed = vec![span(9, 12), span(1, 4), span(2, 6), span(6, 7), span(9, 12)];
        assert_eq!(in_order(mixed), [span(1, 6), span(6, 7), span(9, 12)]);
    }

    #[test]
    fn ranges_outside_are_empty_and_never_panic() {
        let text = text(&Raw::from_input("é".as_bytes()));
        assert!(text.spanned(1..2).is_none());
        assert!(text.spans(5..9).is_empty());
        assert_eq!(text.slice(1..9).as_str(), "");
    }
}
