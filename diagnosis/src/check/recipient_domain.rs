//! Whether the recipient's domain exists.
//!
//! What it says: the name behind the `@` is (not) in DNS. Why it matters: to a name that does not
//! exist nothing can be sent. How to fix: correct the address. Evidence used: the answer to the MX
//! question; NXDOMAIN is about the name, whatever type was asked (RFC 8020).

use super::{Outcome, ask, finding, recipient_domains, unchecked};
use crate::{
    case::Case,
    dns::{Answers, Outcome as Ended, Question, RecordType},
    finding::{Code, Verdict},
    wording::{Slot, Values},
};

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    for domain in recipient_domains(case) {
        let question = Question::new(domain.name.clone(), RecordType::Mx);
        let Some(answer) = ask(answers, &question, &mut outcome.needs) else {
            continue;
        };
        let name = domain.name.as_str();
        let values = Values::new().text(Slot::Domain, name);
        let mut found = match answer.outcome {
            Ended::NoError => finding(Code::RecipientDomainExists, Verdict::Pass, name, values),
            Ended::NxDomain => {
                finding(Code::RecipientDomainMissing, Verdict::Problem, name, values)
            }
            _ => unchecked(
                Code::RecipientDomainUnchecked,
                name,
                values,
                &question,
                answer,
            ),
        };
        found.recipients = domain.recipients;
        found.answers = vec![(question, answer.clone())];
        outcome.findings.push(found);
    }
    outcome
}
