//! The entries of a log: a line each, or several where the paste was wrapped.

use std::ops::Range;

use crate::text::{Lower, Spanned, Text, trimmed};

use super::prefix::{self, Prefix};
use crate::read::record::goes_on;

/// No system writes longer lines than this; what is longer is no log.
const MAX_LINE: usize = 16_384;

/// Nor entries that wrap to more than this.
const MAX_LINES: usize = 64;

/// One entry, joined to one line.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) text: Text,
    pub(super) prefix: Prefix,
    /// The queue's name for the message.
    id: Option<Range<usize>>,
    /// Where the words behind prefix and name begin.
    pub(super) rest: usize,
}

impl Entry {
    fn new(text: Text) -> Self {
        let string = text.as_str();
        let prefix = prefix::read(string);
        let id = id_at(string, prefix.rest);
        let rest = id.as_ref().map_or(prefix.rest, |id| {
            let rest = string.get(id.end..).unwrap_or_default();
            id.end + (rest.len() - rest.trim_start_matches([':', ' ']).len())
        });
        Self {
            id,
            rest,
            prefix,
            text,
        }
    }

    pub(super) fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// What stands at `range`; nothing where it lies outside.
    pub(super) fn at(&self, range: Range<usize>) -> &str {
        self.as_str().get(range).unwrap_or_default()
    }

    /// The words behind prefix and name.
    pub(super) fn message(&self) -> Text {
        self.text.slice(self.rest..self.as_str().len())
    }

    pub(super) fn id(&self) -> Option<String> {
        self.id.clone().map(|id| self.at(id).to_owned())
    }

    pub(super) fn time(&self) -> Option<Spanned<String>> {
        let (range, time) = self.prefix.time.clone()?;
        Some(Spanned::new(time, self.text.spans(range)))
    }

    pub(super) fn host(&self) -> Option<Spanned<String>> {
        let host = self.text.spanned(self.prefix.host.clone()?)?;
        Some(host.map(|name| name.lower()))
    }
}

/// The entries of a text that are `wanted` by one of their lines, in order.
pub(super) fn all(text: &Text, wanted: fn(&str) -> bool) -> Vec<Entry> {
    let string = text.as_str();
    let mut entries = Vec::new();
    let mut open = Open::default();
    for line in text.lines() {
        let content = string.get(line.clone()).unwrap_or_default();
        let beginning = beginning(content);
        let goes_on = open.goes_on(string, content);
        let names_recipient = names_recipient(content);
        let begins = match beginning {
            Beginning::Sure => true,
            // Pairs and arrows also stand at the beginning of a line that goes on.
            Beginning::Likely => !goes_on || open.names_recipient && names_recipient,
            Beginning::None => false,
        };
        if begins || !goes_on {
            open.close(text, wanted, &mut entries);
        }
        if begins || goes_on {
            open.lines.push(line);
            open.names_recipient |= names_recipient;
        }
    }
    open.close(text, wanted, &mut entries);
    entries
}

/// The lines of the entry that is being read.
#[derive(Default)]
struct Open {
    lines: Vec<Range<usize>>,
    names_recipient: bool,
}

impl Open {
    fn goes_on(&self, string: &str, next: &str) -> bool {
        let before = self.lines.last().and_then(|last| string.get(last.clone()));
        self.lines.len() < MAX_LINES
            && next.len() <= MAX_LINE
            && before.is_some_and(|line| !is_whole(line) && goes_on(line, next))
    }

    fn close(&mut self, text: &Text, wanted: fn(&str) -> bool, entries: &mut Vec<Entry>) {
        let Self { lines, .. } = std::mem::take(self);
        let mut parts = lines
            .iter()
            .filter_map(|line| text.as_str().get(line.clone()));
        if parts.any(wanted) {
            entries.push(Entry::new(text.join(lines)));
        }
    }
}

/// Whether a line can be of use: it has an address or a pair, or counts deliveries.
pub(super) fn may_tell(line: &str) -> bool {
    memchr::memchr2(b'@', b'=', line.as_bytes()).is_some()
        || line.contains("delivery ")
        || line.contains(" notification: ")
        || line.contains(" rejected ")
        || line.contains(" ** ")
}

/// Whether a line is the beginning of an entry.
enum Beginning {
    /// It has a time or a program.
    Sure,
    /// It has words that only log lines have.
    Likely,
    None,
}

fn beginning(line: &str) -> Beginning {
    const SHORTEST: usize = 8;
    if !(SHORTEST..=MAX_LINE).contains(&line.len()) {
        return Beginning::None;
    }
    let prefix = prefix::read(line);
    if prefix.dated || prefix.program {
        return Beginning::Sure;
    }
    let rest = line.trim_start();
    let is_likely = ["NOQUEUE: ", "** ", "== ", "=> "]
        .iter()
        .any(|words| rest.starts_with(words))
        || is_numbered(rest)
        || names_recipient(rest)
        || line.contains("reject: ")
        || super::arrows::find_id(rest).is_some();
    match is_likely {
        true => Beginning::Likely,
        false => Beginning::None,
    }
}

/// `delivery 12: `, `starting delivery 12: `.
fn is_numbered(line: &str) -> bool {
    let rest = line.strip_prefix("starting ").unwrap_or(line);
    let number = rest.strip_prefix("delivery ").unwrap_or_default();
    number.starts_with(|c: char| c.is_ascii_digit())
}

fn names_recipient(line: &str) -> bool {
    line.trim_start().starts_with("to=") || line.contains(" to=<") || line.contains(" to=\"")
}

/// Behind the parenthesis that closes Postfix's status nothing follows.
fn is_whole(line: &str) -> bool {
    line.ends_with(')') && line.contains(" status=")
}

/// `4XyzAbc123: `, Sendmail's `5ANxyz012345: `, Exim's `1abcDE-0001Xy-2B `, 16 digits.
fn id_at(string: &str, at: usize) -> Option<Range<usize>> {
    let rest = string.get(at..)?;
    let word = rest.split([' ', '\t']).next()?;
    let plain = word.strip_suffix(':').unwrap_or(word);
    let named = plain.len() < word.len()
        && (5..=24).contains(&plain.len())
        && plain.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && plain != "NOQUEUE"
        && plain
            .bytes()
            .any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let bare = plain.len() == 16 && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
    let found = named || bare || super::arrows::is_id(plain);
    let range = at..at + plain.len();
    found.then(|| trimmed(string, range))
}
