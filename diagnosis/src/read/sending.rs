//! The side that sent the returned message: the IP that the refusing server saw, its HELO name, the
//! domains of From and MAIL FROM, the DKIM signatures.

use std::net::IpAddr;

use crate::{
    bounce::{Bounce, Sending, Signature},
    text::{Spanned, Text, narrow, trimmed},
};

use super::{address, document::Document, encoded, headers::Headers};

/// Reads it from the diagnostics, the head of the returned message and the head of the bounce.
pub(super) fn read(
    document: &Document,
    bounce: &Bounce,
    envelope_sender: Option<Spanned<String>>,
) -> Sending {
    let returned = &document.returned;
    let hop = said_ip(bounce)
        .map(|ip| Hop {
            ip: Some(ip),
            helo: None,
        })
        .or_else(|| hop_to_refuser(returned, bounce))
        .or_else(|| hop_of_reporter(&document.headers, bounce));
    let envelope = envelope_sender
        .or_else(|| address_of(returned.first("return-path")))
        .filter(|sender| address::domain(sender).is_some())
        .or_else(|| address_of(document.headers.first("to")));
    Sending {
        helo: hop.as_ref().and_then(|hop| hop.helo.clone()),
        ip: hop.and_then(|hop| hop.ip),
        from_domain: domain_of(returned.first("from")),
        envelope_domain: envelope.as_ref().and_then(address::domain),
        decoded: envelope.as_ref().and_then(encoded::of),
        dkim: signatures(returned),
    }
}

fn domain_of(field: Option<&Text>) -> Option<Spanned<String>> {
    address::domain(&address_of(field)?)
}

/// The last address: display names may hold one too.
fn address_of(field: Option<&Text>) -> Option<Spanned<String>> {
    address::all_in(field?).pop()
}

#[derive(Clone, Debug, Default)]
struct Hop {
    ip: Option<Spanned<IpAddr>>,
    helo: Option<Spanned<String>>,
}

/// Words that stand before the address of the client in a refusal.
const BEFORE_CLIENT: [&str; 14] = [
    "client host",
    "client ip",
    "connecting ip",
    "ip address",
    "ip=",
    "ip:",
    "ip ",
    "from ip",
    "mail from",
    "mta ip",
    "sending ip",
    "source ip",
    "your ip",
    "host ",
];

/// The IP that the refusing server named as the one it was spoken to from: in its own words, and
/// not its own address.
pub(super) fn said_ip(bounce: &Bounce) -> Option<Spanned<IpAddr>> {
    bounce.recipients.iter().find_map(|recipient| {
        let said = recipient.diagnostic.as_ref()?;
        recipient.reply_code.as_ref()?;
        let own = recipient.remote_ip.as_ref().map(|ip| ip.value);
        let lower = said.value.to_ascii_lowercase();
        address::ips_in(&said.value)
            .into_iter()
            .filter(|(_, ip)| Some(*ip) != own && is_public(*ip))
            .find(|(range, _)| names_client(&lower, range.start))
            .map(|(range, ip)| Spanned::new(ip, narrow(&said.spans, range)))
    })
}

/// Whether one of the words stands within a few words before `at`.
fn names_client(lower: &str, at: usize) -> bool {
    let from = at.saturating_sub(40);
    let before = (from..=at)
        .find_map(|start| lower.get(start..at))
        .unwrap_or_default();
    BEFORE_CLIENT.iter().any(|words| before.contains(words))
        || before.trim_end().ends_with(['[', '('])
}

/// A bounce that the recipient's side wrote after it took the message: the returned head has the
/// hop from our server to theirs, and the report's server is the one behind `by`.
fn hop_to_refuser(returned: &Headers, bounce: &Bounce) -> Option<Hop> {
    let theirs = bounce.recipients.iter().any(|recipient| {
        let domain = recipient.address.as_ref().and_then(address::domain);
        let reporter = bounce.reporting_mta.as_ref();
        matches!((domain, reporter), (Some(domain), Some(reporter))
            if reporter.value == domain.value || reporter.value.ends_with(&format!(".{}", domain.value)))
    });
    if !theirs {
        return None;
    }
    returned
        .all("received")
        .map(received)
        .find(|hop| hop.ip.is_some())
}

/// A bounce that the sender's own server wrote: the hop by which the bounce itself came from it has
/// its address.
fn hop_of_reporter(headers: &Headers, bounce: &Bounce) -> Option<Hop> {
    let reporter = bounce.reporting_mta.as_ref()?;
    headers.all("received").map(received).find(|hop| {
        hop.ip.is_some()
            && hop
                .helo
                .as_ref()
                .is_some_and(|helo| helo.value == reporter.value)
    })
}

/// A trace field (RFC 5321, section 4.4): `from HELO (NAME [IP]) by …`.
fn received(field: &Text) -> Hop {
    let string = field.as_str();
    let lower = string.to_ascii_lowercase();
    let Some(start) = lower.strip_prefix("from ").map(|_| 5) else {
        return Hop::default();
    };
    let end = lower.find(" by ").unwrap_or(lower.len());
    let helo = address::host_at(string, start)
        .and_then(|range| field.spanned(range))
        .map(|name| name.map(|name| name.to_lowercase()));
    let part = string.get(start..end).unwrap_or_default();
    let ip = address::ips_in(part)
        .into_iter()
        .find(|(_, ip)| is_public(*ip))
        .map(|(range, ip)| Spanned::new(ip, field.spans(start + range.start..start + range.end)));
    Hop { ip, helo }
}

/// Addresses that a server on the Internet can be spoken to from. The documentation ranges count:
/// examples use them.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified())
        }
        IpAddr::V6(ip) => {
            !(ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local())
        }
    }
}

fn signatures(returned: &Headers) -> Vec<Spanned<Signature>> {
    let mut found: Vec<Spanned<Signature>> = Vec::new();
    for field in returned.all("dkim-signature") {
        let (Some(domain), Some(selector)) = (tag(field, "d"), tag(field, "s")) else {
            continue;
        };
        let spans = domain.spans.into_iter().chain(selector.spans).collect();
        let signature = Signature {
            domain: domain.value.to_lowercase(),
            selector: selector.value.to_lowercase(),
        };
        if found.iter().all(|known| known.value != signature) {
            found.push(Spanned::new(signature, spans));
        }
    }
    found
}

/// A tag of a tag list (RFC 6376, section 3.2), white space inside taken out.
fn tag(field: &Text, name: &str) -> Option<Spanned<String>> {
    let mut at = 0;
    for part in field.as_str().split(';') {
        let range = at..at + part.len();
        at = range.end + 1;
        let Some((key, value)) = part.split_once('=') else {
            continue;
        };
        if key.trim().eq_ignore_ascii_case(name) {
            let start = range.end - value.len();
            let value = field.spanned(trimmed(field.as_str(), start..range.end))?;
            return Some(value.map(|v| v.split_whitespace().collect()));
        }
    }
    None
}
