//! The prose of mail systems: entries that begin with the address of a recipient, with what was
//! said behind it or below it. Postfix, Exim and many others write this shape.

use std::{collections::HashMap, ops::Range};

use crate::{
    bounce::Recipient,
    knowledge,
    text::{Lower, Spanned, Text, trimmed},
};

use super::{address, diagnostic, headers, reporter};

/// Reads the entries of a text.
pub(super) fn read(text: &Text) -> Vec<Recipient> {
    let string = text.as_str();
    let mut entries: Vec<Entry> = Vec::new();
    let mut open = false;
    let mut above = Above::default();
    for line in text.lines() {
        let range = without_bullet(string, trimmed(string, line));
        let content = string.get(range.clone()).unwrap_or_default();
        if content.is_empty() || is_ruler(content) {
            open &= entries.last().is_some_and(|entry| entry.waits(string));
            above.end_paragraph();
            continue;
        }
        if reporter::is_line(content) {
            open = false;
            continue;
        }
        let head = head(string, range.clone()).or_else(|| head_of_alias(string, &range));
        let head = head.filter(|entry| {
            // A wrapped reply may go on with the address that it is about.
            let is_same = |open: &&mut Entry| {
                let address = |entry: &Entry| string.get(entry.address.clone());
                !open.lines.is_empty()
                    && address(open)
                        .zip(address(entry))
                        .is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
            };
            !open || entries.last_mut().filter(is_same).is_none()
        });
        if let Some(mut entry) = head {
            entry.above = above.take(string);
            entries.push(entry);
            open = true;
            continue;
        }
        open |= above.announces(string, content)
            && entries.last().is_some_and(|entry| !entry.has_code(string));
        match entries.last_mut().filter(|_| open) {
            Some(entry) => entry.lines.push(range.clone()),
            None => above.push(range.clone()),
        }
        above.last = Some(range);
    }
    let mut recipients: Vec<Recipient> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for recipient in entries
        .into_iter()
        .filter_map(|entry| recipient(text, entry))
    {
        let address = recipient
            .address
            .as_ref()
            .map(|address| address.value.clone());
        // Some systems write one entry for people and one for the transcript.
        let place = *places
            .entry(address.unwrap_or_default())
            .or_insert(recipients.len());
        match recipients.get_mut(place) {
            Some(known) => join(known, recipient),
            None => recipients.push(recipient),
        }
    }
    recipients
}

/// Two entries about one recipient are one: the one that quotes a reply counts, and the other fills
/// its gaps.
fn join(known: &mut Recipient, mut other: Recipient) {
    let quotes = |recipient: &Recipient| recipient.reply_code.is_some();
    if quotes(&other) && !quotes(known) {
        std::mem::swap(known, &mut other);
    }
    super::complete(known, other);
}

/// One recipient and the lines said about it.
struct Entry {
    address: Range<usize>,
    original: Option<Range<usize>>,
    lines: Vec<Range<usize>>,
    /// What stands above it, where nothing stands behind or below.
    above: Vec<Range<usize>>,
}

impl Entry {
    /// Whether the server's reply is among what was said.
    fn has_code(&self, string: &str) -> bool {
        self.lines.iter().any(|line| {
            let content = string.get(line.clone()).unwrap_or_default();
            content.split([' ', '-']).any(diagnostic::begins_with_code)
        })
    }

    /// Whether what is said of it may still come behind a blank line.
    fn waits(&self, string: &str) -> bool {
        self.lines
            .last()
            .is_none_or(|line| is_label(string.get(line.clone()).unwrap_or_default()))
    }
}

/// The lines above an address: some systems say first why, then whom it was for.
#[derive(Default)]
struct Above {
    paragraph: Vec<Range<usize>>,
    before: Vec<Range<usize>>,
    last: Option<Range<usize>>,
}

impl Above {
    fn push(&mut self, line: Range<usize>) {
        self.paragraph.push(line);
    }

    fn end_paragraph(&mut self) {
        if !self.paragraph.is_empty() {
            self.before = std::mem::take(&mut self.paragraph);
        }
    }

    /// The lines right above, else the paragraph before where it says no.
    fn take(&mut self, string: &str) -> Vec<Range<usize>> {
        let right_above = std::mem::take(&mut self.paragraph);
        let before = std::mem::take(&mut self.before);
        let content = |line: &Range<usize>| string.get(line.clone()).unwrap_or_default();
        if right_above
            .last()
            .is_some_and(|line| content(line).ends_with(':'))
        {
            return Vec::new();
        }
        if !right_above.is_empty() {
            return right_above;
        }
        let said: Vec<String> = before.iter().map(|line| content(line).lower()).collect();
        match knowledge::says_refusal(&said.join(" ")) {
            true => before,
            false => Vec::new(),
        }
    }

    /// Whether the line before is a label for what the server said.
    fn announces(&self, string: &str, line: &str) -> bool {
        let last = self.last.clone().and_then(|last| string.get(last));
        last.is_some_and(|last| {
            is_label(last)
                && (diagnostic::begins_with_code(line) || knowledge::says("label", &last.lower()))
        })
    }
}

/// `For the following reason:`: a line that only says that something follows.
fn is_label(line: &str) -> bool {
    const LONGEST: usize = 60;
    let names_stage = [" after ", "said:", "reply"]
        .iter()
        .any(|word| line.contains(word));
    line.ends_with(':')
        && line.len() <= LONGEST
        && !names_stage
        && !line.contains('@')
        && !line.bytes().any(|byte| byte.is_ascii_digit())
}

/// Behind `- `, `-- `, `* ` or `• ` at the beginning of a line.
fn without_bullet(string: &str, line: Range<usize>) -> Range<usize> {
    let content = string.get(line.clone()).unwrap_or_default();
    let plain = content.trim_start_matches(['-', '*', '•']);
    let marks = content.len() - plain.len();
    match (1..=3).contains(&marks) && plain.starts_with(' ') {
        true => trimmed(string, line.start + marks..line.end),
        false => line,
    }
}

/// `generated by ana@firm.example`, below the program or file that an alias led to (Exim).
fn head_of_alias(string: &str, line: &Range<usize>) -> Option<Entry> {
    let content = string.get(line.clone())?;
    let start = content.strip_prefix("generated by ")?;
    let at = line.end - start.len();
    head(string, at..line.end)
}

/// An entry's first line: an address alone, or in angle brackets with a colon behind it, or with a
/// remark in parentheses about the alias it came from.
fn head(string: &str, line: Range<usize>) -> Option<Entry> {
    let content = string.get(line.clone())?;
    let opening = opening(content);
    let found = address::find(content, 0)?;
    let found = line.start + found.start..line.start + found.end;
    if found.start != line.start + opening {
        return None;
    }
    let mut rest = found.end..line.end;
    if opening > 0 {
        rest.start += closing(string.get(rest.clone())?)?;
    }
    let mut original = None;
    let remark = trimmed(string, rest.clone());
    if let Some(end) = remark_end(string.get(remark.clone())?) {
        original = address::find(string.get(..line.end)?, remark.start);
        rest.start = remark.start + end;
    }
    let said = string.get(rest.clone())?;
    let lines = if said.trim().is_empty() || said.trim() == ":" {
        Vec::new()
    } else if let Some(said) = said.strip_prefix(':') {
        vec![rest.end - said.len()..rest.end]
    } else {
        return None;
    };
    Some(Entry {
        address: found,
        original,
        lines,
        above: Vec::new(),
    })
}

/// The bracket or quotation mark that opens an address, with what people take along inside of it.
fn opening(content: &str) -> usize {
    let rest = content.trim_start_matches(is_around);
    let link = rest
        .get(..7)
        .filter(|word| word.eq_ignore_ascii_case("mailto:"));
    let opening = content.len() - rest.len();
    opening + link.filter(|_| opening > 0).map_or(0, str::len)
}

/// What closes it again; `None` where nothing does.
fn closing(behind: &str) -> Option<usize> {
    let rest = behind.trim_start_matches(|c| c != '<' && is_around(c));
    let rest = rest.trim_start_matches('>');
    Some(behind.len() - rest.len()).filter(|length| *length > 0)
}

fn is_around(c: char) -> bool {
    matches!(c, '<' | '"' | '\'') || address::is_invisible(c)
}

/// `(expanded from <…>)`, `(generated from …)`, `(ultimately generated from …)`.
fn remark_end(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('(')?;
    let end = inner.find(')')?;
    inner.get(..end)?.contains("from").then_some(end + 2)
}

fn recipient(text: &Text, entry: Entry) -> Option<Recipient> {
    let address = address::at(text, entry.address)?;
    let original = entry
        .original
        .or_else(|| original_below(text.as_str(), entry.lines.first()?));
    let original = original.and_then(|range| address::at(text, range));
    let content = |line: &Range<usize>| text.as_str().get(line.clone()).unwrap_or_default();
    let lines: Vec<Range<usize>> = entry
        .lines
        .into_iter()
        .take_while(|line| !is_field_of_report(content(line)))
        .skip_while(|line| is_label(content(line)))
        .collect();
    let (server, lines) = server_above(text, lines);
    let read = diagnostic::read_lines(
        text,
        match lines.is_empty() {
            true => entry.above,
            false => lines,
        },
    );
    Some(Recipient {
        address: Some(address),
        original,
        remote_mta: server.or(read.remote_mta),
        ..read
    })
}

/// Exim writes the remark about the alias alone, below the address.
fn original_below(string: &str, line: &Range<usize>) -> Option<Range<usize>> {
    remark_end(string.get(line.clone())?)?;
    address::find(string.get(..line.end)?, line.start)
}

/// The server that was spoken to, where its name alone stands above what it said (Exchange).
fn server_above(
    text: &Text,
    mut lines: Vec<Range<usize>>,
) -> (Option<Spanned<String>>, Vec<Range<usize>>) {
    let first = lines.first().filter(|_| lines.len() > 1);
    let host = first.and_then(|line| {
        let host = address::host_at(text.as_str(), line.start)?;
        (host == *line).then_some(host)
    });
    let server = host.and_then(|host| text.spanned(host));
    if server.is_some() {
        lines.remove(0);
    }
    (server.map(|name| name.map(|name| name.lower())), lines)
}

fn is_field_of_report(line: &str) -> bool {
    headers::field_name(line).is_some_and(|name| {
        [
            "reporting-mta",
            "final-recipient",
            "original-recipient",
            "content-type",
        ]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
    })
}

/// A line of dashes or equals signs, with or without words in it, or a MIME boundary.
fn is_ruler(line: &str) -> bool {
    line.starts_with("--") || line.starts_with("==") || line.starts_with("__")
}

/// The first address that a text names as the recipient of its reply.
pub(super) fn recipient_in(said: &Spanned<String>, text: &Text) -> Option<Spanned<String>> {
    let string = text.as_str();
    let lower = string.to_ascii_lowercase();
    if is_about_the_sender(&lower) {
        return None;
    }
    let at = string.find(said.value.get(..3)?).unwrap_or(0);
    let found =
        first_recipient(string, &lower, at).or_else(|| first_recipient(string, &lower, 0))?;
    address::at(text, found)
}

/// A refusal of the sender names the sender's address.
fn is_about_the_sender(said: &str) -> bool {
    let lower = said.to_ascii_lowercase();
    lower.contains("sender") || lower.contains("mail from")
}

/// Words near before an address that is the sender's.
const NEAR_SENDER: [&str; 4] = [
    "anti-spoofing policy",
    "identities failed the check",
    "sendasdenied",
    "verification failed for",
];

/// Words right before an address of the sender, or of somebody who can help.
const BEFORE_OTHERS: [&str; 6] = [
    "as",
    "contact",
    "details to",
    "error to",
    "report to",
    "write to",
];

/// The first address from there on that is nobody else's.
fn first_recipient(string: &str, lower: &str, from: usize) -> Option<Range<usize>> {
    let mut at = from;
    let mut others = Vec::new();
    loop {
        let found = address::find(string, at)?;
        at = found.end;
        let before = lower.get(..found.start)?;
        let is_others = is_of_others(before) || others.contains(&lower.get(found.clone()));
        if !is_others {
            return Some(found);
        }
        others.push(lower.get(found));
    }
}

/// Whether the words (lower case) before an address say that it is the sender's, or a helper's.
pub(super) fn is_of_others(before: &str) -> bool {
    const NEAR: usize = 60;
    let before = before.trim_end_matches([' ', '<', '"', '\'', '\t', '\n']);
    let start = before.len().saturating_sub(NEAR);
    let near = (start..=before.len()).find_map(|start| before.get(start..));
    let near = near.unwrap_or_default();
    NEAR_SENDER.iter().any(|words| near.contains(words))
        || BEFORE_OTHERS
            .iter()
            .any(|words| ends_with_words(before, words))
}

fn ends_with_words(before: &str, words: &str) -> bool {
    let rest = before.strip_suffix(words);
    rest.is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prose: &str, expected: &[&str]) {
        let found: Vec<String> = read(&Text::from_string(prose))
            .into_iter()
            .map(|entry| {
                let address = entry.address.map(|a| a.value).unwrap_or_default();
                let original = entry
                    .original
                    .map(|a| format!(" ({})", a.value))
                    .unwrap_or_default();
                format!(
                    "{address}{original}: {}",
                    entry.diagnostic.map(|d| d.value).unwrap_or_default()
                )
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn postfix_writes_the_reply_behind_the_address() {
        check(
            "It's attached below.\n\n<ana@firm.example>: host mx.firm.example[192.0.2.10] said:\n    550 5.1.1 no such\n    user (in reply to RCPT TO command)\n\n<bo@firm.example> (expanded from <all@firm.example>): unknown user: \"bo\"\n",
            &[
                "ana@firm.example: 550 5.1.1 no such user",
                "bo@firm.example (all@firm.example): unknown user: \"bo\"",
            ],
        );
    }

    #[test]
    fn exim_writes_it_below() {
        check(
            "The following address(es) failed:\n\n  ana@firm.example\n    (ultimately generated from all@firm.example)\n    Unrouteable address\n  bo@firm.example\n    host mx.firm.example [192.0.2.10]\n    SMTP error from remote mail server after RCPT TO:<bo@firm.example>:\n    550 no\n",
            &[
                "ana@firm.example (all@firm.example): (ultimately generated from all@firm.example) Unrouteable address",
                "bo@firm.example: 550 no",
            ],
        );
    }

    #[test]
    fn addresses_inside_a_sentence_are_no_entries() {
        check(
            "Write to ana@firm.example: she knows.\nana@firm.example is away\n",
            &[],
        );
    }
}
