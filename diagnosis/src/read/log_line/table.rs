//! Message tracking as a table: rows under a line of column names, a recipient and what became of
//! it in each. Exchange keeps its logs so, and Microsoft 365 hands its message trace out so.

use std::{collections::HashMap, ops::Range};

use crate::{
    bounce::{Action, Recipient},
    text::{Lower, Spanned, Text, trimmed},
};

use super::{Attempt, Log, address, diagnostic, prefix};

/// A row is no longer than this, however it was wrapped.
const MAX_LINES: usize = 40;

/// Takes the rows of a text over; tells whether there is such a table, or a status such as only
/// these tables have.
pub(super) fn read(text: &Text, log: &mut Log) -> bool {
    let string = text.as_str();
    let mut lines = text.lines();
    let columns = lines
        .by_ref()
        .find_map(|line| Columns::read(string.get(line)?));
    let Some(columns) = columns else {
        return without_columns(text, log);
    };
    let mut open: Vec<Range<usize>> = Vec::new();
    for line in lines {
        let content = string.get(line.clone()).unwrap_or_default();
        let begins = prefix::read(content).dated || content.trim().is_empty();
        let full = open.len() >= MAX_LINES;
        if (begins || full) && !open.is_empty() {
            take_row(&columns, &text.join(open.drain(..)), log);
        }
        if !content.trim().is_empty() {
            open.push(line);
        }
    }
    take_row(&columns, &text.join(open), log);
    true
}

/// The columns that are read, by what they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Column {
    Address,
    Context,
    Event,
    Sender,
    Server,
    Status,
    Time,
}

/// Their names, in lower case and without what stands between the words.
const NAMES: [(&str, Column); 20] = [
    ("datetime", Column::Time),
    ("timestamp", Column::Time),
    ("received", Column::Time),
    ("startdate", Column::Time),
    ("eventid", Column::Event),
    ("event", Column::Event),
    ("deliverystatus", Column::Event),
    ("status", Column::Event),
    ("recipientaddress", Column::Address),
    ("recipients", Column::Address),
    ("recipient", Column::Address),
    ("recipientstatus", Column::Status),
    ("detail", Column::Status),
    ("reason", Column::Status),
    ("sourcecontext", Column::Context),
    ("senderaddress", Column::Sender),
    ("sender", Column::Sender),
    ("serverhostname", Column::Server),
    ("connectorid", Column::Server),
    ("fqdn", Column::Server),
];

struct Columns {
    separator: u8,
    places: HashMap<Column, usize>,
}

impl Columns {
    /// The line of names: a recipient, and what became of it in the words of message tracking.
    fn read(line: &str) -> Option<Self> {
        const MARKS: [&str; 4] = [
            "recipient-status",
            "recipientstatus",
            "messagetraceid",
            "message_trace_id",
        ];
        let lower = line.to_ascii_lowercase();
        if !MARKS.iter().any(|mark| lower.contains(mark)) {
            return None;
        }
        let start = lower.find("#fields:").map_or(0, |at| at + "#fields:".len());
        let separator = if lower.contains('\t') { b'\t' } else { b',' };
        let mut places = HashMap::new();
        for (place, cell) in cells(&lower, start, separator).into_iter().enumerate() {
            let name: String = lower
                .get(cell)
                .unwrap_or_default()
                .chars()
                .filter(|c| c.is_ascii_alphanumeric())
                .collect();
            if let Some((_, column)) = NAMES.iter().find(|(known, _)| *known == name) {
                places.entry(*column).or_insert(place);
            }
        }
        let whole = [Column::Address, Column::Event]
            .iter()
            .all(|column| places.contains_key(column));
        whole.then_some(Self { separator, places })
    }
}

/// The cells of a row, without their quotation marks.
fn cells(row: &str, from: usize, separator: u8) -> Vec<Range<usize>> {
    let bytes = row.as_bytes();
    let mut cells = Vec::new();
    let mut quoted = false;
    let mut start = from;
    for at in from..=bytes.len() {
        match bytes.get(at) {
            Some(b'"') => quoted = !quoted,
            Some(byte) if *byte != separator || quoted => {}
            _ => {
                cells.push(unquoted(row, trimmed(row, start..at)));
                start = at + 1;
            }
        }
    }
    cells
}

fn unquoted(row: &str, cell: Range<usize>) -> Range<usize> {
    let value = row.get(cell.clone()).unwrap_or_default();
    let inner = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    inner.map_or(cell.clone(), |_| cell.start + 1..cell.end - 1)
}

fn take_row(columns: &Columns, row: &Text, log: &mut Log) {
    let string = row.as_str();
    let all = cells(string, 0, columns.separator);
    let cell = |column: Column| {
        let range = all.get(*columns.places.get(&column)?)?.clone();
        (!range.is_empty()).then_some(range)
    };
    let Some(event) = cell(Column::Event) else {
        return;
    };
    let Some(action) = action(row, event) else {
        return;
    };
    let addresses =
        cell(Column::Address).map_or_else(Vec::new, |range| address::all_in(&row.slice(range)));
    let said = cell(Column::Status).or_else(|| cell(Column::Context));
    let statuses = said.map_or_else(Vec::new, |range| statuses(row, range));
    let time = cell(Column::Time).and_then(|range| time(row, range));
    take_sender(row, cell(Column::Sender), log);
    if log.host.is_none() {
        log.host = cell(Column::Server).and_then(|range| server_name(row, range));
    }
    let alone = statuses.len() != addresses.len();
    for (place, address) in addresses.into_iter().enumerate() {
        let status = statuses.get(if alone { 0 } else { place }).cloned();
        log.attempts.push(Attempt {
            recipient: Recipient {
                address: Some(address),
                action: Some(action.clone()),
                last_attempt_date: time.clone(),
                ..status.unwrap_or_default()
            },
            ..Attempt::default()
        });
    }
}

fn take_sender(row: &Text, cell: Option<Range<usize>>, log: &mut Log) {
    let sender = cell.and_then(|range| address::all_in(&row.slice(range)).into_iter().next());
    if let Some(sender) = sender {
        log.senders.entry(None).or_insert(sender);
    }
}

fn server_name(row: &Text, range: Range<usize>) -> Option<Spanned<String>> {
    let name = address::host_at(row.as_str(), range.start).filter(|name| name.end <= range.end)?;
    row.spanned(name).map(|name| name.map(|name| name.lower()))
}

fn time(row: &Text, range: Range<usize>) -> Option<Spanned<String>> {
    let (place, time) = prefix::read(row.as_str().get(range.clone())?).time?;
    let spans = row.spans(range.start + place.start..range.start + place.end);
    Some(Spanned::new(time, spans))
}

/// The words for what became of a message; rows with others are steps on the way.
const ACTIONS: [(&str, Action); 12] = [
    ("badmail", Action::Failed),
    ("defer", Action::Delayed),
    ("deferred", Action::Delayed),
    ("deliver", Action::Delivered),
    ("delivered", Action::Delivered),
    ("expanded", Action::Expanded),
    ("fail", Action::Failed),
    ("failed", Action::Failed),
    ("pending", Action::Delayed),
    ("send", Action::Relayed),
    ("sendexternal", Action::Relayed),
    ("poisonmessage", Action::Failed),
];

fn action(row: &Text, range: Range<usize>) -> Option<Spanned<Action>> {
    let word = row.as_str().get(range.clone())?.to_ascii_lowercase();
    let (_, action) = ACTIONS.iter().find(|(known, _)| *known == word)?;
    Some(Spanned::new(*action, row.spans(range)))
}

/// The statuses in a cell: `[{LRT=…};{LED=550 …};{FQDN=…};{IP=…}]`, one for each recipient, or
/// words alone.
fn statuses(row: &Text, cell: Range<usize>) -> Vec<Recipient> {
    let value = row.as_str().get(cell.clone()).unwrap_or_default();
    let starts: Vec<usize> = value
        .match_indices(LED)
        .map(|(at, _)| cell.start + at)
        .collect();
    if starts.is_empty() {
        return vec![words(row, cell)];
    }
    let ends = starts.iter().skip(1).copied().chain([cell.end]);
    let pairs = starts.iter().copied().zip(ends);
    pairs.map(|(start, end)| status(row, start..end)).collect()
}

/// What stands before the last error of a delivery.
const LED: &str = "{LED=";

fn status(row: &Text, range: Range<usize>) -> Recipient {
    let said =
        group(row.as_str(), &range, LED).map_or_else(Recipient::default, |said| words(row, said));
    let host = group(row.as_str(), &range, "{FQDN=").and_then(|name| server_name(row, name));
    let ip = group(row.as_str(), &range, "{IP=").and_then(|range| {
        let ip = row.as_str().get(range.clone())?.parse().ok()?;
        Some(Spanned::new(ip, row.spans(range)))
    });
    Recipient {
        remote_mta: host.or(said.remote_mta),
        remote_ip: ip.or(said.remote_ip),
        ..said
    }
}

fn words(row: &Text, range: Range<usize>) -> Recipient {
    diagnostic::read(&row.slice(range).without_doubled_quotes())
}

/// The value of `{NAME=value}` in a status.
fn group(string: &str, status: &Range<usize>, name: &str) -> Option<Range<usize>> {
    let part = string.get(status.clone())?;
    let start = part.find(name)? + name.len();
    let rest = part.get(start..)?;
    let ends = ["};{", "}]", "}; {"]
        .iter()
        .filter_map(|end| rest.find(end))
        .min();
    let end = ends.or_else(|| rest.find('}')).unwrap_or(rest.len());
    Some(status.start + start..status.start + start + end)
}

/// A status copied without its column names: the recipient is the address before it that is neither
/// in angle brackets (a Message-ID) nor named as the sender's.
fn without_columns(text: &Text, log: &mut Log) -> bool {
    if !text.as_str().contains(LED) {
        return false;
    }
    let paragraphs = paragraphs(text);
    for paragraph in paragraphs {
        let string = paragraph.as_str();
        let Some(at) = string.find(LED) else {
            continue;
        };
        let read = status(&paragraph, at..string.len());
        let address = recipient(&paragraph, at);
        log.attempts.push(Attempt {
            recipient: Recipient {
                address,
                action: super::action_of_codes(&read),
                ..read
            },
            ..Attempt::default()
        });
    }
    true
}

fn recipient(paragraph: &Text, end: usize) -> Option<Spanned<String>> {
    let string = paragraph.as_str();
    let mut found = None;
    let mut from = 0;
    while let Some(range) = address::find(string, from) {
        let before = string.get(from..range.start).unwrap_or_default();
        let lower = before.to_ascii_lowercase();
        let is_named = lower.contains("recipient");
        let is_other =
            before.ends_with('<') || lower.contains("sender") || lower.contains("messageid");
        if is_named || found.is_none() && !is_other && range.start < end {
            // Lists are shown in braces, which a local part may hold too.
            let braces = string
                .get(range.clone())
                .map_or(0, |word| word.len() - word.trim_start_matches('{').len());
            found = Some(range.start + braces..range.end);
        }
        if is_named {
            break;
        }
        from = range.end;
    }
    address::at(paragraph, found?)
}

/// A row, or the lines of one record shown as a list, each joined to one line.
fn paragraphs(text: &Text) -> Vec<Text> {
    let mut all = Vec::new();
    let mut open: Vec<Range<usize>> = Vec::new();
    for line in text.lines() {
        let content = text.as_str().get(line.clone()).unwrap_or_default();
        let ends = content.trim().is_empty() || prefix::read(content).dated;
        if ends && !open.is_empty() {
            all.push(text.join(open.drain(..)));
        }
        open.push(line);
    }
    all.push(text.join(open));
    all
}
