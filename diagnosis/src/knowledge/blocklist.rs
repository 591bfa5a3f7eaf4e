//! DNS blocklists: what they list, what their answers mean, and how to tell that they work.

use std::{net::Ipv4Addr, sync::LazyLock};

use super::packed::{self, packed_fields};

/// A DNS blocklist (RFC 5782).
#[derive(Debug)]
pub struct Blocklist {
    /// Its name for people.
    pub name: &'static str,
    /// The zone that is asked.
    pub zone: &'static str,
    /// Whether it lists IPv4 addresses.
    pub ip4: bool,
    /// Whether it lists IPv6 addresses.
    pub ip6: bool,
    /// Whether it lists domains.
    pub domain: bool,
    /// Whether the name given in HELO is one of the domains that it is asked about.
    pub helo: bool,
    /// Whether it has domains only as they were registered, without the names below them.
    pub registered: bool,
    /// Further words by which bounces call it, lower case, one a line.
    pub names: &'static str,
    /// What it always lists; empty for what RFC 5782 says.
    pub listed: &'static str,
    /// What it never lists; empty for what RFC 5782 says.
    pub clean: &'static str,
    /// Whether its codes are bits of the last octet.
    pub bits: bool,
    /// What its answers mean.
    pub codes: &'static [ReturnCode],
    /// Its look-up page; `{}` is the address or domain.
    pub look_up: &'static str,
    /// Where to ask for removal.
    pub removal: &'static str,
    /// Whether it is asked where a person wishes lists to be asked.
    pub asked: bool,
    /// Since when it is closed.
    pub closed: Option<&'static str>,
}

/// What an answer of a list means.
#[derive(Debug)]
pub struct ReturnCode {
    /// The first address, or the bit.
    pub first: u32,
    /// The last address.
    pub last: u32,
    /// A sentence; empty where the list refuses to answer.
    pub meaning: &'static str,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is listed, and why, where that is known.
    Listed(Option<&'static str>),
    /// The list does not answer whoever asked.
    Refused,
    /// No answer of a blocklist: the zone is closed, sold, or answers everything.
    Nonsense,
}

impl Blocklist {
    /// What an address that came back means. RFC 5782, section 2.3: 127.0.0.2 or another one in
    /// 127.0.0.0/8; section 5 keeps 127.0.0.1 free.
    #[must_use]
    pub fn said(&self, answer: Ipv4Addr) -> Said {
        let code = u32::from(answer);
        let fits = |known: &&ReturnCode| match self.bits && !known.meaning.is_empty() {
            true => code & 0xff & known.first != 0,
            false => (known.first..=known.last).contains(&code),
        };
        match answer.octets() {
            [127, 255, 255, _] => Said::Refused,
            // URIBL refuses with the first bit, which stands for no list.
            [127, 0, 0, 1] if self.bits => Said::Refused,
            [127, 0, 0, 1] => Said::Nonsense,
            [127, ..] => match self.codes.iter().find(fits).map(|known| known.meaning) {
                Some("") => Said::Refused,
                meaning => Said::Listed(meaning),
            },
            _ => Said::Nonsense,
        }
    }

    /// The longest word by which a text (lower case) names it; `None` where it does not.
    #[must_use]
    pub fn word_in(&self, lower: &str) -> Option<&'static str> {
        let words = self.names.split('\n').filter(|word| !word.is_empty());
        words
            .chain([self.zone])
            .filter(|word| stands_in(lower, word))
            .max_by_key(|word| word.len())
    }

    /// Its look-up page for an address or domain.
    #[must_use]
    pub fn look_up_page(&self, subject: &str) -> String {
        self.look_up.replace("{}", subject)
    }
}

/// Whether a word stands in a text, and not as a part of a longer one.
fn stands_in(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let behind = text.get(at + word.len()..).unwrap_or_default();
        !before.ends_with(|c: char| c.is_ascii_alphanumeric())
            && !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
    })
}

packed_fields! {
    Blocklist {
        name, zone, ip4, ip6, domain, helo, registered, names, listed, clean, bits, codes, look_up, removal,
        asked, closed,
    }
    ReturnCode { first, last, meaning, }
}

include!(concat!(env!("OUT_DIR"), "/blocklists.rs"));

/// The lists that a text (lower case) names. A word within the word of another list (`spamhaus` in
/// `dbl.spamhaus.org`) names only that one.
#[must_use]
pub fn named_in(lower: &str) -> Vec<&'static Blocklist> {
    let found: Vec<(&Blocklist, &str)> = BLOCKLISTS
        .iter()
        .filter_map(|list| Some((list, list.word_in(lower)?)))
        .collect();
    let is_part = |word: &str| {
        found
            .iter()
            .any(|(_, other)| other.len() > word.len() && other.contains(word))
    };
    let whole = found.iter().filter(|(_, word)| !is_part(word));
    whole.map(|(list, _)| *list).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(zone: &str) -> &'static Blocklist {
        let found = BLOCKLISTS.iter().find(|list| list.zone == zone);
        found.unwrap_or_else(|| panic!("no list {zone}"))
    }

    #[test]
    fn answers_are_told_apart() {
        let listed = |answer: &str, zone: &str| {
            let said = list(zone).said(answer.parse().expect("an address"));
            match said {
                Said::Listed(Some(meaning)) => meaning.split(':').next().unwrap_or_default(),
                Said::Listed(None) => "listed",
                Said::Refused => "refused",
                Said::Nonsense => "nonsense",
            }
        };
        let cases = [
            ("127.0.0.2", "zen.spamhaus.org", "SBL"),
            ("127.0.0.11", "zen.spamhaus.org", "PBL"),
            ("127.0.0.99", "zen.spamhaus.org", "listed"),
            ("127.255.255.252", "zen.spamhaus.org", "refused"),
            ("127.255.255.254", "zen.spamhaus.org", "refused"),
            ("127.255.255.255", "dbl.spamhaus.org", "refused"),
            ("127.0.1.255", "dbl.spamhaus.org", "refused"),
            ("127.0.0.1", "psbl.surriel.com", "nonsense"),
            ("192.0.2.80", "psbl.surriel.com", "nonsense"),
            ("127.0.0.1", "multi.uribl.com", "refused"),
            ("127.0.0.2", "multi.uribl.com", "black"),
            ("127.0.0.12", "multi.uribl.com", "grey"),
        ];
        for (answer, zone, expected) in cases {
            assert_eq!(listed(answer, zone), expected, "{answer} of {zone}");
        }
    }

    #[test]
    fn a_bounce_names_the_list_it_means() {
        let cases: &[(&str, &[&str])] = &[
            (
                "blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/203.0.113.9",
                &["zen.spamhaus.org"],
            ),
            (
                "sender blocked using dbl.spamhaus.org",
                &["dbl.spamhaus.org"],
            ),
            ("the address is on spamhaus", &["zen.spamhaus.org"]),
            (
                "blocked using dnsbl-2.uceprotect.net",
                &["dnsbl-2.uceprotect.net"],
            ),
            (
                "blocked using bl.spamcop.net and b.barracudacentral.org",
                &["b.barracudacentral.org", "bl.spamcop.net"],
            ),
            (
                "http://www.sorbs.net/lookup.shtml?203.0.113.9",
                &["dnsbl.sorbs.net"],
            ),
            ("user unknown", &[]),
        ];
        for (text, expected) in cases {
            let zones: Vec<&str> = named_in(text).iter().map(|list| list.zone).collect();
            assert_eq!(&zones, expected, "{text}");
        }
    }

    #[test]
    fn zones_are_names_and_stand_there_once() {
        let mut zones: Vec<&str> = BLOCKLISTS.iter().map(|list| list.zone).collect();
        zones.sort_unstable();
        zones.dedup();
        assert_eq!(zones.len(), BLOCKLISTS.len());
        for list in BLOCKLISTS.iter() {
            assert!(
                list.zone.parse::<crate::dns::Name>().is_ok(),
                "{}",
                list.zone
            );
            assert!(!(list.asked && list.closed.is_some()), "{}", list.zone);
        }
    }
}
