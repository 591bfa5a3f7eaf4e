//! Whether a bounce is about TLS: only then MTA-STS and DANE matter.

use crate::{
    bounce::{Command, Kind},
    case::Case,
    reason::Reason,
};

/// Whether one of these recipients was refused over TLS.
pub(super) fn is_in_question(case: &Case, recipients: &[usize]) -> bool {
    if !matches!(case.bounce.kind, Kind::Bounce | Kind::Delay) {
        return false;
    }
    let failed = recipients.iter().any(|&index| {
        let judgement = case.judgements.get(index);
        let recipient = case.bounce.recipients.get(index);
        let command = recipient.and_then(|recipient| recipient.command.as_ref());
        judgement.is_some_and(|found| found.reason == Reason::Failedstarttls)
            || command.is_some_and(|command| command.value == Command::Starttls)
    });
    failed || says(case, recipients, WORDS)
}

/// What a server speaks of where it speaks of TLS.
const WORDS: &[&str] = &["tls", "starttls", "dane", "tlsa", "sts", "certificate"];

/// Whether the server's text for one of these recipients has one of the words (lower case).
pub(super) fn says(case: &Case, recipients: &[usize], words: &[&str]) -> bool {
    let recipients = recipients.iter();
    let mut recipients = recipients.filter_map(|index| case.bounce.recipients.get(*index));
    recipients.any(|recipient| {
        let said = recipient.diagnostic.as_ref();
        let mut said = said.into_iter().flat_map(|said| {
            let split = |c: char| !c.is_ascii_alphanumeric();
            said.value.split(split).take(2_000)
        });
        said.any(|word| words.iter().any(|known| word.eq_ignore_ascii_case(known)))
    })
}
