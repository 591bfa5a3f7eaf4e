//! The demonstration zone as the page sees it: each group of names, and what the whole keeps to.

use std::net::IpAddr;

use axum::Router;
use serde_json::Value;

use crate::support::{Answer, demo_app, get};

/// A question, then the response code, then each record's data, or the HTTP status of a refusal.
const TABLE: &str = r#"
shop.example A                    | 0 | 203.0.113.20
shop.example MX                   | 0 | 10 mail.shop.example.
shop.example TXT                  | 0 | "v=spf1 include:_spf.mailer.example ~all"
SHOP.example. TXT                 | 0 | "v=spf1 include:_spf.mailer.example ~all"
shop.example AAAA                 | 0
_spf.mailer.example TXT           | 0 | "v=spf1 ip4:198.51.100.0/28 -all"
mail2026._domainkey.shop.example TXT | 0 | "v=DKIM1; p="
_domainkey.shop.example TXT       | 0
_dmarc.shop.example TXT           | 0 | "v=DMARC1; p=none"
mail.shop.example A               | 0 | 203.0.113.25
25.113.0.203.in-addr.arpa PTR     | 0 | mail.shop.example.
nothing.shop.example A            | 3

firm.example MX                   | 0 | 10 mx1.firm.example. | 20 mx2.firm.example.
mx1.firm.example A                | 0 | 192.0.2.10
mx1.firm.example AAAA             | 0 | 2001:db8::10
mx2.firm.example A                | 0 | 192.0.2.20
mx2.firm.example AAAA             | 0
firm.example TXT                  | 0 | "v=spf1 mx -all"
_dmarc.firm.example TXT           | 0 | "v=DMARC1; p=reject; rua=mailto:dmarc@firm.example"
10.2.0.192.in-addr.arpa PTR       | 0 | mx1.firm.example.
20.2.0.192.in-addr.arpa PTR       | 0 | mx2.firm.example.
_mta-sts.firm.example TXT         | 0 | "v=STSv1; id=20260101000000"
_25._tcp.mx2.firm.example TLSA    | 3

good-sender.example MX            | 0 | 10 mail.good-sender.example.
good-sender.example TXT           | 0 | "v=spf1 ip4:198.51.100.5 ip6:2001:db8::25 -all"
_dmarc.good-sender.example TXT    | 0 | "v=DMARC1; p=quarantine; rua=mailto:dmarc@good-sender.example"
mail.good-sender.example A        | 0 | 198.51.100.5
5.100.51.198.in-addr.arpa PTR     | 0 | mail.good-sender.example.
mail6.good-sender.example AAAA    | 0 | 2001:db8::25
5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR | 0 | mail6.good-sender.example.

nomx.example MX                   | 0
nomx.example A                    | 0 | 192.0.2.31
nullmx.example MX                 | 0 | 0 .
nomail.example MX                 | 0
nomail.example A                  | 0
nomail.example AAAA               | 0
brokenmx.example MX               | 0 | 10 mx.gone.example.
mx.gone.example A                 | 3
lame-mx.example MX                | 0 | 10 mx.broken.example. | 20 mx.slow.example.
mx.broken.example A               | 2
cname-mx.example MX               | 0 | 10 mail.cname-mx.example.
mail.cname-mx.example A           | 0 | mx.hosting.example. | 192.0.2.61
mail.cname-mx.example CNAME       | 0 | mx.hosting.example.
private-mx.example MX             | 0 | 10 mx.private-mx.example.
mx.private-mx.example A           | 0 | 10.0.0.25
moved.example MX                  | 0 | 10 mx.new-host.example.
mx.new-host.example A             | 0 | 192.0.2.50
mx.old-host.example A             | 0 | 192.0.2.40

gone.example MX                   | 3
_dmarc.gone.example TXT           | 3
broken.example MX                 | 2
_dmarc.broken.example TXT         | 2
bogus-dnssec.example MX           | 2
bogus-dnssec.example MX cd        | 0 | 10 mx.bogus-dnssec.example.
mx.bogus-dnssec.example A         | 2
mx.bogus-dnssec.example A cd      | 0 | 192.0.2.71
_dmarc.bogus-dnssec.example TXT cd | 3
slow.example MX                   | HTTP 504
_dmarc.slow.example TXT           | HTTP 504
closed.example MX                 | 5
_dmarc.closed.example TXT         | 5

two-spf.example TXT               | 0 | "v=spf1 ip4:203.0.113.40 -all" | "v=spf1 include:_spf.mailer.example ~all"
nospf.example TXT                 | 0 | "site-verification=41c0ffee"
_dmarc.nospf.example TXT          | 3
sel1._domainkey.nospf.example TXT | 3
badspf.example TXT                | 0 | "v=spf1 ipv4:203.0.113.42 -all"
bad._domainkey.badspf.example TXT | 0 | "v=DKIM1; k=rsa; p=this is *not* base64"
_dmarc.two-dmarc.example TXT      | 0 | "v=DMARC1; p=none" | "v=DMARC1; p=reject"
_dmarc.p-none.example TXT         | 0 | "v=DMARC1; p=none"

66.113.0.203.in-addr.arpa PTR     | 3
77.113.0.203.in-addr.arpa PTR     | 0 | mail.elsewhere.example.
mail.elsewhere.example A          | 0 | 203.0.113.70
88.113.0.203.in-addr.arpa PTR     | 0 | host-203-0-113-88.dyn.isp.example.
host-203-0-113-88.dyn.isp.example A | 0 | 203.0.113.88
99.113.0.203.in-addr.arpa PTR     | 2

example MX                        | 0
_dmarc.example TXT                | 3
test A                            | 3
_dmarc.test TXT                   | 3
invalid A                         | 3

unknown.example MX                | HTTP 502
lab.test MX                       | HTTP 502
example.com MX                    | HTTP 502
200.113.0.203.in-addr.arpa PTR    | HTTP 502
"#;

#[tokio::test]
async fn each_name_answers_as_its_example_needs() {
    let app = demo_app().await;
    for row in TABLE.lines().filter(|row| !row.is_empty()) {
        let (question, expected) = row.split_once('|').expect("a row");
        let answer = ask(&app, question).await;
        let expected = expected.split('|').map(str::trim).collect::<Vec<_>>();
        assert_eq!(shown(&answer), expected, "{question}");
        let from_zone = expected != ["HTTP 502"];
        let comment = from_zone.then_some("demonstration zone");
        assert_eq!(answer.json()["Comment"].as_str(), comment, "{question}");
    }
}

#[tokio::test]
async fn what_does_not_exist_comes_with_the_soa() {
    let app = demo_app().await;
    for question in [
        "gone.example MX",
        "nomx.example MX",
        "nothing.shop.example A",
        "66.113.0.203.in-addr.arpa PTR",
    ] {
        let answer = ask(&app, question).await;
        let json = answer.json();
        assert_eq!(json["Authority"][0]["type"], 6, "{question}");
        assert_eq!(answer.header("cache-control"), "max-age=300");
    }
}

#[tokio::test]
async fn failures_say_why() {
    let app = demo_app().await;
    for (question, code) in [
        ("broken.example MX", 22),
        ("bogus-dnssec.example MX", 6),
        ("99.113.0.203.in-addr.arpa PTR", 22),
    ] {
        let answer = ask(&app, question).await;
        let errors = &answer.json()["extended_dns_errors"];
        assert_eq!(errors[0]["info_code"], code, "{question}");
        assert_ne!(errors[0]["extra_text"], "");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

/// Sizes of the decoded keys: an RSA key of 2048 bits is 294 bytes long, one of 768 bits 126,
/// one of 512 bits 94; an Ed25519 key is its 32 bytes.
#[tokio::test]
async fn the_dkim_keys_are_real_and_of_their_size() {
    let app = demo_app().await;
    for (name, size) in [
        ("s1._domainkey.firm.example", 294),
        ("k1._domainkey.good-sender.example", 294),
        ("ed._domainkey.good-sender.example", 32),
        ("old._domainkey.two-spf.example", 94),
        ("older._domainkey.two-spf.example", 126),
    ] {
        let json = ask(&app, &format!("{name} TXT")).await.json();
        let data = json["Answer"][0]["data"].as_str().expect("a record");
        let joined = data.replace("\" \"", "");
        let (_, key) = joined
            .trim_end_matches('"')
            .split_once("p=")
            .expect("a key");
        let key = data_encoding::BASE64.decode(key.as_bytes());
        assert_eq!(key.expect("base64").len(), size, "{name}");
    }
}

/// Nothing real is hidden by the zone: its names and addresses are those for documentation.
#[test]
fn the_zone_stands_on_reserved_names_and_addresses_only() {
    let zone = include_str!("../src/demo_zone/example.zone");
    let refusals = include_str!("../src/demo_zone/refusals.txt");
    let rows = zone.lines().chain(refusals.lines());
    let mut seen = 0;
    for row in rows.filter(|row| !row.is_empty() && !row.starts_with([';', '$'])) {
        let mut words = row.split_whitespace();
        let owner = words.next().expect("an owner").trim_end_matches('.');
        assert!(is_reserved(owner), "{owner}");
        if let (Some("A" | "AAAA"), Some(address)) = (words.next(), words.next()) {
            let address = address.parse().expect("an address");
            assert!(is_documentation(address), "{address}");
        }
        seen += 1;
    }
    assert!(seen > 80, "{seen}");
}

fn is_reserved(name: &str) -> bool {
    let under = |zone: &str| name == zone || name.ends_with(&format!(".{zone}"));
    [
        "example",
        "test",
        "invalid",
        "2.0.192.in-addr.arpa",
        "100.51.198.in-addr.arpa",
        "113.0.203.in-addr.arpa",
        "8.b.d.0.1.0.0.2.ip6.arpa",
    ]
    .into_iter()
    .any(under)
}

fn is_documentation(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => matches!(
            address.octets(),
            [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [10, 0, 0, 25]
        ),
        IpAddr::V6(address) => address.segments().starts_with(&[0x2001, 0xdb8]),
    }
}

async fn ask(app: &Router, question: &str) -> Answer {
    let words = question.split_whitespace().collect::<Vec<_>>();
    let (name, record_type, cd) = match words[..] {
        [name, record_type] => (name, record_type, 0),
        [name, record_type, "cd"] => (name, record_type, 1),
        _ => panic!("no question: {question}"),
    };
    let uri = format!("/dns-query?name={name}&type={record_type}&cd={cd}");
    get(app, &uri).await
}

fn shown(answer: &Answer) -> Vec<String> {
    if answer.status != 200 {
        return vec![format!("HTTP {}", answer.status.as_u16())];
    }
    let json = answer.json();
    let data = |row: &Value| row["data"].as_str().expect("data").to_owned();
    let records = json["Answer"].as_array().into_iter().flatten().map(data);
    [json["Status"].to_string()]
        .into_iter()
        .chain(records)
        .collect()
}
