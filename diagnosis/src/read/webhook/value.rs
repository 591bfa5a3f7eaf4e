//! Single values: times, codes, addresses, and the words that say most.

use std::{cmp::Reverse, collections::HashSet, net::IpAddr, str::FromStr};

use crate::{
    bounce::{Action, Command, Recipient, ReplyCode},
    knowledge::{
        self,
        webhook::{Event, Field},
    },
    text::{Lower, Spanned, Text, trimmed},
};

use super::{
    super::{address, diagnostic, prose, report},
    record::{self, Fact},
};

/// The first value of a field.
pub(super) fn first<'a>(facts: &[&'a Fact], field: Field) -> Option<&'a Text> {
    all(facts, field).next().map(|fact| &fact.value)
}

fn all<'a>(facts: &[&'a Fact], field: Field) -> impl Iterator<Item = &'a Fact> {
    facts
        .iter()
        .copied()
        .filter(move |fact| fact.field == field)
}

/// All addresses of a field, each once.
pub(super) fn addresses(facts: &[&Fact], field: Field) -> Vec<Spanned<String>> {
    let mut seen = HashSet::new();
    all(facts, field)
        .flat_map(|fact| address::all_in(&fact.value))
        .filter(|address| seen.insert(address.value.lower()))
        .collect()
}

/// What the facts say of a recipient, its address left open.
pub(super) fn recipient(facts: &[&Fact]) -> Recipient {
    let event = record::event(facts);
    let words = words(facts);
    let has_tried = words.as_ref().is_some_and(|words| words.codes() == 3);
    let said = words.map(|words| match event {
        Some((Event::Delivered, _)) => words.as_said(),
        _ => words.read,
    });
    let mut recipient = said.unwrap_or_default();
    take_codes(facts, &mut recipient);
    let mta = first(facts, Field::RemoteMta).map(report::mta);
    let (host, host_ip) = mta.unwrap_or_default();
    recipient.remote_mta = host.or(recipient.remote_mta);
    recipient.remote_ip = first(facts, Field::RemoteIp)
        .and_then(ip)
        .or(host_ip)
        .or(recipient.remote_ip);
    recipient.original = addresses(facts, Field::Original).into_iter().next();
    recipient.action = first(facts, Field::Action)
        .and_then(parsed)
        .or_else(|| event.and_then(|(event, fact)| action(event, fact)));
    recipient.command = recipient
        .command
        .or_else(|| first(facts, Field::Command).and_then(command));
    recipient.last_attempt_date = all(facts, Field::Time).find_map(|fact| time(&fact.value));
    recipient.will_retry_until = first(facts, Field::Until).and_then(time);
    recipient.withheld = event
        .filter(|(event, _)| match event {
            Event::Suppressed => true,
            // Some call it dropped where a server has refused it.
            Event::Withheld => !has_tried,
            _ => false,
        })
        .map(|(_, fact)| fact.value.to_spanned());
    recipient
}

fn action(event: Event, fact: &Fact) -> Option<Spanned<Action>> {
    let action = match event {
        Event::Bounce | Event::Suppressed | Event::Withheld => Action::Failed,
        Event::Delay => Action::Delayed,
        Event::Delivered => Action::Delivered,
        Event::AutoReply | Event::Complaint | Event::Engaged | Event::Sent | Event::Unclear => {
            return None;
        }
    };
    Some(fact.value.to_spanned().map(|_| action))
}

fn parsed<T: FromStr>(value: &Text) -> Option<Spanned<T>> {
    let string = value.as_str();
    let word = value.spanned(trimmed(string, 0..string.len()))?;
    let parsed = word.value.parse().ok()?;
    Some(Spanned::new(parsed, word.spans))
}

/// Codes in fields of their own, where the words have none.
fn take_codes(facts: &[&Fact], recipient: &mut Recipient) {
    for fact in facts {
        if !matches!(fact.field, Field::Code | Field::State) {
            continue;
        }
        if recipient.status.is_none() {
            recipient.status = parsed(&fact.value);
        }
        if recipient.reply_code.is_none() {
            recipient.reply_code = parsed(&fact.value).filter(|code| is_of_mail(code.value));
        }
    }
}

/// HTTP has numbers in the same range (RFC 9110, section 15); what an API answered is no reply.
fn is_of_mail(code: ReplyCode) -> bool {
    matches!(code.0, 200..=259 | 420..=422 | 430..=459 | 500..=559)
}

fn command(value: &Text) -> Option<Spanned<Command>> {
    const COMMANDS: [(&str, Command); 9] = [
        ("AUTH", Command::Auth),
        ("CONN", Command::Conn),
        ("DATA", Command::Data),
        ("EHLO", Command::Ehlo),
        ("HELO", Command::Ehlo),
        ("LHLO", Command::Ehlo),
        ("MAIL", Command::Mail),
        ("RCPT", Command::Rcpt),
        ("STARTTLS", Command::Starttls),
    ];
    let upper = value.as_str().to_ascii_uppercase();
    let (_, command) = COMMANDS.iter().find(|(word, _)| upper.starts_with(word))?;
    Some(value.to_spanned().map(|_| *command))
}

/// The IP address that a value is.
pub(super) fn ip(value: &Text) -> Option<Spanned<IpAddr>> {
    let (range, ip) = address::ips_in(value.as_str()).into_iter().next()?;
    Some(Spanned::new(ip, value.spans(range)))
}

/// A value that may be what was said, and what it was read as.
struct Words {
    line: Text,
    read: Recipient,
    rank: u8,
}

impl Words {
    /// How much of a code is in it.
    fn codes(&self) -> u8 {
        match (&self.read.reply_code, &self.read.status) {
            (Some(_), Some(_)) => 3,
            (Some(_), None) => 2,
            (None, Some(_)) => 1,
            (None, None) => 0,
        }
    }

    fn says_refusal(&self) -> bool {
        knowledge::says_refusal(&self.line.as_str().lower())
    }

    /// The words alone, with the codes of a success: no code in them reads as one of failure.
    fn as_said(&self) -> Recipient {
        let code = self.read.reply_code.as_ref();
        if code.is_some_and(|code| code.value.class() == 2) {
            return self.read.clone();
        }
        Recipient {
            diagnostic: Some(self.line.to_spanned()),
            ..Recipient::default()
        }
    }
}

/// The value that says most: one with codes, one with words of a refusal, the server's own; the first
/// among equals.
fn words(facts: &[&Fact]) -> Option<Words> {
    let found: Vec<Words> = facts.iter().filter_map(|fact| words_of(fact)).collect();
    let has_codes = found.iter().any(|words| words.codes() > 0);
    found.into_iter().min_by_key(|words| {
        let refusal = !has_codes && words.says_refusal();
        Reverse((words.codes(), refusal, words.rank))
    })
}

fn words_of(fact: &Fact) -> Option<Words> {
    let string = fact.value.as_str();
    let rank = match fact.field {
        Field::Reply => 3,
        Field::Words if is_mere_event(fact) => return None,
        Field::Words => 2,
        Field::Category | Field::State => {
            knowledge::names_refusal(&string.trim().lower()).then_some(1)?
        }
        _ => return None,
    };
    let lines: Vec<_> = fact.value.lines().collect();
    let line = unwrapped(&report::without_type(&fact.value.join(lines)));
    let has_words = line.as_str().chars().any(char::is_alphabetic);
    has_words.then(|| Words {
        read: diagnostic::read_any(&line),
        line,
        rank,
    })
}

/// `bounce` and `hard-bounce` say nothing that the event does not.
fn is_mere_event(fact: &Fact) -> bool {
    let string = fact.value.as_str();
    let words = string.split(|c: char| !c.is_alphanumeric());
    fact.event.is_some()
        && words.filter(|word| !word.is_empty()).count() <= 2
        && !knowledge::says_refusal(&string.lower())
}

/// `bounced (550 5.1.1 no such user)`: the reply inside of the parentheses.
fn unwrapped(line: &Text) -> Text {
    let string = line.as_str().trim_end();
    let opens = string.find('(').filter(|_| string.ends_with(')'));
    let inner = opens.and_then(|at| string.get(at + 1..string.len() - 1));
    match (opens, inner) {
        (Some(at), Some(inner))
            if inner
                .get(..3)
                .is_some_and(|w| w.parse::<ReplyCode>().is_ok()) =>
        {
            line.slice(at + 1..at + 1 + inner.len())
        }
        _ => line.clone(),
    }
}

/// A refusal that names nobody in a field: the one that its words name, where they have a code.
pub(super) fn without_address(facts: &[&Fact], common: Recipient) -> Option<Recipient> {
    let words = words(facts)?;
    if words.codes() == 0 {
        return None;
    }
    let said = common.diagnostic.as_ref()?;
    Some(Recipient {
        address: prose::recipient_in(said, &words.line),
        ..common
    })
}

/// Whether a server's reply of class 2 is there.
pub(super) fn says_delivered(facts: &[&Fact]) -> bool {
    all(facts, Field::Reply)
        .chain(all(facts, Field::Code))
        .any(|fact| {
            let word = fact.value.as_str().trim_start().get(..3);
            word.and_then(|word| word.parse::<ReplyCode>().ok())
                .is_some_and(|code| code.class() == 2)
        })
}

/// Whether a recipient's words are those of a refusal.
pub(super) fn says_refusal(recipients: &[Recipient]) -> bool {
    recipients
        .iter()
        .filter_map(|recipient| recipient.diagnostic.as_ref())
        .any(|said| knowledge::says_refusal(&said.value.lower()))
}

/// A time with its zone, as RFC 3339 in UTC: seconds (or milliseconds) since 1970, RFC 3339 with or
/// without `T`, RFC 5322. A time without a zone is none: services write it in any.
pub(super) fn time(value: &Text) -> Option<Spanned<String>> {
    let string = value.as_str();
    let range = trimmed(string, 0..string.len());
    let written = string.get(range.clone())?;
    let seconds = unix_time(written)
        .or_else(|| internet_time(written))
        .or_else(|| mail_time(written))?;
    let utc = mail_parser::DateTime::from_timestamp(seconds);
    Some(Spanned::new(utc.to_rfc3339(), value.spans(range)))
}

fn unix_time(written: &str) -> Option<i64> {
    const YEAR_2001: i64 = 978_307_200;
    const YEAR_2100: i64 = 4_102_444_800;
    let whole = written.split_once('.').map_or(written, |(whole, _)| whole);
    let digits = written.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number: i64 = whole.parse().ok().filter(|_| digits)?;
    [number, number / 1_000, number / 1_000_000]
        .into_iter()
        .find(|seconds| (YEAR_2001..YEAR_2100).contains(seconds))
}

fn internet_time(written: &str) -> Option<i64> {
    let date = written.get(..10)?;
    let is_date = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let clock = written.get(11..)?;
    let behind = clock.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')))?;
    let zone = clock.get(behind..)?.trim();
    let zone = match zone {
        "Z" | "z" | "UTC" | "GMT" => "Z".to_owned(),
        _ => full_offset(zone)?,
    };
    let clock = clock.get(..8)?;
    let parsed = mail_parser::DateTime::parse_rfc3339(&format!("{date}T{clock}{zone}"))?;
    (is_date && parsed.is_valid()).then(|| parsed.to_timestamp())
}

/// `+02`, `+0200` and `+02:00` as the last of them.
fn full_offset(zone: &str) -> Option<String> {
    let sign = zone
        .chars()
        .next()
        .filter(|sign| matches!(sign, '+' | '-'))?;
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        2 => Some(format!("{sign}{digits}:00")),
        4 => Some(format!("{sign}{}:{}", digits.get(..2)?, digits.get(2..)?)),
        _ => None,
    }
}

fn mail_time(written: &str) -> Option<i64> {
    let parsed = mail_parser::DateTime::parse_rfc822(written)?;
    // Without a month's name it is another form, and without a zone it may be any time.
    let named = written.bytes().filter(u8::is_ascii_alphabetic).count() >= 3;
    let (_, zone) = written.rsplit_once(' ')?;
    let zoned = zone.starts_with(['+', '-']) || matches!(zone, "UTC" | "GMT" | "UT" | "Z");
    (named && zoned && parsed.is_valid()).then(|| parsed.to_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_forms_that_services_write() {
        let expected = "2026-11-24T10:00:00Z";
        for written in [
            "1795514400",
            "1795514400.123456",
            "1795514400000",
            "2026-11-24T10:00:00Z",
            "2026-11-24T10:00:00.9070259Z",
            "2026-11-24T11:00:00.000+0100",
            "2026-11-24 10:00:00+00",
            "2026-11-24 10:00:00 UTC",
            "2026-11-24 12:00:00.123 +02:00",
            "Tue, 24 Nov 2026 10:00:00 UTC",
            "Tue, 24 Nov 2026 11:00:00 +0100",
        ] {
            let read = time(&Text::from_string(written)).map(|time| time.value);
            assert_eq!(read.as_deref(), Some(expected), "{written}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_none() {
        for written in [
            "2026-11-24 10:00:00",
            "2026-11-24",
            "24/11/2026",
            "550",
            "soon",
            "99999999999999999999",
            "2026-13-24T10:00:00Z",
        ] {
            assert_eq!(time(&Text::from_string(written)), None, "{written}");
        }
    }
}
