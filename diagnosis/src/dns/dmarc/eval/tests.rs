//! Tables: a zone, an Author Domain and what is authenticated, and how DMARC ends.

use super::*;
use crate::dns::{Answer, Record, RecordData};

/// Answers questions from lines `DOMAIN RECORD` (at `_dmarc.DOMAIN`), `DOMAIN !OUTCOME`, or
/// `=NAME` for a name that exists. Other names do not exist.
fn answer(zone: &str, question: &Question) -> Answer {
    let name = question.name.as_str();
    let mut answer = Answer::empty(Outcome::NxDomain);
    for line in zone.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.strip_prefix('=') == Some(name) {
            answer.outcome = Outcome::NoError;
        }
        let (domain, data) = line.split_once(' ').unwrap_or_default();
        if name.strip_prefix("_dmarc.") != Some(domain) {
            continue;
        }
        answer.outcome = match data {
            "!SERVFAIL" => Outcome::ServFail,
            "!TIMEOUT" => Outcome::Timeout,
            _ => Outcome::NoError,
        };
        answer.records.push(Record {
            owner: name.to_owned(),
            ttl: 300,
            data: RecordData::Txt(data.to_owned()),
        });
    }
    answer
}

/// Asks until nothing is open; gives result, domain of the record, policy, and what is aligned.
fn ends(zone: &str, from: &str, spf: &str, dkim: &str) -> String {
    let name = |word: &str| word.parse::<Name>().unwrap();
    let spf_domain = spf.split_whitespace().next().map(name);
    let result = match spf.split_once(' ') {
        Some((_, "fail")) => ProtocolResult::Fail,
        Some((_, "temperror")) => ProtocolResult::Temperror,
        _ => ProtocolResult::Pass,
    };
    let dkim: Vec<Name> = dkim.split_whitespace().map(name).collect();
    let mut answers = Answers::default();
    for _ in 0..4 {
        let known = answers.clone();
        let spf = spf_domain.as_ref().map(|domain| (domain, result));
        let (found, needs) = evaluate(&name(from), spf, &dkim, &known);
        if needs.is_empty() {
            let domain = found.applied.map(|applied| applied.domain.to_string());
            let policy = found.policy.map(Policy::as_str);
            let aligned = match (found.spf_aligned, found.dkim_aligned) {
                (true, true) => " spf dkim",
                (true, false) => " spf",
                (false, true) => " dkim",
                (false, false) => "",
            };
            return format!(
                "{} {} {}{aligned}",
                found.result.as_str(),
                domain.as_deref().unwrap_or("-"),
                policy.unwrap_or("-"),
            );
        }
        for question in needs {
            assert!(!answers.contains(&question), "{question:?} was asked twice");
            let answer = answer(zone, &question);
            answers.insert(question, answer);
        }
    }
    panic!("more than three rounds");
}

#[track_caller]
fn check(zone: &str, cases: &[(&str, &str, &str, &str)]) {
    for (from, spf, dkim, expected) in cases {
        assert_eq!(
            ends(zone, from, spf, dkim),
            *expected,
            "From {from}, SPF {spf}, DKIM {dkim}"
        );
    }
}

#[test]
fn the_examples_of_alignment_in_rfc_9989_and_7489() {
    let relaxed = "example.com v=DMARC1; p=reject; rua=mailto:d@example.com";
    check(
        relaxed,
        &[
            // RFC 9989, appendix B.1.1: SPF.
            (
                "example.com",
                "example.com",
                "",
                "pass example.com reject spf",
            ),
            (
                "example.com",
                "child.example.com",
                "",
                "pass example.com reject spf",
            ),
            (
                "child.example.com",
                "example.net",
                "",
                "fail example.com reject",
            ),
            // Appendix B.1.2: DKIM.
            (
                "example.com",
                "",
                "example.com",
                "pass example.com reject dkim",
            ),
            (
                "child.example.com",
                "",
                "example.com",
                "pass example.com reject dkim",
            ),
            (
                "child.example.com",
                "",
                "sample.net",
                "fail example.com reject",
            ),
            // Appendix B.3.1: the session.
            (
                "example.com",
                "mail.example.com",
                "example.com",
                "pass example.com reject spf dkim",
            ),
            // RFC 7489, section 3.1.1 and 3.1.2: a news letter, and bounces of another name.
            (
                "news.example.com",
                "",
                "example.com",
                "pass example.com reject dkim",
            ),
            (
                "example.com",
                "cbg.bounces.example.com",
                "",
                "pass example.com reject spf",
            ),
            // "a DKIM signature bearing a value of "d=com" would never allow an "in alignment"
            // result"
            ("example.com", "", "com", "fail example.com reject"),
        ],
    );
    let strict = "example.com v=DMARC1; p=reject; aspf=s; adkim=s";
    check(
        strict,
        &[
            (
                "example.com",
                "example.com",
                "",
                "pass example.com reject spf",
            ),
            (
                "example.com",
                "child.example.com",
                "",
                "fail example.com reject",
            ),
            (
                "example.com",
                "",
                "example.com",
                "pass example.com reject dkim",
            ),
            (
                "child.example.com",
                "",
                "example.com",
                "fail example.com reject",
            ),
        ],
    );
}

#[test]
fn alignment_needs_a_pass_and_one_organizational_domain() {
    let zone = "shop.example v=DMARC1; p=none\n deep.shop.example v=DMARC1; p=none; psd=n";
    check(
        zone,
        &[
            (
                "shop.example",
                "shop.example fail",
                "",
                "fail shop.example none",
            ),
            (
                "a.shop.example",
                "b.shop.example",
                "",
                "pass shop.example none spf",
            ),
            (
                "shop.example",
                "",
                "x.example d.shop.example",
                "pass shop.example none dkim",
            ),
            // deep.shop.example is an Organizational Domain of its own.
            (
                "shop.example",
                "x.deep.shop.example",
                "",
                "fail shop.example none",
            ),
            (
                "x.deep.shop.example",
                "shop.example",
                "",
                "fail deep.shop.example none",
            ),
            (
                "x.deep.shop.example",
                "",
                "deep.shop.example",
                "pass deep.shop.example none dkim",
            ),
            // A name that only ends alike.
            (
                "shop.example",
                "myshop.example",
                "",
                "fail shop.example none",
            ),
        ],
    );
}

#[test]
fn the_record_is_found_as_the_tree_walk_has_it() {
    // RFC 9989, section 4.10.2: a.mail.example.com with records at two places.
    let two = "mail.example.com v=DMARC1; p=quarantine\n example.com v=DMARC1; p=reject; sp=none";
    check(
        two,
        &[
            // The Organizational Domain is example.com, so its record applies.
            ("a.mail.example.com", "", "", "fail example.com none"),
            (
                "mail.example.com",
                "",
                "",
                "fail mail.example.com quarantine",
            ),
            (
                "a.mail.example.com",
                "example.com",
                "",
                "pass example.com none spf",
            ),
        ],
    );
    let own = "mail.example.com v=DMARC1; p=quarantine; psd=n\n example.com v=DMARC1; p=reject";
    check(
        own,
        &[
            (
                "a.mail.example.com",
                "",
                "",
                "fail mail.example.com quarantine",
            ),
            (
                "a.mail.example.com",
                "example.com",
                "",
                "fail mail.example.com quarantine",
            ),
        ],
    );
    let suffix = "com v=DMARC1; p=reject; sp=quarantine; np=none; psd=y\n =a.mail.example.com\n =example.com";
    check(
        suffix,
        &[
            ("a.mail.example.com", "", "", "fail com quarantine"),
            (
                "a.mail.example.com",
                "mail.example.com",
                "",
                "pass com quarantine spf",
            ),
            ("a.mail.example.com", "", "other.com", "fail com quarantine"),
            ("example.com", "", "", "fail com quarantine"),
            ("missing.com", "", "", "fail com none"),
            ("com", "com", "", "pass com reject spf"),
            ("com", "example.com", "", "fail com reject"),
        ],
    );
    // With a record of its own, the Organizational Domain is not asked what its suffix says.
    let both = "example.com v=DMARC1; p=none\n com v=DMARC1; p=reject; psd=y";
    check(
        both,
        &[
            (
                "example.com",
                "a.example.com",
                "",
                "pass example.com none spf",
            ),
            ("a.example.com", "", "", "fail example.com none"),
        ],
    );
    // Without psd=y a record of a suffix makes it the Organizational Domain of all below.
    let without = "com v=DMARC1; p=reject";
    check(without, &[("a.com", "b.com", "", "pass com reject spf")]);
    // RFC 9989, section 5.1: a record that the walk passes by.
    let deep = "b.c.d.e.f.g.example.com v=DMARC1; p=none; psd=n\n example.com v=DMARC1; p=reject";
    check(
        deep,
        &[(
            "mail.a.b.c.d.e.f.g.example.com",
            "",
            "",
            "fail example.com reject",
        )],
    );
}

#[test]
fn policies_are_of_the_domain_of_its_subdomains_or_of_those_that_do_not_exist() {
    let all = "shop.example v=DMARC1; p=reject; sp=quarantine; np=none\n =a.shop.example";
    check(
        all,
        &[
            ("shop.example", "", "", "fail shop.example reject"),
            ("a.shop.example", "", "", "fail shop.example quarantine"),
            ("b.shop.example", "", "", "fail shop.example none"),
        ],
    );
    let without_sp = "shop.example v=DMARC1; p=quarantine; np=reject\n =a.shop.example";
    check(
        without_sp,
        &[
            ("a.shop.example", "", "", "fail shop.example quarantine"),
            ("b.shop.example", "", "", "fail shop.example reject"),
        ],
    );
    let without_np = "shop.example v=DMARC1; p=none; sp=reject";
    check(
        without_np,
        &[("b.shop.example", "", "", "fail shop.example reject")],
    );
}

#[test]
fn without_a_record_there_is_no_result() {
    check(
        "",
        &[("shop.example", "shop.example", "shop.example", "none - -")],
    );
    // Several are all discarded; what stands above counts.
    let several = "shop.example v=DMARC1; p=none\n shop.example v=DMARC1; p=reject";
    check(several, &[("shop.example", "shop.example", "", "none - -")]);
    let above = format!("{several}\n example v=DMARC1; p=quarantine");
    check(
        &above,
        &[(
            "shop.example",
            "shop.example",
            "",
            "pass example quarantine spf",
        )],
    );
    // Other texts are no records.
    let other =
        "shop.example v=spf1 -all\n shop.example v=DMARC1; p=reject\n shop.example v=DMARC2";
    check(
        other,
        &[("shop.example", "", "", "fail shop.example reject")],
    );
}

#[test]
fn records_without_a_valid_policy() {
    // RFC 9989, section 4.10.1: with somebody to report to, as if p=none stood there.
    for tags in [
        "rua=mailto:d@shop.example",
        "p=x; rua=mailto:d@shop.example",
        "p=reject; sp=x; rua=mailto:d@shop.example",
        "p=reject; np=; rua=x,mailto:d@shop.example",
    ] {
        let zone = format!("shop.example v=DMARC1; {tags}");
        check(
            &zone,
            &[
                ("shop.example", "", "", "fail shop.example none"),
                (
                    "shop.example",
                    "",
                    "shop.example",
                    "pass shop.example none dkim",
                ),
            ],
        );
    }
    for tags in [
        "p=x",
        "sp=none",
        "p=reject; sp=x",
        "p=none; np=x",
        "p=x; rua=d@shop.example",
        "",
    ] {
        let zone = format!("shop.example v=DMARC1; {tags}");
        check(
            &zone,
            &[("shop.example", "", "", "permerror shop.example -")],
        );
    }
}

#[test]
fn trouble_of_dns_is_no_failure() {
    let zone = "shop.example !SERVFAIL\n example v=DMARC1; p=reject";
    check(
        zone,
        &[("shop.example", "shop.example", "", "temperror - -")],
    );
    let above = "shop.example v=DMARC1; p=reject\n example !TIMEOUT";
    check(
        above,
        &[
            (
                "shop.example",
                "shop.example",
                "",
                "pass shop.example reject spf",
            ),
            (
                "shop.example",
                "a.shop.example",
                "",
                "temperror shop.example reject",
            ),
            ("shop.example", "", "", "fail shop.example reject"),
            ("a.shop.example", "", "", "temperror - -"),
        ],
    );
    let sound = "shop.example v=DMARC1; p=reject\n a.shop.example !TIMEOUT";
    check(
        sound,
        &[
            (
                "shop.example",
                "a.shop.example",
                "",
                "temperror shop.example reject",
            ),
            (
                "shop.example",
                "a.shop.example",
                "shop.example",
                "pass shop.example reject dkim",
            ),
            (
                "shop.example",
                "shop.example temperror",
                "",
                "temperror shop.example reject",
            ),
            (
                "shop.example",
                "other.example temperror",
                "",
                "fail shop.example reject",
            ),
        ],
    );
}

#[test]
fn the_longest_names_are_walked_too() {
    let label = "a".repeat(63);
    let long = format!("{label}.{label}.{label}.{}.example", "b".repeat(45));
    let short = format!("{}.example", "b".repeat(45));
    let zone = format!("{short} v=DMARC1; p=reject");
    let expected = format!("pass {short} reject spf");
    assert_eq!(ends(&zone, &long, &short, ""), expected);
}
