//! The parts of a MIME message (RFC 2045, 2046), found as far as a broken message allows: only
//! where they stand, what they are, and how they are encoded.

use std::ops::Range;

/// A part that is no multipart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// `type/subtype` in lower case; empty where no field says it.
    pub(super) kind: String,
    /// The charset parameter.
    pub(super) charset: Option<String>,
    /// How its body is encoded.
    pub(super) encoding: Encoding,
    /// Where its body stands.
    pub(super) body: Range<usize>,
}

/// Content-Transfer-Encoding (RFC 2045, section 6), as far as it changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    QuotedPrintable,
    Base64,
}

/// The parts of a message, in order, and whether it was cut at a boundary.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) leaves: Vec<Part>,
    pub(super) is_multipart: bool,
}

/// How deep multiparts within multiparts are followed; deeper ones are text.
const MAX_DEPTH: usize = 32;

/// Finds the parts of a message that begins with its head, line ends LF.
pub(super) fn parts(message: &[u8]) -> Parts {
    let mut found = Parts::default();
    // A stack instead of calls: the depth is the sender's choice.
    let mut open = vec![(0..message.len(), 0)];
    while let Some((range, depth)) = open.pop() {
        let part = Head::read(message, &range);
        let inner = match &part.boundary {
            Some(boundary) if depth < MAX_DEPTH => between(message, &part.body, boundary),
            _ => Vec::new(),
        };
        if inner.is_empty() {
            found.leaves.push(part.into_leaf());
            continue;
        }
        found.is_multipart = true;
        open.extend(inner.into_iter().rev().map(|range| (range, depth + 1)));
    }
    found
}

/// What the head of a part says.
struct Head {
    kind: String,
    charset: Option<String>,
    boundary: Option<String>,
    encoding: Encoding,
    body: Range<usize>,
}

impl Head {
    fn read(message: &[u8], range: &Range<usize>) -> Self {
        let whole = message.get(range.clone()).unwrap_or_default();
        let (head_len, body_start) = split(whole);
        let head = String::from_utf8_lossy(whole.get(..head_len).unwrap_or_default());
        let content_type = field(&head, "content-type");
        let mut parameters = content_type.as_deref().map(pieces).unwrap_or_default();
        let kind = match parameters.is_empty() {
            true => String::new(),
            false => parameters.remove(0).trim().to_ascii_lowercase(),
        };
        let parameter = |name: &str| {
            parameters.iter().find_map(|piece| {
                let (found, value) = piece.split_once('=')?;
                found
                    .trim()
                    .eq_ignore_ascii_case(name)
                    .then(|| unquoted(value.trim()))
            })
        };
        let encoding = field(&head, "content-transfer-encoding").unwrap_or_default();
        Self {
            charset: parameter("charset"),
            boundary: parameter("boundary").filter(|boundary| !boundary.is_empty()),
            encoding: encoding_named(encoding.trim()),
            body: range.start + body_start..range.end,
            kind,
        }
    }

    fn into_leaf(self) -> Part {
        // RFC 2046, section 5.1: a multipart is never encoded; what has lost its parts is text.
        let lost = self.kind.starts_with("multipart/");
        Part {
            kind: if lost { String::new() } else { self.kind },
            charset: self.charset,
            encoding: self.encoding,
            body: self.body,
        }
    }
}

/// Where the head ends and the body begins. A part may begin with the empty line.
fn split(whole: &[u8]) -> (usize, usize) {
    if whole.first() == Some(&b'\n') {
        return (0, 1);
    }
    match memchr::memmem::find(whole, b"\n\n") {
        Some(at) => (at, at + 2),
        None => (whole.len(), whole.len()),
    }
}

/// The value of a field, unfolded, without comments in parentheses behind it.
fn field(head: &str, name: &str) -> Option<String> {
    let mut value: Option<String> = None;
    for line in head.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some(value) = &mut value {
                value.push(' ');
                value.push_str(line.trim());
            }
            continue;
        }
        if value.is_some() {
            break;
        }
        value = line
            .split_once(':')
            .filter(|(found, _)| found.trim_end().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned());
    }
    value
}

/// The pieces between semicolons that stand outside of quotation marks.
fn pieces(value: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut quoted = false;
    for character in value.chars() {
        quoted ^= character == '"';
        match (character, quoted) {
            (';', false) => pieces.push(String::new()),
            _ => {
                if let Some(open) = pieces.last_mut() {
                    open.push(character);
                }
            }
        }
    }
    pieces
}

fn unquoted(value: &str) -> String {
    match value.strip_prefix('"') {
        Some(inner) => inner
            .split('"')
            .next()
            .unwrap_or_default()
            .replace('\\', ""),
        None => value
            .split([' ', '\t', '('])
            .next()
            .unwrap_or_default()
            .to_owned(),
    }
}

fn encoding_named(name: &str) -> Encoding {
    if name.eq_ignore_ascii_case("quoted-printable") {
        Encoding::QuotedPrintable
    } else if name.eq_ignore_ascii_case("base64") {
        Encoding::Base64
    } else {
        Encoding::Plain
    }
}

/// What stands between the lines of a boundary (RFC 2046, section 5.1.1); the last part reaches to
/// the end where the closing line was lost.
fn between(message: &[u8], body: &Range<usize>, boundary: &str) -> Vec<Range<usize>> {
    let content = message.get(body.clone()).unwrap_or_default();
    let mark = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut open = None;
    for at in memchr::memmem::find_iter(content, mark.as_bytes()) {
        let starts_line = at == 0 || content.get(at - 1) == Some(&b'\n');
        let behind = content.get(at + mark.len()..).unwrap_or_default();
        let line_end = memchr::memchr(b'\n', behind).unwrap_or(behind.len());
        let rest = behind.get(..line_end).unwrap_or_default().trim_ascii_end();
        if !starts_line || !(rest.is_empty() || rest == b"--") {
            continue;
        }
        if let Some(start) = open.take() {
            // The line end before a boundary belongs to it.
            parts.push(body.start + start..body.start + at.saturating_sub(1).max(start));
        }
        if rest.is_empty() {
            open = Some((at + mark.len() + line_end + 1).min(content.len()));
        }
    }
    parts.extend(open.map(|start| body.start + start..body.end));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, expected: &[(&str, &str)]) {
        let found: Vec<(String, &str)> = parts(message.as_bytes())
            .leaves
            .into_iter()
            .map(|part| (part.kind, &message[part.body]))
            .collect();
        let expected: Vec<(String, &str)> = expected
            .iter()
            .map(|(kind, body)| ((*kind).to_owned(), *body))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn parts_stand_between_their_boundaries() {
        check(
            "From: a\nContent-Type: multipart/report; report-type=x;\n boundary=\"b;1\"\n\npreamble\n--b;1\n\nhello\n\n--b;1\nContent-type: MESSAGE/Delivery-Status\n\nStatus: 5.1.1\n--b;1--\nepilogue\n",
            &[
                ("", "hello\n"),
                ("message/delivery-status", "Status: 5.1.1"),
            ],
        );
    }

    #[test]
    fn multiparts_are_taken_apart_and_lost_ends_are_the_end() {
        check(
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\none\n--b\nContent-Type: text/html\n\ntwo\n--a\n\nthree",
            &[("text/plain", "one"), ("text/html", "two"), ("", "three")],
        );
    }

    #[test]
    fn a_message_without_its_boundaries_is_text() {
        check(
            "Content-Type: multipart/mixed; boundary=a\n\nno part\n",
            &[("", "no part\n")],
        );
        check("Subject: x\n\nplain\n", &[("", "plain\n")]);
        check("", &[("", "")]);
    }

    #[test]
    fn parameters_may_be_quoted_and_commented() {
        let message = "Content-Type: text/plain; format=flowed; Charset=\"iso-8859-1\"\nContent-Transfer-Encoding: Quoted-Printable\n\nx";
        let found = parts(message.as_bytes()).leaves.remove(0);
        assert_eq!(found.charset.as_deref(), Some("iso-8859-1"));
        assert_eq!(found.encoding, Encoding::QuotedPrintable);
        let message = "Content-Type: text/plain; charset=koi8-r (Russian)\n\nx";
        let found = parts(message.as_bytes()).leaves.remove(0);
        assert_eq!(found.charset.as_deref(), Some("koi8-r"));
    }
}
