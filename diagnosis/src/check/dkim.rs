//! Whether the keys of the returned message's DKIM signatures are in DNS.
//!
//! What it says: what key stands at the selector, and what is wrong with it. Why it matters: without
//! a key the signature proves nothing. How to fix: publish the key under the selector that the
//! signing server uses. Evidence used: TXT of `SELECTOR._domainkey.DOMAIN` (RFC 6376, section
//! 3.6.2.1). Where no signature is known, the selectors of the services that the domain's SPF record
//! and mail exchangers name are tried: a key found is evidence, none found says nothing.

mod key;

pub use key::{JudgedKey, dkim_key};

use super::{Outcome, ask, author_domain, finding, spf};
use crate::{
    bounce::Signature,
    case::Case,
    dns::{
        Answers, Name, Question, RecordType,
        dkim::{Key, KeyRecord, KeyType},
        is_spf_record,
    },
    finding::{Code, Finding, Verdict},
    knowledge::{SENDERS, Sender, sender_of_exchanger},
    wording::Values,
};

/// No message has more signatures that are worth a question.
const MOST_SIGNATURES: usize = 10;

/// Nor more services of a domain.
const MOST_SERVICES: usize = 4;

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    if !spf::matters(case) {
        return outcome;
    }
    let signatures = signatures(case);
    for signature in &signatures {
        let found = judge(signature, answers, &mut outcome.needs);
        outcome.findings.extend(found.map(|judged| judged.finding));
    }
    if signatures.is_empty() {
        outcome.findings = guessed(case, answers, &mut outcome.needs);
    }
    outcome
}

/// The signing domains whose keys are in order: what may be valid, as far as DNS can tell.
pub(super) fn sound_domains(
    case: &Case,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Vec<Name> {
    let signatures = signatures(case);
    let judged = signatures.iter().filter_map(|signature| {
        let verdict = judge(signature, answers, needs)?.finding.verdict;
        let is_sound = matches!(verdict, Verdict::Pass | Verdict::Warning);
        is_sound.then(|| signature.domain.parse().ok())?
    });
    judged.collect()
}

/// The signatures of the returned message, and those that a server on its way has checked.
fn signatures(case: &Case) -> Vec<Signature> {
    let own = case.bounce.sending.dkim.iter();
    let mut all: Vec<Signature> = own.map(|signature| signature.value.clone()).collect();
    for result in &case.bounce.returned.authentication {
        let (Some(domain), Some(selector)) = (&result.value.domain, &result.value.selector) else {
            continue;
        };
        let is_known = |known: &Signature| known.domain == *domain && known.selector == *selector;
        if result.value.method == "dkim" && !all.iter().any(is_known) {
            all.push(Signature {
                domain: domain.clone(),
                selector: selector.clone(),
                algorithm: None,
            });
        }
    }
    all.truncate(MOST_SIGNATURES);
    all
}

/// The key, and whether it is one for this signature.
fn judge(signature: &Signature, answers: &Answers, needs: &mut Vec<Question>) -> Option<JudgedKey> {
    let judged = key::judge(&signature.selector, &signature.domain, answers, needs)?;
    let algorithm = signature.algorithm.as_deref().unwrap_or_default();
    let code = match &judged.record {
        Some(record) if judged.finding.verdict != Verdict::Problem => misuse(algorithm, record),
        _ => None,
    };
    let Some(code) = code else {
        return Some(judged);
    };
    let Finding {
        subject,
        values,
        answers,
        ..
    } = judged.finding;
    let found = finding(code, Verdict::Problem, subject, Values::new());
    let finding = Finding {
        values,
        answers,
        ..found
    };
    Some(JudgedKey { finding, ..judged })
}

/// RFC 6376, section 6.1.2: the key must be suitable for `a=` of the signature.
fn misuse(algorithm: &str, record: &KeyRecord) -> Option<Code> {
    let (key_type, hash) = algorithm.split_once('-')?;
    if key_type != record.key_type.as_str() && matches!(record.key, Key::Bits(_)) {
        return Some(Code::DkimKeyTypeMismatch);
    }
    let is_sha1 = hash == "sha1" && record.key_type == KeyType::Rsa;
    is_sha1.then_some(Code::DkimSignatureSha1)
}

/// Keys at the selectors that the domain's services sign with.
fn guessed(case: &Case, answers: &Answers, needs: &mut Vec<Question>) -> Vec<Finding> {
    let Some(domain) = author_domain(case) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for service in services(&domain, answers, needs) {
        for selector in service.selectors {
            let judged = key::judge_here(selector, domain.as_str(), answers, needs);
            let usable = judged.filter(|judged| {
                matches!(judged.finding.verdict, Verdict::Pass | Verdict::Warning)
            });
            found.extend(usable.map(|judged| judged.finding));
        }
    }
    found
}

/// The services that the domain's SPF record lets in, and those that have its mailboxes.
fn services(domain: &Name, answers: &Answers, needs: &mut Vec<Question>) -> Vec<&'static Sender> {
    let question = |kind| Question::new(domain.clone(), kind);
    let texts = ask(answers, &question(RecordType::Txt), needs);
    let exchangers = ask(answers, &question(RecordType::Mx), needs);
    let records = texts.map(|answer| answer.texts()).unwrap_or_default();
    let records = records.into_iter().filter(|text| is_spf_record(text));
    let included = records
        .flat_map(str::split_ascii_whitespace)
        .filter_map(|term| {
            let (mechanism, domain) = term.split_once(':')?;
            let mechanism = mechanism.trim_start_matches(['+', '?', '~']);
            let row = |sender: &&Sender| sender.include.eq_ignore_ascii_case(domain);
            mechanism
                .eq_ignore_ascii_case("include")
                .then(|| SENDERS.iter().find(row))?
        });
    let exchangers = exchangers.map(|answer| answer.mail_exchangers());
    let exchangers = exchangers.unwrap_or_default();
    let hosts = exchangers
        .iter()
        .filter_map(|(_, host)| sender_of_exchanger(host));
    let mut services: Vec<&Sender> = Vec::new();
    for service in included.chain(hosts) {
        if services.iter().all(|known| known.id != service.id) {
            services.push(service);
        }
    }
    services.truncate(MOST_SERVICES);
    services
}
