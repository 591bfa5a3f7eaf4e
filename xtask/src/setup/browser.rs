//! Chromium and its driver, for the tests that run in a browser.

use std::path::PathBuf;

use anyhow::Context as _;

use super::{Cache, announce, apt};
use crate::process;

/// Chromium and chromedriver.
pub(super) fn set_up(cache: &Cache) -> anyhow::Result<(PathBuf, PathBuf)> {
    if let Some(found) = find() {
        return Ok(found);
    }
    announce(
        "Chromium and chromedriver",
        "the browser tests run in it",
        "1 to 3 minutes",
    );
    apt::install(cache, &["chromium", "chromium-driver"])
        .context("without Chromium and chromedriver on PATH the browser tests cannot run")?;
    find().context("Debian's packages are installed, but chromium or chromedriver is not on PATH")
}

fn find() -> Option<(PathBuf, PathBuf)> {
    let chromium = BROWSERS.iter().find_map(|name| process::on_path(name))?;
    Some((chromium, process::on_path("chromedriver")?))
}

const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
