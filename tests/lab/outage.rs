//! When DNS is out of reach, the rest of the report still stands.

use serde_json::Value;
use support::{
    clinic::{Clinic, nobody},
    lab::Lab,
};

use crate::diagnoses::bounce;

#[test]
fn a_name_server_that_ends_leaves_its_findings_unchecked() {
    let lab = Lab::start(&[]);
    let before = diagnose(&lab.clinic);
    assert!(verdicts(&before).contains(&"pass"), "{before}");
    let clinic = lab.without_name_server();
    expect_unchecked(&diagnose(&clinic));
}

#[test]
fn an_upstream_where_nobody_listens_leaves_findings_unchecked() {
    let upstream = nobody();
    let clinic = Clinic::start(&["--upstream", &upstream]);
    expect_unchecked(&diagnose(&clinic));
}

fn diagnose(clinic: &Clinic) -> Value {
    let paste = bounce("ana@good.lab.test", "good.lab.test", "198.51.100.5");
    clinic.diagnose(&paste).remove(0)
}

#[track_caller]
fn expect_unchecked(report: &Value) {
    let findings = report["findings"].as_array().expect("findings");
    assert!(findings.len() >= 5, "{report}");
    for finding in findings {
        assert_eq!(finding["verdict"], "unchecked", "{finding}");
        let because = finding["unchecked_because"].as_str().unwrap_or_default();
        assert!(matches!(because, "unreachable" | "timeout"), "{finding}");
        assert_eq!(finding["explains"], false, "{finding}");
    }
    let recipient = &report["recipients"][0];
    assert_eq!(recipient["address"], "ana@good.lab.test");
    assert_eq!(recipient["reply_code"], 550);
    assert_eq!(recipient["status"], "5.7.26");
    assert_ne!(report["headlines"][0]["what"], "", "{report}");
    let steps = report["checklist"].as_array().expect("steps");
    let open = steps.iter().filter(|step| step["state"] == "open");
    assert!(open.count() > 0, "{report}");
}

fn verdicts(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().into_iter().flatten();
    findings
        .filter_map(|finding| finding["verdict"].as_str())
        .collect()
}
