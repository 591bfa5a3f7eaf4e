//! Text to nodes, in one pass without recursion.

use super::Node;

pub(super) fn nodes(text: &str) -> Option<Vec<Node>> {
    let mut parser = Parser {
        text,
        at: 0,
        nodes: Vec::new(),
        open: Vec::new(),
    };
    loop {
        parser.value()?;
        while parser.ends()? {
            if parser.close().is_none() {
                return (parser.at == text.len()).then_some(parser.nodes);
            }
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    nodes: Vec<Node>,
    /// Where the nodes of the lists and objects lie that are still open.
    open: Vec<usize>,
}

impl Parser<'_> {
    /// The next byte, passed over.
    fn byte(&mut self) -> Option<u8> {
        let byte = self.text.as_bytes().get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    /// Whether this byte comes next; it is passed over then.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.text.as_bytes().get(self.at) == Some(&byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn skip_blanks(&mut self) {
        while [b' ', b'\t', b'\n', b'\r']
            .into_iter()
            .any(|blank| self.takes(blank))
        {}
    }

    fn is_in_object(&self) -> bool {
        let innermost = self.open.last().and_then(|&open| self.nodes.get(open));
        matches!(innermost, Some(Node::Object(_)))
    }

    /// One value, with its key in an object; only the beginning of a list or object that is not
    /// empty, and of what stands first in it.
    fn value(&mut self) -> Option<()> {
        loop {
            self.skip_blanks();
            if self.is_in_object() {
                self.key()?;
            }
            let (node, end) = match self.byte()? {
                b'[' => (Node::List(0), b']'),
                b'{' => (Node::Object(0), b'}'),
                first => {
                    let node = self.single(first)?;
                    self.nodes.push(node);
                    return Some(());
                }
            };
            self.nodes.push(node);
            self.skip_blanks();
            if self.takes(end) {
                return Some(());
            }
            self.open.push(self.nodes.len() - 1);
        }
    }

    fn key(&mut self) -> Option<()> {
        let key = self.takes(b'"').then(|| self.string())??;
        self.nodes.push(Node::Text(key));
        self.skip_blanks();
        let is_key = self.takes(b':');
        self.skip_blanks();
        is_key.then_some(())
    }

    /// Behind a value: whether what it stands in ends here; `false` where a comma leads on.
    fn ends(&mut self) -> Option<bool> {
        self.skip_blanks();
        if self.open.is_empty() {
            return Some(true);
        }
        let end = if self.is_in_object() { b'}' } else { b']' };
        match self.byte()? {
            b',' => Some(false),
            byte => (byte == end).then_some(true),
        }
    }

    /// Notes how large the innermost list or object is; `None` where none is open.
    fn close(&mut self) -> Option<()> {
        let start = self.open.pop()?;
        let inside = self.nodes.len() - 1 - start;
        if let Some(Node::List(size) | Node::Object(size)) = self.nodes.get_mut(start) {
            *size = inside;
        }
        Some(())
    }

    /// What is neither list nor object.
    fn single(&mut self, first: u8) -> Option<Node> {
        match first {
            b'"' => self.string().map(Node::Text),
            b'-' | b'0'..=b'9' => {
                self.at -= 1;
                self.number()
            }
            b't' => self.rest("rue", Node::Boolean(true)),
            b'f' => self.rest("alse", Node::Boolean(false)),
            b'n' => self.rest("ull", Node::Null),
            _ => None,
        }
    }

    fn rest(&mut self, rest: &str, node: Node) -> Option<Node> {
        rest.bytes().all(|byte| self.takes(byte)).then_some(node)
    }

    fn number(&mut self) -> Option<Node> {
        let start = self.at;
        self.takes(b'-');
        if !self.takes(b'0') {
            self.digits()?;
        }
        let whole = self.text.get(start..self.at)?;
        let is_fraction = self.takes(b'.');
        if is_fraction {
            self.digits()?;
        }
        let has_exponent = self.takes(b'e') || self.takes(b'E');
        if has_exponent {
            let _sign = self.takes(b'+') || self.takes(b'-');
            self.digits()?;
        }
        let whole = whole.parse().ok();
        Some(Node::Number(
            whole.filter(|_| !is_fraction && !has_exponent),
        ))
    }

    /// At least one digit.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while (b'0'..=b'9').any(|digit| self.takes(digit)) {}
        (self.at > start).then_some(())
    }

    /// What stands between quotation marks; the first is passed over already.
    fn string(&mut self) -> Option<String> {
        let mut string = String::new();
        loop {
            let start = self.at;
            let byte = loop {
                match self.byte()? {
                    0..b' ' => return None,
                    byte @ (b'"' | b'\\') => break byte,
                    _ => {}
                }
            };
            string.push_str(self.text.get(start..self.at - 1)?);
            if byte == b'"' {
                return Some(string);
            }
            match self.byte()? {
                byte @ (b'"' | b'\\' | b'/') => string.push(char::from(byte)),
                b'b' => string.push('\u{8}'),
                b'f' => string.push('\u{c}'),
                b'n' => string.push('\n'),
                b'r' => string.push('\r'),
                b't' => string.push('\t'),
                b'u' => self.units(&mut string)?,
                _ => return None,
            }
        }
    }

    /// One or more UTF-16 code units behind `\u`; half a pair becomes U+FFFD.
    fn units(&mut self, string: &mut String) -> Option<()> {
        let mut units = Vec::new();
        loop {
            let digits = self.text.get(self.at..self.at + 4)?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            units.push(u16::from_str_radix(digits, 16).ok()?);
            self.at += 4;
            let behind = self.text.get(self.at..).unwrap_or_default();
            if !behind.starts_with("\\u") {
                break;
            }
            self.at += 2;
        }
        let chars = char::decode_utf16(units);
        string.extend(chars.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Json;

    /// The general library is the judge.
    #[test]
    fn what_is_json_and_what_is_not() {
        let texts = [
            "",
            " ",
            "null",
            " true ",
            "false",
            "nul",
            "truefalse",
            "0",
            "-0",
            "-",
            "01",
            "1.",
            ".5",
            "1.5e+7",
            "1e",
            "1E-2",
            "9223372036854775807",
            "9223372036854775808",
            "+1",
            "\"",
            "\"a",
            "\"a\"",
            "\"\\u00e9\\ud83d\\ude00\"",
            "\"\\u+0e9\"",
            "\"\\u12\"",
            "\"\\x\"",
            "\"\n\"",
            "\"é\\n\\/\"",
            "[",
            "]",
            "[]",
            "[ ]",
            "[,]",
            "[1,]",
            "[1 2]",
            "[1,2]",
            "[[],[[]]]",
            "[}",
            "{",
            "{}",
            "{]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1}",
            "{\"a\" : {} , \"b\":[null]}",
            "{\"a\":1,}",
            "{a:1}",
            "{1:1}",
            "[1]]",
            "{}{}",
            "// x",
            "[\u{a0}]",
            "\u{feff}1",
        ];
        for text in texts {
            let is_json = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(Json::read(text).is_some(), is_json, "{text}");
        }
    }

    #[test]
    fn half_a_pair_is_no_reason_to_give_up() {
        let read = Json::read(r#""\ud83d-\ude00\ud83d""#).expect("JSON");
        assert_eq!(read.value().text(), Some("\u{fffd}-\u{fffd}\u{fffd}"));
    }

    #[test]
    fn no_nesting_is_too_deep() {
        let deep = 500_000;
        let lists = format!("{}{}", "[".repeat(deep), "]".repeat(deep));
        assert!(Json::read(&lists).is_some());
        assert!(Json::read(&"[".repeat(deep)).is_none());
        assert!(Json::read(&"{\"a\":".repeat(deep)).is_none());
    }
}
