//! The query string of `/dns-query`, read and checked.

use std::str::FromStr;

use axum::http::StatusCode;
use hickory_resolver::proto::rr::{Name, RecordType};

use crate::problem::Problem;

/// What is asked: a name, a record type and two wishes about DNSSEC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name, always absolute.
    pub name: Name,
    /// The record type.
    pub record_type: RecordType,
    /// `do`: DNSSEC records are welcome in the answer.
    pub dnssec_ok: bool,
    /// `cd`: the upstream shall answer even where DNSSEC does not hold.
    pub checking_disabled: bool,
}

impl Question {
    /// Reads `name=…&type=…&do=…&cd=…`; other parameters are ignored, as Google and Cloudflare do.
    ///
    /// # Errors
    ///
    /// A 400 (or 414) with one sentence on what is wrong with the request.
    pub fn from_query(query: &str) -> Result<Self, Problem> {
        if query.len() > MAX_QUERY {
            let sentence = format!("The query is longer than {MAX_QUERY} bytes.");
            return Err(Problem::new(StatusCode::URI_TOO_LONG, sentence));
        }
        let parameters = Parameters::read(query)?;
        Ok(Self {
            name: read_name(parameters.name.as_deref())?,
            record_type: read_type(parameters.record_type.as_deref())?,
            dnssec_ok: read_flag("do", parameters.dnssec_ok.as_deref())?,
            checking_disabled: read_flag("cd", parameters.checking_disabled.as_deref())?,
        })
    }
}

#[derive(Default)]
struct Parameters {
    name: Option<String>,
    record_type: Option<String>,
    dnssec_ok: Option<String>,
    checking_disabled: Option<String>,
}

impl Parameters {
    fn read(query: &str) -> Result<Self, Problem> {
        let mut parameters = Self::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let slot = match &*key {
                "name" => &mut parameters.name,
                "type" => &mut parameters.record_type,
                "do" => &mut parameters.dnssec_ok,
                "cd" => &mut parameters.checking_disabled,
                "dns" => return Err(Problem::bad_request(WIRE_FORMAT)),
                _ => continue,
            };
            if slot.replace(value.into_owned()).is_some() {
                let sentence = format!("The parameter {key} stands more than once.");
                return Err(Problem::bad_request(sentence));
            }
        }
        Ok(parameters)
    }
}

fn read_name(text: Option<&str>) -> Result<Name, Problem> {
    let text = text
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Problem::bad_request("The parameter name is missing or empty."))?;
    if text == "." {
        return Ok(Name::root());
    }
    let labels = split_labels(text)?;
    if labels.iter().any(Vec::is_empty) {
        return Err(Problem::bad_request("The name has an empty label."));
    }
    // RFC 1035 §2.3.4: "labels 63 octets or less"
    if labels.iter().any(|label| label.len() > 63) {
        let sentence = "The name has a label longer than 63 bytes.";
        return Err(Problem::bad_request(sentence));
    }
    // RFC 1035 §2.3.4: "names 255 octets or less", which with the length bytes and the root
    // leaves 253 as text.
    let length = labels.iter().map(|label| label.len() + 1).sum::<usize>();
    if length > 254 {
        return Err(Problem::bad_request("The name is longer than 253 bytes."));
    }
    Name::from_labels(labels)
        .map_err(|_| Problem::bad_request("The name is not one that DNS can hold."))
}

/// Cuts at dots, undoing `\.` and `\DDD`, so that every name an answer shows can be asked for.
fn split_labels(text: &str) -> Result<Vec<Vec<u8>>, Problem> {
    let mut labels = vec![];
    let mut label = vec![];
    let mut rest = text.strip_suffix('.').unwrap_or(text).bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'.' => labels.push(std::mem::take(&mut label)),
            b'\\' => label.push(unescape(&mut rest)?),
            0x21..=0x7e => label.push(byte),
            0x80.. => return Err(Problem::bad_request(NOT_ASCII)),
            _ => {
                let sentence = "The name has a space or a control character.";
                return Err(Problem::bad_request(sentence));
            }
        }
    }
    labels.push(label);
    Ok(labels)
}

/// RFC 1035 §5.1: "\DDD where each D is a digit is the octet corresponding to the decimal number".
fn unescape(rest: &mut impl Iterator<Item = u8>) -> Result<u8, Problem> {
    let broken = || Problem::bad_request("The name has a backslash that escapes nothing.");
    let first = rest.next().ok_or_else(broken)?;
    if !first.is_ascii_digit() {
        return Some(first).filter(u8::is_ascii_graphic).ok_or_else(broken);
    }
    let mut value = u16::from(first - b'0');
    for _ in 0..2 {
        let digit = rest.next().filter(u8::is_ascii_digit).ok_or_else(broken)?;
        value = value * 10 + u16::from(digit - b'0');
    }
    u8::try_from(value).map_err(|_| broken())
}

fn read_type(text: Option<&str>) -> Result<RecordType, Problem> {
    let Some(text) = text else {
        return Ok(RecordType::A);
    };
    let upper = text.to_ascii_uppercase();
    let digits = upper.strip_prefix("TYPE").unwrap_or(&upper);
    let number = match digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => digits.parse::<u16>().ok(),
        false => RecordType::from_str(&upper).ok().map(u16::from),
    };
    match number {
        Some(number) if is_data_type(number) => Ok(RecordType::from(number)),
        Some(_) => {
            let sentence = "This type does not name records that can be looked up.";
            Err(Problem::bad_request(sentence))
        }
        None => {
            let sentence = "The type is neither a known record type nor a number up to 65535.";
            Err(Problem::bad_request(sentence))
        }
    }
}

/// RFC 6895 §3.1: 128 to 255 are for questions and meta types, OPT (41) is one too, 0 is reserved.
fn is_data_type(number: u16) -> bool {
    !matches!(number, 0 | 41 | 128..=255)
}

fn read_flag(name: &str, text: Option<&str>) -> Result<bool, Problem> {
    match text {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true") => Ok(true),
        Some(_) => {
            let sentence = format!("The parameter {name} is neither 1, true, 0 nor false.");
            Err(Problem::bad_request(sentence))
        }
    }
}

/// A name of 253 bytes with every byte percent-encoded fits well.
const MAX_QUERY: usize = 2048;

const NOT_ASCII: &str = "The name has bytes outside ASCII; write an internationalized name in its \
                         xn-- form.";

const WIRE_FORMAT: &str = "DNS messages in wire format (dns=) are not taken here; ask with \
                           name= and type=.";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, expected: &str) {
        let question = Question::from_query(query).expect("a good question");
        let shown = format!(
            "{} {} do={} cd={}",
            question.name.to_ascii(),
            question.record_type,
            question.dnssec_ok,
            question.checking_disabled
        );
        assert_eq!(shown, expected, "{query}");
    }

    #[track_caller]
    fn refuse(query: &str, sentence_part: &str) {
        let problem = Question::from_query(query).expect_err("a bad question");
        assert!(
            problem.detail.contains(sentence_part),
            "{query}: {}",
            problem.detail
        );
    }

    #[test]
    fn names_types_and_flags_are_read() {
        check("name=shop.example", "shop.example. A do=false cd=false");
        check(
            "name=shop.example.&type=mx",
            "shop.example. MX do=false cd=false",
        );
        check(
            "name=shop.example&type=15&do=1&cd=true",
            "shop.example. MX do=true cd=true",
        );
        check(
            "name=shop.example&type=TYPE52&do=0&cd=false",
            "shop.example. TLSA do=false cd=false",
        );
        check(
            "name=_dmarc.shop.example&type=TXT&ct=application/dns-json",
            "_dmarc.shop.example. TXT do=false cd=false",
        );
        check("name=.&type=NS", ". NS do=false cd=false");
    }

    #[test]
    fn escapes_in_a_name_are_undone() {
        let question = Question::from_query(r"name=first%5C.last.a%5C032b.example").expect("good");
        let labels = question.name.iter().map(<[u8]>::to_vec);
        assert!(labels.eq([b"first.last".to_vec(), b"a b".to_vec(), b"example".to_vec()]));
    }

    #[test]
    fn the_limits_of_rfc_1035_hold() {
        let label = "a".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}", "b".repeat(61));
        assert!(Question::from_query(&format!("name={longest}")).is_ok());
        assert!(Question::from_query(&format!("name={longest}.")).is_ok());
        refuse(&format!("name={longest}c"), "253");
        refuse(&format!("name={label}a.example"), "63");
    }

    #[test]
    fn bad_questions_are_named() {
        refuse("", "missing");
        refuse("name=", "missing");
        refuse("type=MX", "missing");
        refuse("name=a..example", "empty label");
        refuse("name=.example", "empty label");
        refuse("name=..", "empty label");
        refuse("name=a%20b.example", "space");
        refuse("name=a%00b.example", "control");
        refuse("name=m%C3%BCller.example", "xn--");
        refuse("name=%ff.example", "xn--");
        refuse("name=a%5C", "backslash");
        refuse("name=a%5C999", "backslash");
        refuse("name=a.example&type=NOPE", "neither");
        refuse("name=a.example&type=65536", "neither");
        refuse("name=a.example&type=", "neither");
        refuse("name=a.example&type=0", "looked up");
        refuse("name=a.example&type=AXFR", "looked up");
        refuse("name=a.example&type=ANY", "looked up");
        refuse("name=a.example&type=41", "looked up");
        refuse("name=a.example&do=yes", "do is neither");
        refuse("name=a.example&cd=", "cd is neither");
        refuse("name=a.example&name=b.example", "more than once");
        refuse("dns=AAABAAABAAAAAAAA", "wire format");
        refuse(&format!("name={}", "a".repeat(3000)), "2048");
    }
}
