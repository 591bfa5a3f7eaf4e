//! The record as it should be. Every proposal is evaluated before it is shown: the IP passes, the
//! limits hold, and no network that passed before fails.

use std::net::IpAddr;

use crate::dns::{
    Answer, Answers, Name, Outcome, ProtocolResult, Question, Record, RecordData, RecordType,
    spf::{
        Input, State, evaluate,
        parse::parse,
        record::{Mechanism, Qualifier, Record as SpfRecord},
        slips::mended,
    },
};

/// What became of a proposal.
pub(super) enum Proposal {
    /// Questions have to be answered first.
    Open,
    /// Nothing can be proposed that is sure to do no harm.
    None,
    /// The record.
    Record(String),
}

/// Mends what the domain publishes and lets the term in, if one is given.
pub(super) fn propose(
    input: &Input<'_>,
    published: &[&str],
    term: Option<&str>,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Proposal {
    let base = match published {
        [] => "v=spf1 ~all".to_owned(),
        [only] => mended(only),
        several => merged(several),
    };
    let Ok(record) = parse(&base) else {
        return Proposal::None;
    };
    let proposed = match term {
        Some(term) => with_term(&base, &record, term),
        None => base,
    };
    if published == [proposed.as_str()] {
        return Proposal::None;
    }
    let after = overlaid(input.domain, &proposed, answers);
    match evaluate(input, &after) {
        State::Open(open) => {
            for question in open {
                if !needs.contains(&question) {
                    needs.push(question);
                }
            }
            Proposal::Open
        }
        State::Done(found) if found.result != ProtocolResult::Pass => Proposal::None,
        State::Done(_) => match published
            .iter()
            .all(|text| keeps(input, text, answers, &after))
        {
            true => Proposal::Record(proposed),
            false => Proposal::None,
        },
    }
}

/// Only mends what cannot be read; nothing that passed before can fail, as nothing passed.
pub(super) fn mend(
    input: &Input<'_>,
    published: &[&str],
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Proposal {
    let [only] = published else {
        return Proposal::None;
    };
    let proposed = mended(only);
    let after = overlaid(input.domain, &proposed, answers);
    match evaluate(input, &after) {
        State::Open(open) => {
            needs.extend(open);
            Proposal::Open
        }
        State::Done(found) => match found.result {
            ProtocolResult::Fail | ProtocolResult::Softfail | ProtocolResult::Neutral => {
                Proposal::Record(proposed)
            }
            _ => Proposal::None,
        },
    }
}

/// A network has no look-up and goes first; what looks something up goes behind what is there.
fn with_term(base: &str, record: &SpfRecord, term: &str) -> String {
    let last = record
        .directives
        .iter()
        .find(|directive| directive.mechanism == Mechanism::All)
        .map(|directive| &directive.place)
        .or(record.redirect.as_ref().map(|redirect| &redirect.place));
    let at = match (term.starts_with("ip"), last) {
        (true, _) => "v=spf1".len(),
        (false, Some(place)) => place.start,
        (false, None) => base.len(),
    };
    let (before, behind) = base.split_at_checked(at).unwrap_or((base, ""));
    let words = [before.trim_end(), term, behind.trim_start()];
    words.join(" ").trim_end().to_owned()
}

/// One record out of several: all their terms, each once, and the mildest end.
fn merged(texts: &[&str]) -> String {
    let mut terms: Vec<String> = Vec::new();
    let mut end: Option<Qualifier> = None;
    for text in texts {
        let text = mended(text);
        let Ok(record) = parse(&text) else { continue };
        for directive in &record.directives {
            if directive.mechanism == Mechanism::All {
                end = Some(milder(end, directive.qualifier));
                continue;
            }
            let term = text.get(directive.place.clone()).unwrap_or_default();
            if !terms.iter().any(|known| known.eq_ignore_ascii_case(term)) {
                terms.push(term.to_owned());
            }
        }
        if let Some(redirect) = &record.redirect {
            let term = text.get(redirect.place.clone()).unwrap_or_default();
            terms.extend(term.get(9..).map(|target| format!("include:{target}")));
        }
    }
    let end = match end {
        Some(Qualifier::Fail) => "-all",
        Some(Qualifier::Neutral) => "?all",
        // Everybody is let in by none of our proposals.
        Some(Qualifier::Softfail | Qualifier::Pass) | None => "~all",
    };
    format!("v=spf1 {} {end}", terms.join(" "))
}

fn milder(known: Option<Qualifier>, other: Qualifier) -> Qualifier {
    match (known, other) {
        (Some(Qualifier::Neutral), _) | (_, Qualifier::Neutral) => Qualifier::Neutral,
        (Some(Qualifier::Softfail), _) | (_, Qualifier::Softfail) => Qualifier::Softfail,
        (_, other) => other,
    }
}

/// The answers as they would be with the record published.
fn overlaid(domain: &str, record: &str, answers: &Answers) -> Answers {
    let mut after = answers.clone();
    if let Ok(name) = Name::lenient(domain) {
        let record = Record {
            owner: name.as_str().to_owned(),
            ttl: 0,
            data: RecordData::Txt(record.to_owned()),
        };
        let answer = Answer {
            records: vec![record],
            ..Answer::empty(Outcome::NoError)
        };
        after.insert(Question::new(name, RecordType::Txt), answer);
    }
    after
}

/// Whether the first addresses of the record's networks pass afterwards if they passed before.
fn keeps(input: &Input<'_>, text: &str, before: &Answers, after: &Answers) -> bool {
    let Ok(record) = parse(text) else { return true };
    let passes = |ip: IpAddr, answers: &Answers| match evaluate(&Input { ip, ..*input }, answers) {
        State::Done(found) => found.result == ProtocolResult::Pass,
        State::Open(_) => false,
    };
    record
        .directives
        .iter()
        .filter_map(|directive| match directive.mechanism {
            Mechanism::Ip4(network, _) => Some(IpAddr::V4(network)),
            Mechanism::Ip6(network, _) => Some(IpAddr::V6(network)),
            _ => None,
        })
        .all(|ip| !passes(ip, before) || passes(ip, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(published: &[&str], term: Option<&str>) -> Option<String> {
        let input = Input {
            ip: "203.0.113.25".parse().expect("an address"),
            helo: "",
            local_part: None,
            domain: "shop.example",
            explains: false,
        };
        match propose(
            &input,
            published,
            term,
            &Answers::default(),
            &mut Vec::new(),
        ) {
            Proposal::Record(record) => Some(record),
            Proposal::Open | Proposal::None => None,
        }
    }

    #[test]
    fn a_record_takes_a_term_in_where_it_belongs() {
        let ip4 = Some("ip4:203.0.113.25");
        let cases: [(&[&str], Option<&str>, &str); 8] = [
            (&[], ip4, "v=spf1 ip4:203.0.113.25 ~all"),
            (&["v=spf1 -all"], ip4, "v=spf1 ip4:203.0.113.25 -all"),
            (&["v=spf1"], ip4, "v=spf1 ip4:203.0.113.25"),
            (
                &["v=spf1 redirect=a.example"],
                ip4,
                "v=spf1 ip4:203.0.113.25 redirect=a.example",
            ),
            (
                &["v=spf1 ipv4:203.0.113.25, -all."],
                None,
                "v=spf1 ip4:203.0.113.25 -all",
            ),
            (
                &["v=spf1 ip4=203.0.113.0/24 ~all;"],
                None,
                "v=spf1 ip4:203.0.113.0/24 ~all",
            ),
            (
                &[
                    "v=spf1 ip4:203.0.113.25 -all",
                    "v=spf1 ip4:192.0.2.1 IP4:203.0.113.25 ~all",
                ],
                None,
                "v=spf1 ip4:203.0.113.25 ip4:192.0.2.1 ~all",
            ),
            (
                &["v=spf1 ip4:192.0.2.1 -all", "v=spf1 -all"],
                ip4,
                "v=spf1 ip4:203.0.113.25 ip4:192.0.2.1 -all",
            ),
        ];
        for (published, term, expected) in cases {
            assert_eq!(proposed(published, term).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_would_not_help_is_not_proposed() {
        let cases: [(&[&str], Option<&str>); 4] = [
            (&["v=spf1 -all"], None),
            (&["v=spf1 ip4:203.0.113.25 -all"], None),
            (&["v=spf1 foo:bar -all"], Some("ip4:203.0.113.25")),
            (&["v=spf1 -all"], Some("ip4:192.0.2.9")),
        ];
        for (published, term) in cases {
            assert_eq!(proposed(published, term), None, "{published:?}");
        }
    }
}
