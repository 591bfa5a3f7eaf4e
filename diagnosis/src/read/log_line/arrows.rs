//! Deliveries behind an arrow, as Exim logs them: `=>` and `->` delivered, `==` deferred, `**` failed.

use std::ops::Range;

use crate::{
    bounce::{Action, Recipient},
    text::Spanned,
};

use super::{Attempt, Log, address, entry::Entry, pairs, said};

/// Exim's queue names: `1abcDE-0001Xy-2B`, since 4.97 `1abcDE-00000001XyZ-0Abc`.
pub(super) fn is_id(word: &str) -> bool {
    let mut parts = word.split('-');
    let mut fits = |lengths: &[usize]| {
        parts.next().is_some_and(|part| {
            lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    };
    fits(&[6]) && fits(&[6, 11]) && fits(&[2, 4]) && parts.next().is_none()
}

/// The queue name among the first words of a line.
pub(super) fn find_id(line: &str) -> Option<Range<usize>> {
    const FEW: usize = 8;
    tokens(line, 0)
        .take(FEW)
        .find(|word| line.get(word.clone()).is_some_and(is_id))
}

fn tokens(line: &str, from: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = from;
    line.get(from..)
        .unwrap_or_default()
        .split_inclusive(' ')
        .map(move |word| {
            let start = at;
            at += word.len();
            start..start + word.trim_end_matches(' ').len()
        })
        .filter(|word| !word.is_empty())
}

/// Takes the entry over; tells whether it was one of this shape.
pub(super) fn read(entry: &Entry, log: &mut Log) -> bool {
    let line = entry.as_str();
    let id = find_id(line);
    let start = id.as_ref().map_or(entry.rest, |id| id.end);
    let Some(flag) = tokens(line, start).next() else {
        return false;
    };
    let id = id.map(|id| entry.at(id).to_owned());
    let action = match entry.at(flag.clone()) {
        "<=" => return take_arrival(entry, flag.end, id, log),
        "=>" | "->" | ">>" | "*>" => Action::Delivered,
        "==" => Action::Delayed,
        "**" => Action::Failed,
        _ => return false,
    };
    let Some(mut attempt) = attempt(entry, flag.end) else {
        return false;
    };
    attempt.recipient.action = Some(Spanned::new(action, entry.text.spans(flag)));
    attempt.id = id;
    log.client.ip = log.client.ip.take().or_else(|| interface(entry));
    log.attempts.push(attempt);
    true
}

/// `<= news@shop.example H=…`, and `<= <> R=1abcDE-0001Xy-2B` for a report.
fn take_arrival(entry: &Entry, at: usize, id: Option<String>, log: &mut Log) -> bool {
    let Some(word) = tokens(entry.as_str(), at).next() else {
        return false;
    };
    if entry.at(word.clone()) == "<>" {
        log.notices.extend(id);
        return true;
    }
    let sender = pairs::addresses(entry, word).into_iter().next();
    if let Some(sender) = sender.filter(|sender| sender.value.contains('@')) {
        log.senders.entry(id).or_insert(sender);
    }
    true
}

/// `I=[203.0.113.25]:54321`: the address that the connection came from.
fn interface(entry: &Entry) -> Option<Spanned<std::net::IpAddr>> {
    let at = entry.as_str().find(" I=[")?;
    let (range, ip) = address::ip_at(entry.as_str(), at + 3)?;
    Some(Spanned::new(ip, entry.text.spans(range)))
}

/// `ana@firm.example <all@firm.example> R=… T=… H=… [192.0.2.10]: what was said`.
fn attempt(entry: &Entry, at: usize) -> Option<Attempt> {
    let line = entry.as_str();
    let fields = fields_end(line, at);
    let head = at..fields.unwrap_or(line.len());
    let names = pairs::addresses(entry, head.start..first_field(line, &head));
    let mut names = names.into_iter().filter(|name| name.value.contains('@'));
    let address = names.next()?;
    let words = fields
        .map(|end| end + 1..line.len())
        .or_else(|| confirmation(line, &head));
    let read = words.map_or_else(Recipient::default, |words| said(&entry.text, words));
    let (host, ip) = field(line, &head, " H=").map_or((None, None), |start| {
        pairs::server(entry, start..host_end(line, start))
    });
    let gave_up = read
        .diagnostic
        .as_ref()
        .is_some_and(|said| is_no_attempt(&said.value));
    Some(Attempt {
        recipient: Recipient {
            address: Some(address),
            original: names.next(),
            remote_mta: host.or(read.remote_mta),
            remote_ip: ip.or(read.remote_ip),
            ..read
        },
        gave_up,
        ..Attempt::default()
    })
}

/// Words for a message that was not tried this time: the earlier tries say why.
fn is_no_attempt(said: &str) -> bool {
    let lower = said.trim_start().to_ascii_lowercase();
    lower.starts_with("retry time") || lower.starts_with("message too old")
}

/// The colon that ends the fields: the first at the end of a word that stands in no quotation marks.
fn fields_end(line: &str, at: usize) -> Option<usize> {
    let rest = line.get(at..)?;
    let mut quoted = false;
    let mut before = b' ';
    let bytes = rest.as_bytes();
    for (place, &byte) in bytes.iter().enumerate() {
        match byte {
            b'"' if quoted && before != b'\\' => quoted = false,
            b'"' if before == b'=' => quoted = true,
            b':' if !quoted && bytes.get(place + 1).is_none_or(|next| *next == b' ') => {
                return Some(at + place);
            }
            _ => {}
        }
        before = byte;
    }
    None
}

/// Where the first `X=` field begins.
fn first_field(line: &str, head: &Range<usize>) -> usize {
    tokens(line.get(..head.end).unwrap_or_default(), head.start)
        .find(|word| {
            let word = line.get(word.clone()).unwrap_or_default();
            let key = word.split('=').next().unwrap_or_default();
            let is_key =
                !key.is_empty() && key.len() <= 5 && key.bytes().all(|b| b.is_ascii_uppercase());
            is_key && key.len() < word.len() || word == "defer"
        })
        .map_or(head.end, |word| word.start)
}

fn field(line: &str, head: &Range<usize>, key: &str) -> Option<usize> {
    let at = line.get(head.clone())?.find(key)?;
    Some(head.start + at + key.len())
}

/// `mx.firm.example [192.0.2.10]:25`: up to the bracket.
fn host_end(line: &str, start: usize) -> usize {
    let rest = line.get(start..).unwrap_or_default();
    start
        + rest
            .find(']')
            .map_or(rest.find(' ').unwrap_or(rest.len()), |end| end + 1)
}

/// `C="250 2.0.0 Ok"`: what the server said when it took the message.
fn confirmation(line: &str, head: &Range<usize>) -> Option<Range<usize>> {
    let start = field(line, head, " C=\"")?;
    let rest = line.get(start..)?;
    Some(start..start + rest.find('"').unwrap_or(rest.len()))
}
