//! `diagnose dkim`.

use serde_json::json;

use crate::{
    resolver::{judge, judge_json},
    run::{folder, run},
};

const ARGUMENTS: [&str; 5] = ["dkim", "--domain", "shop.example", "--selector", "k1"];

/// The key of RFC 8463, appendix A.2.
const KEY: &str = "k1._domainkey.shop.example TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"";

#[test]
fn a_key_is_judged_with_its_type_and_size() {
    let (judged, status) = judge_json(KEY, &ARGUMENTS);
    let expected = json!({"verdict": "pass", "code": "dkim-key-found", "key_type": "ed25519", "key_bits": 256, "testing": false, "title": "DKIM key found at selector k1", "detail": "k1._domainkey.shop.example holds a public key, kept by the domain itself.", "expected": null});
    assert_eq!((judged, status), (expected, Some(0)));
}

#[test]
fn what_does_not_pass_has_status_1() {
    let cases = [
        ("", "problem", "dkim-key-missing"),
        (
            "k1._domainkey.shop.example TXT \"v=DKIM1; p=\"",
            "problem",
            "dkim-key-revoked",
        ),
        (
            "k1._domainkey.shop.example SERVFAIL",
            "unchecked",
            "dkim-unchecked",
        ),
    ];
    for (zone, verdict, code) in cases {
        let (judged, status) = judge_json(zone, &ARGUMENTS);
        assert_eq!(
            (judged["verdict"].as_str(), judged["code"].as_str()),
            (Some(verdict), Some(code))
        );
        assert_eq!(status, Some(1));
    }
}

#[test]
fn people_get_the_trail() {
    let ran = judge(KEY, &ARGUMENTS);
    insta::assert_snapshot!(ran.out, @r#"
    pass: DKIM key found at selector k1
    k1._domainkey.shop.example holds a public key, kept by the domain itself.
      k1._domainkey.shop.example TXT: NOERROR
        v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
    "#);
    assert_eq!(ran.status, Some(0));
}

#[test]
fn a_selector_is_taken_as_panels_show_it() {
    for selector in ["k1._domainkey", "k1._domainkey.shop.example"] {
        let arguments = ["dkim", "--domain", "shop.example", "--selector", selector];
        assert_eq!(judge_json(KEY, &arguments).1, Some(0), "{selector}");
    }
}

#[test]
fn the_service_behind_an_alias_is_named() {
    let zone = "k1._domainkey.shop.example CNAME k1.domainkey.u1.wl1.sendgrid.net
        k1.domainkey.u1.wl1.sendgrid.net TXT \"k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"";
    let (judged, _) = judge_json(zone, &ARGUMENTS);
    let detail = judged["detail"].as_str().unwrap_or_default();
    assert!(
        detail.contains("SendGrid (k1.domainkey.u1.wl1.sendgrid.net)"),
        "{detail}"
    );
}

#[test]
fn the_record_that_was_meant_is_shown() {
    let zone = "k1._domainkey.shop.example TXT \"v=DKIM1: k=ed25519: p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"";
    let (judged, status) = judge_json(zone, &ARGUMENTS);
    let expected = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    assert_eq!((&judged["expected"], status), (&json!(expected), Some(1)));
}

#[test]
fn wrong_use_has_status_2() {
    let folder = folder(&[]);
    let long = "a.".repeat(120) + "example";
    let wrong: [&[&str]; 5] = [
        &["dkim"],
        &["dkim", "--domain", "shop.example", "--selector", "k1"],
        &[
            "dkim",
            "--domain",
            "a b",
            "--selector",
            "k1",
            "--resolver",
            "http://127.0.0.1:1",
        ],
        &[
            "dkim",
            "--domain",
            "shop.example",
            "--selector",
            "",
            "--resolver",
            "http://127.0.0.1:1",
        ],
        &[
            "dkim",
            "--domain",
            &long,
            "--selector",
            "k1",
            "--resolver",
            "http://127.0.0.1:1",
        ],
    ];
    for arguments in wrong {
        let ran = run(&folder, arguments);
        assert_eq!(
            (ran.status, ran.out.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
        assert_ne!(ran.err, "");
    }
}

#[test]
fn a_path_may_be_called_as_a_judgement() {
    let folder = folder(&[("dkim", "x")]);
    assert_eq!(run(&folder, ["--json", "dkim"]).status, Some(0));
    assert_eq!(run(&folder, ["./dkim"]).status, Some(0));
}
