//! The demonstration zone: names of our own that show every kind of finding without a network.
//!
//! `example.zone` holds records, `refusals.txt` the names that fail, and how. All of it stands on
//! names and addresses that are reserved for documentation, so nothing real is hidden.

use std::collections::{BTreeMap, BTreeSet};

use hickory_resolver::proto::{
    op::{Edns, Message, Query, ResponseCode},
    rr::{LowerName, Name, RData, Record, RecordType, RrKey, rdata::opt::EdnsOption},
    serialize::txt::{ParseError, Parser},
};

use self::refusals::{Outcome, Refusal};
use crate::resolve::{Failure, Question};

mod refusals;

pub use refusals::RefusalError;

/// Why the zone could not be read; its files are compiled in, so a test stands guard.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneError {
    /// The records are not well formed.
    #[error("the demonstration zone cannot be read")]
    Records(#[from] ParseError),
    /// The table of refusals is not well formed.
    #[error("the demonstration zone's refusals cannot be read")]
    Refusals(#[from] RefusalError),
}

/// Records and refusals, ready to answer.
pub struct DemoZone {
    records: BTreeMap<LowerName, BTreeMap<RecordType, Vec<Record>>>,
    refusals: Vec<Refusal>,
    /// Registrable names under which everything is ours: what is not held does not exist.
    apexes: BTreeSet<LowerName>,
    /// Names without records that lie above names with some.
    between: BTreeSet<LowerName>,
}

impl DemoZone {
    /// The zone that is compiled in.
    ///
    /// # Errors
    ///
    /// Where its files are not well formed.
    pub fn built_in() -> Result<Self, ZoneError> {
        Self::read(
            include_str!("demo_zone/example.zone"),
            include_str!("demo_zone/refusals.txt"),
        )
    }

    fn read(zone: &str, refusals: &str) -> Result<Self, ZoneError> {
        let (_, sets) = Parser::new(zone, None, Some(Name::root())).parse()?;
        let mut records = BTreeMap::<_, BTreeMap<_, _>>::new();
        for (RrKey { name, record_type }, set) in sets {
            let rows = set.records_without_rrsigs().cloned().collect();
            records.entry(name).or_default().insert(record_type, rows);
        }
        let refusals = refusals::read(refusals)?;
        let names = || records.keys().chain(refusals.iter().map(Refusal::owner));
        let apexes = names().filter_map(apex).collect();
        let between = records.keys().flat_map(ancestors_below_apex).collect();
        Ok(Self {
            records,
            refusals,
            apexes,
            between,
        })
    }

    /// The answer to a question about a name of this zone; `None` for every other name.
    pub fn answer(&self, question: &Question) -> Option<Result<Message, Failure>> {
        let name = LowerName::from(&question.name);
        if let Some(refusal) = self.refusal(&name, question) {
            return Some(self.refuse(refusal, question));
        }
        let code = match self.standing(&name)? {
            Standing::Held => ResponseCode::NoError,
            Standing::Absent => ResponseCode::NXDomain,
        };
        let mut message = blank(question, code);
        self.fill(&mut message, name, question.record_type);
        Some(Ok(message))
    }

    fn refusal(&self, name: &LowerName, question: &Question) -> Option<&Refusal> {
        self.refusals
            .iter()
            .find(|row| row.fits(name, question.record_type))
            .filter(|row| row.outcome != Outcome::Bogus || !question.checking_disabled)
    }

    fn refuse(&self, refusal: &Refusal, question: &Question) -> Result<Message, Failure> {
        let code = match refusal.outcome {
            Outcome::Timeout => return Err(Failure::Timeout),
            Outcome::NxDomain => ResponseCode::NXDomain,
            Outcome::Refused => ResponseCode::Refused,
            Outcome::Bogus | Outcome::ServFail => ResponseCode::ServFail,
        };
        let mut message = blank(question, code);
        if code == ResponseCode::NXDomain {
            let soa = self.soa_above(&LowerName::from(&question.name));
            message.authorities.extend(soa);
        }
        if let Some((code, text)) = &refusal.extended_error {
            let bytes = [&code.to_be_bytes(), text.as_bytes()].concat();
            let edns = message.edns.get_or_insert_with(Edns::new);
            edns.options_mut()
                .insert(EdnsOption::Unknown(EXTENDED_ERROR, bytes));
        }
        Ok(message)
    }

    fn standing(&self, name: &LowerName) -> Option<Standing> {
        if self.records.contains_key(name) || self.between.contains(name) {
            return Some(Standing::Held);
        }
        let ours = apex(name).is_some_and(|apex| self.apexes.contains(&apex));
        ours.then_some(Standing::Absent)
    }

    /// Follows aliases as far as the zone goes; a chain's end decides the response code.
    fn fill(&self, message: &mut Message, mut name: LowerName, record_type: RecordType) {
        for _ in 0..LONGEST_CHAIN {
            let held = self.records.get(&name);
            if let Some(rows) = held.and_then(|held| held.get(&record_type)) {
                message.answers.extend(rows.iter().cloned());
                return;
            }
            let alias = held
                .and_then(|held| held.get(&RecordType::CNAME))
                .and_then(|rows| rows.first());
            let Some(row) = alias else { break };
            let RData::CNAME(target) = &row.data else {
                break;
            };
            message.answers.push(row.clone());
            name = LowerName::from(&target.0);
            match self.standing(&name) {
                Some(Standing::Held) => {}
                Some(Standing::Absent) => message.metadata.response_code = ResponseCode::NXDomain,
                None => return,
            }
        }
        message.authorities.extend(self.soa_above(&name));
    }

    /// RFC 2308 §3: "Name servers authoritative for a zone MUST include the SOA record of the zone
    /// in the authority section of the response when reporting an NXDOMAIN or indicating that no
    /// data of the requested type exists."
    fn soa_above(&self, name: &LowerName) -> Option<Record> {
        let mut zone = name.clone();
        while !zone.is_root() {
            let soa = self
                .records
                .get(&zone)
                .and_then(|h| h.get(&RecordType::SOA));
            if let Some(row) = soa.and_then(|rows| rows.first()) {
                return Some(row.clone());
            }
            zone = zone.base_name();
        }
        None
    }
}

enum Standing {
    Held,
    Absent,
}

fn blank(question: &Question, code: ResponseCode) -> Message {
    let mut message = Message::query().into_response();
    message.metadata.response_code = code;
    message.metadata.recursion_desired = true;
    message.metadata.recursion_available = true;
    message.metadata.checking_disabled = question.checking_disabled;
    message.add_query(Query::query(question.name.clone(), question.record_type));
    message
}

/// The last two labels; none for a top-level domain, and none for addresses: of reverse zones the
/// zone holds single names only, the rest belongs to whoever the upstream says.
fn apex(name: &LowerName) -> Option<LowerName> {
    let labels = labels(name);
    let reverse = Name::from_labels([&b"arpa"[..]]).is_ok_and(|arpa| arpa.zone_of(name));
    (labels >= 2 && !reverse).then(|| LowerName::from(name.trim_to(2)))
}

fn ancestors_below_apex(name: &LowerName) -> Vec<LowerName> {
    let labels = match apex(name) {
        Some(_) => labels(name),
        None => 0,
    };
    (3..labels)
        .map(|count| LowerName::from(name.trim_to(count)))
        .collect()
}

/// `Name::num_labels` leaves a leading `*` out.
fn labels(name: &LowerName) -> usize {
    name.iter().count()
}

/// More aliases in a row than any example needs; a loop ends here.
const LONGEST_CHAIN: usize = 8;

/// RFC 8914 §2: the EDNS option code of an extended DNS error.
const EXTENDED_ERROR: u16 = 15;

#[cfg(test)]
mod tests;
