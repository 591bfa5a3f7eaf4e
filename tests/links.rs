//! Share links: how long they are over real bounces and over the examples, and that each gives back
//! what it was made from.
#![allow(clippy::print_stdout, reason = "the figures are the point")]

use std::{collections::BTreeSet, fs, path::Path};

use diagnosis::{
    case::Case,
    check::examine,
    checklist::{Advice, advise},
    classify::classify,
    dns::Answers,
    finding::Finding,
    read::read,
    report::Report,
    share::{Shared, decode, encode},
};
use serde_json::Value;
use support::{clinic::Clinic, examples::examples, resolver::findings};

/// 24 November 2026, 14:05 UTC.
const LOOKED_UP: i64 = 1_795_529_100;

#[test]
fn links_of_real_bounces_are_short_and_give_back_the_diagnosis() {
    let name = "links_of_real_bounces_are_short_and_give_back_the_diagnosis";
    let Some(shared) = support::shared_or_skip(name) else {
        return;
    };
    let mut lengths = Vec::new();
    for file in corpus(&shared.join("corpora/bounces")) {
        let input = fs::read(&file).expect("a mail can be read");
        for case in cases(&input) {
            let findings = examine(&case, &Answers::default()).findings;
            lengths.push(link_length(&case, &findings, None));
        }
    }
    assert!(lengths.len() > 300, "only {} messages", lengths.len());
    let (median, p99) = (per_mille(&mut lengths, 500), per_mille(&mut lengths, 990));
    let longest = per_mille(&mut lengths, 1000);
    println!(
        "{} messages: median {median}, 99 of 100 within {p99}, longest {longest} characters",
        lengths.len()
    );
    assert!(median <= 600, "the median is {median} characters");
    assert!(p99 <= 1000, "one of 100 is longer than {p99} characters");
}

#[test]
fn links_of_the_examples_with_all_their_findings_are_short_enough() {
    let clinic = Clinic::with_demonstration(&[]);
    let mut long = Vec::new();
    for (name, text) in examples() {
        for case in cases(text.as_bytes()) {
            let findings = findings(&clinic, &case, LOOKED_UP);
            let length = link_length(&case, &findings, Some(LOOKED_UP));
            println!("{name}: {length} characters, {} findings", findings.len());
            if length > 1800 {
                long.push(format!("{name}: {length}"));
            }
        }
    }
    assert!(long.is_empty(), "longer than 1,800 characters: {long:?}");
}

#[test]
fn a_shared_report_that_is_shared_again_says_the_same() {
    let mut wrong = Vec::new();
    let name = "a_shared_report_that_is_shared_again_says_the_same";
    let Some(shared) = support::shared_or_skip(name) else {
        return;
    };
    for file in corpus(&shared.join("corpora/bounces")) {
        let input = fs::read(&file).expect("a mail can be read");
        for case in cases(&input) {
            let once = decoded(&encode(&case, &[], None));
            let twice = decoded(&encode(&once.case, &[], None));
            if once != twice {
                wrong.push(file.display().to_string());
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "changed by the second time:\n{}",
        wrong.join("\n")
    );
}

/// The length of the link, after it has given back headline, steps and findings.
#[track_caller]
fn link_length(case: &Case, findings: &[Finding], looked_up: Option<i64>) -> usize {
    let link = encode(case, findings, looked_up);
    assert!(link.starts_with("/r/"), "{link}");
    assert!(
        link.ends_with(|c: char| c.is_ascii_alphanumeric()),
        "{link}"
    );
    let shared = decoded(&link);
    assert_eq!(shared.looked_up, looked_up, "{link}");
    let before = advise(case, findings);
    let after = advise(&shared.case, &shared.findings);
    assert_eq!(
        essence(case, findings, &before),
        essence(&shared.case, &shared.findings, &after),
        "{link}"
    );
    link.len()
}

#[track_caller]
fn decoded(link: &str) -> Shared {
    let (_, fragment) = link.split_once('#').expect("a link has a fragment");
    decode(fragment).unwrap_or_else(|error| panic!("{error}: {link}"))
}

/// What a person would read in the report, in order; addresses are masked in a link, so they are
/// left out of the headlines.
fn essence(case: &Case, findings: &[Finding], advice: &Advice) -> Vec<String> {
    let report = Report::new(0, case, findings, advice);
    // A path or a user's name is masked whole.
    let names: BTreeSet<(&str, &str)> = report
        .recipients
        .iter()
        .flat_map(|recipient| [&recipient.address, &recipient.original])
        .flatten()
        .filter(|address| !address.starts_with('@'))
        .map(|address| match address.find('@') {
            Some(at) => (address.get(..=at).unwrap_or_default(), "@"),
            None => (address.as_str(), ""),
        })
        .collect();
    let unnamed = |text: &str| {
        names.iter().fold(text.to_owned(), |text, (name, rest)| {
            text.replace(name, rest)
        })
    };
    let headlines = report.headlines.iter().map(|headline| {
        let what = unnamed(&headline.what);
        format!(
            "{what} | {} | {}",
            unnamed(&headline.why),
            headline.responsible
        )
    });
    let steps = report.checklist.iter().map(|step| {
        let title = without_local_parts(&unnamed(&step.title));
        format!("{} | {title} | {} | {}", step.id, step.owner, step.state)
    });
    let findings = report.findings.iter().map(|finding| {
        format!(
            "{} | {} | {} | {:?} | {}",
            finding.code,
            finding.verdict,
            // Another address than the recipient's: what was probably meant.
            without_local_parts(&finding.title),
            finding.unchecked_because,
            finding.explains
        )
    });
    headlines.chain(steps).chain(findings).collect()
}

/// The words, of each address only the part from the `@`.
fn without_local_parts(text: &str) -> String {
    let words = text.split(' ');
    let words = words.map(|word| word.find('@').map_or(word, |at| &word[at..]));
    words.collect::<Vec<_>>().join(" ")
}

fn cases(input: &[u8]) -> Vec<Case> {
    read(input, decode_charset)
        .into_iter()
        .map(classify)
        .collect()
}

fn decode_charset(label: &str, bytes: &[u8]) -> Option<String> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
    Some(encoding.decode_without_bom_handling(bytes).0.into_owned())
}

/// The mails that `expected.jsonl` names.
fn corpus(folder: &Path) -> Vec<std::path::PathBuf> {
    let rows = fs::read_to_string(folder.join("expected.jsonl")).expect("the corpus has its list");
    rows.lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).expect("a row is JSON");
            let file = row.get("file").and_then(Value::as_str);
            folder.join(file.expect("a row names its file"))
        })
        .collect()
}

/// The value that so many of a thousand do not exceed.
fn per_mille(values: &mut [usize], share: usize) -> usize {
    values.sort_unstable();
    let place = (values.len() * share).div_ceil(1000).saturating_sub(1);
    values.get(place).copied().unwrap_or(0)
}
