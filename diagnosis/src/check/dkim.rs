//! Whether the keys of the returned message's DKIM signatures are in DNS.
//!
//! What it says: there is a key at the selector, none, or a revoked one. Why it matters: without the
//! key the signature proves nothing. How to fix: publish the key under the selector that the
//! signing server uses. Evidence used: TXT of `SELECTOR._domainkey.DOMAIN` (RFC 6376, section
//! 3.6.2.1).

use super::{Outcome, ask, finding, unchecked};
use crate::{
    bounce::Signature,
    case::Case,
    dns::{Answers, Name, Question, RecordType, tag_value},
    finding::{Code, Finding, Verdict},
    wording::{Slot, Values},
};

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    for signature in &case.bounce.sending.dkim {
        let found = check_signature(&signature.value, answers, &mut outcome.needs);
        outcome.findings.extend(found);
    }
    outcome
}

fn check_signature(
    signature: &Signature,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let place = format!("{}._domainkey.{}", signature.selector, signature.domain);
    let name: Name = place.parse().ok()?;
    let question = Question::new(name, RecordType::Txt);
    let answer = ask(answers, &question, needs)?;
    let values = Values::new()
        .text(Slot::Selector, signature.selector.clone())
        .text(Slot::Domain, signature.domain.clone())
        .text(Slot::Place, place.clone());
    if !answer.is_conclusive() {
        return Some(unchecked(
            Code::DkimUnchecked,
            &place,
            values,
            &question,
            answer,
        ));
    }
    // RFC 6376, section 3.6.1: `p=` is required; empty means revoked.
    let keys: Vec<&str> = answer
        .texts()
        .into_iter()
        .filter_map(|text| tag_value(text, "p"))
        .collect();
    let (code, verdict) = match keys.as_slice() {
        [] => (Code::DkimKeyMissing, Verdict::Problem),
        keys if keys.iter().all(|key| key.is_empty()) => (Code::DkimKeyRevoked, Verdict::Problem),
        _ => (Code::DkimKeyFound, Verdict::Pass),
    };
    Some(Finding {
        answers: vec![(question, answer.clone())],
        ..finding(code, verdict, place, values)
    })
}
