//! What a person tried by hand, as telnet, `openssl s_client`, `dig` and their kin print it.

use crate::text::Spanned;

/// One server that was tried, or one name that was looked up.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The server or the name, lower case; `None` where the lines do not say.
    pub host: Option<Spanned<String>>,
    /// The port; `None` where the lines do not say.
    pub port: Option<u16>,
    /// What came of it.
    pub outcome: TrialOutcome,
    /// The line that says so.
    pub said: Spanned<String>,
    /// The type of record that was asked for, lower case, where DNS was.
    pub record_type: Option<String>,
    /// The records that DNS gave, a line each, as they stand there.
    pub records: Vec<String>,
}

impl Trial {
    /// The server or the name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.host.as_ref().map(|host| host.value.as_str())
    }

    /// Whether it is about the servers that a domain's mail goes to, not about some other record.
    #[must_use]
    pub fn is_about_mail(&self) -> bool {
        let kind = self.record_type.as_deref();
        let host = self.name().unwrap_or_default();
        let is_special = host.contains('_') || host.ends_with(".arpa");
        kind.is_none_or(|kind| matches!(kind, "mx" | "a" | "aaaa")) && !is_special
    }
}

/// What came of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrialOutcome {
    /// DNS gave records.
    Found,
    /// The name exists and has no such record.
    NoRecord,
    /// The name does not exist.
    NotFound,
    /// The server greeted, or at least took the connection.
    Reached,
    /// The connection was refused.
    Refused,
    /// Nothing came back.
    TimedOut,
    /// TLS came about with a certificate that does not hold, or not at all.
    TlsFailed,
    /// The server does not offer STARTTLS.
    TlsMissing,
    /// TLS works, and the certificate holds.
    TlsWorks,
    /// The server took the connection and said no at once.
    TurnedAway,
    /// No name server answered, or only with a fault, or the lines do not show what.
    Unanswered,
}

impl TrialOutcome {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NoRecord => "no-record",
            Self::NotFound => "not-found",
            Self::Reached => "reached",
            Self::Refused => "refused",
            Self::TimedOut => "timed-out",
            Self::TlsFailed => "tls-failed",
            Self::TlsMissing => "tls-missing",
            Self::TlsWorks => "tls-works",
            Self::TurnedAway => "turned-away",
            Self::Unanswered => "unanswered",
        }
    }

    /// Whether no connection came about.
    #[must_use]
    pub fn is_silence(self) -> bool {
        matches!(self, Self::Refused | Self::TimedOut)
    }

    /// Whether it is about DNS.
    #[must_use]
    pub fn is_of_dns(self) -> bool {
        matches!(
            self,
            Self::Found | Self::NoRecord | Self::NotFound | Self::Unanswered
        )
    }

    /// Whether it is about TLS.
    #[must_use]
    pub fn is_of_tls(self) -> bool {
        matches!(self, Self::TlsFailed | Self::TlsMissing | Self::TlsWorks)
    }
}
