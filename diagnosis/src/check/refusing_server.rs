//! Whether the server that refused is one of the recipient's mail exchangers.
//!
//! What it says: the server in the bounce is (not) one that DNS names for the domain. Why it
//! matters: a server that is not in charge does not know the mailbox, and says "user unknown". How
//! to fix: correct the MX record, or the route of the sending server. Evidence used: MX of the
//! domain, A and AAAA of its hosts and of the refusing server.

use std::net::IpAddr;

use super::{Addresses, Outcome, addresses, ask, finding, recipient_domains, unchecked};
use crate::{
    bounce::Recipient,
    case::Case,
    dns::{Answer, Answers, Name, Question, RecordType},
    finding::{Code, Finding, Verdict},
    knowledge,
    reason::RefusedBy,
    wording::{Slot, Value, Values},
};

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    for domain in recipient_domains(case) {
        let mut seen: Vec<String> = Vec::new();
        for &index in &domain.recipients {
            let Some(server) = server(case, index) else {
                continue;
            };
            if seen.contains(&server.label) {
                continue;
            }
            seen.push(server.label.clone());
            let found = check_server(&domain.name, &server, answers, &mut outcome.needs);
            outcome.findings.extend(found.map(|found| Finding {
                recipients: vec![index],
                ..found
            }));
        }
    }
    outcome
}

/// The server that refused, by name, address or both.
struct Server {
    label: String,
    name: Option<Name>,
    ip: Option<IpAddr>,
}

fn server(case: &Case, index: usize) -> Option<Server> {
    let recipient: &Recipient = case.bounce.recipients.get(index)?;
    let own = case
        .judgements
        .get(index)
        .is_some_and(|judgement| judgement.refused_by == Some(RefusedBy::SenderProvider));
    if own {
        return None;
    }
    let name = recipient.remote_mta.as_ref().map(|name| name.value.clone());
    let ip = recipient.remote_ip.as_ref().map(|ip| ip.value);
    Some(Server {
        label: name.clone().or_else(|| ip.map(|ip| ip.to_string()))?,
        name: name.and_then(|name| name.parse().ok()),
        ip,
    })
}

fn check_server(
    domain: &Name,
    server: &Server,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let question = Question::new(domain.clone(), RecordType::Mx);
    let answer = ask(answers, &question, needs)?;
    let hosts: Vec<String> = answer
        .mail_exchangers()
        .into_iter()
        .map(|(_, host)| host)
        .filter(|host| !host.is_empty())
        .collect();
    let values = Values::new()
        .text(Slot::Domain, domain.as_str())
        .text(Slot::Server, server.label.clone());
    if !answer.is_conclusive() {
        let code = Code::RefusingServerUnchecked;
        return Some(unchecked(code, &server.label, values, &question, answer));
    }
    if hosts.is_empty() {
        // Without MX records there is nothing to compare with; the MX check has said so.
        return None;
    }
    let values = values.with(Slot::Names, Value::Names(hosts.clone()));
    let evidence = vec![(question, answer.clone())];
    if server
        .name
        .as_ref()
        .is_some_and(|name| is_named(&hosts, name))
    {
        return Some(Finding {
            answers: evidence,
            ..finding(
                Code::RefusingServerIsMx,
                Verdict::Pass,
                server.label.clone(),
                values,
            )
        });
    }
    compare_addresses(&hosts, server, answers, needs, values, evidence)
}

/// By name, or by the provider that both names belong to: large providers answer under many names.
fn is_named(hosts: &[String], name: &Name) -> bool {
    let provider = knowledge::provider_of_host(name.as_str()).map(|provider| provider.id);
    hosts.iter().any(|host| {
        host == name.as_str()
            || provider.is_some()
                && knowledge::provider_of_host(host).map(|provider| provider.id) == provider
    })
}

fn compare_addresses(
    hosts: &[String],
    server: &Server,
    answers: &Answers,
    needs: &mut Vec<Question>,
    values: Values,
    mut evidence: Vec<(Question, Answer)>,
) -> Option<Finding> {
    let mut own: Vec<IpAddr> = server.ip.into_iter().collect();
    let mut theirs: Vec<IpAddr> = Vec::new();
    let mut open = false;
    let mut failed: Option<(Question, Answer)> = None;
    let named = server.name.iter().filter(|_| server.ip.is_none()).cloned();
    let names = named.map(|name| (true, name)).chain(
        hosts
            .iter()
            .filter_map(|host| host.parse().ok())
            .map(|name| (false, name)),
    );
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
    let same = own.iter().any(|ip| theirs.contains(ip));
    let label = server.label.clone();
    if same {
        return Some(Finding {
            answers: evidence,
            ..finding(Code::RefusingServerIsMx, Verdict::Pass, label, values)
        });
    }
    if open {
        return None;
    }
    if let Some((question, answer)) = failed {
        let code = Code::RefusingServerUnchecked;
        return Some(unchecked(code, &label, values, &question, &answer));
    }
    Some(Finding {
        answers: evidence,
        ..finding(Code::RefusingServerIsNotMx, Verdict::Problem, label, values)
    })
}
