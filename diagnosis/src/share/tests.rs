use miniz_oxide::deflate::compress_to_vec;

use super::*;
use crate::{
    check::examine,
    checklist::advise,
    classify::classify,
    dns::{Answers, Question, RecordType, read_answer},
    read::read,
    report::Report,
    text::no_decoder,
};

const PASTE: &str = "<ana.lima@firm.example>: host mx.firm.example[192.0.2.10] said: 550 5.1.1 <ana.lima@firm.example>: User unknown (in reply to RCPT TO command)\n";

fn case() -> Case {
    classify(read(PASTE.as_bytes(), no_decoder).remove(0))
}

fn findings(case: &Case) -> Vec<Finding> {
    let question = Question::new("firm.example".parse().expect("a name"), RecordType::Mx);
    let body = r#"{"Status":0,"Answer":[{"name":"firm.example.","type":15,"TTL":300,"data":"10 mx.firm.example."}]}"#;
    let answers: Answers = [(question, read_answer(body, Some(9)).expect("an answer"))]
        .into_iter()
        .collect();
    examine(case, &answers).findings
}

fn fragment(link: &str) -> &str {
    link.split_once('#').expect("a fragment").1
}

fn inflated(link: &str) -> String {
    let packed = fragment(link).trim_start_matches("1.");
    let bytes = base64::decode(base64::URL_SAFE, &packed[..packed.len() - 1]).expect("base64url");
    let body = inflate::inflate(&bytes, MAX_INFLATED).expect("deflate");
    String::from_utf8(body).expect("text")
}

#[test]
fn a_link_opens_to_the_same_headline_steps_and_findings() {
    let case = case();
    let findings = findings(&case);
    assert!(!findings.is_empty());
    let link = encode(&case, &findings, Some(1_795_552_496));
    assert!(link.starts_with("/r/userunknown#1."), "{link}");
    let shared = decode(fragment(&link)).expect("a link");
    assert_eq!(shared.looked_up, Some(1_795_552_496));
    let (masked, findings) = mask::masked(&case, &findings);
    let before = Report::new(0, &masked, &findings, &advise(&masked, &findings));
    let after = Report::new(
        0,
        &shared.case,
        &shared.findings,
        &advise(&shared.case, &shared.findings),
    );
    assert_eq!(before.headlines, after.headlines);
    assert_eq!(before.checklist, after.checklist);
    let titles = |report: &Report| -> Vec<(String, String)> {
        report
            .findings
            .iter()
            .map(|f| (f.title.clone(), f.detail.clone()))
            .collect()
    };
    assert_eq!(titles(&before), titles(&after));
}

#[test]
fn no_local_part_is_in_a_link() {
    let case = case();
    let link = encode(&case, &findings(&case), None);
    let body = inflated(&link);
    assert!(!body.contains("lima"), "{body}");
    assert!(body.contains("firm.example"));
}

/// A bounce of a message that somebody else sent, with the head of that message.
const RETURNED: &str = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.firm.example\nTo: bo@shop.example\nSubject: Undelivered Mail\n\n<ana.lima@firm.example>: host mx.firm.example[192.0.2.10] said: 550 5.1.1 User unknown\n\nReturn-Path: <prvs=1234abcdef=bo@shop.example>\nReceived: from pc ([198.51.100.9]) by mx.firm.example; Tue, 24 Nov 2026 10:00:00 +0000\nAuthentication-Results: mx.firm.example; spf=fail smtp.mailfrom=secret@shop.example\nFrom: info@parcels.example\nTo: ana.lima@firm.example\nSubject: Sekret\nMessage-ID: <hidden@parcels.example>\n";

#[test]
fn nothing_of_the_returned_message_is_in_a_link() {
    let case = classify(read(RETURNED.as_bytes(), no_decoder).remove(0));
    assert!(case.bounce.returned.subject.is_some() && case.bounce.sending.decoded.is_some());
    let link = encode(&case, &[], None);
    let body = inflated(&link);
    for secret in ["Sekret", "hidden", "secret", "bo@", "lima"] {
        assert!(!body.contains(secret), "{secret} in {body}");
    }
    let shared = decode(fragment(&link)).expect("a link").case;
    let before = advise(&mask::masked(&case, &[]).0, &[]).headlines;
    assert_eq!(before, advise(&shared, &[]).headlines);
    assert!(before[0].why.contains("parcels.example"), "{before:?}");
}

#[test]
fn whatever_is_done_to_a_link_it_is_a_sentence_and_no_panic() {
    let link = encode(&case(), &[], None);
    let fragment = fragment(&link);
    for end in 2..fragment.len() {
        assert!(decode(&fragment[..end]).is_err(), "cut at {end}");
    }
    assert_eq!(decode(""), Err(ShareError::Empty));
    assert_eq!(decode("#"), Err(ShareError::Empty));
    assert_eq!(decode("2.abc"), Err(ShareError::NewerVersion));
    assert_eq!(decode("x"), Err(ShareError::Damaged));
    assert_eq!(decode("1.é"), Err(ShareError::Damaged));
    assert_eq!(decode(&"1".repeat(20_000)), Err(ShareError::TooLarge));
}

#[test]
fn a_link_that_inflates_without_end_is_refused() {
    let bomb = base64::encode(
        base64::URL_SAFE,
        &compress_to_vec(&vec![b' '; 10_000_000], 9),
    );
    let check = check_character(&bomb);
    assert_eq!(
        decode(&format!("1.{bomb}{check}")),
        Err(ShareError::TooLarge)
    );
}

#[test]
fn a_word_of_a_newer_version_is_told_as_such() {
    let body = base64::encode(
        base64::URL_SAFE,
        &compress_to_vec(b"[2,4,null,null,null,[[999,1,1]]]", 9),
    );
    let check = check_character(&body);
    assert_eq!(
        decode(&format!("1.{body}{check}")),
        Err(ShareError::NewerVersion)
    );
}

/// Golden: links of version 1 are read for ever. Never change this string.
#[test]
fn the_first_link_ever_made_still_opens() {
    let shared = decode(GOLDEN).expect("a link of version 1");
    assert_eq!(shared.case.judgements.len(), 1);
    assert_eq!(shared.case.judgements[0].reason.as_str(), "userunknown");
    assert_eq!(shared.findings.len(), 3);
}

const GOLDEN: &str = include_str!("golden.txt");
