//! The page's examples, read by `diagnose` with the demonstration zone and nothing else: together
//! they show every check with every outcome.
#![allow(
    clippy::indexing_slicing,
    reason = "a test may fail loudly, and a missing field of JSON is null"
)]

use std::collections::BTreeSet;

use serde_json::Value;
use support::{clinic::Clinic, examples::examples};

const CHECKS: [&str; 8] = [
    "recipient-domain",
    "mx",
    "mx-host",
    "refusing-server",
    "reverse-dns",
    "spf",
    "dkim",
    "dmarc",
];

#[test]
fn together_they_show_every_check_as_pass_as_problem_and_as_unchecked() {
    let mut missing: BTreeSet<(&str, &str)> = CHECKS
        .into_iter()
        .flat_map(|check| ["pass", "problem", "unchecked"].map(|verdict| (check, verdict)))
        .collect();
    for (_, report) in reports() {
        for finding in list(&report["findings"]) {
            let seen = (text(&finding["check"]), text(&finding["verdict"]));
            missing.retain(|wanted| *wanted != seen);
        }
    }
    assert!(missing.is_empty(), "no example shows {missing:?}");
}

#[test]
fn all_their_answers_are_demonstration_data() {
    let mut wrong = Vec::new();
    for (name, report) in reports() {
        let answers = list(&report["findings"])
            .iter()
            .flat_map(|finding| list(&finding["answers"]));
        let strange = answers.filter(|answer| answer["demo"] != true);
        wrong.extend(strange.map(|answer| format!("{name}: {answer}")));
    }
    assert!(
        wrong.is_empty(),
        "not from the demonstration zone:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn each_is_a_bounce_or_a_delay_with_something_to_do() {
    for (name, report) in reports() {
        let kind = text(&report["kind"]);
        assert!(kind == "bounce" || kind == "delay", "{name} is {kind}");
        let recipients = list(&report["recipients"]).len();
        assert!(recipients > 0, "{name} names no recipient");
        assert_eq!(list(&report["headlines"]).len(), recipients, "{name}");
        let open = list(&report["checklist"])
            .iter()
            .filter(|step| step["state"] == "open");
        assert!(open.count() > 0, "{name} leaves nothing to do");
        assert!(
            !list(&report["findings"]).is_empty(),
            "{name} finds nothing"
        );
    }
}

#[test]
fn no_text_is_empty_or_has_a_gap_left() {
    let mut wrong = Vec::new();
    for (name, report) in reports() {
        let worded = [("headlines", &["what", "why", "responsible_words"][..])]
            .into_iter()
            .chain([("findings", &["title", "detail", "subject"][..])])
            .chain([("checklist", &["title", "why", "owner_words"][..])]);
        for (part, fields) in worded {
            for (entry, field) in list(&report[part])
                .iter()
                .flat_map(|entry| fields.iter().map(move |field| (entry, field)))
            {
                if text(&entry[field]).trim().is_empty() {
                    wrong.push(format!("{name}: {part} has no {field} in {entry}"));
                }
            }
        }
        let gaps = strings(&report)
            .into_iter()
            .filter(|text| text.contains(['{', '}']));
        wrong.extend(gaps.map(|text| format!("{name}: a gap in {text:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One report an example: each holds one message.
fn reports() -> Vec<(String, Value)> {
    let clinic = Clinic::with_demonstration(&[]);
    examples()
        .into_iter()
        .map(|(name, text)| {
            let mut reports = clinic.diagnose(&text);
            assert_eq!(reports.len(), 1, "{name}");
            (name, reports.remove(0))
        })
        .collect()
}

#[track_caller]
fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("the contract has a list here")
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().expect("the contract has text here")
}

/// All strings of a value, at any depth.
fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(strings).collect(),
        Value::Object(fields) => fields.values().flat_map(strings).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
