//! The readers and the classifier against real bounces with known answers, where the corpus is
//! there (`corpora/bounces` in the folder that `BOUNCE_CLINIC_SHARED` names). Prints the scores by system and
//! fails where a figure falls below what has been reached before.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "the table is the point, and a test may fail loudly"
)]

use std::{collections::BTreeMap, fs, path::Path};

use diagnosis::{
    checklist::advise,
    classify::classify,
    read::read,
    report::{RecipientReport, Report},
};
use serde::Deserialize;

/// The figures that have been reached, in parts of a thousand. They only ever go up.
const FLOOR: Score<usize> = Score {
    recipients: 992,
    reply_code: 987,
    status: 966,
    reason: 877,
    suppress: 949,
    permanent: 1000,
    certain: 974,
};

#[derive(Deserialize)]
struct Row {
    file: String,
    system: String,
    kind: String,
    recipients_expected: usize,
    results: Vec<Expected>,
    #[serde(default)]
    alt_results: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    status: String,
    #[serde(default)]
    status_synthetic: bool,
    reply_code: String,
    #[serde(default)]
    reason: String,
    /// The same in Sisimai 5.6's vocabulary; some second opinions lack it.
    #[serde(default)]
    reason_v56: String,
    hard: bool,
    #[serde(default)]
    recipient_derived: String,
}

#[derive(Clone, Copy, Default)]
struct Score<T> {
    recipients: T,
    reply_code: T,
    status: T,
    reason: T,
    suppress: T,
    permanent: T,
    /// Of the reasons that are called certain, those that are right.
    certain: T,
}

#[derive(Clone, Copy, Default)]
struct Count {
    right: usize,
    of: usize,
}

impl Count {
    fn add(&mut self, right: bool) {
        self.right += usize::from(right);
        self.of += 1;
    }

    fn per_mille(self) -> usize {
        (self.right * 1000).checked_div(self.of).unwrap_or(1000)
    }
}

#[test]
fn the_corpus_is_read_as_well_as_before() {
    let Some(shared) = support::shared_or_skip("the_corpus_is_read_as_well_as_before") else {
        return;
    };
    let bounces = shared.join("corpora/bounces");
    let rows = fs::read_to_string(bounces.join("expected.jsonl")).unwrap();
    let mut all = Score::<Count>::default();
    let mut systems: BTreeMap<String, Score<Count>> = BTreeMap::new();
    let mut held_back = Score::<Count>::default();
    let mut files = 0;
    for line in rows.lines() {
        let row: Row = serde_json::from_str(line).unwrap();
        files += 1;
        let recipients = diagnose(&bounces.join(&row.file));
        let score = systems.entry(row.system.clone()).or_default();
        for score in [score, &mut all] {
            compare(&row, &recipients, score);
        }
        if is_held_back(&row.system) {
            compare(&row, &recipients, &mut held_back);
        } else if std::env::var_os("CORPUS_MISSES").is_some() {
            show_misses(&row, &recipients);
        }
    }
    assert!(files > 300, "only {files} mails were found");
    print_table(&systems, &[("held back", &held_back), ("all", &all)]);
    hold("recipients", all.recipients, FLOOR.recipients);
    hold("reply code", all.reply_code, FLOOR.reply_code);
    hold("status", all.status, FLOOR.status);
    hold("reason", all.reason, FLOOR.reason);
    hold("suppress", all.suppress, FLOOR.suppress);
    hold("permanent", all.permanent, FLOOR.permanent);
    hold("certain", all.certain, FLOOR.certain);
}

/// What the paste does not hold is not in the report: every span lies inside of it, and codes read
/// exactly what stands there (except inside base64, where a span is the encoded line).
#[test]
fn spans_lie_inside_the_paste_and_codes_stand_there() {
    let Some(shared) = support::shared_or_skip("spans_lie_inside_the_paste_and_codes_stand_there")
    else {
        return;
    };
    let mut codes = 0;
    let mut encoded = 0;
    for folder in [
        "sisimai",
        "newlines-dos",
        "newlines-mac",
        "not-bounce",
        "esp-json",
    ] {
        for entry in fs::read_dir(shared.join("corpora/bounces").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let input = fs::read(&path).unwrap();
            let is_base64 = String::from_utf8_lossy(&input)
                .to_lowercase()
                .contains("base64");
            for recipient in diagnose(&path) {
                for evidence in &recipient.evidence {
                    let text: Vec<u8> = evidence
                        .spans
                        .iter()
                        .flat_map(|[start, end]| {
                            input
                                .get(*start..*end)
                                .expect("a span lies inside")
                                .to_vec()
                        })
                        .collect();
                    let value = match evidence.field {
                        "status" => recipient.status.clone(),
                        "reply_code" => recipient.reply_code.map(|code| code.to_string()),
                        _ => continue,
                    };
                    codes += 1;
                    if Some(text.as_slice()) == value.as_deref().map(str::as_bytes) {
                        continue;
                    }
                    assert!(
                        is_base64,
                        "{}: {evidence:?} is not {value:?}",
                        path.display()
                    );
                    encoded += 1;
                }
            }
        }
    }
    assert!(codes > 500, "only {codes} codes were found");
    println!("{codes} codes stand where they are said to, {encoded} of them inside base64");
}

#[track_caller]
fn hold(what: &str, count: Count, floor: usize) {
    let reached = count.per_mille();
    assert!(
        reached >= floor,
        "{what}: {reached} of 1000 right, {floor} had been reached"
    );
}

/// The same mails as people paste them lose little.
#[test]
fn other_forms_of_the_same_mails_are_read_nearly_as_well() {
    let Some(shared) =
        support::shared_or_skip("other_forms_of_the_same_mails_are_read_nearly_as_well")
    else {
        return;
    };
    let bounces = shared.join("corpora/bounces");
    let rows = fs::read_to_string(bounces.join("expected.jsonl")).unwrap();
    let mut totals: Vec<Score<Count>> = vec![Score::default(); FORMS.len()];
    for line in rows.lines() {
        let row: Row = serde_json::from_str(line).unwrap();
        let input = fs::read(bounces.join(&row.file)).unwrap();
        for ((_, form), total) in FORMS.iter().zip(&mut totals) {
            compare(&row, &diagnose_bytes(&form(&input)), total);
        }
    }
    let named: Vec<(&str, &Score<Count>)> =
        FORMS.iter().map(|(name, _)| *name).zip(&totals).collect();
    print_table(&BTreeMap::new(), &named);
    for (((name, _), total), floor) in FORMS.iter().zip(&totals).zip(FORM_FLOORS) {
        let reached = total.reason.per_mille();
        assert!(
            reached >= floor,
            "{name}: {reached} of 1000 reasons, {floor} had been reached"
        );
    }
}

type Form = fn(&[u8]) -> Vec<u8>;

const FORMS: [(&str, Form); 6] = [
    ("as it is", <[u8]>::to_vec),
    ("CRLF", |input| with_line_ends(input, b"\r\n")),
    ("bare CR", |input| with_line_ends(input, b"\r")),
    ("quoted", |input| {
        lines(input)
            .flat_map(|line| [b"> ", line, b"\n"].concat())
            .collect()
    }),
    ("body only", |input| {
        let plain = with_line_ends(input, b"\n");
        let at = plain
            .windows(2)
            .position(|pair| pair == b"\n\n")
            .unwrap_or(0);
        plain[at..].to_vec()
    }),
    ("re-wrapped", |input| {
        lines(input).flat_map(wrapped).collect()
    }),
];

/// Reasons in parts of a thousand that each form has reached.
const FORM_FLOORS: [usize; 6] = [851, 851, 851, 851, 825, 851];

fn lines(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    // The corpus has LF, CRLF and bare CR.
    let separator = if input.contains(&b'\n') { b'\n' } else { b'\r' };
    input
        .split(move |byte| *byte == separator)
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

fn with_line_ends(input: &[u8], end: &[u8]) -> Vec<u8> {
    lines(input).flat_map(|line| [line, end].concat()).collect()
}

/// Wrapped at 72 columns between words, as a mail program does when it quotes.
fn wrapped(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut column = 0;
    for word in line.split(|byte| *byte == b' ') {
        if column > 0 && column + word.len() > 72 {
            out.push(b'\n');
            column = 0;
        } else if column > 0 || !out.is_empty() {
            out.push(b' ');
        }
        out.extend_from_slice(word);
        column += word.len() + 1;
    }
    out.push(b'\n');
    out
}

fn diagnose(file: &Path) -> Vec<RecipientReport> {
    diagnose_bytes(&fs::read(file).unwrap())
}

fn diagnose_bytes(input: &[u8]) -> Vec<RecipientReport> {
    read(input, decode)
        .into_iter()
        .flat_map(|bounce| {
            let case = classify(bounce);
            Report::new(0, &case, &[], &advise(&case, &[])).recipients
        })
        .collect()
}

fn decode(label: &str, bytes: &[u8]) -> Option<String> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
    Some(encoding.decode_without_bom_handling(bytes).0.into_owned())
}

/// A third of the systems, drawn by their names, was not looked at while rules were written; its
/// misses are not shown. At the last look before that ended, 86 of its 125 reasons were read as
/// labelled: since then (November 2026) its figures say no more than the others.
fn is_held_back(system: &str) -> bool {
    let sum = system.bytes().fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    sum % 3 == 0
}

/// Each expected result is held against the recipient of that address, else of that place.
fn compare(row: &Row, recipients: &[RecipientReport], score: &mut Score<Count>) {
    if row.kind == "not-bounce" {
        score.recipients.add(recipients.is_empty());
        return;
    }
    score
        .recipients
        .add(recipients.len() == row.recipients_expected);
    for (at, expected) in row.results.iter().enumerate() {
        let found = find(recipients, expected, at);
        let alternatives: Vec<&Expected> = std::iter::once(expected)
            .chain(row.alt_results.get(at))
            .collect();
        let any = |fits: &dyn Fn(&Expected, &RecipientReport) -> bool| {
            found.is_some_and(|found| alternatives.iter().any(|expected| fits(expected, found)))
        };
        let is_right = any(&|e, f| {
            e.reason_v56 == f.reason || e.reason_v56.is_empty() && e.reason == f.reason
        });
        score.reason.add(is_right);
        if found.is_some_and(|found| found.confidence == "certain") {
            score.certain.add(is_right);
        }
        if row.kind != "bounce" {
            continue;
        }
        if !expected.reply_code.is_empty() {
            score.reply_code.add(any(&|e, f| {
                f.reply_code.map(|c| c.to_string()).as_deref() == Some(e.reply_code.as_str())
            }));
        }
        if !expected.status.is_empty() && !expected.status_synthetic {
            score
                .status
                .add(any(&|e, f| f.status.as_deref() == Some(e.status.as_str())));
        }
        score.suppress.add(any(&|e, f| f.suppress == Some(e.hard)));
        if let Some(found) = found
            && let Some(class) = found.reply_code.map(|code| code / 100)
        {
            score.permanent.add(found.permanent == Some(class == 5));
        }
    }
}

fn find<'a>(
    recipients: &'a [RecipientReport],
    expected: &Expected,
    at: usize,
) -> Option<&'a RecipientReport> {
    recipients
        .iter()
        .find(|found| {
            [&found.address, &found.original]
                .into_iter()
                .flatten()
                .any(|address| address.eq_ignore_ascii_case(&expected.recipient_derived))
        })
        .or_else(|| recipients.get(at))
}

fn show_misses(row: &Row, recipients: &[RecipientReport]) {
    let mut score = Score::default();
    compare(row, recipients, &mut score);
    let all = [
        score.recipients,
        score.reply_code,
        score.status,
        score.reason,
        score.suppress,
    ];
    if all.iter().all(|count| count.right == count.of) {
        return;
    }
    println!("MISS {} {}", row.file, row.system);
    for expected in &row.results {
        println!(
            "  want {} {} {} {} hard={}",
            expected.recipient_derived,
            expected.reply_code,
            expected.status,
            expected.reason_v56,
            expected.hard
        );
    }
    for found in recipients {
        println!(
            "  got  {} {:?} {:?} {} {} suppress={:?} | {:.120}",
            found.address.as_deref().unwrap_or("-"),
            found.reply_code,
            found.status,
            found.reason,
            found.confidence,
            found.suppress,
            found.diagnostic.as_deref().unwrap_or("-"),
        );
    }
}

fn print_table(systems: &BTreeMap<String, Score<Count>>, sums: &[(&str, &Score<Count>)]) {
    println!(
        "{:<24} {:>12} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}",
        "system", "recipients", "code", "status", "reason", "suppress", "permanent", "certain"
    );
    for (name, score) in systems
        .iter()
        .map(|(name, score)| (name.as_str(), score))
        .chain(sums.iter().copied())
    {
        let show = |count: Count| format!("{}/{}", count.right, count.of);
        println!(
            "{name:<24} {:>12} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}",
            show(score.recipients),
            show(score.reply_code),
            show(score.status),
            show(score.reason),
            show(score.suppress),
            show(score.permanent),
            show(score.certain),
        );
    }
}
