//! The way of the message, and where it ended.

use diagnosis::{
    knowledge,
    report::{RecipientReport, Report},
};

/// A station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Station {
    /// Who it is.
    pub(crate) title: String,
    /// Names and addresses.
    pub(crate) lines: Vec<String>,
    /// How far the message came.
    pub(crate) reached: Reached,
}

/// How far the message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    /// It got there and went on.
    Passed,
    /// It ended there; how, in a few words.
    Ended(&'static str),
    /// It waits there and is tried again.
    Waits,
    /// It never got there.
    Not,
}

/// The stations of a refused or delayed message; none where the report does not tell enough.
pub(crate) fn journey(report: &Report, recipient: usize) -> Vec<Station> {
    let Some(recipient) = report.recipients.get(recipient) else {
        return Vec::new();
    };
    let is_refusal = matches!(report.kind, "bounce" | "delay");
    let Some(refused_by) = recipient.refused_by.filter(|_| is_refusal) else {
        return Vec::new();
    };
    let end = match refused_by {
        "own-server" | "sender-provider" => 1,
        "recipient-mx" | "filter" | "nobody" => 2,
        _ => 3,
    };
    let how = match refused_by {
        "nobody" => "no server answered",
        _ => how_it_ended(recipient),
    };
    let waits = report.kind == "delay" || recipient.action == Some("delayed");
    let reached = |at: usize| match at.cmp(&end) {
        std::cmp::Ordering::Less => Reached::Passed,
        std::cmp::Ordering::Equal if waits => Reached::Waits,
        std::cmp::Ordering::Equal => Reached::Ended(how),
        std::cmp::Ordering::Greater => Reached::Not,
    };
    stations(report, recipient)
        .into_iter()
        .enumerate()
        .map(|(at, (title, lines))| Station {
            title,
            lines,
            reached: reached(at),
        })
        .collect()
}

fn stations(report: &Report, recipient: &RecipientReport) -> [(String, Vec<String>); 4] {
    let sending = &report.sending;
    let sender = sending
        .from_domain
        .clone()
        .or_else(|| sending.envelope_domain.clone());
    let own = report
        .reporting_mta
        .clone()
        .or_else(|| sending.helo.clone());
    let provider = recipient.provider.and_then(knowledge::provider);
    let theirs = provider.map_or("Their server", |provider| provider.name);
    let lines = |values: [Option<String>; 2]| values.into_iter().flatten().collect();
    [
        ("You".to_owned(), lines([sender, None])),
        ("Your server".to_owned(), lines([own, sending.ip.clone()])),
        (
            theirs.to_owned(),
            lines([recipient.remote_mta.clone(), recipient.remote_ip.clone()]),
        ),
        (
            "Mailbox".to_owned(),
            lines([recipient.address.clone(), None]),
        ),
    ]
}

fn how_it_ended(recipient: &RecipientReport) -> &'static str {
    match recipient.command {
        Some("CONN") => "no connection",
        Some("EHLO") => "said no to the server",
        Some("STARTTLS") => "no encryption agreed",
        Some("AUTH") => "wants a login",
        Some("MAIL") => "said no to the sender",
        Some("RCPT") => "said no to the address",
        Some("DATA") => "said no to the message",
        _ => "said no",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::diagnosed::Diagnosis;
    use diagnosis::{classify::classify, dns::Answers, read::read, text::no_decoder};

    fn stations(paste: &str) -> Vec<Station> {
        let bounce = read(paste.as_bytes(), no_decoder).swap_remove(0);
        let report = Diagnosis::new(
            0,
            &classify(bounce),
            &Answers::default(),
            &crate::state::language::Tongue::default(),
        )
        .report;
        journey(&report, 0)
    }

    #[test]
    fn a_refusal_ends_at_the_server_that_said_no() {
        let stations = stations(
            "<ana@firm.example>: host mx1.firm.example[192.0.2.10] said: 550 5.1.1 User unknown (in reply to RCPT TO command)",
        );
        let reached: Vec<Reached> = stations.iter().map(|station| station.reached).collect();
        let end = Reached::Ended("said no to the address");
        let expected = [Reached::Passed, Reached::Passed, end, Reached::Not];
        assert_eq!(reached, expected);
        assert_eq!(stations[2].lines, ["mx1.firm.example", "192.0.2.10"]);
        assert_eq!(stations[3].lines, ["ana@firm.example"]);
    }

    #[test]
    fn what_is_no_refusal_has_no_journey() {
        assert_eq!(stations("Dear Ana,\nsee you tomorrow."), []);
        assert_eq!(stations("ana@firm.example"), []);
    }
}
