//! The JSON form of a DNS message: Google's and Cloudflare's field names.

use hickory_resolver::proto::{
    op::{Message, ResponseCode},
    rr::{RData, Record, rdata::opt::EdnsOption},
};
use serde::Serialize;

use super::{Question, present};

/// What `/dns-query` answers with; the field names are the wire's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reply {
    #[serde(rename = "Status")]
    status: u16,
    #[serde(rename = "TC")]
    truncated: bool,
    #[serde(rename = "RD")]
    recursion_desired: bool,
    #[serde(rename = "RA")]
    recursion_available: bool,
    #[serde(rename = "AD")]
    authentic_data: bool,
    #[serde(rename = "CD")]
    checking_disabled: bool,
    #[serde(rename = "Question")]
    question: [Asked; 1],
    #[serde(rename = "Answer", skip_serializing_if = "Vec::is_empty")]
    answer: Vec<Row>,
    #[serde(rename = "Authority", skip_serializing_if = "Vec::is_empty")]
    authority: Vec<Row>,
    #[serde(rename = "Comment", skip_serializing_if = "Option::is_none")]
    comment: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extended_dns_errors: Vec<ExtendedError>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Asked {
    name: String,
    r#type: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Row {
    name: String,
    r#type: u16,
    #[serde(rename = "TTL")]
    ttl: u32,
    data: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct ExtendedError {
    info_code: u16,
    extra_text: String,
}

impl Reply {
    /// Writes a message as the answer to a question.
    pub fn new(question: &Question, message: &Message, comment: Option<&'static str>) -> Self {
        let flags = &message.metadata;
        Self {
            status: u16::from(flags.response_code),
            truncated: flags.truncation,
            recursion_desired: flags.recursion_desired,
            recursion_available: flags.recursion_available,
            authentic_data: flags.authentic_data,
            checking_disabled: question.checking_disabled,
            question: [Asked {
                name: present::name(&question.name),
                r#type: question.record_type.into(),
            }],
            answer: message.answers.iter().map(row).collect(),
            authority: message.authorities.iter().map(row).collect(),
            comment,
            extended_dns_errors: extended_errors(message),
        }
    }
}

fn row(record: &Record) -> Row {
    Row {
        name: present::name(&record.name),
        r#type: record.record_type().into(),
        ttl: record.ttl,
        data: present::data(record),
    }
}

fn extended_errors(message: &Message) -> Vec<ExtendedError> {
    let Some(edns) = &message.edns else {
        return vec![];
    };
    edns.options()
        .options
        .iter()
        .filter_map(|(_, option)| extended_error(option))
        .collect()
}

/// RFC 8914 §2: two bytes of INFO-CODE, then EXTRA-TEXT in UTF-8, which may be empty.
fn extended_error(option: &EdnsOption) -> Option<ExtendedError> {
    let EdnsOption::Unknown(EXTENDED_ERROR, bytes) = option else {
        return None;
    };
    let (code, text) = bytes.split_first_chunk::<2>()?;
    Some(ExtendedError {
        info_code: u16::from_be_bytes(*code),
        extra_text: String::from_utf8_lossy(text).into_owned(),
    })
}

/// How long the answer may be kept: the shortest TTL in it, at most five minutes; `None` where
/// the message is a refusal or says nothing about time.
pub(crate) fn lifetime(message: &Message) -> Option<u32> {
    let code = message.metadata.response_code;
    let negative = message.answers.is_empty() || code == ResponseCode::NXDomain;
    let seconds = match code {
        ResponseCode::NoError | ResponseCode::NXDomain if negative => {
            message.authorities.iter().find_map(negative_lifetime)
        }
        ResponseCode::NoError => message.answers.iter().map(|record| record.ttl).min(),
        _ => None,
    };
    seconds.map(|seconds| seconds.min(LONGEST_LIFETIME))
}

/// RFC 2308 §3: "The TTL of this record is set from the minimum of the MINIMUM field of the SOA
/// record and the TTL of the SOA itself".
fn negative_lifetime(record: &Record) -> Option<u32> {
    match &record.data {
        RData::SOA(soa) => Some(record.ttl.min(soa.minimum)),
        _ => None,
    }
}

/// RFC 8914 §2: the EDNS option code of an extended DNS error.
pub(crate) const EXTENDED_ERROR: u16 = 15;

const LONGEST_LIFETIME: u32 = 300;
