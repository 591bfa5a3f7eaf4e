//! Whatever a file holds, `diagnose` reads it: no panic, no error, an object for each file.
//!
//! The files are made from a fixed seed, so that a failure comes again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

#[test]
fn any_bytes_are_read() {
    soak("bytes", |random| {
        (0..random.below(4_000)).map(|_| random.byte()).collect()
    });
}

#[test]
fn any_pieces_of_mail_are_read() {
    soak("mail", |random| {
        let pieces = (0..random.below(200)).map(|_| piece(random));
        pieces.flatten().collect()
    });
}

/// A line of mail, mostly whole, sometimes with a byte too many, quoted, or without its end.
fn piece(random: &mut Random) -> Vec<u8> {
    let mut piece = PIECES[random.below(PIECES.len())].as_bytes().to_vec();
    let place = random.below(piece.len() + 1);
    match random.below(12) {
        0 => piece.truncate(place),
        1 => piece.insert(place, random.byte()),
        2 => piece.splice(0..0, *b"> ").for_each(drop),
        _ => {}
    }
    let ending: &[u8] = [&b"\n"[..], b"\r\n", b"\r", b" ", b""][random.below(5)];
    piece.extend(ending);
    piece
}

#[track_caller]
fn soak(name: &str, mut make: impl FnMut(&mut Random) -> Vec<u8>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut random = Random(0x5eed);
    for batch in 0..BATCHES {
        let files: Vec<PathBuf> = (0..FILES)
            .map(|file| folder.path().join(format!("{name}-{batch}-{file}")))
            .collect();
        for file in &files {
            std::fs::write(file, make(&mut random)).expect("the folder can be written");
        }
        expect_all_read(&files);
        files
            .iter()
            .for_each(|file| std::fs::remove_file(file).expect("our own file"));
    }
}

/// One run of `diagnose` over all files; a failure keeps nothing, the seed makes the file again.
#[track_caller]
fn expect_all_read(files: &[PathBuf]) {
    let output = Command::new(support::diagnose())
        .arg("--json")
        .args(files)
        .output()
        .expect("diagnose starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{} at {:?}: {errors}",
        output.status,
        files.first()
    );
    let lines = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let read: BTreeSet<String> = lines.lines().map(source).collect();
    let missing: Vec<&Path> = files
        .iter()
        .map(PathBuf::as_path)
        .filter(|file| !read.contains(&*file.to_string_lossy()))
        .collect();
    assert!(missing.is_empty(), "no object for {missing:?}");
}

fn source(line: &str) -> String {
    let object: Value = serde_json::from_str(line).expect("each line is JSON");
    object["source"]
        .as_str()
        .expect("each object names its source")
        .to_owned()
}

/// xorshift64: enough to be different each time, the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below the limit, which is not 0.
    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).expect("lengths fit");
        usize::try_from(self.next() % limit).expect("it is below a length")
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }
}

const BATCHES: usize = 100;
const FILES: usize = 100;

const PIECES: &[&str] = &[
    "",
    "From MAILER-DAEMON Thu Nov 19 10:00:00 2026",
    "From: Mail Delivery System <mailer-daemon@mx.firm.example>",
    "To: <anna@shop.example>",
    "Subject: Undelivered Mail Returned to Sender",
    "Received: from out.shop.example (out.shop.example [192.0.2.25]) by mx.firm.example with ESMTPS",
    "DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=mail; b=AAAA",
    "MIME-Version: 1.0",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=\"=_b\"",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=\"\"",
    "Content-Type: message/delivery-status",
    "Content-Type: message/rfc822",
    "Content-Type: text/html; charset=utf-16",
    "Content-Type: text/plain; charset=\"no-such-charset\"",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: quoted-printable",
    "--=_b",
    "--=_b--",
    "Reporting-MTA: dns; mx.firm.example",
    "Arrival-Date: Thu, 19 Nov 2026 10:00:00 +0000",
    "Final-Recipient: rfc822; eva@firm.example",
    "Original-Recipient: rfc822;eva@firm.example",
    "Action: failed",
    "Action: delayed",
    "Status: 5.1.1",
    "Status: 4.999999.1",
    "Remote-MTA: dns; mx.firm.example",
    "Diagnostic-Code: smtp; 550 5.1.1 <eva@firm.example>: Recipient address rejected:",
    "    User unknown in virtual mailbox table",
    "550-5.7.26 This mail has been blocked because the sender is unauthenticated.",
    "550 5.7.26 [192.0.2.25] did not pass",
    "host mx.firm.example[203.0.113.5] said: 550 5.1.1 no such user (in reply to RCPT TO command)",
    "SMTP error from remote mail server after RCPT TO:<eva@firm.example>:",
    "This is the mail system at host mx.firm.example.",
    "<eva@firm.example>: ",
    "=?utf-8?B?w6TDtsO8?= =?utf-8?Q?=E4=F6?= =?x?",
    "VGhpcyBpcyB0aGUgbWFpbCBzeXN0ZW0=",
    "=C3=A4=\u{fffd}=\n=",
    "\u{feff}\u{202e}ä\u{0}\t\u{b}",
    "eva@firm.example",
    "192.0.2.25",
    "2001:db8::25",
    "<div><p>550 5.1.1</p><br>&lt;eva@firm.example&gt;",
];
