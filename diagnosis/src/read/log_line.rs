//! Lines of a mail server's log: one delivery a line, or one refusal of a server that logs what it
//! turned away. Told by their shape: key=value pairs, Exim's arrows, numbered deliveries, tables.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    ops::Range,
};

use crate::{
    bounce::{Action, Recipient, Sending, Shape},
    text::{Lower, Spanned, Text},
};

use super::{
    address, diagnostic, encoded,
    record::{Record, action_of_codes},
};

mod arrows;
mod entry;
mod numbered;
mod pairs;
mod prefix;
mod refusal;
mod table;

use entry::Entry;

/// Reads the deliveries of a text; `None` where it holds no log.
pub(super) fn read(text: &Text) -> Option<Record> {
    if !may_hold_log(text.as_str()) {
        return None;
    }
    let mut log = Log::default();
    if !table::read(text, &mut log) {
        for entry in entry::all(text, entry::may_tell) {
            log.take(&entry);
        }
    }
    log.into_record()
}

/// The lines of a text that begin with a time, each together with what was wrapped of it; `None`
/// where there are no times.
pub(super) fn unwrapped(text: &Text) -> Option<Text> {
    if !has_clock(text.as_str().as_bytes()) {
        return None;
    }
    let entries: Vec<Text> = entry::all(text, |_| true)
        .into_iter()
        .filter(|entry| entry.prefix.dated || entry.prefix.program)
        .map(|entry| entry.text)
        .collect();
    Some(Text::concat(&entries))
}

/// A first look, so that other pastes cost next to nothing.
fn may_hold_log(string: &str) -> bool {
    const MARKS: [&str; 14] = [
        "to=",
        "rcpt=",
        "reject: ",
        "reject=",
        "rejected ",
        " ** ",
        " == ",
        " => ",
        "delivery ",
        "LED=",
        "MessageTraceId",
        "message_trace_id",
        "EventId",
        "event-id",
    ];
    let bytes = string.as_bytes();
    MARKS
        .iter()
        .any(|mark| memchr::memmem::find(bytes, mark.as_bytes()).is_some())
        || has_clock(bytes)
}

/// `10:00:00` and a reply code behind it may be a line of a system whose words nobody knows.
fn has_clock(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b':', bytes).any(|at| {
        let clock = at
            .checked_sub(2)
            .and_then(|start| bytes.get(start..start + 8));
        clock.is_some_and(|clock| {
            matches!(clock, [a, b, b':', c, d, b':', e, f]
                if [a, b, c, d, e, f].iter().all(|byte| byte.is_ascii_digit()))
        })
    })
}

/// One try to deliver to one recipient.
#[derive(Debug, Default)]
struct Attempt {
    /// The queue's name for the message.
    id: Option<String>,
    recipient: Recipient,
    /// Whether the server only says that it gave up; why, the tries before say.
    gave_up: bool,
    /// Whether the message went to a filter on the same machine, which delivers it again.
    to_itself: bool,
}

/// What a server that logs its own refusals says of the client.
#[derive(Debug, Default)]
struct Client {
    ip: Option<Spanned<IpAddr>>,
    helo: Option<Spanned<String>>,
}

/// What the lines have said so far.
#[derive(Debug, Default)]
struct Log {
    attempts: Vec<Attempt>,
    /// The reverse-path of each message, and of a message that has no name.
    senders: HashMap<Option<String>, Spanned<String>>,
    /// Messages that are reports themselves.
    notices: HashSet<String>,
    /// Messages that the server gave up.
    expired: HashMap<String, Spanned<Action>>,
    client: Client,
    host: Option<Spanned<String>>,
    /// Recipients of numbered deliveries that have begun.
    begun: HashMap<String, Spanned<String>>,
}

impl Log {
    fn take(&mut self, entry: &Entry) {
        let before = self.attempts.len();
        let known = refusal::read(entry, self)
            || numbered::read(entry, self)
            || arrows::read(entry, self)
            || pairs::read(entry, self);
        if !known {
            self.attempts.extend(unknown_words(entry));
        }
        for attempt in self.attempts.iter_mut().skip(before) {
            attempt.id = attempt.id.take().or_else(|| entry.id());
            let time = attempt.recipient.last_attempt_date.take();
            attempt.recipient.last_attempt_date = time.or_else(|| entry.time());
        }
        if self.attempts.len() > before && self.host.is_none() {
            self.host = entry.host();
        }
    }

    fn into_record(mut self) -> Option<Record> {
        let chosen = self.chosen();
        let envelope = chosen
            .iter()
            .find_map(|attempt| self.senders.get(&attempt.id))
            .or_else(|| self.senders.get(&None));
        let decoded = envelope.and_then(encoded::of);
        let envelope_domain = envelope.and_then(address::domain);
        let recipients: Vec<Recipient> = chosen
            .into_iter()
            .map(|attempt| attempt.recipient)
            .collect();
        (!recipients.is_empty()).then(|| Record {
            shape: Shape::LogLine,
            recipients,
            reporting_mta: self.host,
            sending: Sending {
                ip: self.client.ip,
                helo: self.client.helo,
                envelope_domain,
                decoded,
                ..Sending::default()
            },
            adds: false,
        })
    }

    /// One attempt for each recipient, in the order of the paste: the last that decides, else the
    /// last.
    fn chosen(&mut self) -> Vec<Attempt> {
        let mut chosen: Vec<Attempt> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for mut attempt in std::mem::take(&mut self.attempts) {
            let expired = attempt.id.as_ref().and_then(|id| self.expired.get(id));
            if let Some(action) = expired.filter(|_| attempt.is_delayed()) {
                attempt.recipient.action = Some(action.clone());
            }
            let address = attempt.recipient.address.as_ref();
            let key = address.map_or_else(String::new, |address| address.value.lower());
            let place = *places.entry(key).or_insert(chosen.len());
            match chosen.get_mut(place) {
                Some(known) => known.follow(attempt),
                None => chosen.push(attempt),
            }
        }
        let is_notice = |attempt: &Attempt| {
            attempt
                .id
                .as_ref()
                .is_some_and(|id| self.notices.contains(id))
        };
        if !chosen.iter().all(is_notice) {
            chosen.retain(|attempt| !is_notice(attempt));
        }
        chosen
    }
}

impl Attempt {
    fn is_delayed(&self) -> bool {
        self.action() == Some(Action::Delayed)
    }

    fn action(&self) -> Option<Action> {
        self.recipient.action.as_ref().map(|action| action.value)
    }

    fn weight(&self) -> u8 {
        match self.action() {
            _ if self.to_itself => 0,
            Some(Action::Delayed) => 1,
            _ => 2,
        }
    }

    /// A later attempt for the same recipient.
    fn follow(&mut self, later: Self) {
        if later.gave_up && self.is_delayed() {
            self.recipient.action = later.recipient.action.or(self.recipient.action.take());
            self.recipient.last_attempt_date = self
                .recipient
                .last_attempt_date
                .take()
                .or(later.recipient.last_attempt_date);
        } else if later.weight() >= self.weight() {
            *self = later;
        }
    }
}

/// A line of a system whose words nobody knows: a time, an address and a reply with its code.
fn unknown_words(entry: &Entry) -> Option<Attempt> {
    if !(entry.prefix.dated || entry.prefix.program) {
        return None;
    }
    let message = entry.message();
    let read = diagnostic::read(&message);
    read.reply_code.as_ref()?;
    let address = recipient_of(&message)?;
    let action = action_of_codes(&read);
    Some(Attempt {
        recipient: Recipient {
            address: Some(address),
            action,
            ..read
        },
        ..Attempt::default()
    })
}

/// The first address that is not named as the sender's.
fn recipient_of(message: &Text) -> Option<Spanned<String>> {
    let string = message.as_str();
    let mut from = 0;
    while let Some(range) = address::find(string, from) {
        let before = string.get(from..range.start).unwrap_or_default();
        let before = before
            .trim_end_matches(['<', '"', '=', ':', ' ', '('])
            .to_ascii_lowercase();
        if !before.ends_with("from") && !before.ends_with("sender") {
            return address::at(message, range);
        }
        from = range.end;
    }
    None
}

/// What a server is said to have answered, or the log's own words. Line ends inside of it are written
/// as `\n`.
fn said(entry: &Text, range: Range<usize>) -> Recipient {
    let words = entry.slice(range);
    if !words.as_str().contains("\\n") {
        return diagnostic::read(&words);
    }
    let lines = words.without_json_escapes();
    let ranges: Vec<_> = lines.lines().collect();
    diagnostic::read(&lines.join(ranges))
}
