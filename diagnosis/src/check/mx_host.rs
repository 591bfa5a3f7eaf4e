//! Whether the mail exchangers can be reached by their names.
//!
//! What it says: the host behind an MX record has addresses that mail can be sent to, or none. Why
//! it matters: a sender that finds no address, or one inside another network, cannot deliver. How to
//! fix: point the MX record to a host name with a public address. Evidence used: A and AAAA of the
//! host, and the aliases on the way there.

use std::net::IpAddr;

use super::{
    Addresses, Outcome, addresses, finding,
    servfail::{self, Behind},
    unchecked,
};
use crate::{
    dns::{Answer, Answers, Name, Outcome as Ended, Question, RecordData},
    finding::{Code, Finding, Verdict},
    wording::{Slot, Value, Values},
};

/// Longer chains of aliases no resolver follows.
const MAX_ALIASES: usize = 16;

/// Judges one host of an MX record of `domain`.
pub(super) fn check(
    domain: &Name,
    preference: u16,
    host: &str,
    answers: &Answers,
    outcome: &mut Outcome,
) {
    let values = Values::new()
        .text(Slot::Domain, domain.as_str())
        .text(Slot::Host, host);
    if let Some(ip) = literal(host) {
        outcome
            .findings
            .push(ip_literal(domain, preference, host, ip, values));
        return;
    }
    let Ok(name) = host.parse::<Name>() else {
        // No host name at all: no address can be found for it.
        let found = finding(Code::MxHostMissing, Verdict::Problem, host, values);
        outcome.findings.push(found);
        return;
    };
    match addresses(answers, &name, &mut outcome.needs) {
        Addresses::Open => {}
        Addresses::Unchecked(failed) => {
            let found = failed.first().and_then(|(question, answer)| {
                without_answer(question, answer, answers, &mut outcome.needs, values)
            });
            outcome.findings.extend(found);
        }
        Addresses::Known {
            addresses,
            exists,
            answers: asked,
        } => {
            let asked: Vec<_> = asked.into_iter().map(|(q, a)| (q, a.clone())).collect();
            let alias = alias(domain, preference, &name, &asked);
            let none = match exists {
                true => Code::MxHostWithoutAddress,
                false => Code::MxHostMissing,
            };
            let judged_as = judge_addresses(&name, &addresses, &asked);
            let (code, verdict) = judged_as.unwrap_or((none, Verdict::Problem));
            let found = judged(code, verdict, domain, host, &addresses, asked);
            outcome.findings.push(found);
            outcome.findings.extend(alias);
        }
    }
}

/// Where DNS does not answer about the host: SERVFAIL is told apart by what stands behind it.
fn without_answer(
    question: &Question,
    answer: &Answer,
    answers: &Answers,
    needs: &mut Vec<Question>,
    values: Values,
) -> Option<Finding> {
    let host = question.name.as_str();
    let open = |values| unchecked(Code::MxHostUnchecked, host, values, question, answer);
    if answer.outcome != Ended::ServFail {
        return Some(open(values));
    }
    let (behind, evidence) = servfail::behind(question, answer, answers, needs)?;
    let code = match behind {
        Behind::Dnssec => Code::MxHostDnssecBroken,
        Behind::Servers => Code::MxHostServersUnreachable,
        Behind::Unknown => return Some(open(values)),
    };
    Some(Finding {
        answers: evidence,
        ..finding(code, Verdict::Problem, host, values)
    })
}

/// The finding about a host with those addresses.
pub(super) fn judged(
    code: Code,
    verdict: Verdict,
    domain: &Name,
    host: &str,
    addresses: &[IpAddr],
    answers: Vec<(Question, Answer)>,
) -> Finding {
    let names = addresses.iter().take(super::mx::MAX_HOSTS);
    let names = names.map(IpAddr::to_string).collect();
    let values = Values::new()
        .text(Slot::Domain, domain.as_str())
        .text(Slot::Host, host)
        .with(Slot::Names, Value::Names(names));
    Finding {
        answers,
        ..finding(code, verdict, host, values)
    }
}

/// What the addresses of a host are good for; `None` where there are none.
pub(super) fn judge_addresses(
    host: &Name,
    addresses: &[IpAddr],
    asked: &[(Question, Answer)],
) -> Option<(Code, Verdict)> {
    let all = |holds: fn(IpAddr) -> bool| addresses.iter().all(|ip| holds(*ip));
    let is_example = is_for_examples(host) || asked.iter().any(|(_, answer)| answer.demo);
    if addresses.is_empty() {
        return None;
    }
    Some(match () {
        () if all(is_unreachable) => (Code::MxHostPrivateAddress, Verdict::Problem),
        () if !is_example && all(|ip| is_unreachable(ip) || is_documentation(ip)) => {
            (Code::MxHostDocumentationAddress, Verdict::Warning)
        }
        () if all(|ip| ip.is_ipv6()) => (Code::MxHostIpv6Only, Verdict::Warning),
        () => (Code::MxHostResolves, Verdict::Pass),
    })
}

/// RFC 5321, section 5.1: the name in an MX record must not be an alias (RFC 2181, section 10.3).
fn alias(
    domain: &Name,
    preference: u16,
    host: &Name,
    asked: &[(Question, Answer)],
) -> Option<Finding> {
    let (question, answer) = asked
        .iter()
        .find(|(_, answer)| target_of(answer, host).is_some())?;
    let mut target = host.clone();
    for _ in 0..MAX_ALIASES {
        match target_of(answer, &target) {
            Some(next) => target = next.clone(),
            None => break,
        }
    }
    let values = Values::new()
        .text(Slot::Domain, domain.as_str())
        .text(Slot::Host, host.as_str())
        .text(Slot::Place, target.as_str());
    Some(Finding {
        expected: Some(format!("{domain}. MX {preference} {target}.")),
        answers: vec![(question.clone(), answer.clone())],
        ..finding(Code::MxHostAlias, Verdict::Warning, host.as_str(), values)
    })
}

fn target_of<'a>(answer: &'a Answer, host: &Name) -> Option<&'a Name> {
    answer.records.iter().find_map(|record| match &record.data {
        RecordData::Cname(target) if record.owner == host.as_str() && target != host => {
            Some(target)
        }
        _ => None,
    })
}

/// RFC 5321, section 5.1, wants a domain name; an address there is read as a name that nobody has.
fn literal(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse().ok()
}

fn ip_literal(domain: &Name, preference: u16, host: &str, ip: IpAddr, values: Values) -> Finding {
    let kind = if ip.is_ipv4() { "A" } else { "AAAA" };
    Finding {
        expected: Some(format!(
            "{domain}. MX {preference} mail.{domain}.\nmail.{domain}. {kind} {ip}"
        )),
        ..finding(Code::MxHostIpLiteral, Verdict::Problem, host, values)
    }
}

/// Private, shared, loopback, link-local and unspecified addresses (RFC 1918, RFC 6598, RFC 4193,
/// RFC 6890).
pub(super) fn is_unreachable(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let is_shared = first == 100 && second & 0b1100_0000 == 64;
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || is_shared
                // RFC 6890: the whole of 0.0.0.0/8 is "this host on this network".
                || first == 0
        }
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(mapped) => is_unreachable(IpAddr::V4(mapped)),
            None => {
                ip.is_loopback()
                    || ip.is_unspecified()
                    || ip.is_unique_local()
                    || ip.is_unicast_link_local()
            }
        },
    }
}

/// Addresses that stand in books (RFC 5737, RFC 3849, RFC 9637).
fn is_documentation(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_documentation(),
        IpAddr::V6(ip) => match ip.segments() {
            [0x2001, 0x0db8, ..] => true,
            [0x3fff, second, ..] => second < 0x1000,
            _ => false,
        },
    }
}

/// Names that stand in books and tests (RFC 2606, RFC 6761): their addresses may be such too.
fn is_for_examples(name: &Name) -> bool {
    const RESERVED: [&str; 7] = [
        "example",
        "test",
        "invalid",
        "localhost",
        "example.com",
        "example.net",
        "example.org",
    ];
    RESERVED.iter().any(|reserved| {
        let rest = name.as_str().strip_suffix(reserved);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(host: &str, addresses: &[&str]) -> Option<Code> {
        let addresses: Vec<IpAddr> = addresses
            .iter()
            .map(|ip| ip.parse().expect("an address"))
            .collect();
        let host = host.parse().expect("a name");
        judge_addresses(&host, &addresses, &[]).map(|(code, _)| code)
    }

    #[test]
    fn addresses_are_judged_by_who_can_reach_them() {
        use Code::{
            MxHostDocumentationAddress as Documentation, MxHostIpv6Only as Ipv6,
            MxHostPrivateAddress as Private, MxHostResolves as Resolves,
        };
        let cases: &[(&[&str], Code)] = &[
            (&["10.0.0.1"], Private),
            (&["172.31.0.1", "192.168.1.1"], Private),
            (&["169.254.1.1"], Private),
            (&["127.0.0.1", "::1"], Private),
            (&["0.0.0.0"], Private),
            (&["::"], Private),
            (&["100.64.0.1"], Private),
            (&["100.127.255.255"], Private),
            (&["100.128.0.0"], Resolves),
            (&["fe80::1"], Private),
            (&["fd00::1"], Private),
            (&["::ffff:10.0.0.1"], Private),
            (&["10.0.0.1", "8.8.8.8"], Resolves),
            (&["192.0.2.1"], Documentation),
            (&["198.51.100.1", "2001:db8::1"], Documentation),
            (&["203.0.113.1", "10.0.0.1"], Documentation),
            (&["3fff:fff::1"], Documentation),
            (&["203.0.114.1"], Resolves),
            (&["2a00::1"], Ipv6),
            (&["2a00::1", "8.8.8.8"], Resolves),
        ];
        for (addresses, expected) in cases {
            assert_eq!(
                code("mx.firm.net", addresses),
                Some(*expected),
                "{addresses:?}"
            );
        }
        assert_eq!(code("mx.firm.net", &[]), None);
        for name in ["mx.firm.example", "a.test", "mx.example.com", "x.invalid"] {
            assert_eq!(code(name, &["192.0.2.1"]), Some(Resolves), "{name}");
            assert_eq!(code(name, &["10.0.0.1"]), Some(Private), "{name}");
        }
        assert_eq!(
            code("mx.badexample.com", &["192.0.2.1"]),
            Some(Documentation)
        );
    }

    #[test]
    fn aliases_that_go_round_come_to_an_end() {
        let name = |word: &str| word.parse::<Name>().expect("a name");
        let cname = |owner: &str, target: &str| crate::dns::Record {
            owner: owner.to_owned(),
            ttl: 1,
            data: RecordData::Cname(name(target)),
        };
        let answer = Answer {
            records: vec![
                cname("a.example", "b.example"),
                cname("b.example", "a.example"),
            ],
            ..Answer::empty(crate::dns::Outcome::NoError)
        };
        let question = Question::new(name("a.example"), crate::dns::RecordType::A);
        let asked = [(question, answer)];
        let found = alias(&name("d.example"), 10, &name("a.example"), &asked);
        assert_eq!(found.map(|found| found.code), Some(Code::MxHostAlias));
    }
}
