//! Backscatter: the bounce of a message that the person never sent. It is called so only where
//! nothing in the returned head has to do with the domain that the bounce went to.

use crate::{
    bounce::{Bounce, Kind, are_related, main_label},
    text::{Lower, Spanned},
};

use super::super::{address, document::Document, encoded, headers::Headers};

/// Whether the returned message comes from another domain than the one that the bounce went to;
/// `None` where that cannot be told.
pub(in super::super) fn is_backscatter(
    document: &Document,
    bounce: &Bounce,
) -> Option<Spanned<bool>> {
    let is_report = matches!(bounce.kind, Kind::Bounce | Kind::Delay | Kind::Delivered);
    if !is_report || !is_from_a_system(&document.headers) {
        return None;
    }
    let from = bounce.sending.from_domain.as_ref()?;
    let (local, domain) = went_to(&document.headers)?;
    if are_related(&from.value, &domain) {
        return Some(from.clone().map(|_| false));
    }
    let is_foreign = !is_of_a_machine(&local) && is_strange(&document.returned, &domain);
    is_foreign.then(|| from.clone().map(|_| true))
}

/// The head must be the bounce's own: somebody who sends a bounce on has another address.
fn is_from_a_system(head: &Headers) -> bool {
    let holds = |name: &str, words: &[&str]| {
        head.first(name).is_some_and(|value| {
            let lower = value.as_str().to_ascii_lowercase();
            words.iter().any(|word| lower.contains(word))
        })
    };
    let null_path = head
        .first("return-path")
        .is_some_and(|path| path.as_str().trim() == "<>");
    null_path
        || holds("from", &["mailer-daemon", "postmaster", "mail delivery"])
        || holds("content-type", &["multipart/report"])
}

/// The one address that the bounce went to, its tag taken off; `None` where a list or a forwarder
/// stands for somebody else.
fn went_to(head: &Headers) -> Option<(String, String)> {
    let mut addresses = address::all_in(head.first("to")?);
    let address = addresses.pop()?;
    if addresses.iter().any(|other| other.value != address.value) {
        return None;
    }
    let plain = match encoded::of(&address) {
        Some(decoded) if decoded.value.form == crate::bounce::Form::Batv => decoded.value.address?,
        Some(_) => return None,
        None => address.value,
    };
    let (local, domain) = plain.rsplit_once('@')?;
    Some((local.lower(), domain.to_owned()))
}

/// Mailboxes that send in the name of other domains.
fn is_of_a_machine(local: &str) -> bool {
    const WORDS: [&str; 17] = [
        "admin",
        "bounce",
        "daemon",
        "error",
        "fbl",
        "list",
        "mailer",
        "news",
        "noreply",
        "no-reply",
        "notif",
        "owner",
        "postmaster",
        "request",
        "return",
        "root",
        "www",
    ];
    // `_` and digits: addresses that programs make.
    let digits = local.bytes().filter(u8::is_ascii_digit).count();
    digits > 6 || local.contains(['+', '=']) || WORDS.iter().any(|word| local.contains(word))
}

/// Whether nothing in a returned head that shows its way has to do with the domain.
fn is_strange(returned: &Headers, domain: &str) -> bool {
    // Who it was for, and what follows from the reverse-path, which is what is forged.
    const SAYS_NOTHING: [&str; 9] = [
        "arc-authentication-results",
        "authentication-results",
        "cc",
        "delivered-to",
        "envelope-to",
        "received-spf",
        "return-path",
        "to",
        "x-original-to",
    ];
    // Others may send in somebody's name, and say so.
    const SENT_FOR_OTHERS: [&str; 6] = [
        "list-id",
        "list-post",
        "list-unsubscribe",
        "resent-from",
        "sender",
        "x-forwarded-to",
    ];
    let name = main_label(domain);
    let knows = |value: &str| {
        let lower = value.lower();
        let end = lower.find("envelope-from").unwrap_or(lower.len());
        lower.get(..end).is_some_and(|way| way.contains(name))
    };
    returned.first("received").is_some()
        && SENT_FOR_OTHERS
            .iter()
            .all(|name| returned.first(name).is_none())
        && returned
            .iter()
            .filter(|(name, _)| !SAYS_NOTHING.contains(name))
            .all(|(_, value)| !knows(value.as_str()))
}
