//! What programs write between commands and replies: where they connect to, and that they could
//! not; and the lines by which a report sums up what a session came to.

use std::ops::Range;

use crate::bounce::{EnhancedStatus, ReplyCode};

use super::address;

/// What a note says; ranges are those of the line.
#[derive(Debug, PartialEq)]
pub(super) enum Note {
    /// Something that goes on with no reply.
    Aside,
    /// The part of a report that holds a session begins.
    Report,
    /// The server, by name or address; `begins` where a new connection is opened.
    Server { part: Range<usize>, begins: bool },
    /// The connection failed: the words for it.
    Trouble(Range<usize>),
}

/// Words behind which a server stands, and whether a connection begins with them.
const SERVERS: [(&str, bool); 8] = [
    ("while talking to ", true),
    ("trying ", true),
    ("connecting to ", true),
    ("connected to ", false),
    ("-connect ", true),
    ("telnet ", true),
    ("telnet: connect to address ", false),
    ("connection to ", false),
];

/// Words for a connection that failed.
const TROUBLES: [&str; 14] = [
    "connection refused",
    "connection timed out",
    "operation timed out",
    "timed out while",
    "connection reset by peer",
    "connection attempt failed",
    "could not open connection",
    "network is unreachable",
    "no route to host",
    "host is unreachable",
    "name or service not known",
    "could not resolve host",
    "connect:errno=",
    "verification error:",
];

/// What the programs themselves say behind a refusal, lower case.
const ASIDES: [&str; 10] = [
    "***",
    "===",
    "connection closed by",
    "escape character is",
    "---",
    "mailer error",
    "message could not be sent",
    "smtp connect() failed",
    "smtp error",
    "traceback (most recent call",
];

/// Notes are no longer than this.
const MAX_NOTE: usize = 300;

/// Reads a line.
pub(super) fn read(line: &str) -> Option<Note> {
    if line.len() > MAX_NOTE {
        return None;
    }
    let lower = line.to_ascii_lowercase();
    if lower.contains("transcript of session") {
        return Some(Note::Report);
    }
    if TROUBLES.iter().any(|words| lower.contains(words)) {
        let plain = line.trim_start_matches([' ', '\t', '*', '=', '-', '.', '<', '>', '!']);
        // A line about one recipient is a summary.
        let whole = line.len() - plain.len()..line.trim_end().len();
        return (!is_summary(line.trim_start())).then_some(Note::Trouble(whole));
    }
    let is_aside = ASIDES.iter().any(|words| lower.starts_with(words));
    server(line, &lower).or_else(|| is_aside.then_some(Note::Aside))
}

/// The server that a line names, if that is what the line is for.
fn server(line: &str, lower: &str) -> Option<Note> {
    let lead = lower.len()
        - lower
            .trim_start_matches([' ', '*', '=', '.', '-', '#', '$', '>', '<', '~'])
            .len();
    SERVERS.iter().find_map(|(words, begins)| {
        let at = lower.find(words)?;
        let is_option = words.starts_with('-');
        if at != lead && !is_option {
            return None;
        }
        let start = at + words.len();
        let rest = line.get(start..)?;
        let end = start + rest.find("...").unwrap_or(rest.len());
        names_server(line.get(start..end)?).then_some(Note::Server {
            part: start..end,
            begins: *begins,
        })
    })
}

fn names_server(words: &str) -> bool {
    let plain = words.trim_start_matches(['[', '(', '<']);
    address::host_at(plain, 0).is_some()
        || address::ips_in(plain)
            .first()
            .is_some_and(|(range, _)| range.start == 0)
}

/// `550 5.1.1 <ana@firm.example>... User unknown`, by which Sendmail ties a reply to an address.
pub(super) fn is_summary(words: &str) -> bool {
    summary(words).is_some()
}

/// The address of a summary.
pub(super) fn summary(words: &str) -> Option<Range<usize>> {
    let start = behind_codes(words);
    let head = words.get(start..words.find("... ")?)?;
    let opening = usize::from(head.starts_with('<'));
    let plain = head.trim_matches(['<', '>', ' ']);
    let found = address::find(plain, 0)?;
    (found == (0..plain.len())).then(|| start + opening..start + opening + plain.len())
}

/// Behind `550 5.1.1 `, as far as that is there.
fn behind_codes(words: &str) -> usize {
    let mut at = 0;
    if words
        .get(..3)
        .is_some_and(|code| code.parse::<ReplyCode>().is_ok())
        && words.get(3..4) == Some(" ")
    {
        at = 4;
    }
    let word = words
        .get(at..)
        .and_then(|rest| rest.split(' ').next())
        .unwrap_or_default();
    match word.parse::<EnhancedStatus>() {
        Ok(_) => at + word.len() + 1,
        Err(_) => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_troubles_are_told_from_sentences() {
        for (line, server) in [
            (
                "... while talking to mx.firm.example.:",
                "mx.firm.example.:",
            ),
            ("Trying 192.0.2.10...", "192.0.2.10"),
            ("=== Trying mx.firm.example:25...", "mx.firm.example:25"),
            (
                "* Connected to mx.firm.example (192.0.2.10) port 25",
                "mx.firm.example (192.0.2.10) port 25",
            ),
            ("$ telnet mx.firm.example 25", "mx.firm.example 25"),
            (
                "openssl s_client -starttls smtp -connect mx.firm.example:25",
                "mx.firm.example:25",
            ),
        ] {
            match read(line) {
                Some(Note::Server { part, .. }) => assert_eq!(&line[part], server),
                other => panic!("{line}: {other:?}"),
            }
        }
        for line in ["I am trying to send", "We were connected to the wrong one"] {
            assert_eq!(read(line), None, "{line}");
        }
        let line = "*** \tIO::Socket::INET6: connect: Connection refused";
        assert!(matches!(read(line), Some(Note::Trouble(_))));
    }

    #[test]
    fn a_summary_names_one_recipient() {
        let line = "550 5.1.1 <ana@firm.example>... User unknown";
        assert_eq!(
            summary(line).map(|range| &line[range]),
            Some("ana@firm.example")
        );
        let line = "ana@firm.example... Deferred: Connection refused by mx.firm.example.";
        assert_eq!(
            summary(line).map(|range| &line[range]),
            Some("ana@firm.example")
        );
        assert_eq!(summary("550 5.1.1 User unknown... really"), None);
    }
}
