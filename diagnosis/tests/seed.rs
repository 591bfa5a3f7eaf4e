//! The wordings of "550 5.1.1" that the project began with, each alone, in a report and in prose, and
//! where each piece of the advice that came with them is given.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail loudly"
)]

use diagnosis::{case::Case, classify::classify, read::read, text::no_decoder};

/// Reply as the server wrote it, reason, status, responsible.
const WORDINGS: [(&str, &str, &str, &str); 14] = [
    ("550 5.1.1 User unknown", "userunknown", "5.1.1", "sender"),
    (
        "550 5.1.1 Recipient rejected",
        "userunknown",
        "5.1.1",
        "sender",
    ),
    (
        "550 5.1.1 Recipient address rejected",
        "userunknown",
        "5.1.1",
        "sender",
    ),
    (
        "550 5.1.1 Recipient address rejected: User unknown in virtual alias table",
        "userunknown",
        "5.1.1",
        "sender",
    ),
    (
        "550 5.1.1 <user@domain.example>: Recipient address rejected: User unknown in relay recipient table",
        "userunknown",
        "5.1.1",
        "sender",
    ),
    (
        "550 5.1.1 The email account that you tried to reach does not exist",
        "userunknown",
        "5.1.1",
        "sender",
    ),
    (
        "550 5.1.1 Mailbox not found",
        "userunknown",
        "5.1.1",
        "sender",
    ),
    (
        "550 5.1.1 Invalid mailbox",
        "userunknown",
        "5.1.1",
        "sender",
    ),
    (
        "550 5.1.1 Mailbox unavailable",
        "userunknown",
        "5.1.1",
        "sender",
    ),
    (
        "550 5.1.1 Unrouteable address",
        "userunknown",
        "5.1.1",
        "sender",
    ),
    (
        "550 5.1.1 Mailbox temporarily disabled",
        "suspend",
        "5.1.1",
        "recipient",
    ),
    (
        "550 5.1.1 No such user here",
        "userunknown",
        "5.1.1",
        "sender",
    ),
    (
        "550 5.1.1 : Protocol error",
        "syntaxerror",
        "5.1.1",
        "sender-admin",
    ),
    (
        "5.5.1 Invalid command",
        "syntaxerror",
        "5.5.1",
        "sender-admin",
    ),
];

/// The shapes that each is put into.
const SHAPES: [(&str, &str); 6] = [
    ("alone", "{reply}"),
    ("with CRLF", "{reply}\r\n"),
    (
        "report",
        "Reporting-MTA: dns; mail.sender.example\n\nFinal-Recipient: rfc822; user@domain.example\nAction: failed\nStatus: {status}\nRemote-MTA: dns; mx.domain.example\nDiagnostic-Code: smtp; {reply}\n",
    ),
    (
        "whole report",
        "From: MAILER-DAEMON@mail.sender.example\nTo: me@sender.example\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nIt could not be delivered.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.sender.example\n\nFinal-Recipient: rfc822; user@domain.example\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {reply}\n\n--b--\n",
    ),
    (
        "Postfix's prose",
        "This is the mail system at host mail.sender.example.\n\n<user@domain.example>: host mx.domain.example[192.0.2.10] said: {reply} (in\n    reply to RCPT TO command)\n",
    ),
    (
        "Exim's prose",
        "The following address(es) failed:\n\n  user@domain.example\n    host mx.domain.example [192.0.2.10]\n    SMTP error from remote mail server after RCPT TO:<user@domain.example>:\n    {reply}\n",
    ),
];

fn case(paste: &str) -> Case {
    let mut bounces = read(paste.as_bytes(), no_decoder);
    assert_eq!(bounces.len(), 1, "{paste}");
    classify(bounces.remove(0))
}

#[test]
fn every_wording_gives_reason_status_and_side_in_every_shape() {
    let mut wrong = Vec::new();
    for (reply, reason, status, responsible) in WORDINGS {
        for (shape, frame) in SHAPES {
            let paste = frame.replace("{reply}", reply).replace("{status}", status);
            let case = case(&paste);
            let found = case.judgements.first().map(|judgement| {
                let recipient = &case.bounce.recipients[0];
                (
                    judgement.reason.as_str(),
                    recipient.status.as_ref().map(|s| s.value.to_string()),
                    judgement.responsible.as_str(),
                )
            });
            if found != Some((reason, Some(status.to_owned()), responsible)) {
                wrong.push(format!("{reply} ({shape}): {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_highlight_is_no_wider_than_the_value() {
    for (reply, _, status, _) in WORDINGS {
        for (shape, frame) in SHAPES {
            let paste = frame.replace("{reply}", reply).replace("{status}", status);
            let case = case(&paste);
            let recipient = &case.bounce.recipients[0];
            let text = |spans: &[diagnosis::text::Span]| -> String {
                let parts: Vec<&str> = spans.iter().map(|s| &paste[s.start..s.end]).collect();
                parts.join(" ")
            };
            let status = recipient.status.as_ref().unwrap();
            assert_eq!(
                text(&status.spans),
                status.value.to_string(),
                "{reply} ({shape})"
            );
            if let Some(code) = &recipient.reply_code {
                assert_eq!(
                    text(&code.spans),
                    code.value.to_string(),
                    "{reply} ({shape})"
                );
            }
            if let Some(address) = &recipient.address {
                assert_eq!(text(&address.spans), address.value, "{reply} ({shape})");
            }
            let said = recipient.diagnostic.as_ref().unwrap();
            assert_eq!(text(&said.spans), said.value, "{reply} ({shape})");
            let why = text(&case.judgements[0].spans).to_lowercase();
            assert!(
                said.value.to_lowercase().contains(&why) || why.contains(&status.value.to_string()),
                "{why}"
            );
        }
    }
}

#[test]
fn quoted_wrapped_and_indented_pastes_read_the_same() {
    for (reply, reason, ..) in WORDINGS {
        for (shape, frame) in SHAPES {
            let paste = frame
                .replace("{reply}", reply)
                .replace("{status}", &reply[4..9]);
            let quoted: String = paste.lines().map(|line| format!("> {line}\r\n")).collect();
            let bare_cr = paste.replace("\r\n", "\n").replace('\n', "\r");
            for (form, paste) in [("quoted", quoted), ("bare CR", bare_cr)] {
                let case = case(&paste);
                let found = case
                    .judgements
                    .first()
                    .map(|judgement| judgement.reason.as_str());
                assert_eq!(found, Some(reason), "{reply} ({shape}, {form})");
            }
        }
    }
}

#[test]
fn the_words_alone_are_enough() {
    for (reply, reason, ..) in WORDINGS.iter().filter(|(reply, ..)| reply.len() > 21) {
        let words = reply.trim_start_matches("550 5.1.1 ");
        let case = case(words);
        let found = case
            .judgements
            .first()
            .map(|judgement| judgement.reason.as_str());
        let rejected = words.starts_with("Recipient") && !words.contains("table");
        let expected = if rejected { "filtered" } else { reason };
        assert_eq!(found, Some(expected), "{words}");
        assert!(
            case.bounce.recipients.iter().all(|r| r.status.is_none()),
            "{words}"
        );
    }
}

/// Pastes that are no bounce, or hardly text, give one message without recipients.
#[test]
fn what_is_no_bounce_is_told_as_such() {
    let random: Vec<u8> = (0..200_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let pastes: [&[u8]; 7] = [
        b"",
        b"   \r\n\r\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        &random,
        b"From: ana@firm.example\nTo: bo@firm.example\nSubject: Lunch\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\nSee you at noon. Bring 550 euros.\n",
        "Дорогой друг, встречаемся завтра в полдень.".as_bytes(),
        b"<ana@firm.example> wrote:\n> hello\n",
    ];
    for paste in pastes {
        let bounces = read(paste, no_decoder);
        assert_eq!(bounces.len(), 1);
        assert_eq!(
            bounces[0].kind,
            diagnosis::bounce::Kind::Other,
            "{:.40}",
            String::from_utf8_lossy(paste)
        );
        assert!(bounces[0].recipients.is_empty());
    }
}

#[test]
fn a_lone_name_is_what_the_checks_are_about() {
    let address = case(" Ana@Firm.example \n");
    assert_eq!(
        address.bounce.recipients[0].address.as_ref().unwrap().value,
        "Ana@firm.example"
    );
    for taken_along in [
        "mailto:ana@firm.example",
        "<'ana@firm.example'>",
        "\"ana@firm.example\"",
    ] {
        let address = case(taken_along);
        assert_eq!(
            address.bounce.recipients[0].address.as_ref().unwrap().value,
            "ana@firm.example",
            "{taken_along}"
        );
    }
    let domain = case("firm.example.");
    assert_eq!(
        domain.bounce.sending.from_domain.as_ref().unwrap().value,
        "firm.example"
    );
    let ip = case("[203.0.113.25]");
    assert_eq!(
        ip.bounce.sending.ip.as_ref().unwrap().value.to_string(),
        "203.0.113.25"
    );
    assert!(case("5.4.1").bounce.sending.from_domain.is_none());
}

#[test]
fn several_messages_in_an_mbox_are_read_one_by_one() {
    let one = "From MAILER-DAEMON Tue Nov 24 10:00:00 2026\nFrom: MAILER-DAEMON@a.example\nTo: b@a.example\nSubject: Undelivered Mail\n\n<x@c.example>: host mx.c.example[192.0.2.9] said: 550 5.1.1 User unknown\n\n";
    let bounces = read(format!("{one}{one}{one}").as_bytes(), no_decoder);
    assert_eq!(bounces.len(), 3);
    assert!(bounces.iter().all(|bounce| bounce.recipients.len() == 1));
    assert_eq!(bounces[1].span.start, one.len());
}

/// A multipart message that a gateway took the boundaries from: nothing of the body is lost.
#[test]
fn lost_boundaries_lose_no_recipient() {
    let case = case(
        "From: MAILER-DAEMON@mail.sender.example\nTo: me@sender.example\nSubject: Returned mail\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=\"gone\"\n\n   ----- Transcript of session follows -----\n554 <user@domain.example>... Service unavailable\n\nReporting-MTA: dns; mail.sender.example\n\nAction: failed\nFinal-Recipient: rfc822; user@domain.example\nOriginal-Recipient: rfc822; all@domain.example\nStatus: 5.5.0\n\nFrom: me@sender.example\nTo: user@domain.example\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n",
    );
    let [recipient] = case.bounce.recipients.as_slice() else {
        panic!("one recipient: {:?}", case.bounce.recipients);
    };
    assert_eq!(
        recipient.address.as_ref().unwrap().value,
        "user@domain.example"
    );
    assert_eq!(
        recipient.original.as_ref().unwrap().value,
        "all@domain.example"
    );
    assert_eq!(
        recipient.status.as_ref().unwrap().value.to_string(),
        "5.5.0"
    );
    assert_eq!(
        case.bounce.sending.from_domain.as_ref().unwrap().value,
        "sender.example"
    );
}

#[test]
fn complaints_and_automatic_replies_name_who_they_are_from() {
    let complaint = case(
        "From: feedback@provider.example\nTo: abuse@shop.example\nSubject: complaint\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=\"f\"\n\n--f\nContent-Type: text/plain\n\nThis is an abuse report.\n\n--f\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: ana@provider.example\nSource-IP: 203.0.113.25\n\n--f\nContent-Type: message/rfc822\n\nFrom: news@shop.example\nTo: somebody@provider.example\nSubject: News\n\nHi\n--f--\n",
    );
    assert_eq!(complaint.bounce.kind, diagnosis::bounce::Kind::Complaint);
    assert_eq!(complaint.bounce.recipients.len(), 1);
    assert_eq!(
        complaint.bounce.recipients[0]
            .address
            .as_ref()
            .unwrap()
            .value,
        "ana@provider.example"
    );
    assert_eq!(
        complaint
            .bounce
            .sending
            .ip
            .as_ref()
            .unwrap()
            .value
            .to_string(),
        "203.0.113.25"
    );
    assert_eq!(complaint.judgements[0].reason.as_str(), "feedback");

    let reply = case(
        "From: Ana <ana@firm.example>\nTo: me@shop.example\nSubject: Away until May\nAuto-Submitted: auto-replied\n\nI am away.\n",
    );
    assert_eq!(reply.bounce.kind, diagnosis::bounce::Kind::AutoReply);
    assert_eq!(
        reply.bounce.recipients[0].address.as_ref().unwrap().value,
        "ana@firm.example"
    );
    assert_eq!(reply.judgements[0].reason.as_str(), "vacation");
}

/// A piece of the first advice, the case that reaches it, and what must stand in that case's steps.
const ADVICE: [(&str, &str, &str); 32] = [
    (
        "check the spelling, a missed or doubled character",
        "unknown_user",
        "check-the-spelling :: missed, doubled",
    ),
    (
        "ask for the right address",
        "unknown_user",
        "ask-for-the-right-address",
    ),
    (
        "the MX may lead to the wrong server: trace it",
        "unknown_user_at_the_wrong_server",
        "correct-where-mail-goes :: dig +trace firm.example MX",
    ),
    (
        "ask for the MX records",
        "unknown_user_at_the_wrong_server",
        "look-for-a-fixed-route :: dig firm.example MX",
    ),
    (
        "is the server that refused one of the MXs",
        "unknown_user_at_the_wrong_server",
        "send-once-more-to-the-right-server :: old.hoster.example",
    ),
    (
        "tell the recipient's administrator to correct DNS",
        "unknown_user_at_the_wrong_server",
        "correct-where-mail-goes :: have the DNS records of firm.example corrected",
    ),
    (
        "has the MX host an address",
        "mx_host_is_private",
        "mend-the-mx-host :: dig mx1.firm.example A",
    ),
    (
        "try the connection by telnet",
        "no_connection_in_time",
        "test-the-connection :: telnet mx1.firm.example 25",
    ),
    (
        "no connection: your server is shut out",
        "no_connection_in_time",
        "test-the-connection :: shuts you out",
    ),
    (
        "a listed IP: look for spam in the logs",
        "listed_own_server",
        "find-the-account-on-postfix :: /var/log/mail.log",
    ),
    (
        "malicious scripts",
        "listed_own_server",
        "find-the-account-on-postfix :: script",
    ),
    (
        "stop the offending mailbox",
        "listed_own_server",
        "find-the-account-on-postfix :: stop it",
    ),
    (
        "change the passwords",
        "listed_shared_host",
        "find-the-account-on-exim :: Change that password",
    ),
    (
        "each list has its own removal",
        "listed_own_server",
        "get-off-the-list :: Each list",
    ),
    (
        "a shared IP gets listed through others",
        "listed_bulk_service",
        "have-your-provider-ask :: shared",
    ),
    (
        "reverse DNS",
        "reverse_dns_missing",
        "set-reverse-dns :: dig -x 203.0.113.25",
    ),
    (
        "SPF: begins with v=spf1",
        "authentication_all_missing",
        "publish-spf :: v=spf1",
    ),
    (
        "SPF: nslookup -type=txt",
        "authentication_all_missing",
        "publish-spf :: nslookup -type=txt shop.example",
    ),
    (
        "DKIM: the domain's own name server",
        "authentication_all_missing",
        "publish-a-dkim-key :: dig +short shop.example NS",
    ),
    (
        "DKIM: SELECTOR._domainkey",
        "authentication_all_missing",
        "publish-a-dkim-key :: s1._domainkey.shop.example TXT",
    ),
    (
        "DKIM: begins with v=DKIM1",
        "authentication_all_missing",
        "publish-a-dkim-key :: v=DKIM1",
    ),
    (
        "DMARC: begins with v=DMARC1",
        "authentication_all_missing",
        "publish-dmarc :: v=DMARC1",
    ),
    (
        "DNS has to show that the IP may use the domain",
        "spf_without_the_server",
        "add-the-server-to-spf :: ip4:203.0.113.25",
    ),
    (
        "Exchange: only authenticated senders",
        "exchange_wants_inside_senders",
        "let-outside-senders-in :: Mailbox features > Message delivery restrictions > View details",
    ),
    (
        "Exchange: the same behind \"user unknown\"",
        "exchange_unknown_user",
        "look-at-exchanges-recipients :: RequireSenderAuthenticationEnabled",
    ),
    (
        "Exim: the route that was taken",
        "own_server_keeps_a_hosted_domain_cpanel",
        "ask-exim-for-the-route :: exim -bt info@firm.example",
    ),
    (
        "Exim: filters and custom rules",
        "own_server_keeps_a_hosted_domain_cpanel",
        "ask-exim-for-the-route :: filters and custom rules",
    ),
    (
        "Postfix: stop treating the domain as local",
        "own_server_keeps_a_hosted_domain_postfix",
        "take-the-domain-out-of-postfix :: mydestination",
    ),
    (
        "qmail: stop treating the domain as local",
        "qmail_unknown_user",
        "correct-qmails-control-files :: virtualdomains",
    ),
    (
        "lists: verify addresses when they come in",
        "unknown_user_bulk",
        "check-how-addresses-come-in",
    ),
    (
        "lists: remove hard bounces at once",
        "unknown_user_bulk",
        "remove-dead-addresses-by-themselves :: at once",
    ),
    (
        "5.5.1: AUTH or STARTTLS left out, or a firewall",
        "invalid_command",
        "speak-esmtp :: AUTH or STARTTLS left out",
    ),
];

/// `checks.rs` holds each case to its steps; here it is held that no piece of advice is lost.
#[test]
fn every_piece_of_the_first_advice_is_reached_by_a_bounce() {
    let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/advice");
    let mut lost = Vec::new();
    for (piece, name, step) in ADVICE {
        let case = std::fs::read_to_string(cases.join(format!("{name}.txt"))).unwrap_or_default();
        let steps = case
            .split_once("--- steps\n")
            .map_or("", |(_, steps)| steps);
        if !steps.lines().any(|line| line == step) {
            lost.push(format!("{piece}: {name} has no line {step:?}"));
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}
