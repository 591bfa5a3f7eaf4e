//! Where mail for the recipient's domain goes: MX, implicit MX, null MX (RFC 5321, section 5.1; RFC
//! 7505).
//!
//! What it says: which servers DNS names for the domain, whose they are, and what is odd about the
//! set. Why it matters: mail goes there and nowhere else. How to fix: publish one set of MX records,
//! all of them current. Evidence used: the MX question; A and AAAA of the name where it has none.

use std::net::IpAddr;

use super::{
    Addresses, Outcome, RecipientDomain, addresses, ask, finding, mx_host, recipient_domains,
    refusing_server, unchecked,
};
use crate::{
    case::Case,
    dns::{Answer, Answers, Outcome as Ended, Question, RecordType},
    finding::{Code, Finding, Verdict},
    knowledge,
    wording::{Slot, Value, Values},
};

/// How many hosts are looked at; more than this no mail server tries either.
pub(super) const MAX_HOSTS: usize = 10;

/// Records that live longer than this, in seconds, are met long after they were changed.
const LONG: u32 = 86_400;

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    for domain in recipient_domains(case) {
        let mut found = check_domain(case, &domain, answers);
        for finding in &mut found.findings {
            finding.recipients.clone_from(&domain.recipients);
        }
        outcome.findings.extend(found.findings);
        outcome.needs.extend(found.needs);
    }
    outcome
}

fn check_domain(case: &Case, domain: &RecipientDomain, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    let name = domain.name.as_str();
    let values = Values::new().text(Slot::Domain, name);
    let question = Question::new(domain.name.clone(), RecordType::Mx);
    let Some(answer) = ask(answers, &question, &mut outcome.needs) else {
        return outcome;
    };
    if matches!(answer.outcome, Ended::NxDomain | Ended::ServFail) {
        // The other check says so, and why; there is nothing here to judge.
        return outcome;
    }
    if !answer.is_conclusive() {
        let found = unchecked(Code::MxUnchecked, name, values, &question, answer);
        outcome.findings.push(found);
        return outcome;
    }
    let set = Set {
        name,
        hosts: hosts(answer),
        evidence: vec![(question, answer.clone())],
    };
    if answer.mail_exchangers().is_empty() {
        return implicit(domain, answers, &set);
    }
    outcome.findings.extend(set.null(answer));
    if set.hosts.is_empty() {
        return outcome;
    }
    outcome.findings.push(set.found());
    outcome.findings.extend(set.equal());
    let servers = refusing_server::servers(case, &domain.recipients);
    outcome.findings.extend(set.mixed(&servers));
    outcome.findings.extend(set.long_lived(answer, &servers));
    for (preference, host) in set.hosts.iter().take(MAX_HOSTS) {
        mx_host::check(&domain.name, *preference, host, answers, &mut outcome);
    }
    outcome
}

/// The mail exchangers with a name, best preference first, each name once.
pub(super) fn hosts(answer: &Answer) -> Vec<(u16, String)> {
    let mut hosts: Vec<(u16, String)> = Vec::new();
    for (preference, host) in answer.mail_exchangers() {
        let is_new = hosts
            .iter()
            .take(MAX_HOSTS)
            .all(|(_, known)| *known != host);
        if is_new && !host.is_empty() {
            hosts.push((preference, host));
        }
    }
    hosts
}

/// The MX records of a domain.
struct Set<'a> {
    name: &'a str,
    hosts: Vec<(u16, String)>,
    evidence: Vec<(Question, Answer)>,
}

impl Set<'_> {
    fn finding(&self, code: Code, verdict: Verdict, values: Values) -> Finding {
        Finding {
            answers: self.evidence.clone(),
            ..finding(
                code,
                verdict,
                self.name,
                values.text(Slot::Domain, self.name),
            )
        }
    }

    fn found(&self) -> Finding {
        let names = self.hosts.iter().take(MAX_HOSTS);
        let names = names.map(|(preference, host)| format!("{host} ({preference})"));
        let mut values = Values::new().with(Slot::Names, Value::Names(names.collect()));
        let best = self.hosts.first();
        if let Some(provider) = best.and_then(|(_, host)| knowledge::provider_of_exchanger(host)) {
            values.set(Slot::Provider, Value::Text(provider.name.to_owned()));
        }
        self.finding(Code::MxFound, Verdict::Pass, values)
    }

    /// RFC 7505, section 3: a single MX record with an empty host, preference 0, and no other.
    fn null(&self, answer: &Answer) -> Option<Finding> {
        let all = answer.mail_exchangers();
        let (preference, _) = all.iter().find(|(_, host)| host.is_empty())?;
        if !self.hosts.is_empty() {
            let others = self.records(|_| true);
            return Some(Finding {
                expected: Some(others),
                ..self.finding(Code::MxNullMixed, Verdict::Problem, Values::new())
            });
        }
        if *preference == 0 && all.len() == 1 {
            return Some(self.finding(Code::MxNull, Verdict::Problem, Values::new()));
        }
        let values = Values::new().text(Slot::Record, format!("{preference} ."));
        Some(Finding {
            expected: Some(format!("{}. MX 0 .", self.name)),
            ..self.finding(Code::MxNullPreference, Verdict::Problem, values)
        })
    }

    /// Servers that share a preference share the mail (RFC 5321, section 5.1).
    fn equal(&self) -> Option<Finding> {
        let shared = self.hosts.windows(2).find_map(|pair| match pair {
            [(one, _), (other, _)] if one == other => Some(*one),
            _ => None,
        })?;
        let of_it = self
            .hosts
            .iter()
            .filter(|(preference, _)| *preference == shared);
        let names = of_it
            .take(MAX_HOSTS)
            .map(|(_, host)| host.clone())
            .collect();
        let values = Values::new().with(Slot::Names, Value::Names(names));
        Some(self.finding(Code::MxEqualPreference, Verdict::Pass, values))
    }

    /// Servers of two providers: mail reaches now the one, now the other. Where the server that
    /// refused is of a provider that is not the first choice, its records are left over.
    fn mixed(&self, servers: &[refusing_server::Server]) -> Option<Finding> {
        let of = |host: &str| knowledge::provider_of_exchanger(host);
        let known = self.hosts.iter().take(MAX_HOSTS);
        let mut known = known.filter_map(|(_, host)| of(host).map(|provider| (host, provider)));
        let (_, first) = known.next()?;
        let (_, other) = known.find(|(_, provider)| provider.id != first.id)?;
        let refused = servers.iter().filter_map(|server| server.provider());
        let refused = refused
            .filter(|provider| provider.id != first.id)
            .find(|provider| self.hosts.iter().any(|(_, host)| is_of(host, provider)));
        let (code, verdict, other) = match refused {
            Some(refused) => (Code::MxLeftOver, Verdict::Problem, refused),
            None => (Code::MxMixedProviders, Verdict::Warning, other),
        };
        let theirs = self.hosts.iter().filter(|(_, host)| is_of(host, other));
        let names = theirs
            .take(MAX_HOSTS)
            .map(|(_, host)| host.clone())
            .collect();
        let values = Values::new()
            .text(Slot::Provider, first.name)
            .text(Slot::OtherProvider, other.name)
            .with(Slot::Names, Value::Names(names));
        Some(Finding {
            expected: Some(self.records(|host| !is_of(host, other))),
            ..self.finding(code, verdict, values)
        })
    }

    /// A resolver gives the time that is left, so that only a long one can be told. It tells where
    /// the mail has gone to a server that is none of them.
    fn long_lived(&self, answer: &Answer, servers: &[refusing_server::Server]) -> Option<Finding> {
        let ttl = answer.ttl().filter(|ttl| *ttl > LONG)?;
        servers
            .iter()
            .find(|server| !server.is_named(&self.hosts))?;
        let hours = usize::try_from(ttl / 3600).unwrap_or(usize::MAX);
        let values = Values::new().with(Slot::Count, Value::Number(hours));
        Some(self.finding(Code::MxTtlLong, Verdict::Warning, values))
    }

    /// The records of those hosts, a line each.
    fn records(&self, keep: impl Fn(&str) -> bool) -> String {
        let kept = self
            .hosts
            .iter()
            .filter(|(_, host)| keep(host))
            .take(MAX_HOSTS);
        let lines =
            kept.map(|(preference, host)| format!("{}. MX {preference} {host}.", self.name));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn is_of(host: &str, provider: &knowledge::Provider) -> bool {
    knowledge::provider_of_exchanger(host).is_some_and(|own| own.id == provider.id)
}

/// RFC 5321, section 5.1: "If an empty list of MXs is returned, the address is treated as if it was
/// associated with an implicit MX RR with a preference of 0, pointing to that host."
fn implicit(domain: &RecipientDomain, answers: &Answers, set: &Set<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let values = Values::new().text(Slot::Domain, set.name);
    match addresses(answers, &domain.name, &mut outcome.needs) {
        Addresses::Open => {}
        Addresses::Unchecked(open) => {
            outcome
                .findings
                .extend(open.first().map(|(question, answer)| {
                    unchecked(Code::MxUnchecked, set.name, values, question, answer)
                }))
        }
        Addresses::Known {
            addresses,
            answers: asked,
            ..
        } => {
            let (code, verdict) = match addresses.is_empty() {
                true => (Code::MxMissing, Verdict::Problem),
                false => (Code::MxImplicit, Verdict::Warning),
            };
            let asked: Vec<_> = asked.into_iter().map(|(q, a)| (q, a.clone())).collect();
            let private = implicit_unreachable(&domain.name, &addresses, &asked);
            let mut found = set.finding(code, verdict, values);
            found.answers.extend(asked);
            outcome.findings.push(found);
            outcome.findings.extend(private);
        }
    }
    outcome
}

/// The name's own addresses are judged like those of a mail exchanger, where they are of no use.
fn implicit_unreachable(
    name: &crate::dns::Name,
    addresses: &[IpAddr],
    asked: &[(Question, Answer)],
) -> Option<Finding> {
    let (code, verdict) = mx_host::judge_addresses(name, addresses, asked)?;
    (verdict != Verdict::Pass).then(|| {
        mx_host::judged(
            code,
            verdict,
            name,
            name.as_str(),
            addresses,
            asked.to_vec(),
        )
    })
}
