//! Whether the keys of the returned message's DKIM signatures are in DNS.
//!
//! What it says: what key stands at the selector, and what is wrong with it. Why it matters: without
//! a key the signature proves nothing. How to fix: publish the key under the selector that the
//! signing server uses. Evidence used: TXT of `SELECTOR._domainkey.DOMAIN` (RFC 6376, section
//! 3.6.2.1).

mod key;

pub use key::{JudgedKey, dkim_key};

use super::Outcome;
use crate::{case::Case, dns::Answers};

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    for signature in &case.bounce.sending.dkim {
        let (selector, domain) = (&signature.value.selector, &signature.value.domain);
        let judged = key::judge(selector, domain, answers, &mut outcome.needs);
        outcome.findings.extend(judged.map(|key| key.finding));
    }
    outcome
}
