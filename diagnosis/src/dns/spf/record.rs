//! The typed value of a record (RFC 7208, sections 4.6 to 7).

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    ops::Range,
};

use crate::dns::ProtocolResult;

/// A record of one domain: its terms in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The directives.
    pub directives: Vec<Directive>,
    /// `redirect=`, if there is one.
    pub redirect: Option<Modifier>,
    /// `exp=`, if there is one.
    pub explanation: Option<Modifier>,
}

/// A mechanism with its qualifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Where it stands in the record, in bytes.
    pub place: Range<usize>,
    /// What a match means.
    pub qualifier: Qualifier,
    /// What is matched.
    pub mechanism: Mechanism,
}

/// `redirect=` or `exp=`, with its domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modifier {
    /// Where it stands in the record, in bytes.
    pub place: Range<usize>,
    /// The domain that it names.
    pub domain: MacroString,
}

/// What a match means (RFC 7208, section 4.6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// `+`, or none.
    Pass,
    /// `-`.
    Fail,
    /// `~`.
    Softfail,
    /// `?`.
    Neutral,
}

impl Qualifier {
    /// The result of a match.
    #[must_use]
    pub fn result(self) -> ProtocolResult {
        match self {
            Self::Pass => ProtocolResult::Pass,
            Self::Fail => ProtocolResult::Fail,
            Self::Softfail => ProtocolResult::Softfail,
            Self::Neutral => ProtocolResult::Neutral,
        }
    }
}

/// What is matched (RFC 7208, section 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// Everything.
    All,
    /// What another domain's record lets pass.
    Include(MacroString),
    /// The addresses of a name; the current domain where none is given.
    A(Option<MacroString>, Prefixes),
    /// The addresses of a name's mail exchangers.
    Mx(Option<MacroString>, Prefixes),
    /// A validated name of the address within a domain.
    Ptr(Option<MacroString>),
    /// A network.
    Ip4(Ipv4Addr, u8),
    /// A network.
    Ip6(Ipv6Addr, u8),
    /// Whether a name has an address.
    Exists(MacroString),
}

impl Mechanism {
    /// Whether it counts towards the ten look-ups (RFC 7208, section 4.6.4).
    #[must_use]
    pub fn looks_up(&self) -> bool {
        !matches!(self, Self::All | Self::Ip4(..) | Self::Ip6(..))
    }
}

/// The lengths of the networks around an address, by family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefixes {
    /// For IPv4, 0 to 32.
    pub v4: u8,
    /// For IPv6, 0 to 128.
    pub v6: u8,
}

/// Text with macros (RFC 7208, section 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacroString(pub Vec<Piece>);

impl MacroString {
    /// Whether its value depends on the local part of the sender's address.
    #[must_use]
    pub fn holds_local_part(&self) -> bool {
        self.0.iter().any(|piece| {
            matches!(
                piece,
                Piece::Macro(Macro {
                    letter: 's' | 'l',
                    ..
                })
            )
        })
    }
}

/// A piece of a [`MacroString`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it stands; `%%` and `%_` are read into it.
    Literal(String),
    /// `%{…}`.
    Macro(Macro),
}

/// `%{…}` (RFC 7208, section 7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Macro {
    /// Which value: one of `slodiphcrtv`.
    pub letter: char,
    /// An upper-case letter: the value is written as a part of a URL.
    pub escapes: bool,
    /// How many parts from the right; 0 for all of them.
    pub parts: usize,
    /// `r`: the parts in reverse order.
    pub reversed: bool,
    /// What the value is cut at; empty for a dot.
    pub delimiters: String,
}
