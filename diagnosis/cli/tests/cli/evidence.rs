//! What the terminal shows of DNS, for bounces and for lone words.

use crate::{
    resolver::resolver,
    run::{Ran, folder, run},
};

const ZONE: &str = "25.113.0.203.psbl.surriel.com A 127.0.0.2
    2.0.0.127.psbl.surriel.com A 127.0.0.2";

/// Runs `diagnose` on a lone word.
fn lone(word: &str, arguments: &[&str]) -> Ran {
    let url = resolver(ZONE);
    let folder = folder(&[("word", word)]);
    let path = folder.path().join("word");
    let path = path.to_string_lossy();
    let all = ["--resolver", &url, &path];
    run(&folder, arguments.iter().copied().chain(all))
}

#[test]
fn blocklists_are_asked_only_where_it_is_wished() {
    let without = lone("203.0.113.25", &[]);
    assert!(!without.out.contains("psbl"), "{}", without.out);
    let with = lone("203.0.113.25", &["--blocklists"]);
    let expected = "203.0.113.25 is on PSBL";
    assert!(with.out.contains(expected), "{}", with.out);
}

#[test]
fn evidence_names_question_answer_command_and_whose_dns_it_is() {
    let out = lone("203.0.113.25", &["--blocklists"]).out;
    for expected in [
        "PROBLEM     203.0.113.25 has no name",
        "25.113.0.203.in-addr.arpa PTR NXDOMAIN, asked 20",
        "25.113.0.203.psbl.surriel.com A NOERROR, TTL 300 s, asked 20",
        "    127.0.0.2",
        "$ dig",
        "DNS of the blocklist's operator; RFC 5782",
        "DNS of whoever the sending IP address belongs to",
        "Answers come from http://127.0.0.1:",
    ] {
        assert!(out.contains(expected), "{expected} is missing in {out}");
    }
}
