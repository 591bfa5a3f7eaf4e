//! Whether time and memory grow with the paste and no faster: hostile and giant pastes at 5, 10 and
//! 20 MB, with the time at each size against the one before (2.0 is linear), the most memory held
//! at once against the paste, and the time that `mail-parser` alone takes.
//!
//! `cargo bench -p diagnosis --bench linear [-- NAME…]`
#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads a clock, and prints what it finds"
)]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use diagnosis::{
    checklist::advise, classify::classify, read::read, report::Report, text::no_decoder,
};
use mail_parser::MessageParser;
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const MEGABYTE: usize = 1_000_000;
const SIZES: [usize; 3] = [5 * MEGABYTE, 10 * MEGABYTE, 20 * MEGABYTE];

/// A size that would take longer is not tried.
const LIMIT: Duration = Duration::from_secs(60);

/// A name and what makes a paste of at least so many bytes.
type Case = (&'static str, fn(usize) -> String);

const CASES: [Case; 16] = [
    ("line of words", |size| {
        "550 5.1.1 User unknown to us ".repeat(size / 29)
    }),
    ("line of one letter", |size| "a".repeat(size)),
    ("line of addresses", |size| {
        "<ana@firm.example> ".repeat(size / 19)
    }),
    ("line of brackets", |size| "<(\"[{".repeat(size / 5)),
    ("line behind a prose entry", |size| {
        let head = "<ana@firm.example>: host mx.firm.example[192.0.2.10] said: 550 5.1.1 ";
        format!("{head}{}", "no such user ".repeat(size / 13))
    }),
    ("nested boundaries", nested),
    (">", |size| ">".repeat(size)),
    ("lines of >", |size| "> > > >\n".repeat(size / 8)),
    ("blank lines", |size| "\n".repeat(size)),
    ("mbox", |size| MBOX.repeat(size / MBOX.len())),
    ("log lines", |size| LOG.repeat(size / LOG.len())),
    ("CSV", |size| {
        format!("email,event,reason\n{}", CSV.repeat(size / CSV.len()))
    }),
    ("JSON list", |size| {
        let list = JSON.repeat(size / JSON.len());
        format!("[{}]", list.trim_end_matches(','))
    }),
    ("HTML", |size| {
        format!(
            "<html><body>{}",
            "<p>550 5.1.1 &lt;ana&gt;".repeat(size / 23)
        )
    }),
    ("base64", |size| {
        let line = "NTUwIDUuMS4xIG5vIHN1Y2ggdXNlcgo1NTAgNS4xLjEgbm8gc3VjaCB1c2VyCjU1\n";
        format!(
            "From: a@firm.example\nSubject: b\nContent-Transfer-Encoding: base64\n\n{}",
            line.repeat(size / line.len())
        )
    }),
    ("recipients of a report", |size| {
        format!("{REPORT_HEAD}{}\n--b--\n", numbered(size, REPORT_FIELDS))
    }),
];

fn nested(size: usize) -> String {
    let mut paste = "From: a@firm.example\n".to_owned();
    let mut level = 0;
    while paste.len() < size {
        level += 1;
        paste.push_str(&format!(
            "Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"
        ));
    }
    paste
}

/// The text again and again, each with another number for its `#`.
fn numbered(size: usize, text: &str) -> String {
    (0..size / text.len())
        .map(|number| text.replace('#', &number.to_string()))
        .collect()
}

const MBOX: &str = "From MAILER-DAEMON Tue Nov 24 10:00:00 2026\nFrom: MAILER-DAEMON@mx.firm.example\n\
To: bo@shop.example\nSubject: Undelivered Mail Returned to Sender\n\n\
<ana@firm.example>: host mx.firm.example[192.0.2.10] said: 550 5.1.1 User unknown\n    (in reply to RCPT TO command)\n\n";

const LOG: &str = "Nov 24 10:00:00 mx postfix/smtp[1234]: 4Fq1: to=<ana@firm.example>, relay=mx.firm.example[192.0.2.10]:25, delay=1, dsn=5.1.1, status=bounced (host mx.firm.example[192.0.2.10] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n";

const CSV: &str = "ana@firm.example,bounce,550 5.1.1 User unknown\n";

const JSON: &str = "{\"event\":\"bounce\",\"email\":\"ana@firm.example\",\"reason\":\"550 5.1.1 User unknown\",\"timestamp\":1795514400},";

const REPORT_HEAD: &str = "From: MAILER-DAEMON@mx.firm.example\nTo: bo@shop.example\nSubject: x\n\
Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.firm.example\n\n";

const REPORT_FIELDS: &str =
    "Final-Recipient: rfc822; ana#@firm.example\nAction: failed\nStatus: 5.1.1\n\n";

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    println!(
        "{:<26}{:>7}{:>10}{:>7}{:>8}{:>10}{:>8}{:>13}",
        "paste", "MB", "read", "ratio", "memory", "+ report", "memory", "mail-parser"
    );
    for (name, make) in CASES {
        if wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str())) {
            grow(name, make);
        }
    }
}

fn grow(name: &str, make: fn(usize) -> String) {
    let mut before: Option<Duration> = None;
    for size in SIZES {
        if before.is_some_and(|before| before * 4 > LIMIT) {
            println!(
                "{name:<26}{:>7}  not run: it would take too long",
                size / MEGABYTE
            );
            return;
        }
        let paste = make(size);
        let reading = measure(|| read(paste.as_bytes(), no_decoder));
        let whole = measure(|| diagnosis(paste.as_bytes()));
        let parsing = measure(|| MessageParser::default().parse(paste.as_bytes()));
        let ratio = before.map_or(String::new(), |before| {
            format!("{:.1}", reading.time.as_secs_f64() / before.as_secs_f64())
        });
        println!(
            "{name:<26}{:>7}{:>8} ms{ratio:>7}{:>8.1}{:>7} ms{:>8.1}{:>10} ms",
            size / MEGABYTE,
            reading.time.as_millis(),
            reading.memory_against(&paste),
            whole.time.as_millis(),
            whole.memory_against(&paste),
            parsing.time.as_millis(),
        );
        before = Some(reading.time);
    }
}

fn diagnosis(paste: &[u8]) -> Vec<Report> {
    let cases = read(paste, no_decoder).into_iter().map(classify);
    cases
        .map(|case| Report::new(0, &case, &[], &advise(&case, &[])))
        .collect()
}

struct Measured {
    time: Duration,
    /// The most bytes that were held at once, beyond those held before.
    memory: usize,
}

impl Measured {
    /// How many times the paste, to one decimal.
    fn memory_against(&self, paste: &str) -> f64 {
        let tenths = self.memory.saturating_mul(10) / paste.len().max(1);
        u32::try_from(tenths).map_or(f64::INFINITY, f64::from) / 10.0
    }
}

fn measure<T>(work: impl FnOnce() -> T) -> Measured {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let start = Instant::now();
    let result = black_box(work());
    let time = start.elapsed();
    let memory = ALLOCATOR.peak_usage().saturating_sub(before);
    drop(result);
    Measured { time, memory }
}
