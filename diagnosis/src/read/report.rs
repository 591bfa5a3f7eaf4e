//! The fields of RFC 3464, in a MIME part of their own or copied out of one.

use std::ops::Range;

use crate::{
    bounce::{Action, EnhancedStatus, Recipient},
    text::{Lower, Spanned, Text, trimmed},
};

use super::{address, diagnostic, document::Document, encoded, headers};

/// What the fields say.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Whether there were any.
    pub(super) found: bool,
    pub(super) reporting_mta: Option<Spanned<String>>,
    pub(super) arrival_date: Option<Spanned<String>>,
    /// X-Postfix-Sender and its kin: the reverse-path of the returned message.
    pub(super) envelope_sender: Option<Spanned<String>>,
    pub(super) recipients: Vec<Recipient>,
}

/// Reads the fields from the parts of type message/delivery-status, else from the text.
pub(super) fn read(document: &Document) -> Report {
    let mut report = Report::default();
    for part in &document.status_parts {
        read_fields(part, &mut report);
    }
    if !report.found {
        read_fields(&document.body(), &mut report);
    }
    report
}

fn read_fields(text: &Text, report: &mut Report) {
    let mut block = Recipient::default();
    for field in fields(text) {
        match field {
            Line::Blank => close(&mut block, report),
            Line::Field(name, value) => {
                if starts_new_block(&block, name) {
                    close(&mut block, report);
                }
                report.found |= take_field(name, &value, &mut block, report);
            }
        }
    }
    close(&mut block, report);
}

/// A block is a recipient once it names one; fields about the whole message make none.
fn close(block: &mut Recipient, report: &mut Report) {
    let ended = std::mem::take(block);
    if ended.address.is_some() || ended.original.is_some() {
        report.recipients.push(ended);
    } else if let Some(last) = report.recipients.last_mut() {
        // A blank line inside of a block: the reading pane put it there.
        super::complete(last, ended);
    } else if ended.status.is_some() || ended.diagnostic.is_some() {
        *block = ended;
    }
}

fn starts_new_block(block: &Recipient, name: &str) -> bool {
    match name {
        "final-recipient" => block.address.is_some(),
        "original-recipient" => {
            block.original.is_some() || block.address.is_some() && block.status.is_some()
        }
        _ => false,
    }
}

/// The names of RFC 3464 (and Postfix's own) that are read.
const FIELDS: [&str; 13] = [
    "action",
    "arrival-date",
    "diagnostic-code",
    "final-recipient",
    "last-attempt-date",
    "original-recipient",
    "received-from-mta",
    "remote-mta",
    "reporting-mta",
    "status",
    "will-retry-until",
    "x-postfix-sender",
    "x-powermta-bouncecategory",
];

enum Line {
    Blank,
    Field(&'static str, Text),
}

/// The fields in order. A line behind a field that is neither blank nor a field goes on with it:
/// folded, or wrapped by a reading pane that took the indentation away.
fn fields(text: &Text) -> Vec<Line> {
    let string = text.as_str();
    let mut lines = Vec::new();
    let mut open: Option<(&'static str, Vec<Range<usize>>)> = None;
    for line in text.lines() {
        let range = trimmed(string, line);
        let content = string.get(range.clone()).unwrap_or_default();
        if content.is_empty() {
            flush(text, &mut open, &mut lines);
            lines.push(Line::Blank);
            continue;
        }
        let name = headers::field_name(content);
        match name.and_then(known) {
            Some(known) => {
                flush(text, &mut open, &mut lines);
                open = Some((known, vec![range.start + known.len() + 1..range.end]));
            }
            None if name.is_some_and(|name| name.starts_with("X-") || name.starts_with("x-")) => {
                flush(text, &mut open, &mut lines);
            }
            None => {
                if let Some((_, parts)) = &mut open {
                    parts.push(range);
                }
            }
        }
    }
    flush(text, &mut open, &mut lines);
    lines
}

fn flush(text: &Text, open: &mut Option<(&'static str, Vec<Range<usize>>)>, lines: &mut Vec<Line>) {
    if let Some((name, parts)) = open.take() {
        lines.push(Line::Field(name, text.join(parts)));
    }
}

fn known(name: &str) -> Option<&'static str> {
    FIELDS
        .iter()
        .find(|field| field.eq_ignore_ascii_case(name))
        .copied()
}

/// Takes one field over; tells whether it was one that only a report has.
fn take_field(name: &str, value: &Text, block: &mut Recipient, report: &mut Report) -> bool {
    match name {
        "reporting-mta" => report.reporting_mta = report.reporting_mta.take().or(mta(value).0),
        "arrival-date" => report.arrival_date = report.arrival_date.take().or(date(value)),
        "x-postfix-sender" => report.envelope_sender = recipient(value, false),
        "final-recipient" => block.address = recipient(value, false),
        "original-recipient" => block.original = recipient(value, true),
        "action" => block.action = first_word(value).and_then(parse::<Action>),
        "status" => take_status(value, block),
        "remote-mta" => (block.remote_mta, block.remote_ip) = mta(value),
        "diagnostic-code" => take_diagnostic(value, block),
        "last-attempt-date" => block.last_attempt_date = date(value),
        "x-powermta-bouncecategory" => block.category = first_word(value),
        "will-retry-until" => block.will_retry_until = date(value),
        _ => return false,
    }
    !matches!(name, "action" | "status")
}

fn take_status(value: &Text, block: &mut Recipient) {
    let field = first_word(value).and_then(parse::<EnhancedStatus>);
    let code = block.reply_code.as_ref().map(|code| code.value.class());
    let is_better = match (&field, &block.status) {
        (Some(field), Some(said)) => !says_less(field.value, said.value, code),
        _ => true,
    };
    if is_better {
        block.status = field.or(block.status.take());
    }
}

fn take_diagnostic(value: &Text, block: &mut Recipient) {
    let plain = without_type(value);
    // `X-Unix; 255` is the exit status of a program: the number alone says nothing.
    let is_exit_status = value
        .as_str()
        .get(..6)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("x-unix"))
        && plain.as_str().bytes().all(|byte| byte.is_ascii_digit());
    let said = match is_exit_status {
        true => diagnostic::read_any(value),
        false => diagnostic::read_any(&plain),
    };
    block.reply_code = said.reply_code;
    block.diagnostic = said.diagnostic;
    let code = block.reply_code.as_ref().map(|code| code.value.class());
    let better = said.status.filter(|said| {
        block
            .status
            .as_ref()
            .is_none_or(|field| says_less(field.value, said.value, code))
    });
    block.status = better.or(block.status.take());
    block.command = said.command;
    block.remote_mta = block.remote_mta.take().or(said.remote_mta);
    block.remote_ip = block.remote_ip.take().or(said.remote_ip);
}

/// Whether the Status field is a mere default: x.0.0, or of another class than the reply quoted.
fn says_less(field: EnhancedStatus, said: EnhancedStatus, code: Option<u16>) -> bool {
    let is_default = field.subject == 0 && field.detail == 0;
    let contradicts =
        code.is_some_and(|class| u16::from(field.class) != class && u16::from(said.class) == class);
    is_default || contradicts
}

/// RFC 3464, section 2.1.2: `type; value`.
pub(super) fn without_type(value: &Text) -> Text {
    let string = value.as_str();
    let start = match string.split_once(';') {
        Some((kind, _)) if is_type(kind.trim()) => kind.len() + 1,
        _ => 0,
    };
    value.slice(trimmed(string, start..string.len()))
}

fn is_type(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 20
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
}

fn recipient(value: &Text, is_original: bool) -> Option<Spanned<String>> {
    let plain = without_type(value);
    if let Some(unwrapped) = unwrapped(&plain, is_original) {
        return Some(unwrapped);
    }
    if let Some(range) = address::find(plain.as_str(), 0) {
        return address::at(&plain, range);
    }
    // A local user has no domain.
    let word = first_token(plain.as_str())?;
    let inner = plain.as_str().get(word.clone())?.trim_start_matches('<');
    let start = word.end - inner.len();
    plain
        .spanned(start..start + inner.trim_end_matches('>').len())
        .filter(|word| !word.value.is_empty())
}

/// The address behind what was done to it only for transport.
fn unwrapped(value: &Text, is_original: bool) -> Option<Spanned<String>> {
    let word = value.as_str().split_whitespace().next()?;
    let start = value.as_str().find(word)?;
    let plain = encoded::unwrapped(word.trim_matches(['<', '>']), is_original)?;
    let spans = value.spans(start..start + word.len());
    Some(Spanned::new(address::normal(&plain), spans))
}

pub(super) fn mta(value: &Text) -> (Option<Spanned<String>>, Option<Spanned<std::net::IpAddr>>) {
    let plain = without_type(value);
    let string = plain.as_str();
    let start = string.len() - string.trim_start_matches(['[', '(', '<', ' ']).len();
    let host = address::host_at(string, start);
    let behind = host.as_ref().map_or(0, |host| host.end);
    let ip = address::ip_at(string, behind).map(|(range, ip)| Spanned::new(ip, plain.spans(range)));
    let word = host.or_else(|| first_token(string));
    let name = word
        .and_then(|word| plain.spanned(word))
        .map(|name| name.map(|name| name.lower()));
    (
        name.filter(|name| name.value.parse::<std::net::IpAddr>().is_err()),
        ip,
    )
}

fn first_token(string: &str) -> Option<Range<usize>> {
    let range = trimmed(string, 0..string.len());
    let word = string.get(range.clone())?.split([' ', '(', '[']).next()?;
    (!word.is_empty()).then(|| range.start..range.start + word.len())
}

fn first_word(value: &Text) -> Option<Spanned<String>> {
    let word = first_token(value.as_str())?;
    let string = value.as_str().get(word.clone())?;
    let plain = string.trim_end_matches([';', ',', '.', ':']);
    value.spanned(word.start..word.start + plain.len())
}

fn parse<T: std::str::FromStr>(word: Spanned<String>) -> Option<Spanned<T>> {
    let value = word.value.parse().ok()?;
    Some(Spanned::new(value, word.spans))
}

/// A date of RFC 5322, as RFC 3339 in UTC.
pub(super) fn date(value: &Text) -> Option<Spanned<String>> {
    let parsed = mail_parser::DateTime::parse_rfc822(value.as_str())?;
    if !parsed.is_valid() {
        return None;
    }
    let utc = mail_parser::DateTime::from_timestamp(parsed.to_timestamp());
    let written = value.to_spanned();
    Some(Spanned::new(utc.to_rfc3339(), written.spans))
}
