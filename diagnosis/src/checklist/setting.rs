//! The circumstances of one recipient, as the rows of the playbook ask for them.

use crate::{
    bounce::{Form, Kind, Recipient, Sending, Shape, Trial, TrialOutcome, are_related},
    case::{Case, Judgement, Tried, tried},
    dns::Name,
    finding::{Finding, Verdict},
    knowledge::{self, Condition, Fact, Sender},
    reason::{Confidence, Reason, RefusedBy, Side},
    text::{Lower, Spanned},
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
    tried: Option<Tried>,
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
            tried: tried(&case.bounce, index),
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

    /// What the person's tests show of a step that is done by some facts, or that wants a record to
    /// be published; nothing where they do not show it.
    pub(super) fn shown(&self, done_by: &[Fact], found: Option<usize>) -> Vec<String> {
        let finding = found.and_then(|at| self.findings.get(at));
        let expected = finding.and_then(|finding| finding.expected.as_deref());
        let trials = self.case.bounce.trials.iter();
        let done = done_by.iter().any(|fact| self.has(*fact));
        if done && self.case.bounce.trials.is_empty() {
            // The log itself tells it.
            return self.diagnostic().map(str::to_owned).into_iter().collect();
        }
        let telling: Vec<&Trial> = match done_by.iter().find(|fact| self.has(**fact)) {
            Some(fact) => trials.filter(|trial| tells(*fact, trial)).collect(),
            None => trials.filter(|trial| holds(trial, expected)).collect(),
        };
        telling.into_iter().map(line).collect()
    }

    fn has_trial(&self, outcome: TrialOutcome) -> bool {
        let mut trials = self.case.bounce.trials.iter();
        trials.any(|trial| trial.outcome == outcome)
    }

    /// Whether a test of DNS found records at a name.
    fn is_found(&self, name: Option<&str>) -> bool {
        let Some(name) = name else { return false };
        let mut trials = self.case.bounce.trials.iter();
        trials.any(|trial| trial.outcome == TrialOutcome::Found && trial.name() == Some(name))
    }

    /// What else the refusal may mean, where no finding has decided it.
    pub(super) fn second_reason(&self) -> Option<Reason> {
        let mut findings = self.findings.iter();
        let is_decided = findings.any(|finding| {
            let is_own = finding.recipients.is_empty() || finding.recipients.contains(&self.index);
            finding.explains && is_own
        });
        let is_theirs = !self.has(Fact::Backscatter);
        self.judgement
            .second_reason
            .filter(|_| !is_decided && is_theirs)
    }

    /// Whether all but the findings of a condition holds.
    fn holds(&self, when: &Condition) -> bool {
        let judgement = self.judgement;
        let status = self.recipient.status.as_ref().map(|status| status.value);
        let code = self.recipient.reply_code.as_ref().map(|code| code.value.0);
        let system = self.case.bounce.system.as_ref().map(|system| system.value);
        is_one(when.reasons, Some(judgement.reason))
            && is_one(when.seconds, judgement.second_reason)
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
        let form = |decoded: &Spanned<crate::bounce::Decoded>| decoded.value.form;
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
            Fact::Forwarded => {
                sending.decoded.as_ref().map(form) == Some(Form::Srs)
                    || self.judgement.refused_by == Some(RefusedBy::ForwardTarget)
                    || was_forwarded(self.recipient)
            }
            Fact::DomainShown => self.is_found(self.domain()),
            Fact::OneServerDown => self.tried == Some(Tried::OneServerDown),
            Fact::PointerShown => sending.ip.as_ref().is_some_and(|ip| {
                let name = Name::reverse(ip.value).to_string();
                self.is_found(Some(&name)) || self.is_found(Some(&ip.value.to_string()))
            }),
            Fact::PortBlocked => self.tried == Some(Tried::PortBlocked),
            Fact::ServerAnswers => self.tried == Some(Tried::Reached),
            Fact::ServerSilent => self.tried == Some(Tried::Silent),
            Fact::ShutOut => self.tried == Some(Tried::ShutOut),
            Fact::TlsFails => self.has_trial(TrialOutcome::TlsFailed),
            Fact::TlsMissing => self.has_trial(TrialOutcome::TlsMissing),
            Fact::TlsWorks => self.has_trial(TrialOutcome::TlsWorks),
            Fact::TurnedAway => self.tried == Some(Tried::TurnedAway),
            Fact::Helo => sending.helo.is_some(),
            Fact::Hosted => self.host.is_some(),
            Fact::Recipient => self.recipient.address.is_some(),
            Fact::Selector => !sending.dkim.is_empty(),
            Fact::SenderDomain => {
                sending.from_domain.is_some() || sending.envelope_domain.is_some()
            }
            Fact::SendingIp => sending.ip.is_some(),
            Fact::Service => self.service.is_some(),
            Fact::Split => {
                let is_guess = self.judgement.confidence == Confidence::Unsure;
                is_guess && self.judgement.second_reason.is_some()
            }
            Fact::Suppress => self.judgement.suppress == Some(true),
            Fact::X500 => self.recipient.decoded.as_ref().map(form) == Some(Form::Imceaex),
        }
    }
}

/// Whether a test is one of those that a fact stands on.
fn tells(fact: Fact, trial: &Trial) -> bool {
    let outcome = trial.outcome;
    match fact {
        Fact::DomainShown | Fact::PointerShown => outcome == TrialOutcome::Found,
        Fact::TlsFails | Fact::TlsMissing | Fact::TlsWorks => outcome.is_of_tls(),
        _ => !outcome.is_of_dns() && !outcome.is_of_tls(),
    }
}

/// Whether a test shows the record that is wanted, with its terms in whatever order: quotation marks
/// and the cuts between character-strings are those of the tool.
fn holds(trial: &Trial, expected: Option<&str>) -> bool {
    let wanted: Vec<&str> = expected.unwrap_or_default().split_whitespace().collect();
    let has_all = |record: &String| {
        let whole = record.replace("\" \"", "").replace('"', "");
        let terms: Vec<&str> = whole.split_whitespace().collect();
        wanted.iter().all(|term| terms.contains(term))
    };
    !wanted.is_empty() && trial.records.iter().any(has_all)
}

/// A test in one line.
pub(super) fn line(trial: &Trial) -> String {
    let said = trial.records.first().unwrap_or(&trial.said.value);
    match trial.name().filter(|host| !said.contains(host)) {
        Some(host) => format!("{host}: {said}"),
        None => said.clone(),
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
    // A service that reports by webhook has sent the message itself.
    let by_report = || {
        let system = bounce.system.as_ref()?;
        let is_own = bounce.shape == Shape::Webhook;
        is_own.then(|| knowledge::sender_named(system.value))?
    };
    by_name.or_else(by_report).or_else(by_pointer)
}

/// Whether the recipient's side sent the message on to an address in another house.
fn was_forwarded(recipient: &Recipient) -> bool {
    let domain = |address: &Option<Spanned<String>>| {
        let address = address.as_ref()?;
        Some(address.value.rsplit_once('@')?.1.to_ascii_lowercase())
    };
    match (domain(&recipient.original), domain(&recipient.address)) {
        (Some(first), Some(last)) => !are_related(&first, &last),
        _ => false,
    }
}
