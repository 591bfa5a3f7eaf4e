//! Whether a DMARC record applies to the Author Domain, and why this message fails or passes.
//!
//! What it says: the record at the domain or, by the tree walk, above it; whether what SPF and DKIM
//! vouch for is aligned with From. Why it matters: large providers ask for it, and a policy of
//! "reject" makes receivers refuse what fails. How to fix: publish one TXT record at
//! `_dmarc.DOMAIN`; sign with d= of From, or send with a MAIL FROM of that domain. Evidence used: TXT
//! of `_dmarc` below the domain and the domains above it (RFC 9989, section 4.10), SPF for the
//! sending IP, and what other servers found about the message.

mod identifiers;
mod record;

pub use record::dmarc_record;

use super::{Outcome, ask, author_domain, finding, spf};
use crate::{
    case::Case,
    dns::{Answer, Answers, Name, ProtocolResult, Question, dmarc::Evaluation, dmarc::evaluate},
    finding::{Code, Finding, Verdict},
    knowledge::PROVIDERS,
    reason::Reason,
    wording::{Slot, Value, Values},
};
use identifiers::{Identifiers, identifiers};

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(from) = author_domain(case).filter(|_| spf::matters(case)) else {
        return outcome;
    };
    let (found, needs) = evaluate(&from, None, &[], answers);
    if !needs.is_empty() {
        outcome.needs = needs;
        // SPF is evaluated at the same time, so that no round is lost.
        identifiers(case, answers, &mut outcome.needs);
        return outcome;
    }
    let is_asked = is_about_authentication(case);
    let of_record = record::judge(&found, is_asked, answers, &mut outcome.needs);
    outcome.findings.extend(of_record);
    let known = identifiers(case, answers, &mut outcome.needs);
    let aligned = known.and_then(|known| alignment(&from, &known, answers, &mut outcome.needs));
    let passes = aligned
        .as_ref()
        .is_some_and(|finding| finding.code == Code::DmarcPass);
    outcome.findings.extend(aligned);
    if outcome.needs.is_empty() && !passes {
        outcome.findings.extend(bulk_sender(&from, case));
    }
    outcome
}

/// Whether authentication is what the bounce is about.
fn is_about_authentication(case: &Case) -> bool {
    let is_auth = |reason| reason == Reason::Authfailure;
    case.judgements
        .iter()
        .any(|judgement| is_auth(judgement.reason) || judgement.second_reason.is_some_and(is_auth))
}

/// Why this message passes or fails (RFC 9989, section 5.3).
fn alignment(
    from: &Name,
    known: &Identifiers,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let spf = known.spf.as_ref().map(|(domain, result)| (domain, *result));
    let (found, open) = evaluate(from, spf, &known.dkim, answers);
    needs.extend(open);
    if !needs.is_empty() {
        return None;
    }
    let applied = found.applied.as_ref()?;
    let names = known.authenticated();
    let values = Values::new()
        .text(Slot::Domain, from.as_str())
        .text(Slot::Place, format!("_dmarc.{}", applied.domain))
        .text(Slot::Policy, found.policy?.as_str())
        .with(Slot::Names, Value::Names(names.clone()));
    let (code, verdict) = match found.result {
        ProtocolResult::Pass if !found.spf_aligned && !known.is_verified => {
            (Code::DmarcRestsOnDkim, Verdict::Warning)
        }
        ProtocolResult::Pass => (Code::DmarcPass, Verdict::Pass),
        ProtocolResult::Fail if names.is_empty() && known.is_complete() => {
            (Code::DmarcFail, Verdict::Problem)
        }
        ProtocolResult::Fail if !names.is_empty() => (Code::DmarcNotAligned, Verdict::Problem),
        _ => return None,
    };
    let expected = (code == Code::DmarcNotAligned).then(|| format!("d={from}"));
    Some(Finding {
        result: Some(found.result),
        expected,
        answers: evidence(&found),
        ..finding(code, verdict, from.as_str(), values)
    })
}

/// What was asked on the walks, the record that applies first.
fn evidence(found: &Evaluation<'_>) -> Vec<(Question, Answer)> {
    let mut evidence: Vec<(Question, Answer)> = Vec::new();
    let applied = found.applied.as_ref().map(|applied| &applied.domain);
    for step in found.walks.iter().flat_map(|walk| &walk.steps) {
        let Some(answer) = step.found.answer() else {
            continue;
        };
        if evidence.iter().any(|(known, _)| *known == step.question) {
            continue;
        }
        let at = match Some(&step.domain) == applied {
            true => 0,
            false => evidence.len(),
        };
        evidence.insert(at, (step.question.clone(), answer.clone()));
    }
    evidence
}

/// Google, Yahoo and Microsoft ask of who sends much for more than the RFC does.
fn bulk_sender(from: &Name, case: &Case) -> Option<Finding> {
    let asks = |id: &str| matches!(id, "google" | "yahoo" | "microsoft");
    let mut judged = case.judgements.iter();
    let judgement = judged.find(|judgement| {
        judgement.reason == Reason::Authfailure && judgement.provider.is_some_and(asks)
    })?;
    let provider = PROVIDERS
        .iter()
        .find(|provider| Some(provider.id) == judgement.provider)?;
    let values = Values::new()
        .text(Slot::Domain, from.as_str())
        .text(Slot::Refuser, provider.name);
    Some(finding(
        Code::DmarcBulkSender,
        Verdict::Warning,
        from.as_str(),
        values,
    ))
}
