//! The page's own words for what a report holds.

use std::str::FromStr;

use diagnosis::{
    knowledge,
    reason::Reason,
    report::{HeadlineReport, RecipientReport, Report},
    wording::{Values, fill},
};

/// The id of the verdict's heading.
pub(crate) const VERDICT_ID: &str = "about-verdict";
/// The id of the paste box.
pub(crate) const BOX_ID: &str = "bounce-message";

/// The ground that a verdict stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Somebody has to act.
    Bad,
    /// Be careful.
    Warn,
    /// All is well.
    Good,
    /// Nothing is wrong, or nothing is known.
    Open,
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Warn => "warn",
            Self::Good => "good",
            Self::Open => "open",
        }
    }
}

/// Who has to act, in one line, and the ground that it stands on.
pub(crate) fn pill(report: &Report, headline: &HeadlineReport) -> (String, Tone) {
    match report.kind {
        "suspicious" => ("This is a trick".to_owned(), Tone::Warn),
        "delivered" => ("Nobody has to act".to_owned(), Tone::Good),
        "auto-reply" => ("Nobody has to act".to_owned(), Tone::Good),
        "other" if report.shape == "lone" => ("Looked up in DNS".to_owned(), Tone::Open),
        "other" => ("Not a bounce".to_owned(), Tone::Open),
        _ => has_to_act(headline),
    }
}

fn has_to_act(headline: &HeadlineReport) -> (String, Tone) {
    let tone = match headline.responsible {
        "nobody" | "unknown" => Tone::Open,
        _ => Tone::Bad,
    };
    (headline.act.clone(), tone)
}

/// A line under the verdict: what is asked, and the answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    /// Whether it is quoted as it stands in the bounce.
    pub(crate) is_code: bool,
}

/// The facts about one recipient of a refusal or delay.
pub(crate) fn facts(report: &Report, recipient: usize) -> Vec<Fact> {
    let Some(recipient) = report.recipients.get(recipient) else {
        return Vec::new();
    };
    if !matches!(report.kind, "bounce" | "delay") {
        return Vec::new();
    }
    let fact = |label, value: Option<String>, is_code| {
        value.map(|value| Fact {
            label,
            value,
            is_code,
        })
    };
    let own = |words: Option<&'static str>| words.map(ToOwned::to_owned);
    [
        fact("Reply", reply(recipient), true),
        fact("Who said no", refused_by(recipient), false),
        fact("Address stands for", stands_for(recipient), true),
        fact("Tried", tried(recipient), false),
        fact("Permanent?", own(permanent(report, recipient)), false),
        fact("On a mailing list", on_list(recipient), false),
        fact("How sure", own(confidence(recipient)), false),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn reply(recipient: &RecipientReport) -> Option<String> {
    let code = recipient.reply_code.map(|code| code.to_string());
    let parts: Vec<String> = [code, recipient.status.clone()]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// What Exchange, a list or a forwarder wrote into the address.
fn stands_for(recipient: &RecipientReport) -> Option<String> {
    let decoded = recipient.decoded.clone()?;
    decoded.address.or(decoded.x500).or(decoded.name)
}

/// "12 times", "for 4 hours", "12 times, for 4 hours".
fn tried(recipient: &RecipientReport) -> Option<String> {
    let times = recipient.attempts.filter(|attempts| *attempts > 0);
    let times = times.map(|times| match times {
        1 => "once".to_owned(),
        times => format!("{times} times"),
    });
    let waited = recipient.waited_seconds.filter(|seconds| *seconds >= 60);
    let waited = waited.map(|seconds| {
        let (number, one, many) = match seconds {
            172_800.. => (seconds / 86_400, "day", "days"),
            3_600.. => (seconds / 3_600, "hour", "hours"),
            _ => (seconds / 60, "minute", "minutes"),
        };
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        format!("for {}", count(number, one, many))
    });
    let parts: Vec<String> = [times, waited].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn refused_by(recipient: &RecipientReport) -> Option<String> {
    let words = match recipient.refused_by? {
        "own-server" => "Your own server",
        "sender-provider" => "Your mail provider",
        "filter" => "A filter in front of the mailbox",
        "recipient-mx" => "The recipient's mail server",
        "mailbox-host" => "The server with the mailbox",
        "forward-target" => "Where the mail is forwarded to",
        _ => return Some("Nobody: no server answered".to_owned()),
    };
    let name = recipient
        .provider
        .and_then(knowledge::provider)
        .map(|provider| provider.name.to_owned())
        .or_else(|| recipient.remote_mta.clone());
    Some(match name {
        Some(name) => format!("{words}, {name}"),
        None => words.to_owned(),
    })
}

fn permanent(report: &Report, recipient: &RecipientReport) -> Option<&'static str> {
    let still_tried = report.kind == "delay" || recipient.action == Some("delayed");
    recipient.permanent.map(|permanent| match permanent {
        _ if still_tried => "No, it is still being tried",
        true => "Yes, it will not be tried again",
        false => "No, it may pass later",
    })
}

/// What a sender to many wants to know first: what to do with the address.
pub(crate) fn first_for_lists(report: &Report, recipient: usize) -> Option<String> {
    let is_bulk = report.returned.as_ref()?.bulk == Some(true);
    on_list(report.recipients.get(recipient).filter(|_| is_bulk)?)
}

/// What a sender to many does with the address.
fn on_list(recipient: &RecipientReport) -> Option<String> {
    recipient
        .list_advice
        .as_ref()
        .map(|advice| advice.words.clone())
}

fn confidence(recipient: &RecipientReport) -> Option<&'static str> {
    match recipient.confidence {
        "certain" => Some("Certain"),
        "likely" => Some("Likely"),
        "unsure" => Some("Not sure"),
        _ => None,
    }
}

/// What else the reply may mean, in a sentence.
pub(crate) fn another_reading(recipient: &RecipientReport) -> Option<String> {
    let reason = Reason::from_str(recipient.second_reason?).ok()?;
    knowledge::headline_of(reason)?
        .what
        .iter()
        .find_map(|template| fill(template, &Values::new()))
}

/// What was pasted: "Postfix report", "Server reply".
pub(crate) fn shape(report: &Report) -> String {
    let what = match report.shape {
        "report" => "report",
        "prose" => "message",
        "reply" => "server reply",
        "lone" => "name to look up",
        _ => "text",
    };
    match report.system {
        Some(system) => format!("{system} {what}"),
        None => capitalised(what),
    }
}

fn capitalised(words: &str) -> String {
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => std::iter::once(first.to_ascii_uppercase())
            .chain(chars)
            .collect(),
        None => String::new(),
    }
}

/// "1 recipient", "3 recipients".
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    }
}

/// How a check ended, as the row says it.
pub(crate) fn verdict(verdict: &str) -> &'static str {
    match verdict {
        "pass" => "Fine",
        "problem" => "Problem",
        "warning" => "Warning",
        _ => "Not checked",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{diagnosed::Diagnosis, language::Tongue};
    use diagnosis::{classify::classify, dns::Answers, read::read, text::no_decoder};

    fn report(paste: &str) -> Report {
        let bounce = read(paste.as_bytes(), no_decoder).swap_remove(0);
        Diagnosis::new(
            0,
            &classify(bounce),
            &Answers::default(),
            &Tongue::default(),
        )
        .report
    }

    #[track_caller]
    fn check(paste: &str, words: &str, tone: Tone) {
        let report = report(paste);
        let expected = (words.to_owned(), tone);
        assert_eq!(pill(&report, &report.headlines[0]), expected, "{paste}");
    }

    #[test]
    fn the_pill_says_who_has_to_act() {
        check("550 5.1.1 User unknown", "You have to act", Tone::Bad);
        check("ana@firm.example", "Looked up in DNS", Tone::Open);
        check("Dear Ana,\nsee you tomorrow.", "Not a bounce", Tone::Open);
    }

    #[test]
    fn the_facts_of_a_refusal_are_told() {
        let facts = facts(&report("550 5.1.1 User unknown"), 0);
        let of = |label| facts.iter().find(|fact| fact.label == label);
        assert_eq!(
            of("Reply").map(|fact| fact.value.as_str()),
            Some("550 5.1.1")
        );
        assert!(of("How sure").is_some() && of("On a mailing list").is_some());
    }

    #[test]
    fn tries_and_encoded_addresses_are_told() {
        let paste = "<IMCEAEX-_o=Shop_cn=Ana@shop.example>: 4.4.7 message expired after 4 hours; gave up after 12 delivery attempts\n";
        let facts = facts(&report(paste), 0);
        let of = |label| facts.iter().find(|fact| fact.label == label);
        let value = |label| of(label).map(|fact| fact.value.as_str());
        assert_eq!(value("Tried"), Some("12 times, for 4 hours"));
        assert_eq!(value("Address stands for"), Some("/o=Shop/cn=Ana"));
    }

    #[test]
    fn counts_are_worded() {
        assert_eq!(count(1, "name", "names"), "1 name");
        assert_eq!(count(0, "name", "names"), "0 names");
    }
}
