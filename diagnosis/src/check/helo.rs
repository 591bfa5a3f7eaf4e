//! The name that the sending server gives in HELO or EHLO.
//!
//! What it says: whether that is a full name that exists, whether it has the address that the
//! refusing server saw, and whether the address has that name. Why it matters: RFC 5321 (section
//! 4.1.1.1) wants the server's own name there, and many servers refuse what cannot be one. How to
//! fix: the administrator sets the name in the mail server and publishes its address. Evidence used:
//! A or AAAA of the name, PTR of the address.

use std::net::IpAddr;

use super::{Outcome, ask, author_domain, envelope_domain, finding, reverse_dns, unchecked};
use crate::{
    case::Case,
    dns::{self, Answers, Name, Question, RecordType},
    finding::{Code, Finding, Verdict},
    knowledge::INSIDE_WORDS,
    reason::Reason,
    wording::{Slot, Value, Values},
};

/// More names or addresses than these are not shown.
const MAX_SHOWN: usize = 10;

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(helo) = case.bounce.sending.helo.as_ref().map(|helo| &helo.value) else {
        return outcome;
    };
    let is_asked = is_named(case);
    if !is_asked && !can_matter(case) {
        return outcome;
    }
    let judged = match form(helo) {
        Form::FullName(name) => look_up(case, &name, answers, &mut outcome.needs),
        Form::AddressLiteral => Some(Judged::of(Code::HeloAddressLiteral)),
        Form::Inside => Some(Judged::of(Code::HeloLocalName)),
        Form::NoName => Some(Judged::of(Code::HeloNotFullName)),
    };
    let found = judged.map(|judged| judged.finding(case, helo, is_asked));
    outcome.findings.extend(found);
    outcome
}

/// What HELO is judged to be, before it is known how much that matters.
struct Judged {
    code: Code,
    values: Values,
    answers: Vec<(Question, dns::Answer)>,
}

impl Judged {
    fn of(code: Code) -> Self {
        Self {
            code,
            values: Values::new(),
            answers: Vec::new(),
        }
    }

    /// A fault of HELO is a problem where the bounce speaks of it; elsewhere few servers mind.
    fn finding(self, case: &Case, helo: &str, is_asked: bool) -> Finding {
        let mut values = self.values.text(Slot::Helo, helo);
        if let Some(ip) = &case.bounce.sending.ip {
            values.set(Slot::SendingIp, Value::Text(ip.value.to_string()));
        }
        let verdict = match (self.code, is_asked) {
            (Code::HeloUnchecked, _) => {
                let failed = self.answers.first();
                return match failed {
                    Some((question, answer)) => {
                        unchecked(self.code, helo, values, question, answer)
                    }
                    None => finding(self.code, Verdict::Unchecked, helo, values),
                };
            }
            (Code::HeloMatches, _) => Verdict::Pass,
            (_, true) => Verdict::Problem,
            (_, false) => Verdict::Warning,
        };
        Finding {
            expected: expected(case, self.code, helo),
            answers: self.answers,
            ..finding(self.code, verdict, helo, values)
        }
    }
}

/// The address record that is missing, or the PTR record that would agree.
fn expected(case: &Case, code: Code, helo: &str) -> Option<String> {
    let ip = case.bounce.sending.ip.as_ref()?.value;
    match code {
        Code::HeloMissing | Code::HeloOtherAddress => Some(match ip {
            IpAddr::V4(ip) => format!("{helo}. A {ip}"),
            IpAddr::V6(ip) => format!("{helo}. AAAA {ip}"),
        }),
        Code::HeloOtherName => Some(format!("{}. PTR {helo}.", Name::reverse(ip))),
        _ => None,
    }
}

/// What stands in HELO.
enum Form {
    FullName(Name),
    AddressLiteral,
    Inside,
    NoName,
}

fn form(helo: &str) -> Form {
    let bare = helo.trim_matches(['[', ']']);
    let tagged = bare
        .get(..5)
        .is_some_and(|tag| tag.eq_ignore_ascii_case("ipv6:"));
    if tagged || bare.parse::<IpAddr>().is_ok() {
        return Form::AddressLiteral;
    }
    let Ok(name) = helo.parse::<Name>() else {
        return Form::NoName;
    };
    let ends_inside = |ending: &&str| {
        let before = name.as_str().strip_suffix(*ending);
        before.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if INSIDE_WORDS.iter().any(ends_inside) {
        return Form::Inside;
    }
    match name.parent() {
        Some(_) => Form::FullName(name),
        None => Form::NoName,
    }
}

/// The full name by which the sending server is known: from HELO, or the server that wrote the
/// bounce where it is one of the sender's.
pub(super) fn own_name(case: &Case) -> Option<Name> {
    let full = |word: &String| match form(word) {
        Form::FullName(name) => Some(name),
        Form::AddressLiteral | Form::Inside | Form::NoName => None,
    };
    let sending = &case.bounce.sending;
    let helo = sending.helo.as_ref().and_then(|helo| full(&helo.value));
    helo.or_else(|| {
        let reporter = full(&case.bounce.reporting_mta.as_ref()?.value)?;
        let mut senders = [author_domain(case), envelope_domain(case)]
            .into_iter()
            .flatten();
        senders
            .any(|domain| reporter.is_within(&domain))
            .then_some(reporter)
    })
}

fn look_up(
    case: &Case,
    name: &Name,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Judged> {
    // Without the address there is nothing that the name could be held against.
    let ip = case.bounce.sending.ip.as_ref()?.value;
    if reverse_dns::is_inside_only(ip) {
        return None;
    }
    let record_type = match ip {
        IpAddr::V4(_) => RecordType::A,
        IpAddr::V6(_) => RecordType::Aaaa,
    };
    let forward = Question::new(name.clone(), record_type);
    let backward = Question::reverse(ip);
    let there = ask(answers, &forward, needs);
    let back = ask(answers, &backward, needs);
    let (there, back) = (there?, back?);
    let addresses = there.addresses();
    let evidence = vec![(forward, there.clone()), (backward, back.clone())];
    let names = back.pointers();
    let code = match there.outcome {
        _ if addresses.contains(&ip) => match names.is_empty() || names.contains(name) {
            true => Code::HeloMatches,
            false => Code::HeloOtherName,
        },
        dns::Outcome::NxDomain => Code::HeloMissing,
        dns::Outcome::NoError => Code::HeloOtherAddress,
        _ => Code::HeloUnchecked,
    };
    let mut values = Values::new();
    let texts: Vec<String> = match code {
        Code::HeloOtherName => names.iter().take(MAX_SHOWN).map(Name::to_string).collect(),
        _ => addresses
            .iter()
            .take(MAX_SHOWN)
            .map(IpAddr::to_string)
            .collect(),
    };
    if !texts.is_empty() {
        values.set(Slot::Names, Value::Names(texts));
    }
    Some(Judged {
        code,
        values,
        answers: evidence,
    })
}

/// Whether the bounce itself speaks of HELO, other than to say behind which command it was refused.
fn is_named(case: &Case) -> bool {
    case.bounce.recipients.iter().any(|recipient| {
        let said = recipient.diagnostic.as_ref();
        let lower = said.map(|said| said.value.to_ascii_lowercase());
        let lower = lower.unwrap_or_default();
        ["helo", "ehlo"].into_iter().any(|word| {
            lower
                .match_indices(word)
                .any(|(at, _)| !names_command(lower.get(..at).unwrap_or_default()))
        })
    })
}

/// `in reply to HELO`, `after EHLO`, `while performing the EHLO`: the stage, not the fault.
fn names_command(before: &str) -> bool {
    let before = before.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let before = before.strip_suffix(" the").unwrap_or(before);
    [
        "reply to",
        "response to",
        "after",
        "performing",
        "end of",
        "sending",
    ]
    .iter()
    .any(|words| before.ends_with(words))
}

/// Reasons that lie with the sending server.
fn can_matter(case: &Case) -> bool {
    case.judgements.iter().any(|judgement| {
        matches!(
            judgement.reason,
            Reason::Badreputation
                | Reason::Blocked
                | Reason::Notcompliantrfc
                | Reason::Policyviolation
                | Reason::Rejected
                | Reason::Requireptr
                | Reason::Securityerror
                | Reason::Spamdetected
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_helo_is_told_apart() {
        let cases = [
            ("mail.shop.example", "name"),
            ("[203.0.113.25]", "literal"),
            ("203.0.113.25", "literal"),
            ("[IPv6:2001:db8::25]", "literal"),
            ("localhost", "inside"),
            ("localhost.localdomain", "inside"),
            ("server.LAN", "inside"),
            ("router.home.arpa", "inside"),
            ("mylocal", "no name"),
            ("DESKTOP-1", "no name"),
            ("a b.example", "no name"),
            ("", "no name"),
            ("é\u{0}", "no name"),
        ];
        for (helo, expected) in cases {
            let found = match form(helo) {
                Form::FullName(_) => "name",
                Form::AddressLiteral => "literal",
                Form::Inside => "inside",
                Form::NoName => "no name",
            };
            assert_eq!(found, expected, "{helo}");
        }
    }

    #[test]
    fn the_stage_is_not_the_fault() {
        for (text, stage) in [
            ("(in reply to ", true),
            ("timed out while performing the ", true),
            ("<localhost>: ", false),
            ("invalid ", false),
        ] {
            assert_eq!(names_command(text), stage, "{text}");
        }
    }
}
