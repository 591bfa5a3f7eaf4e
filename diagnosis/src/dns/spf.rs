//! SPF (RFC 7208): the record as a value, text to record, and the evaluation over answers.

mod eval;
mod macros;
pub mod parse;
pub mod record;
pub mod slips;

use std::{fmt, net::IpAddr};

pub use eval::evaluate;
use parse::SyntaxError;

use super::{Name, Outcome, ProtocolResult, Question};

/// What is evaluated (RFC 7208, section 4.1).
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The address of the client.
    pub ip: IpAddr,
    /// The name given in HELO.
    pub helo: &'a str,
    /// The local part of MAIL FROM; `None` where no question may carry it.
    pub local_part: Option<&'a str>,
    /// The domain of MAIL FROM, or of HELO.
    pub domain: &'a str,
    /// Whether the explanation of a "fail" is wanted: it costs a question.
    pub explains: bool,
}

/// How far an evaluation has come.
#[derive(Clone, Debug)]
pub enum State<'a> {
    /// These questions have to be answered first.
    Open(Vec<Question>),
    /// It has a result.
    Done(Evaluation<'a>),
}

/// A result, and how it came about.
#[derive(Clone, Debug)]
pub struct Evaluation<'a> {
    /// The result.
    pub result: ProtocolResult,
    /// The directive that decided.
    pub matched: Option<Matched<'a>>,
    /// Why it is temperror or permerror.
    pub fault: Option<Fault>,
    /// What the domain's owner says to a "fail" (RFC 7208, section 6.2).
    pub explanation: Option<String>,
    /// Terms that looked something up; at most 10.
    pub lookups: usize,
    /// Look-ups that found nothing; at most 2.
    pub void_lookups: usize,
    /// Every record and term on the way.
    pub trail: Vec<Step<'a>>,
    /// The questions whose answers were used, in the order of their use.
    pub answers: Vec<Question>,
}

/// A record that is come to so often leads back to itself.
const OFTEN: usize = 4;

impl Evaluation<'_> {
    /// The domain whose record leads back to itself, by includes or `redirect=`.
    #[must_use]
    pub fn circle(&self) -> Option<&Name> {
        let domains = || {
            self.trail.iter().filter_map(|step| match step {
                Step::Record { domain, .. } => Some(domain),
                _ => None,
            })
        };
        let is_often = |domain: &&Name| domains().filter(|known| known == domain).count() >= OFTEN;
        domains().find(is_often)
    }
}

/// The directive that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched<'a> {
    /// The domain in whose record it stands.
    pub domain: Name,
    /// The directive as it stands there.
    pub term: &'a str,
}

/// A step on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// A record was found. `depth` counts the includes around it.
    Record {
        /// How many includes stand around it.
        depth: usize,
        /// Whose record.
        domain: Name,
        /// The record.
        text: &'a str,
    },
    /// A domain has no record.
    NoRecord {
        /// How many includes stand around it.
        depth: usize,
        /// The domain.
        domain: Name,
        /// Whether DNS knows the domain.
        exists: bool,
        /// A text that was meant as one.
        lookalike: Option<&'a str>,
    },
    /// A directive was looked at.
    Term {
        /// How many includes stand around it.
        depth: usize,
        /// The directive.
        text: &'a str,
        /// How many look-ups it counted for, all within it included.
        lookups: usize,
        /// How it ended.
        outcome: TermOutcome,
    },
    /// The record goes on elsewhere.
    Redirect {
        /// How many includes stand around it.
        depth: usize,
        /// The modifier.
        text: &'a str,
    },
}

/// How a directive ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermOutcome {
    /// It matched.
    Match,
    /// It did not.
    NoMatch,
    /// The evaluation broke off in it.
    Error,
}

/// Why an evaluation ends in temperror or permerror.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// DNS did not answer (section 4.4).
    Dns {
        /// What was asked.
        question: Question,
        /// What came instead of an answer.
        outcome: Outcome,
    },
    /// A record breaks the grammar (section 4.6).
    Syntax {
        /// Whose record.
        domain: Name,
        /// The term.
        term: String,
        /// What and where.
        error: SyntaxError,
    },
    /// More than one record (section 4.5).
    SeveralRecords {
        /// Whose.
        domain: Name,
        /// How many.
        count: usize,
    },
    /// More than ten terms look something up (section 4.6.4).
    TooManyLookups,
    /// More than two look-ups find nothing (section 4.6.4).
    TooManyVoidLookups,
    /// A name has more than ten mail exchangers (section 4.6.4).
    TooManyExchangers {
        /// The name.
        domain: Name,
    },
    /// `include:` or `redirect=` lead to a domain without a record (sections 5.2 and 6.1).
    NoRecordAt {
        /// The term.
        term: String,
    },
    /// `include:` leads to what is no name.
    NoTarget,
    /// A macro asks for the local part, which must not be asked.
    Withheld,
}

impl Fault {
    /// The result that it gives.
    #[must_use]
    pub fn result(&self) -> ProtocolResult {
        match self {
            Self::Dns { .. } | Self::Withheld => ProtocolResult::Temperror,
            Self::Syntax { .. }
            | Self::SeveralRecords { .. }
            | Self::TooManyLookups
            | Self::TooManyVoidLookups
            | Self::TooManyExchangers { .. }
            | Self::NoRecordAt { .. }
            | Self::NoTarget => ProtocolResult::Permerror,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns { question, outcome } => {
                let (kind, name) = (question.record_type.as_str(), &question.name);
                match outcome {
                    Outcome::Timeout => write!(f, "no answer about {kind} of {name} came in time"),
                    Outcome::Unreachable => f.write_str("the resolver could not be reached"),
                    other => write!(f, "{} about {kind} of {name}", other.as_str()),
                }
            }
            Self::Syntax {
                domain,
                term,
                error,
            } => write!(f, "in the record of {domain}, in \"{term}\": {error}"),
            Self::SeveralRecords { domain, count } => {
                write!(f, "{domain} has {count} records that begin with v=spf1")
            }
            Self::TooManyLookups => f.write_str("more than 10 look-ups"),
            Self::TooManyVoidLookups => f.write_str("more than 2 look-ups that find nothing"),
            Self::TooManyExchangers { domain } => {
                write!(f, "{domain} has more than 10 mail exchangers")
            }
            Self::NoRecordAt { term } => write!(f, "{term} leads to a domain without a record"),
            Self::NoTarget => f.write_str("a term leads to what is no domain name"),
            Self::Withheld => f.write_str("a macro asks for the local part of the address"),
        }
    }
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = |f: &mut fmt::Formatter<'_>, depth: usize| {
            (0..depth).try_for_each(|_| f.write_str("    "))
        };
        match self {
            Self::Record {
                depth,
                domain,
                text,
            } => {
                indent(f, *depth)?;
                write!(f, "{domain}: {text}")
            }
            Self::NoRecord {
                depth,
                domain,
                exists,
                lookalike,
            } => {
                indent(f, *depth)?;
                match (exists, lookalike) {
                    (false, _) => write!(f, "{domain}: does not exist"),
                    (true, None) => write!(f, "{domain}: no record"),
                    (true, Some(text)) => {
                        write!(f, "{domain}: no record; meant as one, but none: {text}")
                    }
                }
            }
            Self::Term {
                depth,
                text,
                lookups,
                outcome,
            } => {
                indent(f, *depth)?;
                let ended = match outcome {
                    TermOutcome::Match => "matches",
                    TermOutcome::NoMatch => "does not match",
                    TermOutcome::Error => "breaks off",
                };
                write!(f, "  {text}: {ended}")?;
                match lookups {
                    0 => Ok(()),
                    1 => f.write_str(" (1 look-up)"),
                    many => write!(f, " ({many} look-ups)"),
                }
            }
            Self::Redirect { depth, text } => {
                indent(f, *depth)?;
                write!(f, "  {text}")
            }
        }
    }
}
