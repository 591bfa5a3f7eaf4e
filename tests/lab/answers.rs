//! What the proxy answers is what the zone says.

use serde_json::{Value, json};
use support::{lab::Lab, resolver::ask};

/// Name, type, and the data that must come back, in any order.
const RECORDS: [(&str, &str, &[&str]); 12] = [
    (
        "good.lab.test",
        "MX",
        &["10 mx.good.lab.test.", "20 mx2.good.lab.test."],
    ),
    ("nullmx.lab.test", "MX", &["0 ."]),
    ("mx.good.lab.test", "A", &["192.0.2.10"]),
    ("mx.good.lab.test", "AAAA", &["2001:db8::10"]),
    ("lab.test", "NS", &["ns.lab.test.", "ns2.lab.test."]),
    (
        "lab.test",
        "SOA",
        &["ns.lab.test. hostmaster.lab.test. 1 7200 900 1209600 60"],
    ),
    ("10.2.0.192.in-addr.arpa", "PTR", &["mx.good.lab.test."]),
    (
        "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
        "PTR",
        &["mx.good.lab.test."],
    ),
    ("text.lab.test", "TXT", &[r#""first half, " "second half""#]),
    (
        "signs.lab.test",
        "TXT",
        &[r#""say \"hello\" \\ caf\195\169 \007""#],
    ),
    (
        "weak.lab.test",
        "TXT",
        &[
            r#""v=spf1 ip4:203.0.113.66 -all""#,
            r#""v=spf1 ip4:203.0.113.77 ~all""#,
        ],
    ),
    (
        "_25._tcp.mx.good.lab.test",
        "TLSA",
        &["3 1 1 3f0a8a5c1c8dd8a3d0d7c6f0e5d3a1b2c4f6978809ab1bcd2def3f0112233445"],
    ),
];

#[test]
fn records_are_those_of_the_zone() {
    let lab = Lab::start(&[]);
    for (name, record_type, expected) in RECORDS {
        let (status, answer) = ask(&lab.clinic, name, record_type);
        assert_eq!((status, &answer["Status"]), (200, &json!(0)), "{answer}");
        assert_eq!(answer["TC"], false, "{answer}");
        assert_eq!(answer["Comment"], Value::Null, "{answer}");
        let mut found = data(&answer["Answer"]);
        found.sort_unstable();
        if record_type == "TLSA" {
            // The case of hexadecimal digits is free (RFC 6698, section 2.2).
            found
                .iter_mut()
                .for_each(|data| data.make_ascii_lowercase());
        }
        assert_eq!(found, expected, "{name} {record_type}");
        for record in answer["Answer"].as_array().into_iter().flatten() {
            assert_eq!(record["name"], format!("{name}."), "{answer}");
            assert_eq!(record["TTL"], 300, "{answer}");
        }
    }
}

#[test]
fn a_chain_of_aliases_comes_whole() {
    let lab = Lab::start(&[]);
    let (_, answer) = ask(&lab.clinic, "www.lab.test", "A");
    let owners: Vec<&Value> = answer["Answer"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|record| &record["name"])
        .collect();
    let expected = ["www.lab.test.", "alias.lab.test.", "mx.good.lab.test."];
    assert_eq!(owners, expected, "{answer}");
    let expected = ["alias.lab.test.", "mx.good.lab.test.", "192.0.2.10"];
    assert_eq!(data(&answer["Answer"]), expected);
}

#[test]
fn what_is_not_there_comes_with_the_soa() {
    let lab = Lab::start(&[]);
    for (name, record_type, status) in [
        ("nowhere.lab.test", "MX", 3),
        ("good.lab.test", "TLSA", 0),
        ("66.113.0.203.in-addr.arpa", "PTR", 3),
    ] {
        let (_, answer) = ask(&lab.clinic, name, record_type);
        assert_eq!(answer["Status"], status, "{answer}");
        assert!(data(&answer["Answer"]).is_empty(), "{answer}");
        let authority = &answer["Authority"][0];
        assert_eq!(authority["type"], 6, "{answer}");
        let soa = authority["data"].as_str().unwrap_or_default();
        assert!(
            soa.starts_with("ns.lab.test. hostmaster.lab.test. "),
            "{answer}"
        );
    }
}

#[test]
fn a_refusal_is_handed_on() {
    let lab = Lab::start(&[]);
    let (status, answer) = ask(&lab.clinic, "elsewhere.example", "MX");
    assert_eq!((status, &answer["Status"]), (200, &json!(5)), "{answer}");
}

#[test]
fn an_answer_too_large_for_a_datagram_comes_whole() {
    let lab = Lab::start(&[]);
    let (_, answer) = ask(&lab.clinic, "many.lab.test", "TXT");
    let found = data(&answer["Answer"]);
    assert_eq!(found.len(), 20, "{answer}");
    let size: usize = found.iter().map(String::len).sum();
    assert!(size > 4096, "{size}");
    assert_eq!(answer["TC"], false, "{answer}");
}

fn data(records: &Value) -> Vec<String> {
    let records = records.as_array().into_iter().flatten();
    records
        .map(|record| record["data"].as_str().unwrap_or_default().to_owned())
        .collect()
}
