//! The grammar of addresses.

use std::net::{IpAddr, Ipv6Addr};

use super::Name;

/// Why a word is no address.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// This character cannot stand at this place, counted from 0.
    Character(usize, char),
    /// It has so many octets.
    Length(usize),
}

/// RFC 5321, section 4.5.3.1: 64 octets for the local part; a path has 256 with its brackets.
const LONGEST_LOCAL: usize = 64;
const LONGEST: usize = 254;

/// The first fault of an address (RFC 5321, section 4.1.2: `Mailbox`; RFC 6531, section 3.3).
pub(super) fn fault(address: &str) -> Option<Fault> {
    let (local, domain) = address.rsplit_once('@')?;
    let at = local.chars().count();
    let of_local = match local.strip_prefix('"') {
        Some(quoted) => quoted_fault(quoted),
        None => local_fault(local, at),
    };
    if of_local.is_some() {
        return of_local;
    }
    if local.len() > LONGEST_LOCAL || address.len() > LONGEST {
        return Some(Fault::Length(address.len()));
    }
    domain_fault(domain, at + 1)
}

/// `Dot-string = Atom *("." Atom)`; the dots themselves are judged apart.
fn local_fault(local: &str, at: usize) -> Option<Fault> {
    let stands = |c: char| {
        c.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~.".contains(c)
            || !c.is_ascii() && !c.is_control() && !c.is_whitespace()
    };
    if local.is_empty() {
        return Some(Fault::Character(at, '@'));
    }
    let mut characters = local.chars().enumerate();
    let (place, c) = characters.find(|(_, c)| !stands(*c))?;
    Some(Fault::Character(place, c))
}

/// `Quoted-string = DQUOTE *QcontentSMTP DQUOTE`; `quoted` begins behind the first mark.
fn quoted_fault(quoted: &str) -> Option<Fault> {
    let mut is_escaped = false;
    let mut is_closed = false;
    for (place, c) in quoted.chars().enumerate() {
        if is_closed || c.is_control() {
            return Some(Fault::Character(place + 1, c));
        }
        is_closed = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
    }
    (!is_closed).then(|| Fault::Character(quoted.chars().count() + 1, '@'))
}

/// Domain, or address-literal; it begins at `from`.
fn domain_fault(domain: &str, from: usize) -> Option<Fault> {
    if let Some(literal) = domain.strip_prefix('[') {
        let inner = literal.strip_suffix(']').unwrap_or_default();
        let is_address = match inner.get(..5) {
            Some(tag) if tag.eq_ignore_ascii_case("ipv6:") => inner
                .get(5..)
                .is_some_and(|ip| ip.parse::<Ipv6Addr>().is_ok()),
            _ => inner.parse::<std::net::Ipv4Addr>().is_ok(),
        };
        return (!is_address).then_some(Fault::Character(from, '['));
    }
    let first = domain.chars().next();
    if domain.parse::<IpAddr>().is_ok() {
        return Some(Fault::Character(from, first.unwrap_or('@')));
    }
    let mut before = '.';
    for (place, c) in domain.chars().enumerate() {
        let stands = c.is_ascii_alphanumeric() || !c.is_ascii();
        let fits = stands || c == '-' && before != '.' || c == '.' && !matches!(before, '.' | '-');
        if !fits {
            return Some(Fault::Character(from + place, c));
        }
        before = c;
    }
    if matches!(before, '.' | '-') {
        let last = domain.chars().count().checked_sub(1);
        return Some(match last {
            Some(last) => Fault::Character(from + last, before),
            None => Fault::Character(from - 1, '@'),
        });
    }
    match domain.parse::<Name>() {
        Ok(_) => None,
        Err(_) if domain.is_ascii() => Some(Fault::Length(domain.len())),
        Err(_) => {
            let mut characters = domain.chars().enumerate();
            let (place, c) = characters.find(|(_, c)| !c.is_ascii())?;
            Some(Fault::Character(from + place, c))
        }
    }
}
