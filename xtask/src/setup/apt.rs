//! Debian's packages: installed as root, or named in a command for root.

use std::process::Command;
use std::sync::Once;

use anyhow::{bail, ensure};

use super::Cache;
use crate::process;

/// Those of the packages that are not installed.
pub(super) fn missing<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    packages
        .iter()
        .copied()
        .filter(|package| !is_installed(package))
        .collect()
}

/// Installs the packages that are missing.
pub(super) fn install(cache: &Cache, packages: &[&str]) -> anyhow::Result<()> {
    let packages = missing(packages);
    if packages.is_empty() {
        return Ok(());
    }
    ensure!(
        is_there(),
        "this machine has no apt-get that would bring {}",
        packages.join(", ")
    );
    if !is_root() {
        bail!(
            "this needs root; run\n\n    sudo sh -c 'apt-get update && apt-get install -y \
             --no-install-recommends {}'\n\nand then the same command again",
            packages.join(" ")
        );
    }
    prepare(cache);
    let mut command = apt_get(&["install", "-y", "--no-install-recommends", "--no-remove"]);
    command.args(&packages);
    process::run(command, &cache.log("apt-get-install"))
}

/// Whether this machine installs its packages with apt-get.
pub(super) fn is_there() -> bool {
    process::on_path("apt-get").is_some()
}

/// Whether this process may write where only root may.
pub(super) fn is_root() -> bool {
    let mut command = Command::new("id");
    command.arg("-u");
    process::output_of(command).is_some_and(|output| output.trim() == "0")
}

/// Once a run: mends an installation that was interrupted, and learns of new packages.
fn prepare(cache: &Cache) {
    static PREPARED: Once = Once::new();
    PREPARED.call_once(|| {
        let mut configure = Command::new("dpkg");
        configure
            .args(["--configure", "-a"])
            .env("DEBIAN_FRONTEND", "noninteractive");
        for (command, log) in [
            (configure, "dpkg-configure"),
            (apt_get(&["update"]), "apt-get-update"),
        ] {
            // No reason to stop: the lists at hand may do, and if not, the installation says so.
            if let Err(error) = process::run(command, &cache.log(log)) {
                println!("   going on, although {error:#}");
            }
        }
    });
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    // Another apt-get may hold the lock; it ends soon.
    command
        .args(["-o", "DPkg::Lock::Timeout=120"])
        .args(arguments);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_installed(package: &str) -> bool {
    let mut command = Command::new("dpkg-query");
    command.args(["--show", "--showformat=${db:Status-Status}", package]);
    process::output_of(command).is_some_and(|status| status.trim() == "installed")
}
