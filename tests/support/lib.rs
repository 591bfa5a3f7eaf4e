//! What every test of the whole product asks first: where the things under test lie. The modules
//! start them; each ends with the test, also where the test fails.
//!
//! `cargo xtask test` builds them and says so in environment variables. A test that cannot run
//! fails; the one lawful reason to skip is a missing `../shared`, see [`shared_or_skip`].
#![allow(
    clippy::print_stdout,
    reason = "a skipped test says so on standard output"
)]

pub mod clinic;
pub mod examples;
pub mod http;
pub mod lab;
pub mod name_server;
pub mod resolver;
pub mod validator;
pub mod webdriver;

use std::path::PathBuf;

/// The folder of the page as trunk built it.
pub fn page_dir() -> PathBuf {
    place("BOUNCE_CLINIC_PAGE_DIR")
}

/// The proxy's program.
pub fn proxy() -> PathBuf {
    place("BOUNCE_CLINIC_PROXY")
}

/// The program `diagnose`.
pub fn diagnose() -> PathBuf {
    place("BOUNCE_CLINIC_DIAGNOSE")
}

/// The folder that Python finds pyspf in.
pub fn spf_peer() -> PathBuf {
    place("BOUNCE_CLINIC_SPF_PEER")
}

/// Chromium.
pub fn chromium() -> PathBuf {
    place("BOUNCE_CLINIC_CHROMIUM")
}

/// The server that drives Chromium.
pub fn chromedriver() -> PathBuf {
    place("BOUNCE_CLINIC_CHROMEDRIVER")
}

/// BIND's name server.
pub fn named() -> PathBuf {
    place("BOUNCE_CLINIC_NAMED")
}

/// unbound, a resolver that checks DNSSEC.
pub fn unbound() -> PathBuf {
    place("BOUNCE_CLINIC_UNBOUND")
}

/// The folder `../shared`. Where it is missing, prints the line `SKIPPED <test>: no ../shared`, by
/// which `cargo xtask test` counts the test as skipped; the test then returns.
pub fn shared_or_skip(test: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("BOUNCE_CLINIC_SHARED").map(PathBuf::from);
    if shared.is_none() {
        println!("SKIPPED {test}: no ../shared");
    }
    shared
}

/// The path in an environment variable.
#[track_caller]
fn place(variable: &str) -> PathBuf {
    match std::env::var_os(variable) {
        Some(path) => PathBuf::from(path),
        None => panic!(
            "{variable} is not set: what it names was not built or not found; \
             `cargo xtask test SUITE` builds it and sets the variable"
        ),
    }
}
