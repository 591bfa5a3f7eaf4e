//! JSON as people paste it, walked without recursion: each value with its key, the key above it, and
//! its place.
//!
//! Broken input is the normal case: commas too many, brackets too few, single quotation marks and
//! bare keys (as scripts print objects), line ends inside of strings. Nothing of it is an error.

use std::ops::Range;

/// Objects and arrays below this depth are passed over.
const MAX_DEPTH: usize = 64;

/// A key longer than this is none.
const MAX_KEY: usize = 128;

/// An object or an array that is still open.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// The key that it stands under, empty where it has none.
    pub(super) key: Range<usize>,
    /// Where it begins.
    pub(super) start: usize,
    /// Whether it is an array.
    pub(super) is_array: bool,
    /// Whether it is an object that stands in an array or alone: a thing of its own.
    pub(super) is_item: bool,
    /// Whether what it holds counts for nothing.
    pub(super) is_ignored: bool,
    /// For the collector: its own number for an item.
    pub(super) number: Option<usize>,
}

/// What is told of the things that are found.
pub(super) trait Collector {
    /// An object or an array opens; says whether what it holds counts.
    fn opens(&mut self, above: &[Frame], key: Range<usize>) -> bool;
    /// A value: inside of the quotation marks, where it has some.
    fn value(&mut self, open: &mut [Frame], key: Range<usize>, value: Range<usize>, quoted: bool);
    /// An object or an array closes before `end`.
    fn closes(&mut self, frame: &Frame, end: usize);
}

/// Where the next object at or behind `from` begins: a brace, a key and a colon.
pub(super) fn next_object(string: &str, from: usize) -> Option<usize> {
    let bytes = string.as_bytes();
    memchr::memchr_iter(b'{', bytes.get(from..)?)
        .map(|found| from + found)
        .find(|&brace| {
            let at = blank_end(bytes, brace + 1);
            // A symbol, as Ruby prints it.
            let at = at + usize::from(bytes.get(at) == Some(&b':'));
            let end = match bytes.get(at) {
                Some(&quote @ (b'"' | b'\'')) => short_string_end(bytes, at + 1, quote),
                Some(_) => Some(word_end(bytes, at)).filter(|&end| end > at),
                None => None,
            };
            end.is_some_and(|end| is_before_value(bytes, end))
        })
}

/// Walks the object that begins at `start`; gives where it ends.
pub(super) fn object(string: &str, start: usize, collector: &mut impl Collector) -> usize {
    let mut scanner = Scanner {
        bytes: string.as_bytes(),
        at: start,
        open: Vec::new(),
        deeper: 0,
        key: None,
    };
    while let Some(&byte) = scanner.bytes.get(scanner.at) {
        match byte {
            b'{' | b'[' => scanner.open(byte == b'[', collector),
            b'}' | b']' => scanner.close(collector),
            b',' => scanner.skip_comma(),
            b':' => scanner.at += 1,
            b'=' if is_before_value(scanner.bytes, scanner.at) => scanner.at += 2,
            b'"' | b'\'' => scanner.string(byte, collector),
            _ if byte.is_ascii_whitespace() => scanner.at += 1,
            _ => scanner.word(collector),
        }
        if scanner.open.is_empty() {
            return scanner.at;
        }
    }
    while scanner.pop(collector) {}
    scanner.at
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Frame>,
    /// How many more are open than are looked at.
    deeper: usize,
    key: Option<Range<usize>>,
}

impl Scanner<'_> {
    fn open(&mut self, is_array: bool, collector: &mut impl Collector) {
        let start = self.at;
        self.at += 1;
        let key = self.key.take();
        if self.open.len() >= MAX_DEPTH {
            self.deeper += 1;
            return;
        }
        let is_item = !is_array && key.is_none();
        // What stands in an array stands under the array's key.
        let above = self.open.last();
        let key = key.or_else(|| above.filter(|frame| frame.is_array).map(|f| f.key.clone()));
        let key = key.unwrap_or_default();
        let is_ignored = above.is_some_and(|frame| frame.is_ignored)
            || !collector.opens(&self.open, key.clone());
        self.open.push(Frame {
            key,
            start,
            is_array,
            is_item,
            is_ignored,
            number: None,
        });
    }

    fn close(&mut self, collector: &mut impl Collector) {
        self.at += 1;
        self.key = None;
        if self.deeper > 0 {
            self.deeper -= 1;
        } else {
            self.pop(collector);
        }
    }

    fn pop(&mut self, collector: &mut impl Collector) -> bool {
        let Some(frame) = self.open.pop() else {
            return false;
        };
        collector.closes(&frame, self.at);
        true
    }

    fn skip_comma(&mut self) {
        self.at += 1;
        self.key = None;
    }

    fn string(&mut self, quote: u8, collector: &mut impl Collector) {
        let start = self.at + 1;
        let end = string_end(self.bytes, start, quote);
        self.at = (end + 1).min(self.bytes.len());
        self.take(start..end, true, collector);
    }

    fn word(&mut self, collector: &mut impl Collector) {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = rest.iter().position(|&byte| {
            matches!(byte, b',' | b':' | b'{' | b'}' | b'[' | b']' | b'"' | b'=')
                || byte.is_ascii_whitespace()
        });
        // A sign of equality by itself is a word too.
        let length = length.map(|length| length.max(1));
        self.at = start + length.unwrap_or(rest.len());
        self.take(start..self.at, false, collector);
    }

    /// A key where a colon follows inside of an object, else a value.
    fn take(&mut self, range: Range<usize>, quoted: bool, collector: &mut impl Collector) {
        if self.deeper > 0 {
            return;
        }
        let Some(frame) = self.open.last() else {
            return;
        };
        let in_array = frame.is_array;
        let is_key = !in_array && self.key.is_none() && is_before_value(self.bytes, self.at);
        if is_key {
            self.key = Some(range);
            return;
        }
        let key = match in_array {
            true => Some(frame.key.clone()),
            false => self.key.take(),
        };
        if let Some(key) = key
            && !frame.is_ignored
            && key.len() <= MAX_KEY
        {
            collector.value(&mut self.open, key, range, quoted);
        }
    }
}

/// Whether a colon comes next, or the arrow that scripts print.
fn is_before_value(bytes: &[u8], from: usize) -> bool {
    let next = bytes.get(blank_end(bytes, from)..).unwrap_or_default();
    next.starts_with(b":") || next.starts_with(b"=>")
}

fn blank_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count()
}

/// A bare key: letters, digits, `_`, `$` and hyphens.
fn word_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest
        .iter()
        .take(MAX_KEY)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-'))
        .count()
}

/// Behind the closing quotation mark of a key.
fn short_string_end(bytes: &[u8], from: usize, quote: u8) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let head = rest.get(..MAX_KEY).unwrap_or(rest);
    memchr::memchr(quote, head).map(|length| from + length + 1)
}

/// Where the string ends whose content begins at `from`: before its quotation mark, or at the end
/// of everything.
fn string_end(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from;
    while let Some(found) =
        memchr::memchr2(quote, b'\\', bytes.get(at..).unwrap_or_default()).map(|f| at + f)
    {
        if bytes.get(found) == Some(&quote) {
            return found;
        }
        at = found + 2;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Seen {
        string: String,
        lines: Vec<String>,
    }

    impl Collector for Seen {
        fn opens(&mut self, _above: &[Frame], _key: Range<usize>) -> bool {
            true
        }

        fn value(
            &mut self,
            open: &mut [Frame],
            key: Range<usize>,
            value: Range<usize>,
            _quoted: bool,
        ) {
            let mut path: Vec<&str> = open
                .iter()
                .map(|frame| &self.string[frame.key.clone()])
                .filter(|key| !key.is_empty())
                .collect();
            if path.last() != Some(&&self.string[key.clone()]) {
                path.push(&self.string[key]);
            }
            self.lines
                .push(format!("{}={}", path.join("."), &self.string[value]));
        }

        fn closes(&mut self, _frame: &Frame, _end: usize) {}
    }

    #[track_caller]
    fn check(json: &str, expected: &[&str], rest: &str) {
        let mut seen = Seen {
            string: json.to_owned(),
            ..Seen::default()
        };
        let start = next_object(json, 0).expect("an object");
        let end = object(json, start, &mut seen);
        assert_eq!(seen.lines, expected);
        assert_eq!(&json[end..], rest);
    }

    #[test]
    fn values_come_with_their_keys() {
        check(
            r#"see {"a": 1, "b": {"c": "x\"y", "d": [true, {"e": null}]}, "f": ["g", "h"]} end"#,
            &[
                "a=1",
                "b.c=x\\\"y",
                "b.d=true",
                "b.d.d.e=null",
                "f=g",
                "f=h",
            ],
            " end",
        );
    }

    #[test]
    fn what_scripts_print_is_read_too() {
        check(
            "{ email: 'ana@firm.example', code: 550, 'on': None, }{",
            &["email=ana@firm.example", "code=550", "on=None"],
            "{",
        );
    }

    #[test]
    fn arrows_are_colons() {
        check(
            r#"{"a"=>"b", :c => 1, "d"=>{"e"=>[nil]}, f: x=y}"#,
            &["a=b", "c=1", "d.e=nil", "f=x"],
            "",
        );
    }

    #[test]
    fn broken_objects_end_somewhere() {
        check(r#"{"a": "b", "c": "no end"#, &["a=b", "c=no end"], "");
        check(r#"{"a": [1, {"b": 2"#, &["a=1", "a.a.b=2"], "");
        check(r#"{"a": , , "b": 2]} x"#, &["b=2"], "} x");
    }

    #[test]
    fn braces_of_other_kinds_are_no_objects() {
        assert_eq!(
            next_object("body { margin 0 } {{name}} { } {\"a\"}", 0),
            None
        );
        assert_eq!(next_object("{{\"a\": 1}", 0), Some(1));
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}1{} x", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        check(&deep, &[], " x");
    }
}
