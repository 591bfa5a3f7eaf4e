//! Webhooks and API rows of sending services as JSON, and their exports as CSV: read by the shape of
//! their fields. What a key means is a row of `knowledge/webhooks.toml`; a service that nobody knows
//! still gives recipient, code and reason, since most use the same few words.

use std::{collections::HashMap, net::IpAddr};

use crate::{
    bounce::{Action, Bounce, Kind, Recipient, Returned, Sending, Shape},
    knowledge::webhook::{Event, Field},
    text::{Lower, Span, Spanned, Text},
};

use super::{complete, report, sending};

mod record;
mod scan;
mod table;
mod value;

use record::{Fact, Items, Record};

/// How many levels of objects inside of strings are looked into: a queue's envelope has a topic's in
/// it, and that has the event.
const MAX_LEVELS: usize = 4;

/// Text longer than this is not tried once more without its escapes.
const LONGEST_ESCAPED: usize = 1 << 22;

/// An event that was read.
struct Entry {
    bounce: Bounce,
    /// Whether it is a row of a list: it does not say by itself what happened, or stands in a table.
    is_row: bool,
}

/// Reads the events; `None` where there are none.
pub(super) fn read(text: &Text) -> Option<Vec<Bounce>> {
    let mut entries = Vec::new();
    read_objects(text, 0, &mut entries);
    if entries.is_empty()
        && let Some(plain) = unescaped(text)
    {
        read_objects(&plain, 0, &mut entries);
    }
    if entries.is_empty() {
        let rows = table::records(text);
        entries.extend(rows.iter().filter_map(|row| entry(text, row)));
        entries.iter_mut().for_each(|entry| entry.is_row = true);
    }
    if entries.is_empty() && says_nothing(text) {
        return Some(vec![nothing()]);
    }
    let bounces = merged(about_delivery(entries));
    (!bounces.is_empty()).then_some(bounces)
}

/// A paste that is all objects, without a reply in any of their strings: its numbers are versions and
/// codes of HTTP, not to be read as prose.
fn says_nothing(text: &Text) -> bool {
    let string = text.as_str().trim();
    if !(string.starts_with(['{', '[']) && string.ends_with(['}', ']'])) {
        return false;
    }
    let mut from = 0;
    let mut has_reply = false;
    while let Some(start) = scan::next_object(text.as_str(), from) {
        let mut items = Items::new(text);
        from = scan::object(text.as_str(), start, &mut items);
        has_reply |= items.has_reply || !items.nested.is_empty();
    }
    from > 0 && !has_reply
}

fn nothing() -> Bounce {
    Bounce::unknown(Span { start: 0, end: 0 }, Shape::Unknown)
}

/// Each object in the text, and each inside of a string of one.
fn read_objects(text: &Text, level: usize, entries: &mut Vec<Entry>) {
    let mut from = 0;
    while let Some(start) = scan::next_object(text.as_str(), from) {
        let mut items = Items::new(text);
        from = scan::object(text.as_str(), start, &mut items);
        let nested = std::mem::take(&mut items.nested);
        let records = items.into_records();
        entries.extend(records.iter().filter_map(|record| entry(text, record)));
        for range in nested.into_iter().filter(|_| level < MAX_LEVELS) {
            let inner = text.slice(range).without_json_escapes();
            read_objects(&inner, level + 1, entries);
        }
    }
}

/// An object that was copied out of a string (`{\"event\": …`), or the body of a form
/// (`mandrill_events=%5B%7B%22event…`).
fn unescaped(text: &Text) -> Option<Text> {
    let string = text.as_str();
    if string.len() > LONGEST_ESCAPED {
        None
    } else if string.contains("{\\\"") {
        Some(text.without_json_escapes())
    } else if string.contains("%7B%22") || string.contains("%7b%22") {
        Some(text.without_percent_encoding())
    } else {
        None
    }
}

/// What somebody opened or clicked is left out where something about delivery is there.
fn about_delivery(mut entries: Vec<Entry>) -> Vec<Entry> {
    let counts = |entry: &Entry| entry.bounce.kind != Kind::Other;
    if entries.iter().any(counts) {
        entries.retain(counts);
    } else {
        entries.truncate(1);
    }
    entries
}

/// Rows of a list that say the same of the message become one bounce with many recipients; events stay
/// what they are.
fn merged(entries: Vec<Entry>) -> Vec<Bounce> {
    let mut bounces: Vec<Bounce> = Vec::new();
    let mut places = HashMap::new();
    for Entry { bounce, is_row } in entries {
        if !is_row {
            bounces.push(bounce);
            continue;
        }
        let place = *places.entry(row_key(&bounce)).or_insert(bounces.len());
        match bounces.get_mut(place) {
            Some(list) => {
                list.span = Span {
                    start: list.span.start.min(bounce.span.start),
                    end: list.span.end.max(bounce.span.end),
                };
                list.recipients.extend(bounce.recipients);
            }
            None => bounces.push(bounce),
        }
    }
    bounces
}

type RowKey = (Kind, Option<String>, Option<String>, Option<IpAddr>);

fn row_key(bounce: &Bounce) -> RowKey {
    let sending = &bounce.sending;
    let name = |name: &Option<Spanned<String>>| name.as_ref().map(|name| name.value.clone());
    (
        bounce.kind,
        name(&sending.from_domain),
        name(&sending.envelope_domain),
        sending.ip.as_ref().map(|ip| ip.value),
    )
}

fn entry(text: &Text, record: &Record) -> Option<Entry> {
    let service = record.service.as_ref().map(|service| service.value);
    let counts = |fact: &&Fact| fact.service.is_none() || fact.service == service;
    let facts: Vec<&Fact> = record.facts.iter().filter(counts).collect();
    let lists: Vec<Vec<&Fact>> = record
        .recipients
        .iter()
        .map(|facts| facts.iter().filter(counts).collect())
        .collect();
    let event = record::event(&facts).or_else(|| lists.iter().find_map(|list| record::event(list)));
    let recipients = recipients(&facts, &lists);
    let kind = kind(event.map(|(event, _)| event), &facts, &recipients)?;
    let mut bounce = Bounce {
        span: whole(&text.spans(record.range.clone())),
        kind,
        shape: Shape::Webhook,
        system: record.service.clone(),
        reporting_mta: value::first(&facts, Field::ReportingMta).and_then(|mta| report::mta(mta).0),
        arrival_date: value::first(&facts, Field::Arrival).and_then(value::time),
        recipients,
        sending: Sending::default(),
        returned: Returned::default(),
        mentioned: Vec::new(),
        trials: Vec::new(),
    };
    match bounce.kind {
        Kind::Other => bounce.recipients.clear(),
        _ => bounce.sending = sent_by(&facts, &bounce),
    }
    Some(Entry {
        bounce,
        is_row: event.is_none(),
    })
}

fn whole(spans: &[Span]) -> Span {
    Span {
        start: spans.iter().map(|span| span.start).min().unwrap_or(0),
        end: spans.iter().map(|span| span.end).max().unwrap_or(0),
    }
}

/// The recipients: who is named by itself, else the list, else who it was addressed to. A refusal
/// without a name is one too.
fn recipients(facts: &[&Fact], lists: &[Vec<&Fact>]) -> Vec<Recipient> {
    let common = value::recipient(facts);
    let named = value::addresses(facts, Field::Address);
    if named.is_empty() && !lists.is_empty() {
        return listed(lists, &common);
    }
    let addresses = match named.is_empty() {
        true => value::addresses(facts, Field::To),
        false => named,
    };
    if addresses.is_empty() {
        return value::without_address(facts, common).into_iter().collect();
    }
    with_addresses(addresses, &common)
}

/// The recipients of a list; who stands in two of them is one.
fn listed(lists: &[Vec<&Fact>], common: &Recipient) -> Vec<Recipient> {
    let mut recipients: Vec<Recipient> = Vec::new();
    let mut places = HashMap::new();
    for facts in lists {
        let named = value::addresses(facts, Field::Address);
        let addresses = match named.is_empty() {
            true => value::addresses(facts, Field::To),
            false => named,
        };
        let own = value::recipient(facts);
        for recipient in with_addresses(addresses, &own) {
            let address = recipient.address.as_ref().map(|a| a.value.lower());
            let place = *places.entry(address).or_insert(recipients.len());
            match recipients.get_mut(place) {
                Some(known) => complete(known, recipient),
                None => recipients.push(recipient),
            }
        }
    }
    for recipient in &mut recipients {
        complete(recipient, common.clone());
    }
    recipients
}

fn with_addresses(addresses: Vec<Spanned<String>>, common: &Recipient) -> Vec<Recipient> {
    addresses
        .into_iter()
        .map(|address| Recipient {
            address: Some(address),
            ..common.clone()
        })
        .collect()
}

/// What sort of message it is; `None` where nothing says that it is about delivery.
fn kind(event: Option<Event>, facts: &[&Fact], recipients: &[Recipient]) -> Option<Kind> {
    let has_failure = recipients
        .iter()
        .any(|recipient| recipient.status.is_some() || recipient.reply_code.is_some());
    let is_about = !recipients.is_empty();
    match event {
        Some(Event::Engaged) => Some(Kind::Other),
        Some(Event::Sent) if is_about && value::says_delivered(facts) => Some(Kind::Delivered),
        Some(Event::Sent) => Some(Kind::Other),
        _ if !is_about => None,
        Some(Event::AutoReply) => Some(Kind::AutoReply),
        Some(Event::Bounce | Event::Suppressed | Event::Withheld) => Some(Kind::Bounce),
        Some(Event::Complaint) => Some(Kind::Complaint),
        Some(Event::Delay) => Some(Kind::Delay),
        Some(Event::Delivered) => Some(Kind::Delivered),
        None | Some(Event::Unclear) => {
            let actions: Vec<Action> = recipients
                .iter()
                .filter_map(|recipient| recipient.action.as_ref().map(|action| action.value))
                .collect();
            super::kind_of_actions(&actions).or_else(|| {
                (has_failure || value::says_refusal(recipients)).then_some(Kind::Bounce)
            })
        }
    }
}

fn sent_by(facts: &[&Fact], bounce: &Bounce) -> Sending {
    let address = |field: Field| super::address::all_in(value::first(facts, field)?).pop();
    let domain = |field: Field| super::address::domain(&address(field)?);
    Sending {
        ip: value::first(facts, Field::SendingIp)
            .and_then(value::ip)
            .or_else(|| sending::said_ip(bounce)),
        from_domain: domain(Field::From),
        envelope_domain: domain(Field::MailFrom),
        decoded: address(Field::MailFrom)
            .as_ref()
            .and_then(super::encoded::of),
        ..Sending::default()
    }
}
