//! Feedback reports: a recipient complained about a message (RFC 5965).

use std::net::IpAddr;

use crate::{
    bounce::{Recipient, Sending},
    knowledge,
    text::{Spanned, Text, trimmed},
};

use super::{address, document::Document};

/// Who complained: Original-Rcpt-To (RFC 5965, section 3.2), else the To field of the message that
/// the complaint is about. One recipient without an address where both were taken out.
pub(super) fn recipients(document: &Document) -> Vec<Recipient> {
    let named: Vec<Spanned<String>> = document
        .feedback_parts
        .iter()
        .flat_map(|part| values(part, "original-rcpt-to"))
        .flat_map(|value| address::all_in(&value))
        .collect();
    // Outlook.com names the recipient in a field of its own in the message.
    let of_message = |name| document.returned.first(name).map(address::all_in);
    let found = match named.is_empty() {
        true => of_message("x-hmxmroriginalrecipient")
            .or_else(|| of_message("to"))
            .unwrap_or_default(),
        false => named,
    };
    if found.is_empty() {
        return vec![Recipient::default()];
    }
    found
        .into_iter()
        .map(|address| Recipient {
            address: Some(address),
            ..Recipient::default()
        })
        .collect()
}

/// Whether a message is a complaint that has none of the fields: it says so, and the message that
/// it is about came with it, or it asks to be left alone.
pub(super) fn is_in_words(document: &Document, body: &str, subject: &str) -> bool {
    let in_subject = knowledge::says("complaint", subject) && !document.returned.is_empty();
    in_subject || knowledge::says("complaint", body) && document.is_auto_reply()
}

/// Source-IP (RFC 5965, section 3.2) is the address that the message came from.
pub(super) fn complete(document: &Document, sending: &mut Sending) {
    let source = document
        .feedback_parts
        .iter()
        .flat_map(|part| values(part, "source-ip"))
        .find_map(|value| {
            let ip: IpAddr = value.as_str().parse().ok()?;
            Some(value.to_spanned().map(|_| ip))
        });
    sending.ip = source.or(sending.ip.take());
}

fn values(text: &Text, name: &str) -> Vec<Text> {
    let string = text.as_str();
    text.lines()
        .filter_map(|line| {
            let line = trimmed(string, line);
            let (found, _) = string.get(line.clone())?.split_once(':')?;
            let value = trimmed(string, line.start + found.len() + 1..line.end);
            found.eq_ignore_ascii_case(name).then(|| text.slice(value))
        })
        .collect()
}
