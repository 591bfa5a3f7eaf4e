//! `diagnose`: reads bounces from files or standard input and says what happened, who has to act
//! and what to do.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what a command does"
)]

mod ask;
mod show;

use std::{
    fs,
    io::{self, IsTerminal, Read, Write},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::Parser;
use diagnosis::{
    check::examine, checklist::advise, classify::classify, dns::Answers, read::read, report::Report,
};

use ask::Resolver;

/// Reads bounced e-mail and says what happened, who has to act, and what to do.
#[derive(Parser)]
#[command(name = "diagnose", version)]
struct Options {
    /// One JSON object a line for each message found, instead of text.
    #[arg(long)]
    json: bool,
    /// Where DNS is asked: a /dns-query address that answers application/dns-json. Without it only
    /// what needs no DNS is said.
    #[arg(long, value_name = "URL")]
    resolver: Option<String>,
    /// Files with bounces; `-` is standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let resolver = options.resolver.as_deref().map(Resolver::new);
    let mut failed = false;
    for path in &options.paths {
        if let Err(error) = diagnose(path, &options, resolver.as_ref()) {
            if is_closed_pipe(&error) {
                return ExitCode::SUCCESS;
            }
            eprintln!("diagnose: {error:#}");
            failed = true;
        }
    }
    ExitCode::from(u8::from(failed))
}

/// Whoever reads our output has seen enough: `diagnose … | head`.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn diagnose(path: &str, options: &Options, resolver: Option<&Resolver>) -> Result<()> {
    let input = bytes_of(path)?;
    let mut out = io::stdout().lock();
    for (index, bounce) in read(&input, decode).into_iter().enumerate() {
        let case = classify(bounce);
        let findings = match resolver {
            Some(resolver) => resolver.examine(&case),
            None => examine(&case, &Answers::default()).findings,
        };
        let mut report = Report::new(index, &case, &findings, &advise(&case, &findings));
        report.source = Some(path.to_owned());
        if options.json {
            writeln!(out, "{}", serde_json::to_string(&report)?)?;
        } else {
            let colour = io::stdout().is_terminal();
            write!(out, "{}", show::text(&report, resolver.is_some(), colour))?;
        }
    }
    Ok(())
}

fn bytes_of(path: &str) -> Result<Vec<u8>> {
    if path != "-" {
        return fs::read(path).with_context(|| format!("cannot read {path}"));
    }
    let mut input = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut input)
        .context("cannot read standard input")?;
    Ok(input)
}

/// Charsets by the labels of the Encoding Standard, which include the misspelt ones that mail has.
fn decode(label: &str, bytes: &[u8]) -> Option<String> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
    Some(encoding.decode_without_bom_handling(bytes).0.into_owned())
}
