//! DNS switched off, out of reach, slow, and answered by a real name server.

use std::net::UdpSocket;

use support::{clinic::nobody, examples::example};

use crate::page::{
    asking, demonstration, dns_requests, evidence, expected_titles, lab, read_text, titles,
    verdict, visit,
};

const WEAK_SENDER: &str = "<ana@good.lab.test>: host mx.good.lab.test[192.0.2.10] said: 550
    5.7.26 This message from [203.0.113.77] does not meet authentication
    requirements (in reply to end of DATA command)

Return-Path: <me@weak.lab.test>
DKIM-Signature: v=1; a=rsa-sha256; d=weak.lab.test; s=s1; h=from; bh=aa; b=bb
From: Me <me@weak.lab.test>
To: ana@good.lab.test
Date: Tue, 24 Nov 2026 09:00:00 +0000
";

#[test]
fn with_the_switch_nothing_is_asked() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    browser.find("checkbox", "Don't ask DNS").click();
    read_text(&browser, &example("not-authenticated.eml"));
    verdict(&browser);
    let rows = evidence(&browser).text();
    assert!(rows.contains("Not checked"), "{rows}");
    assert!(
        !rows.contains("Problem") && !rows.contains("Fine"),
        "{rows}"
    );
    assert!(rows.contains("Nothing was asked"), "{rows}");
    assert_eq!(dns_requests(&browser), 0);
}

#[test]
fn what_was_asked_is_listed_and_checking_again_asks_again() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    read_text(&browser, &example("not-authenticated.eml"));
    verdict(&browser);
    let rows = evidence(&browser);
    let asked = dns_requests(&browser);
    assert!(asked >= 5, "{asked} questions");
    let listed = browser.value(
        "return [...document.querySelectorAll('[aria-label=\"DNS evidence\"] details')]
            .find(fold => fold.querySelector('summary').textContent.startsWith('Asked '))
            .querySelectorAll('li').length",
    );
    assert_eq!(listed, asked);
    let names = browser.value(
        "return performance.getEntriesByType('resource').map(entry => entry.name)
            .filter(name => name.includes('/dns-query')).join(' ')",
    );
    let names = names.as_str().unwrap_or_default();
    assert!(
        !names.contains("ana") && !names.contains("billing"),
        "{names}"
    );
    rows.find("button", "Check again").click();
    browser.wait_for(&format!(
        "return performance.getEntriesByType('resource')
            .filter(entry => entry.name.includes('/dns-query')).length >= {}",
        asked * 2
    ));
    evidence(&browser);
}

#[test]
fn out_of_reach_it_says_so_and_the_verdict_shows() {
    let clinic = asking(&nobody());
    let browser = visit(&clinic);
    read_text(&browser, &example("not-authenticated.eml"));
    let (region, _) = verdict(&browser);
    region.wait_for_text("550 5.7.26");
    let rows = evidence(&browser).text();
    assert!(rows.contains("could not be reached"), "{rows}");
    assert!(rows.contains("Not checked"), "{rows}");
    assert!(
        !rows.contains("Problem") && !rows.contains("Fine"),
        "{rows}"
    );
    browser.find("region", "Fix checklist");
}

#[test]
fn slow_answers_keep_the_evidence_busy_but_not_for_ever() {
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
    let address = silent.local_addr().expect("it has an address");
    let clinic = asking(&format!("udp://{address}"));
    let browser = visit(&clinic);
    read_text(&browser, &example("user-unknown.eml"));
    verdict(&browser);
    let rows = browser.find("region", "DNS evidence");
    assert_eq!(rows.attribute("aria-busy").as_deref(), Some("true"));
    rows.wait_for_text("asking…");
    let rows = evidence(&browser).text();
    assert!(rows.contains("Not checked"), "{rows}");
    assert!(!rows.contains("asking…"), "{rows}");
}

#[test]
fn a_real_name_servers_answers_are_judged() {
    let lab = lab();
    let browser = visit(&lab.clinic);
    read_text(&browser, WEAK_SENDER);
    verdict(&browser);
    let rows = evidence(&browser).text();
    let mut found = titles(&browser, "DNS evidence");
    found.sort();
    assert_eq!(found, expected_titles(&lab.clinic, WEAK_SENDER));
    let reports = lab.clinic.diagnose(WEAK_SENDER);
    let findings = reports[0]["findings"].as_array().expect("findings");
    let spf = findings
        .iter()
        .find(|finding| finding["code"] == "spf-several");
    let title = spf.expect("weak.lab.test has two SPF records")["title"].clone();
    assert!(found.iter().any(|row| title == row.as_str()), "{found:?}");
    assert!(rows.contains("Problem"), "{rows}");
    assert!(!rows.contains("Demonstration data"), "{rows}");
}
