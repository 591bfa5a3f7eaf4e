//! `diagnose dmarc`.

use serde_json::json;

use crate::{
    resolver::{judge, judge_json},
    run::{folder, run},
};

const ZONE: &str = "_dmarc.shop.example TXT \"v=DMARC1; p=reject; \" \"sp=quarantine\"
    news.shop.example A 192.0.2.1";

#[test]
fn an_aligned_domain_passes() {
    let arguments = [
        "dmarc",
        "--from",
        "news.shop.example",
        "--spf-domain",
        "bounce.shop.example",
        "--spf",
        "pass",
        "--dkim-domain",
        "other.example",
        "--dkim-domain",
        "Shop.example.",
    ];
    let (judged, status) = judge_json(ZONE, &arguments);
    let expected = json!({
        "result": "pass",
        "record": "v=DMARC1; p=reject; sp=quarantine",
        "record_domain": "shop.example",
        "policy": "quarantine",
        "spf_aligned": true,
        "dkim_aligned": true,
        "organizational_domain": "shop.example",
        "verdict": "pass",
        "code": "dmarc-found",
        "title": "news.shop.example has a DMARC record with the policy quarantine",
        "detail": "v=DMARC1; p=reject; sp=quarantine (at _dmarc.shop.example)",
        "expected": null,
        "unpermitted_reports": [],
    });
    assert_eq!((judged, status), (expected, Some(0)));
}

#[test]
fn all_else_has_status_1() {
    let cases = [
        (ZONE, "shop.example", "fail", json!("reject")),
        ("", "shop.example", "none", json!(null)),
        (
            "_dmarc.shop.example SERVFAIL",
            "shop.example",
            "temperror",
            json!(null),
        ),
        (
            "_dmarc.shop.example TXT \"v=DMARC1; p=x\"",
            "shop.example",
            "permerror",
            json!(null),
        ),
    ];
    for (zone, from, result, policy) in cases {
        let (judged, status) = judge_json(zone, &["dmarc", "--from", from]);
        assert_eq!(
            (&judged["result"], &judged["policy"]),
            (&json!(result), &policy)
        );
        assert_eq!(
            (&judged["spf_aligned"], &judged["dkim_aligned"]),
            (&json!(false), &json!(false))
        );
        assert_eq!(status, Some(1));
    }
}

#[test]
fn people_get_the_walk_as_a_tree() {
    let ran = judge(
        ZONE,
        &[
            "dmarc",
            "--from",
            "news.shop.example",
            "--dkim-domain",
            "shop.example",
        ],
    );
    insta::assert_snapshot!(ran.out, @r"
    pass
      policy: quarantine, from the record of shop.example
      SPF: not given
      DKIM: aligned
      walk from news.shop.example: the Organizational Domain is shop.example
        _dmarc.news.shop.example: NXDOMAIN
        _dmarc.shop.example: v=DMARC1; p=reject; sp=quarantine
        _dmarc.example: NXDOMAIN
      walk from shop.example: the Organizational Domain is shop.example
        _dmarc.shop.example: v=DMARC1; p=reject; sp=quarantine
        _dmarc.example: NXDOMAIN
    ");
}

#[test]
fn the_record_is_judged_as_well() {
    let cases = [
        (
            "_dmarc.shop.example TXT \"v=DMARC1; p=none\"",
            "dmarc-policy-none",
            json!(null),
        ),
        (
            "shop.example A 192.0.2.1",
            "dmarc-missing",
            json!("v=DMARC1; p=none"),
        ),
        (
            "_dmarc.shop.example TXT \"v=DMARC1, p=reject\"
             shop.example A 192.0.2.1",
            "dmarc-unusable",
            json!("v=DMARC1; p=reject"),
        ),
        (
            "shop.example TXT \"v=DMARC1; p=reject\"",
            "dmarc-misplaced",
            json!("_dmarc.shop.example. TXT \"v=DMARC1; p=reject\""),
        ),
        (
            "_dmarc.shop.example TXT \"v=DMARC1; p=reject; rua=a@shop.example\"",
            "dmarc-syntax",
            json!("v=DMARC1; p=reject; rua=mailto:a@shop.example"),
        ),
    ];
    for (zone, code, expected) in cases {
        let (judged, _) = judge_json(zone, &["dmarc", "--from", "shop.example"]);
        assert_eq!(
            (&judged["code"], &judged["expected"]),
            (&json!(code), &expected),
            "{zone}"
        );
    }
}

#[test]
fn reports_to_others_need_their_permission() {
    let zone = "_dmarc.shop.example TXT \"v=DMARC1; p=none; rua=mailto:a@in.shop.example,mailto:b@yes.example,mailto:c@no.example\"
        shop.example._report._dmarc.yes.example TXT \"v=DMARC1\"";
    let (judged, _) = judge_json(zone, &["dmarc", "--from", "shop.example"]);
    assert_eq!(judged["unpermitted_reports"], json!(["no.example"]));
    let ran = judge(zone, &["dmarc", "--from", "shop.example"]);
    assert!(
        ran.out
            .contains("no reports go to no.example: shop.example._report._dmarc.no.example"),
        "{}",
        ran.out
    );
}

#[test]
fn wrong_use_has_status_2() {
    let wrong: [&[&str]; 4] = [
        &["dmarc", "--from", "shop.example"],
        &[
            "dmarc",
            "--from",
            "no name.example",
            "--resolver",
            "http://127.0.0.1:1",
        ],
        &[
            "dmarc",
            "--from",
            "shop.example",
            "--spf-domain",
            "shop.example",
            "--resolver",
            "http://127.0.0.1:1",
        ],
        &[
            "dmarc",
            "--from",
            "shop.example",
            "--spf",
            "maybe",
            "--resolver",
            "http://127.0.0.1:1",
        ],
    ];
    for arguments in wrong {
        let ran = run(&folder(&[]), arguments);
        assert_eq!(
            (ran.status, ran.out.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
    }
}
