//! Whether the recipient's domain exists, and whether DNS can be asked about it.
//!
//! What it says: the name behind the `@` is (not) in DNS, or DNS about it is broken: its signatures
//! do not hold, or none of its name servers answers. Why it matters: to a name that does not exist,
//! or that nobody can ask about, nothing can be sent. How to fix: correct the address; where DNS is
//! broken, its owner mends the signatures or the name servers. Evidence used: the answer to the MX
//! question (NXDOMAIN is about the name, whatever type was asked, RFC 8020), its Extended DNS
//! Errors (RFC 8914), and where they do not decide, the same question with checking disabled (RFC
//! 4035, section 3.2.2).

use super::{
    Outcome, RecipientDomain, ask, finding, recipient_domains,
    servfail::{self, Behind},
    unchecked,
};
use crate::{
    case::Case,
    dns::{Answer, Answers, Outcome as Ended, Question, RecordType},
    finding::{Code, Finding, Verdict},
    wording::{Slot, Values},
};

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    for domain in recipient_domains(case) {
        let question = Question::new(domain.name.clone(), RecordType::Mx);
        let Some(answer) = ask(answers, &question, &mut outcome.needs) else {
            continue;
        };
        let own_script = in_own_script(&domain, &question, answer);
        let found = judge(&domain, &question, answer, answers, &mut outcome.needs);
        let all = found.into_iter().chain(own_script);
        outcome.findings.extend(all.map(|found| Finding {
            recipients: domain.recipients.clone(),
            ..found
        }));
    }
    outcome
}

fn judge(
    domain: &RecipientDomain,
    question: &Question,
    answer: &Answer,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let name = domain.name.as_str();
    let values = Values::new().text(Slot::Domain, name);
    let (code, verdict) = match answer.outcome {
        Ended::NoError => (Code::RecipientDomainExists, Verdict::Pass),
        Ended::NxDomain => (Code::RecipientDomainMissing, Verdict::Problem),
        Ended::ServFail => return broken(question, answer, answers, needs, values),
        _ => {
            let code = Code::RecipientDomainUnchecked;
            return Some(unchecked(code, name, values, question, answer));
        }
    };
    Some(Finding {
        answers: vec![(question.clone(), answer.clone())],
        ..finding(code, verdict, name, values)
    })
}

/// SERVFAIL, told apart by what stands behind it.
fn broken(
    question: &Question,
    answer: &Answer,
    answers: &Answers,
    needs: &mut Vec<Question>,
    values: Values,
) -> Option<Finding> {
    let name = question.name.to_string();
    let (behind, evidence) = servfail::behind(question, answer, answers, needs)?;
    let code = match behind {
        Behind::Dnssec => Code::RecipientDomainDnssecBroken,
        Behind::Servers => Code::RecipientDomainServersUnreachable,
        Behind::Unknown => {
            let code = Code::RecipientDomainUnchecked;
            return Some(unchecked(code, &name, values, question, answer));
        }
    };
    Some(Finding {
        answers: evidence,
        ..finding(code, Verdict::Problem, name, values)
    })
}

/// An internationalised name is shown in both of its forms (RFC 5890, section 2.3.2.1).
fn in_own_script(
    domain: &RecipientDomain,
    question: &Question,
    answer: &Answer,
) -> Option<Finding> {
    let written = domain.name.in_own_script()?;
    let values = Values::new()
        .text(Slot::Domain, domain.name.as_str())
        .text(Slot::Written, written);
    let code = Code::RecipientDomainInternationalized;
    Some(Finding {
        answers: vec![(question.clone(), answer.clone())],
        ..finding(code, Verdict::Pass, domain.name.as_str(), values)
    })
}
