//! What the message is authenticated for, as far as that is known.

use super::super::{dkim, envelope_domain, spf};
use crate::{
    case::Case,
    dns::{Answers, Name, ProtocolResult, Question},
};

/// The domains that SPF and DKIM vouch for.
pub(super) struct Identifiers {
    /// The domain of MAIL FROM, and the result of SPF for it.
    pub(super) spf: Option<(Name, ProtocolResult)>,
    /// The signing domains.
    pub(super) dkim: Vec<Name>,
    /// Whether somebody has verified the signatures: else only their keys are known to be there.
    pub(super) is_verified: bool,
}

impl Identifiers {
    /// The domains that passed.
    pub(super) fn authenticated(&self) -> Vec<String> {
        let spf = self.spf.iter();
        let passed = spf.filter(|(_, result)| *result == ProtocolResult::Pass);
        let domains = passed.map(|(domain, _)| domain).chain(&self.dkim);
        let mut names: Vec<String> = Vec::new();
        for domain in domains.map(Name::to_string) {
            if !names.contains(&domain) {
                names.push(domain);
            }
        }
        names
    }

    /// Whether SPF has said no; nothing is known where it has not been evaluated.
    pub(super) fn is_complete(&self) -> bool {
        self.spf.is_some()
    }
}

/// What a server found that checked the message, else what can be found out. `None` while a question
/// is open, and where nothing is known.
pub(super) fn identifiers(
    case: &Case,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Identifiers> {
    let spf = said(case, "spf").next().or_else(|| {
        let result = spf::result(case, answers, needs)?;
        Some((envelope_domain(case)?, result))
    });
    let mut dkim: Vec<Name> = said(case, "dkim")
        .filter(|(_, result)| *result == ProtocolResult::Pass)
        .map(|(domain, _)| domain)
        .collect();
    let is_verified = said(case, "dkim").next().is_some();
    if !is_verified {
        dkim = dkim::sound_domains(case, answers, needs);
    }
    let known = Identifiers {
        spf,
        dkim,
        is_verified,
    };
    let is_known = known.spf.is_some() || !known.dkim.is_empty();
    (is_known && needs.is_empty()).then_some(known)
}

/// The results of a method that stand in the returned message, with their domains.
fn said(case: &Case, method: &str) -> impl Iterator<Item = (Name, ProtocolResult)> {
    let results = &case.bounce.returned.authentication;
    let of_method = results
        .iter()
        .filter(move |result| result.value.method == method);
    of_method.filter_map(|found| {
        let domain = found.value.domain.as_ref()?.parse().ok()?;
        let result = (1..=7)
            .filter_map(ProtocolResult::from_number)
            .find(|result| result.as_str() == found.value.result)?;
        Some((domain, result))
    })
}
