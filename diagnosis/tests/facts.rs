//! What is told besides the refusal itself: each file under `cases/read/facts` is a remark, a paste,
//! and the facts that must be read from it. `UPDATE=1` writes down what is read.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly, and reads its cases from files"
)]

use std::{fmt::Write as _, fs, path::PathBuf};

use diagnosis::{
    checklist::advise,
    classify::classify,
    read::read,
    report::{DecodedReport, EvidenceReport, RecipientReport, Report},
    text::no_decoder,
};

/// What stands between the paste and what is read from it.
const RULER: &str = "\n=====\n";

struct Case {
    path: PathBuf,
    remark: String,
    paste: String,
    expected: String,
}

fn cases() -> Vec<Case> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/read/facts");
    let mut cases = Vec::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let (remark, rest) = text.split_once('\n').unwrap();
        let (paste, expected) = rest.split_once(RULER).unwrap_or((rest, ""));
        assert!(remark.starts_with("# "), "{}: no remark", path.display());
        cases.push(Case {
            remark: remark.to_owned(),
            paste: format!("{paste}\n"),
            expected: expected.to_owned(),
            path,
        });
    }
    assert!(cases.len() > 10, "the cases are gone");
    cases
}

fn reports(paste: &str) -> Vec<Report> {
    read(paste.as_bytes(), no_decoder)
        .into_iter()
        .map(|bounce| {
            let case = classify(bounce);
            Report::new(0, &case, &[], &advise(&case, &[]))
        })
        .collect()
}

/// The facts, a line each; what is not known is left out.
fn show(reports: &[Report]) -> String {
    let mut shown = String::new();
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            writeln!(shown, "{name}: {value}").unwrap();
        }
    };
    for report in reports {
        let sending = &report.sending;
        line("kind", Some(report.kind.to_owned()));
        line("sending ip", sending.ip.clone());
        line("helo", sending.helo.clone());
        line("from", sending.from_domain.clone());
        line("envelope", sending.envelope_domain.clone());
        line("envelope holds", sending.decoded.as_ref().map(decoded));
        for key in &sending.dkim {
            line("dkim", Some(format!("{} {}", key.domain, key.selector)));
        }
        for result in &report.authentication {
            let of = [&result.domain, &result.selector];
            let of: Vec<&str> = of.into_iter().flatten().map(String::as_str).collect();
            let shown = format!("{}={} {}", result.method, result.result, of.join(" "));
            line("found", Some(shown.trim_end().to_owned()));
        }
        for result in &report.arc_authentication_results {
            line("found before", Some(result.clone()));
        }
        if let Some(returned) = &report.returned {
            line("subject", returned.subject.clone());
            line("size", returned.size.map(|size| size.to_string()));
            line("date", returned.date.clone());
            line("message id", returned.message_id.clone());
            line("bulk", returned.bulk.map(|bulk| bulk.to_string()));
        }
        line("backscatter", report.backscatter.map(|is| is.to_string()));
        for recipient in &report.recipients {
            show_recipient(recipient, &mut line);
        }
    }
    shown
}

fn show_recipient(recipient: &RecipientReport, line: &mut impl FnMut(&str, Option<String>)) {
    let address = recipient.address.as_deref().unwrap_or("-");
    let action = recipient.action.unwrap_or("-");
    line("recipient", Some(format!("{address} {action}")));
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    line("  last attempt", recipient.last_attempt_date.clone());
    line("  until", recipient.will_retry_until.clone());
    line("  attempts", number(recipient.attempts.map(u64::from)));
    line("  waited", number(recipient.waited_seconds));
    line("  original", recipient.original.clone());
    line("  holds", recipient.decoded.as_ref().map(decoded));
}

fn decoded(decoded: &DecodedReport) -> String {
    let DecodedReport {
        form,
        address,
        x500,
        name,
    } = decoded.clone();
    let parts = [Some(form.to_owned()), address, x500, name];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_case_is_read_as_it_says() {
    let mut wrong = String::new();
    for case in cases() {
        let found = show(&reports(&case.paste));
        if std::env::var_os("UPDATE").is_some() {
            let whole = format!(
                "{}\n{}{RULER}{found}",
                case.remark,
                case.paste.trim_end_matches('\n')
            );
            fs::write(&case.path, whole).unwrap();
        } else if found != case.expected {
            writeln!(wrong, "{}:\n{found}", case.path.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn line_ends_and_quotation_marks_change_nothing() {
    type Form = (&'static str, fn(&str) -> String);
    let forms: [Form; 3] = [
        ("CRLF", |paste| paste.replace('\n', "\r\n")),
        ("bare CR", |paste| paste.replace('\n', "\r")),
        ("quoted", |paste| {
            paste.lines().map(|line| format!("> {line}\n")).collect()
        }),
    ];
    let mut wrong = String::new();
    for case in cases() {
        for (form, change) in forms {
            let found = show(&reports(&change(&case.paste)));
            if found != case.expected {
                writeln!(wrong, "{} ({form}):\n{found}", case.path.display()).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Spans lie inside of the paste, and a name that was not decoded stands where it is said to.
#[test]
fn every_fact_stands_where_it_is_said_to() {
    let mut seen = 0;
    for case in cases() {
        let stands = |evidence: &EvidenceReport, value: Option<&str>| {
            let [[start, end]] = evidence.spans[..] else {
                return;
            };
            let there = case.paste.get(start..end).unwrap();
            if let Some(value) = value {
                assert!(
                    there.eq_ignore_ascii_case(value),
                    "{}: {} is {there:?}, not {value:?}",
                    case.path.display(),
                    evidence.field
                );
            }
        };
        for report in reports(&case.paste) {
            for evidence in &report.sending.evidence {
                let sending = &report.sending;
                let value = match evidence.field {
                    "ip" => &sending.ip,
                    "helo" => &sending.helo,
                    "from_domain" => &sending.from_domain,
                    "envelope_domain" => &sending.envelope_domain,
                    _ => &None,
                };
                seen += usize::from(value.is_some());
                stands(evidence, value.as_deref());
            }
            if let Some(returned) = &report.returned {
                for evidence in &returned.evidence {
                    let value = match evidence.field {
                        "message_id" => &returned.message_id,
                        _ => &None,
                    };
                    seen += usize::from(value.is_some());
                    stands(evidence, value.as_deref());
                }
            }
        }
    }
    assert!(seen > 20, "only {seen} names were found");
}
