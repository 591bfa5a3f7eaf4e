//! DMARC (RFC 9989): the record, the DNS tree walk, and the evaluation over answers.

mod eval;
mod parse;
mod record;
mod reports;
mod walk;

pub use eval::{Applied, Evaluation, evaluate};
pub use parse::{is_dmarc_record, parse};
pub use record::{DmarcRecord, Policy, Psd, Setting};
pub use reports::unpermitted_reports;
pub use walk::{Found, Step, Walk, walk};
