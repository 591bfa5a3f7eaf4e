//! Webhooks, API rows and CSV exports, one file a case: what must be read, a line of dashes, the paste.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its cases from files and may fail loudly"
)]

use std::{fmt::Write, fs, path::Path};

use diagnosis::{
    bounce::{Bounce, Recipient, Shape},
    case::Case,
    checklist::kind_word,
    classify::classify,
    read::read,
    text::{Span, Spanned, no_decoder},
};

/// A bounce as the cases write it: a line for the message, two for each recipient.
fn show(case: &Case) -> String {
    let bounce = &case.bounce;
    let sending = &bounce.sending;
    let mut out = kind_word(bounce.kind).to_owned();
    let mut note = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            write!(out, " {name}={value}").unwrap();
        }
    };
    note(
        "system",
        bounce.system.as_ref().map(|v| v.value.replace(' ', "-")),
    );
    note("mta", text(bounce.reporting_mta.as_ref()));
    note("arrival", text(bounce.arrival_date.as_ref()));
    note("from", text(sending.from_domain.as_ref()));
    note("envelope", text(sending.envelope_domain.as_ref()));
    note("ip", text(sending.ip.as_ref()));
    out.push('\n');
    for (recipient, judgement) in bounce.recipients.iter().zip(&case.judgements) {
        let words = [
            text(recipient.address.as_ref()),
            recipient
                .action
                .as_ref()
                .map(|v| v.value.as_str().to_owned()),
            text(recipient.reply_code.as_ref()),
            text(recipient.status.as_ref()),
            Some(judgement.reason.as_str().to_owned()),
            judgement.refused_by.map(|by| by.as_str().to_owned()),
        ];
        let words: Vec<String> = words
            .into_iter()
            .map(|word| word.unwrap_or("-".to_owned()))
            .collect();
        write!(out, "  {}", words.join(" ")).unwrap();
        let mut note = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                write!(out, " {name}={value}").unwrap();
            }
        };
        note("original", text(recipient.original.as_ref()));
        note(
            "command",
            recipient
                .command
                .as_ref()
                .map(|v| v.value.as_str().to_owned()),
        );
        note("remote", text(recipient.remote_mta.as_ref()));
        note("remote-ip", text(recipient.remote_ip.as_ref()));
        note("at", text(recipient.last_attempt_date.as_ref()));
        note("until", text(recipient.will_retry_until.as_ref()));
        out.push('\n');
        if let Some(said) = &recipient.diagnostic {
            writeln!(out, "    {}", said.value).unwrap();
        }
    }
    out
}

fn text<T: ToString>(value: Option<&Spanned<T>>) -> Option<String> {
    value.map(|value| value.value.to_string())
}

fn show_all(paste: &str) -> String {
    read(paste.as_bytes(), no_decoder)
        .into_iter()
        .map(|bounce| show(&classify(bounce)))
        .collect()
}

/// The paste at the spans of a value that has no escapes in it must be the value.
fn check_spans(file: &str, paste: &str, bounce: &Bounce) {
    let at = |spans: &[Span]| -> String {
        let parts: Vec<&str> = spans.iter().map(|s| &paste[s.start..s.end]).collect();
        parts.join(" ")
    };
    let check = |value: Option<&Spanned<String>>| {
        let Some(value) = value else { return };
        assert!(
            !value.spans.is_empty(),
            "{file}: {} stands nowhere",
            value.value
        );
        let written = at(&value.spans).to_lowercase();
        if !written.contains(['\\', '"', '%']) {
            assert_eq!(written, value.value.to_lowercase(), "{file}");
        }
    };
    for Recipient {
        address,
        original,
        diagnostic,
        remote_mta,
        status,
        reply_code,
        ..
    } in &bounce.recipients
    {
        for value in [address, original, diagnostic, remote_mta] {
            check(value.as_ref());
        }
        check(status.clone().map(|v| v.map(|v| v.to_string())).as_ref());
        check(
            reply_code
                .clone()
                .map(|v| v.map(|v| v.to_string()))
                .as_ref(),
        );
    }
    let sending = &bounce.sending;
    for value in [
        &sending.from_domain,
        &sending.envelope_domain,
        &bounce.reporting_mta,
    ] {
        check(value.as_ref());
    }
}

#[test]
fn every_case_gives_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/read/webhook");
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let content = fs::read_to_string(&path).unwrap();
        let (expected, paste) = content.split_once("\n---\n").unwrap();
        count += 1;
        for (form, paste) in [
            ("as it is", paste.to_owned()),
            ("CRLF", paste.replace('\n', "\r\n")),
            (
                "quoted",
                paste.lines().map(|line| format!("> {line}\n")).collect(),
            ),
        ] {
            let found = show_all(&paste);
            if found.trim_end() != expected.trim_end()
                && wrong.iter().all(|w: &String| !w.contains(&found))
            {
                wrong.push(format!("{file} ({form}):\n{found}"));
            }
            for bounce in read(paste.as_bytes(), no_decoder) {
                check_spans(&file, &paste, &bounce);
            }
        }
    }
    assert!(count >= 30, "{count} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a paste holds of broken JSON is read as far as it goes, and comes to an end.
#[test]
fn hostile_pastes_come_to_an_end() {
    let row = "{\"email\": \"ana@firm.example\", \"event\": \"bounce\", \"reason\": \"550 5.1.1 no such user\"}";
    let deep = 100_000;
    let pastes = [
        ("brackets", "[".repeat(1_000_000)),
        ("braces", "{".repeat(1_000_000)),
        ("open objects", "{\"a\":".repeat(200_000)),
        ("objects in arrays", "[{\"email\":\"".repeat(50_000)),
        (
            "deep",
            format!("{}{row}{}", "{\"a\":".repeat(deep), "}".repeat(deep)),
        ),
        (
            "backslashes",
            format!("{{\"a\": \"{}", "\\".repeat(1_000_000)),
        ),
        ("quotation marks", "\"".repeat(1_000_000)),
        (
            "a giant string",
            format!("{{\"reason\": \"{}\"}}", "x".repeat(1_000_000)),
        ),
        (
            "strings in strings",
            format!("{{\"a\": \"{}\"}}", "{\\\"a\\\": \\\"".repeat(8_000)),
        ),
        (
            "a table of quotation marks",
            format!("email,reason\n{}", "\"a,\n".repeat(100_000)),
        ),
        (
            "blank lines",
            format!("email,reason\n{}", "\n".repeat(500_000)),
        ),
    ];
    for (name, paste) in pastes {
        let bounces = read(paste.as_bytes(), no_decoder);
        assert!(!bounces.is_empty(), "{name}");
    }
}

#[test]
fn many_rows_are_many_recipients() {
    let mut paste = "email,status,reason\n".to_owned();
    for number in 0..2_000 {
        writeln!(
            paste,
            "user{number}@firm.example,5.1.1,550 5.1.1 no such user"
        )
        .unwrap();
    }
    let bounces = read(paste.as_bytes(), no_decoder);
    assert_eq!(bounces.len(), 1);
    assert_eq!(bounces[0].shape, Shape::Webhook);
    assert_eq!(bounces[0].recipients.len(), 2_000);
}

/// Wherever a paste is cut off, what is left is read without trouble.
#[test]
fn a_paste_may_be_cut_off_anywhere() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/read/webhook");
    for entry in fs::read_dir(folder).unwrap() {
        let content = fs::read_to_string(entry.unwrap().path()).unwrap();
        let (_, paste) = content.split_once("\n---\n").unwrap();
        for end in (0..paste.len())
            .step_by(7)
            .filter(|&end| paste.is_char_boundary(end))
        {
            for part in [&paste[..end], &paste[end..]] {
                for bounce in read(part.as_bytes(), no_decoder) {
                    assert!(bounce.span.end <= part.len());
                    check_spans("cut", part, &bounce);
                }
            }
        }
    }
}
