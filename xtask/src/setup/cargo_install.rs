//! Tools that are Rust crates: `cargo install` into the cache.

use std::path::PathBuf;

use super::{Cache, Tools, cache};
use crate::process;

/// A crate with a program in it, at one version.
pub(super) struct Crate<'a> {
    /// The name of its folder in the cache.
    pub(super) key: &'a str,
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    /// Further arguments for `cargo install`.
    pub(super) arguments: &'a [&'a str],
}

/// Builds the crate and returns the folder of its programs.
pub(super) fn install(cache: &Cache, tools: &Tools, wanted: &Crate<'_>) -> anyhow::Result<PathBuf> {
    // A target folder that stays: an interrupted build goes on where it was.
    let work = cache.work(wanted.key);
    let log = cache.log(wanted.key);
    let place = cache.install(wanted.key, |fresh| {
        let mut command = tools.command("cargo");
        command
            .arg("install")
            .args(wanted.arguments)
            .arg("--root")
            .arg(fresh);
        command.arg("--target-dir").arg(&work);
        command.arg(format!("{}@{}", wanted.name, wanted.version));
        process::run(command, &log)
    })?;
    cache::remove(&work)?;
    Ok(place.join("bin"))
}
