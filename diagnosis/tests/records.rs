//! Log lines and transcripts: each file under `cases/read/log` and `cases/read/transcript` is a
//! remark, a paste, and what must be read from it. `UPDATE=1` writes down what is read.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly, and reads its cases from files"
)]

use std::{fmt::Display, fmt::Write as _, fs, path::PathBuf};

use diagnosis::{
    bounce::{Bounce, Recipient, Shape},
    read::read,
    text::{Span, Spanned, no_decoder},
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
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/read");
    let mut cases = Vec::new();
    for folder in ["log", "transcript"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
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
    }
    assert!(cases.len() > 20, "the cases are gone");
    cases
}

fn show(bounces: &[Bounce]) -> String {
    let mut shown = String::new();
    for bounce in bounces {
        show_bounce(bounce, &mut shown);
    }
    shown
}

fn show_bounce(bounce: &Bounce, shown: &mut String) {
    writeln!(shown, "{:?} {:?}", bounce.kind, bounce.shape).unwrap();
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            writeln!(shown, "{name}: {value}").unwrap();
        }
    };
    line("reporting mta", text(bounce.reporting_mta.as_ref()));
    line("sending ip", text(bounce.sending.ip.as_ref()));
    line("helo", text(bounce.sending.helo.as_ref()));
    line("envelope", text(bounce.sending.envelope_domain.as_ref()));
    for recipient in &bounce.recipients {
        show_recipient(recipient, &mut line);
    }
}

fn show_recipient(recipient: &Recipient, line: &mut impl FnMut(&str, Option<String>)) {
    let action = recipient.action.as_ref().map(|a| a.value.as_str());
    let codes = [
        action.map(str::to_owned),
        text(recipient.reply_code.as_ref()),
        text(recipient.status.as_ref()),
        recipient
            .command
            .as_ref()
            .map(|c| c.value.as_str().to_owned()),
        text(recipient.remote_mta.as_ref()),
        text(recipient.remote_ip.as_ref()),
    ];
    let codes = codes.map(|code| code.unwrap_or_else(|| "-".to_owned()));
    let address = text(recipient.address.as_ref()).unwrap_or_default();
    line("recipient", Some(format!("{address} {}", codes.join(" "))));
    line("  original", text(recipient.original.as_ref()));
    line("  said", text(recipient.diagnostic.as_ref()));
    line("  at", text(recipient.last_attempt_date.as_ref()));
}

fn text<T: Display>(value: Option<&Spanned<T>>) -> Option<String> {
    value.map(|value| value.value.to_string())
}

#[test]
fn every_case_is_read_as_it_says() {
    let mut wrong = String::new();
    for case in cases() {
        let found = show(&read(case.paste.as_bytes(), no_decoder));
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
fn line_ends_quotation_marks_and_words_around_change_nothing() {
    type Form = (&'static str, fn(&str) -> String);
    let forms: [Form; 4] = [
        ("CRLF", |paste| paste.replace('\n', "\r\n")),
        ("bare CR", |paste| paste.replace('\n', "\r")),
        ("quoted", |paste| {
            paste.lines().map(|line| format!("> {line}\n")).collect()
        }),
        ("words around", |paste| {
            format!("Hello,\n\nour server says this:\n\n{paste}\nWhat is wrong with it?\n")
        }),
    ];
    let mut wrong = String::new();
    for case in cases() {
        for (form, change) in forms {
            let found = show(&read(change(&case.paste).as_bytes(), no_decoder));
            if found != case.expected {
                writeln!(wrong, "{} ({form}):\n{found}", case.path.display()).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Broken at 76 columns, as mail programs do it, wherever a line is longer than that.
#[test]
fn wrapped_lines_are_read_as_one() {
    let mut wrong = String::new();
    for case in cases() {
        let wrapped: String = case.paste.lines().map(wrap).collect();
        let found = show(&read(wrapped.as_bytes(), no_decoder));
        if found != case.expected {
            writeln!(wrong, "{}:\n{wrapped}\n{found}", case.path.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn wrap(line: &str) -> String {
    let mut wrapped = String::new();
    let mut width = 0;
    for word in line.split(' ') {
        if width > 0 && width + 1 + word.len() > 76 {
            wrapped.push('\n');
            width = 0;
        } else if width > 0 || !wrapped.is_empty() {
            wrapped.push(' ');
            width += 1;
        }
        wrapped.push_str(word);
        width += word.len();
    }
    wrapped.push('\n');
    wrapped
}

/// Words, times, arrows and addresses that stand in other pastes too.
#[test]
fn other_texts_are_no_records() {
    let texts = [
        "See you at 10:00:00 on 2026-11-24, write to ana@firm.example if it is 550 metres.",
        "We sent the news => ana@firm.example got it, bo@firm.example == unknown to us.",
        "The status=open, to=do list of ana@firm.example is ready.",
        "I am trying to reach you. You were connected to the wrong person.\n250 people came.",
        "They say helo world and then quit.\n\n550 5.1.1 User unknown",
        "<ana@firm.example>: host mx.firm.example[192.0.2.10] said: 550 5.1.1 no such\n    user (in reply to RCPT TO command)",
        "ana@firm.example\n  host mx.firm.example [192.0.2.10]\n  SMTP error from remote mail server after\n  RCPT TO:<ana@firm.example>:\n  550 5.1.1 no such user",
        "From: ana@firm.example\nTo: bo@firm.example\nSubject: Lunch\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\nAt 12:00:00, to=you.\n",
    ];
    for text in texts {
        for bounce in read(text.as_bytes(), no_decoder) {
            let is_record = matches!(bounce.shape, Shape::LogLine | Shape::Transcript);
            assert!(!is_record, "{text}:\n{bounce:?}");
        }
    }
}

/// Every case, cut off anywhere, is read without a panic, and no span lies outside.
#[test]
fn what_is_cut_off_is_still_read() {
    for case in cases() {
        let bytes = case.paste.as_bytes();
        for end in (0..bytes.len()).step_by(11) {
            let cut = bytes.get(..end).unwrap();
            for bounce in read(cut, no_decoder) {
                let values = bounce.recipients.iter().flat_map(values);
                for (name, _, spans) in values {
                    let inside = spans
                        .iter()
                        .all(|span| span.start <= span.end && span.end <= end);
                    assert!(inside, "{} up to {end}: {name}", case.path.display());
                }
            }
        }
    }
}

#[test]
fn a_highlight_is_no_wider_than_the_value() {
    let mut wrong = String::new();
    for case in cases() {
        for bounce in read(case.paste.as_bytes(), no_decoder) {
            for recipient in &bounce.recipients {
                for (name, value, spans) in values(recipient) {
                    let shown = at(&case.paste, spans);
                    if !same(&shown, &value) {
                        writeln!(
                            wrong,
                            "{} {name}: {value:?} at {shown:?}",
                            case.path.display()
                        )
                        .unwrap();
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn values(recipient: &Recipient) -> Vec<(&'static str, String, &[Span])> {
    fn of<T: Display>(value: Option<&Spanned<T>>) -> Option<(String, &[Span])> {
        value.map(|value| (value.value.to_string(), value.spans.as_slice()))
    }
    [
        ("address", of(recipient.address.as_ref())),
        ("original", of(recipient.original.as_ref())),
        ("reply code", of(recipient.reply_code.as_ref())),
        ("status", of(recipient.status.as_ref())),
        ("diagnostic", of(recipient.diagnostic.as_ref())),
        ("remote mta", of(recipient.remote_mta.as_ref())),
        ("remote ip", of(recipient.remote_ip.as_ref())),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|(value, spans)| (name, value, spans)))
    .collect()
}

fn at(paste: &str, spans: &[Span]) -> String {
    let parts: Vec<&str> = spans
        .iter()
        .map(|span| paste.get(span.start..span.end).unwrap())
        .collect();
    parts.join(" ")
}

/// Host names and domains are read in lower case; escapes of a table are undone.
fn same(shown: &str, value: &str) -> bool {
    let plain = |words: &str| -> String {
        let words = words.to_lowercase().replace('"', "");
        words.split_whitespace().collect()
    };
    plain(shown) == plain(value)
}
