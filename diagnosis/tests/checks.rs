//! The checks as tables: one file a case under `cases/dns/`, with a paste, what DNS answers, the
//! codes that must come out (`code=verdict`, `/cause` where unchecked, `!` where it explains the
//! bounce) and the codes that must not. The files under `cases/advice/` say which step comes first,
//! whose it is, which steps must and must not appear, what the headline says, what a list owner does with the
//! address, which messages are ready to be sent, and which
//! steps the person's own tests have ticked.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads its cases from files and may fail loudly"
)]

use std::{collections::BTreeSet, fs, net::IpAddr, path::Path};

use diagnosis::{
    case::Case,
    check::examine,
    checklist::{Handover, State, Step, advise},
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
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let folders = [cases.join("dns"), cases.join("advice")];
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    let mut number = 0;
    for entry in folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
    {
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

/// Every answer as large and as strange as DNS can make it: the checks come to an end, and ask
/// about no more hosts than a mail server would try.
#[test]
fn hostile_answers_are_bounded() {
    let paste = "<ana@firm.example>: host mx.other.example[192.0.2.1] said: 454 4.7.1 TLS failed: \
                 certificate, dane\n";
    let case = classify(read(paste.as_bytes(), no_decoder).remove(0));
    let record = |data: RecordData| Record {
        owner: "firm.example".to_owned(),
        ttl: u32::MAX,
        data,
    };
    let mut exchangers: Vec<Record> = (0..10_000_u16)
        .map(|at| RecordData::Mx {
            preference: at / 4,
            exchange: format!("mx{at}.firm.example"),
        })
        .map(record)
        .collect();
    let strange = [
        "",
        ".",
        "a b.example",
        "\u{0}",
        "..",
        "192.0.2.1",
        "é.example",
        "*.example",
    ];
    let odd = |exchange: &str| RecordData::Mx {
        preference: 0,
        exchange: exchange.to_owned(),
    };
    exchangers.extend(strange.map(odd).map(record));
    let all = Answer {
        records: exchangers
            .into_iter()
            .chain([
                record(RecordData::Txt(format!(
                    "v=STSv1; id={}",
                    "é".repeat(32_000)
                ))),
                record(RecordData::Txt(format!(
                    "v=TLSRPTv1; rua={}",
                    ",".repeat(64_000)
                ))),
                record(RecordData::Other(52, "3 1 1 ".repeat(10_000))),
                record(RecordData::Other(2, "\u{0}".to_owned())),
                record(RecordData::Cname("firm.example".parse().unwrap())),
            ])
            .collect(),
        authenticated: true,
        ..Answer::empty(Outcome::NoError)
    };
    let mut answers = Answers::default();
    for _ in 0..MAX_ROUNDS + 1 {
        let needs = examine(&case, &answers).needs;
        assert!(needs.len() <= 60, "{} questions at once", needs.len());
        answers = answers
            .iter()
            .map(|(question, answer)| (question.clone(), answer.clone()))
            .chain(needs.into_iter().map(|question| (question, all.clone())))
            .collect();
    }
    let outcome = examine(&case, &answers);
    assert_eq!(outcome.needs, []);
    for finding in &outcome.findings {
        let length: usize = finding
            .values
            .iter()
            .map(|(_, value)| value.present().len())
            .sum();
        assert!(length <= 4_096, "{:?} says {length} bytes", finding.code);
    }
}

struct CaseFile {
    paste: String,
    /// Whether the person wishes blocklists to be asked.
    blocklists: bool,
    zone: Vec<(String, String, String)>,
    expect: Vec<String>,
    never: Vec<String>,
    /// A code and the record that is proposed, `\n` between lines; `-` for none.
    proposed: Vec<(String, String)>,
    /// The first open step and its owner; `-` for no open step at all.
    first: Vec<String>,
    /// Open steps that must not be there.
    no_step: Vec<String>,
    /// Pieces of the first recipient's headline; with `!` in front, what it must not say.
    headline: Vec<String>,
    /// What a sender to many does with the first recipient's address.
    on_list: Vec<String>,
    /// Whom the ready messages are for, in order; `-` for nobody.
    handovers: Vec<String>,
    /// Open steps that must be there: an id, and words of it behind ` :: `.
    steps: Vec<String>,
    /// The steps that the person's own tests tick.
    done: Vec<String>,
}

impl CaseFile {
    fn read(text: &str) -> Self {
        let section = |name: &str| -> String {
            let behind = text.split_once(&format!("--- {name}\n"));
            let behind = behind.map_or("", |(_, behind)| behind);
            // An empty section ends at its first line.
            let ended = format!("\n{behind}");
            let section = ended.split("\n--- ").next().unwrap();
            section.strip_prefix('\n').unwrap_or_default().to_owned()
        };
        let words = |text: String| text.split_whitespace().map(str::to_owned).collect();
        let zone = section("answers");
        Self {
            paste: section("paste"),
            blocklists: text.contains("\n--- blocklists wished\n"),
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
            first: words(section("first")),
            no_step: words(section("no-step")),
            headline: section("headline").lines().map(str::to_owned).collect(),
            on_list: words(section("list")),
            handovers: words(section("handovers")),
            steps: section("steps").lines().map(str::to_owned).collect(),
            done: words(section("done")),
            proposed: section("proposed")
                .lines()
                .filter_map(|line| line.split_once(' '))
                .map(|(code, record)| (code.to_owned(), record.replace("\\n", "\n")))
                .collect(),
        }
    }

    fn faults(&self, seen: &mut BTreeSet<&'static str>) -> Vec<String> {
        let mut case = classify(read(self.paste.as_bytes(), no_decoder).remove(0));
        case.options.blocklists = self.blocklists;
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
            // `code!` may be there, but not as the cause.
            let (word, as_cause) = match code.strip_suffix('!') {
                Some(word) => (word, true),
                None => (code.as_str(), false),
            };
            let is_found = |finding: &Finding| {
                finding.code.as_str() == word && (finding.explains || !as_cause)
            };
            if findings.iter().any(is_found) {
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
        faults.extend(self.faults_of_advice(&case, &findings));
        if rounds > MAX_ROUNDS {
            faults.push(format!("{rounds} rounds of questions"));
        }
        faults
    }

    fn faults_of_advice(&self, case: &Case, findings: &[Finding]) -> Vec<String> {
        let advice = advise(case, findings);
        let open: Vec<&Step> = advice
            .steps
            .iter()
            .filter(|step| step.state == State::Open)
            .collect();
        let mut faults = Vec::new();
        let done = advice.steps.iter().filter(|step| step.state == State::Done);
        let done: Vec<&str> = done.map(|step| step.id).collect();
        if self.done != done {
            faults.push(format!("done are {done:?}, not {:?}", self.done));
        }
        let first = open.first().map(|step| (step.id, step.owner.as_str()));
        let first = first.map_or("-".to_owned(), |(id, owner)| format!("{id} {owner}"));
        if !self.first.is_empty() && self.first.join(" ") != first {
            faults.push(format!("the first step is {first}, not {:?}", self.first));
        }
        let headline = &advice.headlines[0];
        let headline = format!("{}\n{}", headline.what, headline.why);
        for piece in self.headline.iter().filter(|piece| !piece.is_empty()) {
            let (wanted, piece) = match piece.strip_prefix('!') {
                Some(piece) => (false, piece),
                None => (true, piece.as_str()),
            };
            if headline.contains(piece) != wanted {
                faults.push(format!("{piece:?}: {wanted} is wanted of {headline:?}"));
            }
        }
        let told: Vec<&str> = advice.handovers.iter().map(|it| it.to.as_str()).collect();
        let told = if told.is_empty() { vec!["-"] } else { told };
        if !self.handovers.is_empty() && self.handovers != told {
            faults.push(format!(
                "messages are ready for {told:?}, not {:?}",
                self.handovers
            ));
        }
        faults.extend(advice.handovers.iter().filter_map(fault_of_handover));
        let action = advice.on_lists.first().and_then(Option::as_ref);
        let action = action.map_or("-", |on_list| on_list.action.as_str());
        if !self.on_list.is_empty() && self.on_list != [action] {
            faults.push(format!("the list is told {action}, not {:?}", self.on_list));
        }
        for id in &self.no_step {
            if open.iter().any(|step| step.id == id) {
                faults.push(format!("the step {id} must not be there"));
            }
        }
        let missing = self
            .steps
            .iter()
            .filter(|line| !open.iter().any(|step| is_said(step, line)));
        faults.extend(missing.map(|line| format!("no step says {line}")));
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

    /// What stands in the zone; a name that is not there does not exist. `NAME OUTCOME`, or
    /// `NAME TYPE OUTCOME`, with the code of an Extended DNS Error behind it, is an answer without
    /// records; BOGUS is SERVFAIL unless checking is disabled; `NAME AD`, `NAME DEMO` and
    /// `NAME TTL SECONDS` are about all answers to that name.
    fn answer(&self, question: &Question) -> Answer {
        let mut answer = self.records(question.name.as_str(), question, 0);
        let marks = self
            .zone
            .iter()
            .filter(|(name, ..)| *name == question.name.as_str());
        for (_, mark, data) in marks {
            match mark.as_str() {
                "AD" => answer.authenticated = true,
                "DEMO" => answer.demo = true,
                "TTL" => {
                    let ttl = data.parse().unwrap();
                    answer
                        .records
                        .iter_mut()
                        .for_each(|record| record.ttl = ttl);
                }
                _ => {}
            }
        }
        answer
    }

    fn records(&self, owner: &str, question: &Question, depth: usize) -> Answer {
        let of_name = || self.zone.iter().filter(|(name, ..)| name == owner);
        let kind_asked = question.record_type.as_str();
        for (_, kind, data) in of_name() {
            let whole = format!("{kind} {data}");
            let said = if kind == kind_asked { data } else { &whole };
            if let Some(answer) = without_records(said, question) {
                return answer;
            }
        }
        if of_name().next().is_none() {
            return Answer::empty(Outcome::NxDomain);
        }
        let records = of_name()
            .filter(|(_, kind, data)| kind == kind_asked && data != "NODATA")
            .map(|(name, _, data)| Record {
                owner: name.clone(),
                ttl: 300,
                data: record(question.record_type, data),
            });
        let mut answer = Answer {
            records: records.collect(),
            ..Answer::empty(Outcome::NoError)
        };
        if let Some((_, _, target)) = of_name().find(|(_, kind, _)| kind == "CNAME")
            && depth < 8
        {
            let target: Name = target.parse().unwrap();
            let behind = self.records(target.as_str(), question, depth + 1);
            answer.outcome = behind.outcome;
            answer.records.push(Record {
                owner: owner.to_owned(),
                ttl: 300,
                data: RecordData::Cname(target),
            });
            answer.records.extend(behind.records);
        }
        answer
    }
}

/// A gap or a mark that was not filled, or an address told to a third party.
fn fault_of_handover(handover: &Handover) -> Option<String> {
    let to = handover.to.as_str();
    let all = [&handover.subject, &handover.text, &handover.markdown];
    let has = |piece: &str| all.iter().any(|text| text.contains(piece));
    let third = ["isp", "blocklist", "sender-provider"].contains(&to);
    let tells = |text: &&String| text.replace("…@", "").contains("@firm.example");
    let is_wrong = has("@headline") || has("@steps") || has("\n\n\n");
    (is_wrong || third && all.iter().any(tells)).then(|| format!("{to}: {}", handover.text))
}

/// `ID`, or `ID :: WORDS` with words that stand in its texts or commands.
fn is_said(step: &Step, line: &str) -> bool {
    let (id, words) = line.split_once(" :: ").unwrap_or((line, ""));
    let texts = [&step.title, &step.why, &step.verify];
    step.id == id
        && texts
            .into_iter()
            .chain(&step.commands)
            .any(|text| text.contains(words))
}

/// `SERVFAIL 22`, `BOGUS 6`, `NXDOMAIN`.
fn without_records(said: &str, question: &Question) -> Option<Answer> {
    let (word, code) = said.split_once(' ').unwrap_or((said, ""));
    let outcome = match word {
        "BOGUS" if question.checking_disabled => return None,
        "BOGUS" => Outcome::ServFail,
        word => outcome(word)?,
    };
    Some(Answer {
        extended_errors: code
            .trim()
            .parse()
            .map(|code| (code, String::new()))
            .into_iter()
            .collect(),
        ..Answer::empty(outcome)
    })
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
        RecordType::Ns => RecordData::Other(2, data.to_owned()),
        RecordType::Tlsa => RecordData::Other(52, data.to_owned()),
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
