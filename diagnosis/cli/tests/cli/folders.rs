//! Folders as arguments.

use std::{fs, process::Stdio};

use crate::{
    bounces::{bounce, mbox, recipient},
    run::{addresses, command, folder, places, reports, run},
};

#[test]
fn files_come_in_the_order_of_names_with_sub_folders_and_without_hidden_ones() {
    let files = [
        ("mail/new/2", &*bounce(2)),
        ("mail/cur/1:2,S", &bounce(1)),
        ("mail/a.eml", &bounce(0)),
        ("mail/z.mbox", &mbox([bounce(3), bounce(4)])),
        ("mail/.hidden", "550 5.1.1 no"),
        ("mail/.folder/file", "550 5.1.1 no"),
    ];
    let folder = folder(&files);
    let found = reports(&folder, &["mail"]);
    assert_eq!(
        places(&found),
        [
            ("mail/a.eml", 0),
            ("mail/cur/1:2,S", 0),
            ("mail/new/2", 0),
            ("mail/z.mbox", 0),
            ("mail/z.mbox", 1),
        ]
    );
    let expected: Vec<_> = (0..5).map(recipient).collect();
    assert_eq!(addresses(&found), expected);
}

#[test]
fn a_hidden_file_is_read_when_it_is_named() {
    let folder = folder(&[(".bounce", &bounce(0))]);
    assert_eq!(addresses(&reports(&folder, &[".bounce"])), [recipient(0)]);
}

#[test]
fn a_folder_with_nothing_in_it_is_said_and_is_no_failure() {
    let folder = folder(&[("kept/.hidden", "x"), ("bounce", &bounce(0))]);
    fs::create_dir_all(folder.path().join("empty/deeper")).unwrap();
    for path in ["empty", "kept"] {
        let ran = run(&folder, ["--json", path, "bounce"]);
        assert_eq!(ran.status, Some(0));
        assert_eq!(ran.err, format!("diagnose: {path} holds no files\n"));
        assert_eq!(addresses(&ran.reports()), [recipient(0)]);
    }
}

#[test]
fn without_any_message_the_names_of_the_columns_and_the_counts_are_still_there() {
    let folder = folder(&[]);
    let csv = run(&folder, ["--csv", "."]).out;
    assert!(csv.starts_with("source,index,") && csv.lines().count() == 1);
    let summary = run(&folder, ["--summary", "."]).out;
    assert!(summary.starts_with("0 messages, 0 recipients\n"));
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_loops_end() {
    use std::os::unix::fs::symlink;

    let folder = folder(&[("mail/cur/1", &bounce(1)), ("other/2", &bounce(2))]);
    let at = |path: &str| folder.path().join(path);
    symlink(at("mail"), at("mail/cur/again")).unwrap();
    symlink(at("mail/cur"), at("mail/same")).unwrap();
    symlink(at("mail/itself"), at("mail/itself")).unwrap();
    symlink(at("other"), at("mail/other")).unwrap();
    symlink(at("other/2"), at("mail/file")).unwrap();
    symlink(at("mail"), at("other/back")).unwrap();
    let ran = run(&folder, ["--json", "mail"]);
    assert_eq!(
        places(&ran.reports()),
        [("mail/cur/1", 0), ("mail/file", 0), ("mail/other/2", 0)]
    );
    // The link to itself is the only thing that cannot be read.
    assert!(ran.err.starts_with("diagnose: cannot read mail/itself: "));
    assert_eq!((ran.status, ran.err.lines().count()), (Some(1), 1));
}

#[cfg(unix)]
#[test]
fn sockets_in_a_folder_are_passed_over() {
    let folder = folder(&[("mail/1", &bounce(1))]);
    let _socket =
        std::os::unix::net::UnixListener::bind(folder.path().join("mail/socket")).unwrap();
    assert_eq!(places(&reports(&folder, &["mail"])), [("mail/1", 0)]);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_utf8_are_read() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let folder = folder(&[]);
    let name = OsStr::from_bytes(b"caf\xe9");
    fs::write(folder.path().join(name), bounce(1)).unwrap();
    let ran = run(&folder, [OsStr::new("--json"), name]);
    assert_eq!(places(&ran.reports()), [("caf\u{fffd}", 0)]);
    assert_eq!(addresses(&reports(&folder, &["."])), [recipient(1)]);
}

#[test]
fn a_folder_on_standard_input_is_an_error_like_any_other() {
    let folder = folder(&[]);
    let stdin = fs::File::open(folder.path());
    // Not every system opens folders.
    let Ok(stdin) = stdin else { return };
    let output = command(&folder)
        .arg("-")
        .stdin(Stdio::from(stdin))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(
        err.starts_with("diagnose: cannot read standard input: "),
        "{err}"
    );
}
