//! Whether the recipient's address is written as addresses are (RFC 5321, section 4.1.2; RFC 6531,
//! section 3.3).
//!
//! What it says: which character of the address cannot be meant, or that another address of the
//! same message is nearly the same. Why it matters: a server takes an address letter by letter; a
//! dot or an invisible character more is another mailbox. How to fix: send to the mended address.
//! Evidence used: the address, what was taken along with it, and the other addresses of the paste.

use super::{Outcome, distance::distance, finding};
use crate::{
    bounce::{Kind, Recipient, Shape},
    case::Case,
    dns::Answers,
    dns::Name,
    finding::{Code, Finding, Verdict},
    reason::Reason,
    wording::{Slot, Value, Values},
};

mod characters;
mod syntax;

/// So many recipients are looked at; a list that is longer was not typed.
const MAX_RECIPIENTS: usize = 50;

pub(super) fn check(case: &Case, _: &Answers) -> Outcome {
    let mut findings = Vec::new();
    let mut in_order: Vec<usize> = Vec::new();
    let is_refusal = matches!(case.bounce.kind, Kind::Bounce | Kind::Delay);
    let recipients = case.bounce.recipients.iter().enumerate();
    for (index, recipient) in recipients.take(MAX_RECIPIENTS) {
        if !(is_refusal || case.bounce.shape == Shape::Lone) {
            break;
        }
        // What a machine wrote into an address is no slip of a person.
        let by_hand = recipient
            .address
            .as_ref()
            .filter(|_| recipient.decoded.is_none());
        let Some(address) = by_hand else {
            continue;
        };
        let mut found = judge(recipient, &address.value);
        if found.is_empty() {
            found.extend(near_match(case, &address.value));
        }
        if found.is_empty() && is_about_the_address(case, index) && address.value.contains('@') {
            in_order.push(index);
        }
        findings.extend(found.into_iter().map(|found| Finding {
            recipients: vec![index],
            ..found
        }));
    }
    findings.extend(all_in_order(case, in_order));
    Outcome {
        findings,
        needs: Vec::new(),
    }
}

/// Whether the refusal, or the lone address, is about the address at all.
fn is_about_the_address(case: &Case, index: usize) -> bool {
    let reason = case.judgements.get(index).map(|judgement| judgement.reason);
    case.bounce.shape == Shape::Lone
        || matches!(
            reason,
            Some(Reason::Userunknown | Reason::Hostunknown | Reason::Syntaxerror)
        )
}

/// One finding for all that is in order.
fn all_in_order(case: &Case, recipients: Vec<usize>) -> Option<Finding> {
    let address = |index: &usize| {
        let recipient = case.bounce.recipients.get(*index)?;
        Some(recipient.address.as_ref()?.value.clone())
    };
    let first = recipients.first().and_then(address)?;
    Some(Finding {
        recipients,
        ..finding(Code::AddressInOrder, Verdict::Pass, first, Values::new())
    })
}

/// What is wrong with one address: each fault, and the address without any of them.
fn judge(recipient: &Recipient, address: &str) -> Vec<Finding> {
    let Some((local, _)) = address.rsplit_once('@') else {
        // A local user has no domain; nothing is said about such.
        return Vec::new();
    };
    let mended = mend(address);
    let is_sound = syntax::fault(&mended).is_none();
    let expected =
        (is_sound && (mended != address || recipient.written.is_some())).then(|| mended.clone());
    let fault = |code, verdict, values: Values| Finding {
        expected: expected.clone(),
        ..finding(
            code,
            verdict,
            address,
            values.text(Slot::Recipient, address),
        )
    };
    let mut found = Vec::new();
    let written = recipient
        .written
        .as_ref()
        .map(|written| written.value.as_str());
    if let Some(written) = written {
        let values = Values::new().text(Slot::Written, written);
        let code = match first_invisible(written) {
            Some(_) => None,
            None => Some(Code::AddressWrapped),
        };
        found.extend(code.map(|code| fault(code, Verdict::Problem, values)));
    }
    if let Some((place, c)) = first_invisible(written.unwrap_or(address)) {
        let values = at(place).text(Slot::Character, characters::name(c));
        found.push(fault(
            Code::AddressInvisibleCharacter,
            Verdict::Problem,
            values,
        ));
    }
    if let Some(mixed) = characters::mixed(address) {
        let values = at(mixed.place).text(Slot::Character, characters::name(mixed.character));
        found.push(match mixed.looks_like {
            Some(letter) => fault(
                Code::AddressLookAlike,
                Verdict::Problem,
                values.text(Slot::Suggestion, letter),
            ),
            None => Finding {
                expected: None,
                ..fault(Code::AddressMixedScripts, Verdict::Warning, values)
            },
        });
    }
    if let Some(place) = misplaced_dot(local) {
        found.push(fault(Code::AddressDots, dots_are(address), at(place)));
    }
    if let Some(wrong) = syntax::fault(&mended) {
        found.push(match wrong {
            syntax::Fault::Character(place, c) => {
                let values = at(place).text(Slot::Character, characters::name(c));
                fault(Code::AddressSyntax, Verdict::Problem, values)
            }
            syntax::Fault::Length(length) => {
                let values = Values::new().with(Slot::Count, Value::Number(length));
                fault(Code::AddressTooLong, Verdict::Problem, values)
            }
        });
    }
    found
}

/// A place in the address, counted from 1.
fn at(place: usize) -> Values {
    Values::new().with(Slot::Position, Value::Number(place + 1))
}

fn first_invisible(word: &str) -> Option<(usize, char)> {
    let mut characters = word.chars().enumerate();
    characters.find(|(_, c)| characters::is_invisible(*c))
}

/// RFC 5321, section 4.1.2: a Dot-string has no dot at an end, and no two together.
fn misplaced_dot(local: &str) -> Option<usize> {
    if local.starts_with('"') {
        return None;
    }
    let last = local.chars().count().saturating_sub(1);
    let mut before = '.';
    local.chars().enumerate().find_map(|(place, c)| {
        let wrong = c == '.' && (before == '.' || place == last);
        before = c;
        wrong.then_some(place)
    })
}

/// Two Japanese telephone companies have given away addresses with such dots.
fn dots_are(address: &str) -> Verdict {
    match ["@docomo.ne.jp", "@ezweb.ne.jp", "@au.com"]
        .iter()
        .any(|end| address.ends_with(end))
    {
        true => Verdict::Warning,
        false => Verdict::Problem,
    }
}

/// The address without what shows nothing, with the letters that look-alikes stand for, and with
/// single dots.
fn mend(address: &str) -> String {
    let visible: String = address
        .chars()
        .filter(|c| !characters::is_invisible(*c))
        .collect();
    let plain = characters::plain(&visible);
    let (local, domain) = plain.rsplit_once('@').unwrap_or((&plain, ""));
    if local.starts_with('"') {
        return plain;
    }
    let words: Vec<&str> = local.split('.').filter(|word| !word.is_empty()).collect();
    format!("{}@{domain}", words.join("."))
}

/// Another address of the paste, one or two slips away: at the same domain, not told apart by its
/// digits, and none that was refused as well.
fn near_match(case: &Case, address: &str) -> Option<Finding> {
    let (local, domain) = address.rsplit_once('@')?;
    let limit = match local.chars().count() {
        0..=4 => return None,
        5..=8 => 1,
        _ => 2,
    };
    let letters = |word: &str| -> String { word.chars().filter(|c| !c.is_ascii_digit()).collect() };
    let is_recipient = |other: &str| {
        let mut recipients = case.bounce.recipients.iter();
        recipients.any(|known| {
            known
                .address
                .as_ref()
                .is_some_and(|own| own.value == *other)
        })
    };
    let near = case.bounce.mentioned.iter().find(|other| {
        other.rsplit_once('@').is_some_and(|(name, host)| {
            host == domain
                && !name
                    .trim_matches('"')
                    .eq_ignore_ascii_case(local.trim_matches('"'))
                && letters(name) != letters(local)
                && distance(name, local, limit).is_some()
                && !is_recipient(other)
        })
    })?;
    let values = Values::new()
        .text(Slot::Recipient, address)
        .text(Slot::Suggestion, near.as_str());
    Some(Finding {
        expected: Some(near.clone()),
        ..finding(Code::AddressNearMatch, Verdict::Warning, address, values)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Spanned;

    #[test]
    fn every_slip_is_told_with_its_place_and_mended() {
        // Address, codes, place of the first from 1, the address as it should be.
        let cases: &[(&str, &[Code], usize, &str)] = &[
            (
                "ana..lima@firm.example",
                &[Code::AddressDots],
                5,
                "ana.lima@firm.example",
            ),
            (
                ".ana@firm.example",
                &[Code::AddressDots],
                1,
                "ana@firm.example",
            ),
            (
                "ana.@firm.example",
                &[Code::AddressDots],
                4,
                "ana@firm.example",
            ),
            (
                "...@firm.example",
                &[Code::AddressDots, Code::AddressSyntax],
                1,
                "-",
            ),
            (
                "a\u{200b}na@firm.example",
                &[Code::AddressInvisibleCharacter],
                2,
                "ana@firm.example",
            ),
            (
                "ana@fi\u{ad}rm.example",
                &[Code::AddressInvisibleCharacter],
                7,
                "ana@firm.example",
            ),
            (
                "ana\u{a0}lima@firm.example",
                &[Code::AddressInvisibleCharacter],
                4,
                "analima@firm.example",
            ),
            (
                "\u{202a}ana@firm.example",
                &[Code::AddressInvisibleCharacter],
                1,
                "ana@firm.example",
            ),
            (
                "аna@firm.example",
                &[Code::AddressLookAlike],
                1,
                "ana@firm.example",
            ),
            (
                "ana@gmаil.com",
                &[Code::AddressLookAlike],
                7,
                "ana@gmail.com",
            ),
            (
                "αna@firm.example",
                &[Code::AddressLookAlike],
                1,
                "ana@firm.example",
            ),
            (
                "ａna@firm.example",
                &[Code::AddressLookAlike],
                1,
                "ana@firm.example",
            ),
            ("anaж@firm.example", &[Code::AddressMixedScripts], 4, "-"),
            (
                "a..\u{200b}nа@firm.example",
                &[
                    Code::AddressInvisibleCharacter,
                    Code::AddressLookAlike,
                    Code::AddressDots,
                ],
                4,
                "a.na@firm.example",
            ),
            ("ana@@firm.example", &[Code::AddressSyntax], 4, "-"),
            ("ana lima@firm.example", &[Code::AddressSyntax], 4, "-"),
            ("ana(x)@firm.example", &[Code::AddressSyntax], 4, "-"),
            ("ana@firm_x.example", &[Code::AddressSyntax], 9, "-"),
            ("ana@-firm.example", &[Code::AddressSyntax], 5, "-"),
            ("ana@firm..example", &[Code::AddressSyntax], 10, "-"),
            ("ana@[192.0.2.300]", &[Code::AddressSyntax], 5, "-"),
            ("ana@192.0.2.3", &[Code::AddressSyntax], 5, "-"),
            ("@firm.example", &[Code::AddressSyntax], 1, "-"),
            ("ana@", &[Code::AddressSyntax], 4, "-"),
        ];
        for (address, codes, place, expected) in cases {
            let found = judge(&Recipient::default(), address);
            let all: Vec<Code> = found.iter().map(|found| found.code).collect();
            assert_eq!(all, *codes, "{address}");
            let first = found.first().expect("a finding");
            let position = first.values.get(Slot::Position);
            assert_eq!(position, Some(&Value::Number(*place)), "{address}");
            assert_eq!(
                first.expected.as_deref().unwrap_or("-"),
                *expected,
                "{address}"
            );
        }
    }

    #[test]
    fn lawful_addresses_have_no_fault() {
        for address in [
            "ana@firm.example",
            "a.b+c=d!#$%&'*-/?^_`{|}~@firm.example",
            "\"ana lima\"@firm.example",
            "\"a..b\\\"@c\"@firm.example",
            "ana@[192.0.2.1]",
            "ana@[IPv6:2001:db8::1]",
            "δοκιμή@παράδειγμα.δοκιμή",
            "用户@例子.测试",
            "мария@почта.рф",
            "андрей.иванов@firm.example",
            "josé@müller.example",
            "山田taro@firm.example",
            "x@localhost",
            "ana",
        ] {
            assert_eq!(judge(&Recipient::default(), address), [], "{address}");
        }
    }

    #[test]
    fn long_addresses_and_what_was_taken_along_are_told() {
        let long = format!("{}@firm.example", "a".repeat(65));
        let found = judge(&Recipient::default(), &long);
        assert_eq!(
            found.first().map(|found| found.code),
            Some(Code::AddressTooLong)
        );
        for (written, code) in [
            ("'ana@firm.example'", Code::AddressWrapped),
            ("mailto:ana@firm.example", Code::AddressWrapped),
            ("ana@firm.example\u{200b}", Code::AddressInvisibleCharacter),
        ] {
            let recipient = Recipient {
                written: Some(Spanned::new(written.to_owned(), Vec::new())),
                ..Recipient::default()
            };
            let found = judge(&recipient, "ana@firm.example");
            let all: Vec<Code> = found.iter().map(|found| found.code).collect();
            assert_eq!(all, [code], "{written}");
            let expected = found.first().and_then(|found| found.expected.as_deref());
            assert_eq!(expected, Some("ana@firm.example"), "{written}");
        }
    }

    #[test]
    fn hostile_addresses_come_to_an_end() {
        let at = "@".repeat(10_000);
        let dots = format!("{}@x", ".".repeat(65_536));
        let long = format!("{}@{}", "а\u{200b}a".repeat(10_000), "é.".repeat(10_000));
        for address in [
            at.as_str(),
            &dots,
            &long,
            "\"@x",
            "\"\\\"@x",
            "a@[",
            "a@]",
            "\u{0}@\u{0}",
        ] {
            judge(&Recipient::default(), address);
        }
    }
}
