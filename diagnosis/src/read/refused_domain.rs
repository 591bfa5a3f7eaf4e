//! The domain of the sender that a refusal names: whose SPF, DKIM or DMARC did not pass.

use std::ops::Range;

use crate::{
    bounce::Bounce,
    text::{Lower, Spanned, narrow},
};

use super::{address, lone};

/// Words right before the domain of From.
const BEFORE_AUTHOR: [&str; 7] = [
    "unauthenticated email from ",
    "unauthenticated mail from ",
    "sending domain ",
    "header.from=",
    "dmarc policy for ",
    DUE_TO,
    "dmarc policy of ",
];

const DUE_TO: &str = "due to ";

/// Words right before the domain, or the address, of MAIL FROM.
const BEFORE_ENVELOPE: [&str; 10] = [
    "spf [",
    "spf check failed for ",
    "smtp.mailfrom=",
    "envelope-from=",
    "domain of ",
    "send mail for ",
    "send mail from ",
    "send mails from ",
    "verification failed for <",
    // The page that SPF filters link to: `…/why?s=mfrom;id=ana%40shop.example;ip=…`.
    "s=mfrom;id=",
];

/// The domain of From, as the first refusal that tells it has it.
pub(super) fn of_author(bounce: &Bounce) -> Option<Spanned<String>> {
    named(bounce, &BEFORE_AUTHOR)
}

/// The domain of MAIL FROM, as the first refusal that tells it has it.
pub(super) fn of_envelope(bounce: &Bounce) -> Option<Spanned<String>> {
    named(bounce, &BEFORE_ENVELOPE).or_else(|| of_refused_address(bounce))
}

/// Postfix repeats the address that it refused: `<ADDRESS>: Sender address rejected`.
fn of_refused_address(bounce: &Bounce) -> Option<Spanned<String>> {
    bounce.recipients.iter().find_map(|recipient| {
        let said = recipient.diagnostic.as_ref()?;
        let lower = said.value.to_ascii_lowercase();
        let end = lower.find(">: sender address rejected")?;
        let start = lower.get(..end)?.rfind('@')? + 1;
        let domain = lower.get(start..end).filter(|name| lone::is_domain(name))?;
        Some(Spanned::new(domain.to_owned(), narrow(said, start..end)))
    })
}

fn named(bounce: &Bounce, before: &[&str]) -> Option<Spanned<String>> {
    bounce.recipients.iter().find_map(|recipient| {
        let said = recipient.diagnostic.as_ref()?;
        let range = domain_behind(&said.value, before)?;
        let domain = said.value.get(range.clone())?.lower();
        Some(Spanned::new(domain, narrow(said, range)))
    })
}

/// The domain behind the first of some words; what stands before its `@` is left out.
fn domain_behind(said: &str, before: &[&str]) -> Option<Range<usize>> {
    let lower = said.to_ascii_lowercase();
    before.iter().find_map(|words| {
        let start = lower.find(words)? + words.len();
        let rest = lower.get(start..)?;
        let word = rest
            .split([' ', ';', '&', ']', ')', '>', ',', '\''])
            .next()?;
        let local = ["%40", "@"].iter().find_map(|at| {
            let found = word.find(at)?;
            Some(found + at.len())
        });
        let host = address::host_at(&lower, start + local.unwrap_or(0))?;
        // "due to" stands before much else: before a domain's own policy it has an `'s` behind it.
        let is_policy = lower.get(host.end..)?.starts_with("'s");
        if *words == DUE_TO && !is_policy {
            return None;
        }
        let is_whole = host.end == start + word.trim_end_matches('.').len();
        (is_whole && lone::is_domain(lower.get(host.clone())?)).then_some(host)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: &str, before: &[&str], expected: Option<&str>) {
        let found = domain_behind(said, before).map(|range| &said[range]);
        assert_eq!(found, expected);
    }

    #[test]
    fn refusals_name_the_domain_of_the_author() {
        check(
            "550-5.7.26 Unauthenticated email from shop.example is not accepted due to domain's DMARC policy.",
            &BEFORE_AUTHOR,
            Some("shop.example"),
        );
        check(
            "550 5.7.515 Access denied, sending domain Shop.example doesn't meet the required authentication level.",
            &BEFORE_AUTHOR,
            Some("Shop.example"),
        );
        check("the sending domain is unknown", &BEFORE_AUTHOR, None);
        check(
            "rejected due to shop.example's DMARC policy",
            &BEFORE_AUTHOR,
            Some("shop.example"),
        );
        check(
            "554 5.7.1 rejected due to zen.spamhaus.org listing",
            &BEFORE_AUTHOR,
            None,
        );
    }

    #[test]
    fn refusals_name_the_domain_of_the_envelope() {
        check(
            "550-5.7.26 SPF [mail.shop.example] with ip: [203.0.113.9] = did not pass",
            &BEFORE_ENVELOPE,
            Some("mail.shop.example"),
        );
        check(
            "Please see http://www.openspf.net/Why?s=mfrom;id=ana%40shop.example;ip=203.0.113.9;r=mx.firm.example",
            &BEFORE_ENVELOPE,
            Some("shop.example"),
        );
        check(
            "domain of ana@shop.example does not designate 203.0.113.9 as permitted sender",
            &BEFORE_ENVELOPE,
            Some("shop.example"),
        );
        check("domain of the sender", &BEFORE_ENVELOPE, None);
    }
}
