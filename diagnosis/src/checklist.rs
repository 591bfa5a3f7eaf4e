//! From reasons and findings to what a person reads: a headline for each recipient and the ordered
//! steps. The playbook's rows decide; what is here only picks, fills and orders.

use std::collections::HashMap;

use crate::{
    bounce::{Form, Kind, Shape},
    case::{Case, Judgement},
    dns::{Name, Question},
    finding::Finding,
    knowledge::{self, Condition, HEADLINES, Headline as HeadlineWords, STEPS, StepRule},
    reason::{RefusedBy, Side},
    wording::{Slot, Template, Value, Values, fill},
};

/// More open steps than this nobody reads.
const MAX_OPEN_STEPS: usize = 7;

/// What to tell the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// One a recipient; one alone where there are no recipients.
    pub headlines: Vec<Headline>,
    /// What to do, first things first; what is ruled out comes last.
    pub steps: Vec<Step>,
}

/// What happened, in two sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// Who has to act first.
    pub side: Side,
    /// What happened.
    pub what: String,
    /// Why, and whether sending again helps.
    pub why: String,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its stable name in the playbook.
    pub id: &'static str,
    /// Who does it.
    pub owner: Side,
    /// The recipients that it is for, by index.
    pub recipients: Vec<usize>,
    /// Whether it is to be done.
    pub state: State,
    /// What to do.
    pub title: String,
    /// Why.
    pub why: String,
    /// How to see that it worked.
    pub verify: String,
    /// Commands to copy.
    pub commands: Vec<String>,
    /// The finding that it follows from, by index.
    pub finding: Option<usize>,
}

/// Whether a step is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// To be done.
    Open,
    /// Not needed: the evidence has answered it.
    RuledOut,
}

impl State {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::RuledOut => "ruled-out",
        }
    }
}

/// Writes headline and steps for a case and what was found.
#[must_use]
pub fn advise(case: &Case, findings: &[Finding]) -> Advice {
    let mut headlines = if case.judgements.is_empty() {
        vec![headline_of_kind(case)]
    } else {
        case.judgements
            .iter()
            .enumerate()
            .map(|(index, judgement)| headline(case, index, judgement, findings))
            .collect()
    };
    if case
        .bounce
        .returned
        .backscatter
        .as_ref()
        .is_some_and(|is| is.value)
    {
        let doubt = worded(Side::Nobody, "backscatter", &values(case, 0, findings));
        for headline in &mut headlines {
            headline.why = format!("{} {}", headline.why, doubt.why);
        }
    }
    Advice {
        headlines,
        steps: steps(case, findings),
    }
}

/// The word of the JSON contract for a kind.
#[must_use]
pub fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::AutoReply => "auto-reply",
        Kind::Bounce => "bounce",
        Kind::Complaint => "complaint",
        Kind::Delay => "delay",
        Kind::Delivered => "delivered",
        Kind::Other => "other",
        Kind::Suspicious => "suspicious",
    }
}

fn headline_of_kind(case: &Case) -> Headline {
    let kind = match case.bounce.shape {
        Shape::Lone => "lone",
        _ => kind_word(case.bounce.kind),
    };
    let side = match case.bounce.kind {
        Kind::Complaint => Side::Sender,
        _ => Side::Nobody,
    };
    worded(side, kind, &lone_values(case))
}

fn lone_values(case: &Case) -> Values {
    let sending = &case.bounce.sending;
    let ip = sending.ip.as_ref().map(|ip| ip.value.to_string());
    let domain = sending.from_domain.as_ref().map(|name| name.value.clone());
    let address = case
        .bounce
        .recipients
        .first()
        .and_then(|recipient| recipient.address.as_ref())
        .map(|address| address.value.clone());
    match address.or(domain).or(ip) {
        Some(name) => Values::new().with(Slot::Names, Value::Names(vec![name])),
        None => Values::new(),
    }
}

fn worded(side: Side, kind: &str, values: &Values) -> Headline {
    let words = knowledge::kind_words(kind);
    let first =
        |templates: Option<&[Template]>| first_filled(templates.unwrap_or_default(), values);
    Headline {
        side,
        what: first(words.map(|words| words.what)),
        why: first(words.map(|words| words.why)),
    }
}

fn headline(case: &Case, index: usize, judgement: &Judgement, findings: &[Finding]) -> Headline {
    let values = values(case, index, findings);
    let side = judgement.responsible;
    if case.bounce.shape == Shape::Lone {
        return worded(Side::Nobody, "lone", &lone_values(case));
    }
    let still_trying = case.bounce.kind == Kind::Delay && side == Side::Nobody;
    let is_refusal = matches!(case.bounce.kind, Kind::Bounce | Kind::Delay);
    if !is_refusal || still_trying {
        return worded(side, kind_word(case.bounce.kind), &values);
    }
    let words = headline_words(judgement);
    let first =
        |templates: Option<&[Template]>| first_filled(templates.unwrap_or_default(), &values);
    Headline {
        side,
        what: first(words.map(|words| words.what)),
        why: first(words.map(|words| words.why)),
    }
}

fn headline_words(judgement: &Judgement) -> Option<&'static HeadlineWords> {
    let of_reason = || {
        HEADLINES
            .iter()
            .filter(|words| words.reason == judgement.reason)
    };
    of_reason()
        .find(|words| words.refused_by.is_some() && words.refused_by == judgement.refused_by)
        .or_else(|| of_reason().find(|words| words.refused_by.is_none()))
}

fn first_filled(templates: &[Template], values: &Values) -> String {
    templates
        .iter()
        .find_map(|template| fill(template, values))
        .unwrap_or_default()
}

/// The values that wording can speak of for one recipient.
fn values(case: &Case, index: usize, findings: &[Finding]) -> Values {
    let mut values = Values::new();
    let bounce = &case.bounce;
    let mut text = |slot, value: Option<String>| {
        if let Some(value) = value {
            values.set(slot, Value::Text(value));
        }
    };
    if let Some(recipient) = bounce.recipients.get(index) {
        let address = recipient
            .address
            .as_ref()
            .map(|address| address.value.clone());
        let domain = address
            .as_ref()
            .and_then(|address| address.rsplit_once('@'))
            .map(|(_, domain)| domain.to_owned());
        text(Slot::RecipientDomain, domain);
        text(Slot::Recipient, address);
        let server = recipient.remote_mta.as_ref().map(|name| name.value.clone());
        let ip = recipient.remote_ip.as_ref().map(|ip| ip.value.to_string());
        text(Slot::Server, server.or(ip));
        text(
            Slot::Status,
            recipient
                .status
                .as_ref()
                .map(|status| status.value.to_string()),
        );
        text(
            Slot::ReplyCode,
            recipient
                .reply_code
                .as_ref()
                .map(|code| code.value.to_string()),
        );
        text(
            Slot::Until,
            recipient
                .will_retry_until
                .as_ref()
                .map(|time| readable(&time.value)),
        );
        text(Slot::Mx, mail_exchanger(case, index, findings));
        let decoded = recipient.decoded.as_ref().map(|decoded| &decoded.value);
        let x500 = decoded.filter(|decoded| decoded.form == Form::Imceaex);
        text(Slot::X500, x500.and_then(|decoded| decoded.name.clone()));
    }
    text(Slot::Refuser, refuser(case, index));
    if let Some(ip) = bounce.sending.ip.as_ref().map(|ip| ip.value) {
        text(Slot::SendingIp, Some(ip.to_string()));
        text(Slot::ReverseName, Some(Name::reverse(ip).to_string()));
    }
    let sending = &bounce.sending;
    let sender = sending
        .from_domain
        .as_ref()
        .or(sending.envelope_domain.as_ref());
    text(
        Slot::SenderDomain,
        sender.map(|domain| domain.value.clone()),
    );
    values
}

/// A time of RFC 3339 as people write it, such as "29 Nov 2026, 08:38 UTC".
fn readable(time: &str) -> String {
    let Some(parsed) = mail_parser::DateTime::parse_rfc3339(time) else {
        return time.to_owned();
    };
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = usize::from(parsed.month).checked_sub(1);
    let month = month.and_then(|month| MONTHS.get(month)).copied();
    format!(
        "{} {} {}, {:02}:{:02} UTC",
        parsed.day,
        month.unwrap_or_default(),
        parsed.year,
        parsed.hour,
        parsed.minute
    )
}

/// The server to try a connection to: the first mail exchanger found, else the one that refused.
fn mail_exchanger(case: &Case, index: usize, findings: &[Finding]) -> Option<String> {
    let found = findings.iter().find_map(|finding| {
        let fits = finding.recipients.contains(&index);
        let (_, answer) = finding.answers.first().filter(|_| fits)?;
        let (_, host) = answer.mail_exchangers().into_iter().next()?;
        (!host.is_empty()).then_some(host)
    });
    let recipient = case.bounce.recipients.get(index)?;
    found.or_else(|| recipient.remote_mta.as_ref().map(|name| name.value.clone()))
}

/// Who said no, by the name that a person knows.
fn refuser(case: &Case, index: usize) -> Option<String> {
    let recipient = case.bounce.recipients.get(index)?;
    let judgement = case.judgements.get(index)?;
    let own = case
        .bounce
        .reporting_mta
        .as_ref()
        .map(|name| name.value.clone());
    if judgement.refused_by == Some(RefusedBy::OwnServer) {
        return own;
    }
    let provider = judgement
        .provider
        .and_then(knowledge::provider)
        .map(|provider| provider.name.to_owned());
    let server = recipient.remote_mta.as_ref().map(|name| name.value.clone());
    let domain = recipient
        .address
        .as_ref()
        .and_then(|address| address.value.rsplit_once('@'))
        .map(|(_, domain)| domain.to_owned());
    match judgement.refused_by {
        Some(RefusedBy::Nobody) => domain.or(server),
        _ => provider.or(server).or(domain),
    }
}

fn steps(case: &Case, findings: &[Finding]) -> Vec<Step> {
    let mut ranked: Vec<(u16, Step)> = Vec::new();
    for rule in STEPS {
        let steps = if case.judgements.is_empty() {
            step_without_recipient(rule, findings).into_iter().collect()
        } else {
            steps_of_rule(rule, case, findings)
        };
        ranked.extend(steps.into_iter().map(|step| (rule.rank, step)));
    }
    ranked.sort_by_key(|(rank, step)| (step.state == State::RuledOut, *rank));
    let mut open = 0;
    ranked
        .into_iter()
        .map(|(_, step)| step)
        .filter(|step| {
            open += usize::from(step.state == State::Open);
            step.state == State::RuledOut || open <= MAX_OPEN_STEPS
        })
        .collect()
}

/// What reads the same for several recipients is one step.
fn steps_of_rule(rule: &StepRule, case: &Case, findings: &[Finding]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for index in 0..case.judgements.len() {
        let Some(step) = step(rule, case, index, findings) else {
            continue;
        };
        let place = *places.entry(step.title.clone()).or_insert(steps.len());
        match steps.get_mut(place) {
            Some(known) => known.recipients.extend(step.recipients),
            None => steps.push(step),
        }
    }
    steps
}

fn step(rule: &StepRule, case: &Case, index: usize, findings: &[Finding]) -> Option<Step> {
    let judgement = case.judgements.get(index)?;
    let about =
        |finding: &Finding| finding.recipients.is_empty() || finding.recipients.contains(&index);
    let found = finding_for(&rule.when, findings, about)?;
    let can_be_acted_on = matches!(
        case.bounce.kind,
        Kind::Bounce | Kind::Complaint | Kind::Delay
    );
    let applies =
        can_be_acted_on && holds(&rule.when, judgement) && !excluded(&rule.when, findings);
    let answered = rule.ruled_out && found.is_some();
    if !(applies || answered) {
        return None;
    }
    let mut values = values(case, index, findings);
    if let Some(finding) = found.and_then(|at| findings.get(at)) {
        let mut own = finding.values.clone();
        own.complete(&values);
        values = own;
    }
    build(rule, vec![index], found, &values)
}

fn step_without_recipient(rule: &StepRule, findings: &[Finding]) -> Option<Step> {
    let about = |_: &Finding| true;
    let found = finding_for(&rule.when, findings, about)?.filter(|_| rule.ruled_out)?;
    let finding = findings.get(found)?;
    build(rule, Vec::new(), Some(found), &finding.values)
}

fn build(
    rule: &StepRule,
    recipients: Vec<usize>,
    finding: Option<usize>,
    values: &Values,
) -> Option<Step> {
    Some(Step {
        id: rule.id,
        owner: rule.owner,
        recipients,
        state: match rule.ruled_out {
            true => State::RuledOut,
            false => State::Open,
        },
        title: fill(rule.title, values)?,
        why: fill(rule.why, values)?,
        verify: fill(rule.verify, values)?,
        commands: rule
            .commands
            .iter()
            .filter_map(|command| fill(command, values))
            .collect(),
        finding,
    })
}

/// The finding that a step follows from: `None` where it wants one that is not there, `Some(None)`
/// where it wants none.
#[expect(
    clippy::option_option,
    reason = "the two kinds of nothing are told apart"
)]
fn finding_for(
    when: &Condition,
    findings: &[Finding],
    about: impl Fn(&Finding) -> bool,
) -> Option<Option<usize>> {
    if when.findings.is_empty() {
        return Some(None);
    }
    findings
        .iter()
        .position(|finding| {
            when.findings.contains(&finding.code)
                && about(finding)
                && (!when.explains || finding.explains)
        })
        .map(Some)
}

fn holds(when: &Condition, judgement: &Judgement) -> bool {
    (when.reasons.is_empty() || when.reasons.contains(&judgement.reason))
        && (when.sides.is_empty() || when.sides.contains(&judgement.responsible))
        && (when.providers.is_empty()
            || judgement
                .provider
                .is_some_and(|provider| when.providers.contains(&provider)))
        && when
            .permanent
            .is_none_or(|permanent| judgement.permanent == Some(permanent))
}

fn excluded(when: &Condition, findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| when.unless.contains(&finding.code))
}

/// The look-up behind a question as a command to copy.
#[must_use]
pub fn commands_for(question: &Question) -> Vec<String> {
    let kind = question.record_type.as_str();
    let checking = match question.checking_disabled {
        true => "+cd ",
        false => "",
    };
    vec![
        format!("dig {checking}{} {kind}", question.name),
        format!(
            "nslookup -type={} {}",
            kind.to_ascii_lowercase(),
            question.name
        ),
    ]
}
