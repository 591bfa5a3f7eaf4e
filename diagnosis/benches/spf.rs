//! One full SPF evaluation with all answers present, beside reading the same records alone.
//!
//! `cargo bench -p diagnosis --bench spf`
#![allow(clippy::unwrap_used, reason = "a benchmark may fail loudly")]

use std::hint::black_box;

use diagnosis::dns::{
    Answer, Answers, Outcome, Question, Record, RecordData, RecordType,
    spf::{Input, State, evaluate, parse::parse},
};
use divan::Bencher;

fn main() {
    divan::main();
}

/// A mailbox provider with its three net blocks, a newsletter service, and the domain's own server:
/// nine look-ups, and the last network of the tree is the one that matches.
const RECORDS: [(&str, &str); 8] = [
    (
        "shop.example",
        "v=spf1 mx a:www.shop.example include:_spf.boxes.example include:news.example include:desk.example ~all",
    ),
    (
        "_spf.boxes.example",
        "v=spf1 include:_net1.boxes.example include:_net2.boxes.example include:_net3.boxes.example ~all",
    ),
    (
        "_net1.boxes.example",
        "v=spf1 ip4:198.51.100.0/26 ip4:198.51.100.64/26 ip4:198.51.100.128/26 ip4:198.51.100.192/27 ip4:198.51.100.224/28 ip4:198.51.100.240/28 ~all",
    ),
    (
        "_net2.boxes.example",
        "v=spf1 ip6:2001:db8:1::/48 ip6:2001:db8:2::/48 ip6:2001:db8:3::/48 ip6:2001:db8:4::/48 ip6:2001:db8:5::/48 ip6:2001:db8:6::/48 ~all",
    ),
    (
        "_net3.boxes.example",
        "v=spf1 ip4:192.0.2.0/27 ip4:192.0.2.32/27 ip4:192.0.2.64/27 ip4:192.0.2.96/27 ip4:192.0.2.128/25 ~all",
    ),
    (
        "news.example",
        "v=spf1 ip4:203.0.113.0/28 ip4:203.0.113.16/28 ip4:203.0.113.32/28 ip4:203.0.113.48/28 ip4:203.0.113.64/28 -all",
    ),
    (
        "desk.example",
        "v=spf1 ip4:203.0.113.96/28 ip4:203.0.113.112/28 ip4:203.0.113.128/25 -all",
    ),
    ("mx.shop.example", ""),
];

fn answers() -> Answers {
    let answer = |owner: &str, data: RecordData| Answer {
        records: vec![Record {
            owner: owner.to_owned(),
            ttl: 300,
            data,
        }],
        ..Answer::empty(Outcome::NoError)
    };
    let question = |name: &str, kind| Question::new(name.parse().unwrap(), kind);
    let mut answers = Answers::default();
    for (name, record) in RECORDS {
        let data = RecordData::Txt(record.to_owned());
        answers.insert(question(name, RecordType::Txt), answer(name, data));
    }
    for name in ["mx.shop.example", "www.shop.example"] {
        let data = RecordData::A([198, 51, 100, 9].into());
        answers.insert(question(name, RecordType::A), answer(name, data));
    }
    let data = RecordData::Mx {
        preference: 10,
        exchange: "mx.shop.example".to_owned(),
    };
    answers.insert(
        question("shop.example", RecordType::Mx),
        answer("shop.example", data),
    );
    answers
}

#[divan::bench]
fn evaluation(bencher: Bencher<'_, '_>) {
    let answers = answers();
    let input = Input {
        ip: [203, 0, 113, 200].into(),
        helo: "mail.shop.example",
        local_part: None,
        domain: "shop.example",
        explains: false,
    };
    let State::Done(found) = evaluate(&input, &answers) else {
        panic!("all answers are there");
    };
    assert_eq!((found.result.as_str(), found.lookups), ("pass", 8));
    bencher.bench(|| evaluate(black_box(&input), black_box(&answers)));
}

#[divan::bench]
fn reading_alone(bencher: Bencher<'_, '_>) {
    bencher.bench(|| {
        for (_, record) in RECORDS {
            black_box(parse(black_box(record)).ok());
        }
    });
}
