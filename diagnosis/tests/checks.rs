//! The checks as tables: one file a case under `cases/dns/`, with a paste, what DNS answers, the
//! codes that must come out (`code=verdict`, `/cause` where unchecked, `!` where it explains the
//! bounce) and the codes that must not.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads its cases from files and may fail loudly"
)]

use std::{collections::BTreeSet, fs, net::IpAddr, path::Path};

use diagnosis::{
    case::Case,
    check::examine,
    classify::classify,
    dns::{Answer, Answers, Name, Outcome, Question, Record, RecordData, RecordType, read_answer},
    finding::{Code, Finding},
    read::read,
    text::no_decoder,
};

/// An ordinary bounce is answered in this many rounds of questions.
const MAX_ROUNDS: usize = 3;

#[test]
fn every_case_gives_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/dns");
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    let mut number = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let case = CaseFile::read(&fs::read_to_string(&path).unwrap());
        wrong.extend(
            case.faults(&mut seen)
                .into_iter()
                .map(|fault| format!("{name}: {fault}")),
        );
        number += 1;
    }
    assert!(number >= 30, "only {number} cases were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unseen: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.as_str())
        .filter(|code| !seen.contains(*code))
        .collect();
    assert!(unseen.is_empty(), "no case gives {unseen:?}");
}

struct CaseFile {
    paste: String,
    zone: Vec<(String, String, String)>,
    expect: Vec<String>,
    never: Vec<String>,
    /// A code and the record that is proposed; `-` for none.
    proposed: Vec<(String, String)>,
}

impl CaseFile {
    fn read(text: &str) -> Self {
        let section = |name: &str| -> String {
            let (_, behind) = text.split_once(&format!("--- {name}\n")).unwrap();
            behind.split("--- ").next().unwrap().to_owned()
        };
        let words = |text: String| text.split_whitespace().map(str::to_owned).collect();
        let zone = section("answers");
        Self {
            paste: section("paste"),
            zone: zone
                .lines()
                .map(|line| {
                    let mut parts = line.splitn(3, ' ').map(str::to_owned);
                    let name = parts.next().unwrap();
                    (
                        owner(&name),
                        parts.next().unwrap(),
                        parts.next().unwrap_or_default(),
                    )
                })
                .collect(),
            expect: words(section("expect")),
            never: words(section("never")),
            proposed: text
                .split_once("--- proposed\n")
                .map_or("", |(_, lines)| lines)
                .lines()
                .filter_map(|line| line.split_once(' '))
                .map(|(code, record)| (code.to_owned(), record.to_owned()))
                .collect(),
        }
    }

    fn faults(&self, seen: &mut BTreeSet<&'static str>) -> Vec<String> {
        let case = classify(read(self.paste.as_bytes(), no_decoder).remove(0));
        let (findings, rounds) = self.examine(&case);
        seen.extend(findings.iter().map(|finding| finding.code.as_str()));
        let found: Vec<String> = findings.iter().map(show).collect();
        let mut faults = Vec::new();
        for expected in &self.expect {
            let plain = !expected.ends_with('!');
            let fits = |found: &String| {
                found == expected || plain && found.trim_end_matches('!') == expected
            };
            if !found.iter().any(fits) {
                faults.push(format!("{expected} is not among {found:?}"));
            }
        }
        for code in &self.never {
            if findings.iter().any(|finding| finding.code.as_str() == code) {
                faults.push(format!("{code} must not be found"));
            }
        }
        for (code, record) in &self.proposed {
            let found = findings.iter().find(|found| found.code.as_str() == code);
            let proposed = found.and_then(|found| found.expected.as_deref());
            if proposed.unwrap_or("-") != record {
                faults.push(format!("{code} proposes {proposed:?}, not {record:?}"));
            }
        }
        if rounds > MAX_ROUNDS {
            faults.push(format!("{rounds} rounds of questions"));
        }
        faults
    }

    /// Answers every question until none is open; tells how many rounds that took.
    fn examine(&self, case: &Case) -> (Vec<Finding>, usize) {
        let mut answers = Answers::default();
        let mut rounds = 0;
        loop {
            let outcome = examine(case, &answers);
            if outcome.needs.is_empty() {
                return (outcome.findings, rounds);
            }
            rounds += 1;
            assert!(rounds < 20, "the questions never end");
            for question in outcome.needs {
                assert!(!answers.contains(&question), "{question:?} was asked twice");
                let answer = self.answer(&question);
                answers.insert(question, answer);
            }
        }
    }

    /// What stands in the zone; a name that is not there does not exist.
    fn answer(&self, question: &Question) -> Answer {
        let of_name: Vec<_> = self
            .zone
            .iter()
            .filter(|(name, ..)| *name == question.name.as_str())
            .collect();
        for (_, kind, data) in &of_name {
            if let Some(outcome) = outcome(kind) {
                return Answer::empty(outcome);
            }
            if kind == question.record_type.as_str()
                && let Some(outcome) = outcome(data)
            {
                return Answer::empty(outcome);
            }
        }
        if of_name.is_empty() {
            return Answer::empty(Outcome::NxDomain);
        }
        // An alias brings the records of the name that it stands for.
        if let Some((name, _, target)) = of_name.iter().find(|(_, kind, _)| kind == "CNAME") {
            let target: Name = target.parse().unwrap();
            let mut behind = self.answer(&Question {
                name: target.clone(),
                ..question.clone()
            });
            let alias = Record {
                owner: name.clone(),
                ttl: 300,
                data: RecordData::Cname(target),
            };
            behind.records.insert(0, alias);
            return behind;
        }
        let records = of_name
            .iter()
            .filter(|(_, kind, data)| kind == question.record_type.as_str() && data != "NODATA")
            .map(|(name, _, data)| Record {
                owner: name.clone(),
                ttl: 300,
                data: record(question.record_type, data),
            });
        Answer {
            records: records.collect(),
            ..Answer::empty(Outcome::NoError)
        }
    }
}

fn owner(name: &str) -> String {
    match name.parse::<IpAddr>() {
        Ok(ip) => Name::reverse(ip).to_string(),
        Err(_) => name.to_owned(),
    }
}

fn outcome(word: &str) -> Option<Outcome> {
    [
        Outcome::NxDomain,
        Outcome::ServFail,
        Outcome::Refused,
        Outcome::Timeout,
        Outcome::Unreachable,
        Outcome::NotAsked,
    ]
    .into_iter()
    .find(|outcome| outcome.as_str() == word)
}

fn record(record_type: RecordType, data: &str) -> RecordData {
    match record_type {
        RecordType::A => RecordData::A(data.parse().unwrap()),
        RecordType::Aaaa => RecordData::Aaaa(data.parse().unwrap()),
        RecordType::Ptr => RecordData::Ptr(data.parse().unwrap()),
        RecordType::Txt => text(data),
        RecordType::Mx => {
            let (preference, exchange) = data.split_once(' ').unwrap();
            RecordData::Mx {
                preference: preference.parse().unwrap(),
                exchange: exchange.trim_end_matches('.').to_owned(),
            }
        }
        RecordType::Ns | RecordType::Tlsa => RecordData::Other(0, data.to_owned()),
    }
}

/// The character-strings of a TXT record in presentation form, read as they come from a resolver.
fn text(data: &str) -> RecordData {
    let data = data.replace('\\', r"\\").replace('"', r#"\""#);
    let body = format!(r#"{{"Status":0,"Answer":[{{"name":"x","type":16,"data":"{data}"}}]}}"#);
    let answer = read_answer(&body, None).unwrap();
    answer.records.into_iter().next().unwrap().data
}

fn show(finding: &Finding) -> String {
    let cause = finding
        .unchecked_because
        .map(|because| format!("/{}", because.as_str()))
        .unwrap_or_default();
    let explains = if finding.explains { "!" } else { "" };
    format!(
        "{}={}{cause}{explains}",
        finding.code.as_str(),
        finding.verdict.as_str()
    )
}
