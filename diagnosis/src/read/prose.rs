//! The prose of mail systems: entries that begin with the address of a recipient, with what was
//! said behind it or below it. Postfix, Exim and many others write this shape.

use std::{collections::HashMap, ops::Range};

use crate::{
    bounce::Recipient,
    text::{Spanned, Text, trimmed},
};

use super::{address, diagnostic, headers};

/// Reads the entries of a text.
pub(super) fn read(text: &Text) -> Vec<Recipient> {
    let string = text.as_str();
    let mut entries: Vec<Entry> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let range = trimmed(string, line);
        let content = string.get(range.clone()).unwrap_or_default();
        if content.is_empty() || is_ruler(content) {
            open &= entries.last().is_some_and(|entry| entry.lines.is_empty());
            continue;
        }
        if let Some(entry) = head(string, range.clone()) {
            entries.push(entry);
            open = true;
        } else if open && let Some(entry) = entries.last_mut() {
            entry.lines.push(range);
        }
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
            Some(known) => super::complete(known, recipient),
            None => recipients.push(recipient),
        }
    }
    recipients
}

/// One recipient and the lines said about it.
struct Entry {
    address: Range<usize>,
    original: Option<Range<usize>>,
    lines: Vec<Range<usize>>,
}

/// An entry's first line: an address alone, or in angle brackets with a colon behind it, or with a
/// remark in parentheses about the alias it came from.
fn head(string: &str, line: Range<usize>) -> Option<Entry> {
    let content = string.get(line.clone())?;
    let opening = content.len() - content.trim_start_matches('<').len();
    let found = address::find(content, 0)?;
    let found = line.start + found.start..line.start + found.end;
    if found.start != line.start + opening {
        return None;
    }
    let mut rest = found.end..line.end;
    if opening > 0 {
        rest.start += string.get(rest.clone())?.strip_prefix('>').map(|_| 1)?;
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
    })
}

/// `(expanded from <…>)`, `(generated from …)`, `(ultimately generated from …)`.
fn remark_end(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('(')?;
    let end = inner.find(')')?;
    inner.get(..end)?.contains("from").then_some(end + 2)
}

fn recipient(text: &Text, entry: Entry) -> Option<Recipient> {
    let address = address::at(text, entry.address)?;
    let original = entry.original.and_then(|range| address::at(text, range));
    let lines = entry.lines.into_iter().take_while(|line| {
        text.as_str()
            .get(line.clone())
            .is_some_and(|line| !is_field_of_report(line))
    });
    let said = text.join(lines);
    let read = diagnostic::read(&said);
    Some(Recipient {
        address: Some(address),
        original,
        ..read
    })
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
    let lower = text.as_str().to_ascii_lowercase();
    // A refusal of the sender names the sender's address.
    if lower.contains("sender") || lower.contains("mail from") {
        return None;
    }
    let at = text.as_str().find(said.value.get(..3)?).unwrap_or(0);
    let found = address::find(text.as_str(), at).or_else(|| address::find(text.as_str(), 0))?;
    address::at(text, found)
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
                "ana@firm.example: (ultimately generated from all@firm.example) Unrouteable address",
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
