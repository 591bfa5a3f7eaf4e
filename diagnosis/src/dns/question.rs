use std::{net::IpAddr, str::FromStr};

use super::Name;

/// One question to DNS.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// The name asked for.
    pub name: Name,
    /// The type asked for.
    pub record_type: RecordType,
    /// Whether DNSSEC validation is switched off (the CD bit; RFC 4035, section 3.2.2).
    pub checking_disabled: bool,
}

impl Question {
    /// An ordinary question.
    #[must_use]
    pub fn new(name: Name, record_type: RecordType) -> Self {
        Self {
            name,
            record_type,
            checking_disabled: false,
        }
    }

    /// The question for the names of an address.
    #[must_use]
    pub fn reverse(ip: IpAddr) -> Self {
        Self::new(Name::reverse(ip), RecordType::Ptr)
    }
}

/// The record types that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the types are named as their standards name them"
)]
pub enum RecordType {
    A,
    Aaaa,
    Mx,
    Ns,
    Ptr,
    Tlsa,
    Txt,
}

impl RecordType {
    const ALL: [(Self, &'static str); 7] = [
        (Self::A, "A"),
        (Self::Aaaa, "AAAA"),
        (Self::Mx, "MX"),
        (Self::Ns, "NS"),
        (Self::Ptr, "PTR"),
        (Self::Tlsa, "TLSA"),
        (Self::Txt, "TXT"),
    ];

    /// Its mnemonic.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == self)
            .map_or("", |(_, word)| word)
    }
}

impl FromStr for RecordType {
    type Err = super::NameError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(word))
            .map(|(known, _)| *known)
            .ok_or(super::NameError::Character)
    }
}
