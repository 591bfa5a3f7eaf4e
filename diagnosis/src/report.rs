//! The JSON contract: what `diagnose --json` prints, what the page shows and what an embedding host
//! gets. Its structs are its own and written by hand from the inner ones; only they promise
//! stability.

use crate::{
    bounce::{Authentication, Bounce, Command, Decoded, Form, Recipient, Returned, Shape, Trial},
    case::{Case, Judgement},
    checklist::{Advice, Handover, Headline, OnList, Step, commands_for, kind_word},
    dns::{Answer, Question},
    finding::Finding,
    knowledge::{self, Asked},
    text::{Span, Spanned},
    wording::{Slot, Value, fill},
};

mod json;

/// One message found in a paste, with everything that is known about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The file that it was read from; `None` in the page.
    pub source: Option<String>,
    /// Which message of the paste it is, from 0.
    pub index: usize,
    /// The part of the paste that it was read from.
    pub span: [usize; 2],
    /// bounce, delay, delivered, complaint, auto-reply, suspicious or other.
    pub kind: &'static str,
    /// lone, prose, reply, report or unknown: the shape it was pasted in.
    pub shape: &'static str,
    /// The mail system that wrote it.
    pub system: Option<&'static str>,
    /// Reporting-MTA.
    pub reporting_mta: Option<String>,
    /// Arrival-Date, RFC 3339 in UTC.
    pub arrival_date: Option<String>,
    /// One a recipient.
    pub recipients: Vec<RecipientReport>,
    /// The side that sent the returned message.
    pub sending: SendingReport,
    /// The returned message itself; `None` where nothing is known of it.
    pub returned: Option<ReturnedReport>,
    /// What a server found when the returned message passed it (Authentication-Results, RFC 8601).
    pub authentication: Vec<AuthenticationReport>,
    /// What servers before a forwarder found (ARC-Authentication-Results, RFC 8617), as it stands
    /// there.
    pub arc_authentication_results: Vec<String>,
    /// Whether the returned message comes from another domain than the one that the bounce went
    /// to: somebody else sent it. `None` where that cannot be told.
    pub backscatter: Option<bool>,
    /// What the person tried by hand, where that was pasted along.
    pub trials: Vec<TrialReport>,
    /// What DNS says, what explains the bounce first.
    pub findings: Vec<FindingReport>,
    /// What to do, first things first.
    pub checklist: Vec<StepReport>,
    /// What happened, one a recipient; one alone where there are no recipients.
    pub headlines: Vec<HeadlineReport>,
    /// Messages that are ready to be sent to those who have to act.
    pub handovers: Vec<HandoverReport>,
}

/// A message that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandoverReport {
    /// user, own-admin, sender-provider, recipient-postmaster, isp or blocklist.
    pub to: &'static str,
    /// The language that it is written in.
    pub language: String,
    /// The recipients that it is about, by index.
    pub recipients: Vec<usize>,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The same as Markdown.
    pub markdown: String,
}

/// One recipient.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the JSON contract, documented in the README"
)]
pub struct RecipientReport {
    pub address: Option<String>,
    pub original: Option<String>,
    pub action: Option<&'static str>,
    pub status: Option<String>,
    pub reply_code: Option<u16>,
    pub diagnostic: Option<String>,
    pub command: Option<&'static str>,
    pub remote_mta: Option<String>,
    pub remote_ip: Option<String>,
    pub reason: &'static str,
    pub second_reason: Option<&'static str>,
    pub confidence: &'static str,
    pub permanent: Option<bool>,
    pub suppress: Option<bool>,
    pub responsible: &'static str,
    pub refused_by: Option<&'static str>,
    pub provider: Option<&'static str>,
    pub last_attempt_date: Option<String>,
    pub will_retry_until: Option<String>,
    pub attempts: Option<u32>,
    pub waited_seconds: Option<u64>,
    pub decoded: Option<DecodedReport>,
    /// What a sender to many does with the address.
    pub list_advice: Option<ListAdviceReport>,
    pub evidence: Vec<EvidenceReport>,
}

/// What a sender to many does with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListAdviceReport {
    /// drop, fix-typo, keep or retry-later.
    pub action: &'static str,
    /// The same in a sentence, with the reason.
    pub words: String,
}

/// What was written into an address on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedReport {
    /// batv, forward, group, imcea, imceaex, imceainvalid, imceasmtp, imceax400, srs or verp.
    pub form: &'static str,
    /// The address that a person knows: the sender's (batv, srs), the recipient's (verp), the
    /// group's (group), the one forwarded to (forward), or the one encoded (imcea…).
    pub address: Option<String>,
    /// The X.500 name of a mailbox, which an Exchange administrator needs (imceaex).
    pub x500: Option<String>,
    /// What was encoded, where it is neither (imcea…).
    pub name: Option<String>,
}

/// Where a field was read from, or a rule fired.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceReport {
    /// The field of the contract.
    pub field: &'static str,
    /// The rule: a row of the knowledge for `reason`, else the reader's shape.
    pub rule: &'static str,
    /// Byte ranges of the paste.
    pub spans: Vec<[usize; 2]>,
}

/// The side that sent the returned message.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the JSON contract, documented in the README"
)]
pub struct SendingReport {
    pub ip: Option<String>,
    pub helo: Option<String>,
    pub from_domain: Option<String>,
    pub envelope_domain: Option<String>,
    pub decoded: Option<DecodedReport>,
    pub dkim: Vec<SignatureReport>,
    pub evidence: Vec<EvidenceReport>,
}

/// The returned message itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ReturnedReport {
    /// Its subject, encoded words undone.
    pub subject: Option<String>,
    /// How many bytes it had: counted as on the wire where all of it came back, else as a server
    /// says.
    pub size: Option<usize>,
    /// Its Date field, RFC 3339 in UTC.
    pub date: Option<String>,
    /// Its Message-ID without the angle brackets.
    pub message_id: Option<String>,
    /// Whether its head says that it went to many; `None` where its head did not come back.
    pub bulk: Option<bool>,
    /// Where in the paste these stand.
    pub evidence: Vec<EvidenceReport>,
}

/// One result of Authentication-Results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationReport {
    /// spf, dkim, dmarc, arc, iprev, …
    pub method: String,
    /// The method's own word.
    pub result: String,
    /// The domain that it is about.
    pub domain: Option<String>,
    /// The selector of a DKIM signature.
    pub selector: Option<String>,
    /// Where in the paste it stands.
    pub spans: Vec<[usize; 2]>,
}

/// A DKIM signature of the returned message.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the JSON contract, documented in the README"
)]
pub struct SignatureReport {
    pub domain: String,
    pub selector: String,
}

/// One test run by hand: telnet, openssl, dig and their kin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialReport {
    /// The server that was tried, or the name that was looked up.
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// found, no-record, not-found, reached, refused, timed-out, tls-failed, tls-missing, tls-works,
    /// turned-away or unanswered.
    pub outcome: &'static str,
    /// The line that says so.
    pub said: String,
    /// Where it stands in the paste.
    pub spans: Vec<[usize; 2]>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the JSON contract, documented in the README"
)]
pub struct FindingReport {
    pub check: &'static str,
    pub code: &'static str,
    pub subject: String,
    pub recipients: Vec<usize>,
    pub result: Option<&'static str>,
    pub verdict: &'static str,
    pub unchecked_because: Option<&'static str>,
    pub explains: bool,
    pub title: String,
    pub detail: String,
    pub rfc: &'static str,
    /// Whose DNS it is: recipient, sender, ip-range or list; `None` where none was asked.
    pub zone: Option<&'static str>,
    /// The same in the reader's words.
    pub zone_words: Option<&'static str>,
    /// The record as it is, where the finding is about one.
    pub record: Option<String>,
    pub expected: Option<String>,
    /// The steps of a long evaluation.
    pub trail: Vec<String>,
    pub commands: Vec<String>,
    pub answers: Vec<AnswerReport>,
}

/// One answer of DNS.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the JSON contract, documented in the README"
)]
pub struct AnswerReport {
    pub name: String,
    pub record_type: &'static str,
    pub status: &'static str,
    pub records: Vec<String>,
    pub ttl: Option<u32>,
    pub ad: bool,
    pub asked_at: Option<String>,
    pub demo: bool,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the JSON contract, documented in the README"
)]
pub struct StepReport {
    pub id: &'static str,
    pub owner: &'static str,
    /// The owner in the reader's words.
    pub owner_words: String,
    pub recipients: Vec<usize>,
    pub title: String,
    pub why: String,
    pub state: &'static str,
    pub commands: Vec<String>,
    pub verify: Vec<String>,
    /// The finding that it follows from, by index.
    pub finding: Option<usize>,
    /// The one fact that the step asks for: from, helo, ip, paste or selector.
    pub asks: Option<&'static str>,
    /// What the person's own tests show of it, a line each, where it is done.
    pub shown: Vec<String>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the JSON contract, documented in the README"
)]
pub struct HeadlineReport {
    pub responsible: &'static str,
    /// Who has to act, in the reader's words.
    pub responsible_words: String,
    /// That they have to act, in one line.
    pub act: String,
    pub what: String,
    pub why: String,
}

impl Report {
    /// Writes the report of one message.
    #[must_use]
    pub fn new(index: usize, case: &Case, findings: &[Finding], advice: &Advice) -> Self {
        let bounce = &case.bounce;
        Self {
            source: None,
            index,
            span: pair(bounce.span),
            kind: kind_word(bounce.kind),
            shape: shape_word(bounce.shape),
            system: bounce.system.as_ref().map(|system| system.value),
            reporting_mta: value(bounce.reporting_mta.as_ref()),
            arrival_date: value(bounce.arrival_date.as_ref()),
            recipients: bounce
                .recipients
                .iter()
                .zip(&case.judgements)
                .enumerate()
                .map(|(index, (recipient, judgement))| {
                    let on_list = advice.on_lists.get(index).and_then(Option::as_ref);
                    recipient_report(bounce, recipient, judgement, on_list)
                })
                .collect(),
            sending: sending_report(bounce),
            returned: returned_report(bounce),
            authentication: authentication_report(&bounce.returned),
            arc_authentication_results: bounce
                .returned
                .arc
                .iter()
                .map(|result| result.value.clone())
                .collect(),
            backscatter: bounce.returned.backscatter.as_ref().map(|is| is.value),
            trials: bounce.trials.iter().map(trial_report).collect(),
            findings: findings.iter().map(finding_report).collect(),
            checklist: advice.steps.iter().map(step_report).collect(),
            headlines: advice.headlines.iter().map(headline_report).collect(),
            handovers: advice.handovers.iter().map(handover_report).collect(),
        }
    }
}

fn pair(span: Span) -> [usize; 2] {
    [span.start, span.end]
}

fn shape_word(shape: Shape) -> &'static str {
    match shape {
        Shape::Lone => "lone",
        Shape::LogLine => "log-line",
        Shape::Prose => "prose",
        Shape::Reply => "reply",
        Shape::Report => "report",
        Shape::Transcript => "transcript",
        Shape::Unknown => "unknown",
        Shape::Webhook => "webhook",
    }
}

fn value<T: ToString>(spanned: Option<&Spanned<T>>) -> Option<String> {
    spanned.map(|spanned| spanned.value.to_string())
}

fn recipient_report(
    bounce: &Bounce,
    recipient: &Recipient,
    judgement: &Judgement,
    on_list: Option<&OnList>,
) -> RecipientReport {
    RecipientReport {
        address: value(recipient.address.as_ref()),
        original: value(recipient.original.as_ref()),
        action: recipient
            .action
            .as_ref()
            .map(|action| action.value.as_str()),
        status: value(recipient.status.as_ref()),
        reply_code: recipient.reply_code.as_ref().map(|code| code.value.0),
        diagnostic: value(recipient.diagnostic.as_ref()),
        command: recipient
            .command
            .as_ref()
            .map(|command| Command::as_str(command.value)),
        remote_mta: value(recipient.remote_mta.as_ref()),
        remote_ip: value(recipient.remote_ip.as_ref()),
        reason: judgement.reason.as_str(),
        second_reason: judgement.second_reason.map(|reason| reason.as_str()),
        confidence: judgement.confidence.as_str(),
        permanent: judgement.permanent,
        suppress: judgement.suppress,
        responsible: judgement.responsible.as_str(),
        refused_by: judgement.refused_by.map(|by| by.as_str()),
        provider: judgement.provider,
        last_attempt_date: value(recipient.last_attempt_date.as_ref()),
        will_retry_until: value(recipient.will_retry_until.as_ref()),
        attempts: recipient.attempts.as_ref().map(|attempts| attempts.value),
        waited_seconds: recipient.waited_seconds.as_ref().map(|waited| waited.value),
        decoded: decoded_report(recipient.decoded.as_ref()),
        list_advice: on_list.map(|on_list| ListAdviceReport {
            action: on_list.action.as_str(),
            words: on_list.words.clone(),
        }),
        evidence: evidence(bounce.shape, recipient, judgement),
    }
}

fn decoded_report(decoded: Option<&Spanned<Decoded>>) -> Option<DecodedReport> {
    let Decoded {
        form,
        address,
        name,
    } = decoded?.value.clone();
    let is_x500 = form == Form::Imceaex;
    Some(DecodedReport {
        form: form.as_str(),
        address,
        x500: name.clone().filter(|_| is_x500),
        name: name.filter(|_| !is_x500),
    })
}

/// One entry a field that was read, and one for the reason.
fn evidence(shape: Shape, recipient: &Recipient, judgement: &Judgement) -> Vec<EvidenceReport> {
    let rule = shape_word(shape);
    let fields = [
        ("address", spans(recipient.address.as_ref())),
        ("original", spans(recipient.original.as_ref())),
        ("action", spans(recipient.action.as_ref())),
        ("status", spans(recipient.status.as_ref())),
        ("reply_code", spans(recipient.reply_code.as_ref())),
        ("diagnostic", spans(recipient.diagnostic.as_ref())),
        ("command", spans(recipient.command.as_ref())),
        ("remote_mta", spans(recipient.remote_mta.as_ref())),
        ("remote_ip", spans(recipient.remote_ip.as_ref())),
        (
            "last_attempt_date",
            spans(recipient.last_attempt_date.as_ref()),
        ),
        (
            "will_retry_until",
            spans(recipient.will_retry_until.as_ref()),
        ),
        ("attempts", spans(recipient.attempts.as_ref())),
        ("waited_seconds", spans(recipient.waited_seconds.as_ref())),
        ("decoded", spans(recipient.decoded.as_ref())),
    ];
    let read = fields
        .into_iter()
        .map(|(field, spans)| EvidenceReport { field, rule, spans });
    let reason = EvidenceReport {
        field: "reason",
        rule: judgement.rule,
        spans: judgement.spans.iter().copied().map(pair).collect(),
    };
    read.chain([reason])
        .filter(|entry| !entry.spans.is_empty())
        .collect()
}

fn spans<T>(spanned: Option<&Spanned<T>>) -> Vec<[usize; 2]> {
    spanned
        .into_iter()
        .flat_map(|spanned| spanned.spans.iter().copied().map(pair))
        .collect()
}

fn sending_report(bounce: &Bounce) -> SendingReport {
    let sending = &bounce.sending;
    let rule = shape_word(bounce.shape);
    let fields = [
        ("ip", spans(sending.ip.as_ref())),
        ("helo", spans(sending.helo.as_ref())),
        ("from_domain", spans(sending.from_domain.as_ref())),
        ("envelope_domain", spans(sending.envelope_domain.as_ref())),
        ("decoded", spans(sending.decoded.as_ref())),
        (
            "dkim",
            sending
                .dkim
                .iter()
                .flat_map(|dkim| spans(Some(dkim)))
                .collect(),
        ),
    ];
    SendingReport {
        ip: value(sending.ip.as_ref()),
        helo: value(sending.helo.as_ref()),
        from_domain: value(sending.from_domain.as_ref()),
        envelope_domain: value(sending.envelope_domain.as_ref()),
        decoded: decoded_report(sending.decoded.as_ref()),
        dkim: sending
            .dkim
            .iter()
            .map(|signature| SignatureReport {
                domain: signature.value.domain.clone(),
                selector: signature.value.selector.clone(),
            })
            .collect(),
        evidence: fields
            .into_iter()
            .map(|(field, spans)| EvidenceReport { field, rule, spans })
            .filter(|entry| !entry.spans.is_empty())
            .collect(),
    }
}

fn returned_report(bounce: &Bounce) -> Option<ReturnedReport> {
    let returned = &bounce.returned;
    let rule = shape_word(bounce.shape);
    let fields = [
        ("subject", spans(returned.subject.as_ref())),
        ("size", spans(returned.size.as_ref())),
        ("date", spans(returned.date.as_ref())),
        ("message_id", spans(returned.message_id.as_ref())),
        ("bulk", spans(returned.bulk.as_ref())),
    ];
    let report = ReturnedReport {
        subject: value(returned.subject.as_ref()),
        size: returned.size.as_ref().map(|size| size.value),
        date: value(returned.date.as_ref()),
        message_id: value(returned.message_id.as_ref()),
        bulk: returned.bulk.as_ref().map(|bulk| bulk.value),
        evidence: fields
            .into_iter()
            .map(|(field, spans)| EvidenceReport { field, rule, spans })
            .filter(|entry| !entry.spans.is_empty())
            .collect(),
    };
    (report.bulk.is_some() || report.size.is_some()).then_some(report)
}

fn authentication_report(returned: &Returned) -> Vec<AuthenticationReport> {
    let report = |found: &Spanned<Authentication>| {
        let Authentication {
            method,
            result,
            domain,
            selector,
        } = found.value.clone();
        AuthenticationReport {
            method,
            result,
            domain,
            selector,
            spans: spans(Some(found)),
        }
    };
    returned.authentication.iter().map(report).collect()
}

impl FindingReport {
    /// A finding in words.
    #[must_use]
    pub fn new(finding: &Finding) -> Self {
        finding_report(finding)
    }
}

fn finding_report(finding: &Finding) -> FindingReport {
    let words = knowledge::finding_words(finding.code);
    let asked = !finding.answers.is_empty();
    let zone = finding.code.check().zone().filter(|_| asked);
    let filled = |template| fill(template, &finding.values).unwrap_or_default();
    FindingReport {
        check: finding.code.check().as_str(),
        code: finding.code.as_str(),
        subject: finding.subject.clone(),
        recipients: finding.recipients.clone(),
        result: finding.result.map(|result| result.as_str()),
        verdict: finding.verdict.as_str(),
        unchecked_because: finding.unchecked_because.map(|because| because.as_str()),
        explains: finding.explains,
        title: filled(words.title),
        detail: filled(words.detail),
        rfc: words.rfc,
        zone: zone.map(|zone| zone.as_str()),
        zone_words: zone.map(knowledge::zone_words),
        record: finding.values.get(Slot::Record).map(Value::present),
        expected: finding.expected.clone(),
        trail: finding.trail.clone(),
        commands: commands(finding),
        answers: finding.answers.iter().map(answer_report).collect(),
    }
}

/// The deciding question, the one that was asked without the check of signatures, and what the
/// domain's own name server says.
fn commands(finding: &Finding) -> Vec<String> {
    let Some((first, _)) = finding.answers.first() else {
        return Vec::new();
    };
    let mut commands = commands_for(first);
    let unchecked = finding.answers.iter().skip(1);
    let unchecked = unchecked.filter(|(question, _)| question.checking_disabled);
    commands.extend(unchecked.flat_map(|(question, _)| commands_for(question)));
    if let Some(server) = finding.values.get(Slot::NameServer) {
        let kind = first.record_type.as_str();
        commands.push(format!("dig @{} {} {kind}", server.present(), first.name));
    }
    commands
}

fn answer_report((question, answer): &(Question, Answer)) -> AnswerReport {
    AnswerReport {
        name: question.name.to_string(),
        record_type: question.record_type.as_str(),
        status: answer.outcome.as_str(),
        records: answer
            .records
            .iter()
            .map(|record| record.data.present())
            .collect(),
        ttl: answer.ttl(),
        ad: answer.authenticated,
        asked_at: answer.asked_at.map(time),
        demo: answer.demo,
    }
}

/// Unix seconds as RFC 3339 in UTC.
#[must_use]
pub fn time(seconds: i64) -> String {
    mail_parser::DateTime::from_timestamp(seconds).to_rfc3339()
}

fn step_report(step: &Step) -> StepReport {
    StepReport {
        id: step.id,
        owner: step.owner.as_str(),
        owner_words: step.owner_words.clone(),
        recipients: step.recipients.clone(),
        title: step.title.clone(),
        why: step.why.clone(),
        state: step.state.as_str(),
        commands: step.commands.clone(),
        verify: vec![step.verify.clone()],
        finding: step.finding,
        asks: step.asks.map(Asked::as_str),
        shown: step.shown.clone(),
    }
}

fn trial_report(trial: &Trial) -> TrialReport {
    TrialReport {
        host: value(trial.host.as_ref()),
        port: trial.port,
        outcome: trial.outcome.as_str(),
        said: trial.said.value.clone(),
        spans: trial.said.spans.iter().map(|span| pair(*span)).collect(),
    }
}

fn headline_report(headline: &Headline) -> HeadlineReport {
    HeadlineReport {
        responsible: headline.side.as_str(),
        responsible_words: headline.side_words.clone(),
        act: headline.act.clone(),
        what: headline.what.clone(),
        why: headline.why.clone(),
    }
}

fn handover_report(handover: &Handover) -> HandoverReport {
    HandoverReport {
        to: handover.to.as_str(),
        language: handover.language.clone(),
        recipients: handover.recipients.clone(),
        subject: handover.subject.clone(),
        text: handover.text.clone(),
        markdown: handover.markdown.clone(),
    }
}
