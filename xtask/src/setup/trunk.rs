//! trunk, which builds the page.

use std::path::PathBuf;
use std::process::Command;

use super::cargo_install::{self, Crate};
use super::{Cache, Tools, announce};
use crate::process;

/// The folder to put on PATH; `None` where a trunk that fits is there already.
pub(super) fn set_up(cache: &Cache, tools: &Tools) -> anyhow::Result<Option<PathBuf>> {
    let mut command = Command::new("trunk");
    command.arg("--version");
    if process::output_of(command).is_some_and(|output| fits(&output)) {
        return Ok(None);
    }
    let key = format!("trunk-{VERSION}");
    let place = cache.tool(&key).join("bin");
    if place.is_dir() {
        return Ok(Some(place));
    }
    announce(
        &format!("trunk {VERSION}"),
        "it builds the page",
        "5 to 10 minutes",
    );
    let wanted = Crate {
        key: &key,
        name: "trunk",
        version: VERSION,
        arguments: &["--locked"],
    };
    cargo_install::install(cache, tools, &wanted).map(Some)
}

/// Whether this is a trunk of the series that Trunk.toml is written for.
fn fits(output: &str) -> bool {
    let version = output.trim().strip_prefix("trunk ");
    version.is_some_and(|version| version.starts_with(SERIES))
}

/// 0.22 wants a newer compiler than the workspace.
const VERSION: &str = "0.21.14";
const SERIES: &str = "0.21.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_series_fits() {
        assert!(fits("trunk 0.21.14\n"));
        assert!(fits("trunk 0.21.9"));
        assert!(!fits("trunk 0.22.1\n"));
        assert!(!fits("trunk 0.2.21.\n"));
        assert!(!fits(""));
        assert!(VERSION.starts_with(SERIES));
    }
}
