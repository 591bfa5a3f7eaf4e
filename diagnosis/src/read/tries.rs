//! How often a server has tried to deliver, and for how long: in words, where no field says it.

use std::ops::Range;

use crate::{
    bounce::{Recipient, Shape},
    knowledge,
    text::{Spanned, Text, narrow},
};

use super::head;

/// Explanations stand at the beginning.
const LONGEST: usize = 16_384;

/// What is said of the tries.
#[derive(Debug, Default, PartialEq)]
struct Tries {
    attempts: Option<(Range<usize>, u32)>,
    seconds: Option<(Range<usize>, u64)>,
}

/// Notes what the diagnostics say, and what the text says for all recipients that are left.
pub(super) fn note(body: &Text, shape: Shape, recipients: &mut [Recipient]) {
    for recipient in &mut *recipients {
        let Some(said) = recipient.diagnostic.clone() else {
            continue;
        };
        let tries = Tries::in_text(head(&said.value, LONGEST));
        fill(recipient, &tries, |range| narrow(&said, range));
    }
    // A log says it of each delivery.
    if matches!(shape, Shape::LogLine | Shape::Transcript | Shape::Webhook) {
        return;
    }
    let mut tries = Tries::in_text(head(body.as_str(), LONGEST));
    if recipients.len() > 1 {
        let is_for_all = |range: &Range<usize>| stands_before_all(body, range, recipients);
        tries.attempts = tries.attempts.filter(|(range, _)| is_for_all(range));
        tries.seconds = tries.seconds.filter(|(range, _)| is_for_all(range));
    }
    for recipient in recipients {
        fill(recipient, &tries, |range| body.spans(range));
    }
}

/// What stands behind the first recipient's address is said of one of them.
fn stands_before_all(body: &Text, range: &Range<usize>, recipients: &[Recipient]) -> bool {
    let end = body.spans(range.clone()).last().map_or(0, |span| span.end);
    let addresses = recipients
        .iter()
        .filter_map(|recipient| recipient.address.as_ref());
    addresses
        .flat_map(|address| &address.spans)
        .all(|span| end <= span.start)
}

fn fill(
    recipient: &mut Recipient,
    tries: &Tries,
    spans: impl Fn(Range<usize>) -> Vec<crate::text::Span>,
) {
    let attempts = tries.attempts.clone();
    let attempts = attempts.map(|(range, number)| Spanned::new(number, spans(range)));
    let seconds = tries.seconds.clone();
    let seconds = seconds.map(|(range, number)| Spanned::new(number, spans(range)));
    recipient.attempts = recipient.attempts.take().or(attempts);
    recipient.waited_seconds = recipient.waited_seconds.take().or(seconds);
}

impl Tries {
    fn in_text(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let mut tries = Self::default();
        for range in numbers(&lower) {
            let number: Option<u32> = lower.get(range.clone()).and_then(|n| n.parse().ok());
            let (Some(number), Some(before), Some(behind)) =
                (number, lower.get(..range.start), lower.get(range.end..))
            else {
                continue;
            };
            if tries.attempts.is_none() && counts_attempts(before, behind) {
                tries.attempts = Some((range.clone(), number));
            }
            if tries.seconds.is_none()
                && let Some((unit, seconds)) = unit(behind)
                && says_waited(before, behind.get(unit..).unwrap_or_default())
            {
                let seconds = u64::from(number) * seconds;
                tries.seconds = Some((range.start..range.end + unit, seconds));
            }
        }
        tries
    }
}

/// Whole numbers that stand alone.
fn numbers(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let is_part = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'.');
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + bytes.get(at..)?.iter().position(u8::is_ascii_digit)?;
            let length = bytes
                .get(start..)?
                .iter()
                .take_while(|b| b.is_ascii_digit());
            at = start + length.count();
            let before = start.checked_sub(1).and_then(|before| bytes.get(before));
            if !is_part(before) && at - start <= 6 {
                return Some(start..at);
            }
        }
    })
}

/// `after 5 delivery attempts`, `tried 12 times`, `delivery attempts: 3`.
fn counts_attempts(before: &str, behind: &str) -> bool {
    let before = last_words(before);
    let lead = before.trim_end_matches([':', '=', ' ']);
    if lead.len() < before.trim_end().len() {
        let labels = [
            "attempts",
            "attempts made",
            "number of attempts",
            "retry count",
            "retries",
        ];
        return labels.iter().any(|label| lead.ends_with(label));
    }
    let behind = behind.trim_start_matches([' ', '\n', '-']);
    let behind = ["unsuccessful ", "failed ", "delivery "]
        .iter()
        .find_map(|word| behind.strip_prefix(word))
        .unwrap_or(behind);
    let follows = |words: &[&str]| words.iter().any(|word| behind.starts_with(word));
    let leads = |words: &[&str]| words.iter().any(|word| lead.ends_with(word));
    leads(&["after", " in", "made", "with"]) && follows(&["attempt", "tries", "try ", "retries"])
        || leads(&["tried", "attempted", "retried", "deliver it", "failed"]) && follows(&["times"])
}

/// Units of time in the languages that reports come in, by how their words begin; the longest of
/// those that begin alike first.
const UNITS: [(&str, u64); 23] = [
    ("second", 1),
    ("sekund", 1),
    ("minut", 60),
    ("hour", 3_600),
    ("stunde", 3_600),
    ("heure", 3_600),
    ("hora", 3_600),
    ("ore", 3_600),
    ("uur", 3_600),
    ("timm", 3_600),
    ("godzin", 3_600),
    ("hodin", 3_600),
    ("час", 3_600),
    ("day", 86_400),
    ("tag", 86_400),
    ("jour", 86_400),
    ("día", 86_400),
    ("dia", 86_400),
    ("giorn", 86_400),
    ("dag", 86_400),
    ("dni", 86_400),
    ("дн", 86_400),
    ("week", 604_800),
];

/// The unit behind a number: how long it is, with the blank before it, and its seconds.
fn unit(behind: &str) -> Option<(usize, u64)> {
    let word = behind.trim_start_matches([' ', '\n', '-', '\u{a0}']);
    let (_, seconds) = UNITS.iter().find(|(unit, _)| word.starts_with(unit))?;
    let length = word
        .find(|c: char| !(c.is_alphabetic() || matches!(c, '(' | ')')))
        .unwrap_or(word.len());
    Some((behind.len() - word.len() + length, *seconds))
}

/// Whether a time is how long the server has tried, and neither a promise nor about something else.
fn says_waited(before: &str, behind: &str) -> bool {
    let before = last_words(before);
    let lead = [
        "more than",
        "over",
        "about",
        "at least",
        "mehr als",
        "plus de",
        "más de",
        "più di",
    ]
    .iter()
    .find_map(|word| before.trim_end().strip_suffix(word))
    .unwrap_or(&before)
    .trim_end();
    let behind = behind.trim_start();
    let next: String = behind.chars().take(16).collect();
    // In the rows `#` stands for the time.
    knowledge::says("waited", &format!("{lead} # {next}"))
}

/// The last words of a text, white space folded.
fn last_words(text: &str) -> String {
    const NEAR: usize = 64;
    let from = text.len().saturating_sub(NEAR);
    let near = (from..=text.len()).find_map(|start| text.get(start..));
    let words: Vec<&str> = near.unwrap_or_default().split_whitespace().collect();
    words.join(" ")
}

/// The delay of a log: `12.5` seconds (Postfix), `00:01:02` or `2+03:04:05` (Sendmail).
pub(super) fn delay(written: &str) -> Option<u64> {
    let Some((hours, rest)) = written.split_once(':') else {
        return written.split('.').next()?.parse().ok();
    };
    let (minutes, seconds) = rest.split_once(':')?;
    let (days, hours) = hours.split_once('+').unwrap_or(("0", hours));
    let number = |word: &str| word.parse::<u32>().ok().map(u64::from);
    let hours = number(days)? * 24 + number(hours)?;
    Some((hours * 60 + number(minutes)?) * 60 + number(seconds)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, attempts: Option<u32>, seconds: Option<u64>) {
        let found = Tries::in_text(text);
        let numbers = (
            found.attempts.map(|(_, number)| number),
            found.seconds.map(|(_, number)| number),
        );
        assert_eq!(numbers, (attempts, seconds), "{text}");
    }

    #[test]
    fn attempts_are_counted_where_it_is_said() {
        check("gave up after 5 attempts", Some(5), None);
        check("Failed after 3 delivery attempts.", Some(3), None);
        check("I tried 12 times to deliver it", Some(12), None);
        check("Delivery attempts: 0", Some(0), None);
        check("attempts=4, next retry", Some(4), None);
        check("after 7\n  unsuccessful attempts", Some(7), None);
        check("locked after 5 failed login attempts", None, None);
        check("at most 5 attempts per hour", None, None);
        check("5.1.1 no such user", None, None);
    }

    #[test]
    fn waiting_is_told_from_promises_and_other_times() {
        let (hour, day) = (3_600, 86_400);
        check(
            "could not be delivered for the last 4 hours",
            None,
            Some(4 * hour),
        );
        check(
            "could not be delivered for more than 4 hour(s).",
            None,
            Some(4 * hour),
        );
        check(
            "has not been delivered after more than 24 hours on the queue on",
            None,
            Some(day),
        );
        check(
            "Warning: could not send message for past 4 hours",
            None,
            Some(4 * hour),
        );
        check(
            "Message could not be delivered for 5 days",
            None,
            Some(5 * day),
        );
        check(
            "Message expired: unable to deliver in 840 minutes.",
            None,
            Some(14 * hour),
        );
        check("has been in the queue for\n 2 days", None, Some(2 * day));
        check(
            "konnte seit 4 Stunden nicht zugestellt werden",
            None,
            Some(4 * hour),
        );
        for other in [
            "will be retried until it is 5 day(s) old",
            "Gmail will retry for 46 more hours",
            "try again in 5 minutes",
            "the account has been inactive for the last 90 days",
            "delivery attempts will continue for 4 days",
            "greylisted for 300 seconds",
            "connection timed out after 30 seconds",
            "I will keep trying for the next 4 days",
            "too many messages in the last 24 hours",
        ] {
            check(other, None, None);
        }
    }

    #[test]
    fn delays_of_logs_are_seconds() {
        assert_eq!(delay("12.54"), Some(12));
        assert_eq!(delay("432000"), Some(432_000));
        assert_eq!(delay("00:01:02"), Some(62));
        assert_eq!(delay("2+03:00:05"), Some(183_605));
        for none in ["", "a:b:c", "1:2", "-3", "99999999999999999999999"] {
            assert_eq!(delay(none), None, "{none}");
        }
    }
}
