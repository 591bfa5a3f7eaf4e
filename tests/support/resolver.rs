//! Asking a running proxy, and running the checks on its answers.

use std::time::Duration;

use diagnosis::{
    case::Case,
    check::examine,
    dns::{Answers, Outcome, Question, read_answer, read_failure},
    finding::Finding,
};
use serde_json::Value;

use crate::clinic::Clinic;

/// An HTTP client that never goes through a proxy of the machine's.
#[must_use]
pub fn client() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(60)))
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into()
}

/// The HTTP status and body of an answer to a question.
#[must_use]
pub fn ask(clinic: &Clinic, name: &str, record_type: &str) -> (u16, Value) {
    let (status, body) = fetch(clinic, name, record_type, false);
    let json = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error} in {body}"));
    (status, json)
}

/// Runs the checks until nothing is open. All answers are said to be from `asked_at`.
#[must_use]
pub fn findings(clinic: &Clinic, case: &Case, asked_at: i64) -> Vec<Finding> {
    let mut answers = Answers::default();
    for _ in 0..20 {
        let outcome = examine(case, &answers);
        if outcome.needs.is_empty() {
            return outcome.findings;
        }
        for question in outcome.needs {
            let answer = answer(clinic, &question, asked_at);
            answers.insert(question, answer);
        }
    }
    panic!("the questions never end");
}

fn answer(clinic: &Clinic, question: &Question, asked_at: i64) -> diagnosis::dns::Answer {
    let (status, body) = fetch(
        clinic,
        &question.name.escaped(),
        question.record_type.as_str(),
        question.checking_disabled,
    );
    let answer = match status {
        200 => read_answer(&body, Some(asked_at)).expect("the proxy speaks JSON"),
        _ => read_failure(status, &body, Some(asked_at)),
    };
    assert_ne!(answer.outcome, Outcome::NotAsked);
    answer
}

fn fetch(clinic: &Clinic, name: &str, record_type: &str, checking_disabled: bool) -> (u16, String) {
    let request = client()
        .get(clinic.resolver())
        .query("name", name)
        .query("type", record_type)
        .query("cd", if checking_disabled { "1" } else { "0" });
    let response = request.call().expect("the proxy answers");
    let status = response.status().as_u16();
    let body = response.into_body().read_to_string();
    (status, body.expect("its answers are text"))
}
