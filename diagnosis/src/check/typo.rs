//! Whether the recipient's domain looks mistyped.
//!
//! What it says: the domain is one slip away from a well-known one, or from one that stands in the
//! same message. Why it matters: at the mistyped name there is nobody, or somebody else. How to fix:
//! send to the corrected address. Evidence used: the list of well-known mail domains, the domains of
//! the paste, MX of the suggestion (what takes no mail is not suggested) and of the domain itself
//! (one that takes mail may be meant as it stands).

use super::{
    Outcome, RecipientDomain, ask, distance::distance, explains::is_about_the_address, finding, mx,
    recipient_domains, unchecked,
};
use crate::{
    bounce::Shape,
    case::Case,
    dns::{Answers, Name, Question, RecordType},
    finding::{Code, Finding, Verdict},
    knowledge,
    wording::{Slot, Values},
};

/// So many domains are looked at; a list that is longer was not typed.
const MAX_DOMAINS: usize = 20;

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    for domain in recipient_domains(case).into_iter().take(MAX_DOMAINS) {
        if !is_in_question(case, &domain) {
            continue;
        }
        let found = judge(case, &domain, answers, &mut outcome.needs);
        outcome.findings.extend(found.map(|found| Finding {
            recipients: domain.recipients,
            ..found
        }));
    }
    outcome
}

/// Whether the refusal, or the lone name, is about the address.
fn is_in_question(case: &Case, domain: &RecipientDomain) -> bool {
    let judgements = domain.recipients.iter();
    let mut judgements = judgements.filter_map(|index| case.judgements.get(*index));
    case.bounce.shape == Shape::Lone
        || judgements.any(|judgement| is_about_the_address(judgement.reason))
}

fn judge(
    case: &Case,
    domain: &RecipientDomain,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let typed = domain.name.as_str();
    let values = Values::new().text(Slot::Domain, typed);
    if knowledge::known_domains().any(|known| known == typed) {
        return Some(finding(Code::TypoWellKnown, Verdict::Pass, typed, values));
    }
    let meant = meant(case, typed)?;
    let suggestion: Name = meant.domain.parse().ok()?;
    let own = Question::new(domain.name.clone(), RecordType::Mx);
    let theirs = Question::new(suggestion, RecordType::Mx);
    // Both are noted before either is waited for.
    let own_answer = ask(answers, &own, needs);
    let their_answer = ask(answers, &theirs, needs)?;
    let own_answer = own_answer?;
    if !their_answer.is_conclusive() {
        return Some(unchecked(
            Code::TypoUnchecked,
            typed,
            values,
            &theirs,
            their_answer,
        ));
    }
    if mx::hosts(their_answer).is_empty() {
        return None;
    }
    let takes_mail = !mx::hosts(own_answer).is_empty();
    if takes_mail && meant.needs_silence {
        return None;
    }
    let verdict = match own_answer.is_conclusive() && !takes_mail {
        true => Verdict::Problem,
        false => Verdict::Warning,
    };
    let corrected = corrected(case, domain, &meant.domain);
    Some(Finding {
        expected: Some(corrected.clone()),
        answers: vec![(own, own_answer.clone()), (theirs, their_answer.clone())],
        ..finding(
            meant.code,
            verdict,
            typed,
            values.text(Slot::Suggestion, corrected),
        )
    })
}

/// The address where it is one, else the domain.
fn corrected(case: &Case, domain: &RecipientDomain, meant: &str) -> String {
    let [index] = domain.recipients.as_slice() else {
        return meant.to_owned();
    };
    let recipient = case.bounce.recipients.get(*index);
    let address = recipient.and_then(|recipient| recipient.address.as_ref());
    match address.and_then(|address| address.value.rsplit_once('@')) {
        Some((local, _)) => format!("{local}@{meant}"),
        None => meant.to_owned(),
    }
}

/// What was probably meant.
#[derive(Debug, PartialEq, Eq)]
struct Meant {
    code: Code,
    domain: String,
    /// Whether it is said only where the domain as typed takes no mail.
    needs_silence: bool,
}

fn meant(case: &Case, typed: &str) -> Option<Meant> {
    well_known(typed)
        .or_else(|| end_of_name(typed))
        .or_else(|| named_in_paste(case, typed))
}

/// The nearest well-known domain; the first of those that are as near.
fn well_known(typed: &str) -> Option<Meant> {
    let mut best: Option<(usize, Meant)> = None;
    for known in knowledge::known_domains() {
        let Some((slips, needs_silence)) = slips(typed, known) else {
            continue;
        };
        if best.as_ref().is_none_or(|(least, _)| slips < *least) {
            let meant = Meant {
                code: Code::TypoOfKnownDomain,
                domain: known.to_owned(),
                needs_silence,
            };
            best = Some((slips, meant));
        }
    }
    best.map(|(_, meant)| meant)
}

/// How many slips there are between the two, where they can be such; and whether it may as well be
/// the same house in another country.
fn slips(typed: &str, known: &str) -> Option<(usize, bool)> {
    let (known_label, known_end) = known.split_once('.')?;
    let length = known_label.len();
    let Some((label, end)) = typed.split_once('.') else {
        let without_dot = length >= 3 && typed.strip_prefix(known_label) == Some(known_end);
        let bare = length >= 5 && typed == known_label;
        return (without_dot || bare).then_some((1, false));
    };
    let of_end = match end == known_end {
        true => 0,
        false if knowledge::near_end(end) == Some(known_end) => 1,
        false => distance(end, known_end, 1)?,
    };
    // A short name has too many neighbours.
    let limit = match length {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    };
    let of_label = distance(label, known_label, limit)?;
    let is_national =
        of_label == 0 && !end.contains(known_end) && knowledge::near_end(end).is_none();
    (of_label + of_end <= 2).then_some((of_label + of_end, is_national))
}

/// `.con` in place of `.com`, whatever stands before it.
fn end_of_name(typed: &str) -> Option<Meant> {
    let (name, end) = typed.rsplit_once('.')?;
    let meant = knowledge::meant_end(end)?;
    Some(Meant {
        code: Code::TypoOfTopLevelDomain,
        domain: format!("{name}.{meant}"),
        needs_silence: false,
    })
}

/// A domain of the paste that is one or two slips away, and no part of the same house.
fn named_in_paste(case: &Case, typed: &str) -> Option<Meant> {
    let limit = match typed.len() {
        0..=5 => return None,
        6..=11 => 1,
        _ => 2,
    };
    let sending = &case.bounce.sending;
    let senders = sending.from_domain.iter().chain(&sending.envelope_domain);
    let senders = senders.map(|domain| domain.value.as_str());
    let named = case.bounce.mentioned.iter();
    let named = named.filter_map(|address| Some(address.rsplit_once('@')?.1));
    let letters = |word: &str| -> String { word.chars().filter(|c| !c.is_ascii_digit()).collect() };
    let mut others = senders.chain(named).filter(|other| {
        *other != typed
            && !other.ends_with(typed)
            && !typed.ends_with(other)
            && letters(other) != letters(typed)
            && distance(typed, other, limit).is_some()
    });
    others.next().map(|other| Meant {
        code: Code::TypoOfNamedDomain,
        domain: other.to_owned(),
        needs_silence: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_lead_to_the_well_known_domain() {
        for (typed, expected) in [
            ("gmial.com", "gmail.com"),
            ("gmal.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("gmai.com", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmail.co", "gmail.com"),
            ("gmail.cm", "gmail.com"),
            ("gmail.cmo", "gmail.com"),
            ("gmial.con", "gmail.com"),
            ("gmailcom", "gmail.com"),
            ("gmail", "gmail.com"),
            ("hotmial.com", "hotmail.com"),
            ("hotmil.com", "hotmail.com"),
            ("hotmai.con", "hotmail.com"),
            ("yaho.com", "yahoo.com"),
            ("yahooo.com", "yahoo.com"),
            ("yhaoo.co.uk", "yahoo.co.uk"),
            ("outlok.com", "outlook.com"),
            ("outllok.com", "outlook.com"),
            ("iclod.com", "icloud.com"),
            ("gmx.con", "gmx.com"),
            ("gmx.dee", "gmx.de"),
            ("wanadooo.fr", "wanadoo.fr"),
            ("libero.ti", "libero.it"),
            ("comcast.ney", "comcast.net"),
            ("protonmial.com", "protonmail.com"),
            ("rediffmal.com", "rediffmail.com"),
        ] {
            let found = meant_of(typed).map(|meant| meant.domain);
            assert_eq!(found.as_deref(), Some(expected), "{typed}");
        }
    }

    #[test]
    fn other_names_are_left_alone() {
        for typed in [
            "firm.example",
            "gmail.firm.example",
            "mail.firm.example",
            "hotel.com",
            "he.com",
            "wb.de",
            "gmx.org",
            "qqq.com",
            "yahoo.firm.example",
            "xn--mller-kva.example",
            "com",
            "",
        ] {
            assert_eq!(meant_of(typed), None, "{typed}");
        }
        for typed in ["yahoo.ie", "hotmail.fi"] {
            assert!(
                meant_of(typed).is_none_or(|meant| meant.needs_silence),
                "{typed}"
            );
        }
    }

    #[test]
    fn ends_that_no_registry_has_are_mended() {
        for (typed, expected) in [
            ("firm.con", "firm.com"),
            ("mail.firm.cmo", "mail.firm.com"),
            ("club.ogr", "club.org"),
            ("firm.ney", "firm.net"),
        ] {
            let found = meant_of(typed).expect("a suggestion");
            assert_eq!(
                (found.code, found.domain.as_str()),
                (Code::TypoOfTopLevelDomain, expected)
            );
        }
    }

    #[test]
    fn no_well_known_domain_is_another_ones_slip() {
        let known: Vec<&str> = knowledge::known_domains().collect();
        assert!(known.len() >= 150);
        for name in known {
            assert!(name.parse::<Name>().is_ok() && name.contains('.'), "{name}");
        }
    }

    fn meant_of(typed: &str) -> Option<Meant> {
        well_known(typed).or_else(|| end_of_name(typed))
    }
}
