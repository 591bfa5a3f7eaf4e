//! Behind a resolver that checks signatures: what is signed is marked, what is broken is told from
//! what cannot be reached.

use serde_json::Value;
use support::lab::Lab;

use crate::diagnoses::bounce;

#[test]
fn answers_of_a_signed_zone_are_marked_as_checked() {
    let lab = Lab::validating();
    let report = diagnose(&lab, "signed.test");
    let found = finding(&report, "mx-found");
    assert_eq!(found["subject"], "signed.test");
    assert_eq!(found["answers"][0]["ad"], true, "{found}");
    let other = finding(&report, "spf-pass");
    assert_eq!(other["answers"][0]["ad"], false, "{other}");
}

#[test]
fn signatures_that_have_expired_are_told_as_broken_dnssec() {
    let lab = Lab::validating();
    let report = diagnose(&lab, "bogus.test");
    let found = finding(&report, "recipient-domain-dnssec-broken");
    assert_eq!(found["verdict"], "problem", "{found}");
    let text = found.to_string();
    assert!(text.contains("+cd"), "{text}");
}

#[test]
fn a_lame_delegation_is_no_missing_domain() {
    let lab = Lab::validating();
    let report = diagnose(&lab, "lame.example");
    for found in findings(&report) {
        if found["subject"] == "lame.example" {
            assert_ne!(found["code"], "recipient-domain-missing", "{found}");
            assert_ne!(found["verdict"], "pass", "{found}");
        }
    }
    let codes: Vec<&Value> = findings(&report).map(|found| &found["code"]).collect();
    let unknown = [
        "recipient-domain-unchecked",
        "recipient-domain-servers-unreachable",
    ];
    assert!(
        codes
            .iter()
            .any(|code| unknown.iter().any(|known| *code == known)),
        "{codes:?}"
    );
}

fn diagnose(lab: &Lab, recipient: &str) -> Value {
    let paste = bounce(&format!("ana@{recipient}"), "good.lab.test", "198.51.100.5");
    lab.clinic.diagnose(&paste).remove(0)
}

fn findings(report: &Value) -> impl Iterator<Item = &Value> {
    report["findings"].as_array().into_iter().flatten()
}

#[track_caller]
fn finding<'a>(report: &'a Value, code: &str) -> &'a Value {
    findings(report)
        .find(|found| found["code"] == code)
        .unwrap_or_else(|| panic!("no {code} in {report}"))
}
