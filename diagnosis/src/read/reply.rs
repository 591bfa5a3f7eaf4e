//! One SMTP reply: alone, over several lines, or inside a question about it.

use crate::{
    bounce::Recipient,
    knowledge,
    text::{Lower, Text, trimmed},
};

use super::{diagnostic, prose};

/// Reads the paragraph with the best reply: one with an enhanced status code before one without.
/// `None` where no paragraph has a code.
pub(super) fn read(text: &Text) -> Option<Recipient> {
    let found: Vec<(Text, Recipient)> = paragraphs(text)
        .into_iter()
        .map(|paragraph| {
            let read = diagnostic::read(&paragraph);
            (paragraph, read)
        })
        .collect();
    let best = found
        .iter()
        .find(|(_, read)| read.status.is_some() && read.reply_code.is_some())
        .or_else(|| found.iter().find(|(_, read)| read.status.is_some()))
        .or_else(|| found.iter().find(|(_, read)| read.reply_code.is_some()))?;
    let (paragraph, recipient) = best;
    let mut recipient = recipient.clone();
    recipient.address = recipient
        .diagnostic
        .as_ref()
        .and_then(|said| prose::recipient_in(said, paragraph));
    Some(recipient)
}

/// What a report says that names its recipients elsewhere: the first paragraph that says no, and
/// what stands behind it up to the next one that says something else.
pub(super) fn announced(text: &Text) -> Option<Recipient> {
    let all = paragraphs(text);
    let at = all.iter().position(|paragraph| {
        let lower = paragraph.as_str().lower();
        knowledge::says_refusal(&lower) || diagnostic::begins_with_code(paragraph.as_str())
    })?;
    all.get(at).map(diagnostic::read)
}

/// A refusal in words alone.
pub(super) fn words(text: &Text) -> Recipient {
    let ranges: Vec<_> = text.lines().collect();
    let said = text.join(ranges);
    let mut recipient = diagnostic::read(&said);
    recipient.address = recipient
        .diagnostic
        .as_ref()
        .and_then(|words| prose::recipient_in(words, &said));
    recipient
}

fn paragraphs(text: &Text) -> Vec<Text> {
    let string = text.as_str();
    let mut all = Vec::new();
    let mut open = Vec::new();
    for line in text.lines() {
        let range = trimmed(string, line);
        if range.is_empty() {
            all.extend((!open.is_empty()).then(|| text.join(open.drain(..))));
        } else {
            open.push(range);
        }
    }
    all.extend((!open.is_empty()).then(|| text.join(open)));
    all
}
