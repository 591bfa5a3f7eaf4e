//! The chores of Bounce Clinic: `cargo xtask serve`, `cargo xtask test` and `cargo xtask soak`.
//!
//! ```text
//!  options ──▶ serve ──▶ setup ──▶ trunk, cargo ──▶ becomes the proxy
//!         └──▶ test, soak ──▶ setup ──▶ suites ──▶ table
//! ```
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "xtask is a command: the terminal is where it speaks"
)]

mod options;
mod serve;
mod soak;
mod test;

mod build;
mod process;
mod setup;
mod workspace;

use std::process::ExitCode;

use options::Task;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all went well.
fn run() -> anyhow::Result<bool> {
    match options::parse(std::env::args_os())? {
        Task::Help => {
            print!("{}", options::HELP);
            Ok(true)
        }
        Task::Serve(options) => serve::serve(&options).map(|()| true),
        Task::Soak(options) => soak::soak(&options),
        Task::Test(suites) => test::test(&suites),
    }
}
