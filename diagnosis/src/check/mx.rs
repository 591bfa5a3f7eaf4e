//! Where mail for the recipient's domain goes, and whether the servers named there have addresses.
//!
//! What it says: the MX records, or what stands in their place. Why it matters: mail follows them.
//! How to fix: the domain's owner publishes an MX record that names hosts with public addresses.
//! Evidence used: MX of the domain, A and AAAA of each host (RFC 5321, section 5.1; RFC 7505).

use std::net::IpAddr;

use super::{
    Addresses, Outcome, RecipientDomain, addresses, ask, finding, recipient_domains, unchecked,
};
use crate::{
    case::Case,
    dns::{Answer, Answers, Name, Question, RecordType},
    finding::{Code, Finding, Verdict},
    wording::{Slot, Value, Values},
};

/// How many hosts are looked at; more than this no mail server tries either.
const MAX_HOSTS: usize = 10;

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    for domain in recipient_domains(case) {
        let mut found = check_domain(&domain, answers);
        for finding in &mut found.findings {
            finding.recipients.clone_from(&domain.recipients);
        }
        outcome.findings.extend(found.findings);
        outcome.needs.extend(found.needs);
    }
    outcome
}

fn check_domain(domain: &RecipientDomain, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    let name = domain.name.as_str();
    let values = Values::new().text(Slot::Domain, name);
    let question = Question::new(domain.name.clone(), RecordType::Mx);
    let Some(answer) = ask(answers, &question, &mut outcome.needs) else {
        return outcome;
    };
    if answer.outcome == crate::dns::Outcome::NxDomain {
        // The other check says so; there is nothing here to judge.
        return outcome;
    }
    if !answer.is_conclusive() {
        let found = unchecked(Code::MxUnchecked, name, values, &question, answer);
        outcome.findings.push(found);
        return outcome;
    }
    let hosts = answer.mail_exchangers();
    let evidence = vec![(question, answer.clone())];
    if hosts.is_empty() {
        return implicit(domain, answers, evidence);
    }
    if hosts.iter().all(|(_, host)| host.is_empty()) {
        // RFC 7505, section 3: a single MX record with an empty host, preference 0.
        outcome.findings.push(Finding {
            answers: evidence,
            ..finding(Code::MxNull, Verdict::Problem, name, values)
        });
        return outcome;
    }
    let names = hosts
        .iter()
        .map(|(preference, host)| format!("{host} ({preference})"));
    outcome.findings.push(Finding {
        answers: evidence,
        ..finding(
            Code::MxFound,
            Verdict::Pass,
            name,
            values.with(Slot::Names, Value::Names(names.collect())),
        )
    });
    for (_, host) in hosts.iter().take(MAX_HOSTS) {
        check_host(&domain.name, host, answers, &mut outcome);
    }
    outcome
}

/// RFC 5321, section 5.1: "If an empty list of MXs is returned, the address is treated as if it was
/// associated with an implicit MX RR with a preference of 0, pointing to that host."
fn implicit(
    domain: &RecipientDomain,
    answers: &Answers,
    mut evidence: Vec<(Question, Answer)>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let name = domain.name.as_str();
    let values = Values::new().text(Slot::Domain, name);
    let found = match addresses(answers, &domain.name, &mut outcome.needs) {
        Addresses::Open => return outcome,
        Addresses::Unchecked(open) => match open.first() {
            Some((question, answer)) => {
                unchecked(Code::MxUnchecked, name, values, question, answer)
            }
            None => return outcome,
        },
        Addresses::Known {
            addresses,
            answers: asked,
            ..
        } => {
            evidence.extend(asked.into_iter().map(|(q, a)| (q, a.clone())));
            let (code, verdict) = match addresses.is_empty() {
                true => (Code::MxMissing, Verdict::Problem),
                false => (Code::MxImplicit, Verdict::Warning),
            };
            Finding {
                answers: evidence,
                ..finding(code, verdict, name, values)
            }
        }
    };
    outcome.findings.push(found);
    outcome
}

fn check_host(domain: &Name, host: &str, answers: &Answers, outcome: &mut Outcome) {
    let values = Values::new()
        .text(Slot::Domain, domain.as_str())
        .text(Slot::Host, host);
    let Ok(name) = host.parse::<Name>() else {
        // No host name at all: no address can be found for it.
        let found = finding(Code::MxHostMissing, Verdict::Problem, host, values);
        outcome.findings.push(found);
        return;
    };
    let found = match addresses(answers, &name, &mut outcome.needs) {
        Addresses::Open => return,
        Addresses::Unchecked(open) => match open.first() {
            Some((question, answer)) => {
                unchecked(Code::MxHostUnchecked, host, values, question, answer)
            }
            None => return,
        },
        Addresses::Known {
            addresses,
            exists,
            answers: asked,
        } => {
            let (code, verdict) = judge(&addresses, exists);
            let names = addresses.iter().map(IpAddr::to_string).collect();
            Finding {
                answers: asked.into_iter().map(|(q, a)| (q, a.clone())).collect(),
                ..finding(
                    code,
                    verdict,
                    host,
                    values.with(Slot::Names, Value::Names(names)),
                )
            }
        }
    };
    outcome.findings.push(found);
}

fn judge(addresses: &[IpAddr], exists: bool) -> (Code, Verdict) {
    if addresses.is_empty() {
        let code = match exists {
            true => Code::MxHostWithoutAddress,
            false => Code::MxHostMissing,
        };
        return (code, Verdict::Problem);
    }
    match addresses.iter().all(|ip| is_unreachable(*ip)) {
        true => (Code::MxHostPrivateAddress, Verdict::Problem),
        false => (Code::MxHostResolves, Verdict::Pass),
    }
}

/// Private, loopback, link-local and unspecified addresses (RFC 1918, RFC 4193, RFC 6890).
pub(super) fn is_unreachable(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified()
        }
        IpAddr::V6(ip) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
        }
    }
}
