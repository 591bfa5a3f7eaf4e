//! Whether the server that refused is one of the recipient's mail exchangers.
//!
//! What it says: the server in the bounce is (not) one that DNS names for the domain, and whose it
//! is. Why it matters: a server that is not in charge does not know the mailbox, and says "user
//! unknown". How to fix: correct the MX record, or the route of the sending server. Evidence used:
//! MX of the domain, A and AAAA of its hosts and of the refusing server; NS of the domain where the
//! server is a stranger, so that the domain's own name server can be asked.

use std::net::IpAddr;

use super::{Addresses, Outcome, addresses, ask, finding, mx, recipient_domains, unchecked};
use crate::{
    case::Case,
    dns::{Answer, Answers, Name, Question, RecordData, RecordType},
    finding::{Code, Finding, Verdict},
    knowledge::{self, Provider},
    reason::RefusedBy,
    wording::{Slot, Value, Values},
};

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    for domain in recipient_domains(case) {
        for server in servers(case, &domain.recipients) {
            let found = check_server(&domain.name, &server, answers, &mut outcome.needs);
            outcome.findings.extend(found.map(|found| Finding {
                recipients: server.recipients,
                ..found
            }));
        }
    }
    outcome
}

/// A server that refused, by name, address or both.
pub(super) struct Server {
    label: String,
    name: Option<Name>,
    ip: Option<IpAddr>,
    recipients: Vec<usize>,
}

impl Server {
    /// Whose server it is, where its name tells.
    pub(super) fn provider(&self) -> Option<&'static Provider> {
        knowledge::provider_of_exchanger(self.name.as_ref()?.as_str())
    }

    /// Whether that is its name.
    pub(super) fn has_name(&self, name: &Name) -> bool {
        self.name.as_ref() == Some(name)
    }

    /// Whether these hosts have it, by name, or by the provider that both names belong to: large
    /// providers answer under many names.
    pub(super) fn is_named(&self, hosts: &[(u16, String)]) -> bool {
        let Some(name) = &self.name else { return false };
        let own = self.provider().map(|provider| provider.id);
        hosts.iter().take(mx::MAX_HOSTS).any(|(_, host)| {
            host == name.as_str()
                || own.is_some()
                    && knowledge::provider_of_exchanger(host).map(|provider| provider.id) == own
        })
    }
}

/// The servers that refused these recipients, each once.
pub(super) fn servers(case: &Case, recipients: &[usize]) -> Vec<Server> {
    let mut servers: Vec<Server> = Vec::new();
    for &index in recipients {
        let Some(server) = server(case, index) else {
            continue;
        };
        match servers.iter_mut().find(|known| known.label == server.label) {
            Some(known) => known.recipients.push(index),
            None => servers.push(server),
        }
    }
    servers
}

fn server(case: &Case, index: usize) -> Option<Server> {
    let recipient = case.bounce.recipients.get(index)?;
    let judgement = case.judgements.get(index);
    if judgement.is_some_and(|found| found.refused_by == Some(RefusedBy::SenderProvider)) {
        return None;
    }
    let name = recipient.remote_mta.as_ref().map(|name| name.value.clone());
    if name
        .as_ref()
        .is_some_and(|name| stands_behind(case, index, name))
    {
        return None;
    }
    let ip = recipient.remote_ip.as_ref().map(|ip| ip.value);
    Some(Server {
        label: name.clone().or_else(|| ip.map(|ip| ip.to_string()))?,
        name: name.and_then(|name| name.parse().ok()),
        ip,
        recipients: vec![index],
    })
}

/// Whether the recipient's own side wrote the report about a server of its own: one behind its mail
/// exchangers, which DNS need not name.
fn stands_behind(case: &Case, index: usize, server: &str) -> bool {
    let recipient = case.bounce.recipients.get(index);
    let address = recipient.and_then(|recipient| recipient.address.as_ref());
    let Some((_, domain)) = address.and_then(|address| address.value.rsplit_once('@')) else {
        return false;
    };
    let is_theirs = |name: &str| {
        let rest = name.strip_suffix(domain);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let reporter = case.bounce.reporting_mta.as_ref();
    is_theirs(server) && reporter.is_some_and(|reporter| is_theirs(&reporter.value))
}

fn check_server(
    domain: &Name,
    server: &Server,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let question = Question::new(domain.clone(), RecordType::Mx);
    let answer = ask(answers, &question, needs)?;
    let label = server.label.as_str();
    let mut values = Values::new()
        .text(Slot::Domain, domain.as_str())
        .text(Slot::Server, label);
    if !answer.is_conclusive() {
        let code = Code::RefusingServerUnchecked;
        return Some(unchecked(code, label, values, &question, answer));
    }
    let hosts = mx::hosts(answer);
    // Without MX records there is nothing to compare with; the MX check has said so.
    let (_, best) = hosts.first()?;
    let names = hosts
        .iter()
        .take(mx::MAX_HOSTS)
        .map(|(_, host)| host.clone());
    values.set(Slot::Names, Value::Names(names.collect()));
    if let Some(own) = server.provider() {
        values.set(Slot::OtherProvider, Value::Text(own.name.to_owned()));
    }
    let theirs = knowledge::provider_of_exchanger(best);
    if let Some(theirs) = theirs {
        values.set(Slot::Provider, Value::Text(theirs.name.to_owned()));
    }
    let mut evidence = vec![(question, answer.clone())];
    let is_mx = match server.is_named(&hosts) {
        true => Ok(true),
        false => shares_address(&hosts, server, answers, needs, &mut evidence)?,
    };
    let (code, verdict) = match is_mx {
        Err((question, answer)) => {
            let code = Code::RefusingServerUnchecked;
            return Some(unchecked(code, label, values, &question, &answer));
        }
        Ok(true) => (Code::RefusingServerIsMx, Verdict::Pass),
        Ok(false) => stranger(domain, server, theirs),
    };
    if verdict == Verdict::Problem
        && let Some(name_server) = name_server(domain, answers, needs, &mut evidence)
    {
        values.set(Slot::NameServer, Value::Text(name_server.to_string()));
    }
    Some(Finding {
        answers: evidence,
        ..finding(code, verdict, label, values)
    })
}

/// A server that DNS does not name: the mailbox host behind a filter, the provider that the domain
/// has left, or another.
fn stranger(domain: &Name, server: &Server, theirs: Option<&Provider>) -> (Code, Verdict) {
    let own = server.provider();
    let is_within = server
        .name
        .as_ref()
        .is_some_and(|name| name.is_within(domain));
    match (theirs, own) {
        (Some(filter), Some(own)) if filter.filter && !own.filter => {
            (Code::RefusingServerBehindFilter, Verdict::Pass)
        }
        (Some(filter), None) if filter.filter && is_within => {
            (Code::RefusingServerBehindFilter, Verdict::Pass)
        }
        (_, Some(_)) => (Code::RefusingServerOtherProvider, Verdict::Problem),
        (_, None) => (Code::RefusingServerIsNotMx, Verdict::Problem),
    }
}

/// The look-up that failed.
type Failed = (Question, Answer);

/// Whether the server has an address of one of the hosts; `None` while questions are open, and the
/// look-up that failed where that keeps it from being told.
fn shares_address(
    hosts: &[(u16, String)],
    server: &Server,
    answers: &Answers,
    needs: &mut Vec<Question>,
    evidence: &mut Vec<(Question, Answer)>,
) -> Option<Result<bool, Failed>> {
    let mut own: Vec<IpAddr> = server.ip.into_iter().collect();
    let mut theirs: Vec<IpAddr> = Vec::new();
    let mut open = false;
    let mut failed: Option<Failed> = None;
    let named = server.name.iter().filter(|_| server.ip.is_none()).cloned();
    let hosts = hosts.iter().take(mx::MAX_HOSTS);
    let hosts = hosts.filter_map(|(_, host)| host.parse().ok());
    let names = named
        .map(|name| (true, name))
        .chain(hosts.map(|name| (false, name)));
    for (is_own, name) in names {
        match addresses(answers, &name, needs) {
            Addresses::Open => open = true,
            Addresses::Unchecked(asked) => failed = failed.or(asked.into_iter().next()),
            Addresses::Known {
                addresses,
                answers: asked,
                ..
            } => {
                let of = if is_own { &mut own } else { &mut theirs };
                of.extend(addresses);
                evidence.extend(asked.into_iter().map(|(q, a)| (q, a.clone())));
            }
        }
    }
    if own.iter().any(|ip| theirs.contains(ip)) {
        return Some(Ok(true));
    }
    if open {
        return None;
    }
    Some(failed.map_or(Ok(false), Err))
}

/// A name server of the domain itself: what it says is newer than what a resolver remembers.
fn name_server(
    domain: &Name,
    answers: &Answers,
    needs: &mut Vec<Question>,
    evidence: &mut Vec<(Question, Answer)>,
) -> Option<Name> {
    let question = Question::new(domain.clone(), RecordType::Ns);
    let answer = ask(answers, &question, needs)?;
    let first = answer
        .records
        .iter()
        .find_map(|record| match &record.data {
            RecordData::Other(2, data) => data.parse().ok(),
            _ => None,
        })?;
    evidence.push((question, answer.clone()));
    Some(first)
}
