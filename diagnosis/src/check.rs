//! Checks: pure functions from a case and the answers so far to findings and the questions still
//! open. A check never waits and keeps nothing: it is run again from the start whenever an answer
//! arrives. One file a family.

use std::net::IpAddr;

use crate::{
    bounce::Shape,
    case::Case,
    dns::{Answer, Answers, Fault, FaultKind, Name, Question, RecordType},
    finding::{Code, Finding, Unchecked, Verdict},
    sort::sort_by,
    wording::{Slot, Value, Values},
};

mod address;
mod arc;
mod bimi;
mod blocklist;
mod dane;
mod distance;
mod dkim;
mod dmarc;
mod helo;
mod message;
mod mta_sts;
mod mx;
mod mx_host;
mod recipient_domain;
mod refusing_server;
mod reverse_dns;
mod servfail;
mod spf;
mod tls;
mod typo;

mod explains;

pub use dkim::{JudgedKey, dkim_key};
pub use dmarc::dmarc_record;
pub use explains::explains;

/// What can be said so far, and what has to be asked to say more.
pub type Asked<T> = (T, Vec<Question>);

/// What a check gives: what it found, and what it has to know to go on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What is certain so far.
    pub findings: Vec<Finding>,
    /// What has to be asked; empty once the check is done.
    pub needs: Vec<Question>,
}

/// All checks, in the order in which a bounce is thought through.
const CHECKS: &[fn(&Case, &Answers) -> Outcome] = &[
    address::check,
    recipient_domain::check,
    typo::check,
    mx::check,
    refusing_server::check,
    mta_sts::check,
    dane::check,
    reverse_dns::check,
    helo::check,
    spf::check,
    dkim::check,
    dmarc::check,
    blocklist::check,
    message::check,
    bimi::check,
    arc::check,
];

/// Runs all checks. The findings are complete once `needs` is empty.
#[must_use]
pub fn examine(case: &Case, answers: &Answers) -> Outcome {
    let mut all = Outcome::default();
    for check in CHECKS {
        let outcome = check(case, answers);
        all.findings.extend(outcome.findings);
        for question in outcome.needs {
            if !all.needs.contains(&question) {
                all.needs.push(question);
            }
        }
    }
    for finding in &mut all.findings {
        finding.explains = explains(case, finding);
    }
    if all.needs.is_empty() {
        // While answers still come in, every finding keeps its place.
        sort_by(&mut all.findings, |one, other| {
            reading_rank(one).cmp(&reading_rank(other))
        });
    }
    all
}

/// What explains the bounce is read first, then other problems, warnings, what could not be
/// checked, and what is fine.
fn reading_rank(finding: &Finding) -> u8 {
    match finding.verdict {
        _ if finding.explains => 0,
        Verdict::Problem => 1,
        Verdict::Warning => 2,
        Verdict::Unchecked => 3,
        Verdict::Pass => 4,
    }
}

/// A recipient's domain and who of the recipients is there.
struct RecipientDomain {
    name: Name,
    recipients: Vec<usize>,
}

/// The recipients' domains, each once. Reports of success and mail that is no bounce have none to
/// check; a lone address or domain is its own.
fn recipient_domains(case: &Case) -> Vec<RecipientDomain> {
    let mut domains: Vec<RecipientDomain> = Vec::new();
    for (index, recipient) in case.bounce.recipients.iter().enumerate() {
        let name = recipient
            .address
            .as_ref()
            .and_then(|address| address.value.rsplit_once('@'))
            .and_then(|(_, domain)| domain.parse::<Name>().ok());
        let Some(name) = name else { continue };
        match domains.iter_mut().find(|known| known.name == name) {
            Some(known) => known.recipients.push(index),
            None => domains.push(RecipientDomain {
                name,
                recipients: vec![index],
            }),
        }
    }
    if case.bounce.shape == Shape::Lone
        && let Some(name) = author_domain(case)
        && domains.iter().all(|known| known.name != name)
    {
        domains.push(RecipientDomain {
            name,
            recipients: Vec::new(),
        });
    }
    domains
}

/// The Author Domain, or that of a lone address or domain.
fn author_domain(case: &Case) -> Option<Name> {
    let sending = &case.bounce.sending;
    let of_recipient = || {
        let lone = case.bounce.shape == Shape::Lone;
        let recipient = case.bounce.recipients.first().filter(|_| lone)?;
        recipient.address.as_ref()?.value.rsplit_once('@')
    };
    match &sending.from_domain {
        Some(domain) => domain.value.parse().ok(),
        None => of_recipient().and_then(|(_, domain)| domain.parse().ok()),
    }
}

/// The domain that SPF is about: MAIL FROM's (RFC 7208, section 2.4), else From's.
fn envelope_domain(case: &Case) -> Option<Name> {
    case.bounce
        .sending
        .envelope_domain
        .as_ref()
        .and_then(|domain| domain.value.parse().ok())
        .or_else(|| author_domain(case))
}

/// Whether a refusal holds the word, in lower case.
fn speaks_of(case: &Case, wanted: &str) -> bool {
    let said = |text: &str| {
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words.any(|word| word.eq_ignore_ascii_case(wanted))
    };
    let mut recipients = case.bounce.recipients.iter();
    recipients.any(|recipient| {
        let diagnostic = recipient.diagnostic.as_ref();
        diagnostic.is_some_and(|diagnostic| said(&diagnostic.value))
    })
}

/// The answer to a question; an open one is noted.
fn ask<'a>(
    answers: &'a Answers,
    question: &Question,
    needs: &mut Vec<Question>,
) -> Option<&'a Answer> {
    let answer = answers.get(question);
    if answer.is_none() && !needs.contains(question) {
        needs.push(question.clone());
    }
    answer
}

/// The addresses of a host: both families asked, or the question why not.
enum Addresses<'a> {
    Open,
    Unchecked(Vec<(Question, Answer)>),
    Known {
        addresses: Vec<IpAddr>,
        exists: bool,
        answers: Vec<(Question, &'a Answer)>,
    },
}

fn addresses<'a>(answers: &'a Answers, host: &Name, needs: &mut Vec<Question>) -> Addresses<'a> {
    let a = Question::new(host.clone(), RecordType::A);
    let aaaa = Question::new(host.clone(), RecordType::Aaaa);
    let (Some(v4), Some(v6)) = (ask(answers, &a, needs), ask(answers, &aaaa, needs)) else {
        // Both are noted before either is waited for.
        ask(answers, &aaaa, needs);
        return Addresses::Open;
    };
    let mut found = v4.addresses();
    found.extend(v6.addresses());
    if found.is_empty() && !(v4.is_conclusive() && v6.is_conclusive()) {
        let (question, answer) = match v4.is_conclusive() {
            true => (aaaa, v6),
            false => (a, v4),
        };
        return Addresses::Unchecked(vec![(question, answer.clone())]);
    }
    Addresses::Known {
        addresses: found,
        exists: v4.outcome == crate::dns::Outcome::NoError,
        answers: vec![(a, v4), (aaaa, v6)],
    }
}

/// A finding under construction.
fn finding(code: Code, verdict: Verdict, subject: impl Into<String>, values: Values) -> Finding {
    Finding {
        code,
        subject: subject.into(),
        recipients: Vec::new(),
        verdict,
        result: None,
        unchecked_because: None,
        explains: false,
        values,
        expected: None,
        trail: Vec::new(),
        answers: Vec::new(),
    }
}

/// A finding that says why DNS did not answer.
fn unchecked(
    code: Code,
    subject: &str,
    values: Values,
    question: &Question,
    answer: &Answer,
) -> Finding {
    let because = Unchecked::because_of(answer.outcome).unwrap_or(Unchecked::Servfail);
    Finding {
        unchecked_because: Some(because),
        answers: vec![(question.clone(), answer.clone())],
        ..finding(
            code,
            Verdict::Unchecked,
            subject,
            values.text(Slot::Cause, cause(because, question, answer)),
        )
    }
}

/// How much of a record is shown from where it is wrong.
const EXCERPT: usize = 24;

/// What is wrong with the form of a record, in a sentence, and where.
fn fault_values(values: Values, record: &str, fault: Fault) -> Values {
    let behind = record.get(fault.at..).unwrap_or_default();
    let part = behind.split(';').next().unwrap_or_default().trim();
    let excerpt: String = match (part.is_empty(), behind.is_empty()) {
        (false, _) => part.chars().take(EXCERPT).collect(),
        (true, false) => behind.chars().take(EXCERPT).collect(),
        // Something is missing at the end: what stands before it.
        (true, true) => {
            let last = record.trim_end_matches([';', ' ']).rsplit(';').next();
            last.unwrap_or_default()
                .trim()
                .chars()
                .take(EXCERPT)
                .collect()
        }
    };
    let words = match fault.kind {
        FaultKind::Character => "A character that no record has stands there.".to_owned(),
        FaultKind::Duplicate => "A tag stands there for the second time.".to_owned(),
        FaultKind::Empty => "There is nothing between two semicolons.".to_owned(),
        FaultKind::Equals => "The tag has no equals sign.".to_owned(),
        FaultKind::Missing(tag) => format!("The record has no {tag}= tag."),
        FaultKind::Name => "That is no name of a tag.".to_owned(),
        FaultKind::Quoted => "A quotation mark or backslash stands in the record itself: it was quoted twice when it was entered.".to_owned(),
        FaultKind::Value(tag) => format!("That is no value of {tag}=."),
        FaultKind::VersionNotFirst => "The v= tag must be the first one.".to_owned(),
    };
    let at = record.get(..fault.at).unwrap_or(record).chars().count() + 1;
    values
        .with(Slot::Position, Value::Number(at))
        .text(Slot::Excerpt, excerpt)
        .text(Slot::Cause, words)
}

/// Why, in a sentence.
fn cause(because: Unchecked, question: &Question, answer: &Answer) -> String {
    let name = &question.name;
    let extra = answer
        .extended_errors
        .first()
        .map(|(code, text)| match text.is_empty() {
            true => format!(" (Extended DNS Error {code})"),
            false => format!(" (Extended DNS Error {code}: {text})"),
        })
        .unwrap_or_default();
    match because {
        Unchecked::Timeout => format!("No answer about {name} came in time."),
        Unchecked::Servfail => {
            format!("The resolver could not find out about {name}: SERVFAIL{extra}.")
        }
        Unchecked::Refused => format!("The resolver refused to answer about {name}{extra}."),
        Unchecked::Unreachable => "The resolver could not be reached.".to_owned(),
        Unchecked::NotAsked => "DNS is switched off.".to_owned(),
    }
}

#[cfg(test)]
mod tests;
