//! The DMARC record as a value (RFC 9989, section 4.7).

use crate::dns::Fault;

/// What a DMARC record says. What is not valid in it stands among the faults and counts as if it
/// were not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DmarcRecord<'a> {
    /// The record as it is published.
    pub text: &'a str,
    /// `p=`: for the domain itself.
    pub policy: Setting,
    /// `sp=`: for the domains below it.
    pub subdomains: Setting,
    /// `np=`: for those below it that do not exist.
    pub nonexistent: Setting,
    /// `adkim=s`: d= of a signature must be the very Author Domain.
    pub dkim_strict: bool,
    /// `aspf=s`: the domain of MAIL FROM must be the very Author Domain.
    pub spf_strict: bool,
    /// `psd=`: whether names are registered below the domain.
    pub psd: Psd,
    /// `t=y`: the policy is only tried out.
    pub testing: bool,
    /// Whether `rua=` names somebody that reports can be sent to.
    pub has_reports: bool,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

impl DmarcRecord<'_> {
    /// Whether it can be used as it is (RFC 9989, section 4.10.1: "does not contain a valid "p" tag,
    /// or contains an "sp" or "np" tag that is not valid").
    #[must_use]
    pub fn is_sound(&self) -> bool {
        matches!(self.policy, Setting::Set(_))
            && self.subdomains != Setting::Invalid
            && self.nonexistent != Setting::Invalid
    }
}

/// A tag with a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Not there.
    Absent,
    /// No policy that there is.
    Invalid,
    /// A policy.
    Set(Policy),
}

impl Setting {
    /// The policy, where there is one.
    #[must_use]
    pub fn policy(self) -> Option<Policy> {
        match self {
            Self::Set(policy) => Some(policy),
            Self::Absent | Self::Invalid => None,
        }
    }
}

/// What the domain's owner asks for (Domain Owner Assessment Policy).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Nothing.
    None,
    /// To be taken as suspicious.
    Quarantine,
    /// To be refused.
    Reject,
}

impl Policy {
    /// The word of the record.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }
}

/// Whether a domain is a Public Suffix Domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Psd {
    /// It is.
    Yes,
    /// It is none, and an Organizational Domain.
    No,
    /// The tree walk shows.
    Unknown,
}
