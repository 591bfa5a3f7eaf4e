//! Whether the sender's domain has one SPF record.
//!
//! What it says: there is a record, none, or more than one. Why it matters: without one nobody can
//! tell who may send for the domain; with two, SPF fails for everybody (RFC 7208, section 4.5). How
//! to fix: publish exactly one TXT record that begins with `v=spf1`. Evidence used: TXT of the
//! domain of MAIL FROM.

use super::{Outcome, ask, envelope_domain, finding, unchecked};
use crate::{
    case::Case,
    dns::{Answers, Outcome as Ended, Question, RecordType, is_spf_record},
    finding::{Code, Finding, Verdict},
    wording::{Slot, Value, Values},
};

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(domain) = envelope_domain(case) else {
        return outcome;
    };
    let question = Question::new(domain.clone(), RecordType::Txt);
    let Some(answer) = ask(answers, &question, &mut outcome.needs) else {
        return outcome;
    };
    let name = domain.as_str();
    let values = Values::new().text(Slot::Domain, name);
    if !answer.is_conclusive() {
        let found = unchecked(Code::SpfUnchecked, name, values, &question, answer);
        outcome.findings.push(found);
        return outcome;
    }
    let records: Vec<&str> = answer
        .texts()
        .into_iter()
        .filter(|text| is_spf_record(text))
        .collect();
    let found = match (answer.outcome, records.as_slice()) {
        (Ended::NxDomain, _) => finding(Code::SenderDomainMissing, Verdict::Problem, name, values),
        (_, []) => finding(Code::SpfMissing, Verdict::Problem, name, values),
        (_, [only]) => {
            let values = values.text(Slot::Record, *only);
            finding(Code::SpfFound, Verdict::Pass, name, values)
        }
        (_, several) => {
            let values = values.with(Slot::Count, Value::Number(several.len()));
            finding(Code::SpfSeveral, Verdict::Problem, name, values)
        }
    };
    outcome.findings.push(Finding {
        answers: vec![(question, answer.clone())],
        ..found
    });
    outcome
}
