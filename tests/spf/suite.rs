//! The public test suite of RFC 7208, as it lies beside the project: scenarios of a zone and tests.

use std::{collections::BTreeMap, fs, net::IpAddr};

use diagnosis::dns::{Answer, Name, Outcome, Record, RecordData, RecordType};
use yaml_rust2::{Yaml, YamlLoader};

/// A zone, and what is asked of it.
pub(crate) struct Scenario {
    pub(crate) zone: Zone,
    pub(crate) tests: Vec<Test>,
}

/// One call of `check_host()`.
pub(crate) struct Test {
    pub(crate) name: String,
    pub(crate) ip: IpAddr,
    pub(crate) helo: String,
    pub(crate) mail_from: String,
    /// Any of these is right.
    pub(crate) results: Vec<String>,
    pub(crate) explanation: Option<String>,
}

impl Test {
    /// The local part and domain that are evaluated: an empty MAIL FROM is `postmaster` at HELO
    /// (section 2.4), an empty local part is `postmaster` too (section 4.3).
    pub(crate) fn identity(&self) -> (&str, &str) {
        let (local, domain) = match self.mail_from.rsplit_once('@') {
            Some(parts) => parts,
            None => ("", self.helo.as_str()),
        };
        match local {
            "" => ("postmaster", domain),
            some => (some, domain),
        }
    }
}

/// Records by lower-case name.
#[derive(Default)]
pub(crate) struct Zone(BTreeMap<String, Vec<Entry>>);

enum Entry {
    Data(RecordData),
    /// A type of which it has nothing, also where the suite would copy it.
    Nothing,
    Timeout,
}

impl Zone {
    /// What DNS answers; a resolver follows aliases.
    pub(crate) fn answer(&self, name: &Name, record_type: RecordType) -> Answer {
        let mut records = Vec::new();
        let mut owner = name.as_str().to_owned();
        for _ in 0..10 {
            let Some(entries) = self.0.get(&owner) else {
                return Answer {
                    records,
                    ..Answer::empty(Outcome::NxDomain)
                };
            };
            let data = |entry: &Entry| match entry {
                Entry::Data(data) => Some(data.clone()),
                Entry::Nothing | Entry::Timeout => None,
            };
            let found: Vec<RecordData> = entries
                .iter()
                .filter_map(data)
                .filter(|data| record_type.holds(data))
                .collect();
            if found.is_empty() && entries.iter().any(|entry| matches!(entry, Entry::Timeout)) {
                return Answer::empty(Outcome::Timeout);
            }
            let alias = entries.iter().filter_map(data).find_map(|data| match data {
                RecordData::Cname(target) => Some(target),
                _ => None,
            });
            let record = |data: RecordData| Record {
                owner: owner.clone(),
                ttl: 300,
                data,
            };
            match alias {
                Some(target) if found.is_empty() => {
                    records.push(record(RecordData::Cname(target.clone())));
                    owner = target.as_str().to_owned();
                }
                _ => {
                    records.extend(found.into_iter().map(record));
                    break;
                }
            }
        }
        Answer {
            records,
            ..Answer::empty(Outcome::NoError)
        }
    }
}

/// Reads all scenarios.
pub(crate) fn read(path: &std::path::Path) -> Vec<Scenario> {
    let text = fs::read_to_string(path).expect("the suite can be read");
    let documents = YamlLoader::load_from_str(&text).expect("the suite is YAML");
    documents.iter().map(scenario).collect()
}

fn scenario(document: &Yaml) -> Scenario {
    let tests = document["tests"].as_hash().expect("tests");
    let zone = document["zonedata"].as_hash().expect("zonedata");
    Scenario {
        zone: Zone(
            zone.iter()
                .map(|(name, entries)| (word(name).to_ascii_lowercase(), entries_of(entries)))
                .collect(),
        ),
        tests: tests
            .iter()
            .map(|(name, test)| Test {
                name: word(name),
                ip: word(&test["host"]).parse().expect("an address"),
                helo: word(&test["helo"]),
                mail_from: word(&test["mailfrom"]),
                results: match &test["result"] {
                    Yaml::Array(words) => words.iter().map(word).collect(),
                    one => vec![word(one)],
                },
                explanation: match &test["explanation"] {
                    Yaml::BadValue => None,
                    text => Some(word(text)),
                },
            })
            .collect(),
    }
}

fn entries_of(entries: &Yaml) -> Vec<Entry> {
    let entries = entries.as_vec().expect("a list of records");
    let has_text = entries.iter().any(|entry| !entry["TXT"].is_badvalue());
    entries
        .iter()
        .filter_map(|entry| match entry {
            Yaml::String(_) => Some(Entry::Timeout),
            Yaml::Hash(hash) => {
                let (kind, value) = hash.front().expect("a type and a value");
                read_entry(&word(kind), value, has_text)
            }
            other => panic!("{other:?} is no record"),
        })
        .collect()
}

/// SPF records stand for TXT records where the name has none of its own.
fn read_entry(kind: &str, value: &Yaml, has_text: bool) -> Option<Entry> {
    if value.as_str() == Some("NONE") {
        return Some(Entry::Nothing);
    }
    let name = |value: &Yaml| Name::lenient(&word(value)).ok();
    let data = match kind {
        "A" => RecordData::A(word(value).parse().expect("an IPv4 address")),
        "AAAA" => RecordData::Aaaa(word(value).parse().expect("an IPv6 address")),
        "CNAME" => RecordData::Cname(name(value)?),
        "PTR" => RecordData::Ptr(name(value)?),
        "MX" => RecordData::Mx {
            preference: word(&value[0]).parse().expect("a preference"),
            exchange: word(&value[1]).trim_end_matches('.').to_ascii_lowercase(),
        },
        "TXT" => RecordData::Txt(joined(value)),
        "SPF" if !has_text => RecordData::Txt(joined(value)),
        "SPF" => return None,
        other => panic!("{other} is no type of the suite"),
    };
    Some(Entry::Data(data))
}

fn joined(value: &Yaml) -> String {
    match value {
        Yaml::Array(parts) => parts.iter().map(word).collect(),
        one => word(one),
    }
}

fn word(value: &Yaml) -> String {
    match value {
        Yaml::Integer(number) => number.to_string(),
        Yaml::Real(text) | Yaml::String(text) => text.clone(),
        other => panic!("{other:?} is no word"),
    }
}
