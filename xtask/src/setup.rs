//! Set-up: what a task needs is looked for first, and installed only where it is missing.
//!
//! Tools lie in one cache folder outside the checkout, keyed by version. Each is put together in a
//! folder of its own and renamed when complete, so that a run may be interrupted at any point and
//! several may go on at once.

mod cache;
mod toolchain;

mod apt;
mod binaryen;
mod bind;
mod browser;
mod cargo_fuzz;
mod cargo_install;
mod pyspf;
mod trunk;
mod unbound;
mod wasm_bindgen;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use cache::Cache;

use crate::workspace::Workspace;

/// What a task stands on. A Rust toolchain that builds for wasm32 is always set up.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Need {
    /// Chromium and its driver.
    Browser,
    /// cargo-fuzz.
    Fuzzer,
    /// BIND's `named`, and unbound.
    NameServer,
    /// trunk, wasm-bindgen and wasm-opt.
    Page,
    /// pyspf.
    SpfPeer,
}

/// The tools that were found or installed.
#[derive(Default)]
pub(crate) struct Tools {
    /// The rustup toolchain for every cargo call; `None` is the one that started xtask.
    toolchain: Option<String>,
    /// Folders that go before those of PATH.
    folders: Vec<PathBuf>,
    pub(crate) chromium: Option<PathBuf>,
    pub(crate) chromedriver: Option<PathBuf>,
    pub(crate) named: Option<PathBuf>,
    pub(crate) unbound: Option<PathBuf>,
    pub(crate) spf_peer: Option<PathBuf>,
}

impl Tools {
    /// A command that sees the tools and the toolchain.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        forget_outer_cargo(&mut command);
        command.env("PATH", self.path());
        if let Some(toolchain) = &self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        command
    }

    fn path(&self) -> OsString {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let folders = self
            .folders
            .iter()
            .cloned()
            .chain(std::env::split_paths(&old));
        // A folder whose name holds the separator cannot stand in PATH; the old PATH then has to do.
        std::env::join_paths(folders).unwrap_or(old)
    }
}

/// Sets up what the needs ask for; says what it installs, and nothing where all is there.
pub(crate) fn set_up(workspace: &Workspace, needs: &[Need]) -> anyhow::Result<Tools> {
    let cache = Cache::open()?;
    let mut tools = Tools {
        toolchain: toolchain::set_up(&cache)?,
        ..Tools::default()
    };
    if needs.contains(&Need::Page) {
        let version = workspace.locked_version("wasm-bindgen")?;
        tools.folders.extend(binaryen::set_up(&cache)?);
        tools
            .folders
            .extend(wasm_bindgen::set_up(&cache, &tools, &version)?);
        tools.folders.extend(trunk::set_up(&cache, &tools)?);
    }
    if needs.contains(&Need::Browser) {
        let (chromium, chromedriver) = browser::set_up(&cache)?;
        tools.chromium = Some(chromium);
        tools.chromedriver = Some(chromedriver);
    }
    if needs.contains(&Need::Fuzzer) {
        tools.folders.extend(cargo_fuzz::set_up(&cache, &tools)?);
    }
    if needs.contains(&Need::NameServer) {
        tools.named = Some(bind::set_up(&cache)?);
        tools.unbound = Some(unbound::set_up(&cache)?);
    }
    if needs.contains(&Need::SpfPeer) {
        tools.spf_peer = Some(pyspf::set_up(&cache)?);
    }
    Ok(tools)
}

/// Removes what `cargo run` tells xtask about the package xtask: other builds must not see it.
fn forget_outer_cargo(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text == "CARGO" || text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_")
        {
            command.env_remove(&name);
        }
    }
}

/// Says what is being installed, why, and how long it usually takes.
fn announce(what: &str, why: &str, how_long: &str) {
    println!("Installing {what}: {why}. It usually takes {how_long}.");
}
