//! unbound, the resolver that checks DNSSEC in the tests against real DNS.

use std::path::PathBuf;

use anyhow::Context as _;

use super::{Cache, announce, apt};
use crate::process;

/// The path of `unbound`.
pub(super) fn set_up(cache: &Cache) -> anyhow::Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    announce(
        "unbound",
        "the DNS tests start it on a loopback port of their own; where systemd runs, Debian also \
         starts it as a service, which `systemctl disable --now unbound` ends",
        "less than a minute",
    );
    apt::install(cache, &["unbound"])
        .context("without `unbound` on PATH or in /usr/sbin the DNS tests cannot run")?;
    find().context("Debian's unbound is installed, but the program is not there")
}

/// Servers lie in folders that are not on everybody's PATH.
fn find() -> Option<PathBuf> {
    let elsewhere = || {
        ELSEWHERE
            .iter()
            .map(PathBuf::from)
            .find(|path| path.is_file())
    };
    process::on_path("unbound").or_else(elsewhere)
}

const ELSEWHERE: [&str; 3] = [
    "/usr/sbin/unbound",
    "/usr/local/sbin/unbound",
    "/opt/homebrew/sbin/unbound",
];
