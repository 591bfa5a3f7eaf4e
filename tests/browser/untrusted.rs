//! HTML from a paste, from DNS and from a link shows as text and does nothing.

use diagnosis::{classify::classify, read::read, share::encode, text::no_decoder};
use support::{resolver::findings, webdriver::Browser};

use crate::page::{demonstration, evidence, lab, read_text, unfold, verdict, visit};

const PASTE: &str = "<ana@firm.example>: host mx1.firm.example[192.0.2.10] said: 550 5.1.1 \
<img src=x onerror=window.hacked=1><b id=evil>User unknown</b> (in reply to RCPT TO command)\n";

const MARKUP_SENDER: &str = "<ana@good.lab.test>: host mx.good.lab.test[192.0.2.10] said: 550 \
5.7.26 unauthenticated [198.51.100.5]\n\nReturn-Path: <me@markup.lab.test>\n\
From: Me <me@markup.lab.test>\nTo: ana@good.lab.test\n\
Date: Tue, 24 Nov 2026 09:00:00 +0000\n";

#[test]
fn in_a_paste() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    read_text(&browser, PASTE);
    verdict(&browser);
    evidence(&browser);
    let annotated = browser.find("region", "Annotated bounce").text();
    assert!(
        annotated.contains("<b id=evil>User unknown</b>"),
        "{annotated}"
    );
    expect_harmless(&browser);
}

#[test]
fn in_a_record() {
    let lab = lab();
    let browser = visit(&lab.clinic);
    read_text(&browser, MARKUP_SENDER);
    verdict(&browser);
    let rows = evidence(&browser);
    unfold(&browser);
    rows.wait_for_text("<img/src=x/onerror=window.hacked=1>");
    rows.wait_for_text("<script>window.hacked=1</script>");
    expect_harmless(&browser);
}

#[test]
fn in_a_link() {
    let lab = lab();
    let case = classify(read(MARKUP_SENDER.as_bytes(), no_decoder).remove(0));
    let findings = findings(&lab.clinic, &case, 1_795_529_100);
    let link = encode(&case, &findings, Some(1_795_529_100));
    let browser = Browser::start();
    browser.open(&format!("{}{link}", lab.clinic.origin()));
    verdict(&browser);
    let rows = browser.find("region", "DNS evidence");
    unfold(&browser);
    rows.wait_for_text("<img/src=x/onerror=window.hacked=1>");
    expect_harmless(&browser);
}

#[track_caller]
fn expect_harmless(browser: &Browser) {
    let found = browser.value(
        "return [window.hacked, document.getElementById('evil'),
            document.querySelector('main img, main script, main iframe')]",
    );
    assert_eq!(found, serde_json::json!([null, null, null]));
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "{complaints:#?}");
}
