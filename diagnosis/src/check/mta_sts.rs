//! Whether the recipient's domain demands TLS by MTA-STS, and asks for reports about it (RFC 8461;
//! RFC 8460).
//!
//! What it says: the records that announce a policy are there, and in order. Why it matters: a
//! server that knows of a policy does not deliver without TLS and a valid certificate. How to fix:
//! publish one record of each kind; let the policy name the hosts that MX names. Evidence used: TXT
//! at `_mta-sts` and `_smtp._tls` below the domain. The policy itself stands behind HTTPS, where this
//! check does not go; its address is given.

use super::{Outcome, RecipientDomain, ask, finding, recipient_domains, tls, unchecked};
use crate::{
    case::Case,
    dns::{Answer, Answers, Question, RecordType, tag_value},
    finding::{Code, Finding, Verdict},
    wording::{Slot, Values},
};

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    for domain in recipient_domains(case) {
        if !tls::is_in_question(case, &domain.recipients) {
            continue;
        }
        let policy = policy(case, &domain, answers, &mut outcome.needs);
        let reports = reports(&domain, answers, &mut outcome.needs);
        let has_policy = policy
            .as_ref()
            .is_some_and(|found| found.code == Code::MtaStsFound);
        // Nobody needs reports about a policy that is not there.
        let reports =
            reports.filter(|found| found.code != Code::MtaStsReportsMissing || has_policy);
        outcome
            .findings
            .extend(policy.into_iter().chain(reports).map(|found| Finding {
                recipients: domain.recipients.clone(),
                ..found
            }));
    }
    outcome
}

/// RFC 8461, section 3.1: one TXT record at `_mta-sts`.
fn policy(
    case: &Case,
    domain: &RecipientDomain,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let question = Question::new(domain.name.below("_mta-sts")?, RecordType::Txt);
    let answer = ask(answers, &question, needs)?;
    let name = domain.name.as_str();
    if !answer.is_conclusive() {
        let values = Values::new().text(Slot::Domain, name);
        return Some(unchecked(
            Code::MtaStsUnchecked,
            name,
            values,
            &question,
            answer,
        ));
    }
    let records = of_version(answer, "v=sts");
    let sound = |record: &&&str| has_version(record, "STSv1");
    let valid: Vec<&&str> = records.iter().filter(sound).collect();
    let named = tls::says(case, &domain.recipients, &["sts"]);
    let found = match named {
        true => Verdict::Warning,
        false => Verdict::Pass,
    };
    let (code, verdict) = match (valid.as_slice(), records.as_slice()) {
        ([], []) => (Code::MtaStsNotPublished, Verdict::Pass),
        ([], _) => (Code::MtaStsSyntax, Verdict::Problem),
        ([only], _) if is_id(tag_value(only, "id")) => (Code::MtaStsFound, found),
        ([_], _) => (Code::MtaStsSyntax, Verdict::Problem),
        // "If the number of resulting records is not one, … senders MUST assume the recipient
        // domain does not have an available MTA-STS Policy".
        _ => (Code::MtaStsSeveral, Verdict::Problem),
    };
    let record = valid
        .first()
        .map(|record| **record)
        .or(records.first().copied());
    let expected = record.filter(|_| verdict == Verdict::Problem).map(mended);
    Some(Finding {
        expected,
        ..judged(code, verdict, domain, question, answer, record)
    })
}

/// RFC 8460, section 3: one TXT record at `_smtp._tls` with the places that take reports.
fn reports(
    domain: &RecipientDomain,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let question = Question::new(domain.name.below("_smtp._tls")?, RecordType::Txt);
    let answer = ask(answers, &question, needs)?;
    // Whether there are reports is no matter for this message; without an answer nothing is said.
    let records = Some(of_version(answer, "v=tlsrpt")).filter(|_| answer.is_conclusive())?;
    let (code, verdict) = match records.as_slice() {
        [] => (Code::MtaStsReportsMissing, Verdict::Warning),
        [only] if has_version(only, "TLSRPTv1") && has_places(only) => {
            (Code::MtaStsReportsFound, Verdict::Pass)
        }
        _ => (Code::MtaStsReportsFaulty, Verdict::Warning),
    };
    let expected = format!("v=TLSRPTv1; rua=mailto:postmaster@{}", domain.name);
    let record = records.first().copied();
    Some(Finding {
        expected: (verdict != Verdict::Pass).then_some(expected),
        ..judged(code, verdict, domain, question, answer, record)
    })
}

fn judged(
    code: Code,
    verdict: Verdict,
    domain: &RecipientDomain,
    question: Question,
    answer: &Answer,
    record: Option<&str>,
) -> Finding {
    let name = domain.name.as_str();
    let mut values = Values::new()
        .text(Slot::Domain, name)
        .text(Slot::Place, question.name.as_str());
    if let Some(record) = record {
        let shown: String = record.chars().take(255).collect();
        values = values.text(Slot::Record, shown);
    }
    Finding {
        answers: vec![(question, answer.clone())],
        ..finding(code, verdict, name, values)
    }
}

/// The records that begin like those wanted, also where they are not quite written so.
fn of_version<'a>(answer: &'a Answer, version: &str) -> Vec<&'a str> {
    let begins = |text: &&str| {
        let plain = text.trim_start().get(..version.len());
        plain.is_some_and(|start| start.eq_ignore_ascii_case(version))
    };
    answer.texts().into_iter().filter(begins).collect()
}

/// `v=STSv1;`: exactly so, blanks before the semicolon aside.
fn has_version(record: &str, version: &str) -> bool {
    let rest = record
        .strip_prefix("v=")
        .and_then(|rest| rest.strip_prefix(version));
    rest.is_some_and(|rest| rest.trim_start().starts_with(';'))
}

/// `sts-id = 1*32(ALPHA / DIGIT)`.
fn is_id(id: Option<&str>) -> bool {
    id.is_some_and(|id| {
        (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// `rua=` with addresses to mail or to post to.
fn has_places(record: &str) -> bool {
    tag_value(record, "rua").is_some_and(|places| {
        let is_place = |place: &str| {
            let place = place.trim();
            ["mailto:", "https://"].iter().any(|scheme| {
                let rest = place.strip_prefix(scheme);
                rest.is_some_and(|rest| !rest.is_empty())
            })
        };
        places.split(',').all(is_place)
    })
}

/// The record with its version written right and an id that can be one.
fn mended(record: &str) -> String {
    let id = tag_value(record, "id").unwrap_or_default();
    let id: String = id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(32)
        .collect();
    format!("v=STSv1; id={}", if id.is_empty() { "1" } else { &id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_keep_the_grammar_or_are_mended() {
        // RFC 8461, section 3.1, has the first.
        for (record, version, id, expected) in [
            (
                "v=STSv1; id=20160831085700Z;",
                true,
                true,
                "v=STSv1; id=20160831085700Z",
            ),
            ("v=STSv1;id=1", true, true, "v=STSv1; id=1"),
            ("v=STSv1 ; id=1", true, true, "v=STSv1; id=1"),
            ("v=STSv1", false, false, "v=STSv1; id=1"),
            ("v=stsv1; id=1", false, true, "v=STSv1; id=1"),
            ("v=STSv10; id=1", false, true, "v=STSv1; id=1"),
            (
                "v=STSv1; id=2026-01-01",
                true,
                false,
                "v=STSv1; id=20260101",
            ),
            ("v=STSv1; id=", true, false, "v=STSv1; id=1"),
            (
                "v=STSv1; id=123456789012345678901234567890123",
                true,
                false,
                "v=STSv1; id=12345678901234567890123456789012",
            ),
        ] {
            assert_eq!(has_version(record, "STSv1"), version, "{record}");
            assert_eq!(is_id(tag_value(record, "id")), id, "{record}");
            assert_eq!(mended(record), expected, "{record}");
        }
    }

    #[test]
    fn reports_go_to_places() {
        // RFC 8460, section 3.1, has the first two.
        for (record, expected) in [
            ("v=TLSRPTv1;rua=mailto:reports@example.com", true),
            (
                "v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt",
                true,
            ),
            (
                "v=TLSRPTv1; rua=mailto:a@b.example,https://b.example/",
                true,
            ),
            ("v=TLSRPTv1; rua=reports@example.com", false),
            ("v=TLSRPTv1; rua=http://b.example/", false),
            ("v=TLSRPTv1; rua=mailto:", false),
            ("v=TLSRPTv1;", false),
        ] {
            assert_eq!(has_places(record), expected, "{record}");
        }
    }
}
