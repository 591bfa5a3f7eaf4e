//! wasm-opt, which makes the page's wasm smaller.

use std::path::PathBuf;
use std::process::Command;

use anyhow::ensure;

use super::{Cache, announce};
use crate::process;

/// The folder to put on PATH; `None` where a wasm-opt that fits is there already.
pub(super) fn set_up(cache: &Cache) -> anyhow::Result<Option<PathBuf>> {
    let mut command = Command::new("wasm-opt");
    command.arg("--version");
    if process::output_of(command).is_some_and(|output| fits(&output)) {
        return Ok(None);
    }
    let key = format!("binaryen-{VERSION}");
    let programs = "node_modules/.bin";
    let place = cache.tool(&key).join(programs);
    if place.is_dir() {
        return Ok(Some(place));
    }
    ensure!(
        process::on_path("npm").is_some(),
        "wasm-opt is missing, and npm, which would bring it: install Node.js with npm, or Binaryen \
         {OLDEST} or later"
    );
    announce(
        &format!("Binaryen {VERSION}"),
        "its wasm-opt makes the page smaller",
        "some seconds",
    );
    let place = cache.install(&key, |fresh| {
        let mut command = Command::new("npm");
        command
            .args(["install", "--no-audit", "--no-fund", "--prefix"])
            .arg(fresh);
        command.arg(format!("binaryen@{VERSION}"));
        process::run(command, &cache.log(&key))
    })?;
    Ok(Some(place.join(programs)))
}

/// `wasm-opt version 132 (version_132)`.
fn fits(output: &str) -> bool {
    let number = output.strip_prefix("wasm-opt version ").and_then(|rest| {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse::<u32>().ok()
    });
    number.is_some_and(|number| number >= OLDEST)
}

const VERSION: u32 = 132;
/// The first that takes the features which rustc switches on for wasm32 by itself.
const OLDEST: u32 = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_do_not_fit() {
        assert!(fits("wasm-opt version 132 (version_132)\n"));
        assert!(fits("wasm-opt version 120"));
        assert!(!fits("wasm-opt version 108\n"));
        assert!(!fits("wasm-opt version \n"));
        assert!(!fits(""));
    }
}
