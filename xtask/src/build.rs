//! The builds that more than one task needs.

use std::path::PathBuf;
use std::process::Command;

use crate::setup::Tools;
use crate::workspace::Workspace;

/// The command that builds the page into [`Workspace::page`].
pub(crate) fn page(workspace: &Workspace, tools: &Tools) -> Command {
    let mut command = tools.command("trunk");
    command
        .current_dir(&workspace.root)
        .arg("build")
        .arg("--dist")
        .arg(workspace.page());
    // trunk refuses the usual NO_COLOR=1: it wants a word.
    command.env("NO_COLOR", "true");
    command
}

/// The command that builds the proxy as it is deployed, and the program that it makes.
pub(crate) fn release_proxy(workspace: &Workspace, tools: &Tools) -> (Command, PathBuf) {
    let mut command = tools.command("cargo");
    command
        .current_dir(&workspace.root)
        .args(["build", "--release", "--locked", "-p", "proxy"]);
    (
        command,
        crate::workspace::built(&workspace.target, "release", "proxy"),
    )
}
