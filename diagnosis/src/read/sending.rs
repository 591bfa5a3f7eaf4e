//! The side that sent the returned message: the IP that the refusing server saw, its HELO name, the
//! domains of From and MAIL FROM, the DKIM signatures.

use std::{net::IpAddr, ops::Range};

use crate::{
    bounce::{Bounce, Form, Sending, Signature, are_related},
    text::{Lower, Spanned, Text, in_order, narrow, trimmed},
};

use super::{
    address, document::Document, encoded, headers::Headers, refused_domain,
    returned::checked_signatures,
};

/// Reads it from the diagnostics, the head of the returned message and the head of the bounce.
pub(super) fn read(
    document: &Document,
    bounce: &Bounce,
    envelope_sender: Option<Spanned<String>>,
) -> Sending {
    let returned = &document.returned;
    let from = domain_of(returned.first("from"));
    let envelope = envelope_sender
        .or_else(|| address_of(returned.first("return-path")))
        .filter(|sender| address::domain(sender).is_some())
        .or_else(|| address_of(document.headers.first("to")));
    let decoded = envelope.as_ref().and_then(encoded::of);
    let is_srs = decoded
        .as_ref()
        .is_some_and(|decoded| decoded.value.form == Form::Srs);
    let hop = said_ip(bounce)
        .map(|ip| Hop {
            helo: helo_of(ip.value, &[returned, &document.headers]),
            ..Hop::of(ip)
        })
        .or_else(|| hop_to_refuser(returned, bounce))
        .or_else(|| {
            let is_forwarder = is_srs || !wrote_for_the_sender(returned, bounce, from.as_ref());
            let hop = (!is_forwarder).then(|| hop_of_reporter(&document.headers, bounce));
            hop.flatten()
        });
    Sending {
        helo: said_helo(bounce).or_else(|| hop.as_ref().and_then(|hop| hop.helo.clone())),
        ip: hop.and_then(|hop| hop.ip),
        from_domain: from.or_else(|| refused_domain::of_author(bounce)),
        envelope_domain: envelope
            .as_ref()
            .and_then(address::domain)
            .or_else(|| refused_domain::of_envelope(bounce)),
        decoded,
        dkim: match signatures(returned) {
            none if none.is_empty() => checked_signatures(&bounce.returned.authentication),
            found => found,
        },
    }
}

/// The name that the server with that address gave to whoever wrote a trace field about it.
fn helo_of(ip: IpAddr, heads: &[&Headers]) -> Option<Spanned<String>> {
    heads
        .iter()
        .flat_map(|headers| headers.all("received"))
        .map(received)
        .find(|hop| hop.ip.as_ref().is_some_and(|seen| seen.value == ip))
        .and_then(|hop| hop.helo)
}

fn domain_of(field: Option<&Text>) -> Option<Spanned<String>> {
    address::domain(&address_of(field)?)
}

/// The last address: display names may hold one too.
fn address_of(field: Option<&Text>) -> Option<Spanned<String>> {
    address::all_in(field?).pop()
}

/// Words near before the address of the client in a refusal.
const NEAR_CLIENT: [&str; 15] = [
    "client host",
    "client ip",
    "connecting ip",
    "i=ip&v=",
    "generic hostname",
    "ip address",
    "ip/",
    "ip=",
    "ip:",
    "ip ",
    "from ip",
    "mail from",
    "mta ip",
    "sending ip",
    "source ip",
];

/// Words right before it.
const BEFORE_CLIENT: [&str; 5] = ["client", "for", "from", "host", "ip"];

/// Words right behind it.
const BEHIND_CLIENT: [&str; 12] = [
    "blocked",
    "found on",
    "has been",
    "has no",
    "is blocked",
    "is in",
    "is listed",
    "is not",
    "is on",
    "listed",
    "not allowed",
    "sent from",
];

/// The same where a name stands before it: only of a client a server says that a list has it.
const BEHIND_NAMED_CLIENT: [&str; 3] = ["is in a black", "is in an rbl", "is listed"];

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
            .find(|(range, _)| names_client(&lower, range))
            .map(|(range, ip)| Spanned::new(ip, narrow(said, range)))
    })
}

/// The HELO name that was refused, as Postfix repeats it: `<NAME>: Helo command rejected`.
fn said_helo(bounce: &Bounce) -> Option<Spanned<String>> {
    bounce.recipients.iter().find_map(|recipient| {
        let said = recipient.diagnostic.as_ref()?;
        let lower = said.value.to_ascii_lowercase();
        let end = lower.find(">: helo command rejected")?;
        let start = lower.get(..end)?.rfind('<')? + 1;
        let helo = lower.get(start..end)?.to_owned();
        (!helo.is_empty()).then(|| Spanned::new(helo, narrow(said, start..end)))
    })
}

/// Whether the words around an address say that it is the client's. In brackets behind a name, it is
/// that host's, and whose that is only the words before it tell.
fn names_client(lower: &str, address: &Range<usize>) -> bool {
    const NEAR: usize = 40;
    let from = address.start.saturating_sub(NEAR);
    let before = (from..=address.start)
        .find_map(|start| lower.get(start..address.start))
        .unwrap_or_default();
    if NEAR_CLIENT.iter().any(|words| before.contains(words)) {
        return true;
    }
    let outer = before.trim_end_matches([' ', '[', '(', '<', '"', '\'']);
    let last = outer.rsplit([' ', '(', '[']).next().unwrap_or_default();
    let is_host = last.contains('.') && last.contains(|c: char| c.is_alphabetic());
    let behind = lower.get(address.end..).unwrap_or_default();
    let behind = behind.trim_start_matches([' ', ']', ')', '>', '"', '\'']);
    if is_host && !outer.ends_with(['.', ':', '=']) {
        return BEHIND_NAMED_CLIENT
            .iter()
            .any(|words| behind.starts_with(words));
    }
    before.trim_end().ends_with(['[', '('])
        || BEFORE_CLIENT.contains(&last)
        || BEHIND_CLIENT.iter().any(|words| behind.starts_with(words))
}

/// One server handing the message to the next.
#[derive(Clone, Debug, Default)]
struct Hop {
    ip: Option<Spanned<IpAddr>>,
    helo: Option<Spanned<String>>,
    /// The name behind `from`, which is not the HELO name everywhere.
    from: Option<String>,
    /// The name behind `by`.
    by: Option<String>,
    /// Whether somebody logged in, as people do at their own server.
    authenticated: bool,
}

impl Hop {
    fn of(ip: Spanned<IpAddr>) -> Self {
        Self {
            ip: Some(ip),
            ..Self::default()
        }
    }

    /// Whether it leads from one house to another, and shows the address.
    fn crosses(&self) -> bool {
        let is_inner = match (&self.from, &self.by) {
            (Some(from), Some(by)) => are_related(from, by),
            _ => false,
        };
        self.ip.is_some() && !is_inner
    }
}

/// A bounce that the recipient's side wrote after it took the message: the returned head has the
/// hop from our server to theirs, and the report's server is the one behind `by`. A server that it
/// was refused by further on saw another address.
fn hop_to_refuser(returned: &Headers, bounce: &Bounce) -> Option<Hop> {
    let reporter = bounce.reporting_mta.as_ref()?;
    let is_theirs = bounce.recipients.iter().any(|recipient| {
        let domain = recipient.address.as_ref().and_then(address::domain);
        let is_refuser = recipient
            .remote_mta
            .as_ref()
            .is_none_or(|remote| remote.value == reporter.value);
        let is_of = |domain: Spanned<String>| {
            reporter.value == domain.value
                || reporter.value.ends_with(&format!(".{}", domain.value))
        };
        is_refuser && domain.is_some_and(is_of)
    });
    if !is_theirs {
        return None;
    }
    returned.all("received").map(received).find(Hop::crosses)
}

/// Whether the server that wrote the bounce is on the sender's side, and not one that the recipient
/// forwards through.
fn wrote_for_the_sender(
    returned: &Headers,
    bounce: &Bounce,
    from: Option<&Spanned<String>>,
) -> bool {
    let Some(reporter) = &bounce.reporting_mta else {
        return false;
    };
    let is_ours = |name: &str| are_related(name, &reporter.value);
    if from.is_some_and(|from| is_ours(&from.value)) {
        return true;
    }
    let was_forwarded = bounce.recipients.iter().any(|recipient| {
        let domain = |of: &Option<Spanned<String>>| of.as_ref().and_then(address::domain);
        match (domain(&recipient.original), domain(&recipient.address)) {
            (Some(original), Some(last)) => !are_related(&original.value, &last.value),
            _ => false,
        }
    });
    let came_from_another_server =
        returned
            .all("received")
            .map(received)
            .next()
            .is_some_and(|hop| {
                hop.crosses() && !hop.authenticated && hop.by.as_deref().is_some_and(is_ours)
            });
    !was_forwarded && !came_from_another_server
}

/// A bounce that the sender's own server wrote: the hop by which the bounce itself came from it has
/// its address.
fn hop_of_reporter(headers: &Headers, bounce: &Bounce) -> Option<Hop> {
    let reporter = &bounce.reporting_mta.as_ref()?.value;
    headers.all("received").map(received).find(|hop| {
        let names = [hop.from.as_ref(), hop.helo.as_ref().map(|helo| &helo.value)];
        hop.ip.is_some()
            && names.into_iter().flatten().any(|name| name == reporter)
            && hop.by.as_ref() != Some(reporter)
            && !speaks_inside_only(reporter)
    })
}

/// Servers of Microsoft 365 that never speak to others themselves; their addresses look public.
fn speaks_inside_only(name: &str) -> bool {
    [".prod.outlook.com", ".prod.exchangelabs.com"]
        .iter()
        .any(|suffix| name.ends_with(suffix))
}

/// A trace field (RFC 5321, section 4.4): `from HELO (NAME [IP]) by …`.
fn received(field: &Text) -> Hop {
    let string = field.as_str();
    let lower = string.to_ascii_lowercase();
    let Some(start) = lower.strip_prefix("from ").map(|_| 5) else {
        return Hop::default();
    };
    let end = lower.find(" by ").unwrap_or(lower.len());
    let part = string.get(start..end).unwrap_or_default();
    let from = address::host_at(string, start);
    // Exim and qmail say it apart from the name that DNS gives.
    let helo = ["helo=", "(helo ", "(ehlo "].into_iter().find_map(|word| {
        let at = lower.get(start..end)?.find(word)?;
        address::host_at(string, start + at + word.len())
    });
    let name = |range: Range<usize>| {
        let name = field.spanned(range)?;
        Some(name.map(|name| name.lower()))
    };
    let rest = lower.get(end..).unwrap_or_default();
    let by = address::host_at(string, end + 4).and_then(name);
    Hop {
        ip: ip_of_client(part).map(|(range, ip)| {
            Spanned::new(ip, field.spans(start + range.start..start + range.end))
        }),
        helo: helo.or_else(|| from.clone()).and_then(name),
        from: from.and_then(name).map(|name| name.value),
        by: by.map(|name| name.value),
        authenticated: [
            "smtpa ",
            "smtpsa ",
            "asmtp ",
            "authenticated",
            "http",
            "mapi",
        ]
        .iter()
        .any(|word| rest.contains(word)),
    }
}

/// The address that the server saw, which stands in parentheses; what the client said of itself
/// comes before them or behind the word HELO.
fn ip_of_client(part: &str) -> Option<(Range<usize>, IpAddr)> {
    let lower = part.to_ascii_lowercase();
    let is_said = |at: usize| {
        let before = lower.get(..at).unwrap_or_default();
        let before = before.trim_end_matches(['[', '(']);
        before.ends_with("helo=") || before.ends_with("helo ") || before.ends_with("ehlo ")
    };
    let seen: Vec<(Range<usize>, IpAddr)> = address::ips_in(part)
        .into_iter()
        .filter(|(range, _)| !is_said(range.start))
        .collect();
    let open = part.find('(').unwrap_or(0);
    let inside = seen.iter().find(|(range, _)| range.start > open);
    let found = inside.or_else(|| seen.first())?;
    is_public(found.1).then(|| found.clone())
}

/// Addresses that a server on the Internet can be spoken to from. The documentation ranges count:
/// examples use them.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let is_shared = matches!(ip.octets(), [100, 64..=127, ..] | [0, ..]);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_broadcast()
                || is_shared)
        }
        IpAddr::V6(ip) => match (ip.to_ipv4_mapped(), ip.segments()) {
            (Some(inner), _) => is_public(inner.into()),
            // 6to4: Google numbers its inner servers so, with private addresses.
            (None, [0x2002, high, low, ..]) => {
                let [a, b] = high.to_be_bytes();
                let [c, d] = low.to_be_bytes();
                is_public(IpAddr::from([a, b, c, d]))
            }
            (None, _) => {
                !(ip.is_loopback()
                    || ip.is_unspecified()
                    || ip.is_multicast()
                    || ip.is_unique_local()
                    || ip.is_unicast_link_local())
            }
        },
    }
}

fn signatures(returned: &Headers) -> Vec<Spanned<Signature>> {
    let mut found: Vec<Spanned<Signature>> = Vec::new();
    for field in returned.all("dkim-signature") {
        let (Some(domain), Some(selector)) = (tag(field, "d"), tag(field, "s")) else {
            continue;
        };
        // The tags stand in any order, and in base64 in the same place.
        let spans = in_order(domain.spans.into_iter().chain(selector.spans).collect());
        let signature = Signature {
            domain: domain.value.lower(),
            selector: selector.value.lower(),
            algorithm: tag(field, "a").map(|algorithm| algorithm.value.lower()),
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
