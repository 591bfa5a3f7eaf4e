//! SPF as a whole: the public test suite of RFC 7208, through the library and through `diagnose
//! spf`.
#![allow(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly; the figures are the point"
)]

mod suite;

use std::{path::PathBuf, process::Command};

use diagnosis::dns::{
    Answers,
    spf::{Input, State, evaluate},
};
use serde_json::Value;
use suite::{Scenario, Test, Zone};
use support::http::Resolver;

/// What the suite calls an explanation that the domain's owner did not give.
const DEFAULT: &str = "DEFAULT";

#[test]
fn the_library_passes_the_public_suite() {
    let Some(scenarios) = scenarios("the_library_passes_the_public_suite") else {
        return;
    };
    let mut wrong = Vec::new();
    let mut number = 0;
    for scenario in &scenarios {
        for test in &scenario.tests {
            number += 1;
            let found = run(test, &scenario.zone);
            wrong.extend(fault(test, &found.0, found.1.as_deref()));
        }
    }
    println!("{} of {number} pass", number - wrong.len());
    assert!(number > 150, "only {number} tests were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_program_passes_the_public_suite() {
    let Some(scenarios) = scenarios("the_program_passes_the_public_suite") else {
        return;
    };
    let mut wrong = Vec::new();
    let mut number = 0;
    for Scenario { zone, tests } in scenarios {
        let resolver = Resolver::start(move |name, record_type| zone.answer(name, record_type));
        for test in &tests {
            number += 1;
            let output = Command::new(support::diagnose())
                .args(["spf", "--json", "--resolver", &resolver.url()])
                .args(["--ip", &test.ip.to_string(), "--helo", &test.helo])
                .arg(format!("--mail-from={}", test.mail_from))
                .output()
                .expect("diagnose starts");
            let name = &test.name;
            let said: Value = serde_json::from_slice(&output.stdout)
                .unwrap_or_else(|error| panic!("{name}: {error}: {output:?}"));
            let result = said["result"].as_str().unwrap_or_default();
            wrong.extend(fault(test, result, said["explanation"].as_str()));
            let status = output.status.code();
            if status != Some(i32::from(result != "pass")) {
                wrong.push(format!("{name}: {result}, and status {status:?}"));
            }
        }
    }
    println!("{} of {number} pass", number - wrong.len());
    assert!(number > 150, "only {number} tests were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn scenarios(test: &str) -> Option<Vec<Scenario>> {
    let shared: PathBuf = support::shared_or_skip(test)?;
    Some(suite::read(
        &shared.join("corpora/dns/rfc7208/rfc7208-tests.yml"),
    ))
}

fn fault(test: &Test, result: &str, explanation: Option<&str>) -> Option<String> {
    let Test { name, results, .. } = test;
    if !results.iter().any(|right| right == result) {
        return Some(format!("{name}: {result}, not {results:?}"));
    }
    let expected = test.explanation.as_deref()?;
    let explanation = explanation.unwrap_or(DEFAULT);
    (result == "fail" && explanation != expected)
        .then(|| format!("{name}: {explanation:?}, not {expected:?}"))
}

fn run(test: &Test, zone: &Zone) -> (String, Option<String>) {
    let (local_part, domain) = test.identity();
    let input = Input {
        ip: test.ip,
        helo: &test.helo,
        local_part: Some(local_part),
        domain,
        explains: true,
    };
    let mut answers = Answers::default();
    for _ in 0..50 {
        match evaluate(&input, &answers) {
            State::Done(evaluation) => {
                let result = evaluation.result.as_str().to_owned();
                return (result, evaluation.explanation);
            }
            State::Open(needs) => {
                assert!(!needs.is_empty(), "{}: open without a question", test.name);
                for question in needs {
                    let answer = zone.answer(&question.name, question.record_type);
                    answers.insert(question, answer);
                }
            }
        }
    }
    panic!("{}: the questions never end", test.name);
}
