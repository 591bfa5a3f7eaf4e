//! The message that came back: its size, its head, and whether it is one of the person's own.

use crate::{
    bounce::{Authentication, Bounce, Returned, Signature},
    text::{Spanned, Text, narrow, trimmed},
};

use super::{authentication, document::Document, headers::Headers, report};

mod backscatter;

pub(super) use backscatter::is_backscatter;

/// No message passes more servers that check it.
const MOST_RESULTS: usize = 50;

/// Reads it from the returned head, and its size from what servers say.
pub(super) fn read(document: &Document, bounce: &Bounce) -> Returned {
    let head = &document.returned;
    let size = document
        .returned_size
        .clone()
        .or_else(|| size_in_head(head))
        .or_else(|| size_said(bounce));
    Returned {
        subject: head.first("subject").and_then(subject),
        size,
        date: head.first("date").and_then(report::date),
        message_id: head.first("message-id").and_then(message_id),
        bulk: bulk(head),
        authentication: head
            .all("authentication-results")
            .flat_map(authentication::read)
            .take(MOST_RESULTS)
            .collect(),
        arc: head
            .all("arc-authentication-results")
            .map(Text::to_spanned)
            .take(MOST_RESULTS)
            .collect(),
        backscatter: None,
    }
}

/// The DKIM signatures that somebody on the way has checked, for a head that lost them.
pub(super) fn checked_signatures(results: &[Spanned<Authentication>]) -> Vec<Spanned<Signature>> {
    let mut found: Vec<Spanned<Signature>> = Vec::new();
    for result in results
        .iter()
        .filter(|result| result.value.method == "dkim")
    {
        let Authentication {
            domain: Some(domain),
            selector: Some(selector),
            ..
        } = result.value.clone()
        else {
            continue;
        };
        let signature = Signature {
            domain,
            selector,
            algorithm: None,
        };
        if found.iter().all(|known| known.value != signature) {
            found.push(Spanned::new(signature, result.spans.clone()));
        }
    }
    found
}

fn subject(field: &Text) -> Option<Spanned<String>> {
    let range = trimmed(field.as_str(), 0..field.as_str().len());
    field
        .spanned(range)
        .filter(|subject| !subject.value.is_empty())
}

fn message_id(field: &Text) -> Option<Spanned<String>> {
    let string = field.as_str();
    let word = string.split_whitespace().next()?;
    let start = string.find(word)?;
    let inner = word.trim_start_matches('<');
    let start = start + word.len() - inner.len();
    let range = start..start + inner.trim_end_matches('>').len();
    field.spanned(range).filter(|id| !id.value.is_empty())
}

/// Fields that lists and the services for mailings write.
const BULK_FIELDS: [&str; 10] = [
    "feedback-id",
    "list-id",
    "list-post",
    "list-unsubscribe",
    "x-campaign",
    "x-campaign-id",
    "x-campaignid",
    "x-csa-complaints",
    "x-mc-user",
    "x-sg-eid",
];

fn bulk(head: &Headers) -> Option<Spanned<bool>> {
    if head.is_empty() {
        return None;
    }
    let precedence = head.first("precedence").filter(|value| {
        let word = value.as_str().trim();
        ["bulk", "list", "junk"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
    });
    let mark = BULK_FIELDS.iter().find_map(|name| head.first(name));
    let spans = precedence.or(mark).map(|field| field.to_spanned().spans);
    Some(Spanned::new(spans.is_some(), spans.unwrap_or_default()))
}

/// Content-Length, or a field of some system for the size.
fn size_in_head(head: &Headers) -> Option<Spanned<usize>> {
    let is_size =
        |name: &str| name == "content-length" || name.starts_with("x-") && name.ends_with("size");
    head.iter()
        .filter(|(name, _)| is_size(name))
        .find_map(|(_, value)| {
            let size: usize = value.as_str().trim().parse().ok()?;
            Some(value.to_spanned().map(|_| size))
        })
}

/// Words before the size of the message in a refusal.
const BEFORE_SIZE: [&str; 5] = [
    "message size",
    "size of the message",
    "size of this message",
    "size of your message",
    " size=",
];

/// `message size 36700160 exceeds size limit`, `Message size: 36 MB`.
fn size_said(bounce: &Bounce) -> Option<Spanned<usize>> {
    bounce.recipients.iter().find_map(|recipient| {
        let said = recipient.diagnostic.as_ref()?;
        let lower = said.value.to_ascii_lowercase();
        let (range, size) = BEFORE_SIZE
            .iter()
            .flat_map(|words| lower.match_indices(words))
            .find_map(|(at, words)| size_at(&lower, at + words.len()))?;
        Some(Spanned::new(size, narrow(said, range)))
    })
}

/// The number that stands at `from`, behind a few small words, with its unit.
fn size_at(lower: &str, from: usize) -> Option<(std::ops::Range<usize>, usize)> {
    // A smaller number without a unit is no size of a mail.
    const SMALLEST: usize = 200;
    let rest = lower.get(from..)?;
    let lead: usize = [" is", " was", " of"]
        .iter()
        .find(|word| rest.starts_with(**word))
        .map_or(0, |word| word.len());
    let rest = rest.get(lead..)?;
    let digits = rest.trim_start_matches([' ', ':', '(', '=']);
    let start = from + lead + (rest.len() - digits.len());
    let length = digits.bytes().take_while(|b| b.is_ascii_digit()).count();
    let number: usize = digits.get(..length)?.parse().ok()?;
    let behind = digits.get(length..)?;
    let unit = behind.trim_start();
    let (factor, unit_len) = [("kb", 1_024), ("mb", 1_048_576), ("k ", 1_024)]
        .into_iter()
        .find(|(word, _)| unit.starts_with(word))
        .map_or((1, 0), |(word, factor)| {
            (factor, behind.len() - unit.len() + word.trim_end().len())
        });
    let is_size = factor > 1 || number >= SMALLEST && !behind.starts_with('.');
    let size = number.checked_mul(factor).filter(|_| is_size)?;
    Some((start..start + length + unit_len, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_say_how_large_a_message_is() {
        let cases = [
            (
                "message size 36700160 exceeds size limit 26214400",
                Some(36_700_160),
            ),
            ("552 message size: 36 MB, at most 35 MB", Some(37_748_736)),
            ("message size (512 kb) is more than allowed", Some(524_288)),
            (
                "the size of your message is 12345678 bytes",
                Some(12_345_678),
            ),
            ("message size exceeds fixed maximum 10485760", None),
            ("552 5.3.4 message size limit of 10485760", None),
            ("message size 5.3.4", None),
            ("message size 99999999999999999999999", None),
        ];
        for (said, expected) in cases {
            let found = BEFORE_SIZE
                .iter()
                .flat_map(|words| said.match_indices(words))
                .find_map(|(at, words)| size_at(&said.to_ascii_lowercase(), at + words.len()));
            assert_eq!(found.map(|(_, size)| size), expected, "{said}");
        }
    }
}
