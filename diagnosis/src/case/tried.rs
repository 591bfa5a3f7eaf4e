//! What tests by hand say of the way to a recipient's servers.

use std::net::IpAddr;

use crate::bounce::{Bounce, Command, Recipient, Trial, TrialOutcome, are_related};

/// What the tests together say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// One of the recipient's servers is silent, another answers.
    OneServerDown,
    /// Nobody's server can be reached: the way out is closed.
    PortBlocked,
    /// The recipient's server answers.
    Reached,
    /// Others can be reached, the recipient's servers not.
    ShutOut,
    /// The recipient's server is silent, and no other was tried.
    Silent,
    /// The recipient's server says no before a word was said.
    TurnedAway,
}

/// Puts the tests of port 25 together for one recipient.
#[must_use]
pub fn tried(bounce: &Bounce, index: usize) -> Option<Tried> {
    let recipient = bounce.recipients.get(index)?;
    let ways: Vec<&Trial> = bounce.trials.iter().filter(|it| is_of_way(it)).collect();
    let Some(first) = ways.first() else {
        return is_cut_off(bounce).then_some(Tried::PortBlocked);
    };
    let is_own = |trial: &Trial| is_own(trial, recipient, first);
    let any = |own: bool, outcome: fn(TrialOutcome) -> bool| {
        ways.iter()
            .any(|trial| is_own(trial) == own && outcome(trial.outcome))
    };
    let reached = |outcome| outcome == TrialOutcome::Reached;
    let turned_away = |outcome| outcome == TrialOutcome::TurnedAway;
    let others_answer = any(false, reached) || any(false, turned_away);
    // The bounce itself is a try that failed.
    let is_silent = any(true, TrialOutcome::is_silence)
        || recipient.reply_code.is_none() && !any(true, reached) && names_server(recipient);
    let others_are_silent = any(false, TrialOutcome::is_silence);
    match () {
        () if any(true, turned_away) => Some(Tried::TurnedAway),
        () if any(true, reached) && any(true, TrialOutcome::is_silence) => {
            Some(Tried::OneServerDown)
        }
        () if any(true, reached) => Some(Tried::Reached),
        () if is_silent && others_answer => Some(Tried::ShutOut),
        () if is_silent && others_are_silent => Some(Tried::PortBlocked),
        () if any(true, TrialOutcome::is_silence) => Some(Tried::Silent),
        () => None,
    }
}

/// The servers of a bounce that were tried and did not answer, where that is true of all of them
/// and they belong to different houses: a log often tells more than one test by hand.
#[must_use]
pub fn silent_servers(bounce: &Bounce) -> Vec<&str> {
    let silent = |recipient: &Recipient| {
        let command = recipient.command.as_ref().map(|command| command.value);
        recipient.reply_code.is_none() && command == Some(Command::Conn)
    };
    if !bounce.recipients.iter().all(silent) {
        return Vec::new();
    }
    let mut hosts: Vec<&str> = Vec::new();
    for recipient in &bounce.recipients {
        let host = recipient
            .remote_mta
            .as_ref()
            .map(|host| host.value.as_str());
        hosts.extend(host.filter(|host| !hosts.iter().any(|known| are_related(known, host))));
    }
    hosts
}

/// Whether nobody at all was reached: one house may be down, several are not at once.
fn is_cut_off(bounce: &Bounce) -> bool {
    const SEVERAL: usize = 2;
    silent_servers(bounce).len() >= SEVERAL
}

/// Whether it tries the way that mail takes from server to server.
fn is_of_way(trial: &Trial) -> bool {
    let outcome = trial.outcome;
    trial.port.is_none_or(|port| port == 25) && !outcome.is_of_dns() && !outcome.is_of_tls()
}

fn names_server(recipient: &Recipient) -> bool {
    recipient.remote_mta.is_some() || recipient.remote_ip.is_some()
}

/// Whether a server is one of the recipient's, as far as the bounce tells; where it names none, the
/// one that was tried first is.
fn is_own(trial: &Trial, recipient: &Recipient, first: &Trial) -> bool {
    let Some(host) = trial.name() else {
        return true;
    };
    if let Ok(ip) = host.parse::<IpAddr>() {
        let known = recipient.remote_ip.as_ref();
        return known.is_none_or(|known| known.value == ip);
    }
    let address = recipient.address.as_ref();
    let domain = address.and_then(|address| address.value.rsplit_once('@'));
    let domain = domain.map(|(_, domain)| domain);
    let server = recipient
        .remote_mta
        .as_ref()
        .map(|name| name.value.as_str());
    let first = first.name().filter(|_| server.is_none());
    [domain, server, first]
        .into_iter()
        .flatten()
        .any(|name| are_related(name, host))
}
