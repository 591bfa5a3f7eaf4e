//! The JSON form of an answer, as our proxy, Google and Cloudflare spell it.

use super::{Answer, Outcome, Record, RecordData};
use crate::json::{Json, Value};

/// The comment that marks demonstration data.
const DEMONSTRATION: &str = "demonstration zone";

/// Why a body is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// A record without a name, a type or data.
    #[error("a record of the resolver's answer lacks its name, type or data")]
    Record,
    /// No JSON, or without a response code.
    #[error("the resolver's answer is no application/dns-json")]
    Form,
}

/// Reads the body of an answer of status 200.
///
/// # Errors
///
/// [`AnswerError`] where it is not the JSON expected.
pub fn read_answer(body: &str, asked_at: Option<i64>) -> Result<Answer, AnswerError> {
    let body = Json::read(body).ok_or(AnswerError::Form)?;
    let body = body.value();
    let status = body.field("Status").number().ok_or(AnswerError::Form)?;
    let records: Option<Vec<Record>> = body.field("Answer").items().map(record).collect();
    Ok(Answer {
        outcome: outcome(status),
        records: records.ok_or(AnswerError::Record)?,
        authenticated: body.field("AD").is_true(),
        extended_errors: body
            .field("extended_dns_errors")
            .items()
            .filter_map(extended_error)
            .collect(),
        asked_at,
        demo: is_demonstration(body),
    })
}

fn extended_error(error: Value<'_>) -> Option<(u16, String)> {
    let text = error.field("extra_text").text().unwrap_or_default();
    Some((error.field("info_code").number()?, text.to_owned()))
}

fn is_demonstration(body: Value<'_>) -> bool {
    body.field("Comment").text() == Some(DEMONSTRATION)
}

/// The answer behind an HTTP status other than 200: our proxy says 504 where its upstream was too
/// slow and 502 where it could not be reached; any other is a refusal. `body` may carry the mark of
/// demonstration data.
#[must_use]
pub fn read_failure(status: u16, body: &str, asked_at: Option<i64>) -> Answer {
    let outcome = match status {
        504 => Outcome::Timeout,
        502 | 503 => Outcome::Unreachable,
        _ => Outcome::Refused,
    };
    let problem = Json::read(body);
    Answer {
        asked_at,
        demo: problem.is_some_and(|problem| is_demonstration(problem.value())),
        ..Answer::empty(outcome)
    }
}

/// Response codes (RFC 6895, section 2.3): what is neither an answer nor SERVFAIL is a refusal.
fn outcome(status: u16) -> Outcome {
    match status {
        0 => Outcome::NoError,
        2 => Outcome::ServFail,
        3 => Outcome::NxDomain,
        _ => Outcome::Refused,
    }
}

fn record(entry: Value<'_>) -> Option<Record> {
    let owner = entry.field("name").text()?;
    let record_type = entry.field("type").number()?;
    let data = entry.field("data").text()?;
    Some(Record {
        owner: owner.trim_end_matches('.').to_ascii_lowercase(),
        ttl: entry.field("TTL").number().unwrap_or(0),
        data: typed(record_type, data)
            .unwrap_or_else(|| RecordData::Other(record_type, data.to_owned())),
    })
}

fn typed(record_type: u16, data: &str) -> Option<RecordData> {
    match record_type {
        1 => data.parse().ok().map(RecordData::A),
        28 => data.parse().ok().map(RecordData::Aaaa),
        5 => data.parse().ok().map(RecordData::Cname),
        12 => data.parse().ok().map(RecordData::Ptr),
        15 => exchanger(data),
        16 => Some(RecordData::Txt(joined_text(data))),
        _ => None,
    }
}

fn exchanger(data: &str) -> Option<RecordData> {
    let (preference, exchange) = data.trim().split_once(' ')?;
    let exchange = exchange.trim();
    Some(RecordData::Mx {
        preference: preference.parse().ok()?,
        exchange: exchange
            .strip_suffix('.')
            .unwrap_or(exchange)
            .to_ascii_lowercase(),
    })
}

/// The character-strings of a TXT record in presentation form (RFC 1035, section 5.1), joined. Some
/// services send the text without quotes: then it is taken as it is.
fn joined_text(data: &str) -> String {
    if !data.starts_with('"') {
        return data.to_owned();
    }
    let mut bytes = Vec::new();
    let mut quoted = false;
    let mut rest = data.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'"' => quoted = !quoted,
            b'\\' => {
                let (value, behind) = unescaped(rest);
                bytes.extend(value);
                rest = behind;
            }
            _ if quoted => bytes.push(byte),
            _ => {}
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => error.into_bytes().iter().copied().map(char::from).collect(),
    }
}

/// `\DDD` is an octet, `\X` is X.
fn unescaped(rest: &[u8]) -> (Option<u8>, &[u8]) {
    if let [a, b, c, behind @ ..] = rest
        && [a, b, c].iter().all(|digit| digit.is_ascii_digit())
    {
        let digits = [a, b, c];
        let value = digits
            .iter()
            .fold(0_u32, |sum, digit| sum * 10 + u32::from(**digit - b'0'));
        return (u8::try_from(value).ok(), behind);
    }
    match rest.split_first() {
        Some((byte, behind)) => (Some(*byte), behind),
        None => (None, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_its_records() {
        let answer = read_answer(
            r#"{"Status":0,"TC":false,"RD":true,"RA":true,"AD":true,"CD":false,
              "Question":[{"name":"firm.example.","type":15}],
              "Answer":[{"name":"firm.example.","type":15,"TTL":300,"data":"20 MX2.firm.example."},
                        {"name":"firm.example.","type":15,"TTL":60,"data":"10 mx1.firm.example."},
                        {"name":"firm.example.","type":46,"TTL":60,"data":"mx 8"}],
              "Comment":"demonstration zone","extended_dns_errors":[{"info_code":3,"extra_text":"stale"}]}"#,
            Some(7),
        )
        .expect("an answer");
        assert_eq!(
            answer.mail_exchangers(),
            [
                (10, "mx1.firm.example".to_owned()),
                (20, "mx2.firm.example".to_owned())
            ]
        );
        assert_eq!(answer.ttl(), Some(60));
        assert!(answer.demo && answer.authenticated);
        assert_eq!(answer.extended_errors, [(3, "stale".to_owned())]);
    }

    #[test]
    fn text_records_are_joined_and_unescaped() {
        assert_eq!(joined_text(r#""v=spf1 " "-all""#), "v=spf1 -all");
        assert_eq!(joined_text("v=spf1 -all"), "v=spf1 -all");
        assert_eq!(joined_text(r#""a\"b\\c\195\169""#), "a\"b\\cé");
        assert_eq!(joined_text(r#""\255\999""#), "ÿ");
        assert_eq!(joined_text("\"open"), "open");
    }

    #[test]
    fn a_null_mx_has_an_empty_exchange() {
        assert_eq!(
            exchanger("0 ."),
            Some(RecordData::Mx {
                preference: 0,
                exchange: String::new()
            })
        );
    }

    #[test]
    fn a_failure_keeps_its_cause_and_its_mark() {
        let slow = read_failure(
            504,
            r#"{"title":"slow","Comment":"demonstration zone"}"#,
            Some(1),
        );
        assert_eq!((slow.outcome, slow.demo), (Outcome::Timeout, true));
        let cases = [
            (502, Outcome::Unreachable),
            (429, Outcome::Refused),
            (404, Outcome::Refused),
        ];
        for (status, outcome) in cases {
            assert_eq!(read_failure(status, "<html>", None).outcome, outcome);
        }
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        assert!(read_answer("<html>", None).is_err());
        assert!(read_answer("{}", None).is_err());
        let broken = read_answer(
            r#"{"Status":0,"Answer":[{"name":"x","type":1,"data":"999"}]}"#,
            None,
        );
        assert_eq!(
            broken.expect("an answer").addresses(),
            Vec::<std::net::IpAddr>::new()
        );
    }
}
