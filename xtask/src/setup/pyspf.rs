//! pyspf, the peer that SPF results are compared with.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use super::{Cache, announce, apt};
use crate::process;

/// The folder that Python finds it in.
pub(super) fn set_up(cache: &Cache) -> anyhow::Result<PathBuf> {
    let key = format!("pyspf-{VERSION}");
    let place = cache.tool(&key);
    if place.is_dir() {
        return Ok(place);
    }
    announce(
        &format!("pyspf {VERSION}"),
        "SPF results are compared with it",
        "less than a minute",
    );
    let mut command = Command::new("python3");
    command.args(["-m", "pip", "--version"]);
    if process::output_of(command).is_none() {
        apt::install(cache, &["python3-pip"]).context("without pip pyspf cannot be installed")?;
    }
    cache.install(&key, |fresh| {
        let mut command = Command::new("python3");
        command.args(["-m", "pip", "install", "--quiet", "--target"]);
        command.arg(fresh);
        command.args([format!("pyspf=={VERSION}"), "dnspython".to_owned()]);
        process::run(command, &cache.log(&key))
    })
}

const VERSION: &str = "2.0.14";
