//! Every case of the checks' own tests that real DNS can give: its answers become a zone of BIND, its
//! paste is diagnosed through the proxy, and what must be found is found.

use std::{fs, net::IpAddr, path::Path, thread};

use diagnosis::dns::Name;
use serde_json::Value;
use support::lab::Lab;

/// These are about a resolver that does not answer or marks its answers (`outage` and `dnssec` look
/// at that), or about a zone cut.
const NOT_OF_ONE_ZONE: [&str; 10] = [
    "AD",
    "BOGUS",
    "DEMO",
    "NOT-ASKED",
    "NS",
    "REFUSED",
    "SERVFAIL",
    "TIMEOUT",
    "TTL",
    "UNREACHABLE",
];

#[test]
fn every_case_of_the_checks_holds_on_real_dns() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../diagnosis/tests/cases/dns");
    let mut cases: Vec<(String, String)> = Vec::new();
    for entry in fs::read_dir(folder).expect("the cases") {
        let path = entry.expect("a case").path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(path).expect("a case is text");
        if is_of_one_zone(&text) {
            cases.push((name, text));
        }
    }
    assert!(cases.len() >= 90, "only {} cases were found", cases.len());
    let halves = cases.split_at(cases.len() / 2);
    let wrong: Vec<String> = thread::scope(|scope| {
        let faults = |cases: &'_ [(String, String)]| -> Vec<String> {
            cases
                .iter()
                .flat_map(|(name, text)| faults(name, text))
                .collect()
        };
        let first = scope.spawn(move || faults(halves.0));
        let mut all = faults(halves.1);
        all.extend(first.join().expect("the first half ends"));
        all
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_of_one_zone(text: &str) -> bool {
    section(text, "answers").lines().all(|line| {
        let mut words = line.split(' ').skip(1);
        !words.any(|word| NOT_OF_ONE_ZONE.contains(&word))
    })
}

fn section<'a>(text: &'a str, name: &str) -> &'a str {
    let (_, behind) = text
        .split_once(&format!("--- {name}\n"))
        .unwrap_or_default();
    behind.split("--- ").next().unwrap_or_default()
}

fn faults(name: &str, text: &str) -> Vec<String> {
    let zone = zone(section(text, "answers"));
    let lab = Lab::of_zones(&[(".", &zone)], &[]);
    let flags: &[&str] = match text.contains("\n--- blocklists wished\n") {
        true => &["--blocklists"],
        false => &[],
    };
    let mut reports = lab.clinic.diagnose_with(flags, section(text, "paste"));
    let report = reports.swap_remove(0);
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let found: Vec<String> = findings.iter().map(show).collect();
    let expected = section(text, "expect").split_whitespace();
    let missing = expected.filter(|word| {
        let plain = !word.ends_with('!');
        let fits = |found: &String| found == word || plain && found.trim_end_matches('!') == *word;
        !found.iter().any(fits)
    });
    let mut faults: Vec<String> = missing
        .map(|word| format!("{name}: {word} is not among {found:?}"))
        .collect();
    for code in section(text, "never").split_whitespace() {
        let is_there = |found: &&String| {
            let found_code = found.split('=').next().unwrap_or_default();
            match code.strip_suffix('!') {
                Some(code) => found_code == code && found.ends_with('!'),
                None => found_code == code,
            }
        };
        if found.iter().any(|found| is_there(&found)) {
            faults.push(format!("{name}: {code} must not be found"));
        }
    }
    faults
}

fn show(finding: &Value) -> String {
    let text = |field: &str| finding[field].as_str().unwrap_or_default();
    let cause = match text("unchecked_because") {
        "" => String::new(),
        because => format!("/{because}"),
    };
    let explains = match finding["explains"] == true {
        true => "!",
        false => "",
    };
    format!("{}={}{cause}{explains}", text("code"), text("verdict"))
}

/// The answers as a zone file of the root.
fn zone(answers: &str) -> String {
    let mut zone = "$TTL 300\n$ORIGIN .\n\
        @ SOA a.root-servers.net. hostmaster.root-servers.net. 1 7200 900 1209600 60\n\
        @ NS a.root-servers.net.\n\
        a.root-servers.net. A 192.0.2.53\n"
        .to_owned();
    for line in answers.lines() {
        let mut parts = line.splitn(3, ' ');
        let (Some(owner), Some(kind)) = (parts.next(), parts.next()) else {
            continue;
        };
        let data = parts.next().unwrap_or_default();
        let owner = match owner.parse::<IpAddr>() {
            Ok(ip) => Name::reverse(ip).to_string(),
            Err(_) => owner.to_owned(),
        };
        let data = match kind {
            "TXT" => strings(data),
            _ => data.to_owned(),
        };
        match (kind, data.as_str()) {
            ("NXDOMAIN", _) => {}
            // The name is there, and has nothing of what is asked.
            ("NOERROR", _) | (_, "NODATA") => zone.push_str(&format!("{owner}. HINFO x x\n")),
            _ => zone.push_str(&format!("{owner}. {kind} {data}\n")),
        }
    }
    zone
}

/// Character-strings of at most 255 octets (RFC 1035, section 3.3), cut where they are longer.
fn strings(data: &str) -> String {
    const LONGEST: usize = 255;
    if !data.starts_with('"') {
        return format!("\"{data}\"");
    }
    let mut out = String::new();
    let mut length = 0;
    let mut characters = data.chars();
    while let Some(character) = characters.next() {
        if character == '"' {
            length = 0;
        } else if length == LONGEST {
            out.push_str("\" \"");
            length = 1;
        } else {
            length += 1;
        }
        out.push(character);
        if character == '\\' {
            out.extend(characters.next());
        }
    }
    out
}
