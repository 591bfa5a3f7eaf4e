//! Record and identifiers to result.

use crate::dns::{Answers, Name, Outcome, ProtocolResult, Question, RecordType};

use super::{DmarcRecord, Found, Policy, Walk, walk};

/// How DMARC ends for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation<'a> {
    /// The result.
    pub result: ProtocolResult,
    /// The record that applies.
    pub applied: Option<Applied<'a>>,
    /// What it asks for, for this Author Domain.
    pub policy: Option<Policy>,
    /// The Organizational Domain of the Author Domain.
    pub organizational_domain: Name,
    /// Whether SPF passes for a domain that is aligned with the Author Domain.
    pub spf_aligned: bool,
    /// Whether a signature is of such a domain.
    pub dkim_aligned: bool,
    /// The walks, the one from the Author Domain first.
    pub walks: Vec<Walk<'a>>,
}

/// A record, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied<'a> {
    /// The domain that it is published for.
    pub domain: Name,
    /// The record.
    pub record: DmarcRecord<'a>,
}

/// Whether two domains are aligned; `None` where DNS did not say, or has not yet.
type Aligned = Option<bool>;

/// Evaluates DMARC for an Author Domain (RFC 9989, sections 4.10 and 5.3): `spf` is the domain of
/// MAIL FROM and the result of SPF for it, `dkim` the d= of each signature that is valid. The
/// evaluation is complete once no question is open.
#[must_use]
pub fn evaluate<'a>(
    from: &Name,
    spf: Option<(&Name, ProtocolResult)>,
    dkim: &[Name],
    answers: &'a Answers,
) -> (Evaluation<'a>, Vec<Question>) {
    let own = walk(from, answers);
    let mut needs: Vec<Question> = own.open().cloned().collect();
    let applied = applied(&own);
    let mut found = Evaluation {
        result: ProtocolResult::None,
        policy: None,
        organizational_domain: own.organizational_domain(),
        spf_aligned: false,
        dkim_aligned: false,
        walks: vec![own],
        applied: None,
    };
    let spf = spf
        .filter(|(_, result)| matches!(result, ProtocolResult::Pass | ProtocolResult::Temperror));
    if !needs.is_empty() {
        return (found, needs);
    }
    let Some(applied) = applied else {
        let failed = found.walks.iter().any(|walk| walk.failed().is_some());
        if failed {
            found.result = ProtocolResult::Temperror;
        }
        return (found, needs);
    };
    found.policy = policy(from, &applied, answers, &mut needs);
    let (spf_strict, dkim_strict) = (applied.record.spf_strict, applied.record.dkim_strict);
    found.applied = Some(applied);
    let mut uncertain = false;
    for domain in dkim {
        let aligned = found.aligns(domain, dkim_strict, answers, &mut needs);
        found.dkim_aligned |= aligned == Some(true);
        uncertain |= aligned.is_none();
    }
    if let Some((domain, result)) = spf {
        let aligned = found.aligns(domain, spf_strict, answers, &mut needs);
        let passes = result == ProtocolResult::Pass;
        found.spf_aligned = passes && aligned == Some(true);
        uncertain |= aligned.is_none() || !passes && aligned == Some(true);
    }
    found.result = match found.policy {
        // RFC 9989, section 4.10.1: "the Mail Receiver applies no DMARC processing".
        None => ProtocolResult::Permerror,
        Some(_) if found.spf_aligned || found.dkim_aligned => ProtocolResult::Pass,
        // Section 5.3.6: with an error of DNS, "the message cannot be considered to pass or fail".
        Some(_) if uncertain => ProtocolResult::Temperror,
        Some(_) => ProtocolResult::Fail,
    };
    (found, needs)
}

/// RFC 9989, section 4.10.1: the record of the Author Domain, else of its Organizational Domain,
/// else of the Public Suffix Domain.
fn applied<'a>(own: &Walk<'a>) -> Option<Applied<'a>> {
    let of = |domain: &Name| {
        let record = own.record(domain)?.clone();
        let domain = domain.clone();
        Some(Applied { domain, record })
    };
    if let Some(applied) = of(&own.start) {
        return Some(applied);
    }
    // What stands higher may be another record than this.
    if own.failed().is_some() {
        return None;
    }
    of(&own.organizational_domain()).or_else(|| of(own.public_suffix()?))
}

/// What the record asks for; `None` where it is of no use.
fn policy(
    from: &Name,
    applied: &Applied<'_>,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Policy> {
    let record = &applied.record;
    if !record.is_sound() {
        return record.has_reports.then_some(Policy::None);
    }
    let own = record.policy.policy();
    if applied.domain == *from {
        return own;
    }
    let of_subdomains = record.subdomains.policy().or(own);
    match record.nonexistent.policy() {
        Some(nonexistent) if !exists(from, answers, needs) => Some(nonexistent),
        _ => of_subdomains,
    }
}

/// RFC 9989, section 3.2.13: a domain does not exist where DNS says NXDOMAIN, whatever the type.
fn exists(domain: &Name, answers: &Answers, needs: &mut Vec<Question>) -> bool {
    let question = Question::new(domain.clone(), RecordType::Txt);
    match answers.get(&question) {
        Some(answer) => answer.outcome != Outcome::NxDomain,
        None => {
            needs.push(question);
            true
        }
    }
}

impl<'a> Evaluation<'a> {
    /// Whether a domain is aligned with the Author Domain (RFC 9989, section 4.10.2).
    fn aligns(
        &mut self,
        domain: &Name,
        strict: bool,
        answers: &'a Answers,
        needs: &mut Vec<Question>,
    ) -> Aligned {
        let own = self.walks.first()?;
        if *domain == own.start {
            return Some(true);
        }
        if strict {
            return Some(false);
        }
        if own.failed().is_some() {
            return None;
        }
        // An Organizational Domain is the domain itself or one above it.
        if !domain.is_within(&self.organizational_domain) {
            return Some(false);
        }
        if let Some(known) = self.walks.iter().find(|walk| walk.start == *domain) {
            return self.shares(known);
        }
        let other = walk(domain, answers);
        needs.extend(other.open().cloned());
        let aligned = self.shares(&other);
        self.walks.push(other);
        aligned
    }

    fn shares(&self, other: &Walk<'_>) -> Aligned {
        let certain = other
            .steps
            .iter()
            .all(|step| !matches!(step.found, Found::Open | Found::Failed(_)));
        certain.then(|| other.organizational_domain() == self.organizational_domain)
    }
}

#[cfg(test)]
mod tests;
