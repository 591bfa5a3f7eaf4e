//! A bounce with what was judged of it: what the checks and the checklist start from.

mod tried;

use std::net::IpAddr;

use crate::{
    bounce::{Bounce, Signature},
    reason::{Confidence, Reason, RefusedBy, Side},
    text::{Lower, Span, Spanned},
};

pub use tried::{Tried, silent_servers, tried};

/// A bounce with its judgements; what the checks and the checklist start from.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What was read.
    pub bounce: Bounce,
    /// One a recipient, in the same order.
    pub judgements: Vec<Judgement>,
    /// What the person has agreed to.
    pub options: Options,
}

/// What is done only where the person has agreed to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether blocklists are asked that the paste does not name: it tells their operators about
    /// the sender.
    pub blocklists: bool,
    /// Whether a question may carry the local part of an address, as a macro of an SPF record can
    /// ask for (RFC 7208, section 7.2).
    pub local_parts: bool,
}

/// Why, and what follows.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Why the message was refused.
    pub reason: Reason,
    /// The second-best reading, where the evidence is split.
    pub second_reason: Option<Reason>,
    /// How sure that is.
    pub confidence: Confidence,
    /// Whether the refusal is of class 5; `None` where it is no delivery trouble.
    pub permanent: Option<bool>,
    /// Whether the address must not be mailed again.
    pub suppress: Option<bool>,
    /// Who has to act first.
    pub responsible: Side,
    /// Who said no.
    pub refused_by: Option<RefusedBy>,
    /// The provider that said no, by its id in the knowledge.
    pub provider: Option<&'static str>,
    /// The row that fired; empty where none did.
    pub rule: &'static str,
    /// Where in the paste the words and codes stand that it fired on.
    pub spans: Vec<Span>,
}

/// What a person knows of the sending side beyond the paste. It stands before what the paste says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The IP address that the refusing server saw.
    pub ip: Option<IpAddr>,
    /// The name that the sending server gives.
    pub helo: Option<String>,
    /// The sender's domain.
    pub from_domain: Option<String>,
    /// The selector of a DKIM signature, and the domain where it was given too.
    pub selector: Option<(String, Option<String>)>,
}

impl Facts {
    /// Takes an IP address as a person writes it, also in brackets; `false` where it is none.
    pub fn take_ip(&mut self, written: &str) -> bool {
        let bare = written.trim().trim_matches(['[', ']']);
        self.ip = bare.parse().ok();
        self.ip.is_some()
    }

    /// Takes an address or a domain; `false` where it is neither.
    pub fn take_from(&mut self, written: &str) -> bool {
        let domain = written.rsplit('@').next().unwrap_or_default();
        self.from_domain = host(domain.trim_end_matches(['>', ' ']));
        self.from_domain.is_some()
    }

    /// Takes the name of a server; `false` where it is none.
    pub fn take_helo(&mut self, written: &str) -> bool {
        self.helo = host(written);
        self.helo.is_some()
    }

    /// Takes a selector, alone or with `._domainkey.` and the domain behind it; `false` where it is
    /// none.
    pub fn take_selector(&mut self, written: &str) -> bool {
        let written = written.trim().trim_start_matches("s=");
        let (selector, domain) = match written.split_once("._domainkey") {
            Some((selector, rest)) => (selector, host(rest.trim_start_matches('.'))),
            None => (written, None),
        };
        self.selector = host(selector).map(|selector| (selector, domain));
        self.selector.is_some()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A name of letters, digits, hyphens and dots, in lower case; names in other scripts are names too.
fn host(written: &str) -> Option<String> {
    let name = written.trim().trim_end_matches('.').lower();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_name = !name.is_empty() && name.len() <= 253 && name.chars().all(fits);
    (is_name && name.split('.').all(|label| !label.is_empty())).then_some(name)
}

impl Case {
    /// The case with what a person adds to it.
    #[must_use]
    pub fn with_facts(mut self, facts: &Facts) -> Self {
        let sending = &mut self.bounce.sending;
        if let Some(ip) = facts.ip {
            sending.ip = Some(placeless(ip));
        }
        if let Some(helo) = &facts.helo {
            sending.helo = Some(placeless(helo.clone()));
        }
        if let Some(domain) = &facts.from_domain {
            sending.from_domain = Some(placeless(domain.clone()));
        }
        let own = sending.from_domain.as_ref();
        let own = own.or(sending.envelope_domain.as_ref());
        let own = own.map(|domain| domain.value.clone());
        if let Some((selector, domain)) = facts.selector.clone()
            && let Some(domain) = domain.or(own)
        {
            sending.dkim = vec![placeless(Signature {
                domain,
                selector,
                algorithm: None,
            })];
        }
        self
    }
}

/// A value that stands nowhere in the paste.
fn placeless<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bounce::Shape, text::Span};

    fn case() -> Case {
        let bounce = Bounce::unknown(Span { start: 0, end: 0 }, Shape::Reply);
        Case {
            bounce,
            judgements: Vec::new(),
            options: Options::default(),
        }
    }

    #[test]
    fn facts_are_taken_as_people_write_them() {
        let mut facts = Facts::default();
        assert!(facts.take_ip(" [192.0.2.1] ") && facts.take_from("<Ana@Shop.example>"));
        assert!(facts.take_helo("MX.shop.example.") && facts.take_selector("s=k1"));
        let sending = case().with_facts(&facts).bounce.sending;
        let text = |value: Option<Spanned<String>>| value.map(|it| it.value).unwrap_or_default();
        assert_eq!(
            sending.ip.map(|ip| ip.value.to_string()),
            Some("192.0.2.1".to_owned())
        );
        assert_eq!(text(sending.from_domain), "shop.example");
        assert_eq!(text(sending.helo), "mx.shop.example");
        assert_eq!(sending.dkim[0].value.domain, "shop.example");
    }

    #[test]
    fn what_is_no_fact_is_not_taken() {
        let mut facts = Facts::default();
        assert!(!facts.take_ip("192.0.2") && !facts.take_from("a b") && !facts.take_helo(""));
        assert!(!facts.take_selector("._domainkey.shop.example") && !facts.take_helo("a..b"));
        assert!(facts.is_empty());
        assert_eq!(case().with_facts(&facts), case());
    }

    #[test]
    fn a_selector_brings_its_domain() {
        let mut facts = Facts::default();
        assert!(facts.take_selector("k1._domainkey.shop.example"));
        let dkim = case().with_facts(&facts).bounce.sending.dkim;
        assert_eq!(
            (
                dkim[0].value.selector.as_str(),
                dkim[0].value.domain.as_str()
            ),
            ("k1", "shop.example")
        );
    }
}
