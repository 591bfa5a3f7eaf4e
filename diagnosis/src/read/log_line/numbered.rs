//! Deliveries by number, as qmail logs them: one line names the recipient, a later one the outcome,
//! its spaces written as underscores and its line ends as slashes.

use std::ops::Range;

use crate::{
    bounce::{Action, Command, Recipient},
    text::{Spanned, Text},
};

use super::{Attempt, Log, address, diagnostic, entry::Entry};

/// Takes the entry over; tells whether it was one of this shape.
pub(super) fn read(entry: &Entry, log: &mut Log) -> bool {
    let string = entry.as_str();
    let start = |words: &str| find(string, words, entry.prefix.rest);
    if let Some(at) = start("starting delivery ") {
        begin(entry, at, log)
    } else if let Some(at) = start("delivery ") {
        end(entry, at, log)
    } else if let Some(at) = start("info msg ") {
        sender(entry, at, log)
    } else {
        false
    }
}

/// Where the words end that stand at `from` or a few words behind it.
fn find(string: &str, words: &str, from: usize) -> Option<usize> {
    const NEAR: usize = 64;
    let end = (from + NEAR + words.len()).min(string.len());
    let head = string.as_bytes().get(from..end)?;
    memchr::memmem::find(head, words.as_bytes()).map(|at| from + at + words.len())
}

/// The digits at `at`.
fn number(string: &str, at: usize) -> Option<&str> {
    let rest = string.get(at..)?;
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest.get(..length).filter(|digits| !digits.is_empty())
}

/// `starting delivery 12: msg 345 to remote ana@firm.example`.
fn begin(entry: &Entry, at: usize, log: &mut Log) -> bool {
    let string = entry.as_str();
    let Some(delivery) = number(string, at) else {
        return false;
    };
    let rest = string.get(at..).unwrap_or_default();
    let Some(to) = rest.find(" to ").map(|to| at + to + 4) else {
        return false;
    };
    let found = address::find(string, to).and_then(|range| address::at(&entry.text, range));
    if let Some(recipient) = found {
        log.begun.insert(delivery.to_owned(), recipient);
    }
    true
}

/// `info msg 345: bytes 1234 from <news@shop.example> qp 1 uid 2`.
fn sender(entry: &Entry, at: usize, log: &mut Log) -> bool {
    let string = entry.as_str();
    let found = address::find(string, at).and_then(|range| address::at(&entry.text, range));
    if let Some(sender) = found {
        log.senders.entry(None).or_insert(sender);
    }
    number(string, at).is_some()
}

/// `delivery 12: failure: 192.0.2.10_does_not_like_recipient./Remote_host_said:_550_no/`.
fn end(entry: &Entry, at: usize, log: &mut Log) -> bool {
    let string = entry.as_str();
    let Some(delivery) = number(string, at) else {
        return false;
    };
    let rest = string.get(at + delivery.len()..).unwrap_or_default();
    let Some((word, words)) = rest
        .strip_prefix(": ")
        .and_then(|rest| rest.split_once(": "))
    else {
        return false;
    };
    let action = match word {
        "success" => Action::Delivered,
        "deferral" => Action::Delayed,
        "failure" => Action::Failed,
        _ => return false,
    };
    let said = string.len() - words.len()..string.len();
    let word = said.start - 2 - word.len()..said.start - 2;
    log.attempts.push(Attempt {
        recipient: Recipient {
            address: log.begun.get(delivery).cloned(),
            action: Some(Spanned::new(action, entry.text.spans(word))),
            ..outcome(entry, said)
        },
        ..Attempt::default()
    });
    true
}

/// What stands before and behind the words of the other server.
const SAID: &str = "Remote_host_said:_";
const GIVING_UP: &str = "/Giving_up_on_";

fn outcome(entry: &Entry, said: Range<usize>) -> Recipient {
    let string = entry.at(said.clone());
    let (reply, end) = match string.find(SAID) {
        Some(at) => {
            let start = at + SAID.len();
            let rest = string.get(start..).unwrap_or_default();
            (start, start + rest.find(GIVING_UP).unwrap_or(rest.len()))
        }
        None => (0, string.len()),
    };
    let words = readable(&entry.text, said.start + reply..said.start + end);
    let read = diagnostic::read(&words);
    let head = readable(&entry.text, said.start..said.start + reply);
    let server = address::ips_in(head.as_str()).into_iter().next();
    let command =
        stage(head.as_str()).map(|(range, command)| Spanned::new(command, head.spans(range)));
    Recipient {
        command: command.or(read.command),
        remote_ip: server
            .map(|(range, ip)| Spanned::new(ip, head.spans(range)))
            .or(read.remote_ip),
        ..read
    }
}

/// The words without underscores and without the slashes that stand for line ends.
fn readable(text: &Text, range: Range<usize>) -> Text {
    let string = text.as_str().get(range.clone()).unwrap_or_default();
    let bytes = string.as_bytes();
    let is_gap = |at: usize, byte: u8| match byte {
        b'_' => true,
        // A slash that begins a line of a reply, or ends the whole.
        b'/' => bytes
            .get(at + 1..)
            .is_none_or(|rest| rest.is_empty() || rest.starts_with(b"4") || rest.starts_with(b"5")),
        _ => false,
    };
    let mut from = 0;
    let mut parts = Vec::new();
    for (at, &byte) in bytes.iter().enumerate() {
        if is_gap(at, byte) {
            parts.push(range.start + from..range.start + at);
            from = at + 1;
        }
    }
    parts.push(range.start + from..range.end);
    text.join(parts)
}

/// How the stage is named before the other server's words.
const STAGES: [(&str, Command); 6] = [
    ("greeting", Command::Conn),
    ("my name was rejected", Command::Ehlo),
    ("like recipient", Command::Rcpt),
    ("like sender", Command::Mail),
    ("failed on data", Command::Data),
    ("failed after i sent the message", Command::Data),
];

fn stage(head: &str) -> Option<(Range<usize>, Command)> {
    let lower = head.to_ascii_lowercase();
    STAGES.iter().find_map(|(words, command)| {
        let at = lower.find(words)?;
        Some((at..at + words.len(), *command))
    })
}
