//! Answers of machines to a message that has arrived: challenges, receipts, reports of success.

use crate::{bounce::Bounce, knowledge};

use super::document::Document;

/// What such an answer is stands at its beginning.
const LONGEST: usize = 16_384;

/// Whether it asks the sender to confirm that a person sent the message, or tells that it was read
/// (RFC 8098); `body` and `subject` in lower case.
pub(super) fn is_answer(document: &Document, bounce: &Bounce, body: &str, subject: &str) -> bool {
    if has_code(bounce) {
        return false;
    }
    let is_receipt = document.headers.first("content-type").is_some_and(|kind| {
        let lower = kind.as_str().to_ascii_lowercase();
        lower.contains("disposition-notification")
    });
    let body = super::head(body, LONGEST);
    let asks = knowledge::says("challenge", body) || knowledge::says("challenge", subject);
    is_receipt || has_mark_of_challenge(document) || asks && !super::is_suspicious(body, subject)
}

/// Fields that the programs which ask write: `X-…-Challenge`, TMDA's, `BoxTrapper`'s.
fn has_mark_of_challenge(document: &Document) -> bool {
    document.headers.iter().any(|(name, value)| {
        let is_own = name.starts_with("x-")
            && ["challenge", "tmda", "boxtrapper"]
                .iter()
                .any(|word| name.contains(word));
        is_own || name == "x-delivery-agent" && value.as_str().starts_with("TMDA")
    })
}

/// Whether it says in words that the message was delivered or handed on.
pub(super) fn is_success(bounce: &Bounce, body: &str, subject: &str) -> bool {
    let says = |text| knowledge::says("delivered", text);
    !has_code(bounce) && (says(super::head(body, LONGEST)) || says(subject))
}

/// Whether some server refused the message, now or for good.
fn has_code(bounce: &Bounce) -> bool {
    bounce.recipients.iter().any(|recipient| {
        let class = recipient.status.as_ref().map(|status| status.value.class);
        let code = recipient.reply_code.as_ref().map(|code| code.value.class());
        class.is_some_and(|class| class > 2) || code.is_some_and(|class| class > 3)
    })
}
