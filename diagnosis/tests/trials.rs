//! What tools print that a person runs by hand, alone and beside a bounce: one file a case under
//! `cases/trials/`, with the paste, what was tried (`HOST OUTCOME`, a line each), and what the first
//! recipient's mail was refused for (`REASON SIDE`; `-` for no refusal).
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads its cases from files and may fail loudly"
)]

use std::{fs, path::Path};

use diagnosis::{bounce::Kind, classify::classify, read::read, text::no_decoder};

#[test]
fn every_tool_is_read_as_what_it_shows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/trials");
    let mut wrong = Vec::new();
    let mut number = 0;
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (paste, wanted) = text.split_once("--- tried\n").unwrap();
        for paste in [paste.to_owned(), paste.replace('\n', "\r\n"), quoted(paste)] {
            let found = shown(&paste);
            if found.trim() != wanted.trim() {
                wrong.push(format!("{name}:\n{found}\ninstead of\n{wanted}\n{paste}"));
                break;
            }
        }
        number += 1;
    }
    assert!(number >= 30, "only {number} cases were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// As somebody quotes it in an answer.
fn quoted(paste: &str) -> String {
    paste.lines().map(|line| format!("> {line}\n")).collect()
}

fn shown(paste: &str) -> String {
    let mut bounces = read(paste.as_bytes(), no_decoder);
    assert_eq!(bounces.len(), 1, "{paste}");
    let case = classify(bounces.remove(0));
    let mut lines: Vec<String> = case
        .bounce
        .trials
        .iter()
        .map(|trial| {
            let host = trial.name().unwrap_or("-");
            format!("{host} {}", trial.outcome.as_str())
        })
        .collect();
    let is_refusal = matches!(case.bounce.kind, Kind::Bounce | Kind::Delay);
    let judgement = case.judgements.first().filter(|_| is_refusal);
    lines.push(judgement.map_or("-".to_owned(), |judgement| {
        format!(
            "{} {}",
            judgement.reason.as_str(),
            judgement.responsible.as_str()
        )
    }));
    lines.join("\n")
}
