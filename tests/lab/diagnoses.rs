//! Bounces about the lab's names: the findings are those that the zones were written for.

use serde_json::Value;
use support::lab::Lab;

/// A bounce of `recipient`, from a sender at `sender`, whose server at `ip` was refused as not authenticated.
pub(crate) fn bounce(recipient: &str, sender: &str, ip: &str) -> String {
    format!(
        "<{recipient}>: host mx.good.lab.test[192.0.2.10] said: 550 5.7.26 This
    message from [{ip}] does not meet authentication requirements (in reply to
    end of DATA command)

Reporting-MTA: dns; mail.{sender}
X-Postfix-Sender: rfc822; me@{sender}

Return-Path: <me@{sender}>
DKIM-Signature: v=1; a=rsa-sha256; d={sender}; s=s1; h=from; bh=aa; b=bb
DKIM-Signature: v=1; a=ed25519-sha256; d={sender}; s=k1; h=from; bh=aa; b=bb
From: Me <me@{sender}>
To: {recipient}
Subject: Offer
Date: Tue, 24 Nov 2026 09:00:00 +0000
Message-Id: <1@{sender}>
"
    )
}

#[test]
fn where_everything_is_right_everything_passes() {
    let paste = bounce("ana@good.lab.test", "good.lab.test", "198.51.100.5");
    expect(
        &paste,
        &[
            ("recipient-domain-exists", "good.lab.test", "pass"),
            ("mx-found", "good.lab.test", "pass"),
            ("mx-host-resolves", "mx.good.lab.test", "pass"),
            ("mx-host-resolves", "mx2.good.lab.test", "pass"),
            ("reverse-dns-confirmed", "198.51.100.5", "pass"),
            ("spf-pass", "good.lab.test", "pass"),
            ("dkim-key-found", "k1._domainkey.good.lab.test", "pass"),
            ("dmarc-found", "good.lab.test", "pass"),
        ],
    );
}

#[test]
fn a_domain_that_takes_no_mail_is_told() {
    let paste = bounce("ana@nullmx.lab.test", "good.lab.test", "198.51.100.5");
    expect(&paste, &[("mx-null", "nullmx.lab.test", "problem")]);
}

#[test]
fn a_mail_exchanger_without_address_is_told() {
    let paste = bounce("ana@dark.lab.test", "good.lab.test", "198.51.100.5");
    expect(
        &paste,
        &[("mx-host-without-address", "mx.dark.lab.test", "problem")],
    );
}

#[test]
fn a_domain_that_does_not_exist_is_told() {
    let paste = bounce("ana@nowhere.lab.test", "good.lab.test", "198.51.100.5");
    expect(
        &paste,
        &[("recipient-domain-missing", "nowhere.lab.test", "problem")],
    );
}

#[test]
fn a_sending_address_without_a_name_is_told() {
    let paste = bounce("ana@good.lab.test", "weak.lab.test", "203.0.113.66");
    expect(
        &paste,
        &[("reverse-dns-missing", "203.0.113.66", "problem")],
    );
}

#[test]
fn a_name_that_leads_elsewhere_is_told() {
    let paste = bounce("ana@good.lab.test", "weak.lab.test", "203.0.113.77");
    expect(
        &paste,
        &[("reverse-dns-not-confirmed", "203.0.113.77", "problem")],
    );
}

#[test]
fn what_is_wrong_with_a_senders_records_is_told() {
    let paste = bounce("ana@good.lab.test", "weak.lab.test", "203.0.113.77");
    expect(
        &paste,
        &[
            ("spf-several", "weak.lab.test", "problem"),
            ("dkim-key-revoked", "s1._domainkey.weak.lab.test", "problem"),
            ("dkim-key-missing", "k1._domainkey.weak.lab.test", "problem"),
            ("dmarc-missing", "weak.lab.test", "problem"),
        ],
    );
}

/// Each of the findings, code, subject and verdict, is there, and all stand on answers from the lab.
#[track_caller]
fn expect(paste: &str, expected: &[(&str, &str, &str)]) {
    let lab = Lab::start(&[]);
    let reports = lab.clinic.diagnose(paste);
    assert_eq!(reports.len(), 1);
    let findings = reports[0]["findings"].as_array().expect("findings");
    let found: Vec<(&str, &str, &str)> = findings
        .iter()
        .map(|finding| {
            let text = |field: &str| finding[field].as_str().unwrap_or_default();
            (text("code"), text("subject"), text("verdict"))
        })
        .collect();
    for finding in expected {
        assert!(found.contains(finding), "{finding:?} is not in {found:#?}");
    }
    let answers = findings
        .iter()
        .flat_map(|finding| finding["answers"].as_array());
    for answer in answers.flatten() {
        assert_eq!(answer["demo"], false, "{answer}");
        assert_ne!(answer["asked_at"], Value::Null, "{answer}");
    }
}
