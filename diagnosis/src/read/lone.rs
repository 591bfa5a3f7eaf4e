//! A paste that is nothing but an e-mail address, a domain or an IP address.

use std::net::IpAddr;

use crate::{
    bounce::{Bounce, Recipient, Shape},
    text::{Lower, Span, Spanned, Text, trimmed},
};

use super::address;

/// Reads it; `None` where the paste says more than that.
pub(super) fn read(text: &Text) -> Option<Bounce> {
    let range = trimmed(text.as_str(), 0..text.as_str().len());
    let word = text.as_str().get(range.clone())?;
    if word.is_empty() || word.contains(char::is_whitespace) || word.len() > 320 {
        return None;
    }
    let inner = bare(word);
    let start = range.start + word.find(inner)?;
    let place = text.spanned(start..start + inner.len())?;
    let mut bounce = empty();
    if let Ok(ip) = inner.parse::<IpAddr>() {
        bounce.sending.ip = Some(Spanned::new(ip, place.spans));
    } else if address::find(inner, 0) == Some(0..inner.len()) {
        bounce.recipients.push(Recipient {
            address: Some(place.map(|address| address::normal(&address))),
            ..Recipient::default()
        });
    } else if is_domain(inner) {
        bounce.sending.from_domain = Some(place.map(|name| name.trim_end_matches('.').lower()));
    } else {
        return None;
    }
    Some(bounce)
}

/// Without what people take along when they copy an address.
fn bare(word: &str) -> &str {
    let inner = word.trim_matches(['<', '>', '[', ']', ',', ';']);
    let quoted = inner.strip_prefix(['"', '\'']);
    let inner = quoted
        .and_then(|rest| rest.strip_suffix(['"', '\'']))
        .unwrap_or(inner);
    match inner.split_at_checked(7) {
        Some((link, rest)) if link.eq_ignore_ascii_case("mailto:") => rest,
        _ => inner,
    }
}

/// At least two labels, the last with a letter: a bare code (`5.4.1`) or a version is no domain.
pub(super) fn is_domain(word: &str) -> bool {
    let plain = word.trim_end_matches('.');
    let labels: Vec<&str> = plain.split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        })
        && labels
            .last()
            .is_some_and(|label| label.chars().any(char::is_alphabetic))
}

fn empty() -> Bounce {
    Bounce::unknown(Span { start: 0, end: 0 }, Shape::Lone)
}
