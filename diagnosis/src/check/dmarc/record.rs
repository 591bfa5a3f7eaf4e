//! What is said of the record.

use super::super::{Asked, fault_values, finding, unchecked};
use super::{ask, evidence};
use crate::{
    dns::{
        Answers, Fault, FaultKind, Name, Outcome, Question, RecordData, RecordType,
        dmarc::{
            Applied, DmarcRecord, Evaluation, Found, Policy, Walk, evaluate, is_dmarc_record, parse,
        },
        tag_list,
    },
    finding::{Code, Finding, Verdict},
    wording::{Slot, Value, Values},
};

/// What somebody publishes who has none.
const FIRST_RECORD: &str = "v=DMARC1; p=none";

/// Judges what a domain publishes, for itself alone (RFC 9989, sections 4.7 and 4.10). `None` while a
/// question is open, and where the domain does not exist.
pub fn dmarc_record(domain: &Name, answers: &Answers) -> Asked<Option<Finding>> {
    let (found, mut needs) = evaluate(domain, None, &[], answers);
    let judged = match needs.is_empty() {
        true => judge(&found, true, answers, &mut needs),
        false => None,
    };
    (judged, needs)
}

/// The finding about the record; `None` while a question is open, and where the domain does not
/// exist. `is_asked` is whether authentication is what the bounce is about.
pub(super) fn judge(
    found: &Evaluation<'_>,
    is_asked: bool,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let own = found.walks.first()?;
    let from = own.start.as_str();
    let values = Values::new().text(Slot::Domain, from);
    let several = own.steps.iter().find_map(|step| match step.found {
        Found::Several(_, count) => Some((step, count)),
        _ => None,
    });
    let judged = match (&found.applied, several) {
        (Some(applied), None) => of_applied(applied, found, values),
        (None, None) => match own.failed() {
            Some(step) => {
                let answer = step.found.answer()?;
                let question = &step.question;
                return Some(unchecked(
                    Code::DmarcUnchecked,
                    from,
                    values,
                    question,
                    answer,
                ));
            }
            None => missing(own, values, is_asked, answers, needs)?,
        },
        (_, Some((step, count))) => {
            let values = values
                .text(Slot::Place, step.question.name.as_str())
                .with(Slot::Count, Value::Number(count));
            finding(Code::DmarcSeveral, Verdict::Problem, from, values)
        }
    };
    let mut answers = evidence(found);
    answers.splice(0..0, judged.answers.iter().cloned());
    Some(Finding { answers, ..judged })
}

fn of_applied(applied: &Applied<'_>, found: &Evaluation<'_>, values: Values) -> Finding {
    let record = &applied.record;
    let subject = found.walks.first().map_or("", |own| own.start.as_str());
    let mut values = values
        .text(Slot::Record, record.text)
        .text(Slot::Place, format!("_dmarc.{}", applied.domain));
    if let Some(policy) = found.policy {
        values.set(Slot::Policy, Value::Text(policy.as_str().to_owned()));
    }
    let Some(fault) = fault(record) else {
        let code = match found.policy {
            Some(Policy::None) => Code::DmarcPolicyNone,
            _ => Code::DmarcFound,
        };
        return finding(code, Verdict::Pass, subject, values);
    };
    let (code, verdict) = match found.policy {
        Some(_) => (Code::DmarcSyntax, Verdict::Warning),
        None => (Code::DmarcUnusable, Verdict::Problem),
    };
    Finding {
        expected: Some(mended(record.text)),
        ..finding(
            code,
            verdict,
            subject,
            fault_values(values, record.text, fault),
        )
    }
}

/// The first fault of a record, the one that makes it useless before all others.
fn fault(record: &DmarcRecord<'_>) -> Option<Fault> {
    let of_policy = |fault: &&Fault| matches!(fault.kind, FaultKind::Value("p" | "sp" | "np"));
    let worst = record.faults.iter().find(of_policy);
    let missing = (!record.is_sound()).then_some(Fault {
        kind: FaultKind::Missing("p"),
        at: record.text.len(),
    });
    worst
        .copied()
        .or(missing)
        .or(record.faults.first().copied())
}

/// No record: none at all, one at the wrong place, or a text that only looks like one.
fn missing(
    own: &Walk<'_>,
    values: Values,
    is_asked: bool,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let from = &own.start;
    let place = format!("_dmarc.{from}");
    let values = values.text(Slot::Place, place.clone());
    if let Some(text) = lookalike(own) {
        let at = text.to_ascii_uppercase().find("DMARC1").unwrap_or(0);
        let kind = FaultKind::Value("v");
        let values = fault_values(values.text(Slot::Record, text), text, Fault { kind, at });
        return Some(Finding {
            expected: Some(mended(text)),
            ..finding(Code::DmarcUnusable, Verdict::Problem, from.as_str(), values)
        });
    }
    if let Some(target) = alias(own) {
        let values = values.text(Slot::Host, target.as_str());
        return Some(Finding {
            expected: Some(FIRST_RECORD.to_owned()),
            ..finding(
                Code::DmarcAliasBroken,
                Verdict::Problem,
                from.as_str(),
                values,
            )
        });
    }
    // The domain's own texts are asked for by SPF too.
    let question = Question::new(from.clone(), RecordType::Txt);
    let answer = ask(answers, &question, needs)?;
    if answer.outcome == Outcome::NxDomain {
        // Nobody has it; another check says so.
        return None;
    }
    let misplaced = answer
        .texts()
        .into_iter()
        .find(|text| is_dmarc_record(text));
    if let Some(text) = misplaced {
        let values = values
            .text(Slot::Record, text)
            .text(Slot::Written, from.as_str());
        return Some(Finding {
            expected: Some(format!("{place}. TXT \"{text}\"")),
            answers: vec![(question, answer.clone())],
            ..finding(
                Code::DmarcMisplaced,
                Verdict::Problem,
                from.as_str(),
                values,
            )
        });
    }
    if is_asked {
        let twice = appended_twice(&place, from, values.clone(), answers, needs)?;
        if twice.is_some() {
            return twice;
        }
    }
    // A fault where authentication is what the bounce is about, else worth knowing.
    let verdict = match is_asked {
        true => Verdict::Problem,
        false => Verdict::Warning,
    };
    Some(Finding {
        expected: Some(FIRST_RECORD.to_owned()),
        ..finding(Code::DmarcMissing, verdict, from.as_str(), values)
    })
}

/// A record where the domain was appended twice, as panels do that append it to what was entered
/// with it. The inner `None` where there is none, the outer one while it has to be asked for.
#[expect(clippy::option_option, reason = "a question may be open")]
fn appended_twice(
    place: &str,
    from: &Name,
    values: Values,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Option<Finding>> {
    let Ok(name) = format!("{place}.{from}").parse::<Name>() else {
        return Some(None);
    };
    let question = Question::new(name.clone(), RecordType::Txt);
    let answer = ask(answers, &question, needs)?;
    let mut texts = answer.texts().into_iter();
    let Some(text) = texts.find(|text| is_dmarc_record(text)) else {
        return Some(None);
    };
    let values = values
        .text(Slot::Record, text)
        .text(Slot::Written, name.as_str());
    let code = Code::DmarcMisplaced;
    Some(Some(Finding {
        expected: Some(format!("{place}. TXT \"{text}\"")),
        answers: vec![(question, answer.clone())],
        ..finding(code, Verdict::Problem, from.as_str(), values)
    }))
}

/// Where an alias at the domain's own place leads to.
fn alias<'a>(own: &Walk<'a>) -> Option<&'a Name> {
    let answer = own.steps.first()?.found.answer()?;
    let mut records = answer.records.iter().rev();
    records.find_map(|record| match &record.data {
        RecordData::Cname(target) => Some(target),
        _ => None,
    })
}

/// A text at the domain's own place that was meant as a record.
fn lookalike<'a>(own: &Walk<'a>) -> Option<&'a str> {
    let answer = own.steps.first()?.found.answer()?;
    let mut texts = answer.texts().into_iter();
    texts.find(|text| text.to_ascii_uppercase().contains("DMARC1"))
}

/// The record that was probably meant: what is valid in it, and slips undone where their meaning is
/// plain.
fn mended(text: &str) -> String {
    let whole = format!("v=DMARC1; {}", without_version(text));
    let (tags, _) = tag_list(&whole);
    let mut seen: Vec<String> = vec!["v".to_owned(), "p".to_owned()];
    let policy = tags.iter().find(|tag| tag.name.eq_ignore_ascii_case("p"));
    let policy = policy.and_then(|tag| meant("p", tag.value));
    let mut mended = format!("v=DMARC1; p={}", policy.as_deref().unwrap_or("none"));
    for tag in &tags {
        let name = tag.name.to_ascii_lowercase();
        let Some(value) = meant(&name, tag.value).filter(|_| !seen.contains(&name)) else {
            continue;
        };
        let longer = format!("{mended}; {name}={value}");
        let is_sound = parse(&longer).is_some_and(|record| record.faults.is_empty());
        if is_sound {
            mended = longer;
            seen.push(name);
        }
    }
    mended
}

/// The tags without `v=DMARC1`, wherever it stands, with semicolons between them.
fn without_version(text: &str) -> String {
    let plain = text.replace(['"', '\\'], "");
    let version = plain.to_ascii_uppercase().find("DMARC1");
    let (before, behind) = match version {
        Some(at) => (
            plain.get(..at).unwrap_or_default(),
            plain.get(at + "DMARC1".len()..).unwrap_or_default(),
        ),
        None => ("", plain.as_str()),
    };
    let before = before.trim_end().trim_end_matches(['=', 'v', 'V', ' ']);
    let tags = format!("{behind};{before}");
    let tags = tags.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    if tags.contains(';') {
        return tags.to_owned();
    }
    // Words that nothing but spaces, commas or colons keep apart.
    let words = tags.split_ascii_whitespace();
    let words = words.map(|word| word.trim_matches([',', ':', ';']));
    words.collect::<Vec<_>>().join("; ")
}

/// The value that a tag was probably meant to have; `None` where it has none.
fn meant(tag: &str, value: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let begins = |word: &&&str| {
        let longest = lower.len().min(word.len()).min(3);
        longest > 0 && lower.get(..longest) == word.get(..longest)
    };
    let one_of = |words: &[&str]| words.iter().find(begins).map(|word| (*word).to_owned());
    match tag {
        "p" | "sp" | "np" => one_of(&["none", "quarantine", "reject"]),
        "adkim" | "aspf" => {
            one_of(&["relaxed", "strict"]).map(|word| word.chars().take(1).collect())
        }
        "rua" | "ruf" => {
            let joined = value.replace("mailto: ", "mailto:");
            let words = joined.split([',', ' ']).map(str::trim);
            let words = words.filter(|word| word.contains('@') || word.contains("://"));
            let uris: Vec<String> = words
                .map(|word| match word.contains(':') {
                    true => word.to_owned(),
                    false => format!("mailto:{word}"),
                })
                .collect();
            (!uris.is_empty()).then(|| uris.join(","))
        }
        _ => Some(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_mended_with_what_is_valid_in_it() {
        let cases = [
            (
                "v=DMARC1; p=nonsense; rua=mailto:a@b.example",
                "v=DMARC1; p=none; rua=mailto:a@b.example",
            ),
            (
                "v=DMARC1; sp=x; p=reject; adkim=s",
                "v=DMARC1; p=reject; adkim=s",
            ),
            ("v=DMARC1", "v=DMARC1; p=none"),
            ("v=dmarc1; p=reject", "v=DMARC1; p=reject"),
            (
                "\"v=DMARC1\\; p=quarantine\\; pct=100\"",
                "v=DMARC1; p=quarantine; pct=100",
            ),
            ("v=DMARC1 p=none", "v=DMARC1; p=none"),
            ("DMARC1", "v=DMARC1; p=none"),
            ("v=DMARC1; p=none; p=reject", "v=DMARC1; p=none"),
            ("p=reject; v=DMARC1", "v=DMARC1; p=reject"),
            ("v=DMARC1; p=quarentine; pct=200", "v=DMARC1; p=quarantine"),
            ("v=DMARC1; p=non", "v=DMARC1; p=none"),
            ("v=DMARC1; p=", "v=DMARC1; p=none"),
            (
                "v=DMARC1; p=reject; rua=a@b.example; adkim=strict",
                "v=DMARC1; p=reject; rua=mailto:a@b.example; adkim=s",
            ),
            (
                "v=DMARC1; p=none; rua=mailto: a@b.example mailto:c@d.example",
                "v=DMARC1; p=none; rua=mailto:a@b.example,mailto:c@d.example",
            ),
            (
                "v=DMARC1, p=reject, rua=mailto:a@b.example",
                "v=DMARC1; p=reject; rua=mailto:a@b.example",
            ),
            ("v=DMARC1; p=none|quarantine|reject", "v=DMARC1; p=none"),
        ];
        for (text, expected) in cases {
            assert_eq!(mended(text), expected, "{text}");
        }
    }
}
