//! What holds of every paste, whatever stands in it. Each function panics where it does not; the
//! tests beside it and the fuzz targets call the same ones.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diagnosis::{
    annotate::annotate,
    bounce::{Bounce, EnhancedStatus, Recipient, ReplyCode, Shape},
    case::Case,
    check::examine,
    checklist::advise,
    classify::classify,
    dns::{Answer, Answers},
    finding::Finding,
    json::ToJson,
    read::read,
    report::Report,
    share,
    text::{CharsetDecoder, Span, Spanned},
};
use miniz_oxide::deflate::compress_to_vec;

use super::stands;

/// Reads and judges a paste: there is a bounce, its places are places, its codes stand there.
pub(crate) fn reading(paste: &[u8], decoder: CharsetDecoder) -> Vec<Case> {
    let cases: Vec<Case> = read(paste, decoder).into_iter().map(classify).collect();
    assert!(!cases.is_empty(), "a paste gives at least one bounce");
    for case in &cases {
        places(paste, case);
        codes(paste, &case.bounce, decoder);
        texts(paste, &case.bounce);
    }
    cases
}

/// Every span lies inside the paste and inside of its message; a value's spans are in order and do
/// not overlap.
fn places(paste: &[u8], case: &Case) {
    let whole = case.bounce.span;
    assert!(
        whole.start <= whole.end && whole.end <= paste.len(),
        "the message lies at {whole:?} of {}",
        paste.len()
    );
    // What a service says of all its events stands once, above them.
    let around = match case.bounce.shape {
        Shape::Webhook => Span {
            start: 0,
            end: paste.len(),
        },
        _ => whole,
    };
    for (name, spans) in all_spans(case) {
        for span in spans {
            assert!(span.start < span.end, "{name}: {span:?} holds nothing");
            assert!(
                around.start <= span.start && span.end <= around.end,
                "{name}: {span:?} lies outside of {around:?}"
            );
        }
        let in_order = spans.windows(2).all(|pair| match pair {
            [one, next] => one.end <= next.start,
            _ => true,
        });
        assert!(in_order, "{name}: {spans:?} are not in order");
    }
}

/// Codes are read, never made: each stands at its spans.
fn codes(paste: &[u8], bounce: &Bounce, decoder: CharsetDecoder) {
    for recipient in &bounce.recipients {
        if let Some(status) = &recipient.status {
            let is = |word: &str| word.parse::<EnhancedStatus>() == Ok(status.value);
            stands::expect(paste, "status", status, is, decoder);
        }
        if let Some(code) = &recipient.reply_code {
            let is = |word: &str| word.parse::<ReplyCode>() == Ok(code.value);
            stands::expect(paste, "reply code", code, is, decoder);
        }
    }
}

/// Names and words are what stands at their spans.
fn texts(paste: &[u8], bounce: &Bounce) {
    let text = |name, value: Option<&Spanned<String>>| {
        if let Some(value) = value {
            stands::expect_text(paste, name, value);
        }
    };
    text("reporting MTA", bounce.reporting_mta.as_ref());
    for trial in &bounce.trials {
        text("what was tried", trial.host.as_ref());
        text("what a tool said", Some(&trial.said));
    }
    for recipient in &bounce.recipients {
        text("address", recipient.address.as_ref());
        text("original", recipient.original.as_ref());
        text("diagnostic", recipient.diagnostic.as_ref());
        text("remote MTA", recipient.remote_mta.as_ref());
        let ip = recipient.remote_ip.clone();
        text(
            "remote IP",
            ip.map(|ip| ip.map(|ip| ip.to_string())).as_ref(),
        );
    }
    let sending = &bounce.sending;
    text("HELO", sending.helo.as_ref());
    text("From domain", sending.from_domain.as_ref());
    text("envelope domain", sending.envelope_domain.as_ref());
    address(paste, "sending IP", sending.ip.as_ref());
    text("subject", bounce.returned.subject.as_ref());
    text("message ID", bounce.returned.message_id.as_ref());
}

/// An address may be written in several ways, and stand somewhere in what was decoded.
fn address(paste: &[u8], name: &str, ip: Option<&Spanned<IpAddr>>) {
    let Some(ip) = ip else { return };
    let is = |word: &str| {
        let word = word.trim_end_matches('.');
        word.parse() == Ok(ip.value) || word.trim_matches(':').parse() == Ok(ip.value)
    };
    stands::expect_word(paste, name, ip, |there| {
        is(there)
            || there
                .split(|c: char| !c.is_ascii_hexdigit() && c != '.' && c != ':')
                .any(is)
    });
}

/// The report of each case is JSON with a place for each recipient, and a link made of it opens
/// again to the same link.
pub(crate) fn diagnosis(cases: &[Case]) {
    for (index, case) in cases.iter().enumerate() {
        let findings = examine(case, &Answers::default()).findings;
        report(index, case, &findings);
        link(case, &findings, None);
    }
}

/// The report is JSON that says of each recipient what the case says.
pub(crate) fn report(index: usize, case: &Case, findings: &[Finding]) {
    assert_eq!(case.bounce.recipients.len(), case.judgements.len());
    let report = Report::new(index, case, findings, &advise(case, findings));
    let json: serde_json::Value =
        serde_json::from_str(&report.to_json()).expect("a report is JSON");
    let recipients = json["recipients"]
        .as_array()
        .expect("recipients are a list");
    assert_eq!(recipients.len(), case.bounce.recipients.len());
    for (json, recipient) in recipients.iter().zip(&case.bounce.recipients) {
        let status = recipient.status.as_ref().map(|v| v.value.to_string());
        assert_eq!(json["status"].as_str(), status.as_deref());
        let code = recipient.reply_code.as_ref().map(|v| u64::from(v.value.0));
        assert_eq!(json["reply_code"].as_u64(), code);
    }
    assert_eq!(
        json["headlines"].as_array().map(Vec::len),
        Some(report.headlines.len())
    );
}

/// A link that is made opens, and what opened makes the same link.
pub(crate) fn link(case: &Case, findings: &[Finding], looked_up: Option<i64>) {
    let link = share::encode(case, findings, looked_up);
    let (_, fragment) = link.split_once('#').expect("a link has a fragment");
    let shared = match share::decode(fragment) {
        // A link of very many recipients is longer than a link may be.
        Err(share::ShareError::TooLarge) => return,
        shared => shared.expect("our own link opens"),
    };
    assert_eq!(shared.looked_up, looked_up);
    assert_eq!(
        shared.case.bounce.recipients.len(),
        case.bounce.recipients.len()
    );
    report(0, &shared.case, &shared.findings);
    // A record of another type than was asked for is read as one of that type.
    let second = again(&shared);
    let (_, fragment) = second.split_once('#').expect("a link has a fragment");
    let shared = share::decode(fragment).expect("our own link opens");
    assert_eq!(
        second,
        again(&shared),
        "what a link holds makes another link"
    );
}

fn again(shared: &share::Shared) -> String {
    share::encode(&shared.case, &shared.findings, shared.looked_up)
}

/// A fragment from anywhere opens or is refused; what opened can be shown and shared.
pub(crate) fn fragment(text: &str) {
    if let Ok(shared) = share::decode(text) {
        report(0, &shared.case, &shared.findings);
        let link = again(&shared);
        let (_, fragment) = link.split_once('#').expect("a link has a fragment");
        let opened = share::decode(fragment);
        assert!(
            matches!(opened, Ok(_) | Err(share::ShareError::TooLarge)),
            "{opened:?}"
        );
    }
}

/// A link that holds this body: packed, and with the one check character that fits.
pub(crate) fn fragment_of(body: &str) -> Option<String> {
    let packed = URL_SAFE_NO_PAD.encode(compress_to_vec(body.as_bytes(), 1));
    let all = ('0'..='9').chain('A'..='Z').chain('a'..='z');
    let mut fragments = all.map(|check| format!("1.{packed}{check}"));
    fragments.find(|fragment| share::decode(fragment).is_ok())
}

/// The segments of an annotated paste are the message, none lost, none twice; and what the service
/// says around it.
pub(crate) fn segments(paste: &str, case: &Case) {
    let whole: String = annotate(paste, case)
        .iter()
        .map(|segment| segment.text.as_str())
        .collect();
    let Span { start, end } = case.bounce.span;
    let message = paste.get(start..end).unwrap_or_default();
    match case.bounce.shape {
        Shape::Webhook => assert!(paste.contains(&whole) && whole.contains(message)),
        _ => assert_eq!(whole, message),
    }
}

/// Whatever DNS answers, the checks come to an end: no question is asked twice.
pub(crate) fn checks(case: &Case, mut answer: impl FnMut() -> Answer) {
    let mut answers = Answers::default();
    for _ in 0..MAX_ROUNDS {
        let outcome = examine(case, &answers);
        report(0, case, &outcome.findings);
        if outcome.needs.is_empty() {
            link(case, &outcome.findings, Some(0));
            return;
        }
        for question in outcome.needs {
            assert!(!answers.contains(&question), "{question:?} is asked again");
            answers.insert(question, answer());
        }
    }
    panic!("there are still questions after {MAX_ROUNDS} rounds");
}

/// Redirections of records may lead on and on; the longest lawful chain is shorter.
const MAX_ROUNDS: usize = 30;

fn all_spans(case: &Case) -> Vec<(&'static str, &[Span])> {
    let bounce = &case.bounce;
    let mut all = Vec::new();
    all.extend(of("system", bounce.system.as_ref()));
    all.extend(of("reporting MTA", bounce.reporting_mta.as_ref()));
    all.extend(of("arrival date", bounce.arrival_date.as_ref()));
    bounce
        .recipients
        .iter()
        .for_each(|recipient| all.extend(spans_of_recipient(recipient)));
    all.extend(spans_of_sending(bounce));
    all.extend(spans_of_returned(bounce));
    let reasons = case
        .judgements
        .iter()
        .map(|it| ("reason", it.spans.as_slice()));
    all.extend(reasons);
    all
}

fn of<'a, T>(
    name: &'static str,
    value: Option<&'a Spanned<T>>,
) -> Option<(&'static str, &'a [Span])> {
    value.map(|value| (name, value.spans.as_slice()))
}

fn spans_of_recipient(recipient: &Recipient) -> impl Iterator<Item = (&'static str, &[Span])> {
    [
        of("address", recipient.address.as_ref()),
        of("original", recipient.original.as_ref()),
        of("action", recipient.action.as_ref()),
        of("status", recipient.status.as_ref()),
        of("reply code", recipient.reply_code.as_ref()),
        of("diagnostic", recipient.diagnostic.as_ref()),
        of("command", recipient.command.as_ref()),
        of("remote MTA", recipient.remote_mta.as_ref()),
        of("remote IP", recipient.remote_ip.as_ref()),
        of("last attempt", recipient.last_attempt_date.as_ref()),
        of("will retry until", recipient.will_retry_until.as_ref()),
        of("attempts", recipient.attempts.as_ref()),
        of("waited", recipient.waited_seconds.as_ref()),
        of("withheld", recipient.withheld.as_ref()),
        of("decoded", recipient.decoded.as_ref()),
    ]
    .into_iter()
    .flatten()
}

fn spans_of_sending(bounce: &Bounce) -> impl Iterator<Item = (&'static str, &[Span])> {
    let sending = &bounce.sending;
    let dkim = sending.dkim.iter().map(|it| ("DKIM", it.spans.as_slice()));
    [
        of("sending IP", sending.ip.as_ref()),
        of("HELO", sending.helo.as_ref()),
        of("From domain", sending.from_domain.as_ref()),
        of("envelope domain", sending.envelope_domain.as_ref()),
        of("decoded sender", sending.decoded.as_ref()),
    ]
    .into_iter()
    .flatten()
    .chain(dkim)
}

fn spans_of_returned(bounce: &Bounce) -> impl Iterator<Item = (&'static str, &[Span])> {
    let returned = &bounce.returned;
    let results = returned.authentication.iter();
    let results = results.map(|it| ("authentication", it.spans.as_slice()));
    let arc = returned.arc.iter().map(|it| ("ARC", it.spans.as_slice()));
    [
        of("subject", returned.subject.as_ref()),
        of("size", returned.size.as_ref()),
        of("date", returned.date.as_ref()),
        of("message ID", returned.message_id.as_ref()),
        of("bulk", returned.bulk.as_ref()),
        of("backscatter", returned.backscatter.as_ref()),
    ]
    .into_iter()
    .flatten()
    .chain(results)
    .chain(arc)
}
