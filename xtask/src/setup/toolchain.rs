//! A Rust toolchain that builds for wasm32: the one in use, with the target that rustup fetches, or
//! else Debian's, with a standard library built here.

mod debian;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;

use super::{Cache, announce};
use crate::process;

/// The toolchain to name in `RUSTUP_TOOLCHAIN`; `None` for the one that started xtask.
pub(super) fn set_up(cache: &Cache) -> anyhow::Result<Option<String>> {
    if has_target() {
        return Ok(None);
    }
    let version = rustc_version("rustc").context("`rustc -vV` failed: is Rust installed?")?;
    // A refusal is remembered as long as the toolchain stays the same, and only where the other way
    // led to the end: a laptop that was offline asks again.
    let refused_before = cache
        .stamp(REFUSED)
        .is_some_and(|refused| refused == version);
    if !refused_before {
        match ask_rustup(cache) {
            Ok(()) => return Ok(None),
            Err(refusal) => println!("   rustup did not bring it: {refusal}"),
        }
    }
    let toolchain = debian::set_up(cache).with_context(|| {
        format!("rustup cannot fetch {TARGET}, and Debian's toolchain does not help yet")
    })?;
    if !refused_before {
        cache.set_stamp(REFUSED, &version)?;
    }
    Ok(Some(toolchain))
}

/// Whether the toolchain in use has a standard library for wasm32.
fn has_target() -> bool {
    let mut command = Command::new("rustc");
    command.args(["--print", "target-libdir", "--target", TARGET]);
    process::output_of(command).is_some_and(|folder| holds_std(&PathBuf::from(folder.trim())))
}

fn holds_std(folder: &std::path::Path) -> bool {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .into_iter()
        .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

/// `rustc -vV`, which changes with every release and every rebuild of a toolchain.
fn rustc_version(rustc: &str) -> Option<String> {
    let mut command = Command::new(rustc);
    command.arg("-vV");
    process::output_of(command)
}

/// Asks rustup for the target; an error is the reason why it did not come.
fn ask_rustup(cache: &Cache) -> Result<(), String> {
    if process::on_path("rustup").is_none() {
        return Err("it is not installed".to_owned());
    }
    announce(
        "the Rust target wasm32-unknown-unknown",
        "the page is built for it",
        "some seconds",
    );
    let mut command = Command::new("rustup");
    command
        .args(["target", "add", TARGET])
        .env("RUST_BACKTRACE", "0");
    let shown = process::show(&command);
    let log = cache.log("rustup-target-add");
    match process::run_for(command, &log, RUSTUP_LIMIT) {
        Some(status) if status.success() && has_target() => Ok(()),
        Some(_) => Err(format!("`{shown}` failed:\n{}", process::tail(&log))),
        None => Err(format!(
            "`{shown}` took more than {} s",
            RUSTUP_LIMIT.as_secs()
        )),
    }
}

const TARGET: &str = "wasm32-unknown-unknown";
const REFUSED: &str = "rustup-target-refused";
const RUSTUP_LIMIT: Duration = Duration::from_secs(20);
