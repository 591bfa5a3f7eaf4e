//! The form on the wire: JSON arrays of numbers and strings. Every word has a number of its own that
//! never changes; fields are only ever added behind the last.

use super::{ShareError, Shared, key};
use crate::{
    bounce::{
        Action, Bounce, Command, Kind, Recipient, ReplyCode, Returned, Sending, Shape, Signature,
        Trial, TrialOutcome,
    },
    case::{Case, Judgement, Options},
    dns::{Answer, Outcome, Question, Record, RecordData, RecordType},
    finding::{Code, Finding, ProtocolResult, Unchecked, Verdict},
    json::{self, Json, ToJson, Written, array},
    knowledge,
    reason::{Confidence, Reason, RefusedBy, Side},
    text::{Span, Spanned},
    wording::{Slot, Value, Values},
};

/// What a deciding record or a diagnostic is cut down to, in bytes.
const MAX_RECORD: usize = 255;

/// More tests than these say nothing more.
const MAX_TRIALS: usize = 6;

const KINDS: [(Kind, u16); 7] = [
    (Kind::AutoReply, 1),
    (Kind::Bounce, 2),
    (Kind::Complaint, 3),
    (Kind::Delay, 4),
    (Kind::Delivered, 5),
    (Kind::Other, 6),
    (Kind::Suspicious, 7),
];

const SHAPES: [(Shape, u16); 8] = [
    (Shape::Lone, 1),
    (Shape::Prose, 2),
    (Shape::Reply, 3),
    (Shape::Report, 4),
    (Shape::Unknown, 5),
    (Shape::Webhook, 6),
    (Shape::LogLine, 7),
    (Shape::Transcript, 8),
];

const ACTIONS: [(Action, u16); 5] = [
    (Action::Failed, 1),
    (Action::Delayed, 2),
    (Action::Delivered, 3),
    (Action::Relayed, 4),
    (Action::Expanded, 5),
];

const COMMANDS: [(Command, u16); 7] = [
    (Command::Conn, 1),
    (Command::Ehlo, 2),
    (Command::Starttls, 3),
    (Command::Auth, 4),
    (Command::Mail, 5),
    (Command::Rcpt, 6),
    (Command::Data, 7),
];

const TRIALS: [(TrialOutcome, u16); 11] = [
    (TrialOutcome::Found, 1),
    (TrialOutcome::NoRecord, 2),
    (TrialOutcome::NotFound, 3),
    (TrialOutcome::Reached, 4),
    (TrialOutcome::Refused, 5),
    (TrialOutcome::TimedOut, 6),
    (TrialOutcome::TlsFailed, 7),
    (TrialOutcome::TlsMissing, 8),
    (TrialOutcome::TlsWorks, 9),
    (TrialOutcome::TurnedAway, 10),
    (TrialOutcome::Unanswered, 11),
];

const RECORD_TYPES: [(RecordType, u16); 7] = [
    (RecordType::A, 1),
    (RecordType::Aaaa, 28),
    (RecordType::Mx, 15),
    (RecordType::Ns, 2),
    (RecordType::Ptr, 12),
    (RecordType::Tlsa, 52),
    (RecordType::Txt, 16),
];

const OUTCOMES: [(Outcome, u16); 7] = [
    (Outcome::NoError, 1),
    (Outcome::NxDomain, 2),
    (Outcome::ServFail, 3),
    (Outcome::Refused, 4),
    (Outcome::Timeout, 5),
    (Outcome::Unreachable, 6),
    (Outcome::NotAsked, 7),
];

fn number<T: Copy + PartialEq>(table: &[(T, u16)], word: T) -> u16 {
    table
        .iter()
        .find(|(known, _)| *known == word)
        .map_or(0, |(_, number)| *number)
}

fn word<T: Copy>(table: &[(T, u16)], number: u16) -> Option<T> {
    table
        .iter()
        .find(|(_, known)| *known == number)
        .map(|(word, _)| *word)
}

// Writing.

pub(super) fn write(case: &Case, findings: &[Finding], looked_up: Option<i64>) -> String {
    let bounce = &case.bounce;
    let recipients: Vec<Written> = bounce
        .recipients
        .iter()
        .zip(&case.judgements)
        .map(|(recipient, judgement)| write_recipient(recipient, judgement))
        .collect();
    let findings: Vec<Written> = findings.iter().map(write_finding).collect();
    array(&[
        &number(&KINDS, bounce.kind),
        &number(&SHAPES, bounce.shape),
        &bounce.system.as_ref().map(|system| system.value),
        &text(bounce.reporting_mta.as_ref()),
        &text(bounce.arrival_date.as_ref()),
        &recipients,
        &write_sending(&bounce.sending),
        &findings,
        &looked_up,
        &bounce
            .returned
            .backscatter
            .as_ref()
            .map(|is| u8::from(is.value)),
        &bounce.returned.bulk.as_ref().map(|is| u8::from(is.value)),
        &write_trials(&bounce.trials),
    ])
    .to_json()
}

fn text<T: ToString>(value: Option<&Spanned<T>>) -> Option<String> {
    value.map(|value| cut(&value.value.to_string()))
}

fn cut(text: &str) -> String {
    let end = (0..=MAX_RECORD.min(text.len()))
        .rev()
        .find(|&end| text.is_char_boundary(end))
        .unwrap_or(0);
    text.get(..end).unwrap_or_default().to_owned()
}

fn write_recipient(recipient: &Recipient, judgement: &Judgement) -> Written {
    let command = recipient.command.as_ref();
    let action = recipient.action.as_ref();
    array(&[
        &judgement.reason.number(),
        &judgement.responsible.number(),
        &judgement.confidence.number(),
        &judgement.permanent.map(u8::from),
        &judgement.suppress.map(u8::from),
        &judgement.refused_by.map(RefusedBy::number),
        &judgement.provider,
        &judgement.second_reason.map(Reason::number),
        &text(recipient.address.as_ref()),
        &text(recipient.status.as_ref()),
        &recipient.reply_code.as_ref().map(|code| code.value.0),
        &text(recipient.diagnostic.as_ref()),
        &command.map(|command| number(&COMMANDS, command.value)),
        &text(recipient.remote_mta.as_ref()),
        &text(recipient.remote_ip.as_ref()),
        &action.map(|action| number(&ACTIONS, action.value)),
        &text(recipient.original.as_ref()),
        &text(recipient.will_retry_until.as_ref()),
        &text(recipient.last_attempt_date.as_ref()),
    ])
}

/// The first of them; `None` where there are none.
fn write_trials(trials: &[Trial]) -> Option<Vec<Written>> {
    let few = trials.iter().take(MAX_TRIALS);
    let written: Vec<Written> = few
        .map(|trial| {
            let records: Vec<String> = trial.records.iter().take(2).map(|it| cut(it)).collect();
            array(&[
                &number(&TRIALS, trial.outcome),
                &trial.name(),
                &trial.port,
                &cut(&trial.said.value),
                &trial.record_type,
                &(!records.is_empty()).then_some(records),
            ])
        })
        .collect();
    (!written.is_empty()).then_some(written)
}

fn write_sending(sending: &Sending) -> Written {
    let dkim: Vec<[&str; 2]> = sending
        .dkim
        .iter()
        .map(|Spanned { value, .. }| [value.domain.as_str(), value.selector.as_str()])
        .collect();
    array(&[
        &text(sending.ip.as_ref()),
        &text(sending.helo.as_ref()),
        &text(sending.from_domain.as_ref()),
        &text(sending.envelope_domain.as_ref()),
        &(!dkim.is_empty()).then_some(dkim),
    ])
}

fn write_finding(finding: &Finding) -> Written {
    let values: Vec<Written> = finding
        .values
        .iter()
        .map(|(slot, value)| array(&[&slot.number(), &*write_value(value)]))
        .collect();
    let deciding = deciding(finding);
    let question = deciding.map(|(question, _)| question);
    let answer = deciding.map(|(_, answer)| answer);
    array(&[
        &finding.code.number(),
        &finding.verdict.number(),
        &u8::from(finding.explains),
        &finding.subject,
        &finding.recipients,
        &finding.unchecked_because.map(Unchecked::number),
        &values,
        &finding.expected,
        &question.map(|question| question.name.as_str()),
        &question.map(|question| number(&RECORD_TYPES, question.record_type)),
        &answer.map(|answer| number(&OUTCOMES, answer.outcome)),
        &answer
            .and_then(|answer| answer.records.first())
            .map(|record| write_record(&record.data)),
        &answer.and_then(Answer::ttl),
        &answer.map(|answer| u8::from(answer.demo)),
        &answer.map(|answer| u8::from(answer.authenticated)),
        &finding.result.map(ProtocolResult::number),
    ])
}

/// The answer that a finding rests on.
fn deciding(finding: &Finding) -> Option<&(Question, Answer)> {
    finding.answers.first()
}

fn write_record(data: &RecordData) -> String {
    match data {
        RecordData::Txt(text) => cut(&key::shortened(text)),
        other => cut(&other.present()),
    }
}

fn write_value(value: &Value) -> Box<dyn ToJson> {
    match value {
        Value::Text(text) => Box::new(cut(text)),
        Value::Names(names) => {
            let names: Vec<String> = names.iter().take(5).map(|name| cut(name)).collect();
            Box::new(names)
        }
        Value::Number(number) => Box::new(*number),
    }
}

// Reading.

pub(super) fn read(bytes: &[u8]) -> Result<Shared, ShareError> {
    let body = std::str::from_utf8(bytes).ok().and_then(Json::read);
    let body = body.ok_or(ShareError::Damaged)?;
    let fields = Fields(body.value());
    let kind = word(&KINDS, fields.number(0)?).ok_or(ShareError::NewerVersion)?;
    let shape = word(&SHAPES, fields.number(1)?).ok_or(ShareError::NewerVersion)?;
    let (recipients, judgements) = fields
        .list(5)
        .map(|recipient| read_recipient(&Fields(recipient)))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .unzip();
    let findings = fields
        .list(7)
        .map(|finding| read_finding(&Fields(finding), fields.integer(8)))
        .collect::<Result<Vec<_>, _>>()?;
    let bounce = Bounce {
        span: Span { start: 0, end: 0 },
        kind,
        shape,
        system: fields
            .text(2)
            .and_then(|name| knowledge::system(&name))
            .map(placeless),
        reporting_mta: fields.text(3).map(placeless),
        arrival_date: fields.text(4).map(placeless),
        recipients,
        sending: read_sending(&Fields(fields.at(6))),
        returned: Returned {
            backscatter: fields.flag(9).map(placeless),
            bulk: fields.flag(10).map(placeless),
            ..Returned::default()
        },
        mentioned: Vec::new(),
        trials: fields.list(11).filter_map(read_trial).collect(),
    };
    Ok(Shared {
        case: Case {
            bounce,
            judgements,
            options: Options::default(),
        },
        findings,
        looked_up: fields.integer(8),
    })
}

fn placeless<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Vec::new())
}

/// The fields of an array; what is missing is null.
struct Fields<'a>(json::Value<'a>);

impl<'a> Fields<'a> {
    fn at(&self, index: usize) -> json::Value<'a> {
        self.0.item(index)
    }

    fn text(&self, index: usize) -> Option<String> {
        self.at(index).text().map(str::to_owned)
    }

    fn parsed<T: std::str::FromStr>(&self, index: usize) -> Option<Spanned<T>> {
        self.at(index).text()?.parse().ok().map(placeless)
    }

    fn integer(&self, index: usize) -> Option<i64> {
        self.at(index).integer()
    }

    fn small(&self, index: usize) -> Option<u16> {
        self.at(index).number()
    }

    fn number(&self, index: usize) -> Result<u16, ShareError> {
        self.small(index).ok_or(ShareError::Damaged)
    }

    fn flag(&self, index: usize) -> Option<bool> {
        self.integer(index).map(|number| number == 1)
    }

    fn list(&self, index: usize) -> impl Iterator<Item = json::Value<'a>> {
        self.at(index).items()
    }
}

fn read_recipient(fields: &Fields<'_>) -> Result<(Recipient, Judgement), ShareError> {
    let newer = ShareError::NewerVersion;
    let judgement = Judgement {
        reason: Reason::from_number(fields.number(0)?).ok_or(newer)?,
        responsible: Side::from_number(fields.number(1)?).ok_or(newer)?,
        confidence: Confidence::from_number(fields.number(2)?).ok_or(newer)?,
        permanent: fields.flag(3),
        suppress: fields.flag(4),
        refused_by: fields.small(5).and_then(RefusedBy::from_number),
        provider: fields
            .text(6)
            .and_then(|id| knowledge::provider(&id))
            .map(|provider| provider.id),
        second_reason: fields.small(7).and_then(Reason::from_number),
        rule: "",
        spans: Vec::new(),
    };
    let recipient = Recipient {
        address: fields.text(8).map(placeless),
        status: fields.parsed(9),
        reply_code: fields.small(10).map(ReplyCode).map(placeless),
        diagnostic: fields.text(11).map(placeless),
        command: fields
            .small(12)
            .and_then(|n| word(&COMMANDS, n))
            .map(placeless),
        remote_mta: fields.text(13).map(placeless),
        remote_ip: fields.parsed(14),
        action: fields
            .small(15)
            .and_then(|n| word(&ACTIONS, n))
            .map(placeless),
        written: None,
        original: fields.text(16).map(placeless),
        will_retry_until: fields.text(17).map(placeless),
        last_attempt_date: fields.text(18).map(placeless),
        // What follows from these is in the judgement.
        category: None,
        withheld: None,
        attempts: None,
        waited_seconds: None,
        decoded: None,
    };
    Ok((recipient, judgement))
}

fn read_trial(trial: json::Value<'_>) -> Option<Trial> {
    let fields = Fields(trial);
    let records = fields.list(5).filter_map(json::Value::text);
    Some(Trial {
        outcome: word(&TRIALS, fields.small(0)?)?,
        host: fields.text(1).map(placeless),
        port: fields.small(2),
        said: placeless(fields.text(3)?),
        record_type: fields.text(4),
        records: records.map(str::to_owned).collect(),
    })
}

fn read_sending(fields: &Fields<'_>) -> Sending {
    let dkim = fields.list(4).filter_map(|pair| {
        let pair = Fields(pair);
        let signature = Signature {
            domain: pair.text(0)?,
            selector: pair.text(1)?,
            algorithm: None,
        };
        Some(placeless(signature))
    });
    Sending {
        ip: fields.parsed(0),
        helo: fields.text(1).map(placeless),
        from_domain: fields.text(2).map(placeless),
        envelope_domain: fields.text(3).map(placeless),
        decoded: None,
        dkim: dkim.collect(),
    }
}

fn read_finding(fields: &Fields<'_>, asked_at: Option<i64>) -> Result<Finding, ShareError> {
    let newer = ShareError::NewerVersion;
    let code = Code::from_number(fields.number(0)?).ok_or(newer)?;
    let verdict = Verdict::from_number(fields.number(1)?).ok_or(newer)?;
    let mut values = Values::new();
    for pair in fields.list(6) {
        let pair = Fields(pair);
        let slot = pair.small(0).and_then(Slot::from_number);
        if let (Some(slot), Some(value)) = (slot, read_value(pair.at(1))) {
            values.set(slot, value);
        }
    }
    Ok(Finding {
        code,
        verdict,
        explains: fields.flag(2).unwrap_or(false),
        subject: fields.text(3).unwrap_or_default(),
        recipients: fields.list(4).filter_map(json::Value::number).collect(),
        result: fields.small(15).and_then(ProtocolResult::from_number),
        trail: Vec::new(),
        unchecked_because: fields.small(5).and_then(Unchecked::from_number),
        values,
        expected: fields.text(7),
        answers: read_answer(fields, asked_at).into_iter().collect(),
    })
}

fn read_value(value: json::Value<'_>) -> Option<Value> {
    if value.is_list() {
        let names = value.items().filter_map(json::Value::text);
        return Some(Value::Names(names.map(str::to_owned).collect()));
    }
    let text = value.text().map(|text| Value::Text(text.to_owned()));
    text.or_else(|| value.number().map(Value::Number))
}

fn read_answer(fields: &Fields<'_>, asked_at: Option<i64>) -> Option<(Question, Answer)> {
    let name = fields.text(8)?.parse().ok()?;
    let record_type = word(&RECORD_TYPES, fields.small(9)?)?;
    let outcome = word(&OUTCOMES, fields.small(10)?)?;
    let ttl = fields.integer(12).and_then(|ttl| u32::try_from(ttl).ok());
    let records = fields.text(11).map(|data| Record {
        owner: String::new(),
        ttl: ttl.unwrap_or(0),
        data: read_record(record_type, data),
    });
    let answer = Answer {
        outcome,
        records: records.into_iter().collect(),
        authenticated: fields.flag(14).unwrap_or(false),
        extended_errors: Vec::new(),
        asked_at,
        demo: fields.flag(13).unwrap_or(false),
    };
    Some((Question::new(name, record_type), answer))
}

/// The record in its type again where that matters to the checklist (an MX record names the host to
/// try), else as the words that it was.
fn read_record(record_type: RecordType, data: String) -> RecordData {
    let exchanger = (record_type == RecordType::Mx)
        .then(|| data.split_once(' '))
        .flatten()
        .and_then(|(preference, exchange)| Some((preference.parse().ok()?, exchange)));
    match exchanger {
        Some((preference, exchange)) => RecordData::Mx {
            preference,
            exchange: exchange.trim_end_matches('.').to_owned(),
        },
        None => RecordData::Txt(data),
    }
}
