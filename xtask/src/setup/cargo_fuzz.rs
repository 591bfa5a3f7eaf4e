//! cargo-fuzz, which builds and runs the fuzz targets.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use super::cargo_install::{self, Crate};
use super::{Cache, Tools, announce, apt};
use crate::process;

/// The folder to put on PATH; `None` where a cargo-fuzz that fits is there already.
pub(super) fn set_up(cache: &Cache, tools: &Tools) -> anyhow::Result<Option<PathBuf>> {
    set_up_compiler(cache)?;
    let mut command = Command::new("cargo-fuzz");
    command.arg("--version");
    if process::output_of(command).is_some_and(|output| fits(&output)) {
        return Ok(None);
    }
    let key = format!("cargo-fuzz-{VERSION}");
    let place = cache.tool(&key).join("bin");
    if place.is_dir() {
        return Ok(Some(place));
    }
    announce(
        &format!("cargo-fuzz {VERSION}"),
        "it runs the fuzz targets",
        "1 to 2 minutes",
    );
    let wanted = Crate {
        key: &key,
        name: "cargo-fuzz",
        version: VERSION,
        arguments: &["--locked"],
    };
    cargo_install::install(cache, tools, &wanted).map(Some)
}

/// libFuzzer is C++.
fn set_up_compiler(cache: &Cache) -> anyhow::Result<()> {
    if ["c++", "g++", "clang++"]
        .iter()
        .any(|name| process::on_path(name).is_some())
    {
        return Ok(());
    }
    announce(
        "g++",
        "the fuzz targets are linked with libFuzzer, which is C++",
        "less than a minute",
    );
    apt::install(cache, &["g++"]).context("without a C++ compiler the fuzz targets cannot be built")
}

fn fits(output: &str) -> bool {
    let version = output.trim().strip_prefix("cargo-fuzz ");
    version.is_some_and(|version| version.starts_with(SERIES))
}

const VERSION: &str = "0.13.2";
const SERIES: &str = "0.13.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_series_fits() {
        assert!(fits("cargo-fuzz 0.13.1\n"));
        assert!(!fits("cargo-fuzz 0.12.0\n"));
        assert!(!fits("cargo 0.13.1"));
        assert!(VERSION.starts_with(SERIES));
    }
}
