//! What people write when they mean an SPF record: texts that are none, terms that nobody heeds, and
//! the record that was probably meant.

use std::net::IpAddr;

use super::{
    parse::parse,
    record::{Mechanism, Record},
};

/// A term that receivers pass over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignored<'a> {
    /// The term.
    pub term: &'a str,
    /// Why, in a sentence.
    pub why: &'static str,
}

/// The first text that was meant as an SPF record and is none.
#[must_use]
pub fn lookalike<'a>(texts: &[&'a str]) -> Option<&'a str> {
    let mut others = texts
        .iter()
        .copied()
        .filter(|text| !crate::dns::is_spf_record(text));
    others.find(|text| is_meant(text))
}

/// `v=spf1` anywhere, `v = spf 1`, or `spf1` in front; not `spf2.0`, which is Sender ID (RFC 4406).
fn is_meant(text: &str) -> bool {
    let plain: String = plain(text).chars().filter(|c| !c.is_whitespace()).collect();
    let lower = plain.to_ascii_lowercase();
    lower.contains("v=spf1") || lower.starts_with("spf1") || lower.starts_with("spf=1")
}

const BEHIND_ALL: &str =
    "It stands behind all, which matches every server, so it is never reached.";
const BESIDE_ALL: &str = "redirect= counts only in a record without all.";
const EQUALS: &str = "It has = where a colon is wanted, so it counts as a word that nobody knows, and lets nobody in.";

/// The first term of a record that can be read which receivers pass over.
#[must_use]
pub fn ignored(text: &str) -> Option<Ignored<'_>> {
    let record = parse(text).ok()?;
    let of = |place: &std::ops::Range<usize>| text.get(place.clone()).unwrap_or_default();
    let is_mechanism = |name: &str| {
        let known = ["a", "mx", "ptr", "ip4", "ip6", "include", "exists", "all"];
        known.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    let mut words = text.split(' ');
    let equals = words.find(|word| {
        let bare = word.trim_start_matches(SIGNS);
        bare.split_once('=')
            .is_some_and(|(name, _)| is_mechanism(name))
    });
    if let Some(term) = equals {
        return Some(Ignored { term, why: EQUALS });
    }
    let all = all_of(&record)?;
    if let Some(behind) = record.directives.get(all + 1) {
        let term = of(&behind.place);
        return Some(Ignored {
            term,
            why: BEHIND_ALL,
        });
    }
    let term = of(&record.redirect.as_ref()?.place);
    Some(Ignored {
        term,
        why: BESIDE_ALL,
    })
}

fn all_of(record: &Record) -> Option<usize> {
    let mut directives = record.directives.iter();
    directives.position(|directive| directive.mechanism == Mechanism::All)
}

const SIGNS: [char; 4] = ['+', '-', '~', '?'];

/// What people write and SPF does not know.
const SLIPS: [(&str, &str); 12] = [
    ("ipv4:", "ip4:"),
    ("ipv6:", "ip6:"),
    ("ip:", "ip4:"),
    ("ip4=", "ip4:"),
    ("ip6=", "ip6:"),
    ("include=", "include:"),
    ("includes:", "include:"),
    ("exists=", "exists:"),
    ("a=", "a:"),
    ("mx=", "mx:"),
    ("ptr=", "ptr:"),
    ("redirect:", "redirect="),
];

/// The record that was probably meant: slips undone, signs of other lists and of word processors
/// gone, and `all` at the end. Whether it is any good, its reader has to find out.
#[must_use]
pub fn mended(text: &str) -> String {
    let plain = plain(text);
    let mut all: Option<String> = None;
    let mut words: Vec<String> = vec!["v=spf1".to_owned()];
    for word in joined(behind_version(&plain)) {
        for term in terms(&word) {
            let is_all = term.trim_start_matches(SIGNS).eq_ignore_ascii_case("all");
            match is_all {
                // The first one counts.
                true => all = all.or(Some(term)),
                false => words.push(term),
            }
        }
    }
    words.extend(all);
    words.join(" ")
}

/// Without quotation marks and what shows nothing; dashes and spaces as ASCII has them.
fn plain(text: &str) -> String {
    let changed = text.chars().filter_map(|c| match c {
        '"' | '\\' | '\u{201c}'..='\u{201f}' | '\u{2018}'..='\u{201b}' => None,
        '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    });
    changed.collect()
}

/// What stands behind `v=spf1`, or what was meant so.
fn behind_version(plain: &str) -> &str {
    let lower = plain.to_ascii_lowercase();
    let spf = lower.find("v=spf").map(|at| at + 2);
    let Some(at) = spf.or_else(|| lower.find("spf")) else {
        return plain;
    };
    let behind = plain.get(at + 3..).unwrap_or_default();
    let behind = behind.trim_start_matches([' ', '=']);
    let behind = behind.strip_prefix('1').unwrap_or(behind);
    let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    let rest = behind.get(digits..).unwrap_or_default();
    rest.trim_start_matches([',', ';', ':', '.', ' '])
}

/// The words, those put together that a space has torn apart: `ip4: 192.0.2.1`, `- all`. A comment
/// ends them.
fn joined(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if word.starts_with('#') {
            break;
        }
        let is_open = |before: &String| {
            before.ends_with([':', '=']) || SIGNS.map(String::from).contains(before)
        };
        match words.last_mut().filter(|before| is_open(before)) {
            Some(before) => before.push_str(word),
            None => words.push(word.to_owned()),
        }
    }
    words
}

/// One word as terms: a list of addresses becomes several.
fn terms(word: &str) -> Vec<String> {
    let word = word.trim_end_matches([',', ';', '.']);
    let bare = word.trim_start_matches(SIGNS);
    let signs = word.get(..word.len() - bare.len()).unwrap_or_default();
    let sign = signs.get(..1).unwrap_or_default();
    let lower = bare.to_ascii_lowercase();
    let slip = SLIPS.iter().find(|(slip, _)| lower.starts_with(slip));
    let bare = match slip {
        Some((slip, right)) => format!("{right}{}", bare.get(slip.len()..).unwrap_or_default()),
        None => bare.to_owned(),
    };
    let parts = bare.split([',', ';']).filter(|part| !part.is_empty());
    let name = bare.split_once(':').map_or("", |(name, _)| name);
    let terms = parts.enumerate().map(|(number, part)| {
        let whole = match number == 0 || part.contains([':', '=']) {
            true => part.to_owned(),
            false => format!("{name}:{part}"),
        };
        format!("{sign}{}", with_right_family(&whole))
    });
    terms.collect()
}

/// An address stands in `ip4:` or `ip6:`, whatever was written before it.
fn with_right_family(term: &str) -> String {
    let value = match term.split_once(':') {
        Some((name, value)) if ["a", "mx", "ip4", "ip6"].contains(&name) => value,
        _ => term,
    };
    let address = value.split('/').next().unwrap_or_default();
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => format!("ip4:{value}"),
        Ok(IpAddr::V6(_)) => format!("ip6:{value}"),
        Err(_) => without_scheme(term),
    }
}

fn without_scheme(term: &str) -> String {
    ["https://", "http://"]
        .iter()
        .fold(term.to_owned(), |term, scheme| term.replace(scheme, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_as_a_record_is_known() {
        let meant = [
            "v=spf1, ip4:192.0.2.1 -all",
            "v=spf1include:a.example -all",
            "v=spf10 ip4:192.0.2.1 -all",
            " v=spf1 ip4:192.0.2.1 -all",
            "spf1 ip4:192.0.2.1 -all",
            "v=spf 1 ip4:192.0.2.1 -all",
            "v= spf1 ip4:192.0.2.1 -all",
            "SPF: v=spf1 ip4:192.0.2.1 -all",
            "\"v=spf1 ip4:192.0.2.1 -all\"",
            "\u{201c}v=spf1 ip4:192.0.2.1 -all\u{201d}",
            "v=spf1\tip4:192.0.2.1 -all",
            "v=spf1; ip4:192.0.2.1; -all",
        ];
        for text in meant {
            assert_eq!(lookalike(&["other", text]), Some(text), "{text}");
            let mended = mended(text);
            let expected = match text.contains("include") {
                true => "v=spf1 include:a.example -all",
                false => "v=spf1 ip4:192.0.2.1 -all",
            };
            assert_eq!(mended, expected, "{text}");
        }
        let others = [
            "v=spf1 -all",
            "spf2.0/pra -all",
            "v=DMARC1; p=none",
            "google-site-verification=spf1",
        ];
        assert_eq!(lookalike(&others), None);
    }

    #[test]
    fn terms_that_nobody_heeds_are_told_with_the_cause() {
        let cases = [
            ("v=spf1 -all ip4:192.0.2.1", "ip4:192.0.2.1", BEHIND_ALL),
            ("v=spf1 ~all -all", "-all", BEHIND_ALL),
            (
                "v=spf1 redirect=a.example -all",
                "redirect=a.example",
                BESIDE_ALL,
            ),
            ("v=spf1 include=a.example -all", "include=a.example", EQUALS),
            ("v=spf1 a mx ip4=192.0.2.1", "ip4=192.0.2.1", EQUALS),
        ];
        for (text, term, why) in cases {
            assert_eq!(ignored(text), Some(Ignored { term, why }), "{text}");
        }
        for text in [
            "v=spf1 a mx -all",
            "v=spf1 redirect=a.example",
            "v=spf1 foo=bar exp=a.example -all",
            "v=spf1 nonsense -all ip4:192.0.2.1",
        ] {
            assert_eq!(ignored(text), None, "{text}");
        }
    }

    #[test]
    fn slips_are_undone() {
        let cases = [
            ("v=spf1 ipv4:192.0.2.1, -all.", "v=spf1 ip4:192.0.2.1 -all"),
            ("v=spf1 ip4: 192.0.2.1 - all", "v=spf1 ip4:192.0.2.1 -all"),
            (
                "v=spf1 ip4:192.0.2.1,192.0.2.2 -all",
                "v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all",
            ),
            ("v=spf1 mx:192.0.2.1 a -all", "v=spf1 ip4:192.0.2.1 a -all"),
            ("v=spf1 ip4:2001:db8::1/64", "v=spf1 ip6:2001:db8::1/64"),
            ("v=spf1 192.0.2.1 ~all", "v=spf1 ip4:192.0.2.1 ~all"),
            ("v=spf1 mx \u{2013}all", "v=spf1 mx -all"),
            ("v=spf1 -all mx ~all", "v=spf1 mx -all"),
            ("v=spf1 mx -all # ours", "v=spf1 mx -all"),
            (
                "v=spf1 include:https://a.example -all",
                "v=spf1 include:a.example -all",
            ),
            ("V=SPF1 +A:b.example ?ALL", "v=spf1 +A:b.example ?ALL"),
            ("v=spf1", "v=spf1"),
        ];
        for (text, expected) in cases {
            assert_eq!(mended(text), expected, "{text}");
        }
    }
}
