//! A bounce with what was judged of it: what the checks and the checklist start from.

use crate::{
    bounce::Bounce,
    reason::{Confidence, Reason, RefusedBy, Side},
    text::Span,
};

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
