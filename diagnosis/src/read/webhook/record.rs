//! The values of an object whose keys are known, sorted into records: one event each, with its
//! recipients.

use std::{collections::HashMap, ops::Range};

use crate::{
    bounce::ReplyCode,
    knowledge::webhook::{self, Event, Field},
    text::{Spanned, Text},
};

use super::{
    super::address,
    scan::{Collector, Frame},
};

/// Values longer than this are messages, not what is said about them.
const LONGEST_VALUE: usize = 16_384;

/// Strings longer than this are not looked into for objects.
const LONGEST_NESTED: usize = 1 << 20;

/// How much of what stands around an event is looked at.
const MOST_INHERITED: usize = 64;

/// A value and what its key says about it.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) field: Field,
    /// The service in whose events alone the key says so.
    pub(super) service: Option<&'static str>,
    pub(super) value: Text,
    /// What happened, where its words say so.
    pub(super) event: Option<Event>,
}

impl Fact {
    pub(super) fn new(field: Field, service: Option<&'static str>, value: Text) -> Self {
        let event = match field {
            Field::Action
            | Field::Category
            | Field::Event
            | Field::Severity
            | Field::State
            | Field::Words => webhook::event(value.as_str()),
            _ => None,
        };
        Self {
            field,
            service,
            value,
            event,
        }
    }
}

/// One event.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// What is said about all of its recipients, the nearest first.
    pub(super) facts: Vec<Fact>,
    /// What is said about each recipient, where it has a list of them.
    pub(super) recipients: Vec<Vec<Fact>>,
    /// The service that wrote it, by a key that only it writes.
    pub(super) service: Option<Spanned<&'static str>>,
    /// Where it stands.
    pub(super) range: Range<usize>,
}

/// A thing of its own: an object in an array, or the outermost one.
#[derive(Debug)]
struct Item {
    above: Option<usize>,
    facts: Vec<Fact>,
    range: Range<usize>,
}

impl Item {
    fn has(&self, field: Field) -> bool {
        self.facts.iter().any(|fact| fact.field == field)
    }

    /// Whether it says by itself what happened, and by which field.
    fn tells(&self, field: Field) -> bool {
        self.facts
            .iter()
            .any(|fact| fact.field == field && fact.event.is_some())
    }

    fn names_recipient(&self) -> bool {
        self.has(Field::Address) || self.has(Field::To)
    }
}

/// Collects the values of one object.
pub(super) struct Items<'a> {
    text: &'a Text,
    items: Vec<Item>,
    service: Option<Spanned<&'static str>>,
    /// Whether a string has what looks like a server's reply.
    pub(super) has_reply: bool,
    /// Strings that hold an object themselves.
    pub(super) nested: Vec<Range<usize>>,
}

impl<'a> Items<'a> {
    pub(super) fn new(text: &'a Text) -> Self {
        Self {
            text,
            items: Vec::new(),
            service: None,
            has_reply: false,
            nested: Vec::new(),
        }
    }

    fn plain(&self, range: &Range<usize>) -> String {
        let string = self.text.as_str();
        webhook::plain_key(string.get(range.clone()).unwrap_or_default())
    }

    fn note_service(&mut self, key: &str, place: Range<usize>) {
        if self.service.is_none() {
            self.service =
                webhook::service(key).map(|name| Spanned::new(name, self.text.spans(place)));
        }
    }

    /// The number of the nearest item that is open; it and the items around it get theirs here.
    fn item(&mut self, open: &mut [Frame]) -> usize {
        let mut above = None;
        for frame in open.iter_mut().filter(|frame| frame.is_item) {
            let number = *frame.number.get_or_insert_with(|| {
                self.items.push(Item {
                    above,
                    facts: Vec::new(),
                    range: frame.start..frame.start,
                });
                self.items.len() - 1
            });
            above = Some(number);
        }
        above.unwrap_or_default()
    }

    /// The records, in order.
    pub(super) fn into_records(self) -> Vec<Record> {
        let roots = roots(&self.items);
        let service = self.service;
        let mut places: HashMap<usize, usize> = HashMap::new();
        let mut records: Vec<Record> = Vec::new();
        for (number, (item, root)) in self.items.iter().zip(&roots).enumerate() {
            if *root == number {
                places.insert(number, records.len());
                records.push(Record {
                    facts: inherited(&self.items, number),
                    recipients: Vec::new(),
                    service: service.clone(),
                    range: item.range.clone(),
                });
                continue;
            }
            let place = places.get(root);
            let Some(record) = place.and_then(|&place| records.get_mut(place)) else {
                continue;
            };
            match item.names_recipient() {
                true => record.recipients.push(item.facts.clone()),
                false => record.facts.extend(item.facts.iter().cloned()),
            }
        }
        records
    }
}

/// The item that each item's record begins with. A list of recipients belongs to the event around it;
/// a list of events does not.
fn roots(items: &[Item]) -> Vec<usize> {
    let mut names = vec![false; items.len()];
    for (number, item) in items.iter().enumerate().rev() {
        let named = names.get(number).copied().unwrap_or_default() || item.names_recipient();
        for place in [Some(number), item.above].into_iter().flatten() {
            if let Some(names) = names.get_mut(place) {
                *names |= named;
            }
        }
    }
    let mut told: Vec<bool> = Vec::new();
    let mut roots: Vec<usize> = Vec::new();
    for (number, (item, named)) in items.iter().zip(names).enumerate() {
        let (root_above, told_above) = match item.above {
            Some(above) => (roots.get(above).copied(), told.get(above) == Some(&true)),
            None => (None, false),
        };
        let is_event = item.tells(Field::Event);
        let is_new = is_event && named || !told_above && item.names_recipient();
        roots.push(match root_above {
            Some(root) if !is_new => root,
            _ => number,
        });
        told.push(told_above || is_event || item.tells(Field::State));
    }
    roots
}

/// An item's facts, and behind them what the items around it say of other things, without their
/// recipients.
fn inherited(items: &[Item], number: usize) -> Vec<Fact> {
    let Some(item) = items.get(number) else {
        return Vec::new();
    };
    let mut facts = item.facts.clone();
    let mut above = item.above;
    while let Some(item) = above.and_then(|above| items.get(above)) {
        for fact in item.facts.iter().take(MOST_INHERITED) {
            let is_recipient = matches!(fact.field, Field::Address | Field::To);
            if !is_recipient && facts.iter().all(|known| known.field != fact.field) {
                facts.push(fact.clone());
            }
        }
        above = item.above;
    }
    facts
}

impl Collector for Items<'_> {
    fn opens(&mut self, above: &[Frame], key: Range<usize>) -> bool {
        let plain = self.plain(&key);
        self.note_service(&plain, key.clone());
        let outer = key_above(above, &key);
        let field = webhook::field(&self.plain(&outer), &plain);
        !matches!(field, Some((Field::Ignored, _)))
    }

    fn value(&mut self, open: &mut [Frame], key: Range<usize>, value: Range<usize>, quoted: bool) {
        let plain = self.plain(&key);
        self.note_service(&plain, key.clone());
        let string = self.text.as_str();
        let written = string.get(value.clone()).unwrap_or_default();
        let inner = written.trim_start();
        if quoted && inner.starts_with(['{', '[']) && written.len() <= LONGEST_NESTED {
            self.nested.push(value);
            return;
        }
        let is_nothing = matches!(
            inner,
            "" | "null" | "nil" | "None" | "true" | "false" | "undefined"
        );
        if is_nothing || written.len() > LONGEST_VALUE {
            return;
        }
        let outer = key_above(open, &key);
        let known = webhook::field(&self.plain(&outer), &plain);
        let has_reply = quoted && has_reply(written);
        self.has_reply |= has_reply;
        let Some((field, service)) = known.or_else(|| guess(&plain, written, has_reply)) else {
            return;
        };
        if field == Field::Ignored {
            return;
        }
        let value = self.text.slice(value);
        let value = match quoted {
            true => value.without_json_escapes(),
            false => value,
        };
        let number = self.item(open);
        if let Some(item) = self.items.get_mut(number) {
            item.facts.push(Fact::new(field, service, value));
        }
    }

    fn closes(&mut self, frame: &Frame, end: usize) {
        let item = frame.number.and_then(|number| self.items.get_mut(number));
        if let Some(item) = item {
            item.range.end = end;
        }
    }
}

/// What a key may mean that no row has: a reply is told by its code, a recipient by its address and a
/// key that speaks of mail and not of the sender.
fn guess(key: &str, written: &str, has_reply: bool) -> Option<(Field, Option<&'static str>)> {
    const OF_MAIL: [&str; 3] = ["mail", "rcpt", "recipient"];
    const OF_OTHERS: [&str; 9] = [
        "author", "bounce", "contact", "from", "owner", "reply", "return", "sender", "support",
    ];
    let says = |words: &[&str]| words.iter().any(|word| key.contains(word));
    if has_reply {
        return Some((Field::Words, None));
    }
    let whole = address::find(written, 0) == Some(0..written.len());
    (whole && says(&OF_MAIL) && !says(&OF_OTHERS)).then_some((Field::To, None))
}

/// A code of class 4 or 5 with more behind it, as a reply begins.
fn has_reply(written: &str) -> bool {
    let bytes = written.as_bytes();
    memchr::memchr2_iter(b'4', b'5', bytes).any(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let opens = before.is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'.' | b'-'));
        let code = written.get(at..at + 3);
        let behind = bytes.get(at + 3);
        opens
            && code.is_some_and(|code| code.parse::<ReplyCode>().is_ok())
            && matches!(behind, Some(b' ' | b'-'))
    })
}

/// The key right above `key`: what stands in an array stands under the array's key, so that one is
/// passed over.
fn key_above(open: &[Frame], key: &Range<usize>) -> Range<usize> {
    open.iter()
        .rev()
        .map(|frame| &frame.key)
        .find(|above| !above.is_empty() && *above != key)
        .cloned()
        .unwrap_or_default()
}

/// What the facts say happened: the clearest of them. An automatic reply is one however the event is
/// called, and so is what a suppression list stopped.
pub(super) fn event<'a>(facts: &[&'a Fact]) -> Option<(Event, &'a Fact)> {
    let told = |field: Field| {
        facts
            .iter()
            .copied()
            .filter(move |fact| fact.field == field)
            .find_map(|fact| Some((fact.event?, fact)))
    };
    let overriding = facts
        .iter()
        .copied()
        .filter(|fact| fact.field != Field::Severity)
        .find_map(|fact| match fact.event? {
            event @ (Event::AutoReply | Event::Suppressed) => Some((event, fact)),
            _ => None,
        });
    let named = told(Field::Event)
        .or_else(|| told(Field::State))
        .or_else(|| told(Field::Action));
    match (named, told(Field::Severity)) {
        (Some((Event::Delivered | Event::Engaged | Event::Complaint, _)), _) => named,
        (Some((Event::Bounce, _)), Some((Event::Delay, fact))) => Some((Event::Delay, fact)),
        _ => overriding.or(named),
    }
}
