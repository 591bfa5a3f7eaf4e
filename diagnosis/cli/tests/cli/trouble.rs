//! What cannot be read, and output that nobody takes.

use std::{
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

use crate::{
    bounces::{bounce, mbox, recipient},
    run::{addresses, command, folder, run},
};

#[test]
fn what_cannot_be_read_is_one_sentence_and_the_others_are_done() {
    let folder = folder(&[("a", &bounce(0)), ("b", &bounce(1))]);
    let ran = run(&folder, ["--json", "a", "nowhere", "b"]);
    assert_eq!(ran.status, Some(1));
    assert_eq!(addresses(&ran.reports()), [recipient(0), recipient(1)]);
    assert!(ran.err.starts_with("diagnose: cannot read nowhere: "));
    assert_eq!(ran.err.lines().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_dead_link_in_a_folder_is_such_a_file() {
    let folder = folder(&[("mail/a", &bounce(0)), ("mail/c", &bounce(1))]);
    std::os::unix::fs::symlink("nowhere", folder.path().join("mail/b")).unwrap();
    let ran = run(&folder, ["--json", "mail"]);
    assert_eq!(ran.status, Some(1));
    assert_eq!(addresses(&ran.reports()), [recipient(0), recipient(1)]);
    assert!(ran.err.starts_with("diagnose: cannot read mail/b: "));
    assert_eq!(ran.err.lines().count(), 1);
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let folder = folder(&[("bounces", &mbox((0..300).map(bounce)))]);
    for form in [&["--json"] as &[_], &["--csv"], &[]] {
        let mut child = command(&folder)
            .args(form)
            .arg("bounces")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        // The pipe is closed behind the first line.
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn a_closed_pipe_is_not_waited_out_on_standard_input() {
    let folder = folder(&[]);
    let mut child = command(&folder)
        .args(["--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(mbox([bounce(0), bounce(1)]).as_bytes())
        .unwrap();
    // Standard input stays open all the time.
    assert_eq!(child.wait().unwrap().code(), Some(0));
    drop(stdin);
}
