//! Replies in many servers' words against the reason that a postmaster reads in them.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use diagnosis::{
    checklist::advise, classify::classify, read::read, report::Report, text::no_decoder,
};

#[test]
fn replies_mean_what_a_postmaster_reads_in_them() {
    let cases = include_str!("cases/replies.txt");
    let mut wrong = Vec::new();
    for line in cases.lines().filter(|line| !line.starts_with('#')) {
        let (reasons, reply) = line.split_once(" | ").unwrap();
        let found = reason(&reply.replace("\\n", "\n"));
        if !reasons.split('/').any(|reason| found == reason) {
            wrong.push(format!("{line} -> {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn reason(reply: &str) -> String {
    let case = classify(read(reply.as_bytes(), no_decoder).remove(0));
    let report = Report::new(0, &case, &[], &advise(&case, &[]));
    let first = report.recipients.first();
    first.map_or_else(String::new, |recipient| recipient.reason.to_owned())
}
