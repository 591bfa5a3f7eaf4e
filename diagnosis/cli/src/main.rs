//! `diagnose`: reads bounces from files, folders or standard input and says what happened, who has
//! to act and what to do.

mod args;

mod input;
mod pool;

mod ask;
mod message;

mod judge;

mod output;

use std::{
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

use clap::Parser;
use diagnosis::report::Report;

use args::Options;
use ask::Resolver;
use input::Item;
use message::{Wanted, diagnose};
use output::Output;
use pool::BrokenOff;

fn main() -> ExitCode {
    let mut options = Options::parse();
    let mut failed = false;
    let ended = match options.judgement.take() {
        Some(judgement) => match judgement.run() {
            Ok(judged) => {
                failed = !judged.passes;
                print(&judged.words)
            }
            Err(sentence) => {
                complain(&sentence);
                return ExitCode::from(WRONG_USE);
            }
        },
        None => run(options, &mut failed),
    };
    match ended {
        Ok(()) => {}
        // Whoever reads our output has seen enough: `diagnose … | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        Err(error) => {
            complain(&error.to_string());
            failed = true;
        }
    }
    ExitCode::from(u8::from(failed))
}

/// The status for arguments that cannot be used; clap has the same.
const WRONG_USE: u8 = 2;

fn print(words: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(words.as_bytes())?;
    out.flush()
}

/// Diagnoses everything; what cannot be read is said, noted in `failed`, and skipped.
fn run(options: Options, failed: &mut bool) -> io::Result<()> {
    let mut output = Output::new(&options.form, options.resolver.as_deref());
    let wanted = match options.form.csv || options.form.summary {
        true => Wanted::Reading,
        false => Wanted::Diagnosis {
            resolver: options.resolver.as_deref().map(Resolver::new),
            blocklists: options.blocklists,
        },
    };
    let jobs = options.jobs();
    let items = input::items(options.paths);
    let mut results = pool::in_order(jobs, items, move |item| Done::from(item, &wanted))?;
    let mut index = 0;
    while let Some(result) = results.next(|| output.flush())? {
        match result {
            Ok(Done::Message { begins, reports }) => {
                if begins {
                    index = 0;
                }
                for mut report in reports {
                    report.index = index;
                    index += 1;
                    output.write(&report)?;
                }
            }
            Ok(Done::Failed(sentence)) => {
                output.flush()?;
                complain(&sentence);
                *failed = true;
            }
            Ok(Done::NoFiles(sentence)) => complain(&sentence),
            Err(BrokenOff) => {
                complain("a message is left out: its diagnosis broke off");
                *failed = true;
            }
        }
    }
    output.finish()
}

/// What has become of an item.
enum Done {
    Message {
        /// Whether a file begins with it.
        begins: bool,
        reports: Vec<Report>,
    },
    Failed(String),
    NoFiles(String),
}

impl Done {
    fn from(item: Item, wanted: &Wanted) -> Self {
        match item {
            Item::Message(message) => Self::Message {
                begins: message.at == 0,
                reports: diagnose(&message, wanted),
            },
            Item::Unreadable(sentence) => Self::Failed(sentence),
            Item::NoFiles(folder) => Self::NoFiles(format!("{} holds no files", folder.display())),
        }
    }
}

/// A sentence on standard error; there is nobody to tell where that is closed.
fn complain(sentence: &str) {
    drop(writeln!(io::stderr(), "diagnose: {sentence}"));
}
