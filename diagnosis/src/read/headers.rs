//! Header fields (RFC 5322, section 2.2), unfolded, each with its place.

use std::ops::Range;

use crate::text::{CharsetDecoder, Text, trimmed};

/// The fields of one head, in order, names in lower case.
#[derive(Debug, Default)]
pub(super) struct Headers(Vec<(String, Text)>);

impl Headers {
    /// Reads the fields at the beginning of `text`, up to the first line that is none.
    pub(super) fn read(text: &Text) -> Self {
        let mut fields = Self::default();
        let mut open: Option<(String, Vec<Range<usize>>)> = None;
        for line in text.lines() {
            let content = text.as_str().get(line.clone()).unwrap_or_default();
            if content.starts_with([' ', '\t']) && !content.trim().is_empty() {
                if let Some((_, lines)) = &mut open {
                    lines.push(line);
                }
                continue;
            }
            fields.close(text, open.take());
            match field_name(content) {
                Some(name) => {
                    let value = line.start + name.len() + 1..line.end;
                    open = Some((name.to_ascii_lowercase(), vec![value]));
                }
                None if is_separator(content) => {}
                None => break,
            }
        }
        fields.close(text, open);
        fields
    }

    /// The same fields with their encoded words (RFC 2047) undone.
    pub(super) fn decoded(mut self, decoder: CharsetDecoder) -> Self {
        for (_, value) in &mut self.0 {
            if value.as_str().contains("=?") {
                *value = value.without_encoded_words(decoder);
            }
        }
        self
    }

    fn close(&mut self, text: &Text, field: Option<(String, Vec<Range<usize>>)>) {
        if let Some((name, lines)) = field {
            self.0.push((name, text.join(lines)));
        }
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Text> {
        self.iter()
            .filter(move |(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    pub(super) fn first(&self, name: &str) -> Option<&Text> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// mbox separators and the escaped form of one may stand before the first field.
fn is_separator(line: &str) -> bool {
    line.starts_with("From ") || line.starts_with(">From ")
}

/// The field name that a line starts with (RFC 5322, section 3.6.8), without the colon.
pub(super) fn field_name(line: &str) -> Option<&str> {
    let (name, _) = line.split_once(':')?;
    let shaped = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    (shaped && name.len() <= 76).then_some(name)
}

/// The fields that any message has; three of them in a row are the head of a message.
const MESSAGE_FIELDS: [&str; 13] = [
    "bcc",
    "cc",
    "content-type",
    "date",
    "delivered-to",
    "dkim-signature",
    "from",
    "message-id",
    "mime-version",
    "received",
    "return-path",
    "subject",
    "to",
];

/// Whether `text` begins with the head of a message: at least two fields that messages have.
pub(super) fn begins_with_head(text: &str) -> bool {
    let known = text
        .lines()
        .skip_while(|line| line.trim().is_empty() || is_separator(line))
        .take_while(|line| field_name(line).is_some() || line.starts_with([' ', '\t']))
        .filter(|line| is_message_field(line))
        .count();
    known >= 2
}

/// Where a message that was returned inside `text` begins, behind its beginning: the first run of
/// fields that only a message under way has, else the last run with at least three that messages
/// have (a report may name some of them itself, as a summary).
pub(super) fn find_head(text: &Text) -> Option<usize> {
    let string = text.as_str();
    let mut last = None;
    let mut run: Option<Run> = None;
    for line in text.lines() {
        let content = string
            .get(trimmed(string, line.clone()))
            .unwrap_or_default();
        let folded = string
            .get(line.clone())
            .is_some_and(|line| line.starts_with([' ', '\t']));
        run = match (run, field_name(content)) {
            (Some(run), Some(_)) => Some(run.with(content)),
            (Some(run), None) if folded && !content.is_empty() => Some(run),
            (None, Some(_)) if is_message_field(content) => {
                Some(Run::new(line.start).with(content))
            }
            _ => None,
        };
        let Some(run) = run.filter(|run| run.known >= 3 && run.start > 0) else {
            continue;
        };
        if run.under_way {
            return Some(run.start);
        }
        last = Some(run.start);
    }
    last
}

/// A run of lines that are fields.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    known: usize,
    under_way: bool,
}

impl Run {
    fn new(start: usize) -> Self {
        Self {
            start,
            known: 0,
            under_way: false,
        }
    }

    fn with(self, line: &str) -> Self {
        const UNDER_WAY: [&str; 4] = ["dkim-signature", "mime-version", "received", "return-path"];
        let name = field_name(line).unwrap_or_default().to_ascii_lowercase();
        Self {
            known: self.known + usize::from(is_message_field(line)),
            under_way: self.under_way || UNDER_WAY.contains(&name.as_str()),
            ..self
        }
    }
}

fn is_message_field(line: &str) -> bool {
    field_name(line).is_some_and(|name| {
        MESSAGE_FIELDS
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_fields_are_one_value() {
        let text = Text::from_string("From x\nSubject: a\n  b\nTo: c\n\nbody: no\n");
        let headers = Headers::read(&text);
        let found: Vec<_> = headers.iter().map(|(n, v)| (n, v.as_str())).collect();
        assert_eq!(found, [("subject", "a b"), ("to", "c")]);
    }

    #[test]
    fn a_returned_head_is_found_behind_the_prose() {
        let text =
            Text::from_string("failed:\n\n  a@b.example\n\nReceived: x\n\tby y\nFrom: a\nTo: b\n");
        assert_eq!(find_head(&text), Some(24));
        assert_eq!(
            find_head(&Text::from_string("From: a\nTo: b\nDate: c\n\nhello")),
            None
        );
    }
}
