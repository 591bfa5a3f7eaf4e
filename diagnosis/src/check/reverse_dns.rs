//! Whether the sending IP has a name that leads back to it (forward-confirmed reverse DNS).
//!
//! What it says: the PTR record of the sending IP, and whether the name has that address. Why it
//! matters: many providers refuse servers without it. How to fix: the owner of the IP range sets the
//! PTR record. Evidence used: PTR of the address, A or AAAA of each name (RFC 8601, section 3:
//! "iprev").

use std::net::IpAddr;

use super::{Outcome, ask, finding, unchecked};
use crate::{
    case::Case,
    dns::{Answer, Answers, Name, Question, RecordType},
    finding::{Code, Finding, Verdict},
    wording::{Slot, Value, Values},
};

/// RFC 7208, section 5.5 limits the names that are looked at in the same way.
const MAX_NAMES: usize = 10;

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(ip) = case.bounce.sending.ip.as_ref().map(|ip| ip.value) else {
        return outcome;
    };
    let found = check_ip(ip, answers, &mut outcome.needs);
    outcome.findings.extend(found);
    outcome
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
            return Some(Finding {
                answers: evidence,
                ..finding(Code::ReverseDnsConfirmed, Verdict::Pass, subject, values)
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
    let all = names.iter().map(Name::to_string).collect();
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
