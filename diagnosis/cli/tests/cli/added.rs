//! Facts and languages that a person adds, and the ready messages.

use crate::run::{folder, reports, run};

const REPLY: &str =
    "550 5.7.25 The IP address sending this message does not have a PTR record. gsmtp";

#[test]
fn facts_from_the_command_line_stand_before_the_message() {
    let folder = folder(&[("reply", REPLY)]);
    let given = [
        "--ip",
        "203.0.113.9",
        "--from",
        "bo@Shop.example",
        "--helo",
        "mx.shop.example",
        "--selector",
        "k1",
        "reply",
    ];
    let sending = &reports(&folder, &given)[0]["sending"];
    assert_eq!(sending["ip"], "203.0.113.9");
    assert_eq!(sending["from_domain"], "shop.example");
    assert_eq!(sending["helo"], "mx.shop.example");
    assert_eq!(sending["dkim"][0]["domain"], "shop.example");
    assert_eq!(sending["dkim"][0]["selector"], "k1");
}

#[test]
fn what_is_no_fact_is_wrong_use_and_says_what_was_expected() {
    let folder = folder(&[("reply", REPLY)]);
    let ran = run(&folder, ["--ip", "192.0.2", "reply"]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("expected an IP address"), "{}", ran.err);
}

#[test]
fn ready_messages_are_shown_where_they_are_wished() {
    let folder = folder(&[("reply", REPLY)]);
    let without = run(&folder, ["--ip", "203.0.113.9", "reply"]).out;
    assert!(!without.contains("Message to"), "{without}");
    let with = run(&folder, ["--ip", "203.0.113.9", "--handover", "reply"]).out;
    for expected in [
        "Message to your mail administrator\nSubject: ",
        "Message to the provider of the IP address\nSubject: Reverse DNS (PTR record) of 203.0.113.9",
        "9.113.0.203.in-addr.arpa PTR",
    ] {
        assert!(with.contains(expected), "{expected}: {with}");
    }
}

#[test]
fn diagnosis_and_messages_speak_the_language_that_is_wished() {
    let folder = folder(&[("reply", "550 5.1.1 <ana@firm.example>: User unknown")]);
    let headline = |arguments: &[&str]| {
        let report = reports(&folder, arguments).swap_remove(0);
        let what = report["headlines"][0]["what"].as_str().unwrap().to_owned();
        let letter = &report["handovers"][0];
        (what, letter["language"].as_str().unwrap().to_owned())
    };
    let (what, language) = headline(&["--lang", "de", "reply"]);
    assert!(what.contains("gibt es"), "{what}");
    assert_eq!(language, "de");
    let (what, language) = headline(&["--handover-lang", "fr", "reply"]);
    assert!(what.contains("does not exist"), "{what}");
    assert_eq!(language, "fr");
}
