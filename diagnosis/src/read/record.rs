//! What a record of SMTP itself says: log lines and transcripts of sessions.

use crate::{
    bounce::{Action, Bounce, Recipient, Sending, Shape},
    text::{Lower, Spanned, Text},
};

use super::{document::Document, log_line, transcript};

/// What was read from a log or a transcript.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) shape: Shape,
    pub(super) recipients: Vec<Recipient>,
    pub(super) reporting_mta: Option<Spanned<String>>,
    /// What the log or the session says of the sending side.
    pub(super) sending: Sending,
    /// Whether it is a part of a report for people, which names the recipients itself: Sendmail and
    /// Courier put the session behind their entries.
    pub(super) adds: bool,
}

/// Reads the body of a paste: a session, else log lines.
pub(super) fn read(document: &Document, body: &Text) -> Option<Record> {
    let session = transcript::read(body, document.uncut());
    let mut record = session.or_else(|| log_line::read(body))?;
    record.adds |= record.shape == Shape::Transcript && !document.headers.is_empty();
    Some(record)
}

/// Puts the record beside what the other readers found: a report's own recipients stay and are
/// completed; prose gives way to a record that stands for itself.
pub(super) fn join(
    record: Option<&mut Record>,
    known: Vec<Recipient>,
    shape: Shape,
) -> (Vec<Recipient>, Shape) {
    let Some(record) = record else {
        return (known, shape);
    };
    let found = std::mem::take(&mut record.recipients);
    match (known.is_empty(), shape) {
        (true, _) => (found, record.shape),
        (false, Shape::Report) => match record.shape {
            Shape::Transcript => (super::merge(finished(known, &found), found), shape),
            _ => (known, shape),
        },
        (false, _) if record.adds => (over(finished(known, &found), &found), shape),
        (false, _) => (found, record.shape),
    }
}

/// A session without the addresses still has the replies that the report only begins.
fn finished(mut known: Vec<Recipient>, found: &[Recipient]) -> Vec<Recipient> {
    for recipient in &mut known {
        let Some(begun) = &recipient.diagnostic else {
            continue;
        };
        let whole = found.iter().filter_map(|said| said.diagnostic.as_ref());
        let whole = whole
            .clone()
            .find(|whole| super::is_begun(&begun.value, &whole.value));
        if let Some(whole) = whole {
            recipient.diagnostic = Some(whole.clone());
        }
    }
    known
}

/// The session's own words before those of the prose, which stand around and in front of it.
fn over(known: Vec<Recipient>, found: &[Recipient]) -> Vec<Recipient> {
    let places = super::places(found);
    let alone = (known.len() == 1 && found.len() == 1).then_some(0);
    known
        .into_iter()
        .map(|entry| {
            let address = entry.address.as_ref();
            let place = address.and_then(|address| places.get(&address.value.lower()));
            let place = alone.or(place.copied());
            match place.and_then(|place| found.get(place)).cloned() {
                Some(mut said) => {
                    super::complete(&mut said, entry);
                    said
                }
                None => entry,
            }
        })
        .collect()
}

/// What the log or the session itself says of the sending side counts for more than what is
/// concluded from a diagnostic.
pub(super) fn fill_in(bounce: &mut Bounce, record: Option<Record>) {
    let Some(record) = record.filter(|record| record.shape == bounce.shape) else {
        return;
    };
    let Sending {
        ip,
        helo,
        envelope_domain,
        decoded,
        ..
    } = record.sending;
    let sending = &mut bounce.sending;
    sending.ip = ip.or(sending.ip.take());
    sending.helo = helo.or(sending.helo.take());
    if envelope_domain.is_some() {
        sending.decoded = decoded;
    }
    sending.envelope_domain = envelope_domain.or(sending.envelope_domain.take());
    bounce.reporting_mta = bounce.reporting_mta.take().or(record.reporting_mta);
}

/// Whether `next` goes on with what `line` began: folded, or wrapped by a reading pane that broke
/// the line where the next word did not fit.
pub(super) fn goes_on(line: &str, next: &str) -> bool {
    const NARROWEST: usize = 60;
    const WIDEST: usize = 132;
    let is_folded = next.starts_with([' ', '\t']);
    let word = next.split_whitespace().next().unwrap_or_default();
    let is_wrapped = line.len() <= WIDEST && line.len() + 1 + word.len() > NARROWEST;
    !word.is_empty() && (is_folded || is_wrapped)
}

/// Whether the refusal is for good, where no word says it: the class of the reply.
pub(super) fn action_of_codes(read: &Recipient) -> Option<Spanned<Action>> {
    let action = |class: u16| match class {
        2 => Some(Action::Delivered),
        4 => Some(Action::Delayed),
        5 => Some(Action::Failed),
        _ => None,
    };
    let code = read.reply_code.as_ref();
    let of_code = code.and_then(|code| {
        action(code.value.class()).map(|action| Spanned::new(action, code.spans.clone()))
    });
    of_code.or_else(|| {
        let status = read.status.as_ref()?;
        let action = action(status.value.class.into())?;
        Some(Spanned::new(action, status.spans.clone()))
    })
}
