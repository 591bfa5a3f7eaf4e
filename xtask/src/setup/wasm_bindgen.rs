//! wasm-bindgen, which joins the page's wasm to the browser, and its runner for tests.

use std::path::PathBuf;
use std::process::Command;

use super::cargo_install::{self, Crate};
use super::{Cache, Tools, announce};
use crate::process;

/// The folder to put on PATH; `None` where the version of Cargo.lock is there already.
pub(super) fn set_up(
    cache: &Cache,
    tools: &Tools,
    version: &str,
) -> anyhow::Result<Option<PathBuf>> {
    if PROGRAMS.iter().all(|program| is_on_path(program, version)) {
        return Ok(None);
    }
    let key = format!("wasm-bindgen-{version}");
    let place = cache.tool(&key).join("bin");
    if place.is_dir() {
        return Ok(Some(place));
    }
    announce(
        &format!("wasm-bindgen {version}"),
        "it makes the page's wasm usable from a browser and must equal the version in Cargo.lock",
        "2 to 4 minutes",
    );
    // Without --locked: the crate's own lock file names versions that a lagging mirror may not have.
    // Without default features: they add only downloads that nothing here uses.
    let wanted = Crate {
        key: &key,
        name: "wasm-bindgen-cli",
        version,
        arguments: &["--no-default-features"],
    };
    cargo_install::install(cache, tools, &wanted).map(Some)
}

fn is_on_path(program: &str, version: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version");
    process::output_of(command).is_some_and(|output| has_version(&output, version))
}

/// `wasm-bindgen 0.2.130` or `wasm-bindgen 0.2.130 (1a2b3c4)`.
fn has_version(output: &str, version: &str) -> bool {
    output.split_whitespace().nth(1) == Some(version)
}

const PROGRAMS: [&str; 2] = ["wasm-bindgen", "wasm-bindgen-test-runner"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_compared_whole() {
        assert!(has_version("wasm-bindgen 0.2.130\n", "0.2.130"));
        assert!(has_version("wasm-bindgen 0.2.130 (1a2b3c4)\n", "0.2.130"));
        assert!(!has_version("wasm-bindgen 0.2.130\n", "0.2.13"));
        assert!(!has_version("", "0.2.130"));
    }
}
