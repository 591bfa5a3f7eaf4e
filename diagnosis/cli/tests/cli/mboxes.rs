//! mbox files and streams are cut into messages.

use std::{
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

use diagnosis::read::read;
use serde_json::Value;

use crate::{
    bounces::{bounce, bounce_with, mbox, recipient},
    run::{addresses, command, folder, places, reports},
};

#[test]
fn each_message_is_diagnosed_by_itself() {
    let folder = folder(&[("bounces", &mbox((0..9).map(bounce)))]);
    let found = reports(&folder, &["bounces"]);
    let expected: Vec<_> = (0..9).map(recipient).collect();
    assert_eq!(addresses(&found), expected);
    let expected: Vec<_> = (0..9).map(|index| ("bounces", index)).collect();
    assert_eq!(places(&found), expected);
}

#[test]
fn messages_and_places_are_those_of_the_reader_of_pastes() {
    let body = "Hi\n\nFrom Monday at 10:00\nit works\n\n\n>From x Tue Nov  3 08:00:00 2026\nA: b";
    let whole = mbox((0..4).map(|number| bounce_with(number, body)));
    for (end, name) in [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")] {
        let whole = whole.replace('\n', end);
        let folder = folder(&[("bounces", &whole)]);
        let found = reports(&folder, &["bounces"]);
        let spans = found.iter().map(|report| pair(&report["span"]));
        let expected = read(whole.as_bytes(), |_, _| None);
        let expected = expected
            .iter()
            .map(|bounce| (bounce.span.start, bounce.span.end));
        assert!(spans.eq(expected), "{name}");
    }
}

#[test]
fn the_places_of_values_are_places_in_the_file() {
    let whole = mbox((0..3).map(bounce));
    let folder = folder(&[("bounces", &whole)]);
    for (number, report) in reports(&folder, &["bounces"]).iter().enumerate() {
        let recipient = &report["recipients"][0];
        let evidence = recipient["evidence"].as_array().unwrap();
        let status = evidence.iter().find(|entry| entry["field"] == "status");
        let (start, end) = pair(&status.unwrap()["spans"][0]);
        assert_eq!(whole[start..end], *recipient["status"].as_str().unwrap());
        let (start, end) = pair(&report["span"]);
        assert!(whole[start..end].starts_with("From MAILER-DAEMON"));
        assert!(whole[start..end].contains(&format!("Letter {number}\n")));
    }
}

#[test]
fn lines_in_bodies_that_look_like_separators_cut_nothing() {
    let bodies = [
        "Hello.\n\nFrom Monday at 10:00 it works again.\nOr not.",
        "Hello.\n\n>From a@b.example Tue Nov  3 08:00:00 2026\nSubject: quoted",
        "Hello.\nFrom a@b.example Tue Nov  3 08:00:00 2026\nSubject: no blank line before",
        "Hello.\n\nFrom a@b.example Tue Nov  3 08:00:00 2026\n\nno header behind",
    ];
    let messages = bodies.iter().enumerate();
    let whole = mbox(messages.map(|(number, body)| bounce_with(number, body)));
    let folder = folder(&[("bounces", &whole)]);
    let expected: Vec<_> = (0..bodies.len()).map(recipient).collect();
    assert_eq!(addresses(&reports(&folder, &["bounces"])), expected);
}

#[test]
fn the_index_counts_reports_where_a_message_gives_several() {
    let events = r#"[{"event": "bounce", "email": "one@firm.example", "status": "5.1.1", "reason": "550 5.1.1 no such user", "type": "bounce", "timestamp": 1790000000, "sg_event_id": "a", "sg_message_id": "a"},
        {"event": "bounce", "email": "two@firm.example", "status": "5.1.1", "reason": "550 5.1.1 no such user", "type": "bounce", "timestamp": 1790000000, "sg_event_id": "b", "sg_message_id": "b"}]"#;
    let folder = folder(&[
        ("events.json", events),
        ("more", &mbox([bounce(0), bounce(1)])),
    ]);
    let found = reports(&folder, &["events.json", "more", "more"]);
    assert_eq!(
        places(&found),
        [
            ("events.json", 0),
            ("events.json", 1),
            ("more", 0),
            ("more", 1),
            ("more", 0),
            ("more", 1),
        ]
    );
}

#[test]
fn standard_input_is_answered_while_it_is_still_open() {
    let folder = folder(&[]);
    let mut child = command(&folder)
        .args(["--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    stdin
        .write_all(mbox([bounce(0), bounce(1)]).as_bytes())
        .unwrap();
    // The second message ends where a third begins, or with the input.
    let first: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(addresses(&[first]), [recipient(0)]);
    drop(stdin);
    let second: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(addresses(&[second]), [recipient(1)]);
    assert!(lines.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
fn anything_but_an_mbox_is_read_whole() {
    let folder = folder(&[
        ("reply", "550 5.1.1 <ana@firm.example> no such user"),
        ("empty", ""),
    ]);
    let found = reports(&folder, &["reply", "empty"]);
    assert_eq!(addresses(&found), ["ana@firm.example", ""]);
    assert_eq!(found[1]["kind"], "other");
}

fn pair(span: &Value) -> (usize, usize) {
    let end = |at: usize| usize::try_from(span[at].as_u64().unwrap()).unwrap();
    (end(0), end(1))
}
