//! `diagnose spf`.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use serde_json::{Value, json};

use crate::{
    resolver::{judge, judge_json},
    run::{folder, run},
};

const FROM_SHOP: [&str; 5] = [
    "spf",
    "--ip",
    "203.0.113.25",
    "--mail-from",
    "ana@shop.example",
];

#[track_caller]
fn judged(record: &str) -> Value {
    let zone = format!("shop.example TXT \"{record}\"\n  spf.example TXT \"v=spf1 -all\"");
    judge_json(&zone, &FROM_SHOP).0
}

#[test]
fn a_pass_names_the_term_and_has_status_0() {
    let (judged, status) = judge_json(
        "shop.example TXT \"v=spf1 ip4:203.0.113.0/24 -all\"",
        &FROM_SHOP,
    );
    let expected = json!({
        "result": "pass",
        "term": "ip4:203.0.113.0/24",
        "explanation": null,
        "fault": null,
        "position": null,
        "lookups": 0,
        "void_lookups": 0,
        "trail": [
            "shop.example: v=spf1 ip4:203.0.113.0/24 -all",
            "  ip4:203.0.113.0/24: matches",
        ],
        "hints": [],
    });
    assert_eq!((judged, status), (expected, Some(0)));
}

#[test]
fn a_fault_names_the_term_and_its_place_from_1() {
    let judged = judged("v=spf1 a mx ip:203.0.113.25 -all");
    assert_eq!(judged["result"], "permerror");
    assert_eq!(judged["position"], 13);
    assert_eq!(
        judged["fault"],
        "in the record of shop.example, in \"ip:203.0.113.25\": a mechanism expected at character 13"
    );
    let meant = "Probably meant: v=spf1 a mx ip4:203.0.113.25 -all";
    assert_eq!(judged["hints"], json!([meant]));
}

#[test]
fn what_receivers_pass_over_is_told() {
    let cases = [
        ("v=spf1 -all ip4:203.0.113.25", "fail", "ip4:203.0.113.25"),
        (
            "v=spf1 include=spf.example -all",
            "fail",
            "include=spf.example",
        ),
        (
            "v=spf1 redirect=spf.example -all",
            "fail",
            "redirect=spf.example",
        ),
        ("v=spf1, ip4:203.0.113.25 -all", "none", "v=spf1, ip4"),
        (" v=spf1 -all", "none", " v=spf1 -all"),
    ];
    for (record, result, named) in cases {
        let judged = judged(record);
        let hint = judged["hints"][0].as_str().unwrap_or_default();
        assert_eq!(judged["result"], result, "{record}");
        assert!(hint.contains(named), "{record}: {hint}");
    }
}

#[test]
fn a_record_that_leads_back_to_itself_is_told() {
    for record in [
        "v=spf1 include:shop.example -all",
        "v=spf1 redirect=shop.example",
    ] {
        let judged = judged(record);
        assert_eq!(judged["result"], "permerror");
        let hint = "The record of shop.example leads back to itself";
        assert_eq!(judged["hints"], json!([hint]));
    }
}

#[test]
fn several_records_are_all_shown() {
    let zone = "shop.example TXT \"v=spf1 -all\"
        shop.example TXT \"v=spf1 mx ~all\"";
    let (judged, status) = judge_json(zone, &FROM_SHOP);
    assert_eq!((&judged["result"], status), (&json!("permerror"), Some(1)));
    let trail = ["shop.example: v=spf1 -all", "shop.example: v=spf1 mx ~all"];
    assert_eq!(judged["trail"], json!(trail));
}

#[test]
fn no_record_is_told_from_no_domain_and_from_no_answer() {
    let cases = [
        ("", "none", "shop.example does not exist"),
        (
            "shop.example SERVFAIL",
            "temperror",
            "temperror: SERVFAIL about TXT of shop.example",
        ),
        (
            "shop.example A 192.0.2.1",
            "none",
            "shop.example: no record",
        ),
    ];
    for (zone, result, words) in cases {
        let ran = judge(zone, &FROM_SHOP);
        assert!(ran.out.starts_with(result), "{}", ran.out);
        assert!(ran.out.contains(words), "{}", ran.out);
        assert_eq!(ran.status, Some(1));
    }
    let nobody = [
        &FROM_SHOP[..],
        &["--resolver", "http://127.0.0.1:9/dns-query"],
    ]
    .concat();
    let ran = run(&folder(&[]), nobody);
    assert!(
        ran.out.contains("the resolver could not be reached"),
        "{}",
        ran.out
    );
}

/// A page that stands where a resolver should says nothing about DNS: least of all that name servers
/// are down.
#[test]
fn what_is_no_dns_answer_is_no_servfail() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/dns-query", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let page = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(page.as_bytes());
        }
    });
    let ran = run(
        &folder(&[]),
        [&FROM_SHOP[..], &["--resolver", url.as_str()]].concat(),
    );
    assert!(
        ran.out.contains("the resolver could not be reached"),
        "{}",
        ran.out
    );
}

#[test]
fn senders_are_taken_as_people_write_them() {
    let zone = "xn--mnchen-3ya.example TXT \"v=spf1 ip4:203.0.113.25 -all\"
        mail.shop.example TXT \"v=spf1 ip4:203.0.113.25 -all\"";
    let senders = [
        "ana@m\u{fc}nchen.example",
        " <ana@xn--mnchen-3ya.example> ",
        "xn--mnchen-3ya.example",
        "<>",
        "",
    ];
    for sender in senders {
        let arguments = [
            "spf",
            "--ip",
            "203.0.113.25",
            "--helo",
            "mail.shop.example",
            "--mail-from",
            sender,
        ];
        assert_eq!(judge_json(zone, &arguments).1, Some(0), "{sender}");
    }
    let literal = [
        "spf",
        "--ip",
        "203.0.113.25",
        "--mail-from",
        "ana@[203.0.113.25]",
    ];
    let (judged, _) = judge_json("", &literal);
    let hint = judged["hints"][0].as_str().unwrap_or_default();
    assert!(hint.contains("no domain name"), "{judged}");
}

#[test]
fn wrong_use_has_status_2() {
    let with = |resolver: &'static str| [&FROM_SHOP[..], &["--resolver", resolver]].concat();
    let wrong = [
        FROM_SHOP.to_vec(),
        with("nonsense"),
        with("ftp://127.0.0.1/dns-query"),
        with("http://"),
    ];
    for arguments in wrong {
        let ran = run(&folder(&[]), &arguments);
        assert_eq!(
            (ran.status, ran.out.as_str()),
            (Some(2), ""),
            "{arguments:?}"
        );
    }
}
