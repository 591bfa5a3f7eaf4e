//! The circumstances of one recipient, as the rows of the playbook ask for them.

use crate::{
    bounce::{Form, Kind, Recipient, Sending},
    case::{Case, Judgement},
    finding::{Finding, Verdict},
    knowledge::{self, Condition, Fact, Sender},
    reason::Side,
    text::Lower,
    wording::{Slot, Value, Values, Words},
};

use super::values::values;

/// One recipient of a case, and what is known around it.
pub(super) struct Setting<'a> {
    pub(super) index: usize,
    case: &'a Case,
    findings: &'a [Finding],
    words: &'a Words,
    recipient: &'a Recipient,
    judgement: &'a Judgement,
    /// The reply, lower case, white space folded.
    said: String,
    host: Option<&'static str>,
    service: Option<&'static str>,
}

impl<'a> Setting<'a> {
    pub(super) fn new(
        case: &'a Case,
        index: usize,
        findings: &'a [Finding],
        words: &'a Words,
    ) -> Option<Self> {
        let recipient = case.bounce.recipients.get(index)?;
        let said = recipient.diagnostic.as_ref();
        Some(Self {
            index,
            case,
            findings,
            words,
            recipient,
            judgement: case.judgements.get(index)?,
            said: said.map_or_else(String::new, |said| folded(&said.value)),
            host: host(recipient, index, findings),
            service: service(case, findings).map(|service| service.id),
        })
    }

    /// The finding that something to do follows from: what answers a message that the person never
    /// sent is no trouble of theirs.
    #[expect(
        clippy::option_option,
        reason = "the two kinds of nothing are told apart"
    )]
    pub(super) fn applies(&self, when: &Condition) -> Option<Option<usize>> {
        let is_theirs = when.facts.contains(&Fact::Backscatter) || !self.has(Fact::Backscatter);
        self.fits(when).filter(|_| is_theirs)
    }

    /// The finding that a row follows from: `None` where the row does not fit, `Some(None)` where it
    /// wants no finding. Where it names no kind of message, it is for those that somebody can act on.
    #[expect(
        clippy::option_option,
        reason = "the two kinds of nothing are told apart"
    )]
    pub(super) fn fits(&self, when: &Condition) -> Option<Option<usize>> {
        let found = self.finding_for(when)?;
        let kind = self.case.bounce.kind;
        let fits_kind = match when.kinds {
            [] => matches!(kind, Kind::Bounce | Kind::Complaint | Kind::Delay),
            kinds => kinds.contains(&kind),
        };
        (fits_kind && self.holds(when) && !excluded(when, self.findings)).then_some(found)
    }

    /// The finding that a condition wants, whatever else it wants.
    #[expect(
        clippy::option_option,
        reason = "the two kinds of nothing are told apart"
    )]
    pub(super) fn finding_for(&self, when: &Condition) -> Option<Option<usize>> {
        finding_for(when, self.findings, |finding| {
            finding.recipients.is_empty() || finding.recipients.contains(&self.index)
        })
    }

    /// What the words of a row can speak of: first the values of the finding that it follows from.
    pub(super) fn values(&self, found: Option<usize>) -> Values {
        let of_case = values(self.case, self.index, self.findings, self.words);
        let Some(finding) = found.and_then(|at| self.findings.get(at)) else {
            return of_case;
        };
        let mut own = finding.values.clone();
        if let Some(expected) = &finding.expected {
            own.set(Slot::Expected, Value::Text(expected.clone()));
        }
        own.complete(&of_case);
        own
    }

    /// The words of the server.
    pub(super) fn diagnostic(&self) -> Option<&'a str> {
        let said = self.recipient.diagnostic.as_ref()?;
        Some(said.value.as_str())
    }

    /// Who has to act first.
    pub(super) fn side(&self) -> Side {
        self.judgement.responsible
    }

    /// Whether all but the findings of a condition holds.
    fn holds(&self, when: &Condition) -> bool {
        let judgement = self.judgement;
        let status = self.recipient.status.as_ref().map(|status| status.value);
        let code = self.recipient.reply_code.as_ref().map(|code| code.value.0);
        let system = self.case.bounce.system.as_ref().map(|system| system.value);
        is_one(when.reasons, Some(judgement.reason))
            && is_one(when.sides, Some(judgement.responsible))
            && is_one(when.refused_by, judgement.refused_by)
            && is_one(when.providers, judgement.provider)
            && is_one(when.hosts, self.host)
            && is_one(when.domains, self.domain())
            && is_one(when.services, self.service)
            && is_one(when.systems, system)
            && is_one(when.codes, code)
            && (when.statuses.is_empty()
                || status.is_some_and(|status| {
                    when.statuses.iter().any(|pattern| pattern.holds(status))
                }))
            && (when.says.is_empty() || when.says.iter().any(|words| self.said.contains(words)))
            && when.facts.iter().all(|fact| self.has(*fact))
            && !when.lacks.iter().any(|fact| self.has(*fact))
            && when
                .permanent
                .is_none_or(|permanent| judgement.permanent == Some(permanent))
    }

    fn domain(&self) -> Option<&str> {
        let address = self.recipient.address.as_ref()?;
        address.value.rsplit_once('@').map(|(_, domain)| domain)
    }

    fn has(&self, fact: Fact) -> bool {
        let bounce = &self.case.bounce;
        let sending: &Sending = &bounce.sending;
        let form = |decoded: &crate::text::Spanned<crate::bounce::Decoded>| decoded.value.form;
        match fact {
            Fact::Backscatter => bounce
                .returned
                .backscatter
                .as_ref()
                .is_some_and(|is| is.value),
            Fact::Bulk => bounce.returned.bulk.as_ref().is_some_and(|is| is.value),
            Fact::Diagnostic => {
                let recipient = self.recipient;
                recipient.diagnostic.is_some()
                    || recipient.status.is_some()
                    || recipient.reply_code.is_some()
            }
            Fact::Forwarded => sending.decoded.as_ref().map(form) == Some(Form::Srs),
            Fact::Helo => sending.helo.is_some(),
            Fact::Hosted => self.host.is_some(),
            Fact::Recipient => self.recipient.address.is_some(),
            Fact::Selector => !sending.dkim.is_empty(),
            Fact::SenderDomain => {
                sending.from_domain.is_some() || sending.envelope_domain.is_some()
            }
            Fact::SendingIp => sending.ip.is_some(),
            Fact::Service => self.service.is_some(),
            Fact::Suppress => self.judgement.suppress == Some(true),
            Fact::X500 => self.recipient.decoded.as_ref().map(form) == Some(Form::Imceaex),
        }
    }
}

/// The finding that a condition wants among those that are about somebody.
#[expect(
    clippy::option_option,
    reason = "the two kinds of nothing are told apart"
)]
pub(super) fn finding_for(
    when: &Condition,
    findings: &[Finding],
    about: impl Fn(&Finding) -> bool,
) -> Option<Option<usize>> {
    if when.findings.is_empty() && when.checks.is_empty() {
        return Some(None);
    }
    findings
        .iter()
        .position(|finding| {
            is_wanted(when, finding) && about(finding) && (!when.explains || finding.explains)
        })
        .map(Some)
}

/// Whether a condition names the finding, or the check that found a fault with it.
fn is_wanted(when: &Condition, finding: &Finding) -> bool {
    let is_fault = matches!(finding.verdict, Verdict::Problem | Verdict::Warning);
    when.findings.contains(&finding.code) || is_fault && when.checks.contains(&finding.code.check())
}

fn excluded(when: &Condition, findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| when.unless.contains(&finding.code))
}

/// As rows have their words: lower case, one space between words.
fn folded(said: &str) -> String {
    let lower = said.lower();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Nothing wanted, or one of what is wanted.
fn is_one<T: PartialEq>(wanted: &[T], is: Option<T>) -> bool {
    wanted.is_empty() || is.is_some_and(|is| wanted.contains(&is))
}

/// Whose servers have the recipient's mailboxes: the MX records tell, else the server that refused.
fn host(recipient: &Recipient, index: usize, findings: &[Finding]) -> Option<&'static str> {
    let by_record = findings
        .iter()
        .filter(|finding| finding.recipients.contains(&index))
        .flat_map(|finding| &finding.answers)
        .flat_map(|(_, answer)| answer.mail_exchangers())
        .find_map(|(_, host)| knowledge::provider_of_host(&host));
    let by_server = || knowledge::provider_of_host(&recipient.remote_mta.as_ref()?.value);
    by_record.or_else(by_server).map(|provider| provider.id)
}

/// The service that the mail goes out through, by the names of the sending server.
pub(super) fn service(case: &Case, findings: &[Finding]) -> Option<&'static Sender> {
    let bounce = &case.bounce;
    let names = [&bounce.sending.helo, &bounce.reporting_mta];
    let by_name = names
        .into_iter()
        .flatten()
        .find_map(|name| knowledge::sender_of_host(&name.value));
    let by_pointer = || {
        findings
            .iter()
            .filter(|finding| finding.recipients.is_empty())
            .flat_map(|finding| &finding.answers)
            .flat_map(|(_, answer)| answer.pointers())
            .find_map(|name| knowledge::sender_of_host(name.as_str()))
    };
    by_name.or_else(by_pointer)
}
