//! What holds of every paste: over our own ones, and over what becomes of them when they are cut
//! off, quoted, encoded or doubled. The fuzz targets under `tests/fuzz` hold the same of anything.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test may fail loudly, and reads its pastes from files"
)]

mod forms;
mod hold;
mod keys;
mod seeds;
mod spf;
mod stands;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use diagnosis::{
    dns::{Answer, Outcome, read_answer, read_failure},
    text::no_decoder,
};
use seeds::Seed;

fn all_seeds() -> Vec<Seed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let seeds = seeds::all(root).unwrap();
    assert!(seeds.len() > 200, "only {} pastes are left", seeds.len());
    seeds
}

/// Runs `hold` on each form of each paste; says which it does not hold of.
#[track_caller]
fn expect<F: AsRef<[u8]>>(forms: impl Fn(&str) -> Vec<F>, hold: impl Fn(&[u8])) {
    let mut faults = Vec::new();
    for seed in all_seeds() {
        for (at, form) in forms(&seed.paste).iter().enumerate() {
            let holds = catch_unwind(AssertUnwindSafe(|| hold(form.as_ref())));
            if holds.is_err() {
                faults.push(format!("{}/{} form {at}", seed.group, seed.name));
            }
        }
    }
    assert!(faults.is_empty(), "it does not hold of: {faults:#?}");
}

fn reads(paste: &[u8]) {
    hold::reading(paste, no_decoder);
}

#[test]
fn every_paste_of_ours_is_read_reported_shared_and_annotated() {
    let forms = |paste: &str| vec![paste.to_owned(), forms::crlf(paste), forms::quoted(paste)];
    expect(forms, |paste| {
        let cases = hold::reading(paste, no_decoder);
        hold::diagnosis(&cases);
        let text = std::str::from_utf8(paste).unwrap();
        cases.iter().for_each(|case| hold::segments(text, case));
    });
}

#[test]
fn other_line_ends_doubled_text_and_mbox_files_are_read() {
    let forms = |paste: &str| {
        vec![
            forms::bare_cr(paste),
            forms::doubled(paste),
            forms::mbox(paste),
        ]
    };
    expect(forms, reads);
}

#[test]
fn encoded_pastes_are_read() {
    let forms = |paste: &str| {
        let html = forms::html(paste);
        let plain = "text/plain; charset=utf-8";
        vec![
            forms::mail("text/html; charset=utf-8", "8bit", &html),
            forms::mail(plain, "quoted-printable", &forms::quoted_printable(paste)),
            forms::mail(plain, "base64", &forms::base64(paste)),
            forms::mail("text/html", "base64", &forms::base64(&html)),
            html,
        ]
    };
    expect(forms, reads);
}

#[test]
fn what_is_cut_off_is_read() {
    expect(
        |paste| forms::cut_off(paste, 64).map(<[u8]>::to_vec).collect(),
        reads,
    );
}

#[test]
fn lines_may_be_missing() {
    expect(|paste| forms::without_a_line(paste).collect(), reads);
}

#[test]
fn lines_may_come_twice() {
    expect(|paste| forms::with_a_line_twice(paste).collect(), reads);
}

/// Whatever all servers of the world answer, to whatever paste.
#[test]
fn checks_come_to_an_end() {
    let bodies = seeds::dns_answers();
    let answers: Vec<Answer> = bodies
        .iter()
        .map(|body| read_answer(body, Some(0)).unwrap())
        .chain([
            read_failure(504, "", None),
            Answer::empty(Outcome::NxDomain),
        ])
        .collect();
    for seed in all_seeds().iter().filter(|seed| seed.group != "reply") {
        for case in hold::reading(seed.paste.as_bytes(), no_decoder) {
            let mut endless = answers.iter().cycle();
            hold::checks(&case, || endless.next().unwrap().clone());
        }
    }
}

/// Old links, and what mail programs leave of them.
#[test]
fn links_open_or_are_refused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let links = seeds::links(root).unwrap();
    assert!(!links.is_empty());
    let packed = seeds::link_bodies().into_iter().map(|body| {
        let fragment = hold::fragment_of(&body);
        fragment.unwrap_or_else(|| panic!("no link holds {body}"))
    });
    for link in links.into_iter().chain(packed) {
        assert!(diagnosis::share::decode(&link).is_ok(), "{link}");
        for cut in forms::cut_off(&link, 1) {
            hold::fragment(std::str::from_utf8(cut).unwrap());
        }
        hold::fragment(&link);
        hold::fragment(&forms::doubled(&link));
    }
}

/// What fuzz targets have found, each once: what did not hold, and of what.
#[test]
fn keys_and_dmarc_records_are_judged_whatever_they_hold() {
    let texts = seeds::DKIM_TEXTS.iter().chain(&seeds::DMARC_TEXTS);
    for text in texts {
        for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            keys::dkim_holds(&text.as_bytes()[..cut]);
            keys::dmarc_holds(&text.as_bytes()[..cut]);
        }
        for other in [
            text.replace(';', ";;"),
            text.replace('=', "= é"),
            text.repeat(40),
        ] {
            keys::dkim_holds(other.as_bytes());
            keys::dmarc_holds(other.as_bytes());
        }
    }
    let long = format!("v=DKIM1; p={}", "A".repeat(65_000));
    keys::dkim_holds(long.as_bytes());
    keys::dmarc_holds(format!("v=DMARC1; {}", "p=none;".repeat(9_000)).as_bytes());
    keys::dkim_holds("v=DKIM1; p=\n".repeat(10_000).as_bytes());
}

#[test]
fn spf_ends_and_keeps_its_limits() {
    for zone in seeds::SPF_ZONES {
        for cut in 0..zone.len() {
            spf::holds(&zone.as_bytes()[..cut]);
        }
        spf::holds(zone.as_bytes());
        spf::holds(zone.repeat(50).as_bytes());
        spf::holds(zone.replace(' ', " a:%{l-}.x ").as_bytes());
    }
    spf::holds("v=spf1 a:%{d}".repeat(5_000).as_bytes());
    spf::holds(format!("v=spf1 {}", "x.example ".repeat(6_000)).as_bytes());
    spf::holds(format!("v=spf1 mx ptr\n{}", "m:".repeat(10_000)).as_bytes());
}

#[test]
fn what_fuzzing_found_stays_mended() {
    let findings: [(&str, &[u8]); 9] = [
        (
            "places in a diagnostic are counted in bytes of the paste, of which some are no UTF-8",
            b"550 5.7.1 caf\xe9 caf\xe9: client [203.0.113.25] blocked using a list\n",
        ),
        (
            "the tags of a signature stand in any order",
            b"550 5.1.1 no such user\n\nReceived: from a.shop.example\nFrom: bo@shop.example\n\
              DKIM-Signature: v=1; s=mail; d=shop.example; b=AA\nTo: ana@firm.example\n",
        ),
        (
            "a status may stand before the reply code",
            b"<ana@firm.example>: host mx.firm.example said: 5.9.9 550 qqq\n",
        ),
        (
            "the colons at the end of an address belong to it",
            b"550 5.7.25 no PTR for client [2001:db8::]\n",
        ),
        (
            "a cell that holds quotation marks is shorter than what stands there",
            b"email,event,reason\n\
              ana@firm.example,bounce,\"550 5.7.1 The \"\"client\"\" [203.0.113.25] is blocked\"\n",
        ),
        (
            "a lone address stands behind whatever surrounds it",
            b";203.0.113.25",
        ),
        (
            "a part may end that was never begun",
            b"--b1\nContent-Type: message/global\n\nContent-Type: message/global\n\n\n--b1--",
        ),
        (
            "an address may lack its domain",
            b"Reporting-MTA: dns; mail.shop.example\nX-Postfix-Sender: rfc822; tom@\n\n\
              Final-Recipient: rfc822; ana@firm.example\nAction: failed\nStatus: 5.1.1\n",
        ),
        (
            "a diagnostic may end with dots on lines of their own",
            b"550 5.7.1 no\nuser at host mail.shop.example.\n.\n",
        ),
    ];
    for (what, paste) in findings {
        let holds = catch_unwind(|| hold::diagnosis(&hold::reading(paste, no_decoder)));
        assert!(holds.is_ok(), "{what}");
    }
}
