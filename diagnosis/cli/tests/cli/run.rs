//! Starting `diagnose`.

use std::{
    ffi::OsStr,
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The command, to be run in `folder`.
pub(crate) fn command(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diagnose"));
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Standard output as a value a line.
    pub(crate) fn reports(&self) -> Vec<Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs it to its end.
pub(crate) fn run<I: AsRef<OsStr>>(
    folder: &TempDir,
    arguments: impl IntoIterator<Item = I>,
) -> Ran {
    command(folder).args(arguments).output().unwrap().into()
}

/// Runs it, expects that all went well, and gives the reports.
pub(crate) fn reports(folder: &TempDir, arguments: &[&str]) -> Vec<Value> {
    let ran = run(folder, ["--json"].iter().chain(arguments));
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    ran.reports()
}

/// A folder with these files in it.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

/// Where each report comes from: source and index.
pub(crate) fn places(reports: &[Value]) -> Vec<(&str, u64)> {
    reports
        .iter()
        .map(|report| {
            let index = report["index"].as_u64().unwrap();
            (report["source"].as_str().unwrap(), index)
        })
        .collect()
}

/// The address of each report's first recipient, empty where there is none.
pub(crate) fn addresses(reports: &[Value]) -> Vec<&str> {
    reports
        .iter()
        .map(|report| {
            report["recipients"][0]["address"]
                .as_str()
                .unwrap_or_default()
        })
        .collect()
}
