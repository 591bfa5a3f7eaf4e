//! What is known of ARC (RFC 8617), where the bounce speaks of it.
//!
//! What it says: whether a forwarder has sealed what it found, and whether a later server took the
//! seals for intact. Why it matters: forwarding breaks SPF and often DKIM; a receiver that trusts the
//! forwarder goes by its seals. How to fix: the forwarder has to seal, or its seals are broken by
//! somebody behind it. Evidence used: Authentication-Results and ARC-Authentication-Results of the
//! returned message.

use super::{Outcome, author_domain, finding, speaks_of};
use crate::{
    case::Case,
    dns::Answers,
    finding::{Code, Verdict},
    wording::Values,
};

pub(super) fn check(case: &Case, _answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    if !speaks_of(case, "arc") {
        return outcome;
    }
    let returned = &case.bounce.returned;
    let mut results = returned.authentication.iter().map(|found| &found.value);
    let result = results.find(|found| found.method == "arc");
    let is_whole = returned.head.as_ref().is_some_and(|head| head.is_complete);
    let (code, verdict) = match result.map(|found| found.result.as_str()) {
        Some("pass") => (Code::ArcPass, Verdict::Pass),
        Some("fail") => (Code::ArcFail, Verdict::Problem),
        _ if returned.arc.is_empty() && is_whole => (Code::ArcMissing, Verdict::Warning),
        _ => return outcome,
    };
    let subject = author_domain(case).map(|domain| domain.to_string());
    let found = finding(code, verdict, subject.unwrap_or_default(), Values::new());
    outcome.findings.push(found);
    outcome
}
