//! What stands at a selector, judged.

use super::super::{Asked, ask, fault_values, finding, unchecked};
use crate::{
    dns::{
        Answer, Answers, Name, Question, RecordData, RecordType,
        dkim::{Breakage, Key, KeyRecord, KeyType, is_key_record, parse},
    },
    finding::{Code, Finding, Verdict},
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

pub(super) fn judge(
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
    if !answer.is_conclusive() {
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
            Some(target) => without_record(
                Code::DkimAliasBroken,
                values.text(Slot::Host, target.as_str()),
            ),
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
                finding: finding(Code::DkimKeySyntax, Verdict::Problem, place, values),
                record: None,
            };
        }
    };
    let (code, verdict) = judge_key(&record);
    let mut values = values.text(Slot::Algorithm, record.key_type.as_str());
    if let Key::Bits(bits) = record.key {
        values.set(Slot::Bits, Value::Number(bits));
    }
    let mut found = finding(code, verdict, place, values);
    if let Key::Broken(Breakage::Wrapped { bare }) = &record.key {
        found.expected = Some(format!("v=DKIM1; k=ed25519; p={bare}"));
    }
    JudgedKey {
        finding: found,
        record: Some(record),
    }
}

/// The worst that can be said of it.
fn judge_key(record: &KeyRecord) -> (Code, Verdict) {
    let is_rsa = record.key_type == KeyType::Rsa;
    match &record.key {
        Key::Revoked => (Code::DkimKeyRevoked, Verdict::Problem),
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
