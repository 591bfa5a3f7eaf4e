//! Header fields (RFC 5322, section 2.2), unfolded, each with its place.

use std::ops::Range;

use crate::text::{CharsetDecoder, Raw, Spanned, Text, trimmed};

use super::record::goes_on;

/// The fields of one head, in order, names in lower case.
#[derive(Debug, Default)]
pub(super) struct Headers(Vec<(String, Text)>);

impl Headers {
    /// Reads the fields at the beginning of `text`, up to the first line that is none.
    pub(super) fn read(text: &Text) -> Self {
        let mut fields = Self::default();
        let mut open: Option<(String, Vec<Range<usize>>)> = None;
        let mut before = "";
        for line in text.lines() {
            let content = text.as_str().get(line.clone()).unwrap_or_default();
            let goes_on = is_folded(content) || is_wrapped(before, content);
            before = content;
            if goes_on {
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

    /// The name of the first field with characters that are not ASCII, and where it stands.
    pub(super) fn unencoded(&self) -> Option<Spanned<String>> {
        let mut fields = self.iter();
        let (name, value) = fields.find(|(_, value)| !value.as_str().is_ascii())?;
        Some(value.to_spanned().map(|_| name.to_owned()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn is_folded(line: &str) -> bool {
    line.starts_with([' ', '\t']) && !line.trim().is_empty()
}

/// Whether a line of a head is the rest of the one before, which a reading pane broke.
fn is_wrapped(before: &str, line: &str) -> bool {
    let is_own = field_name(line).is_some() || is_separator(line) || line.starts_with("--");
    // A word that was too long for any line stands on one of its own.
    let is_one_word = !before.trim().contains(' ');
    !before.is_empty()
        && !is_own
        && !line.trim().is_empty()
        && (is_one_word || goes_on(before, line))
}

/// A head with a space before each line that a reading pane broke off, so that it is folded as
/// RFC 5322, section 2.2.3, has it. `None` where no line was.
pub(super) fn folded(raw: &Raw, head_end: usize) -> Option<Raw> {
    let head = raw.bytes().get(..head_end)?;
    let mut breaks = Vec::new();
    let mut at = 0;
    let mut before = String::new();
    for line in head.split(|&byte| byte == b'\n') {
        let line_end = at + line.len();
        let line = String::from_utf8_lossy(line).into_owned();
        if !is_folded(&line) && is_wrapped(&before, &line) {
            breaks.push(at);
        }
        before = line;
        at = line_end + 1;
    }
    (!breaks.is_empty()).then(|| raw.with_spaces_at(&breaks))
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
    let mut before = "";
    let known = text
        .lines()
        .skip_while(|line| line.trim().is_empty() || is_separator(line))
        .take_while(|line| {
            let is_wrapped = is_wrapped(before, line);
            before = line;
            field_name(line).is_some() || line.starts_with([' ', '\t']) || is_wrapped
        })
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
    let mut before = "";
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
            (Some(run), None) if (folded || is_wrapped(before, content)) && !content.is_empty() => {
                Some(run)
            }
            (None, Some(_)) if is_message_field(content) => {
                Some(Run::new(line.start).with(content))
            }
            _ => None,
        };
        before = content;
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
