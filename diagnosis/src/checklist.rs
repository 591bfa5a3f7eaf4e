//! From reasons and findings to what a person reads: a headline for each recipient and the ordered
//! steps. The playbook's rows decide; what is here only picks, fills and orders.

mod handover;
mod setting;
mod steps;
mod values;

use std::cmp::Reverse;

use crate::{
    bounce::{Kind, Shape, Trial, TrialOutcome},
    case::Case,
    dns::Question,
    finding::Finding,
    knowledge::{
        self, Asked, Condition, DOUBTS, HEADLINES, Headline as HeadlineRule, ListAction, ON_LISTS,
    },
    reason::Side,
    wording::{Slot, Value, Values, Words, fill},
};
pub use handover::Handover;
use handover::{Material, handovers};
use setting::Setting;
use steps::steps;

/// What to tell the person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advice {
    /// One a recipient; one alone where there are no recipients.
    pub headlines: Vec<Headline>,
    /// What a sender to many does with each recipient's address; `None` where that is no question.
    pub on_lists: Vec<Option<OnList>>,
    /// What to do, first things first; what is ruled out comes last.
    pub steps: Vec<Step>,
    /// Messages that are ready to be sent to those who have to act.
    pub handovers: Vec<Handover>,
}

/// What happened, in two sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// Who has to act first.
    pub side: Side,
    /// The same in words.
    pub side_words: String,
    /// That this side has to act, in one line.
    pub act: String,
    /// What happened.
    pub what: String,
    /// Why, and whether sending again helps.
    pub why: String,
}

/// What a sender to many does with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnList {
    /// What to do.
    pub action: ListAction,
    /// The same in a sentence, with the reason.
    pub words: String,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its stable name in the playbook.
    pub id: &'static str,
    /// Who does it.
    pub owner: Side,
    /// The same in words.
    pub owner_words: String,
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
    /// What the person's own tests show of it, a line each, where it is done.
    pub shown: Vec<String>,
}

/// Whether a step is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Done: what the person tried by hand shows it.
    Done,
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
            Self::Done => "done",
            Self::Open => "open",
            Self::RuledOut => "ruled-out",
        }
    }
}

/// Writes headline and steps for a case and what was found, in English.
#[must_use]
pub fn advise(case: &Case, findings: &[Finding]) -> Advice {
    let words = Words::english();
    advise_in(&words, &words, case, findings)
}

/// What happened, before DNS is asked, in one sentence: a message's name in a list.
#[must_use]
pub fn title(case: &Case) -> String {
    let words = Words::english();
    let setting = Setting::new(case, 0, &[], &words);
    match setting {
        Some(setting) => headline(case, &setting, &words).what,
        None => headline_of_kind(case, &words).what,
    }
}

/// Writes headline, steps and ready messages, the last in a language of their own; what a language
/// has no words for stays English.
#[must_use]
pub fn advise_in(words: &Words, letters: &Words, case: &Case, findings: &[Finding]) -> Advice {
    let settings = settings(words, case, findings);
    let headlines = headlines(case, &settings, words);
    let steps = steps(case, &settings, findings, words);
    let handovers = match letters.language() == words.language() {
        true => {
            let material = Material {
                headlines: &headlines,
                steps: &steps,
                words,
            };
            handovers(case, &settings, &material)
        }
        false => handovers_in(letters, case, findings),
    };
    Advice {
        on_lists: settings
            .iter()
            .map(|setting| on_list(setting, words))
            .collect(),
        headlines,
        steps,
        handovers,
    }
}

fn handovers_in(words: &Words, case: &Case, findings: &[Finding]) -> Vec<Handover> {
    let settings = settings(words, case, findings);
    let material = Material {
        headlines: &headlines(case, &settings, words),
        steps: &steps(case, &settings, findings, words),
        words,
    };
    handovers(case, &settings, &material)
}

fn settings<'a>(words: &'a Words, case: &'a Case, findings: &'a [Finding]) -> Vec<Setting<'a>> {
    let all = 0..case.judgements.len();
    all.filter_map(|index| Setting::new(case, index, findings, words))
        .collect()
}

fn headlines(case: &Case, settings: &[Setting<'_>], words: &Words) -> Vec<Headline> {
    let mut headlines: Vec<Headline> = match settings {
        [] => vec![headline_of_kind(case, words)],
        settings => settings
            .iter()
            .map(|setting| headline(case, setting, words))
            .collect(),
    };
    let backscatter = case.bounce.returned.backscatter.as_ref();
    if backscatter.is_some_and(|is| is.value) {
        let values = settings.first().map(|setting| setting.values(None));
        let values = values.unwrap_or_default();
        let doubt = of_kind(Side::Nobody, "backscatter", &values, words);
        for headline in &mut headlines {
            headline.why = format!("{} {}", headline.why, doubt.why);
        }
    }
    headlines
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

fn headline_of_kind(case: &Case, words: &Words) -> Headline {
    let bounce = &case.bounce;
    let kind = match (bounce.shape, bounce.kind) {
        (Shape::Lone, _) => "lone",
        (_, Kind::Other) if !bounce.trials.is_empty() => "trial",
        (_, kind) => kind_word(kind),
    };
    let side = match case.bounce.kind {
        Kind::Complaint => Side::Sender,
        _ => Side::Nobody,
    };
    of_kind(side, kind, &lone_values(case), words)
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
    let trials = &case.bounce.trials;
    let of = |outcome| trials.iter().find(|trial| trial.outcome == outcome);
    let host = |trial: &Trial| trial.name().map(str::to_owned);
    let tried = of(TrialOutcome::TlsWorks).and_then(host);
    let mut values = Values::new();
    if let Some(name) = address.or(domain).or(ip).or(tried) {
        values.set(Slot::Names, Value::Names(vec![name]));
    }
    if let Some(name) = of(TrialOutcome::Reached).and_then(host) {
        values.set(Slot::Reached, Value::Text(name));
    }
    values
}

/// Who has to act, as the owner of a step.
fn side_words(side: Side, words: &Words) -> String {
    let english = knowledge::side_words(side);
    words.or("side", side.as_str(), "name", english).to_owned()
}

fn of_kind(side: Side, kind: &str, values: &Values, words: &Words) -> Headline {
    let rule = knowledge::kind_words(kind);
    Headline {
        side,
        side_words: side_words(side, words),
        act: words
            .or("act", side.as_str(), "line", knowledge::act_words(side))
            .to_owned(),
        what: rule
            .map(|rule| words.first("kind", kind, "what", rule.what, values))
            .unwrap_or_default(),
        why: rule
            .map(|rule| words.first("kind", kind, "why", rule.why, values))
            .unwrap_or_default(),
    }
}

fn headline(case: &Case, setting: &Setting<'_>, words: &Words) -> Headline {
    let side = setting.side();
    if case.bounce.shape == Shape::Lone {
        return of_kind(Side::Nobody, "lone", &lone_values(case), words);
    }
    let kind = case.bounce.kind;
    let still_trying = kind == Kind::Delay && side == Side::Nobody;
    let is_refusal = matches!(kind, Kind::Bounce | Kind::Delay);
    // While a server still tries, only words that are made for that fit.
    let says_late = |rule: &HeadlineRule| rule.when.kinds.contains(&Kind::Delay);
    let may_fit = |rule: &HeadlineRule| is_refusal && (!still_trying || says_late(rule));
    let rules = HEADLINES.iter().filter(|rule| may_fit(rule));
    let rule = narrowest(rules, setting, |rule| (&rule.when, rule.narrowness));
    let Some((rule, found)) = rule else {
        return of_kind(side, kind_word(kind), &setting.values(None), words);
    };
    let values = setting.values(found);
    let HeadlineRule { id, what, why, .. } = rule;
    let why = words.first("headline", id, "why", why, &values);
    Headline {
        what: words.first("headline", id, "what", what, &values),
        why: match doubt(setting, words) {
            Some(doubt) => format!("{why} {doubt}"),
            None => why,
        },
        ..of_kind(side, "", &values, words)
    }
}

/// Where the evidence is split: the other cause, and what decides.
fn doubt(setting: &Setting<'_>, words: &Words) -> Option<String> {
    let second = setting.second_reason()?;
    let (rule, found) = narrowest(DOUBTS.iter(), setting, |rule| (&rule.when, rule.narrowness))?;
    let english = knowledge::reason_name(second);
    let name = words.or("reason", second.as_str(), "name", english);
    let mut values = setting.values(found);
    values.set(Slot::SecondCause, Value::Text(name.to_owned()));
    let own = fill(words.or("doubt", rule.id, "words", rule.words), &values);
    let said = own.or_else(|| fill(rule.words, &values))?;
    (!said.is_empty()).then_some(said)
}

fn on_list(setting: &Setting<'_>, words: &Words) -> Option<OnList> {
    let (rule, found) = narrowest(ON_LISTS.iter(), setting, |rule| {
        (&rule.when, rule.narrowness)
    })?;
    let values = setting.values(found);
    let own = fill(words.or("list", rule.id, "words", rule.words), &values);
    Some(OnList {
        action: rule.action,
        words: own.or_else(|| fill(rule.words, &values))?,
    })
}

/// Of the rows that fit, the one with the narrowest condition, and the finding that it follows from;
/// among equals, what was found first counts more.
fn narrowest<'r, T>(
    rules: impl Iterator<Item = &'r T>,
    setting: &Setting<'_>,
    when: impl Fn(&T) -> (&Condition, u32),
) -> Option<(&'r T, Option<usize>)> {
    let fitting = rules.filter_map(|rule| {
        let (condition, narrowness) = when(rule);
        Some((narrowness, rule, setting.fits(condition)?))
    });
    let (_, rule, found) =
        fitting.max_by_key(|(narrowness, _, found)| (*narrowness, Reverse(*found)))?;
    Some((rule, found))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{Addressee, HANDOVERS};

    fn meet<T: PartialEq>(one: &[T], other: &[T]) -> bool {
        one.is_empty() || other.is_empty() || one.iter().any(|it| other.contains(it))
    }

    /// Whether some bounce may fit both without one finding deciding.
    fn may_both_fit(one: &Condition, other: &Condition) -> bool {
        meet(one.reasons, other.reasons)
            && meet(one.seconds, other.seconds)
            && meet(one.providers, other.providers)
            && meet(one.refused_by, other.refused_by)
            && meet(one.sides, other.sides)
            && meet(one.kinds, other.kinds)
            && meet(one.checks, other.checks)
            && meet(one.facts, other.facts)
            && (one.findings.is_empty() || meet(one.findings, other.findings))
            && one.permanent.is_none_or(|is| other.permanent != Some(!is))
    }

    #[test]
    fn of_two_rows_that_fit_one_is_narrower() {
        let headlines = HEADLINES.iter().map(|it| (it.id, &it.when, it.narrowness));
        let on_lists = ON_LISTS.iter().map(|it| (it.id, &it.when, it.narrowness));
        let doubts = DOUBTS.iter().map(|it| (it.id, &it.when, it.narrowness));
        let mut all = vec![
            headlines.collect::<Vec<_>>(),
            on_lists.collect(),
            doubts.collect(),
        ];
        all.extend(Addressee::ALL.iter().map(|to| {
            let own = HANDOVERS.iter().filter(|it| it.to == *to);
            own.map(|it| (it.id, &it.when, it.narrowness)).collect()
        }));
        for rows in all {
            for (at, (id, when, narrowness)) in rows.iter().enumerate() {
                for (other, its_when, its_narrowness) in &rows[at + 1..] {
                    let tie = narrowness == its_narrowness && may_both_fit(when, its_when);
                    assert!(!tie, "{id} and {other} are equally narrow: give one a rank");
                }
            }
        }
    }
}
