//! What each fuzz target does with its input. What has to hold stands beside the ordinary tests.

#[path = "../../../diagnosis/tests/properties/hold.rs"]
mod hold;
#[path = "../../../diagnosis/tests/properties/keys.rs"]
mod keys_hold;
#[path = "../../../diagnosis/tests/properties/spf.rs"]
mod spf_holds;
#[path = "../../../diagnosis/tests/properties/stands.rs"]
mod stands;

use diagnosis::{
    case::Case,
    classify::classify,
    dns::{Answer, Outcome, read_answer, read_failure},
    text::{Raw, Text},
};

/// A paste of any bytes.
pub fn read(data: &[u8]) {
    hold::reading(data, decoder);
}

/// The fields of a delivery status, with nothing wrong around them.
pub fn report(data: &[u8]) {
    read(&[REPORT_HEAD, data, b"\n--b--\n"].concat());
}

/// The first part of a bounce, in the words of some mail system.
pub fn prose(data: &[u8]) {
    read(&[PROSE_HEAD, data].concat());
    read(data);
}

/// Lines of a log.
pub fn log_line(data: &[u8]) {
    read(data);
}

/// A session of SMTP.
pub fn transcript(data: &[u8]) {
    read(data);
}

/// JSON or CSV of a sending service.
pub fn webhook(data: &[u8]) {
    read(data);
}

/// A page, alone and as the only part of a mail.
pub fn html(data: &[u8]) {
    read(data);
    read(&[HTML_HEAD, data].concat());
    let raw = Raw::from_input(data);
    all_stands(data, &raw.decode(None, decoder).without_tags());
}

/// A mail whose body is encoded: the first byte says how, the second in which charset.
pub fn encoded(data: &[u8]) {
    let [encoding, charset, body @ ..] = data else {
        return;
    };
    let encoding = chosen(&ENCODINGS, *encoding);
    let charset = chosen(&CHARSETS, *charset);
    let head = format!(
        "From: MAILER-DAEMON@mx.firm.example\nTo: bo@shop.example\nSubject: Undelivered\n\
         MIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n\
         Content-Transfer-Encoding: {encoding}\n\n"
    );
    read(&[head.as_bytes(), body].concat());
    let raw = Raw::from_input(body);
    for raw in [
        raw.decode_base64(),
        raw.decode_quoted_printable(),
        raw.unquote(),
    ] {
        let text = raw.decode(Some(charset), decoder);
        all_stands(body, &text);
        all_stands(body, &text.without_encoded_words(decoder));
    }
}

/// Texts at a selector.
pub fn dkim(data: &[u8]) {
    keys_hold::dkim_holds(data);
}

/// Texts below `_dmarc`.
pub fn dmarc(data: &[u8]) {
    keys_hold::dmarc_holds(data);
}

/// An SPF record, and the records of the names that it leads to.
pub fn spf(data: &[u8]) {
    spf_holds::holds(data);
}

/// Several messages in one file.
pub fn mbox(data: &[u8]) {
    read(data);
}

/// From a paste to the report and the share link.
pub fn diagnosis(data: &[u8]) {
    hold::diagnosis(&hold::reading(data, decoder));
}

/// The marks in the paste.
pub fn annotate(data: &[u8]) {
    let Ok(paste) = std::str::from_utf8(data) else {
        return;
    };
    for case in hold::reading(data, decoder) {
        hold::segments(paste, &case);
    }
}

/// A fragment as it stands behind the `#`, and what may be packed into one.
pub fn share_link(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    hold::fragment(text);
    if let Some(fragment) = hold::fragment_of(text) {
        hold::fragment(&fragment);
    }
}

/// Bodies of answers, one a line, given to the questions about bounces of ours in turn.
pub fn dns_json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let answers: Vec<Answer> = text.lines().map(answer).collect();
    let mut endless = answers.iter().cycle();
    for paste in PASTES {
        for case in cases(paste) {
            hold::checks(&case, || match endless.next() {
                Some(answer) => answer.clone(),
                None => Answer::empty(Outcome::NxDomain),
            });
        }
    }
}

fn answer(body: &str) -> Answer {
    read_answer(body, Some(0)).unwrap_or_else(|_| read_failure(502, body, None))
}

fn cases(paste: &str) -> Vec<Case> {
    let bounces = diagnosis::read::read(paste.as_bytes(), decoder);
    bounces.into_iter().map(classify).collect()
}

/// Each character of a text stands inside the input.
#[track_caller]
fn all_stands(input: &[u8], text: &Text) {
    for span in text.spans(0..text.as_str().len()) {
        assert!(span.start < span.end && span.end <= input.len(), "{span:?}");
    }
}

fn chosen(words: &[&'static str], by: u8) -> &'static str {
    words[usize::from(by) % words.len()]
}

/// As `diagnose` decodes.
fn decoder(label: &str, bytes: &[u8]) -> Option<String> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
    let (text, _, _) = encoding.decode(bytes);
    Some(text.into_owned())
}

const ENCODINGS: [&str; 4] = ["7bit", "base64", "quoted-printable", "8bit"];

const CHARSETS: [&str; 12] = [
    "utf-8",
    "iso-8859-1",
    "iso-2022-jp",
    "shift_jis",
    "euc-jp",
    "gb18030",
    "big5",
    "koi8-r",
    "windows-1251",
    "utf-7",
    "utf-16",
    "utf-16le",
];

const REPORT_HEAD: &[u8] = b"From: MAILER-DAEMON@mx.firm.example\nTo: bo@shop.example\n\
Subject: Undelivered\nMIME-Version: 1.0\n\
Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
--b\nContent-Type: text/plain\n\nSorry.\n\n--b\nContent-Type: message/delivery-status\n\n";

const PROSE_HEAD: &[u8] = b"From: MAILER-DAEMON@mx.firm.example\nTo: bo@shop.example\n\
Subject: Undelivered\n\n";

const HTML_HEAD: &[u8] = b"From: MAILER-DAEMON@mx.firm.example\nTo: bo@shop.example\n\
Subject: Undelivered\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n";

/// Together they ask every kind of question.
const PASTES: [&str; 3] = [
    "<ana@firm.example>: host mx1.firm.example[192.0.2.10] said: 550 5.7.26 the sender \
     [203.0.113.25] is unauthenticated\n\nReturn-Path: <me@shop.example>\nReceived: from \
     out.shop.example ([203.0.113.25])\n\tby mx1.firm.example; Tue, 24 Nov 2026 10:00:00 +0000\n\
     DKIM-Signature: v=1; d=shop.example; s=mail; b=AA\nFrom: Me <me@mail.shop.example>\n\
     To: ana@firm.example\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n",
    "<ana@firm.example>: Host or domain name not found. Name service error for \
     name=firm.example type=MX: Host not found\n",
    "firm.example\n",
];
