//! Whether the Author Domain has a BIMI record, where the bounce speaks of BIMI.
//!
//! What it says: the record at the selector `default`, or none. Why it matters: BIMI (Brand
//! Indicators for Message Identification) only shows a logo; a broken record is a fault, none is not.
//! How to fix: publish one TXT record at `default._bimi.DOMAIN` that begins with `v=BIMI1`. Evidence
//! used: TXT of that name.

use super::{Outcome, ask, author_domain, fault_values, finding, speaks_of, unchecked};
use crate::{
    case::Case,
    dns::{Answers, Fault, FaultKind, Question, RecordType, tag_list},
    finding::{Code, Finding, Verdict},
    wording::{Slot, Values},
};

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    let domain = author_domain(case).filter(|_| speaks_of(case, "bimi"));
    let place = domain.and_then(|domain| domain.below("default._bimi"));
    if let Some(place) = place {
        let question = Question::new(place, RecordType::Txt);
        let found = judge(&question, answers, &mut outcome.needs);
        outcome.findings.extend(found);
    }
    outcome
}

fn judge(question: &Question, answers: &Answers, needs: &mut Vec<Question>) -> Option<Finding> {
    let place = question.name.as_str();
    let answer = ask(answers, question, needs)?;
    let values = Values::new().text(Slot::Place, place);
    if !answer.is_conclusive() {
        let code = Code::BimiUnchecked;
        return Some(unchecked(code, place, values, question, answer));
    }
    let mut texts = answer.texts().into_iter();
    let record = texts.find(|text| text.to_ascii_uppercase().contains("BIMI1"));
    let found = match record {
        None => finding(Code::BimiMissing, Verdict::Warning, place, values),
        Some(text) => {
            let values = values.text(Slot::Record, text);
            match fault(text) {
                Some(fault) => finding(
                    Code::BimiSyntax,
                    Verdict::Problem,
                    place,
                    fault_values(values, text, fault),
                ),
                None => finding(Code::BimiFound, Verdict::Pass, place, values),
            }
        }
    };
    Some(Finding {
        answers: vec![(question.clone(), answer.clone())],
        ..found
    })
}

/// `v=BIMI1` first, and `l=` with an address of https or nothing: the domain wants no logo.
fn fault(text: &str) -> Option<Fault> {
    let (tags, faults) = tag_list(text);
    if let Some(first) = faults.into_iter().next() {
        return Some(first);
    }
    let wrong = |kind, at| Some(Fault { kind, at });
    match tags.first() {
        Some(version) if version.name == "v" && version.value == "BIMI1" => {}
        _ => return wrong(FaultKind::Value("v"), 0),
    }
    match tags.iter().find(|tag| tag.name == "l") {
        None => wrong(FaultKind::Missing("l"), text.len()),
        Some(logo) if logo.value.is_empty() || logo.value.starts_with("https://") => None,
        Some(logo) => wrong(FaultKind::Value("l"), logo.value_at),
    }
}
