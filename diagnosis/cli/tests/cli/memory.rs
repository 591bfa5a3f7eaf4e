//! Memory does not grow with the number of messages.
#![cfg(target_os = "linux")]

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
};

use tempfile::TempDir;

use crate::{
    bounces::mbox,
    run::{command, folder},
};

/// Of few words, since what is measured is how many there are.
fn short_bounce(number: usize) -> String {
    format!(
        "From: MAILER-DAEMON@shop.example\nSubject: failure notice\n\n\
         <reader{number}@firm.example>:\n550 5.1.1 no mailbox\n"
    )
}

/// The most memory that `diagnose` has had in use for `lines` lines of output on `path`, in kB.
fn peak(folder: &TempDir, path: &str, lines: usize) -> u64 {
    // It waits for its standard input behind `path`, and can be looked at meanwhile.
    let mut child = command(folder)
        .args(["--csv", "--jobs", "2", path, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    assert_eq!(stdout.lines().take(lines + 1).count(), lines + 1);
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(child.stdin.take());
    child.wait().unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = line.and_then(|line| line.split_whitespace().next());
    peak.unwrap().parse().unwrap()
}

#[test]
fn ten_thousand_messages_take_as_much_as_a_thousand() {
    let few = mbox((0..1_000).map(short_bounce));
    let many = mbox((0..10_000).map(short_bounce));
    let folder = folder(&[("few", &few), ("many", &many)]);
    let (few, many) = (peak(&folder, "few", 1_000), peak(&folder, "many", 10_000));
    assert!(many < 2 * few, "{few} kB, then {many} kB");
}
