//! The table of names that do not answer: `name type outcome [code [text]]`, one a line.

use std::str::FromStr;

use hickory_resolver::proto::rr::{LowerName, Name, RecordType};

/// A line of the table that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected name, type, outcome, extended error code and text")]
pub struct RefusalError {
    /// The line, counted from 1.
    pub line: usize,
}

/// One row: the questions it fits, and what they get instead of records.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    owner: LowerName,
    /// The row is for the names below the owner, not for the owner itself.
    below: bool,
    record_type: Option<RecordType>,
    pub(super) outcome: Outcome,
    pub(super) extended_error: Option<(u16, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// SERVFAIL, unless the question says not to check DNSSEC.
    Bogus,
    NxDomain,
    Refused,
    ServFail,
    Timeout,
}

impl Refusal {
    pub(super) fn owner(&self) -> &LowerName {
        &self.owner
    }

    pub(super) fn fits(&self, name: &LowerName, record_type: RecordType) -> bool {
        let name_fits = match self.below {
            true => self.owner != *name && self.owner.zone_of(name),
            false => self.owner == *name,
        };
        name_fits && self.record_type.is_none_or(|own| own == record_type)
    }
}

/// Reads the table; lines that are empty or begin with `;` say nothing.
pub(super) fn read(table: &str) -> Result<Vec<Refusal>, RefusalError> {
    table
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with(';'))
        .map(|(index, line)| read_row(line).ok_or(RefusalError { line: index + 1 }))
        .collect()
}

fn read_row(line: &str) -> Option<Refusal> {
    let mut words = line.split_whitespace();
    let pattern = words.next()?;
    let record_type = match words.next()? {
        "*" => None,
        text => Some(RecordType::from_str(text).ok()?),
    };
    let outcome = match words.next()? {
        "BOGUS" => Outcome::Bogus,
        "NXDOMAIN" => Outcome::NxDomain,
        "REFUSED" => Outcome::Refused,
        "SERVFAIL" => Outcome::ServFail,
        "TIMEOUT" => Outcome::Timeout,
        _ => return None,
    };
    let extended_error = match words.next() {
        Some(code) => Some((code.parse().ok()?, words.collect::<Vec<_>>().join(" "))),
        None => None,
    };
    let owner = pattern.strip_prefix("*.").unwrap_or(pattern);
    let mut name = Name::from_ascii(owner).ok()?;
    name.set_fqdn(true);
    Some(Refusal {
        owner: LowerName::from(name),
        below: pattern.starts_with("*."),
        record_type,
        outcome,
        extended_error,
    })
}
