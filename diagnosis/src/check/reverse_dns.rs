//! Whether the sending IP has a name that leads back to it (forward-confirmed reverse DNS).
//!
//! What it says: the PTR record of the sending IP, whether the name has that address, and whether it
//! looks like a name that every customer line of a provider has. Why it matters: many providers
//! refuse servers without a name, or with such a one. How to fix: the owner of the IP range sets the
//! PTR record, to the name that the server says in HELO. Evidence used: PTR of the address, A or AAAA
//! of each name (RFC 8601, section 3: "iprev").

use std::net::IpAddr;

use super::{Outcome, ask, finding, helo, unchecked};
use crate::{
    bounce::Shape,
    case::Case,
    dns::{Answer, Answers, Name, Question, RecordType},
    finding::{Code, Finding, Verdict},
    reason::Reason,
    wording::{Slot, Value, Values},
};

mod generic;

/// RFC 7208, section 5.5 limits the names that are looked at in the same way.
const MAX_NAMES: usize = 10;

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    let ip = case.bounce.sending.ip.as_ref().map(|ip| ip.value);
    let Some(ip) = ip.filter(|_| matters(case)) else {
        return outcome;
    };
    let found = match is_inside_only(ip) {
        true => Some(inside(ip)),
        false => check_ip(ip, answers, &mut outcome.needs),
    };
    let expected = expected(case, ip);
    outcome.findings.extend(found.map(|found| Finding {
        expected: expected.filter(|_| is_to_be_set(found.code)),
        ..found
    }));
    outcome
}

/// Whether the sending server's name can have to do with the bounce: not where the mailbox, its
/// size, the content or the way to the server is what the bounce is about.
fn matters(case: &Case) -> bool {
    let is_else = |reason: Reason| {
        matches!(
            reason,
            Reason::Contenterror
                | Reason::Delivered
                | Reason::Emailtoolarge
                | Reason::Failedstarttls
                | Reason::Feedback
                | Reason::Hasmoved
                | Reason::Hostunknown
                | Reason::Mailboxfull
                | Reason::Mailererror
                | Reason::Networkerror
                | Reason::Notaccept
                | Reason::Suppressed
                | Reason::Suspend
                | Reason::Systemerror
                | Reason::Systemfull
                | Reason::Userunknown
                | Reason::Vacation
                | Reason::Virusdetected
        )
    };
    case.bounce.shape == Shape::Lone
        || case.judgements.is_empty()
        || case.judgements.iter().any(|judgement| {
            match (judgement.reason, judgement.second_reason) {
                // What kept it waiting is the second one.
                (Reason::Expired, Some(second)) => !is_else(second),
                (first, second) => !is_else(first) || second.is_some_and(|second| !is_else(second)),
            }
        })
}

/// Addresses that no server elsewhere can have seen: private, shared, loopback, link-local, multicast
/// and reserved ones (RFC 6890). The documentation ranges are not among them: examples use them.
pub(super) fn is_inside_only(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || matches!(ip.octets(), [0 | 224.., ..] | [100, 64..=127, ..])
        }
        IpAddr::V6(ip) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_multicast()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
        }
    }
}

/// Nothing is asked: the refusing server has seen another address.
fn inside(ip: IpAddr) -> Finding {
    let ip = ip.to_string();
    let values = Values::new().text(Slot::SendingIp, ip.clone());
    finding(Code::ReverseDnsPrivateAddress, Verdict::Warning, ip, values)
}

fn is_to_be_set(code: Code) -> bool {
    matches!(
        code,
        Code::ReverseDnsMissing | Code::ReverseDnsNotConfirmed | Code::ReverseDnsGeneric
    )
}

/// The record to ask the owner of the range for: to the name that the server says in HELO.
fn expected(case: &Case, ip: IpAddr) -> Option<String> {
    let name = helo::own_name(case)?;
    Some(format!("{}. PTR {name}.", Name::reverse(ip)))
}

fn check_ip(ip: IpAddr, answers: &Answers, needs: &mut Vec<Question>) -> Option<Finding> {
    let subject = ip.to_string();
    let values = Values::new().text(Slot::SendingIp, subject.clone());
    let question = Question::reverse(ip);
    let answer = ask(answers, &question, needs)?;
    if !answer.is_conclusive() {
        let code = Code::ReverseDnsUnchecked;
        return Some(unchecked(code, &subject, values, &question, answer));
    }
    let names = answer.pointers();
    let evidence = vec![(question, answer.clone())];
    if names.is_empty() {
        return Some(Finding {
            answers: evidence,
            ..finding(Code::ReverseDnsMissing, Verdict::Problem, subject, values)
        });
    }
    confirm(ip, &names, answers, needs, evidence)
}

/// Asks each name for its addresses of the same family.
fn confirm(
    ip: IpAddr,
    names: &[Name],
    answers: &Answers,
    needs: &mut Vec<Question>,
    mut evidence: Vec<(Question, Answer)>,
) -> Option<Finding> {
    let subject = ip.to_string();
    let values = Values::new().text(Slot::SendingIp, subject.clone());
    let record_type = match ip {
        IpAddr::V4(_) => RecordType::A,
        IpAddr::V6(_) => RecordType::Aaaa,
    };
    let mut failed: Option<(Question, Answer)> = None;
    let mut open = false;
    for name in names.iter().take(MAX_NAMES) {
        let question = Question::new(name.clone(), record_type);
        let Some(answer) = ask(answers, &question, needs) else {
            open = true;
            continue;
        };
        evidence.push((question.clone(), answer.clone()));
        if answer.addresses().contains(&ip) {
            let values = values.text(Slot::Pointer, name.as_str());
            let (code, verdict) = match generic::looks_generic(name, ip) {
                true => (Code::ReverseDnsGeneric, Verdict::Warning),
                false => (Code::ReverseDnsConfirmed, Verdict::Pass),
            };
            return Some(Finding {
                answers: evidence,
                ..finding(code, verdict, subject, values)
            });
        }
        if !answer.is_conclusive() {
            failed = Some((question, answer.clone()));
        }
    }
    if open {
        return None;
    }
    if let Some((question, answer)) = failed {
        let code = Code::ReverseDnsUnchecked;
        return Some(unchecked(code, &subject, values, &question, &answer));
    }
    let all = names.iter().take(MAX_NAMES).map(Name::to_string).collect();
    Some(Finding {
        answers: evidence,
        ..finding(
            Code::ReverseDnsNotConfirmed,
            Verdict::Problem,
            subject,
            values.with(Slot::Names, Value::Names(all)),
        )
    })
}
