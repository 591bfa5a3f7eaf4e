//! The command line: arguments -> what to do.

use std::ffi::OsString;
use std::net::SocketAddr;

use anyhow::{anyhow, bail};
use lexopt::prelude::*;

/// What the person asked for.
#[derive(Debug, PartialEq)]
pub(crate) enum Task {
    Help,
    Serve(ServeOptions),
    Soak(SoakOptions),
    /// The suites to run; all where none is named.
    Test(Vec<String>),
}

/// Where to listen, and what else the proxy is told.
#[derive(Debug, PartialEq)]
pub(crate) struct ServeOptions {
    pub(crate) listen: SocketAddr,
    /// Flags that the proxy understands, as given.
    pub(crate) passed_on: Vec<OsString>,
}

/// What takes how long.
#[derive(Debug, PartialEq)]
pub(crate) struct SoakOptions {
    /// For each fuzz target.
    pub(crate) minutes: u32,
    /// The suites to run; all where none is named.
    pub(crate) suites: Vec<String>,
}

pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> anyhow::Result<Task> {
    let mut parser = lexopt::Parser::from_iter(arguments);
    let task = match parser.next()? {
        None | Some(Short('h') | Long("help")) => Task::Help,
        Some(Value(name)) if name == "serve" => serve(&mut parser)?,
        Some(Value(name)) if name == "soak" => soak(&mut parser)?,
        Some(Value(name)) if name == "test" => test(&mut parser)?,
        Some(other) => return Err(unexpected(other)),
    };
    Ok(task)
}

fn serve(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let mut listen = DEFAULT_LISTEN.to_owned();
    let mut passed_on = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("listen") => listen = parser.value()?.string()?,
            Long(flag @ ("upstream" | "demo-zone" | "embed-origin")) => {
                passed_on.push(OsString::from(format!("--{flag}")));
                passed_on.push(parser.value()?);
            }
            Short('h') | Long("help") => return Ok(Task::Help),
            other => return Err(unexpected(other)),
        }
    }
    let Ok(listen) = listen.parse() else {
        bail!("--listen takes ADDR:PORT, such as {DEFAULT_LISTEN}; `{listen}` is none");
    };
    Ok(Task::Serve(ServeOptions { listen, passed_on }))
}

fn soak(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let mut minutes = FUZZ_MINUTES;
    let mut suites = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("minutes") => minutes = parser.value()?.parse()?,
            Value(suite) => suites.push(suite.string()?),
            Short('h') | Long("help") => return Ok(Task::Help),
            other => return Err(unexpected(other)),
        }
    }
    Ok(Task::Soak(SoakOptions { minutes, suites }))
}

fn test(parser: &mut lexopt::Parser) -> anyhow::Result<Task> {
    let mut suites = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(suite) => suites.push(suite.string()?),
            Short('h') | Long("help") => return Ok(Task::Help),
            other => return Err(unexpected(other)),
        }
    }
    Ok(Task::Test(suites))
}

fn unexpected(argument: lexopt::Arg<'_>) -> anyhow::Error {
    anyhow!(
        "{}; `cargo xtask --help` shows what there is",
        argument.unexpected()
    )
}

const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
const FUZZ_MINUTES: u32 = 10;

pub(crate) const HELP: &str = "\
The chores of Bounce Clinic. Each sets up the tools that it needs by itself.

cargo xtask serve [--listen ADDR:PORT] [--upstream URL]... [--demo-zone on|off] [--embed-origin O]...
    builds the page and the proxy in release mode and serves both (http://127.0.0.1:8080)

cargo xtask test [SUITE]...
    runs all that must be green at each commit, or only the suites named

cargo xtask soak [--minutes N] [SUITE]...
    runs what takes long, or only the suites named; `fuzz` runs each fuzz target for N minutes (10)

The tools lie in $BOUNCE_CLINIC_CACHE, else in bounce-clinic under $XDG_CACHE_HOME or ~/.cache.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parsed(line: &str) -> Task {
        let words = line.split_whitespace().map(OsString::from);
        parse(words).expect("these arguments are right")
    }

    #[track_caller]
    fn refused(line: &str) -> String {
        let words = line.split_whitespace().map(OsString::from);
        let error = parse(words).expect_err("these arguments are wrong");
        format!("{error:#}")
    }

    #[test]
    fn serve_passes_the_proxys_flags_on() {
        let Task::Serve(options) = parsed(
            "xtask serve --upstream udp://[::1]:53 --listen [::1]:9 --upstream=system --demo-zone on",
        ) else {
            panic!("`serve` is a task");
        };
        assert_eq!(options.listen.to_string(), "[::1]:9");
        assert_eq!(
            options.passed_on,
            [
                "--upstream",
                "udp://[::1]:53",
                "--upstream",
                "system",
                "--demo-zone",
                "on"
            ]
        );
    }

    #[test]
    fn serve_listens_on_loopback_unless_told() {
        let Task::Serve(options) = parsed("xtask serve") else {
            panic!("`serve` is a task");
        };
        assert_eq!(options.listen.to_string(), DEFAULT_LISTEN);
    }

    #[test]
    fn test_takes_the_names_of_suites() {
        assert_eq!(parsed("xtask test"), Task::Test(vec![]));
        assert_eq!(
            parsed("xtask test unit browser"),
            Task::Test(vec!["unit".to_owned(), "browser".to_owned()])
        );
    }

    #[test]
    fn soak_takes_minutes_and_the_names_of_suites() {
        let parsed = |line| match parsed(line) {
            Task::Soak(options) => (options.minutes, options.suites),
            other => panic!("`soak` is a task, not {other:?}"),
        };
        assert_eq!(parsed("xtask soak"), (FUZZ_MINUTES, vec![]));
        assert_eq!(
            parsed("xtask soak fuzz --minutes 3"),
            (3, vec!["fuzz".to_owned()])
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(refused("xtask serve --listen 8080").contains("`8080`"));
        assert!(refused("xtask serve --demo-zone").contains("demo-zone"));
        assert!(refused("xtask soak --fast").contains("fast"));
        assert!(refused("xtask soak --minutes long").contains("long"));
        assert!(refused("xtask polish").contains("polish"));
    }
}
