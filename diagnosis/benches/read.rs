//! How long one mail takes, over our own pastes, and over the bounces of `corpora/bounces` where
//! `BOUNCE_CLINIC_SHARED` names their folder. Each sample is one mail, so the column "median" is the
//! median over the mails. `mail-parser` alone, over the same mails, is the yardstick.
//!
//! `cargo bench -p diagnosis --bench read`
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark reads files and a clock, and prints what it finds"
)]

use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    sync::LazyLock,
    time::{Duration, Instant},
};

use diagnosis::{
    checklist::advise, classify::classify, read::read, report::Report, text::no_decoder,
};
use divan::{AllocProfiler, Bencher};
use mail_parser::MessageParser;

#[path = "../tests/properties/seeds.rs"]
#[allow(dead_code, reason = "the tests of properties use the rest")]
mod seeds;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
    for set in SETS.iter() {
        set.print_ratio();
    }
}

/// Mails that are measured together.
struct Set {
    name: &'static str,
    mails: Vec<Vec<u8>>,
}

static SETS: LazyLock<Vec<Set>> =
    LazyLock::new(|| [own(), corpus()].into_iter().flatten().collect());

fn own() -> Option<Set> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let seeds = seeds::all(root).unwrap();
    Some(Set {
        name: "own",
        mails: seeds
            .into_iter()
            .map(|seed| seed.paste.into_bytes())
            .collect(),
    })
}

fn corpus() -> Option<Set> {
    let shared = PathBuf::from(std::env::var_os("BOUNCE_CLINIC_SHARED")?);
    let mut files: Vec<PathBuf> = fs::read_dir(shared.join("corpora/bounces/sisimai"))
        .ok()?
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    Some(Set {
        name: "corpus",
        mails: files.iter().map(|file| fs::read(file).unwrap()).collect(),
    })
}

impl Set {
    /// Runs `work` on mail after mail, several rounds.
    fn bench<T>(&self, bencher: Bencher<'_, '_>, work: impl Fn(&[u8]) -> T + Sync) {
        let mut mails = self.mails.iter().cycle();
        bencher
            .with_inputs(|| mails.next().unwrap())
            .bench_local_values(|mail| work(mail));
    }

    /// The median over the mails of the best of some rounds.
    fn median<T>(&self, work: impl Fn(&[u8]) -> T) -> Duration {
        let mut times: Vec<Duration> = self.mails.iter().map(|mail| best(&work, mail)).collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }

    fn print_ratio(&self) {
        let yardstick = self.median(mail_parser_alone);
        let reading = self.median(reading);
        let whole = self.median(diagnosis);
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        let ratio = |time: Duration| time.as_secs_f64() / yardstick.as_secs_f64();
        println!(
            "{}: {} mails, median a mail: mail-parser alone {:.1} µs, read {:.1} µs ({:.1} times), \
             read + classify + report {:.1} µs ({:.1} times)",
            self.name,
            self.mails.len(),
            micros(yardstick),
            micros(reading),
            ratio(reading),
            micros(whole),
            ratio(whole),
        );
    }
}

fn best<T>(work: impl Fn(&[u8]) -> T, mail: &[u8]) -> Duration {
    let time = || {
        let start = Instant::now();
        black_box(work(black_box(mail)));
        start.elapsed()
    };
    (0..20).map(|_| time()).min().unwrap_or_default()
}

fn mail_parser_alone(mail: &[u8]) -> usize {
    let message = MessageParser::default().parse(mail);
    message.map_or(0, |message| message.parts.len())
}

fn reading(mail: &[u8]) -> usize {
    read(mail, no_decoder).len()
}

fn judging(mail: &[u8]) -> usize {
    let cases = read(mail, no_decoder).into_iter().map(classify);
    cases.map(|case| case.judgements.len()).sum()
}

fn diagnosis(mail: &[u8]) -> usize {
    let cases = read(mail, no_decoder).into_iter().map(classify);
    let reports = cases.map(|case| Report::new(0, &case, &[], &advise(&case, &[])));
    reports.map(|report| report.recipients.len()).sum()
}

fn names() -> Vec<&'static str> {
    SETS.iter().map(|set| set.name).collect()
}

fn named(name: &str) -> &'static Set {
    SETS.iter().find(|set| set.name == name).unwrap()
}

#[divan::bench(args = names(), sample_size = 1, sample_count = 4000)]
fn a_mail_parser_alone(bencher: Bencher<'_, '_>, set: &str) {
    named(set).bench(bencher, mail_parser_alone);
}

#[divan::bench(args = names(), sample_size = 1, sample_count = 4000)]
fn b_read(bencher: Bencher<'_, '_>, set: &str) {
    named(set).bench(bencher, reading);
}

#[divan::bench(args = names(), sample_size = 1, sample_count = 4000)]
fn c_read_classify(bencher: Bencher<'_, '_>, set: &str) {
    named(set).bench(bencher, judging);
}

#[divan::bench(args = names(), sample_size = 1, sample_count = 4000)]
fn d_read_classify_report(bencher: Bencher<'_, '_>, set: &str) {
    named(set).bench(bencher, diagnosis);
}
