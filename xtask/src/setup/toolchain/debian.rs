//! The way for machines where rustup can fetch nothing: Debian carries a current Rust for its
//! browsers, with the library's source, from which the standard library for wasm32 is built once.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

use super::super::{Cache, announce, apt, cache};
use super::{TARGET, holds_std, rustc_version};
use crate::process;

/// The name of the toolchain, linked and complete.
pub(super) fn set_up(cache: &Cache) -> anyhow::Result<String> {
    ensure!(
        apt::is_there(),
        "that comes with apt-get, which this machine does not have"
    );
    ensure!(
        process::on_path("rustup").is_some(),
        "that is chosen by rustup, which is not on PATH"
    );
    if !apt::missing(&PACKAGES).is_empty() {
        announce(
            "Debian's Rust toolchain",
            "rustup cannot fetch what the page is built with",
            "less than a minute",
        );
        apt::install(cache, &PACKAGES)?;
    }
    let version = rustc_version(RUSTC).with_context(|| format!("`{RUSTC} -vV` failed"))?;
    let stamp = format!("{version}{CRATES}\n");
    if !is_stamped(Path::new(PLACE), &stamp) {
        install_std(cache, &stamp)?;
    }
    link(cache, &version)?;
    Ok(NAME.to_owned())
}

/// Whether the folder holds the standard library that the stamp describes.
fn is_stamped(folder: &Path, stamp: &str) -> bool {
    std::fs::read_to_string(folder.join(STAMP)).is_ok_and(|found| found == stamp)
        && holds_std(&folder.join("lib"))
}

fn install_std(cache: &Cache, stamp: &str) -> anyhow::Result<()> {
    let built = cache.tool(BUILT);
    if !is_stamped(&built, stamp) {
        announce(
            "Rust's standard library for wasm32",
            "Debian brings only its source",
            "1 to 4 minutes",
        );
        cache::remove(&built)?;
        cache.install(BUILT, |fresh| build_std(cache, fresh, stamp))?;
    }
    let built = built.display();
    if !apt::is_root() {
        bail!(
            "it needs root once; run\n\n    sudo sh -c 'rm -rf {PLACE} && cp -r {built} {PLACE}'\n\n\
             and then the same command again"
        );
    }
    // Copied beside its place and renamed, so that a half-copied library is never used.
    let script = format!(
        "rm -rf {PLACE}.new && cp -r '{built}' {PLACE}.new && rm -rf {PLACE} && mv {PLACE}.new {PLACE}"
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]);
    process::run(command, &cache.log("wasm32-std-copy"))
}

/// Fills the folder with `lib/*.rlib` and, last, the stamp.
fn build_std(cache: &Cache, folder: &Path, stamp: &str) -> anyhow::Result<()> {
    let probe = cache.work(BUILT);
    write_probe(&probe)?;
    let mut command = Command::new(CARGO);
    command
        .current_dir(&probe)
        .args(["build", "--release", "--target", TARGET]);
    command
        .arg(format!("-Zbuild-std={CRATES}"))
        .arg("--target-dir")
        .arg(probe.join("target"));
    // -Zbuild-std is not stable; without bitcode the page's lto fails.
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", RUSTC);
    command
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env_remove("RUSTUP_TOOLCHAIN");
    process::run(command, &cache.log("wasm32-std-build"))?;

    let lib = folder.join("lib");
    process::make_folder(&lib)?;
    for file in libraries(&probe.join("target").join(TARGET).join("release/deps"))? {
        let name = file.file_name().context("a library has a name")?;
        std::fs::copy(&file, lib.join(name))
            .with_context(|| format!("could not copy {}", file.display()))?;
    }
    std::fs::write(folder.join(STAMP), stamp).context("could not write the stamp")?;
    cache::remove(&probe)
}

/// An empty crate: building it builds the standard library.
fn write_probe(probe: &Path) -> anyhow::Result<()> {
    // What an older compiler left would be copied as well.
    cache::remove(probe)?;
    process::make_folder(&probe.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"{PROBE}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n"
    );
    std::fs::write(probe.join("Cargo.toml"), manifest).context("could not write a manifest")?;
    std::fs::write(probe.join("src/lib.rs"), "#![no_std]\n").context("could not write a source")
}

/// The standard library's own files, without the probe's.
fn libraries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let files = std::fs::read_dir(folder)
        .with_context(|| format!("could not read {}", folder.display()))?;
    let paths = files.flatten().map(|file| file.path());
    Ok(paths.filter(|path| is_library(path)).collect())
}

fn is_library(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".rlib") && !name.starts_with(&format!("lib{PROBE}-"))
}

/// Makes the toolchain known to rustup.
fn link(cache: &Cache, version: &str) -> anyhow::Result<()> {
    if linked_version().is_none() {
        let mut command = Command::new("rustup");
        command.args(["toolchain", "link", NAME, "/usr"]);
        process::run(command, &cache.log("rustup-toolchain-link"))?;
    }
    ensure!(
        linked_version().as_deref() == Some(version),
        "rustup's toolchain `{NAME}` is another than {RUSTC}; `rustup toolchain link {NAME} /usr` \
         mends that"
    );
    Ok(())
}

fn linked_version() -> Option<String> {
    let mut command = Command::new("rustup");
    command.args(["run", NAME, "rustc", "-vV"]);
    process::output_of(command)
}

const NAME: &str = "debian";
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
/// lld-22 is what makes rust-lld, the linker for wasm32, more than a dangling link.
const PACKAGES: [&str; 7] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "lld-22",
    "rust-web-clippy",
    "rustfmt-web",
];
/// `test` is for the tests that run in the browser.
const CRATES: &str = "std,panic_abort,test";
const PLACE: &str = "/usr/lib/rustlib/wasm32-unknown-unknown";
const STAMP: &str = "bounce-clinic-stamp";
const BUILT: &str = "wasm32-std";
const PROBE: &str = "std_probe";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probe_is_not_part_of_the_library() {
        assert!(is_library(Path::new("/deps/libstd-723a93f9dad40af0.rlib")));
        assert!(!is_library(Path::new(
            "/deps/libstd_probe-ef056e8d8ad3f811.rlib"
        )));
        assert!(!is_library(Path::new(
            "/deps/libstd-723a93f9dad40af0.rmeta"
        )));
    }
}
