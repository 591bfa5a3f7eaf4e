//! What a paste says, in the words of RFC 5321, 3463 and 3464. Nothing here is a judgement: what
//! the paste does not say is `None`.

use std::{fmt, net::IpAddr, str::FromStr};

use crate::text::{Span, Spanned};

mod house;
mod trial;

pub use house::{are_related, main_label};
pub use trial::{Trial, TrialOutcome};

/// One message found in a paste.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounce {
    /// The part of the paste that it was read from.
    pub span: Span,
    /// What sort of message it is.
    pub kind: Kind,
    /// What shape it was pasted in.
    pub shape: Shape,
    /// The mail system that wrote it, where it says so.
    pub system: Option<Spanned<&'static str>>,
    /// Reporting-MTA (RFC 3464, section 2.2.2): the server that wrote the report.
    pub reporting_mta: Option<Spanned<String>>,
    /// Arrival-Date (RFC 3464, section 2.2.5), RFC 3339 in UTC.
    pub arrival_date: Option<Spanned<String>>,
    /// One entry a recipient, in the order of the paste.
    pub recipients: Vec<Recipient>,
    /// What is known of the side that sent the returned message.
    pub sending: Sending,
    /// What is known of the returned message itself.
    pub returned: Returned,
    /// The addresses that stand in it, the first of them; what the recipient's is compared with.
    pub mentioned: Vec<String>,
    /// What a person tried by hand, where that was pasted along.
    pub trials: Vec<Trial>,
}

impl Bounce {
    /// One of which nothing is known but where it stands and what shape it has.
    #[must_use]
    pub fn unknown(span: Span, shape: Shape) -> Self {
        Self {
            span,
            kind: Kind::Other,
            shape,
            system: None,
            reporting_mta: None,
            arrival_date: None,
            recipients: Vec::new(),
            sending: Sending::default(),
            returned: Returned::default(),
            mentioned: Vec::new(),
            trials: Vec::new(),
        }
    }
}

/// What sort of message a paste holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An automatic response to a person (RFC 3834), or a challenge.
    AutoReply,
    /// A report of failed delivery.
    Bounce,
    /// A feedback report (RFC 5965).
    Complaint,
    /// A report that delivery is late and still tried.
    Delay,
    /// A report of success or of relaying.
    Delivered,
    /// None of the others: ordinary mail, a lone name, or nothing that can be read.
    Other,
    /// Dressed as a bounce, without a report or a code, asking for a click or a login.
    Suspicious,
}

impl Kind {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::AutoReply,
        Self::Bounce,
        Self::Complaint,
        Self::Delay,
        Self::Delivered,
        Self::Other,
        Self::Suspicious,
    ];
}

/// The shape a paste came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Nothing but an e-mail address, a domain or an IP address.
    Lone,
    /// Lines of a mail server's log.
    LogLine,
    /// The prose of a mail system.
    Prose,
    /// One SMTP reply.
    Reply,
    /// A report with the fields of RFC 3464.
    Report,
    /// A transcript of an SMTP session.
    Transcript,
    /// Nothing that the readers know.
    Unknown,
    /// An event of a sending service: a webhook, an API row, a row of an export.
    Webhook,
}

/// What a paste says of one recipient.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipient {
    /// Final-Recipient (RFC 3464, section 2.3.2) or the address that the prose names.
    pub address: Option<Spanned<String>>,
    /// The address with what was taken along when it was copied (quotation marks, `mailto:`, what
    /// shows nothing), where that stands inside of its brackets.
    pub written: Option<Spanned<String>>,
    /// Original-Recipient (RFC 3464, section 2.3.1).
    pub original: Option<Spanned<String>>,
    /// Action (RFC 3464, section 2.3.3).
    pub action: Option<Spanned<Action>>,
    /// Status (RFC 3464, section 2.3.4), or the enhanced status code of the reply.
    pub status: Option<Spanned<EnhancedStatus>>,
    /// The reply code of the SMTP reply (RFC 5321, section 4.2).
    pub reply_code: Option<Spanned<ReplyCode>>,
    /// Diagnostic-Code (RFC 3464, section 2.3.6) without its type, or the text of the prose.
    pub diagnostic: Option<Spanned<String>>,
    /// The SMTP command or stage that was refused.
    pub command: Option<Spanned<Command>>,
    /// Remote-MTA (RFC 3464, section 2.3.5) or the server that the prose names.
    pub remote_mta: Option<Spanned<String>>,
    /// The address of that server.
    pub remote_ip: Option<Spanned<IpAddr>>,
    /// Last-Attempt-Date (RFC 3464, section 2.3.7), RFC 3339 in UTC.
    pub last_attempt_date: Option<Spanned<String>>,
    /// Will-Retry-Until (RFC 3464, section 2.3.9), RFC 3339 in UTC.
    pub will_retry_until: Option<Spanned<String>>,
    /// How often the server has tried to deliver.
    pub attempts: Option<Spanned<u32>>,
    /// For how long it has tried.
    pub waited_seconds: Option<Spanned<u64>>,
    /// The class that the sending server puts the refusal into, in its own word
    /// (X-PowerMTA-BounceCategory).
    pub category: Option<Spanned<String>>,
    /// The sending service's word for it where it did not try to deliver: dropped, suppressed.
    pub withheld: Option<Spanned<String>>,
    /// What the address holds, where another one is written into it.
    pub decoded: Option<Spanned<Decoded>>,
}

/// What a paste says of the side that sent the returned message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sending {
    /// The IP address that the refusing server saw.
    pub ip: Option<Spanned<IpAddr>>,
    /// The name it gave in HELO or EHLO.
    pub helo: Option<Spanned<String>>,
    /// The Author Domain (RFC 9989): the domain of the From field.
    pub from_domain: Option<Spanned<String>>,
    /// The domain of the reverse-path (MAIL FROM): the one that SPF judges, also where another
    /// address is written into that path.
    pub envelope_domain: Option<Spanned<String>>,
    /// What the reverse-path holds, where another address is written into it.
    pub decoded: Option<Spanned<Decoded>>,
    /// The DKIM signatures of the returned message.
    pub dkim: Vec<Spanned<Signature>>,
}

/// What a paste says of the returned message itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Returned {
    /// Its subject, encoded words undone.
    pub subject: Option<Spanned<String>>,
    /// How many bytes it had on the wire: counted where all of it came back, else as a server says.
    pub size: Option<Spanned<usize>>,
    /// How large a message may be, as the server that refused says.
    pub limit: Option<Spanned<usize>>,
    /// What its head holds; `None` where there is none.
    pub head: Option<Head>,
    /// Its Date field, RFC 3339 in UTC.
    pub date: Option<Spanned<String>>,
    /// Its Message-ID without the angle brackets.
    pub message_id: Option<Spanned<String>>,
    /// Whether its head says that it went to many; `None` where there is no head.
    pub bulk: Option<Spanned<bool>>,
    /// What a server on its way found (Authentication-Results, RFC 8601).
    pub authentication: Vec<Spanned<Authentication>>,
    /// What servers before a forwarder found (RFC 8617), as it stands there.
    pub arc: Vec<Spanned<String>>,
    /// Whether it comes from another domain than the one that the bounce went to; `None` where that
    /// cannot be told.
    pub backscatter: Option<Spanned<bool>>,
}

/// What the head of the returned message holds of the fields that a message must have (RFC 5322,
/// section 3.6).
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Whether all of it came back, so that what is not there was not there.
    pub is_complete: bool,
    /// How many Date fields.
    pub dates: Spanned<usize>,
    /// How many From fields.
    pub froms: Spanned<usize>,
    /// How many addresses in the first of them.
    pub authors: Spanned<usize>,
    /// How many Message-ID fields.
    pub message_ids: Spanned<usize>,
    /// The first field with characters that are not ASCII and not encoded (RFC 2047).
    pub unencoded: Option<Spanned<String>>,
}

/// One result of Authentication-Results (RFC 8601, section 2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// The method: spf, dkim, dmarc, arc, …
    pub method: String,
    /// The method's own word.
    pub result: String,
    /// The domain that it is about: header.d, smtp.mailfrom, header.from, …
    pub domain: Option<String>,
    /// header.s: the selector of a DKIM signature.
    pub selector: Option<String>,
}

/// The tags of a DKIM signature that say which key it needs (RFC 6376, section 3.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// d=, the signing domain.
    pub domain: String,
    /// s=, the selector.
    pub selector: String,
    /// a=, the algorithm, where it is known.
    pub algorithm: Option<String>,
}

/// What was written into an address on its way, for the machines that send it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// How it was written.
    pub form: Form,
    /// The address that a person knows.
    pub address: Option<String>,
    /// A name that is no address of SMTP: the X.500 name of a mailbox, or an X.400 address.
    pub name: Option<String>,
}

/// How an address was written into another one, and with that, whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Bounce address tag validation: the sender's address.
    Batv,
    /// A forwarding mailbox's own note: where it forwards to.
    Forward,
    /// A member of a group on its way: the group's address.
    Group,
    /// Exchange: an address of some other kind.
    Imcea,
    /// Exchange: the X.500 name of a mailbox.
    Imceaex,
    /// Exchange: what was typed and is no address.
    Imceainvalid,
    /// Exchange: an address of SMTP.
    Imceasmtp,
    /// Exchange: an address of X.400.
    Imceax400,
    /// Sender rewriting scheme: the sender's address before the mail was forwarded.
    Srs,
    /// Variable envelope return path: the recipient's address as the sender has it.
    Verp,
}

impl Form {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Batv => "batv",
            Self::Forward => "forward",
            Self::Group => "group",
            Self::Imcea => "imcea",
            Self::Imceaex => "imceaex",
            Self::Imceainvalid => "imceainvalid",
            Self::Imceasmtp => "imceasmtp",
            Self::Imceax400 => "imceax400",
            Self::Srs => "srs",
            Self::Verp => "verp",
        }
    }
}

/// Action (RFC 3464, section 2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Could not be delivered; the server has given up.
    Failed,
    /// Could not be delivered so far; the server goes on trying.
    Delayed,
    /// Delivered.
    Delivered,
    /// Handed to a server that gives no reports.
    Relayed,
    /// Handed on to the members of a list or alias.
    Expanded,
}

impl Action {
    /// The word of RFC 3464.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Expanded => "expanded",
        }
    }
}

impl FromStr for Action {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let all = [
            Self::Failed,
            Self::Delayed,
            Self::Delivered,
            Self::Relayed,
            Self::Expanded,
        ];
        all.into_iter()
            .find(|action| action.as_str().eq_ignore_ascii_case(word))
            .ok_or(UnknownWord)
    }
}

/// The SMTP command or stage at which a server said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Connecting, or the greeting.
    Conn,
    /// HELO or EHLO.
    Ehlo,
    /// STARTTLS, or the TLS handshake behind it.
    Starttls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, or the message itself.
    Data,
}

impl Command {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Conn,
        Self::Ehlo,
        Self::Starttls,
        Self::Auth,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
    ];

    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conn => "CONN",
            Self::Ehlo => "EHLO",
            Self::Starttls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
        }
    }
}

/// An enhanced status code (RFC 3463): class, subject and detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnhancedStatus {
    /// 2 (success), 4 (persistent transient failure) or 5 (permanent failure).
    pub class: u8,
    /// What the code is about, 0 to 999.
    pub subject: u16,
    /// What exactly, 0 to 999.
    pub detail: u16,
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl FromStr for EnhancedStatus {
    type Err = UnknownWord;

    /// RFC 3463, section 2: `class "." subject "." detail`, at most three digits each.
    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let mut parts = word.split('.');
        let mut next = || {
            parts
                .next()
                .filter(|part| (1..=3).contains(&part.len()))
                .filter(|part| part.bytes().all(|b| b.is_ascii_digit()))
                .and_then(|part| part.parse::<u16>().ok())
                .ok_or(UnknownWord)
        };
        let (class, subject, detail) = (next()?, next()?, next()?);
        let class = match class {
            2 => 2,
            4 => 4,
            5 => 5,
            _ => return Err(UnknownWord),
        };
        if parts.next().is_some() {
            return Err(UnknownWord);
        }
        Ok(Self {
            class,
            subject,
            detail,
        })
    }
}

/// A reply code (RFC 5321, section 4.2): three digits, the first 2 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplyCode(pub u16);

impl ReplyCode {
    /// Its first digit.
    #[must_use]
    pub fn class(self) -> u16 {
        self.0 / 100
    }
}

impl fmt::Display for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ReplyCode {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word.as_bytes() {
            [b'2'..=b'5', b'0'..=b'5', b'0'..=b'9'] => {
                word.parse().map(Self).map_err(|_| UnknownWord)
            }
            _ => Err(UnknownWord),
        }
    }
}

/// A word that the standard does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a word of the standard")]
pub struct UnknownWord;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enhanced_status_codes_are_three_short_numbers() {
        let status: EnhancedStatus = "5.7.606".parse().expect("a status");
        assert_eq!((status.class, status.subject, status.detail), (5, 7, 606));
        for wrong in ["3.1.1", "5.1", "5.1.1.1", "5.1.1000", "5..1", "+5.1.1", ""] {
            assert!(wrong.parse::<EnhancedStatus>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn reply_codes_follow_the_grammar() {
        // RFC 5321, section 4.2: Reply-code = %x32-35 %x30-35 %x30-39
        assert_eq!("550".parse(), Ok(ReplyCode(550)));
        for wrong in ["199", "569", "55", "5500", "abc", "612"] {
            assert!(wrong.parse::<ReplyCode>().is_err(), "{wrong}");
        }
    }
}
