//! BIND's name server, for the tests against real DNS.

use std::path::PathBuf;

use anyhow::Context as _;

use super::{Cache, announce, apt};
use crate::process;

/// The path of `named`.
pub(super) fn set_up(cache: &Cache) -> anyhow::Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    announce(
        "BIND 9",
        "the DNS tests start its name server on a loopback port of their own; where systemd runs, \
         Debian also starts it as a service, which `systemctl disable --now named` ends",
        "less than a minute",
    );
    apt::install(cache, &["bind9"])
        .context("without BIND's `named` on PATH or in /usr/sbin the DNS tests cannot run")?;
    find().context("Debian's bind9 is installed, but `named` is not there")
}

/// Servers lie in folders that are not on everybody's PATH.
fn find() -> Option<PathBuf> {
    let elsewhere = || {
        ELSEWHERE
            .iter()
            .map(PathBuf::from)
            .find(|path| path.is_file())
    };
    process::on_path("named").or_else(elsewhere)
}

const ELSEWHERE: [&str; 3] = [
    "/usr/sbin/named",
    "/usr/local/sbin/named",
    "/opt/homebrew/sbin/named",
];
