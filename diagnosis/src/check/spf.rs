//! Whether the sender's domain lets the sending IP send.
//!
//! What it says: the result of SPF for MAIL FROM and for HELO, with the term that decided. Why it
//! matters: without a pass the message rests on DKIM alone, and many receivers refuse it. How to
//! fix: publish exactly one record, with the term by which the sending service is let in. Evidence
//! used: TXT of the domain of MAIL FROM and all that its record leads to (RFC 7208).

mod proposal;

use std::net::IpAddr;

use super::{
    Outcome, ask, author_domain, envelope_domain, finding,
    servfail::{self, Behind},
    unchecked,
};
use crate::{
    bounce::Shape,
    case::Case,
    dns::{
        Answer, Answers, Name, Outcome as Ended, ProtocolResult, Question, RecordType,
        is_spf_record,
        spf::{
            Evaluation, Fault, Input, State, Step, TermOutcome, evaluate,
            parse::parse,
            slips::{self, lookalike, mended},
        },
    },
    finding::{Code, Finding, Verdict},
    knowledge::{sender_of_exchanger, sender_of_host},
    reason::Reason,
    wording::{Slot, Value, Values},
};
use proposal::{Proposal, propose};

/// More answers than these nobody reads.
const MAX_ANSWERS: usize = 20;

/// A record or proposal longer than this may not fit into one datagram with its neighbours.
const LONG: usize = 450;

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(domain) = envelope_domain(case) else {
        return outcome;
    };
    let question = Question::new(domain.clone(), RecordType::Txt);
    let Some(answer) = ask(answers, &question, &mut outcome.needs) else {
        return outcome;
    };
    let subject = Subject {
        domain: &domain,
        ip: sending_ip(case),
        helo: helo(case),
        answers,
        records: records(answer),
        lookalike: lookalike(&answer.texts()),
    };
    if answer.outcome == Ended::ServFail && matters(case) {
        let found = without_dns(&subject, &question, answer, &mut outcome.needs);
        outcome.findings.extend(found);
        return outcome;
    }
    let found = match subject.ip.filter(|_| matters(case)) {
        _ if answer.outcome == Ended::NxDomain => Some(missing_domain(&subject)),
        Some(ip) => evaluated(ip, &subject, case, &mut outcome.needs),
        None => read_only(&subject, case, &mut outcome.needs),
    };
    let long = found.as_ref().and_then(|found| too_long(found, &subject));
    let ignored = found.as_ref().and_then(|_| ignored(case, &subject));
    let beside = long.into_iter().chain(ignored).map(|found| Finding {
        answers: vec![(question.clone(), answer.clone())],
        ..found
    });
    let found = found.map(|found| Finding {
        answers: evidence(found.answers, &question, answer),
        ..found
    });
    outcome.findings.extend(found.into_iter().chain(beside));
    if matters(case) {
        let found = helo_identity(&subject, &mut outcome.needs);
        outcome.findings.extend(found);
    }
    outcome
}

/// The result for MAIL FROM and the sending IP; `None` while a question is open, and where the IP is
/// not known.
pub(super) fn result(
    case: &Case,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<ProtocolResult> {
    let (ip, domain) = (sending_ip(case)?, envelope_domain(case)?);
    let helo = helo(case);
    let input = Input {
        ip,
        helo: helo.as_ref().map_or("unknown", Name::as_str),
        local_part: None,
        domain: domain.as_str(),
        explains: false,
    };
    match evaluate(&input, answers) {
        State::Open(open) => {
            needs.extend(open);
            None
        }
        State::Done(found) => Some(found.result),
    }
}

/// What is judged.
struct Subject<'a> {
    domain: &'a Name,
    ip: Option<IpAddr>,
    helo: Option<Name>,
    answers: &'a Answers,
    records: Vec<&'a str>,
    /// A text that was meant as a record.
    lookalike: Option<&'a str>,
}

impl<'a> Subject<'a> {
    fn input<'b>(&'b self, ip: IpAddr) -> Input<'b> {
        Input {
            ip,
            helo: self.helo.as_ref().map_or("unknown", Name::as_str),
            // Only its domain is known for sure, and no question may carry a local part.
            local_part: None,
            domain: self.domain.as_str(),
            explains: false,
        }
    }

    fn values(&self) -> Values {
        let values = Values::new().text(Slot::Domain, self.domain.as_str());
        let values = match self.ip {
            Some(ip) => values.text(Slot::SendingIp, ip.to_string()),
            None => values,
        };
        match self.records.first().copied().or(self.lookalike) {
            Some(record) => values.text(Slot::Record, record),
            None => values,
        }
    }

    /// The records, or what was meant as one.
    fn published(&self) -> Vec<&'a str> {
        match self.records.is_empty() {
            true => self.lookalike.into_iter().collect(),
            false => self.records.clone(),
        }
    }

    fn finding(&self, code: Code, verdict: Verdict, values: Values) -> Finding {
        finding(code, verdict, self.domain.as_str(), values)
    }
}

fn records(answer: &Answer) -> Vec<&str> {
    let texts = answer.texts().into_iter();
    texts.filter(|text| is_spf_record(text)).collect()
}

/// The sending IP, if it is one that receivers can have seen.
fn sending_ip(case: &Case) -> Option<IpAddr> {
    let ip = case.bounce.sending.ip.as_ref()?.value;
    (!super::mx_host::is_unreachable(ip)).then_some(ip)
}

fn helo(case: &Case) -> Option<Name> {
    let helo = case.bounce.sending.helo.as_ref()?;
    let name: Name = helo.value.parse().ok()?;
    name.as_str().contains('.').then_some(name)
}

/// Whether SPF can have to do with the bounce: not where the mailbox, its size or its server is what
/// the bounce is about.
pub(super) fn matters(case: &Case) -> bool {
    let is_else = |reason: Reason| {
        matches!(
            reason,
            Reason::Userunknown
                | Reason::Mailboxfull
                | Reason::Hostunknown
                | Reason::Hasmoved
                | Reason::Emailtoolarge
                | Reason::Networkerror
                | Reason::Mailererror
                | Reason::Systemerror
                | Reason::Systemfull
                | Reason::Notaccept
                | Reason::Delivered
                | Reason::Vacation
        )
    };
    case.bounce.shape == Shape::Lone
        || case.judgements.is_empty()
        || case.judgements.iter().any(|judgement| {
            !is_else(judgement.reason)
                || judgement
                    .second_reason
                    .is_some_and(|second| !is_else(second))
        })
}

fn missing_domain(subject: &Subject<'_>) -> Finding {
    subject.finding(
        Code::SenderDomainMissing,
        Verdict::Problem,
        subject.values(),
    )
}

/// DNS of the sender's domain is broken: receivers find nothing there either.
fn without_dns(
    subject: &Subject<'_>,
    question: &Question,
    answer: &Answer,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let (behind, answers) = servfail::behind(question, answer, subject.answers, needs)?;
    let code = match behind {
        Behind::Dnssec => Code::SenderDomainDnssecBroken,
        Behind::Servers => Code::SenderDomainServersUnreachable,
        Behind::Unknown => {
            let (code, name) = (Code::SpfUnchecked, subject.domain.as_str());
            return Some(unchecked(code, name, subject.values(), question, answer));
        }
    };
    Some(Finding {
        answers,
        ..subject.finding(code, Verdict::Problem, subject.values())
    })
}

/// SERVFAIL about a name that the record leads to, told apart: `None` where it is none, or where
/// nothing more can be told; the inner one while a question is open.
#[expect(clippy::option_option, reason = "a question may be open")]
fn lookup_broken(
    found: &Evaluation<'_>,
    subject: &Subject<'_>,
    needs: &mut Vec<Question>,
) -> Option<Option<Finding>> {
    let Some(Fault::Dns { question, outcome }) = &found.fault else {
        return None;
    };
    let answer = subject.answers.get(question)?;
    if *outcome != Ended::ServFail {
        return None;
    }
    let Some((behind, told)) = servfail::behind(question, answer, subject.answers, needs) else {
        return Some(None);
    };
    let cause = match behind {
        Behind::Dnssec => "Its DNS signatures (DNSSEC) do not hold.",
        Behind::Servers => "None of the name servers that hold it answers.",
        Behind::Unknown => return None,
    };
    let values = subject
        .values()
        .text(Slot::Place, question.name.as_str())
        .text(Slot::Term, term_of(found))
        .text(Slot::Cause, cause);
    let mut answers = told;
    let others = asked(found, subject.answers);
    answers.extend(others.into_iter().filter(|(other, _)| other != question));
    Some(Some(Finding {
        result: Some(found.result),
        trail: found.trail.iter().map(ToString::to_string).collect(),
        answers,
        ..subject.finding(Code::SpfLookupBroken, Verdict::Problem, values)
    }))
}

/// The outermost term in which the evaluation broke off.
fn term_of(found: &Evaluation<'_>) -> String {
    let mut steps = found.trail.iter();
    let term = steps.find_map(|step| match step {
        Step::Term {
            text,
            outcome: TermOutcome::Error,
            ..
        } => Some(*text),
        Step::Redirect { text, .. } => Some(*text),
        _ => None,
    });
    term.unwrap_or_default().to_owned()
}

/// An address that nobody has: what is broken for it is broken for everybody.
const NOBODY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

/// Without an IP, or where the result cannot matter: how many records there are, and whether the one
/// can be read. Where it can matter it is walked for nobody.
fn read_only(subject: &Subject<'_>, case: &Case, needs: &mut Vec<Question>) -> Option<Finding> {
    if matters(case) && subject.records.len() == 1 {
        match evaluate(&subject.input(NOBODY), subject.answers) {
            State::Open(open) => {
                needs.extend(open);
                return None;
            }
            State::Done(found) if is_broken_for_all(&found) => {
                let mut judged = judged(&found, subject);
                if judged.code == Code::SpfPass {
                    // Whatever matches nobody's address matches all.
                    judged.code = Code::SpfPassesEverybody;
                    judged.verdict = Verdict::Warning;
                }
                let expected = mended_for_all(&judged, subject, needs)?;
                return Some(Finding { expected, ..judged });
            }
            State::Done(found) => {
                if let Some(broken) = lookup_broken(&found, subject, needs) {
                    return broken;
                }
            }
        }
    }
    let question = Question::new(subject.domain.clone(), RecordType::Txt);
    let answer = subject.answers.get(&question)?;
    if !answer.is_conclusive() {
        let name = subject.domain.as_str();
        let values = subject.values();
        let code = Code::SpfUnchecked;
        return Some(unchecked(code, name, values, &question, answer));
    }
    Some(match subject.records.as_slice() {
        [] => Finding {
            expected: subject
                .lookalike
                .map(mended)
                .filter(|text| parse(text).is_ok()),
            ..missing(subject)
        },
        [_] => subject.finding(Code::SpfFound, Verdict::Pass, subject.values()),
        _ => several(subject),
    })
}

/// Names that a macro makes of nobody's address do not exist, and say nothing about anybody else's.
fn is_broken_for_all(found: &Evaluation<'_>) -> bool {
    let has_macro = |step: &Step<'_>| matches!(step, Step::Term { text, .. } if text.contains('%'));
    let by_macro = || found.trail.iter().any(has_macro);
    match found.result {
        ProtocolResult::Pass => !by_macro(),
        ProtocolResult::Permerror => found.fault != Some(Fault::TooManyVoidLookups) || !by_macro(),
        _ => false,
    }
}

/// A record that cannot be read, with its slips undone, where that makes it one that can be. `None`
/// while a question is open.
fn mended_for_all(
    judged: &Finding,
    subject: &Subject<'_>,
    needs: &mut Vec<Question>,
) -> Option<Option<String>> {
    let is_own = judged.values.get(Slot::Place).map(Value::present);
    if judged.code != Code::SpfSyntax || is_own.as_deref() != Some(subject.domain.as_str()) {
        return Some(None);
    }
    let input = subject.input(NOBODY);
    match proposal::mend(&input, &subject.records, subject.answers, needs) {
        Proposal::Open => None,
        Proposal::None => Some(None),
        Proposal::Record(record) => Some(Some(record)),
    }
}

fn missing(subject: &Subject<'_>) -> Finding {
    let code = match subject.lookalike {
        Some(_) => Code::SpfLookalike,
        None => Code::SpfMissing,
    };
    Finding {
        result: Some(ProtocolResult::None),
        ..subject.finding(code, Verdict::Problem, subject.values())
    }
}

/// A term of the one record that receivers pass over; nobody asks where SPF cannot matter.
fn ignored(case: &Case, subject: &Subject<'_>) -> Option<Finding> {
    let [record] = subject.records.as_slice() else {
        return None;
    };
    let ignored = slips::ignored(record).filter(|_| matters(case))?;
    let values = subject
        .values()
        .text(Slot::Term, ignored.term)
        .text(Slot::Cause, ignored.why);
    Some(subject.finding(Code::SpfTermIgnored, Verdict::Warning, values))
}

fn several(subject: &Subject<'_>) -> Finding {
    let count = Value::Number(subject.records.len());
    let values = subject.values().with(Slot::Count, count);
    Finding {
        result: Some(ProtocolResult::Permerror),
        ..subject.finding(Code::SpfSeveral, Verdict::Problem, values)
    }
}

fn evaluated(
    ip: IpAddr,
    subject: &Subject<'_>,
    case: &Case,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let found = match evaluate(&subject.input(ip), subject.answers) {
        State::Open(open) => {
            needs.extend(open);
            // Should no term match, it is asked whose the server is: that spares a round.
            ask(subject.answers, &Question::reverse(ip), needs);
            ask(subject.answers, &exchangers_of(subject), needs);
            return None;
        }
        State::Done(found) => found,
    };
    if let Some(broken) = lookup_broken(&found, subject, needs) {
        return broken;
    }
    let judged = judged(&found, subject);
    let can_be_mended = judged.verdict != Verdict::Pass
        && !matches!(judged.code, Code::SpfExcluded | Code::SpfUnchecked);
    if !can_be_mended {
        return Some(judged);
    }
    let expected = match expected(ip, subject, case, needs) {
        Proposal::Open => return None,
        Proposal::None => None,
        Proposal::Record(record) => Some(record),
    };
    Some(Finding { expected, ..judged })
}

/// The finding that an evaluation comes to.
fn judged(found: &Evaluation<'_>, subject: &Subject<'_>) -> Finding {
    let matched = found.matched.as_ref();
    let term = matched.map_or("", |matched| matched.term);
    let values = subject
        .values()
        .text(Slot::Result, found.result.as_str())
        .text(Slot::Term, term)
        .with(Slot::Lookups, Value::Number(found.lookups));
    let bare = term.trim_start_matches(['+', '-', '~', '?']);
    let is_all = bare.eq_ignore_ascii_case("all");
    let judged = match found.result {
        ProtocolResult::None => missing(subject),
        ProtocolResult::Pass if is_all || bare.ends_with("/0") => {
            subject.finding(Code::SpfPassesEverybody, Verdict::Warning, values)
        }
        ProtocolResult::Pass => subject.finding(Code::SpfPass, Verdict::Pass, values),
        ProtocolResult::Neutral if is_all || term.is_empty() => {
            subject.finding(Code::SpfNoMatch, Verdict::Warning, values)
        }
        ProtocolResult::Fail | ProtocolResult::Softfail if is_all => {
            subject.finding(Code::SpfNoMatch, Verdict::Problem, values)
        }
        ProtocolResult::Fail | ProtocolResult::Softfail | ProtocolResult::Neutral => {
            subject.finding(Code::SpfExcluded, Verdict::Problem, values)
        }
        ProtocolResult::Permerror | ProtocolResult::Temperror => match &found.fault {
            Some(Fault::TooManyLookups) => {
                let values = match found.circle() {
                    Some(domain) => {
                        let words = format!("The record of {domain} leads back to itself.");
                        values.text(Slot::Cause, words)
                    }
                    None => values,
                };
                subject.finding(Code::SpfTooManyLookups, Verdict::Problem, values)
            }
            Some(fault) => broken(fault, subject, values),
            None => missing(subject),
        },
    };
    Finding {
        result: Some(found.result),
        trail: found.trail.iter().map(ToString::to_string).collect(),
        answers: asked(found, subject.answers),
        ..judged
    }
}

fn broken(fault: &Fault, subject: &Subject<'_>, values: Values) -> Finding {
    let problem = |code, values| subject.finding(code, Verdict::Problem, values);
    match fault {
        Fault::Dns { question, .. } => match subject.answers.get(question) {
            Some(answer) => unchecked(
                Code::SpfUnchecked,
                subject.domain.as_str(),
                values,
                question,
                answer,
            ),
            None => missing(subject),
        },
        Fault::Withheld => Finding {
            unchecked_because: Some(crate::finding::Unchecked::NotAsked),
            ..subject.finding(
                Code::SpfUnchecked,
                Verdict::Unchecked,
                values.text(Slot::Cause, WITHHELD),
            )
        },
        Fault::Syntax {
            domain,
            term,
            error,
        } => {
            let question = Question::new(domain.clone(), RecordType::Txt);
            let answer = subject.answers.get(&question);
            let record = answer.and_then(|answer| records(answer).first().copied());
            let values = values
                .text(Slot::Place, domain.as_str())
                .text(Slot::Term, term.as_str())
                .text(Slot::Record, record.unwrap_or_default())
                .with(Slot::Position, Value::Number(error.position + 1))
                .text(Slot::Wanted, error.expected);
            problem(Code::SpfSyntax, values)
        }
        Fault::SeveralRecords { domain, count } => {
            let values = values
                .text(Slot::Domain, domain.as_str())
                .with(Slot::Count, Value::Number(*count));
            problem(Code::SpfSeveral, values)
        }
        Fault::TooManyLookups => problem(Code::SpfTooManyLookups, values),
        Fault::TooManyVoidLookups => problem(Code::SpfTooManyVoidLookups, values),
        Fault::TooManyExchangers { domain } => problem(
            Code::SpfTooManyExchangers,
            values.text(Slot::Place, domain.as_str()),
        ),
        Fault::NoRecordAt { term } => problem(
            Code::SpfIncludeMissing,
            values.text(Slot::Term, term.clone()),
        ),
        Fault::NoTarget => problem(Code::SpfIncludeMissing, values),
    }
}

const WITHHELD: &str = "The record asks for the part before the @ of the sender's address, and that is not sent to DNS.";

/// What should be published: the term of the service that sends, or the address of the sender's own
/// server. A server that shows no tie to the domain may be a forwarder's, and gets none.
fn expected(ip: IpAddr, subject: &Subject<'_>, case: &Case, needs: &mut Vec<Question>) -> Proposal {
    let input = subject.input(ip);
    let Some(terms) = terms(ip, subject, case, needs) else {
        return Proposal::Open;
    };
    let published = subject.published();
    // What only has to be mended needs no term.
    let attempts = std::iter::once(None).chain(terms.iter().map(|term| Some(term.as_str())));
    for term in attempts {
        match propose(&input, &published, term, subject.answers, needs) {
            Proposal::None => {}
            decided => return decided,
        }
    }
    Proposal::None
}

fn exchangers_of(subject: &Subject<'_>) -> Question {
    Question::new(subject.domain.clone(), RecordType::Mx)
}

/// The terms that let the IP in, best first; `None` while answers are missing.
fn terms(
    ip: IpAddr,
    subject: &Subject<'_>,
    case: &Case,
    needs: &mut Vec<Question>,
) -> Option<Vec<String>> {
    let answers = subject.answers;
    let pointers = ask(answers, &Question::reverse(ip), needs);
    let exchangers = ask(answers, &exchangers_of(subject), needs);
    let (pointers, exchangers) = (pointers?.pointers(), exchangers?.mail_exchangers());
    let names = || pointers.iter().chain(&subject.helo);
    let services = names().filter_map(|name| sender_of_host(name.as_str()));
    let boxes = exchangers
        .iter()
        .filter_map(|(_, host)| sender_of_exchanger(host));
    let mut terms = Vec::new();
    for service in services.chain(boxes) {
        let term = format!("include:{}", service.include);
        if terms.contains(&term) {
            continue;
        }
        let input = Input {
            domain: service.include,
            ..subject.input(ip)
        };
        match evaluate(&input, answers) {
            State::Open(open) => needs.extend(open),
            State::Done(found) if found.result == ProtocolResult::Pass => terms.push(term),
            State::Done(_) => {}
        }
    }
    if !needs.is_empty() {
        return None;
    }
    let own = [Some(subject.domain.clone()), author_domain(case)];
    let is_own = |name: &Name| own.iter().flatten().any(|domain| are_related(name, domain));
    let mut is_here = names().any(is_own);
    if terms.is_empty() && !is_here {
        let reporter = case.bounce.reporting_mta.as_ref();
        let reporter = reporter.map(|host| host.value.as_str());
        is_here = exchangers
            .iter()
            .map(|(_, host)| host.as_str())
            .chain(reporter)
            .filter_map(|host| host.parse::<Name>().ok())
            .filter(is_own)
            .take(MOST_OWN_HOSTS)
            .fold(false, |found, host| {
                found | has_address(host, ip, answers, needs)
            });
    }
    if !needs.is_empty() {
        return None;
    }
    if terms.is_empty() && is_here {
        terms.push(match ip {
            IpAddr::V4(ip) => format!("ip4:{ip}"),
            IpAddr::V6(ip) => format!("ip6:{ip}"),
        });
    }
    Some(terms)
}

/// Of so many of the domain's own hosts it is asked whether the IP is theirs.
const MOST_OWN_HOSTS: usize = 10;

fn has_address(host: Name, ip: IpAddr, answers: &Answers, needs: &mut Vec<Question>) -> bool {
    let kind = match ip {
        IpAddr::V4(_) => RecordType::A,
        IpAddr::V6(_) => RecordType::Aaaa,
    };
    ask(answers, &Question::new(host, kind), needs)
        .is_some_and(|answer| answer.addresses().contains(&ip))
}

/// Whether two names seem to have one owner: one within the other, or the same parent that is no
/// registry like `co.uk`.
fn are_related(one: &Name, other: &Name) -> bool {
    let mut parent = Some(one.clone());
    while let Some(name) = parent {
        if other.is_within(&name) {
            return is_owned(&name);
        }
        parent = name.parent();
    }
    false
}

fn is_owned(name: &Name) -> bool {
    let labels: Vec<&str> = name.as_str().split('.').collect();
    match labels.as_slice() {
        [] | [_] => false,
        [second, top] => second.len() > 3 || top.len() > 2,
        _ => true,
    }
}

fn helo_identity(subject: &Subject<'_>, needs: &mut Vec<Question>) -> Option<Finding> {
    let (ip, helo) = (subject.ip?, subject.helo.as_ref()?);
    if helo == subject.domain {
        return None;
    }
    let input = Input {
        domain: helo.as_str(),
        ..subject.input(ip)
    };
    let found = match evaluate(&input, subject.answers) {
        State::Open(open) => {
            needs.extend(open);
            return None;
        }
        State::Done(found) => found,
    };
    let (code, verdict) = match found.result {
        // Most servers publish nothing for their own name, and nothing follows from that.
        ProtocolResult::None | ProtocolResult::Temperror => return None,
        ProtocolResult::Pass => (Code::SpfHeloPass, Verdict::Pass),
        _ => (Code::SpfHeloNoMatch, Verdict::Warning),
    };
    let matched = found.matched.as_ref();
    let values = Values::new()
        .text(Slot::Host, helo.as_str())
        .text(Slot::SendingIp, ip.to_string())
        .text(Slot::Result, found.result.as_str())
        .text(Slot::Term, matched.map_or("", |matched| matched.term));
    Some(Finding {
        result: Some(found.result),
        trail: found.trail.iter().map(ToString::to_string).collect(),
        answers: asked(&found, subject.answers),
        ..finding(code, verdict, helo.as_str(), values)
    })
}

/// The record, or what is proposed, is so long that its answer may not fit into a datagram.
fn too_long(found: &Finding, subject: &Subject<'_>) -> Option<Finding> {
    let published = subject.records.iter().map(|record| record.len());
    let length = published
        .chain(found.expected.as_ref().map(String::len))
        .max()?;
    (length > LONG).then(|| {
        let values = subject.values().with(Slot::Count, Value::Number(length));
        subject.finding(Code::SpfLong, Verdict::Warning, values)
    })
}

fn asked(found: &Evaluation<'_>, answers: &Answers) -> Vec<(Question, Answer)> {
    found
        .answers
        .iter()
        .filter_map(|question| Some((question.clone(), answers.get(question)?.clone())))
        .take(MAX_ANSWERS)
        .collect()
}

/// The answers that a finding stands on, at least the domain's own.
fn evidence(
    answers: Vec<(Question, Answer)>,
    question: &Question,
    answer: &Answer,
) -> Vec<(Question, Answer)> {
    match answers.is_empty() {
        true => vec![(question.clone(), answer.clone())],
        false => answers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_owner_are_told_from_neighbours() {
        let cases = [
            ("mail.shop.example", "shop.example", true),
            ("shop.example", "news.shop.example", true),
            ("out.shop.example", "news.shop.example", true),
            ("a.example", "b.example", false),
            ("shop.co.uk", "firm.co.uk", false),
            ("out.shop.co.uk", "news.shop.co.uk", true),
        ];
        for (one, other, expected) in cases {
            let name = |word: &str| word.parse::<Name>().expect("a name");
            assert_eq!(are_related(&name(one), &name(other)), expected, "{one}");
        }
    }
}
