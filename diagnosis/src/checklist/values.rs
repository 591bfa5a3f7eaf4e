//! What the words can speak of: the values of a case for one recipient.

use super::setting::service;
use crate::{
    bounce::{Bounce, Form, Trial, TrialOutcome},
    case::{Case, silent_servers},
    dns::Name,
    finding::Finding,
    knowledge,
    reason::{Reason, RefusedBy},
    wording::{Slot, Value, Values, Words},
};

/// The values that wording can speak of for one recipient.
pub(super) fn values(case: &Case, index: usize, findings: &[Finding], words: &Words) -> Values {
    let mut values = Values::new();
    let bounce = &case.bounce;
    let mut text = |slot, value: Option<String>| {
        if let Some(value) = value {
            values.set(slot, Value::Text(value));
        }
    };
    if let Some(recipient) = bounce.recipients.get(index) {
        let judgement = case.judgements.get(index);
        let was_passed_on =
            judgement.is_some_and(|is| is.refused_by == Some(RefusedBy::ForwardTarget));
        let written_to = recipient.original.as_ref().filter(|_| was_passed_on);
        let address = written_to
            .or(recipient.address.as_ref())
            .map(|address| address.value.clone());
        let domain = address
            .as_ref()
            .and_then(|address| address.rsplit_once('@'))
            // In the form that DNS has: it stands in commands, too.
            .map(|(_, domain)| match domain.parse::<Name>() {
                Ok(name) if !domain.is_ascii() => name.to_string(),
                _ => domain.to_owned(),
            });
        text(Slot::RecipientDomain, domain);
        text(Slot::Recipient, address);
        let server = recipient.remote_mta.as_ref().map(|name| name.value.clone());
        let ip = recipient.remote_ip.as_ref().map(|ip| ip.value.to_string());
        text(Slot::Server, server.or(ip));
        text(
            Slot::Status,
            recipient
                .status
                .as_ref()
                .map(|status| status.value.to_string()),
        );
        text(
            Slot::ReplyCode,
            recipient
                .reply_code
                .as_ref()
                .map(|code| code.value.to_string()),
        );
        text(
            Slot::Until,
            recipient
                .will_retry_until
                .as_ref()
                .map(|time| readable(&time.value, words)),
        );
        let tried = recipient.last_attempt_date.as_ref();
        let time = tried.or(bounce.arrival_date.as_ref());
        text(Slot::Time, time.map(|time| readable(&time.value, words)));
        let mut exchangers = mail_exchangers(case, index, findings).into_iter();
        text(Slot::Mx, exchangers.next());
        text(Slot::OtherMx, exchangers.next());
        let decoded = recipient.decoded.as_ref().map(|decoded| &decoded.value);
        let x500 = decoded.filter(|decoded| decoded.form == Form::Imceaex);
        text(Slot::X500, x500.and_then(|decoded| decoded.name.clone()));
    }
    text(Slot::Refuser, refuser(case, index));
    text(
        Slot::UnrelatedMx,
        Some(unrelated_exchanger(case, index, findings)),
    );
    let service = service(case, findings);
    text(
        Slot::Service,
        service.map(|service| service.name.to_owned()),
    );
    for (slot, value) in of_trials(bounce) {
        text(slot, value);
    }
    if let Some(ip) = bounce.sending.ip.as_ref().map(|ip| ip.value) {
        text(Slot::SendingIp, Some(ip.to_string()));
        text(Slot::ReverseName, Some(Name::reverse(ip).to_string()));
    }
    let sending = &bounce.sending;
    let helo = sending.helo.as_ref().map(|helo| helo.value.clone());
    text(Slot::Helo, helo);
    let sender = sending
        .from_domain
        .as_ref()
        .or(sending.envelope_domain.as_ref());
    text(
        Slot::SenderDomain,
        sender.map(|domain| domain.value.clone()),
    );
    values
}

/// What the person's own tests say. A name that does not exist is the recipient's domain, where no
/// address is known.
fn of_trials(bounce: &Bounce) -> [(Slot, Option<String>); 4] {
    let hosts = |fits: fn(TrialOutcome) -> bool| {
        let fitting = bounce.trials.iter().filter(|trial| fits(trial.outcome));
        let mut names: Vec<&str> = fitting.filter_map(|it| it.name()).collect();
        names.dedup();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let silent = hosts(TrialOutcome::is_silence).or_else(|| {
        let hosts = silent_servers(bounce);
        (!hosts.is_empty()).then(|| hosts.join(", "))
    });
    let faulty = bounce.trials.iter().find(|trial| {
        !matches!(
            trial.outcome,
            TrialOutcome::Found | TrialOutcome::Reached | TrialOutcome::TlsWorks
        )
    });
    let is_named = bounce.recipients.iter().any(|it| it.address.is_some());
    let gone = |trial: &&Trial| {
        let is_gone = matches!(
            trial.outcome,
            TrialOutcome::NotFound | TrialOutcome::NoRecord
        );
        is_gone && trial.is_about_mail() && !is_named
    };
    let gone = bounce
        .trials
        .iter()
        .find(gone)
        .and_then(|trial| trial.name().map(str::to_owned));
    [
        (Slot::Tried, silent),
        (
            Slot::Reached,
            hosts(|outcome| outcome == TrialOutcome::Reached),
        ),
        (Slot::Shown, faulty.map(|trial| trial.said.value.clone())),
        (Slot::RecipientDomain, gone),
    ]
}

/// A time of RFC 3339 as people write it, such as "29 Nov 2026, 08:38 UTC".
fn readable(time: &str, words: &Words) -> String {
    let Some(parsed) = mail_parser::DateTime::parse_rfc3339(time) else {
        return time.to_owned();
    };
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = usize::from(parsed.month).checked_sub(1);
    let month = month.and_then(|month| MONTHS.get(month)).copied();
    let month = month.unwrap_or_default();
    let number = parsed.month.to_string();
    format!(
        "{} {} {}, {:02}:{:02} UTC",
        parsed.day,
        words.or("month", &number, "name", month),
        parsed.year,
        parsed.hour,
        parsed.minute
    )
}

/// The servers to try a connection to: the mail exchangers found, else the one that refused.
fn mail_exchangers(case: &Case, index: usize, findings: &[Finding]) -> Vec<String> {
    let found = findings
        .iter()
        .filter(|finding| finding.recipients.contains(&index))
        .filter_map(|finding| finding.answers.first())
        .map(|(_, answer)| answer.mail_exchangers())
        .find(|exchangers| exchangers.iter().any(|(_, host)| !host.is_empty()));
    let hosts = found.unwrap_or_default().into_iter().map(|(_, host)| host);
    let hosts: Vec<String> = hosts.filter(|host| !host.is_empty()).collect();
    if !hosts.is_empty() {
        return hosts;
    }
    let recipient = case.bounce.recipients.get(index);
    let refused = recipient.and_then(|recipient| recipient.remote_mta.as_ref());
    refused.map(|name| name.value.clone()).into_iter().collect()
}

/// A mail exchanger that answers everybody, of another provider than the recipient's.
fn unrelated_exchanger(case: &Case, index: usize, findings: &[Finding]) -> String {
    let own = mail_exchangers(case, index, findings);
    let is_google = own
        .iter()
        .any(|host| host.ends_with("google.com") || host.ends_with("googlemail.com"));
    match is_google {
        true => "outlook-com.olc.protection.outlook.com",
        false => "gmail-smtp-in.l.google.com",
    }
    .to_owned()
}

/// Who said no, by the name that a person knows.
fn refuser(case: &Case, index: usize) -> Option<String> {
    let recipient = case.bounce.recipients.get(index)?;
    let judgement = case.judgements.get(index)?;
    let own = case
        .bounce
        .reporting_mta
        .as_ref()
        .map(|name| name.value.clone());
    if judgement.refused_by == Some(RefusedBy::OwnServer) {
        return own;
    }
    let provider = judgement
        .provider
        .and_then(knowledge::provider)
        .map(|provider| provider.name.to_owned());
    let server = recipient.remote_mta.as_ref().map(|name| name.value.clone());
    let domain = recipient
        .address
        .as_ref()
        .and_then(|address| address.value.rsplit_once('@'))
        .map(|(_, domain)| domain.to_owned());
    match judgement.refused_by {
        Some(RefusedBy::Nobody) => domain.or(server),
        // A domain does not say of itself that it is not its own.
        _ if judgement.reason == Reason::Norelaying => provider.or(server),
        _ => provider.or(server).or(domain),
    }
}
