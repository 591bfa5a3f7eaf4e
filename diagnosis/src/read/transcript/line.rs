//! One line of a transcript: who said it, and whether it is a command, a reply or a note of the
//! program that wrote it.

use std::ops::Range;

use crate::bounce::{Command, ReplyCode};

/// What a line is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    /// A command of the client: its stage, the words that name it, and what stands behind them.
    Command(Step, Range<usize>, Range<usize>),
    /// The dot that ends a message.
    Dot,
    /// A line of a reply; `more` where others follow.
    Reply { code: u16, more: bool },
    /// Neither.
    Other,
}

/// What a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// One of the stages of a refusal.
    Stage(Command),
    /// QUIT, RSET, NOOP and their kin.
    Aside,
}

/// A line read: what it is, where its words are, and whether a mark says who spoke.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) said: Said,
    pub(super) words: Range<usize>,
    pub(super) marked: bool,
}

/// Marks at the beginning of a line, longer ones first.
const MARKS: [&str; 34] = [
    "CLIENT -> SERVER:",
    "SERVER -> CLIENT:",
    "received:",
    "RECEIVED:",
    "client:",
    "Client:",
    "CLIENT:",
    "server:",
    "Server:",
    "SERVER:",
    "reply:",
    "SENT:",
    "sent:",
    "send:",
    "SEND:",
    "recv:",
    "RECV:",
    ">>>",
    "<<<",
    "<**",
    "<~*",
    "-->",
    "<--",
    "==>",
    "<==",
    "C:",
    "S:",
    "~>",
    "<~",
    "->",
    "<-",
    ">>",
    "<<",
    "*>",
];

/// Marks that may stand inside of a line, behind a time or the name of a session.
const INNER_MARKS: [&str; 15] = [
    "]:25: ",
    "CLIENT -> SERVER: ",
    "SERVER -> CLIENT: ",
    "SENT: ",
    "RECEIVED: ",
    " --> ",
    " <-- ",
    " >>> ",
    " <<< ",
    ",>,",
    ",<,",
    " C: ",
    " S: ",
    " > ",
    " < ",
];

/// How far into a line an inner mark may stand.
const HEAD: usize = 200;

/// Reads the line at `range`.
pub(super) fn read(string: &str, range: Range<usize>) -> Line {
    let line = string.get(range.clone()).unwrap_or_default();
    let leading = range.start + (line.len() - line.trim_start().len());
    let at_start = mark(string, leading, range.end);
    if let Some(start) = at_start {
        return spoken(string, start..range.end, true);
    }
    let bare = spoken(string, leading..range.end, false);
    if bare.said != Said::Other {
        return bare;
    }
    inner(string, &range).unwrap_or(bare)
}

/// Behind a mark at `at`, if there is one.
fn mark(string: &str, at: usize, end: usize) -> Option<usize> {
    let line = string.get(at..end)?;
    let found = MARKS
        .iter()
        .find(|mark| line.starts_with(**mark))
        .map(|mark| mark.len());
    // A lone bracket, as curl and Exchange write it.
    let lone = || (line.starts_with("> ") || line.starts_with("< ")).then_some(1);
    found.or_else(lone).map(|length| at + length)
}

fn inner(string: &str, range: &Range<usize>) -> Option<Line> {
    let line = string.get(range.clone())?;
    let head = line.get(..line.len().min(HEAD)).unwrap_or(line);
    INNER_MARKS.iter().find_map(|mark| {
        let at = range.start + head.find(mark)? + mark.len();
        // A cell of a table ends with a comma, or with the quotation mark that it began with.
        let opening = string.as_bytes().get(..at - mark.len())?.last();
        let is_cell = mark.ends_with(',') && line.ends_with(',')
            || opening == Some(&b'"') && line.ends_with('"');
        let found = spoken(string, at..range.end - usize::from(is_cell), true);
        (found.said != Said::Other).then_some(found)
    })
}

/// The words at `range`, without the quotation marks and escapes that programs print around them.
fn spoken(string: &str, range: Range<usize>, marked: bool) -> Line {
    let words = bared(string, range);
    let said = classify(string, &words, marked);
    Line {
        said,
        words,
        marked,
    }
}

fn bared(string: &str, range: Range<usize>) -> Range<usize> {
    let line = string.get(range.clone()).unwrap_or_default();
    let start = line.trim_start_matches([' ', '\t']);
    let start = start
        .strip_prefix("b'")
        .or_else(|| start.strip_prefix("b\""))
        .unwrap_or(start);
    let plain = start.trim_start_matches(['\'', '"']);
    let quoted = plain.len() < start.len() || start.len() < line.trim_start().len();
    let mut end = plain.trim_end();
    if quoted {
        end = end.trim_end_matches(['\'', '"']);
    }
    for escape in ["\\n", "\\r"] {
        end = end.strip_suffix(escape).unwrap_or(end);
    }
    let from = range.end - plain.len();
    from..from + end.len()
}

fn classify(string: &str, words: &Range<usize>, marked: bool) -> Said {
    let line = string.get(words.clone()).unwrap_or_default();
    if line == "." {
        return Said::Dot;
    }
    command(line, words.start, marked).unwrap_or_else(|| reply(line))
}

/// Three digits, and a blank, a hyphen or nothing behind them (RFC 5321, section 4.2).
fn reply(line: &str) -> Said {
    let code = line
        .get(..3)
        .and_then(|code| code.parse::<ReplyCode>().ok());
    match (code, line.as_bytes().get(3)) {
        (Some(ReplyCode(code)), None | Some(b' ')) => Said::Reply { code, more: false },
        (Some(ReplyCode(code)), Some(b'-')) => Said::Reply { code, more: true },
        _ => Said::Other,
    }
}

/// Commands with something behind them.
const WITH_ARGUMENT: [(&str, Command); 8] = [
    ("EHLO ", Command::Ehlo),
    ("HELO ", Command::Ehlo),
    ("LHLO ", Command::Ehlo),
    ("AUTH ", Command::Auth),
    ("MAIL FROM:", Command::Mail),
    ("RCPT TO:", Command::Rcpt),
    ("MAIL FROM :", Command::Mail),
    ("BDAT ", Command::Data),
];

/// Commands that are a line of their own.
const ALONE: [(&str, Step); 8] = [
    ("AUTH", Step::Stage(Command::Auth)),
    ("DATA", Step::Stage(Command::Data)),
    ("STARTTLS", Step::Stage(Command::Starttls)),
    ("HELP", Step::Aside),
    ("NOOP", Step::Aside),
    ("QUIT", Step::Aside),
    ("RSET", Step::Aside),
    ("XFORWARD", Step::Aside),
];

fn command(line: &str, start: usize, marked: bool) -> Option<Said> {
    let alone = ALONE
        .iter()
        .find(|(word, _)| line.eq_ignore_ascii_case(word));
    if let Some((word, step)) = alone {
        let end = start + word.len();
        return Some(Said::Command(*step, start..end, end..end));
    }
    let (word, command) = WITH_ARGUMENT.iter().find(|(word, _)| {
        line.get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    })?;
    let argument = line.get(word.len()..)?;
    if !fits(*command, argument, marked) {
        return None;
    }
    let end = start + word.trim_end().len();
    let words = start..start + word.trim_end_matches([' ', ':']).len();
    Some(Said::Command(
        Step::Stage(*command),
        words,
        end..start + line.len(),
    ))
}

/// Whether a command can go on so; a sentence that holds its words goes on otherwise.
fn fits(command: Command, argument: &str, marked: bool) -> bool {
    let argument = argument.trim();
    match command {
        Command::Mail | Command::Rcpt => {
            let behind = match argument.split_once('>') {
                Some((_, behind)) => behind,
                None => argument.split_once(' ').map_or("", |(_, behind)| behind),
            };
            let parameters = behind
                .split_whitespace()
                .all(|word| word.contains('=') || word.eq_ignore_ascii_case("SMTPUTF8"));
            parameters && !argument.ends_with(':')
        }
        Command::Ehlo => !argument.is_empty() && !argument.contains(' '),
        _ => marked || argument.split_whitespace().count() <= 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let read = read(line, 0..line.len());
        let said = match read.said {
            Said::Command(Step::Stage(command), _, argument) => {
                format!("{} {}", command.as_str(), &line[argument].trim())
            }
            Said::Command(Step::Aside, words, _) => line[words].to_owned(),
            Said::Dot => "dot".to_owned(),
            Said::Reply { code, more } => {
                format!(
                    "{code}{} {}",
                    if more { "-" } else { "" },
                    &line[read.words]
                )
            }
            Said::Other => "-".to_owned(),
        };
        assert_eq!(said, expected, "{line}");
    }

    #[test]
    fn every_program_has_its_own_marks() {
        let command = "RCPT <a@b.example>";
        for line in [
            "RCPT TO:<a@b.example>",
            ">>> RCPT To:<a@b.example>",
            " -> RCPT TO:<a@b.example>",
            " ~> RCPT TO:<a@b.example>",
            "C: RCPT TO:<a@b.example>",
            "> RCPT TO:<a@b.example>",
            "--> RCPT TO:<a@b.example>",
            "send: 'rcpt TO:<a@b.example>\\r\\n'",
            "2026-11-24 10:00:00 CLIENT -> SERVER: RCPT TO:<a@b.example>",
            "[2026-11-24 10:00:00] DEBUG [x] C: RCPT TO:<a@b.example>",
            "2026-11-24T10:00:00.000Z,Out,08D,5,203.0.113.25:2525,192.0.2.10:25,>,RCPT TO:<a@b.example>,",
        ] {
            check(line, command);
        }
        let reply = "550 550 5.1.1 no";
        for line in [
            "550 5.1.1 no",
            "<<< 550 5.1.1 no",
            "<** 550 5.1.1 no",
            "<~* 550 5.1.1 no",
            "S: 550 5.1.1 no",
            "< 550 5.1.1 no",
            "reply: b'550 5.1.1 no\\r\\n'",
            "2026-11-24 10:00:00 SERVER -> CLIENT: 550 5.1.1 no",
            "2026-11-24T10:00:00.000Z,Out,08D,5,203.0.113.25:2525,192.0.2.10:25,<,550 5.1.1 no,",
        ] {
            check(line, reply);
        }
    }

    #[test]
    fn sentences_are_no_commands() {
        for line in [
            "RCPT TO:<a@b.example>: 550 5.1.1 no",
            "MAIL FROM:<a@b.example> SIZE=1234:",
            "helo world, how are you",
            "data is missing",
            "5500 euros",
            "0250 - a1 b2",
        ] {
            check(line, "-");
        }
    }
}
