//! Whether the mail exchangers say by DNS which certificate they have (DANE; RFC 7672).
//!
//! What it says: there are TLSA records, whether they count, and whether they can be used. Why it
//! matters: a server that checks them does not deliver to one whose certificate does not fit. How to
//! fix: publish the records of the certificate in use, before it is changed. Evidence used: TLSA at
//! `_25._tcp` below the mail exchangers, and whether the resolver vouches for the answers (AD). The
//! certificate itself is not seen by DNS.

use super::{Outcome, ask, finding, mx, recipient_domains, refusing_server, tls, unchecked};
use crate::{
    case::Case,
    dns::{Answer, Answers, Name, Outcome as Ended, Question, RecordData, RecordType},
    finding::{Code, Finding, Verdict},
    wording::{Slot, Value, Values},
};

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    for domain in recipient_domains(case) {
        if !tls::is_in_question(case, &domain.recipients) {
            continue;
        }
        let question = Question::new(domain.name.clone(), RecordType::Mx);
        let Some(answer) = ask(answers, &question, &mut outcome.needs) else {
            continue;
        };
        let is_named = tls::says(case, &domain.recipients, &["dane", "tlsa"]);
        for host in hosts(case, &domain.recipients, answer) {
            let found = check_host(&host, answer, is_named, answers, &mut outcome.needs);
            outcome.findings.extend(found.map(|found| Finding {
                recipients: domain.recipients.clone(),
                ..found
            }));
        }
    }
    outcome
}

/// The mail exchanger that the bounce names; where it names none of them, all.
fn hosts(case: &Case, recipients: &[usize], answer: &Answer) -> Vec<Name> {
    let hosts = mx::hosts(answer).into_iter().take(mx::MAX_HOSTS);
    let hosts: Vec<Name> = hosts.filter_map(|(_, host)| host.parse().ok()).collect();
    let servers = refusing_server::servers(case, recipients);
    let named = hosts
        .iter()
        .filter(|host| servers.iter().any(|server| server.has_name(host)));
    let named: Vec<Name> = named.cloned().collect();
    if named.is_empty() { hosts } else { named }
}

fn check_host(
    host: &Name,
    mx: &Answer,
    is_named: bool,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let question = Question::new(host.below("_25._tcp")?, RecordType::Tlsa);
    let answer = ask(answers, &question, needs)?;
    let name = host.as_str();
    let mut values = Values::new()
        .text(Slot::Host, name)
        .text(Slot::Place, question.name.as_str());
    // RFC 7672, section 2.2: where the MX records are signed, a TLSA look-up that fails keeps mail
    // back.
    let keeps_back = answer.outcome == Ended::ServFail && mx.authenticated;
    if !answer.is_conclusive() && !keeps_back {
        return Some(unchecked(
            Code::DaneUnchecked,
            name,
            values,
            &question,
            answer,
        ));
    }
    let records: Vec<&str> = records(answer).take(mx::MAX_HOSTS).collect();
    let is_usable = records.iter().any(|record| is_usable(record));
    let (code, verdict) = match () {
        () if keeps_back => (Code::DaneLookupBroken, Verdict::Problem),
        () if records.is_empty() => (Code::DaneNotPublished, Verdict::Pass),
        () if !(answer.authenticated && mx.authenticated) => (Code::DaneUnsigned, Verdict::Warning),
        () if !is_usable => (Code::DaneUnusable, Verdict::Problem),
        () if is_named => (Code::DaneCertificateMismatch, Verdict::Warning),
        () => (Code::DaneFound, Verdict::Pass),
    };
    let shown = records
        .iter()
        .map(|record| record.chars().take(255).collect());
    values.set(Slot::Names, Value::Names(shown.collect()));
    Some(Finding {
        answers: vec![(question, answer.clone())],
        ..finding(code, verdict, name, values)
    })
}

/// The number of the type TLSA (RFC 6698, section 7.1).
const TLSA: u16 = 52;

fn records(answer: &Answer) -> impl Iterator<Item = &str> {
    answer
        .records
        .iter()
        .filter_map(|record| match &record.data {
            RecordData::Other(TLSA, data) => Some(data.as_str()),
            _ => None,
        })
}

/// RFC 7672, section 3.1: usages 2 (DANE-TA) and 3 (DANE-EE) only; selectors and matching types of
/// RFC 6698, sections 2.1.2 and 2.1.3, a digest of the length of its kind.
fn is_usable(record: &str) -> bool {
    let Some((parameters, length)) = parameters(record) else {
        return false;
    };
    match parameters {
        [2 | 3, 0 | 1, 0] => length > 0,
        [2 | 3, 0 | 1, 1] => length == 32,
        [2 | 3, 0 | 1, 2] => length == 64,
        _ => false,
    }
}

/// Usage, selector and matching type, and the octets of what they are about: in the presentation
/// form of RFC 6698, section 2.2, or in that of types that are not known (RFC 3597, section 5).
fn parameters(record: &str) -> Option<([u8; 3], usize)> {
    let mut words = record.split_ascii_whitespace();
    if let Some(rest) = record.trim_start().strip_prefix(r"\#") {
        let mut words = rest.split_ascii_whitespace();
        let length: usize = words.next()?.parse().ok()?;
        let digits: String = words.collect();
        let octet = |at: usize| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok();
        let octets = hex_octets(&digits).filter(|octets| *octets == length)?;
        return Some(([octet(0)?, octet(1)?, octet(2)?], octets.checked_sub(3)?));
    }
    let mut number = || words.next()?.parse::<u8>().ok();
    let parameters = [number()?, number()?, number()?];
    let digits: String = words.filter(|word| !matches!(*word, "(" | ")")).collect();
    Some((parameters, hex_octets(&digits)?))
}

fn hex_octets(digits: &str) -> Option<usize> {
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    (is_hex && digits.len().is_multiple_of(2)).then_some(digits.len() / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_usable_or_not() {
        let sha256 = "ab".repeat(32);
        let sha512 = "ab".repeat(64);
        for (record, expected) in [
            (format!("3 1 1 {sha256}"), true),
            (format!("2 0 1 {}", sha256.to_ascii_uppercase()), true),
            (format!("3 1 2 {sha512}"), true),
            (format!("3 1 1 {} {}", &sha256[..32], &sha256[32..]), true),
            (format!("3 1 1 ( {sha256} )"), true),
            ("3 0 0 308201".to_owned(), true),
            (format!(r"\# 35 030101{sha256}"), true),
            (format!(r"\# 35 010101{sha256}"), false),
            (format!(r"\# 34 030101{sha256}"), false),
            (r"\# 2 0301".to_owned(), false),
            (r"\# x".to_owned(), false),
            (format!("0 1 1 {sha256}"), false),
            (format!("1 1 1 {sha256}"), false),
            (format!("4 1 1 {sha256}"), false),
            (format!("3 2 1 {sha256}"), false),
            (format!("3 1 3 {sha256}"), false),
            (format!("3 1 2 {sha256}"), false),
            (format!("3 1 1 {sha256}ab"), false),
            (format!("3 1 1 {sha256}a"), false),
            (format!("3 1 1 {}zz", &sha256[2..]), false),
            ("3 0 0".to_owned(), false),
            ("3 1".to_owned(), false),
            ("300 1 1 ab".to_owned(), false),
            (String::new(), false),
            ("é".repeat(40_000), false),
        ] {
            assert_eq!(is_usable(&record), expected, "{record}");
        }
    }
}
