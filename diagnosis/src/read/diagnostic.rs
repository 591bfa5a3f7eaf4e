//! One diagnostic, as a mail system quotes it: the server, the command, and the SMTP reply.

use std::{net::IpAddr, ops::Range, sync::LazyLock};

use crate::{
    bounce::{Command, EnhancedStatus, Recipient, ReplyCode},
    knowledge::phrases::Marks,
    sort::sort,
    text::{Lower, Spanned, Text},
};

use super::{address, quoted};

/// No server says more than this; what stands behind it in one line is something else.
const LONGEST: usize = 65_536;

/// Reads a diagnostic that is already one line ([`Text::join`]).
pub(super) fn read(text: &Text) -> Recipient {
    let text = &text.slice(0..super::head(text.as_str(), LONGEST).len());
    let lower = text.as_str().to_ascii_lowercase();
    let reply = find_reply(text.as_str());
    let status = reply
        .as_ref()
        .and_then(|reply| reply.status.clone())
        .or_else(|| find_status(text.as_str()));
    let server = find_server(text.as_str(), &lower);
    Recipient {
        status: status.and_then(|range| parsed::<EnhancedStatus>(text, range)),
        reply_code: reply
            .as_ref()
            .and_then(|reply| parsed::<ReplyCode>(text, reply.code.clone())),
        diagnostic: said(text, &lower, reply.as_ref()),
        command: find_command(&lower)
            .map(|(range, command)| Spanned::new(command, text.spans(range))),
        remote_mta: server
            .host
            .and_then(|range| text.spanned(range))
            .map(|host| host.map(|name| name.lower())),
        remote_ip: server
            .ip
            .map(|(range, ip)| Spanned::new(ip, text.spans(range))),
        ..Recipient::default()
    }
}

/// The same, where it may be a success that is quoted: `250 2.6.0 Message received`.
pub(super) fn read_any(text: &Text) -> Recipient {
    let read = read(text);
    if read.reply_code.is_some() || read.status.is_some() {
        return read;
    }
    success(text).unwrap_or(read)
}

fn success(text: &Text) -> Option<Recipient> {
    let code = parsed::<ReplyCode>(text, 0..3).filter(|code| code.value.class() == 2)?;
    let rest = text.as_str().get(3..)?.strip_prefix([' ', '-'])?;
    let word = rest.split(' ').next().unwrap_or_default();
    Some(Recipient {
        reply_code: Some(code),
        status: parsed::<EnhancedStatus>(text, 4..4 + word.len()),
        diagnostic: Some(text.to_spanned()),
        ..Recipient::default()
    })
}

/// Reads the lines of a diagnostic as one. A code at the beginning of a line is one even where it
/// would be a mere number inside of a sentence.
pub(super) fn read_lines(text: &Text, lines: Vec<Range<usize>>) -> Recipient {
    let whole = read(&text.join(lines.iter().cloned()));
    let content = |line: &Range<usize>| text.as_str().get(line.clone()).unwrap_or_default();
    let Some(coded) = lines
        .iter()
        .position(|line| begins_with_code(content(line)))
    else {
        return whole;
    };
    let before = coded.checked_sub(1);
    if let Some(before) = before
        && lines
            .get(before)
            .is_some_and(|line| is_of_program(content(line)))
    {
        let own = text.join(lines.into_iter().skip(before)).to_spanned();
        return Recipient {
            diagnostic: Some(own),
            ..whole
        };
    }
    if whole.status.is_some() || whole.reply_code.is_some() {
        return whole;
    }
    let said = read(&text.join(lines.into_iter().skip(coded)));
    Recipient {
        status: said.status,
        reply_code: said.reply_code,
        diagnostic: said.diagnostic,
        ..whole
    }
}

/// `mail.local: unknown user: ana`: a program of the reporting server says what went wrong, before
/// the server sums it up.
pub(super) fn is_of_program(line: &str) -> bool {
    const LONGEST: usize = 300;
    let Some((name, rest)) = line.split_once(": ") else {
        return false;
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"./_-[]".contains(&byte);
    let is_label = ["reason", "error", "diagnostic", "message", "response"]
        .iter()
        .any(|label| name.eq_ignore_ascii_case(label));
    !name.is_empty()
        && name.bytes().all(is_name)
        && !is_label
        && rest.contains(' ')
        && line.len() <= LONGEST
}

pub(super) fn begins_with_code(line: &str) -> bool {
    let word = line.split([' ', '-']).next().unwrap_or_default();
    word.parse::<ReplyCode>().is_ok() || word.parse::<EnhancedStatus>().is_ok()
}

fn parsed<T: std::str::FromStr>(text: &Text, range: Range<usize>) -> Option<Spanned<T>> {
    let word = text.spanned(range)?;
    let value = word.value.parse().ok()?;
    Some(Spanned::new(value, word.spans))
}

/// A reply code and what belongs to it.
struct Reply {
    code: Range<usize>,
    status: Option<Range<usize>>,
}

/// The SMTP reply: the first code with an enhanced status code behind it, else the first code that
/// stands where a reply can begin.
fn find_reply(string: &str) -> Option<Reply> {
    let replies = || {
        codes(string).filter(|code| can_begin(string, code.start) || goes_on_as_reply(string, code))
    };
    replies()
        .map(|code| with_status(string, code))
        .find(|reply| reply.status.is_some())
        .or_else(|| replies().next().map(|code| with_status(string, code)))
}

/// All words that are reply codes of class 4 or 5.
fn codes(string: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = string.as_bytes();
    memchr::memchr2_iter(b'4', b'5', bytes).filter_map(move |start| {
        let code = string.get(start..start + 3)?;
        code.parse::<ReplyCode>().ok()?;
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(start + 3);
        let opens = before.is_none_or(|b| !is_word(*b) && *b != b'/');
        let closes = after.is_none_or(|b| {
            matches!(
                b,
                b' ' | b'-' | b'\t' | b'#' | b':' | b')' | b'"' | b'\'' | b','
            )
        });
        (opens && closes).then_some(start..start + 3)
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-') || !byte.is_ascii()
}

/// Words that a reply code may follow; elsewhere in a sentence a number is just a number.
const LEADS: [&str; 15] = [
    "code",
    "diagnostic",
    "error",
    "failed",
    "message",
    "refused",
    "rejected",
    "reply",
    "replied",
    "response",
    "returned",
    "said",
    "server",
    "status",
    "with",
];

fn can_begin(string: &str, at: usize) -> bool {
    let before = string.get(..at).unwrap_or_default().trim_end_matches(' ');
    let Some(last) = before.chars().next_back() else {
        return true;
    };
    if matches!(
        last,
        ':' | ';' | '"' | '\'' | '(' | '[' | '<' | '>' | '#' | '=' | ')' | ']' | '\n' | '-' | '.'
    ) {
        return true;
    }
    if before.ends_with("],") || before.ends_with("),") {
        return true;
    }
    let word: String = before
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    LEADS.iter().any(|lead| word.ends_with(lead)) || word.parse::<ReplyCode>().is_ok()
}

/// Whether what stands behind a code can only be a reply, wherever the code stands: an enhanced
/// status code of the same class, the address refused, or a quotation.
fn goes_on_as_reply(string: &str, code: &Range<usize>) -> bool {
    let rest = string.get(code.end..).unwrap_or_default();
    let class = string.get(code.start..=code.start);
    let status = with_status(string, code.clone()).status;
    let same_class = status.is_some_and(|status| string.get(status.start..=status.start) == class);
    same_class || rest.starts_with(" <") || rest.starts_with("-'") || rest.starts_with(" '")
}

fn with_status(string: &str, code: Range<usize>) -> Reply {
    let rest = string.get(code.end..).unwrap_or_default();
    let gap = rest.len()
        - rest
            .trim_start_matches([' ', '-', '#', '(', '[', ':', '\'', '"', '\t'])
            .len();
    let status = status_at(string, code.end + gap).filter(|_| gap <= 4);
    Reply { code, status }
}

/// The enhanced status code that begins at `at`, if one does.
fn status_at(string: &str, at: usize) -> Option<Range<usize>> {
    let rest = string.get(at..)?;
    let length = rest
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(rest.len());
    let word = rest.get(..length)?.trim_end_matches('.');
    let status: EnhancedStatus = word.parse().ok()?;
    (status.class != 2).then_some(at..at + word.len())
}

/// An enhanced status code without a reply code before it. Version numbers look alike, so it must
/// stand where a reply can begin.
fn find_status(string: &str) -> Option<Range<usize>> {
    let bytes = string.as_bytes();
    memchr::memchr2_iter(b'4', b'5', bytes).find_map(|start| {
        let opens = start
            .checked_sub(1)
            .and_then(|at| bytes.get(at))
            .is_none_or(|before| !is_word(*before));
        if !opens || !can_begin(string, start) {
            return None;
        }
        let range = status_at(string, start)?;
        let closes = string
            .get(range.end..)?
            .chars()
            .next()
            .is_none_or(|c| !c.is_alphanumeric() && c != '-');
        closes.then_some(range)
    })
}

/// With these the reporting mail system goes on behind a reply.
const OWN_WORDS_BEHIND: [&str; 3] = ["(in reply to", "giving up on ", ") (expanded from:"];

/// What the server said: from the reply code on, without the mail system's own words behind it and
/// without the code that each line of a multi-line reply repeats.
fn said(text: &Text, lower: &str, reply: Option<&Reply>) -> Option<Spanned<String>> {
    let start = reply.map_or(0, |reply| reply.code.start);
    let end = OWN_WORDS_BEHIND
        .iter()
        .filter_map(|words| lower.rfind(words))
        .filter(|end| *end > start)
        .min()
        .unwrap_or(lower.len());
    let quoted = reply.and_then(|reply| quoted::lines(text.as_str(), &reply.code));
    let part = match quoted {
        Some(lines) => text.join(lines),
        None if ends_with_code(lower, reply, end) => text.slice(0..end),
        None => text.slice(without_wrapping(lower, start..end)),
    };
    let whole = part.as_str();
    let ranges = match reply {
        Some(reply) => reply_lines(whole, reply.code.end - reply.code.start),
        None => vec![0..whole.len()],
    };
    let joined = part.join(ranges);
    (!joined.as_str().is_empty()).then(|| joined.to_spanned())
}

/// Sendmail puts `(reason: …)` around what was said.
fn without_wrapping(lower: &str, range: Range<usize>) -> Range<usize> {
    const OPENING: &str = "(reason: ";
    let said = lower.get(range.clone()).unwrap_or_default();
    let open = lower.starts_with(OPENING) && lower.ends_with(')');
    match (open, said.starts_with(OPENING)) {
        (true, true) => range.start + OPENING.len()..range.end - 1,
        (true, false) if said.ends_with(')') => range.start..range.end - 1,
        (false, true) => range.start + OPENING.len()..range.end,
        _ => range,
    }
}

/// Whether the words stand before the code, and nothing behind it: `no such user here 550 5.1.1`.
fn ends_with_code(lower: &str, reply: Option<&Reply>, end: usize) -> bool {
    const FEWEST_WORDS: usize = 3;
    let Some(reply) = reply else {
        return false;
    };
    let codes_end = reply.status.as_ref().unwrap_or(&reply.code).end;
    let behind = lower.get(codes_end..end).unwrap_or_default();
    let before = lower.get(..reply.code.start).unwrap_or_default();
    let before = before.trim_end_matches(' ');
    behind.trim_matches([' ', '.', ')']).is_empty()
        && before.split(' ').count() >= FEWEST_WORDS
        && !before.ends_with([':', ';', '#', '=', '\'', '"', '('])
        && !LEADS.iter().any(|lead| before.ends_with(lead))
}

/// The lines of a multi-line reply that was joined into one: cut before each repetition of the
/// code (`550-`), which is left out together with the repeated status.
fn reply_lines(reply: &str, code_len: usize) -> Vec<Range<usize>> {
    let code = reply.get(..code_len).unwrap_or_default();
    let status = with_status(reply, 0..code_len).status;
    let status = status
        .and_then(|range| reply.get(range))
        .unwrap_or_default();
    let is_multi_line = reply.as_bytes().get(code_len) == Some(&b'-');
    let mut ranges = Vec::new();
    let mut from = 0;
    if is_multi_line {
        let repeated = format!(" {code}");
        while let Some(found) = reply
            .get(from..)
            .and_then(|rest| rest.get(1..))
            .and_then(|rest| rest.find(&repeated))
        {
            let cut = from + 1 + found;
            ranges.push(from..cut);
            let mut next = cut + repeated.len() + 1;
            if let Some(rest) = reply.get(next..)
                && !status.is_empty()
                && rest.starts_with(status)
            {
                next += status.len();
            }
            from = next.min(reply.len());
        }
    }
    ranges.push(from..reply.len());
    ranges
}

/// How mail systems name the command that was refused. The first hit in this order counts: the
/// words that quote a command before the words that name a stage.
const COMMANDS: &[(&str, Command)] = &[
    ("in reply to rcpt to", Command::Rcpt),
    ("in reply to mail from", Command::Mail),
    ("in reply to end of data", Command::Data),
    ("in reply to data", Command::Data),
    ("in reply to helo", Command::Ehlo),
    ("in reply to ehlo", Command::Ehlo),
    ("in reply to auth", Command::Auth),
    ("in reply to starttls", Command::Starttls),
    ("after rcpt to", Command::Rcpt),
    ("after mail from", Command::Mail),
    ("after pipelined mail from", Command::Mail),
    ("after pipelined rcpt to", Command::Rcpt),
    ("after end of data", Command::Data),
    ("after data", Command::Data),
    ("after sending data block", Command::Data),
    ("after helo", Command::Ehlo),
    ("after ehlo", Command::Ehlo),
    ("after auth", Command::Auth),
    ("after starttls", Command::Starttls),
    ("after pipelined end of data", Command::Data),
    ("after pipelined data", Command::Data),
    ("after pipelined sending data block", Command::Data),
    ("after initial connection", Command::Conn),
    ("after rcpt command", Command::Rcpt),
    ("after mail command", Command::Mail),
    ("did not like our rcpt to", Command::Rcpt),
    ("did not like our mail from", Command::Mail),
    ("did not like our data", Command::Data),
    ("did not like our ehlo", Command::Ehlo),
    ("did not like our helo", Command::Ehlo),
    ("did not like our final data", Command::Data),
    ("does not like recipient", Command::Rcpt),
    ("sender was rejected", Command::Mail),
    ("but my name was rejected", Command::Ehlo),
    ("but greeting failed", Command::Conn),
    ("failed after i sent the message", Command::Data),
    ("failed on data command", Command::Data),
    ("for rcpt to response", Command::Rcpt),
    ("(state 14)", Command::Rcpt),
    ("(state 13)", Command::Mail),
    ("for rcpt to command", Command::Rcpt),
    ("for mail from command", Command::Mail),
    ("for data command", Command::Data),
    ("[rcpt_to]", Command::Rcpt),
    ("[mail_from]", Command::Mail),
    (">>> rcpt to", Command::Rcpt),
    (">>> mail from", Command::Mail),
    (">>> data", Command::Data),
    ("while performing ehlo", Command::Ehlo),
    ("while performing helo", Command::Ehlo),
    ("server greeting", Command::Conn),
    ("connect to ", Command::Conn),
];

fn find_command(lower: &str) -> Option<(Range<usize>, Command)> {
    static MARKS: LazyLock<Marks<usize>> = LazyLock::new(|| {
        let all = (0..).zip(COMMANDS);
        Marks::new(all.map(|(place, (words, _))| (*words, place)))
    });
    let (place, found) = MARKS.first_owner(lower)?;
    let (_, command) = COMMANDS.get(place)?;
    Some((found.start..found.end, *command))
}

struct Server {
    host: Option<Range<usize>>,
    ip: Option<(Range<usize>, IpAddr)>,
}

impl Server {
    /// `host NAME` is a server that was spoken to where its address, `said` or a reply stands behind
    /// it, and just a name that was looked up where not.
    fn has_spoken(&self, lower: &str) -> bool {
        let behind = self.host.as_ref().map_or(0, |host| host.end);
        let rest = lower.get(behind..).unwrap_or_default();
        let reply = rest.strip_prefix(": ").unwrap_or_default();
        self.ip.is_some() || rest.trim_start().starts_with("said") || reply.starts_with(['4', '5'])
    }
}

/// The place of the words that may also name a host that was only looked up.
const LOOKED_UP: usize = 0;

/// Words that name the server that was spoken to right behind them.
const BEFORE_SERVER: [&str; 10] = [
    "host ",
    "host: ",
    "connect to ",
    "connection with ",
    "conversation with ",
    "delivery via ",
    "talking to ",
    "connected to ",
    "remote server ",
    "- server at ",
];

/// The place of the words of which the last count: Exchange lists its attempts, the newest first,
/// and what the sending server itself concluded before them.
const ATTEMPT: usize = 9;

fn find_server(string: &str, lower: &str) -> Server {
    static MARKS: LazyLock<Marks<usize>> = LazyLock::new(|| {
        Marks::new(
            BEFORE_SERVER
                .iter()
                .zip(0..)
                .map(|(words, place)| (*words, place)),
        )
    });
    let mut named = Vec::new();
    MARKS.walk(lower, |place, found| {
        named.push((place, found));
        true
    });
    sort(&mut named);
    if let Some((_, last)) = named.iter().rev().find(|(place, _)| *place == ATTEMPT)
        && let Some(server) = server_at(string, last.end)
    {
        return server;
    }
    named
        .into_iter()
        // `client host [192.0.2.1]` is who spoke to the server.
        .filter(|(_, found)| {
            let before = lower.get(..found.start).unwrap_or_default();
            !before.ends_with("client ")
        })
        .filter_map(|(place, found)| Some((place, server_at(string, found.end)?)))
        .find(|(place, server)| *place != LOOKED_UP || server.has_spoken(lower))
        .map(|(_, server)| server)
        .unwrap_or(Server {
            host: None,
            ip: None,
        })
}

fn server_at(string: &str, at: usize) -> Option<Server> {
    let host = address::host_at(string, at);
    let behind = host.as_ref().map_or(at, |host| host.end);
    let bracket = string.get(behind..)?.trim_start();
    let ip = (bracket.starts_with(['[', '(']))
        .then(|| address::ip_at(string, behind))
        .flatten();
    (host.is_some() || ip.is_some()).then_some(Server { host, ip })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(diagnostic: &str, expected: &str) {
        let read = read(&Text::from_string(diagnostic));
        let show = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let found = format!(
            "{} {} {} {} {} | {}",
            show(read.reply_code.map(|v| v.value.to_string())),
            show(read.status.map(|v| v.value.to_string())),
            show(read.command.map(|v| v.value.as_str().to_owned())),
            show(read.remote_mta.map(|v| v.value)),
            show(read.remote_ip.map(|v| v.value.to_string())),
            show(read.diagnostic.map(|v| v.value)),
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn postfix_quotes_server_reply_and_command() {
        check(
            "host mx.firm.example[192.0.2.10] said: 550 5.1.1 <a@firm.example>: User unknown (in reply to RCPT TO command)",
            "550 5.1.1 RCPT mx.firm.example 192.0.2.10 | 550 5.1.1 <a@firm.example>: User unknown",
        );
        check(
            "connect to mx.firm.example[2001:db8::25]:25: Connection timed out",
            "- - CONN mx.firm.example 2001:db8::25 | connect to mx.firm.example[2001:db8::25]:25: Connection timed out",
        );
    }

    #[test]
    fn a_multi_line_reply_loses_its_repeated_codes() {
        check(
            "550-5.7.26 Your mail is blocked. 550-5.7.26 SPF [shop.example] 550 5.7.26 did not pass - gsmtp",
            "550 5.7.26 - - - | 550-5.7.26 Your mail is blocked. SPF [shop.example] did not pass - gsmtp",
        );
    }

    #[test]
    fn numbers_in_a_sentence_are_no_codes() {
        check(
            "gave up after 550 seconds",
            "- - - - - | gave up after 550 seconds",
        );
        check("Exim 4.92.3 failed", "- - - - - | Exim 4.92.3 failed");
        check(
            "connection to [10.4.4.4] port 555 lost",
            "- - - - - | connection to [10.4.4.4] port 555 lost",
        );
        check(
            "said 5.5.1 Invalid command",
            "- 5.5.1 - - - | said 5.5.1 Invalid command",
        );
        check(
            "Remote Server returned '550 5.1.10 not found'",
            "550 5.1.10 - - - | 550 5.1.10 not found",
        );
    }

    #[test]
    fn exim_puts_the_stage_first() {
        check(
            "SMTP error from remote mail server after RCPT TO:<a@firm.example>: host mx.firm.example [192.0.2.10]: 550 no such user",
            "550 - RCPT mx.firm.example 192.0.2.10 | 550 no such user",
        );
    }
}
