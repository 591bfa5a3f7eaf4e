//! From reasons and findings to what a person reads: a headline for each recipient and the ordered
//! steps. The playbook's rows decide; what is here only picks, fills and orders.

mod setting;
mod steps;
mod values;

use crate::{
    bounce::{Kind, Shape},
    case::{Case, Judgement},
    dns::Question,
    finding::Finding,
    knowledge::{self, Asked, HEADLINES, Headline as HeadlineWords},
    reason::Side,
    wording::{Slot, Template, Value, Values, fill},
};
use steps::steps;
use values::values;

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
    /// The one fact that it asks the person for.
    pub asks: Option<Asked>,
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
