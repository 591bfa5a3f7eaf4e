//! The findings, each with the answers that it stands on.

use std::fmt::Write;

use diagnosis::report::{AnswerReport, FindingReport};

use super::{Paint, plain};

/// More records of one answer than these are counted, not shown.
const MAX_RECORDS: usize = 8;

/// All findings below their heading.
pub(super) fn write(
    out: &mut String,
    findings: &[FindingReport],
    resolver: Option<&str>,
    paint: &Paint,
) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "\n{}", paint.bold("DNS evidence"));
    match resolver {
        Some(resolver) if !findings.is_empty() => {
            let answered = format!("Answers come from {}.", plain(resolver));
            let _ = writeln!(out, "{}", paint.dim(&answered));
        }
        Some(_) => {}
        None => {
            let _ = writeln!(
                out,
                "DNS was not asked; name a resolver with --resolver URL."
            );
        }
    }
    for finding in findings {
        write_finding(out, finding, paint);
    }
}

fn write_finding(out: &mut String, finding: &FindingReport, paint: &Paint) {
    let cause = match finding.explains {
        true => " (explains this bounce)",
        false => "",
    };
    let demo = match finding.answers.iter().any(|answer| answer.demo) {
        true => " [demonstration data]",
        false => "",
    };
    let verdict = paint.verdict(finding.verdict);
    let _ = writeln!(out, "{verdict} {}{cause}{demo}", plain(&finding.title));
    let mut line = |text: &str| {
        let _ = writeln!(out, "            {}", paint.dim(&plain(text)));
    };
    line(&finding.detail);
    for answer in &finding.answers {
        line(&heading(answer));
        for record in answer.records.iter().take(MAX_RECORDS) {
            line(&format!("    {record}"));
        }
        if let Some(more) = answer.records.len().checked_sub(MAX_RECORDS + 1) {
            line(&format!("    and {} more", more + 1));
        }
    }
    for step in &finding.trail {
        line(step);
    }
    if let Some(expected) = &finding.expected {
        line(&format!("should be: {expected}"));
    }
    for command in &finding.commands {
        line(&format!("$ {command}"));
    }
    let whose = finding.zone_words.map(|whose| format!("DNS of {whose}; "));
    line(&format!("{}{}", whose.unwrap_or_default(), finding.rfc));
}

/// The question, how it ended, for how long that holds, and when it was asked.
fn heading(answer: &AnswerReport) -> String {
    let mut heading = format!("{} {} {}", answer.name, answer.record_type, answer.status);
    if answer.records.is_empty() && answer.status == "NOERROR" {
        heading.push_str(", no records");
    }
    if let Some(ttl) = answer.ttl {
        heading.push_str(&format!(", TTL {ttl} s"));
    }
    if answer.ad {
        heading.push_str(", signed (DNSSEC)");
    }
    if let Some(time) = &answer.asked_at {
        heading.push_str(&format!(", asked {time}"));
    }
    heading
}
