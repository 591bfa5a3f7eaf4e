use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use super::{Name, Question, RecordType};
use crate::sort::sort;

/// What came back for one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How it ended.
    pub outcome: Outcome,
    /// The answer section.
    pub records: Vec<Record>,
    /// Whether the resolver vouches for it by DNSSEC (the AD bit).
    pub authenticated: bool,
    /// Extended DNS Errors (RFC 8914): code and text.
    pub extended_errors: Vec<(u16, String)>,
    /// When it was asked, in Unix seconds; set by the edge.
    pub asked_at: Option<i64>,
    /// Whether it is demonstration data of the proxy.
    pub demo: bool,
}

/// How a question ended. Six different things; none of them is "no records".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// NOERROR: the name exists; whether the type does, the records say.
    NoError,
    /// NXDOMAIN: the name does not exist.
    NxDomain,
    /// SERVFAIL: the resolver could not find out.
    ServFail,
    /// REFUSED, or another code by which the resolver does not answer.
    Refused,
    /// No answer in time.
    Timeout,
    /// The resolver could not be reached.
    Unreachable,
    /// Nobody asked: DNS is switched off.
    NotAsked,
}

impl Outcome {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoError => "NOERROR",
            Self::NxDomain => "NXDOMAIN",
            Self::ServFail => "SERVFAIL",
            Self::Refused => "REFUSED",
            Self::Timeout => "TIMEOUT",
            Self::Unreachable => "UNREACHABLE",
            Self::NotAsked => "NOT-ASKED",
        }
    }
}

impl Answer {
    /// An answer without records.
    #[must_use]
    pub fn empty(outcome: Outcome) -> Self {
        Self {
            outcome,
            records: Vec::new(),
            authenticated: false,
            extended_errors: Vec::new(),
            asked_at: None,
            demo: false,
        }
    }

    /// Whether DNS said something about the name: records, their absence, or that there is no such
    /// name.
    #[must_use]
    pub fn is_conclusive(&self) -> bool {
        matches!(self.outcome, Outcome::NoError | Outcome::NxDomain)
    }

    /// The mail exchangers, best preference first.
    #[must_use]
    pub fn mail_exchangers(&self) -> Vec<(u16, String)> {
        let mut all: Vec<(u16, String)> = self
            .records
            .iter()
            .filter_map(|record| match &record.data {
                RecordData::Mx {
                    preference,
                    exchange,
                } => Some((*preference, exchange.clone())),
                _ => None,
            })
            .collect();
        sort(&mut all);
        all
    }

    /// The addresses.
    #[must_use]
    pub fn addresses(&self) -> Vec<IpAddr> {
        self.records
            .iter()
            .filter_map(|record| match &record.data {
                RecordData::A(ip) => Some(IpAddr::V4(*ip)),
                RecordData::Aaaa(ip) => Some(IpAddr::V6(*ip)),
                _ => None,
            })
            .collect()
    }

    /// The names of a reverse look-up.
    #[must_use]
    pub fn pointers(&self) -> Vec<Name> {
        self.records
            .iter()
            .filter_map(|record| match &record.data {
                RecordData::Ptr(name) => Some(name.clone()),
                _ => None,
            })
            .collect()
    }

    /// The TXT records, the character-strings of each joined without spaces (RFC 7208, section
    /// 3.3).
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        self.records
            .iter()
            .filter_map(|record| match &record.data {
                RecordData::Txt(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The shortest time to live, in seconds.
    #[must_use]
    pub fn ttl(&self) -> Option<u32> {
        self.records.iter().map(|record| record.ttl).min()
    }
}

/// One resource record of the answer section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The owner name.
    pub owner: String,
    /// Time to live, in seconds.
    pub ttl: u32,
    /// What it holds.
    pub data: RecordData,
}

/// The data of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordData {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// The name that the owner name stands for.
    Cname(Name),
    /// A mail exchanger; `exchange` is empty for the root (a null MX, RFC 7505), and kept as it
    /// came where it is no host name.
    Mx {
        /// Lower is better.
        preference: u16,
        /// The host, lower case, without a trailing dot.
        exchange: String,
    },
    /// The name of an address.
    Ptr(Name),
    /// Text, its character-strings joined.
    Txt(String),
    /// Any other type, in presentation form: type number and data.
    Other(u16, String),
}

impl RecordData {
    /// Presentation form, as `dig` shows it (TXT joined into one character-string).
    #[must_use]
    pub fn present(&self) -> String {
        match self {
            Self::A(ip) => ip.to_string(),
            Self::Aaaa(ip) => ip.to_string(),
            Self::Cname(name) | Self::Ptr(name) => format!("{name}."),
            Self::Mx {
                preference,
                exchange,
            } => format!("{preference} {exchange}."),
            Self::Txt(text) => text.clone(),
            Self::Other(_, data) => data.clone(),
        }
    }
}

/// All answers so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<Question, Answer>);

impl Answers {
    /// Takes an answer in; a later one for the same question replaces the earlier.
    pub fn insert(&mut self, question: Question, answer: Answer) {
        self.0.insert(question, answer);
    }

    /// The answer to a question, if it has come.
    #[must_use]
    pub fn get(&self, question: &Question) -> Option<&Answer> {
        self.0.get(question)
    }

    /// Whether the question has been answered.
    #[must_use]
    pub fn contains(&self, question: &Question) -> bool {
        self.0.contains_key(question)
    }

    /// All questions and answers, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&Question, &Answer)> {
        self.0.iter()
    }

    /// The number of questions answered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing has been answered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Question, Answer)> for Answers {
    fn from_iter<I: IntoIterator<Item = (Question, Answer)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl RecordType {
    /// Whether records of this type are what `data` holds.
    #[must_use]
    pub fn holds(self, data: &RecordData) -> bool {
        matches!(
            (self, data),
            (Self::A, RecordData::A(_))
                | (Self::Aaaa, RecordData::Aaaa(_))
                | (Self::Mx, RecordData::Mx { .. })
                | (Self::Ptr, RecordData::Ptr(_))
                | (Self::Txt, RecordData::Txt(_))
                | (Self::Ns | Self::Tlsa, RecordData::Other(..))
        )
    }
}
