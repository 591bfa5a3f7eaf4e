//! A paste becomes [`Bounce`]s. One file a *shape* of input; what only one system writes is a row
//! under `knowledge/`. Readers never fail: what they do not understand they leave out.

use std::collections::HashMap;

use crate::{
    bounce::{Action, Bounce, Kind, Recipient, Returned, Sending, Shape},
    knowledge,
    text::{CharsetDecoder, Lower, Raw, Spanned, Text},
};

mod address;
mod answer;
mod authentication;
mod diagnostic;
mod document;
mod encoded;
mod feedback;
mod headers;
mod log_line;
mod lone;
mod look_up;
mod loose;
mod mbox;
mod mime;
mod prose;
mod quoted;
mod record;
mod refused_domain;
mod reply;
mod report;
mod reporter;
mod returned;
mod sending;
mod slips;
mod transcript;
mod trial;
mod tries;
mod webhook;

use document::Document;

pub use mbox::is_separator as is_mbox_separator;

/// How many levels of `> ` are taken off at most.
const MAX_QUOTE_LEVELS: usize = 4;

/// Reads a paste; gives at least one [`Bounce`], of kind [`Kind::Other`] where nothing is
/// recognised. `decoder` knows the charsets that need tables.
#[must_use]
pub fn read(input: &[u8], decoder: CharsetDecoder) -> Vec<Bounce> {
    let is_blank = input.trim_ascii().is_empty();
    if is_blank || is_binary(input) {
        return vec![unreadable(input.len())];
    }
    let raw = Raw::from_input(input);
    let mut bounces: Vec<Bounce> = mbox::messages(raw.bytes())
        .into_iter()
        .flat_map(|range| read_one(&raw.slice(range), decoder))
        .collect();
    for bounce in &mut bounces {
        slips::note(input, bounce);
    }
    bounces
}

fn read_one(raw: &Raw, decoder: CharsetDecoder) -> Vec<Bounce> {
    let whole = raw.spans(0..raw.bytes().len());
    let start = whole.first().map_or(0, |span| span.start);
    let end = whole.last().map_or(start, |span| span.end);
    let plain = unquote(raw);
    let mut bounces = match trial::read(&plain) {
        Some(trials) => read_with_trials(&plain, &trials, decoder),
        None => read_parts(&Document::new(&plain, decoder)),
    };
    if let [only] = bounces.as_mut_slice() {
        only.span = crate::text::Span { start, end };
        only.mentioned = slips::addresses_in(raw.bytes());
    }
    bounces.iter_mut().for_each(encoded::note);
    bounces
}

/// What was tried by hand stands beside a bounce, where there is one; alone it says what it says.
fn read_with_trials(plain: &Raw, trials: &trial::Trials, decoder: CharsetDecoder) -> Vec<Bounce> {
    let mut is_session = trials.are_a_session();
    if trials.has_rest() {
        let mut rest = read_parts(&Document::new(&trials.rest, decoder));
        if trials.stand_beside(&rest) {
            rest.iter_mut().for_each(|bounce| trials.join(bounce));
            return rest;
        }
        // A session goes on behind what openssl prints.
        is_session |= rest.iter().any(is_refused_session);
    }
    let mut whole = read_parts(&Document::new(plain, decoder));
    is_session &= whole.iter().any(is_refused_session);
    if trials.are_most_of(plain) && !is_session {
        return vec![trials.alone()];
    }
    whole.iter_mut().for_each(|bounce| trials.join(bounce));
    whole
}

fn is_refused_session(bounce: &Bounce) -> bool {
    bounce.shape == Shape::Transcript && !bounce.recipients.is_empty()
}

/// Events of a sending service may be several in one document; everything else is one. In a whole
/// message they count where it says nothing else: somebody sent them on.
fn read_parts(document: &Document) -> Vec<Bounce> {
    let body = document.body();
    if let Some(lone) = lone::read(&body) {
        return vec![lone];
    }
    let is_message = !document.headers.is_empty();
    if !is_message && let Some(bounces) = webhook::read(&body) {
        return bounces;
    }
    let bounce = read_document(document);
    if is_message
        && bounce.kind == Kind::Other
        && let Some(bounces) = webhook::read(&body)
    {
        return bounces;
    }
    vec![bounce]
}

fn read_document(document: &Document) -> Bounce {
    let report = report::read(document);
    let body = document.body();
    let prose = prose::read(&body);
    let mut record = record::read(document, &body);
    let known = merge(report.recipients, prose);
    let shape = shape_of(report.found, &known);
    let known = match !report.found && is_guess(&known) {
        true => better(known, loose::read(&body)),
        false => known,
    };
    let (mut recipients, mut shape) = record::join(record.as_mut(), known, shape);
    if recipients.is_empty() {
        recipients = failed_recipients(document);
        if let Some(said) = reply::announced(&body) {
            let known = !recipients.is_empty();
            known.then(|| fill_in(&mut recipients, said));
        }
    }
    if recipients.is_empty() && is_bounce_of_some_kind(document, &body) {
        recipients = loose::read(&body);
        if recipients.is_empty()
            && let Some(whole) = document.uncut()
        {
            recipients = loose::read(whole);
        }
        shape = shape_of(report.found, &recipients);
    } else if matches!(shape, Shape::Report | Shape::Prose) && recipients.iter().any(says_nothing) {
        recipients = merge(recipients, loose::read(&body));
    }
    if let [only] = recipients.as_mut_slice()
        && shape == Shape::Prose
        && !(only.status.is_some() || only.reply_code.is_some())
    {
        take_reply(only, &body);
    }
    if shape == Shape::Unknown
        && let Some(recipient) = reply::read(&body).or_else(|| reply_without_code(document, &body))
    {
        shape = match document.headers.is_empty() {
            true => Shape::Reply,
            false => Shape::Prose,
        };
        let named = recipient.address.is_some() || !recipients.is_empty();
        fill_in(&mut recipients, recipient);
        if let (false, [only]) = (named, recipients.as_mut_slice()) {
            // What stands in the reply itself was looked at, and is somebody else's.
            let said = only
                .diagnostic
                .as_ref()
                .map(|said| said.value.to_ascii_lowercase());
            let is_new = |address: &Spanned<String>| {
                let address = address.value.to_ascii_lowercase();
                !said.as_ref().is_some_and(|said| said.contains(&address))
            };
            only.address = loose::read(&body)
                .into_iter()
                .find_map(|found| found.address)
                .filter(is_new);
        }
    }
    if shape == Shape::Prose && document.headers.is_empty() && is_one_paragraph(&body) {
        shape = Shape::Reply;
    }
    let mut bounce = Bounce {
        span: crate::text::Span { start: 0, end: 0 },
        kind: Kind::Other,
        shape,
        system: system_of(document, &body),
        reporting_mta: report.reporting_mta.or_else(|| reporter::read(&body)),
        arrival_date: report.arrival_date,
        recipients,
        sending: Sending::default(),
        returned: Returned::default(),
        mentioned: Vec::new(),
        trials: Vec::new(),
    };
    bounce.returned = returned::read(document, &bounce);
    bounce.sending = sending::read(document, &bounce, report.envelope_sender);
    record::fill_in(&mut bounce, record);
    bounce.kind = kind_of(document, &body, &bounce);
    tries::note(&body, bounce.shape, &mut bounce.recipients);
    bounce.returned.backscatter = returned::is_backscatter(document, &bounce);
    settle(document, &mut bounce);
    bounce
}

/// The reply of the server, quoted somewhere else in the text, says more than the sentences around
/// the address.
fn take_reply(recipient: &mut Recipient, body: &Text) {
    let quoted = reply::read(body).or_else(|| match tells_why(recipient) {
        true => None,
        false => reply::announced(body),
    });
    if let Some(mut quoted) = quoted {
        quoted.address = None;
        complete(&mut quoted, std::mem::take(recipient));
        *recipient = quoted;
    }
}

/// Gives each kind the recipients that it speaks of.
fn settle(document: &Document, bounce: &mut Bounce) {
    match bounce.kind {
        Kind::Bounce | Kind::Delay | Kind::Delivered => {}
        Kind::Complaint => {
            bounce.recipients =
                match document.returned.is_empty() && document.feedback_parts.is_empty() {
                    true => repliers(document),
                    false => feedback::recipients(document),
                };
            feedback::complete(document, &mut bounce.sending);
        }
        Kind::AutoReply => bounce.recipients = repliers(document),
        // Nothing that a fake says is worth a look.
        Kind::Suspicious => {
            bounce.recipients.clear();
            bounce.sending = Sending::default();
        }
        Kind::Other => bounce.recipients.clear(),
    }
}

/// Whoever answers automatically is the recipient of the message answered to.
fn repliers(document: &Document) -> Vec<Recipient> {
    let from = document.headers.first("from").map(address::all_in);
    let last = from.unwrap_or_default().pop();
    last.into_iter()
        .map(|address| Recipient {
            address: Some(address),
            ..Recipient::default()
        })
        .collect()
}

/// Whether it comes from a mail system and says that something was not delivered.
fn is_bounce_of_some_kind(document: &Document, body: &Text) -> bool {
    let text = document.uncut().unwrap_or(body);
    is_from_a_system(document)
        || knowledge::says("bounce", &head(text.as_str(), TELLING).lower())
        || knowledge::says("bounce", &lower_field(document, "subject"))
}

fn is_from_a_system(document: &Document) -> bool {
    let from = lower_field(document, "from");
    ["mailer-daemon", "postmaster", "mail delivery", "mdaemon"]
        .iter()
        .any(|name| from.contains(name))
}

fn lower_field(document: &Document, name: &str) -> String {
    let value = document.headers.first(name);
    value.map_or_else(String::new, |value| value.as_str().lower())
}

/// A few words that say no, such as a person copies them out of an error message.
fn reply_without_code(document: &Document, body: &Text) -> Option<Recipient> {
    const FEW: usize = 400;
    let is_short = body.as_str().trim().len() <= FEW;
    let lower = body.as_str().lower();
    let alone = document.headers.is_empty() && is_short && knowledge::says_refusal(&lower);
    alone.then(|| reply::words(body))
}

fn shape_of(report_found: bool, recipients: &[Recipient]) -> Shape {
    match (report_found, recipients.is_empty()) {
        (true, _) => Shape::Report,
        (false, false) => Shape::Prose,
        (false, true) => Shape::Unknown,
    }
}

/// The report's fields decide; what they leave open is filled in from the prose entry for the same
/// address. Prose entries for addresses that the report does not have are dropped: lists and aliases
/// are named in both places under different addresses.
fn merge(mut report: Vec<Recipient>, prose: Vec<Recipient>) -> Vec<Recipient> {
    if report.is_empty() {
        return prose;
    }
    let alone = report.len() == 1 && prose.len() == 1;
    let places = places(&report);
    for entry in prose {
        let address = entry.address.as_ref().map(|address| address.value.lower());
        let place = match alone {
            true => Some(0),
            false => address.and_then(|address| places.get(&address).copied()),
        };
        if let Some(recipient) = place.and_then(|place| report.get_mut(place)) {
            complete(recipient, entry);
        }
    }
    report
}

fn is_one_paragraph(body: &Text) -> bool {
    !body.as_str().trim().contains("\n\n")
}

/// Whether entries were taken for such only because an address stands at the beginning of a line.
fn is_guess(known: &[Recipient]) -> bool {
    !known.is_empty() && !known.iter().any(tells_why)
}

fn better(known: Vec<Recipient>, other: Vec<Recipient>) -> Vec<Recipient> {
    match other.iter().any(tells_why) {
        true => other,
        false => known,
    }
}

/// Whether a code or words that say no are known of a recipient.
fn tells_why(recipient: &Recipient) -> bool {
    recipient.status.is_some()
        || recipient.reply_code.is_some()
        || recipient
            .diagnostic
            .as_ref()
            .is_some_and(|said| knowledge::says_refusal(&said.value.lower()))
}

/// Whether neither words nor a code are known of it.
fn says_nothing(recipient: &Recipient) -> bool {
    recipient.diagnostic.is_none() && recipient.reply_code.is_none()
}

/// Where each address stands, in lower case.
fn places(recipients: &[Recipient]) -> HashMap<String, usize> {
    let mut places = HashMap::new();
    for (place, recipient) in recipients.iter().enumerate() {
        for address in [&recipient.address, &recipient.original]
            .into_iter()
            .flatten()
        {
            places.entry(address.value.lower()).or_insert(place);
        }
    }
    places
}

/// Whether one reply is but the first lines of the other: some servers report no more of it.
fn is_begun(begun: &str, whole: &str) -> bool {
    let has_more_lines = begun.as_bytes().get(3) == Some(&b'-');
    has_more_lines && begun.len() < whole.len() && whole.starts_with(begun)
}

fn complete(recipient: &mut Recipient, from: Recipient) {
    let Recipient {
        address,
        original,
        action,
        status,
        reply_code,
        diagnostic,
        command,
        remote_mta,
        remote_ip,
        last_attempt_date,
        will_retry_until,
        category,
        withheld,
        attempts,
        waited_seconds,
        // Noted when all addresses are known.
        decoded: _,
        written: _,
    } = from;
    let same_server = match (&recipient.remote_mta, &remote_mta) {
        (Some(one), Some(other)) => one.value.eq_ignore_ascii_case(&other.value),
        _ => true,
    };
    recipient.address = recipient.address.take().or(address);
    recipient.original = recipient.original.take().or(original);
    recipient.action = recipient.action.take().or(action);
    recipient.status = recipient.status.take().or(status);
    recipient.reply_code = recipient.reply_code.take().or(reply_code);
    recipient.diagnostic = match (recipient.diagnostic.take(), diagnostic) {
        (Some(begun), Some(whole)) if is_begun(&begun.value, &whole.value) => Some(whole),
        (known, said) => known.or(said),
    };
    recipient.command = recipient.command.take().or(command);
    if same_server {
        recipient.remote_mta = recipient.remote_mta.take().or(remote_mta);
        recipient.remote_ip = recipient.remote_ip.take().or(remote_ip);
    }
    recipient.last_attempt_date = recipient.last_attempt_date.take().or(last_attempt_date);
    recipient.will_retry_until = recipient.will_retry_until.take().or(will_retry_until);
    recipient.category = recipient.category.take().or(category);
    recipient.withheld = recipient.withheld.take().or(withheld);
    recipient.attempts = recipient.attempts.take().or(attempts);
    recipient.waited_seconds = recipient.waited_seconds.take().or(waited_seconds);
}

/// X-Failed-Recipients, which Exim and Gmail write into the head of a bounce.
fn failed_recipients(document: &Document) -> Vec<Recipient> {
    document
        .headers
        .all("x-failed-recipients")
        .flat_map(address::all_in)
        .map(|address| Recipient {
            address: Some(address),
            ..Recipient::default()
        })
        .collect()
}

/// One reply, given to each recipient that has none yet.
fn fill_in(recipients: &mut Vec<Recipient>, reply: Recipient) {
    if recipients.is_empty() {
        recipients.push(reply);
        return;
    }
    for recipient in recipients {
        complete(recipient, reply.clone());
    }
}

fn system_of(document: &Document, body: &Text) -> Option<Spanned<&'static str>> {
    let heads = document.headers.iter().map(|(_, value)| value);
    std::iter::once(body).chain(heads).find_map(|text| {
        let lower = head(text.as_str(), TELLING).to_ascii_lowercase();
        knowledge::system_in(&lower).map(|(name, range)| Spanned::new(name, text.spans(range)))
    })
}

fn kind_of(document: &Document, body: &Text, bounce: &Bounce) -> Kind {
    if !document.feedback_parts.is_empty() {
        return Kind::Complaint;
    }
    let lower = head(body.as_str(), TELLING).lower();
    let subject = document
        .headers
        .first("subject")
        .map(|value| value.as_str().lower())
        .unwrap_or_default();
    let known = !bounce.recipients.is_empty();
    let actions: Vec<Action> = bounce
        .recipients
        .iter()
        .filter_map(|recipient| recipient.action.as_ref().map(|action| action.value))
        .collect();
    if let Some(kind) = kind_of_actions(&actions) {
        return kind;
    }
    if feedback::is_in_words(document, &lower, &subject) {
        return Kind::Complaint;
    }
    if answer::is_answer(document, bounce, &lower, &subject) {
        return Kind::AutoReply;
    }
    if known && answer::is_success(bounce, &lower, &subject) {
        return Kind::Delivered;
    }
    if known && knowledge::says("delay", &lower) {
        return Kind::Delay;
    }
    if known && (has_failure(bounce, &lower, &subject) || is_from_a_system(document)) {
        return Kind::Bounce;
    }
    if document.is_auto_reply() || knowledge::says("auto-reply", &subject) {
        return Kind::AutoReply;
    }
    if !known && is_suspicious(&lower, &subject) {
        return Kind::Suspicious;
    }
    Kind::Other
}

fn kind_of_actions(actions: &[Action]) -> Option<Kind> {
    if actions.contains(&Action::Failed) {
        Some(Kind::Bounce)
    } else if actions.contains(&Action::Delayed) {
        Some(Kind::Delay)
    } else if actions.is_empty() {
        None
    } else {
        Some(Kind::Delivered)
    }
}

/// A name and some text are not yet a bounce: there must be a code, or words that say so.
fn has_failure(bounce: &Bounce, body: &str, subject: &str) -> bool {
    bounce.recipients.iter().any(tells_why)
        || knowledge::says("bounce", body)
        || knowledge::says("bounce", subject)
}

fn is_suspicious(body: &str, subject: &str) -> bool {
    let bait = knowledge::says("suspicious", body) || knowledge::says("suspicious", subject);
    bait && (body.contains("http://") || body.contains("https://") || body.contains("href"))
}

/// What kind of message it is and who wrote it is said at its beginning.
const TELLING: usize = 65_536;

/// The beginning of a text, at most so many bytes.
fn head(text: &str, longest: usize) -> &str {
    let end = (0..=longest.min(text.len()))
        .rev()
        .find(|&end| text.is_char_boundary(end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

fn unquote(raw: &Raw) -> Raw {
    let mut plain = raw.clone();
    for _ in 0..MAX_QUOTE_LEVELS {
        if !is_mostly_quoted(plain.bytes()) {
            break;
        }
        plain = plain.unquote();
    }
    plain
}

fn is_mostly_quoted(bytes: &[u8]) -> bool {
    let mut quoted = 0_usize;
    let mut plain = 0_usize;
    for line in bytes.split(|&byte| byte == b'\n') {
        match line.first() {
            Some(b'>') => quoted += 1,
            Some(_) => plain += 1,
            None => {}
        }
    }
    quoted > plain
}

/// Text has no NUL and few other control characters; images, archives and noise have.
fn is_binary(input: &[u8]) -> bool {
    const HEAD: usize = 65_536;
    const MOST_PER_CENT: usize = 3;
    let head = input.get(..HEAD).unwrap_or(input);
    let controls = head
        .iter()
        .filter(|byte| {
            byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)
        })
        .count();
    head.contains(&0) || controls * 100 > head.len() * MOST_PER_CENT
}

fn unreadable(len: usize) -> Bounce {
    Bounce::unknown(crate::text::Span { start: 0, end: len }, Shape::Unknown)
}
