//! Deliveries as key=value pairs: Postfix, Sendmail, `OpenSMTPD`, Haraka and their kin.

use std::{net::IpAddr, ops::Range};

use crate::{
    bounce::{Action, EnhancedStatus, Recipient},
    text::{Lower, Spanned, trimmed},
};

use super::{super::tries, Attempt, Log, action_of_codes, address, entry::Entry, said};

/// The pairs of an entry, in order.
#[derive(Debug, Default)]
pub(super) struct Pairs<'a>(Vec<(&'a str, Range<usize>)>);

/// Keys are no longer than this.
const MAX_KEY: usize = 24;

/// Keys whose value is a sentence: it goes on to the next of [`BEHIND_WORDS`].
const WORDS: [&str; 9] = [
    "status", "stat", "reply", "reject", "response", "reason", "error", "message", "msg",
];

/// Keys that may follow a sentence.
const BEHIND_WORDS: [&str; 8] = [
    "stat",
    "dsn",
    "delay",
    "xdelay",
    "relay",
    "mailer",
    "pri",
    "quarantine",
];

impl<'a> Pairs<'a> {
    /// Reads the pairs at and behind `from`.
    pub(super) fn read(string: &'a str, from: usize) -> Self {
        let mut pairs = Vec::new();
        let mut at = from;
        while let Some(found) =
            memchr::memchr(b'=', string.as_bytes().get(at..).unwrap_or_default())
        {
            let equals = at + found;
            at = equals + 1;
            if let Some(key) = key_before(string, equals) {
                let value = value_at(string, equals + 1, key);
                at = value.end.max(at);
                pairs.push((key, value));
            }
        }
        Self(pairs)
    }

    /// The value of the first of `keys` that is there.
    pub(super) fn get(&self, keys: &[&str]) -> Option<Range<usize>> {
        keys.iter().find_map(|key| {
            self.0
                .iter()
                .find(|(known, value)| known == key && !value.is_empty())
                .map(|(_, value)| value.clone())
        })
    }
}

/// The key that ends at `end`.
fn key_before(string: &str, end: usize) -> Option<&str> {
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let bytes = string.as_bytes().get(..end)?;
    let length = bytes
        .iter()
        .rev()
        .take(MAX_KEY + 1)
        .take_while(|&&byte| is_key(byte))
        .count();
    let start = end - length;
    let opens = start
        .checked_sub(1)
        .and_then(|at| bytes.get(at))
        .is_none_or(|before| matches!(before, b' ' | b',' | b';' | b'(' | b'{' | b'\t' | b':'));
    (opens && (1..=MAX_KEY).contains(&length)).then(|| string.get(start..end))?
}

/// The value that begins at `at`, without its quotation marks.
fn value_at(string: &str, at: usize, key: &str) -> Range<usize> {
    let rest = string.get(at..).unwrap_or_default();
    if rest.starts_with('"') {
        let end = closing_quote(rest).unwrap_or(rest.len());
        return at + 1..at + end;
    }
    let end = match WORDS.contains(&key) {
        true => end_of_words(rest, key),
        false => end_of_value(rest),
    };
    trimmed(string, at..at + end)
}

fn closing_quote(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    memchr::memchr_iter(b'"', bytes)
        .skip(1)
        .find(|&at| bytes.get(at - 1) != Some(&b'\\'))
}

/// Postfix's status is the last of its pairs, whatever the server's reply holds.
fn end_of_words(rest: &str, key: &str) -> usize {
    let is_last = |at: usize| {
        let behind = rest.get(at + 2..).unwrap_or_default();
        let word = behind.split('=').next().unwrap_or_default();
        BEHIND_WORDS.contains(&word)
    };
    match key {
        "status" => rest.len(),
        _ => memchr::memmem::find_iter(rest.as_bytes(), b", ")
            .take(64)
            .find(|&at| is_last(at))
            .unwrap_or(rest.len()),
    }
}

/// Up to a comma or semicolon, or to white space with a key behind it.
fn end_of_value(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut in_brackets = false;
    for (at, byte) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1);
        match byte {
            b'<' => in_brackets = true,
            b'>' => in_brackets = false,
            b',' | b';' if next.is_none_or(|next| *next == b' ') => return at,
            b' ' | b'\t' if !in_brackets && key_follows(bytes, at + 1) => return at,
            _ => {}
        }
    }
    rest.len()
}

fn key_follows(bytes: &[u8], at: usize) -> bool {
    let word = bytes.get(at..).unwrap_or_default();
    let length = word
        .iter()
        .take(MAX_KEY)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        .count();
    length > 0 && word.get(length) == Some(&b'=')
}

/// Takes the deliveries and senders of an entry over; tells whether it was one of this shape.
pub(super) fn read(entry: &Entry, log: &mut Log) -> bool {
    take_notice(entry, log);
    let pairs = Pairs::read(entry.as_str(), 0);
    let outcome = pairs.get(&[
        "status", "stat", "result", "dsn", "reply", "response", "reason", "error",
    ]);
    // `OpenSMTPD` writes `rcpt=<->` where it is the same as `to`.
    let keys = ["rcpt", "to", "recipient", "rcpt_to"];
    let to = keys
        .iter()
        .filter_map(|key| pairs.get(&[key]))
        .find(|range| !matches!(entry.at(range.clone()), "<->" | "-" | "<>"));
    if let Some(from) = pairs.get(&["from", "mail_from", "sender"]) {
        take_sender(entry, from, to.is_none(), log);
    }
    match (to, outcome) {
        (Some(to), Some(_)) => {
            log.attempts.extend(attempts(entry, &pairs, to));
            log.client.ip = log.client.ip.take().or_else(|| source(entry, &pairs));
            true
        }
        (None, Some(outcome)) => take_expiry(entry, outcome, log),
        _ => pairs.get(&["from"]).is_some(),
    }
}

/// The reverse-path, and whether the message is a report itself.
fn take_sender(entry: &Entry, from: Range<usize>, alone: bool, log: &mut Log) {
    let value = entry.at(from.clone());
    if value.starts_with("<>") {
        log.notices.extend(entry.id().filter(|_| alone));
        return;
    }
    let found = address::find(value, 0).and_then(|found| {
        address::at(
            &entry.text,
            from.start + found.start..from.start + found.end,
        )
    });
    if let Some(sender) = found {
        log.senders.entry(entry.id()).or_insert(sender);
    }
}

/// `sender non-delivery notification: 4XyzDef456`.
fn take_notice(entry: &Entry, log: &mut Log) {
    let message = entry.at(entry.rest..entry.as_str().len());
    if let Some((words, id)) = message.rsplit_once(" notification: ")
        && words.len() < 40
    {
        log.notices.insert(id.trim().to_owned());
    }
}

/// `from=<…>, status=expired, returned to sender`: what was deferred so far has failed.
fn take_expiry(entry: &Entry, outcome: Range<usize>, log: &mut Log) -> bool {
    const WORD: &str = "expired";
    let is_expired = entry.at(outcome.clone()).starts_with(WORD);
    if let (true, Some(id)) = (is_expired, entry.id()) {
        let spans = entry.text.spans(outcome.start..outcome.start + WORD.len());
        log.expired.insert(id, Spanned::new(Action::Failed, spans));
    }
    is_expired
}

/// `OpenSMTPD` names the address that it connected from.
fn source(entry: &Entry, pairs: &Pairs<'_>) -> Option<Spanned<IpAddr>> {
    let range = pairs.get(&["source", "source_ip"])?;
    let ip = entry.at(range.clone()).parse().ok()?;
    Some(Spanned::new(ip, entry.text.spans(range)))
}

/// One attempt for each address of the list.
fn attempts(entry: &Entry, pairs: &Pairs<'_>, to: Range<usize>) -> Vec<Attempt> {
    let delivery = delivery(entry, pairs);
    let (remote_mta, remote_ip) = relay(entry, pairs);
    let to_itself = remote_ip.as_ref().is_some_and(|ip| ip.value.is_loopback())
        && delivery
            .action
            .as_ref()
            .is_some_and(|action| action.value == Action::Delivered);
    let (remote_mta, remote_ip) =
        match delivery.remote_mta.is_some() || delivery.remote_ip.is_some() {
            true => (None, None),
            false => (remote_mta, remote_ip),
        };
    let original = pairs
        .get(&["orig_to"])
        .and_then(|range| mailbox(entry, range));
    addresses(entry, to)
        .into_iter()
        .map(|address| Attempt {
            recipient: Recipient {
                address: Some(address),
                original: original.clone(),
                remote_mta: delivery.remote_mta.clone().or_else(|| remote_mta.clone()),
                remote_ip: delivery.remote_ip.clone().or_else(|| remote_ip.clone()),
                ..delivery.clone()
            },
            to_itself,
            ..Attempt::default()
        })
        .collect()
}

/// All that is not the address: what the server said, and what became of it.
fn delivery(entry: &Entry, pairs: &Pairs<'_>) -> Recipient {
    let read =
        words(entry, pairs).map_or_else(Recipient::default, |range| said(&entry.text, range));
    let dsn = pairs.get(&["dsn"]).and_then(|range| status(entry, range));
    let read = Recipient {
        status: dsn.or(read.status),
        ..read
    };
    let waited_seconds = pairs.get(&["delay"]).and_then(|range| {
        let seconds = tries::delay(entry.at(range.clone()).trim())?;
        Some(Spanned::new(seconds, entry.text.spans(range)))
    });
    Recipient {
        waited_seconds,
        action: pairs
            .get(&["result", "status", "stat"])
            .and_then(|range| action_word(entry, range))
            .or_else(|| action_of_codes(&read))
            .or_else(|| leading_word(entry)),
        ..read
    }
}

/// What was said: in parentheses behind Postfix's status, else the reply, else the words of the log.
fn words(entry: &Entry, pairs: &Pairs<'_>) -> Option<Range<usize>> {
    if let Some(status) = pairs.get(&["status"]) {
        let value = entry.at(status.clone());
        if let Some(open) = value.find('(') {
            let end = value
                .rfind(')')
                .filter(|end| *end > open)
                .unwrap_or(value.len());
            return Some(status.start + open + 1..status.start + end);
        }
    }
    pairs.get(&[
        "reply", "response", "stat", "reason", "error", "message", "msg",
    ])
}

fn status(entry: &Entry, range: Range<usize>) -> Option<Spanned<EnhancedStatus>> {
    let status = entry.at(range.clone()).parse().ok()?;
    Some(Spanned::new(status, entry.text.spans(range)))
}

/// The words that begin a status, lower case.
const ACTIONS: [(&str, Action); 19] = [
    ("accepted", Action::Delivered),
    ("bounce", Action::Failed),
    ("defer", Action::Delayed),
    ("delivered", Action::Delivered),
    ("deliverable", Action::Delivered),
    ("expired", Action::Failed),
    ("fail", Action::Failed),
    ("hardbounce", Action::Failed),
    ("ok", Action::Delivered),
    ("permfail", Action::Failed),
    ("queued", Action::Delayed),
    ("rejected", Action::Failed),
    ("relayed", Action::Relayed),
    ("sent", Action::Delivered),
    ("softbounce", Action::Delayed),
    ("success", Action::Delivered),
    ("tempfail", Action::Delayed),
    ("transient", Action::Delayed),
    ("undeliverable", Action::Failed),
];

fn action_word(entry: &Entry, range: Range<usize>) -> Option<Spanned<Action>> {
    let value = entry.at(range.clone());
    let length = value
        .bytes()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let word = value.get(..length)?.to_ascii_lowercase();
    let (_, action) = ACTIONS
        .iter()
        .filter(|(known, _)| word.starts_with(known))
        .max_by_key(|(known, _)| known.len())?;
    // "ok" is a word, and the beginning of others.
    let whole = word.len() > 2 || word == "ok";
    let spans = entry.text.spans(range.start..range.start + length);
    whole.then(|| Spanned::new(*action, spans))
}

/// `delivery: PermFail for …`, `bounced, to=<…>`: the word stands before the pairs.
fn leading_word(entry: &Entry) -> Option<Spanned<Action>> {
    let message = entry.at(entry.rest..entry.as_str().len());
    let head = message.split('=').next()?;
    let mut at = entry.rest;
    head.split_inclusive([' ', ':', ',']).find_map(|word| {
        let start = at;
        at += word.len();
        action_word(
            entry,
            start..start + word.trim_end_matches([' ', ':', ',']).len(),
        )
    })
}

/// The server: `mx.firm.example[192.0.2.10]:25`, `mx.firm.example. [192.0.2.10]`, and `OpenSMTPD`'s
/// `192.0.2.10 (mx.firm.example)`.
fn relay(entry: &Entry, pairs: &Pairs<'_>) -> (Option<Spanned<String>>, Option<Spanned<IpAddr>>) {
    let Some(range) = pairs.get(&["relay", "host", "mx", "peer"]) else {
        return (None, None);
    };
    let (name, ip) = server(entry, range);
    let alone = || pairs.get(&["ip"]).and_then(|range| server(entry, range).1);
    (name, ip.or_else(alone))
}

/// The name and the address of a server at `range`, in either order.
pub(super) fn server(
    entry: &Entry,
    range: Range<usize>,
) -> (Option<Spanned<String>>, Option<Spanned<IpAddr>>) {
    let value = entry.at(range.clone());
    let opening = value.len() - value.trim_start_matches(['[', '(', '<']).len();
    let name = address::host_at(value, opening).or_else(|| {
        let open = value.find('(')?;
        address::host_at(value, open + 1)
    });
    let ip = address::ips_in(value).into_iter().next();
    let place = |part: &Range<usize>| range.start + part.start..range.start + part.end;
    let name = name
        .and_then(|name| entry.text.spanned(place(&name)))
        .map(|name| name.map(|name| name.lower()));
    let ip = ip.map(|(part, ip)| Spanned::new(ip, entry.text.spans(place(&part))));
    (name, ip)
}

fn mailbox(entry: &Entry, range: Range<usize>) -> Option<Spanned<String>> {
    addresses(entry, range).into_iter().next()
}

/// The addresses of a list; a local user has no domain.
pub(super) fn addresses(entry: &Entry, range: Range<usize>) -> Vec<Spanned<String>> {
    let value = entry.text.slice(range.clone());
    let found = address::all_in(&value);
    if !found.is_empty() {
        return found;
    }
    let word = value.as_str();
    let opening = word.len() - word.trim_start_matches('<').len();
    let plain = word.trim_matches(['<', '>']);
    let is_user = plain
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+'));
    let place = range.start + opening..range.start + opening + plain.len();
    let user = entry
        .text
        .spanned(place)
        .filter(|user| is_user && !user.value.is_empty());
    user.into_iter().collect()
}
