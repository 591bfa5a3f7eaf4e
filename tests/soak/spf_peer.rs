//! SPF beside a peer: pyspf over 2,000 generated records and 10 IPs each. Every difference is listed;
//! those that have an explanation are counted by it, any other fails the test.
#![allow(
    clippy::print_stdout,
    reason = "a test may fail loudly; the figures are the point"
)]

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write as _},
    net::IpAddr,
    process::{Command, Stdio},
    thread,
};

use diagnosis::dns::{
    Answer, Answers, Name, Outcome, Record, RecordData, RecordType,
    spf::{Evaluation, Input, State, Step, evaluate},
};
use serde_json::json;

const RECORDS: u64 = 2_000;
const IPS: u64 = 10;

#[test]
fn a_peer_comes_to_the_same_results() {
    let mut cases = Vec::new();
    for seed in 0..RECORDS {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let zone = Zone::generate(&mut dice);
        for _ in 0..IPS {
            let ip = dice.ip();
            cases.push((zone.clone(), ip));
        }
    }
    let theirs = peer(&cases);
    let mut explained: BTreeMap<&str, usize> = BTreeMap::new();
    let mut results: BTreeMap<String, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for ((zone, ip), theirs) in cases.iter().zip(&theirs) {
        let (ours, why) = zone.evaluate(*ip);
        *results.entry(ours.clone()).or_default() += 1;
        if ours == *theirs {
            continue;
        }
        match explanation(&why, theirs) {
            Some(explanation) => *explained.entry(explanation).or_default() += 1,
            None => unexplained.push(format!("{ip}: {ours}, pyspf {theirs}\n{why}\n")),
        }
    }
    println!("{} evaluations: {results:?}", cases.len());
    println!("differences with an explanation: {explained:?}");
    let shown: Vec<&String> = unexplained.iter().take(12).collect();
    assert!(
        unexplained.is_empty(),
        "{} differences without an explanation, such as {}",
        unexplained.len(),
        shown.into_iter().cloned().collect::<Vec<_>>().join("\n")
    );
}

/// Why the two may lawfully differ, by our trail.
fn explanation(trail: &str, theirs: &str) -> Option<&'static str> {
    let has = |term: &str, ending: &str| {
        trail
            .lines()
            .map(|line| line.trim_start().trim_start_matches(['+', '-', '~', '?']))
            .any(|line| line.to_lowercase().starts_with(term) && line.contains(ending))
    };
    if theirs == "temperror" && has("ptr", ": does not match") {
        // RFC 7208, section 5.5: "If a DNS error occurs while doing an A RR lookup, then that domain
        // name is skipped and the search continues."
        return Some("pyspf breaks off where a name of the address cannot be looked up");
    }
    if theirs == "permerror" && has("mx", ": matches") {
        return Some("pyspf counts void look-ups of exchangers behind the one that matches");
    }
    None
}

/// xorshift: the same records each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.roll(from.len() as u64)).unwrap_or(0);
        from.get(index).copied().unwrap_or_default()
    }

    fn ip(&mut self) -> IpAddr {
        let text = match self.roll(4) {
            0 => format!("2001:db8::{:x}", self.roll(8)),
            _ => format!("192.0.2.{}", self.roll(16)),
        };
        text.parse().expect("an address")
    }

    fn name(&mut self) -> String {
        format!("n{}.example", self.roll(14))
    }
}

#[derive(Clone, Debug, Default)]
struct Zone(BTreeMap<String, BTreeMap<&'static str, Vec<String>>>);

const SERVFAIL: &str = "SERVFAIL";

impl Zone {
    /// Names n0 to n9 with addresses, exchangers and records; n10 to n13 do not exist.
    fn generate(dice: &mut Dice) -> Self {
        let mut zone = Self::default();
        for number in 0..10 {
            let name = format!("n{number}.example");
            if dice.roll(10) > 0 {
                zone.add(&name, "TXT", record(dice, number));
            }
            if dice.roll(30) == 0 {
                zone.add(&name, "TXT", record(dice, number));
            }
            for _ in 0..dice.roll(3) {
                let ip = format!("192.0.2.{}", dice.roll(16));
                zone.add(&name, "A", ip);
            }
            for _ in 0..dice.roll(2) {
                let ip = format!("2001:db8::{:x}", dice.roll(8));
                zone.add(&name, "AAAA", ip);
            }
            for _ in 0..dice.roll(4) {
                let host = dice.name();
                zone.add(&name, "MX", format!("10 {host}"));
            }
            if dice.roll(40) == 0 {
                zone.set(&name, dice.pick(&["A", "MX", "TXT"]), SERVFAIL);
            }
        }
        for last in 0..16 {
            for _ in 0..dice.roll(3) {
                let reverse = Name::reverse(IpAddr::from([192, 0, 2, last]));
                let name = dice.name();
                zone.add(reverse.as_str(), "PTR", name);
            }
        }
        zone
    }

    fn add(&mut self, name: &str, kind: &'static str, value: String) {
        let types = self.0.entry(name.to_owned()).or_default();
        types.entry(kind).or_default().push(value);
    }

    fn set(&mut self, name: &str, kind: &str, value: &str) {
        let kind = ["A", "MX", "TXT"].into_iter().find(|known| *known == kind);
        let types = self.0.entry(name.to_owned()).or_default();
        types.insert(kind.unwrap_or("A"), vec![value.to_owned()]);
    }

    fn answer(&self, name: &Name, record_type: RecordType) -> Answer {
        let Some(types) = self.0.get(name.as_str()) else {
            return Answer::empty(Outcome::NxDomain);
        };
        let values = types.get(record_type.as_str()).cloned().unwrap_or_default();
        if values.iter().any(|value| value == SERVFAIL) {
            return Answer::empty(Outcome::ServFail);
        }
        let record = |value: String| Record {
            owner: name.as_str().to_owned(),
            ttl: 300,
            data: data(record_type, value),
        };
        Answer {
            records: values.into_iter().map(record).collect(),
            ..Answer::empty(Outcome::NoError)
        }
    }

    fn evaluate(&self, ip: IpAddr) -> (String, String) {
        let input = Input {
            ip,
            helo: "n1.example",
            local_part: Some("ana"),
            domain: "n0.example",
            explains: false,
        };
        let mut answers = Answers::default();
        for _ in 0..50 {
            match evaluate(&input, &answers) {
                State::Done(found) => {
                    return (found.result.as_str().to_owned(), trail(&found));
                }
                State::Open(needs) => {
                    for question in needs {
                        let answer = self.answer(&question.name, question.record_type);
                        answers.insert(question, answer);
                    }
                }
            }
        }
        panic!("the questions never end")
    }
}

fn trail(found: &Evaluation<'_>) -> String {
    let lines: Vec<String> = found.trail.iter().map(Step::to_string).collect();
    format!("{:?}\n{}", found.fault, lines.join("\n"))
}

fn data(record_type: RecordType, value: String) -> RecordData {
    match record_type {
        RecordType::A => RecordData::A(value.parse().expect("an address")),
        RecordType::Aaaa => RecordData::Aaaa(value.parse().expect("an address")),
        RecordType::Ptr => RecordData::Ptr(value.parse().expect("a name")),
        RecordType::Mx => {
            let (preference, exchange) = value.split_once(' ').expect("two words");
            RecordData::Mx {
                preference: preference.parse().expect("a number"),
                exchange: exchange.to_owned(),
            }
        }
        _ => RecordData::Txt(value),
    }
}

fn record(dice: &mut Dice, of: u64) -> String {
    let mut words = vec!["v=spf1".to_owned()];
    // Lower names include higher ones, mostly, so that few records go round in circles.
    let other = |dice: &mut Dice| match dice.roll(12) {
        0 => dice.name(),
        _ => format!("n{}.example", of + 1 + dice.roll(12 - of.min(10))),
    };
    for _ in 0..dice.roll(5) {
        let sign = dice.pick(&["", "", "", "+", "-", "~", "?"]);
        let term = match dice.roll(12) {
            0 => "a".to_owned(),
            1 => "mx".to_owned(),
            2 => format!("a:{}", dice.name()),
            3 => format!("mx:{}/{}", dice.name(), 24 + dice.roll(9)),
            4 | 5 => format!("include:{}", other(dice)),
            6 => format!("ip4:192.0.2.{}/{}", dice.roll(16), 26 + dice.roll(7)),
            7 => format!("ip6:2001:db8::{:x}", dice.roll(8)),
            8 => format!(
                "exists:{}",
                dice.pick(&["n%{d1r}.example", "%{d}", "%{ir}.example", "%{o}", "%{h}"])
            ),
            9 => dice
                .pick(&["ptr", "ptr:example", "ptr:n3.example"])
                .to_owned(),
            10 => format!(
                "a:{}/{}//{}",
                dice.name(),
                24 + dice.roll(9),
                120 + dice.roll(9)
            ),
            _ => oddity(dice),
        };
        words.push(format!("{sign}{term}"));
    }
    match dice.roll(6) {
        0 => words.push(format!("redirect={}", other(dice))),
        1 => {}
        _ => words.push(format!("{}all", dice.pick(&["-", "~", "?", "+"]))),
    }
    words.join(dice.pick(&[" ", " ", " ", "  "]))
}

/// Now and then something that breaks the grammar, or only seems to.
fn oddity(dice: &mut Dice) -> String {
    dice.pick(&[
        "ip4:192.0.2.1",
        "ip4:192.0.2.0/28",
        "a/30",
        "mx/31",
        "A",
        "MX",
        "IP4:192.0.2.3",
        "ip4:192.0.2.256",
        "ip4:192.0.2.1/33",
        "ip6:2001:db8::/127",
        "ip6:192.0.2.1",
        "foo",
        "foo=bar",
        "include:",
        "a:",
        "exists:n2.example",
        "ptr/24",
        "all:n1.example",
        "%{d}",
        "a:%{d",
        "a:n%{x}.example",
        "exp=n1.example",
        "ip4=192.0.2.1",
        "a:n1",
        "include:n1.example.",
    ])
    .to_owned()
}

/// What pyspf says to all cases.
fn peer(cases: &[(Zone, IpAddr)]) -> Vec<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/spf/peer.py");
    let mut child = Command::new("python3")
        .arg(script)
        .env("PYTHONPATH", support::spf_peer())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut input = child.stdin.take().expect("its input is ours");
    let lines: Vec<String> = cases
        .iter()
        .map(|(zone, ip)| {
            let servfail = |values: &Vec<String>| values.iter().any(|value| value == SERVFAIL);
            let zone: BTreeMap<_, BTreeMap<_, _>> = zone
                .0
                .iter()
                .map(|(name, types)| {
                    let types = types.iter().map(|(kind, values)| match servfail(values) {
                        true => (kind, json!(SERVFAIL)),
                        false => (kind, json!(values)),
                    });
                    (name, types.collect())
                })
                .collect();
            json!({"zone": zone, "ip": ip.to_string(), "helo": "n1.example", "mail_from": "ana@n0.example"})
                .to_string()
        })
        .collect();
    let writer = thread::spawn(move || {
        for line in lines {
            // Where the peer has ended, the count of its answers tells.
            if writeln!(input, "{line}").is_err() {
                return;
            }
        }
    });
    let output = BufReader::new(child.stdout.take().expect("its output is ours"));
    let results: Vec<String> = output.lines().map_while(Result::ok).collect();
    writer.join().expect("the writer ends");
    child.wait().expect("the peer ends");
    assert_eq!(results.len(), cases.len(), "the peer broke off");
    results
}
