//! What stands at a selector, judged.

use super::super::{Asked, ask, fault_values, finding, unchecked};
use crate::{
    dns::{
        Answer, Answers, Name, Outcome, Question, RecordData, RecordType,
        dkim::{Breakage, Key, KeyRecord, KeyType, is_key_record, mended, parse},
    },
    finding::{Code, Finding, Verdict},
    knowledge::sender_of_key,
    wording::{Slot, Value, Values},
};

/// RFC 8301, section 3.2: shorter keys make no valid signature; …
const SHORTEST: usize = 1024;
/// … signers should have these at least; …
const SOUND: usize = 2048;
/// … and verifiers need not be able to check with longer ones.
const LONGEST: usize = 4096;

/// The key at a selector.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgedKey {
    /// What is said of it.
    pub finding: Finding,
    /// What the record says, where there is one that can be read.
    pub record: Option<KeyRecord>,
}

/// Judges what stands at a selector (RFC 6376, section 6.1.2). `None` while it has to be asked
/// for, and where no such name can be.
pub fn dkim_key(selector: &str, domain: &str, answers: &Answers) -> Asked<Option<JudgedKey>> {
    let mut needs = Vec::new();
    let judged = judge(selector, domain, answers, &mut needs);
    (judged, needs)
}

/// The key, looked for where it was put by mistake too.
pub(super) fn judge(
    selector: &str,
    domain: &str,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<JudgedKey> {
    let judged = judge_here(selector, domain, answers, needs)?;
    let mut asked = judged.finding.answers.iter();
    let exists = asked.any(|(_, answer)| answer.outcome != Outcome::NxDomain);
    if judged.finding.code != Code::DkimKeyMissing || exists {
        return Some(judged);
    }
    let elsewhere = misplaced(&judged.finding, domain, answers, needs)?;
    Some(elsewhere.unwrap_or(judged))
}

/// The key where it belongs; nothing more is asked where there is none.
pub(super) fn judge_here(
    selector: &str,
    domain: &str,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<JudgedKey> {
    let place = format!("{selector}._domainkey.{domain}");
    let name: Name = place.parse().ok()?;
    let question = Question::new(name, RecordType::Txt);
    let answer = ask(answers, &question, needs)?;
    let values = Values::new()
        .text(Slot::Selector, selector)
        .text(Slot::Domain, domain)
        .text(Slot::Place, place.clone());
    let values = match alias(answer) {
        Some(target) => with_alias(values, target),
        None => values,
    };
    // A circle of aliases leads nowhere, whatever the resolver calls that.
    if !answer.is_conclusive() && !is_circle(answer) {
        return Some(JudgedKey {
            finding: unchecked(Code::DkimUnchecked, &place, values, &question, answer),
            record: None,
        });
    }
    let mut judged = judge_texts(answer, &place, values);
    judged.finding.answers = vec![(question, answer.clone())];
    Some(judged)
}

fn judge_texts(answer: &Answer, place: &str, values: Values) -> JudgedKey {
    let texts = answer.texts();
    let keys: Vec<&str> = texts
        .iter()
        .copied()
        .filter(|text| is_key_record(text))
        .collect();
    let without_record = |code, values| JudgedKey {
        finding: finding(code, Verdict::Problem, place, values),
        record: None,
    };
    match keys.as_slice() {
        [] => match alias(answer) {
            Some(_) => without_record(Code::DkimAliasBroken, values),
            None => without_record(Code::DkimKeyMissing, values),
        },
        [record] => judge_record(record, place, values),
        // RFC 6376, section 3.6.2.2: "if there are multiple records in an RRset, the results are
        // undefined".
        several => {
            let count = Value::Number(several.len());
            without_record(Code::DkimKeySeveral, values.with(Slot::Count, count))
        }
    }
}

/// A key where the domain was appended twice, as panels do that append it to what was entered with
/// it. The inner `None` where there is none, the outer one while it has to be asked for.
#[expect(clippy::option_option, reason = "a question may be open")]
fn misplaced(
    missing: &Finding,
    domain: &str,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Option<JudgedKey>> {
    let place = missing.subject.as_str();
    let Ok(name) = format!("{place}.{domain}").parse::<Name>() else {
        return Some(None);
    };
    let question = Question::new(name.clone(), RecordType::Txt);
    let answer = ask(answers, &question, needs)?;
    if !answer.texts().into_iter().any(is_key_record) {
        return Some(None);
    }
    let values = missing.values.clone().text(Slot::Written, name.as_str());
    Some(Some(JudgedKey {
        finding: Finding {
            answers: vec![(question, answer.clone())],
            ..finding(Code::DkimKeyMisplaced, Verdict::Problem, place, values)
        },
        record: None,
    }))
}

/// The name that the alias leads to, and the service that has it, where that is known.
fn with_alias(values: Values, target: &Name) -> Values {
    let host = target.as_str();
    let service = match sender_of_key(host) {
        Some(sender) => format!("{} ({host})", sender.name),
        None => host.to_owned(),
    };
    let values = values.text(Slot::Host, host);
    values.text(Slot::Service, service)
}

/// Whether an alias leads back to one of the chain.
fn is_circle(answer: &Answer) -> bool {
    let owners = |name: &Name| {
        let mut records = answer.records.iter();
        records.any(|record| record.owner == name.as_str())
    };
    let mut records = answer.records.iter();
    let has_alias = alias(answer).is_some();
    has_alias
        && records.all(|record| match &record.data {
            RecordData::Cname(target) => owners(target),
            _ => false,
        })
}

/// Where a chain of aliases ends.
fn alias(answer: &Answer) -> Option<&Name> {
    let mut records = answer.records.iter().rev();
    records.find_map(|record| match &record.data {
        RecordData::Cname(target) => Some(target),
        _ => None,
    })
}

fn judge_record(text: &str, place: &str, values: Values) -> JudgedKey {
    let record = match parse(text) {
        Ok(record) => record,
        Err(fault) => {
            let values = fault_values(values, text, fault);
            return JudgedKey {
                finding: Finding {
                    expected: mended(text),
                    ..finding(Code::DkimKeySyntax, Verdict::Problem, place, values)
                },
                record: None,
            };
        }
    };
    let (code, verdict) = judge_key(&record);
    let mut values = values.text(Slot::Algorithm, record.key_type.as_str());
    if let Key::Bits(bits) = record.key {
        values.set(Slot::Bits, Value::Number(bits));
    }
    if let Key::Broken(breakage) = &record.key {
        values.set(Slot::Cause, Value::Text(cause(breakage, text)));
    }
    let mut found = finding(code, verdict, place, values);
    match &record.key {
        Key::Broken(Breakage::Wrapped { bare }) => {
            found.expected = Some(format!("v=DKIM1; k=ed25519; p={bare}"));
        }
        Key::Broken(_) => found.expected = mended(text),
        _ => {}
    }
    JudgedKey {
        finding: found,
        record: Some(record),
    }
}

/// Why it is no key, in a sentence.
fn cause(breakage: &Breakage, text: &str) -> String {
    match breakage {
        Breakage::Base64 { at } => {
            let before = text.get(..*at).unwrap_or_default().chars().count();
            let behind = text.get(*at..).unwrap_or_default();
            let found: String = behind.chars().take(1).collect();
            format!("At character {} stands “{found}”, which base64 does not have.", before + 1)
        }
        Breakage::FileLines => "The lines -----BEGIN and -----END of the key file were taken along: only what stands between them belongs there.".to_owned(),
        Breakage::Wrapped { .. } => "It stands in the wrapping of a key file; only the 32 octets at its end belong there.".to_owned(),
        Breakage::Cut => "Its end is missing.".to_owned(),
        _ => "It can be decoded, but what comes out is something else.".to_owned(),
    }
}

/// The worst that can be said of it.
fn judge_key(record: &KeyRecord) -> (Code, Verdict) {
    let is_rsa = record.key_type == KeyType::Rsa;
    match &record.key {
        Key::Revoked => (Code::DkimKeyRevoked, Verdict::Problem),
        Key::Private => (Code::DkimKeyPrivate, Verdict::Problem),
        Key::Unread => (Code::DkimKeyTypeUnknown, Verdict::Problem),
        Key::Broken(Breakage::Cut) => (Code::DkimKeyCut, Verdict::Problem),
        Key::Broken(_) => (Code::DkimKeyBroken, Verdict::Problem),
        Key::Bits(_) if !record.for_mail => (Code::DkimKeyNotForMail, Verdict::Problem),
        Key::Bits(_) if !record.sha256 => (Code::DkimKeySha1, Verdict::Problem),
        Key::Bits(bits) if is_rsa && *bits < SHORTEST => (Code::DkimKeyTooShort, Verdict::Problem),
        Key::Bits(_) if record.testing => (Code::DkimKeyTesting, Verdict::Warning),
        Key::Bits(bits) if is_rsa && *bits < SOUND => (Code::DkimKeyShort, Verdict::Warning),
        Key::Bits(bits) if is_rsa && *bits > LONGEST => (Code::DkimKeyLong, Verdict::Warning),
        Key::Bits(_) => (Code::DkimKeyFound, Verdict::Pass),
    }
}
