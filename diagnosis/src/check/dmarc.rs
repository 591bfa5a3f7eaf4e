//! Whether a DMARC record applies to the Author Domain.
//!
//! What it says: the record at the domain or, by the tree walk, above it. Why it matters: large
//! providers ask for one. How to fix: publish one TXT record at `_dmarc.DOMAIN`. Evidence used: TXT
//! of `_dmarc` below the domain and the domains above it (RFC 9989, section 4.10).

use super::{Outcome, ask, author_domain, finding, unchecked};
use crate::{
    case::Case,
    dns::{Answer, Answers, Name, Question, RecordType, is_dmarc_record, tag_value},
    finding::{Code, Finding, Verdict},
    reason::Reason,
    wording::{Slot, Value, Values},
};

/// RFC 9989, section 4.10: a name with eight or more labels is cut down to seven for the second
/// question.
const MAX_LABELS: usize = 7;

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(domain) = author_domain(case) else {
        return outcome;
    };
    let found = walk(case, &domain, answers, &mut outcome.needs);
    outcome.findings.extend(found);
    outcome
}

/// All steps of the walk are asked together; the lowest record counts.
fn walk(
    case: &Case,
    domain: &Name,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let name = domain.as_str();
    let values = Values::new().text(Slot::Domain, name);
    let questions: Vec<Question> = places(domain)
        .into_iter()
        .map(|place| Question::new(place, RecordType::Txt))
        .collect();
    let asked: Vec<(&Question, Option<&Answer>)> = questions
        .iter()
        .map(|question| (question, ask(answers, question, needs)))
        .collect();
    let mut evidence: Vec<(Question, Answer)> = Vec::new();
    for (question, answer) in asked {
        let answer = answer?;
        if !answer.is_conclusive() {
            return Some(unchecked(
                Code::DmarcUnchecked,
                name,
                values,
                question,
                answer,
            ));
        }
        evidence.insert(0, (question.clone(), answer.clone()));
        let records: Vec<&str> = answer
            .texts()
            .into_iter()
            .filter(|text| is_dmarc_record(text))
            .collect();
        match records.as_slice() {
            [] => {}
            [only] => {
                needs.retain(|open| !questions.contains(open));
                let policy = tag_value(only, "p").unwrap_or("none");
                let values = values
                    .text(Slot::Record, *only)
                    .text(Slot::Place, question.name.as_str())
                    .text(Slot::Policy, policy);
                return Some(Finding {
                    answers: evidence,
                    ..finding(Code::DmarcFound, Verdict::Pass, name, values)
                });
            }
            several => {
                let values = values
                    .text(Slot::Place, question.name.as_str())
                    .with(Slot::Count, Value::Number(several.len()));
                return Some(Finding {
                    answers: evidence,
                    ..finding(Code::DmarcSeveral, Verdict::Problem, name, values)
                });
            }
        }
    }
    evidence.reverse();
    let values = values.text(Slot::Place, format!("_dmarc.{name}"));
    Some(Finding {
        answers: evidence,
        expected: Some("v=DMARC1; p=none".to_owned()),
        ..finding(Code::DmarcMissing, missing_is(case), name, values)
    })
}

/// A missing record is a fault where authentication is what the bounce is about, else worth
/// knowing.
fn missing_is(case: &Case) -> Verdict {
    let asked_for = case
        .judgements
        .iter()
        .any(|judgement| judgement.reason == Reason::Authfailure);
    match asked_for {
        true => Verdict::Problem,
        false => Verdict::Warning,
    }
}

/// The names that a record may stand at, lowest first.
fn places(domain: &Name) -> Vec<Name> {
    let mut places: Vec<Name> = domain.below("_dmarc").into_iter().collect();
    let mut above = domain.parent();
    while let Some(name) = above {
        if name.as_str().split('.').count() <= MAX_LABELS {
            places.extend(name.below("_dmarc"));
        }
        above = name.parent();
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_goes_up_to_the_top_level_and_skips_deep_labels() {
        let names = |domain: &str| -> Vec<String> {
            places(&domain.parse().expect("a name"))
                .iter()
                .map(Name::to_string)
                .collect()
        };
        assert_eq!(
            names("a.mail.example.com"),
            [
                "_dmarc.a.mail.example.com",
                "_dmarc.mail.example.com",
                "_dmarc.example.com",
                "_dmarc.com",
            ]
        );
        // RFC 9989, section 4.10.1 has this example.
        let deep = names("a.b.c.d.e.f.g.h.i.j.mail.example.com");
        assert_eq!(deep.len(), 8);
        assert_eq!(deep[1], "_dmarc.g.h.i.j.mail.example.com");
    }
}
