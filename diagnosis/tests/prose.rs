//! What mail systems write for people, whole and as copied out of a reading pane: each case is a
//! paste, a line of `=====`, the kind of message, and a line a recipient: address, reply code,
//! enhanced status code, command, server, reason.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads files and may fail loudly"
)]

use std::{fs, path::Path};

use diagnosis::{
    checklist::advise, classify::classify, read::read, report::Report, text::no_decoder,
};

#[test]
fn every_case_is_read_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/prose");
    let mut cases = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let case = fs::read_to_string(&path).unwrap();
        let (paste, expected) = case.split_once("\n=====\n").unwrap();
        cases += 1;
        for (form, paste) in forms(paste) {
            let found = summary(&paste);
            if found != expected {
                wrong.push(format!("{} ({form}):\n{found}", path.display()));
            }
        }
    }
    assert!(cases > 60, "only {cases} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn forms(paste: &str) -> [(&'static str, String); 3] {
    let quoted = paste.lines().map(|line| format!("> {line}\n")).collect();
    [
        ("as it is", paste.to_owned()),
        ("CRLF", paste.replace('\n', "\r\n")),
        ("quoted", quoted),
    ]
}

fn summary(paste: &str) -> String {
    let mut lines = String::new();
    for bounce in read(paste.as_bytes(), no_decoder) {
        let case = classify(bounce);
        let report = Report::new(0, &case, &[], &advise(&case, &[]));
        lines += report.kind;
        lines += "\n";
        for recipient in &report.recipients {
            let show = |value: Option<&str>| value.unwrap_or("-").to_owned();
            let code = recipient.reply_code.map(|code| code.to_string());
            lines += &[
                show(recipient.address.as_deref()),
                show(code.as_deref()),
                show(recipient.status.as_deref()),
                show(recipient.command),
                show(recipient.remote_mta.as_deref()),
                recipient.reason.to_owned(),
            ]
            .join(" ");
            lines += "\n";
        }
    }
    lines
}
