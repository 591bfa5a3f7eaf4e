//! Local parts and places taken out before a case goes into a link (RFC 6590: domains stay, local
//! parts are replaced so that equal ones stay equal).

use crate::{
    bounce::{Bounce, Recipient, Returned, Sending, Trial},
    case::Case,
    finding::{Check, Finding},
    text::Spanned,
    wording::Value,
};

/// What stands in for the rest of a local part.
const DOTS: &str = "•••";

/// Characters of a local part without quotes, as the readers find addresses, and those of a mask.
fn is_local(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.•".contains(c)
}

/// Whether it is a mask already: a shared report may be shared again.
fn is_mask(local: &str) -> bool {
    local.split_once(DOTS).is_some_and(|(first, number)| {
        first.chars().count() <= 1 && number.bytes().all(|b| b.is_ascii_digit())
    })
}

/// The case without local parts and without spans, and the findings without local parts.
pub(super) fn masked(case: &Case, findings: &[Finding]) -> (Case, Vec<Finding>) {
    let mut masks = Masks::default();
    let Bounce { recipients, .. } = &case.bounce;
    let recipients = recipients.iter().map(|recipient| Recipient {
        address: address(&mut masks, recipient.address.as_ref()),
        original: address(&mut masks, recipient.original.as_ref()),
        decoded: None,
        written: None,
        diagnostic: recipient
            .diagnostic
            .as_ref()
            .map(|said| Spanned::new(masks.text(&said.value), Vec::new())),
        ..recipient.clone()
    });
    let recipients = recipients.collect();
    let trials = case.bounce.trials.iter().map(|trial| Trial {
        host: trial
            .host
            .as_ref()
            .map(|host| Spanned::new(host.value.clone(), Vec::new())),
        said: Spanned::new(masks.text(&trial.said.value), Vec::new()),
        ..trial.clone()
    });
    let trials = trials.collect();
    let case = Case {
        bounce: Bounce {
            recipients,
            sending: Sending {
                decoded: None,
                ..case.bounce.sending.clone()
            },
            returned: Returned {
                backscatter: case.bounce.returned.backscatter.clone(),
                bulk: case.bounce.returned.bulk.clone(),
                ..Returned::default()
            },
            mentioned: Vec::new(),
            trials,
            ..case.bounce.clone()
        },
        judgements: case.judgements.clone(),
        options: case.options,
    };
    let findings = findings
        .iter()
        .map(|finding| masked_finding(&mut masks, finding));
    let findings = findings.collect();
    (case, findings)
}

/// What the checks of the address say holds addresses, each a value of its own, and what they were
/// mistaken for: there all before the last `@` is a local part.
fn masked_finding(masks: &mut Masks, finding: &Finding) -> Finding {
    let mut masked = finding.clone();
    if !matches!(finding.code.check(), Check::Address | Check::Typo) {
        return masked;
    }
    let mut mask = |value: &str| match value.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{domain}", masks.local(local)),
        None => value.to_owned(),
    };
    masked.subject = mask(&finding.subject);
    masked.expected = finding.expected.as_deref().map(&mut mask);
    for (slot, value) in finding.values.iter() {
        let value = match value {
            Value::Text(text) => Value::Text(mask(text)),
            Value::Names(names) => Value::Names(names.iter().map(|name| mask(name)).collect()),
            Value::Number(number) => Value::Number(*number),
        };
        masked.values.set(*slot, value);
    }
    masked
}

fn address(masks: &mut Masks, address: Option<&Spanned<String>>) -> Option<Spanned<String>> {
    let value = &address?.value;
    let masked = match value.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{domain}", masks.local(local)),
        None => masks.local(value),
    };
    Some(Spanned::new(masked, Vec::new()))
}

/// The local parts met so far; the same one always gets the same mask.
#[derive(Default)]
struct Masks(Vec<(String, String)>);

impl Masks {
    /// First letter and three dots; a number where two would look alike.
    fn local(&mut self, local: &str) -> String {
        if is_mask(local) {
            return local.to_owned();
        }
        if let Some((_, mask)) = self.0.iter().find(|(known, _)| known == local) {
            return mask.clone();
        }
        let first: String = local.chars().take(1).collect();
        let alike = self
            .0
            .iter()
            .filter(|(known, _)| known.starts_with(&first))
            .count();
        let mask = match alike {
            0 => format!("{first}{DOTS}"),
            more => format!("{first}{DOTS}{}", more + 1),
        };
        self.0.push((local.to_owned(), mask.clone()));
        mask
    }

    /// A text with every local part in it masked: before an `@`, and where a known one stands
    /// alone.
    fn text(&mut self, text: &str) -> String {
        let mut masked = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('@') {
            let length: usize = before
                .chars()
                .rev()
                .take_while(|&c| is_local(c))
                .map(char::len_utf8)
                .sum();
            let (words, local) = before.split_at(before.len() - length);
            masked.push_str(words);
            if !local.is_empty() {
                masked.push_str(&self.local(local));
            }
            masked.push('@');
            rest = behind;
        }
        masked.push_str(rest);
        self.0
            .iter()
            .filter(|(local, _)| local.len() >= 4)
            .fold(masked, |text, (local, mask)| {
                text.replace(local.as_str(), mask)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_local_parts_stay_equal_and_no_other_shows() {
        let mut masks = Masks::default();
        assert_eq!(masks.local("ana.lima"), "a•••");
        assert_eq!(masks.local("adam"), "a•••2");
        assert_eq!(
            masks.text("<ana.lima@firm.example>: adam@x.example and unknown user: \"ana.lima\""),
            "<a•••@firm.example>: a•••2@x.example and unknown user: \"a•••\""
        );
        let again = Masks::default().text("<a•••@firm.example>: a•••2@x.example");
        assert_eq!(again, "<a•••@firm.example>: a•••2@x.example");
    }
}
