//! Questions to DNS and what came back. Nobody here asks anything: the edges do, and hand the
//! answers in. A refusal to answer is an [`Answer`] like any other.

mod answer;
mod json;
mod name;
mod punycode;
mod question;
mod records;
mod result;
mod tags;

pub mod dkim;
pub mod dmarc;
pub mod spf;

pub use answer::{Answer, Answers, Outcome, Record, RecordData};
pub use dmarc::is_dmarc_record;
pub use json::{AnswerError, read_answer, read_failure};
pub use name::{Name, NameError};
pub use question::{Question, RecordType};
pub use records::{is_spf_record, tag_value};
pub use result::ProtocolResult;
pub use tags::{Fault, FaultKind, Tag, tag_list};
