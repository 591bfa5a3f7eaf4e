//! Which rows of the playbook apply, in which order, with their gaps filled.

use std::collections::HashMap;

use super::{
    State, Step,
    setting::{Setting, finding_for},
};
use crate::{
    case::Case,
    finding::Finding,
    knowledge::{STEPS, StepRule},
    sort::sort_by,
    wording::{Values, Words, fill},
};

/// More open steps than this nobody reads.
const MAX_OPEN_STEPS: usize = 7;

/// The last rank of a reason's general steps; behind it come other people's sides and sending
/// again.
const LAST_GENERAL: u16 = 39;

pub(super) fn steps(
    case: &Case,
    settings: &[Setting<'_>],
    findings: &[Finding],
    words: &Words,
) -> Vec<Step> {
    let mut ranked: Vec<(&StepRule, Step)> = Vec::new();
    for rule in STEPS.iter() {
        let steps = match settings {
            [] => step_without_recipient(rule, case, findings, words)
                .into_iter()
                .collect(),
            settings => steps_of_rule(rule, settings, words),
        };
        ranked.extend(steps.into_iter().map(|step| (rule, step)));
    }
    leave_out_hidden(&mut ranked);
    let place = |state| match state {
        State::Open => 0,
        State::Done => 1,
        State::RuledOut => 2,
    };
    let rank = |(rule, step): &(&StepRule, Step)| (place(step.state), rule.rank);
    sort_by(&mut ranked, |one, other| rank(one).cmp(&rank(other)));
    let mut open = 0;
    ranked
        .into_iter()
        .map(|(_, step)| step)
        .filter(|step| {
            open += usize::from(step.state == State::Open);
            step.state != State::Open || open <= MAX_OPEN_STEPS
        })
        .collect()
}

/// A step that makes others needless does so for its own recipients.
fn leave_out_hidden(ranked: &mut Vec<(&StepRule, Step)>) {
    let hiding: Vec<(&StepRule, Vec<usize>)> = ranked
        .iter()
        .filter(|(rule, _)| rule.instead || !rule.hides.is_empty())
        .map(|(rule, step)| (*rule, step.recipients.clone()))
        .collect();
    ranked.retain_mut(|(rule, step)| {
        let had_recipients = !step.recipients.is_empty();
        for (_, recipients) in hiding.iter().filter(|(by, _)| hides(by, rule)) {
            step.recipients.retain(|index| !recipients.contains(index));
        }
        !had_recipients || !step.recipients.is_empty()
    });
}

/// By name; or, from its own rank on, as one of the reason's general steps.
fn hides(by: &StepRule, other: &StepRule) -> bool {
    let stands_behind = (by.rank..=LAST_GENERAL).contains(&other.rank);
    by.hides.contains(&other.id) || by.instead && other.general && stands_behind
}

/// What reads the same for several recipients is one step.
fn steps_of_rule(rule: &StepRule, settings: &[Setting<'_>], words: &Words) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for step in settings
        .iter()
        .filter_map(|setting| step(rule, setting, words))
    {
        let place = *places.entry(step.title.clone()).or_insert(steps.len());
        match steps.get_mut(place) {
            Some(known) => known.recipients.extend(step.recipients),
            None => steps.push(step),
        }
    }
    steps
}

fn step(rule: &StepRule, setting: &Setting<'_>, words: &Words) -> Option<Step> {
    // What DNS has answered is told whatever else the row wants.
    let answered = setting
        .finding_for(&rule.when)
        .filter(|found| rule.ruled_out && found.is_some());
    let found = match answered {
        Some(found) => found,
        None => setting.applies(&rule.when)?,
    };
    let values = setting.values(found);
    let step = build(rule, vec![setting.index], found, &values, words)?;
    let shown = match step.state {
        State::Open => setting.shown(rule.done_by, found),
        State::Done | State::RuledOut => Vec::new(),
    };
    Some(match shown.is_empty() {
        true => step,
        false => Step {
            state: State::Done,
            shown,
            ..step
        },
    })
}

/// What DNS has answered, and what a kind of message alone calls for.
fn step_without_recipient(
    rule: &StepRule,
    case: &Case,
    findings: &[Finding],
    words: &Words,
) -> Option<Step> {
    if rule.when.kinds.contains(&case.bounce.kind) && rule.when.findings.is_empty() {
        return build(rule, Vec::new(), None, &Values::new(), words);
    }
    let about = |_: &Finding| true;
    let found = finding_for(&rule.when, findings, about)?.filter(|_| rule.ruled_out)?;
    let finding = findings.get(found)?;
    build(rule, Vec::new(), Some(found), &finding.values, words)
}

fn build(
    rule: &StepRule,
    recipients: Vec<usize>,
    finding: Option<usize>,
    values: &Values,
    words: &Words,
) -> Option<Step> {
    // Each sentence in the language wanted, else in English.
    let say = |part: &str, english: &'static str| {
        let own = fill(words.or("step", rule.id, part, english), values);
        own.or_else(|| fill(english, values))
    };
    Some(Step {
        id: rule.id,
        owner: rule.owner,
        owner_words: super::side_words(rule.owner, words),
        recipients,
        state: match rule.ruled_out {
            true => State::RuledOut,
            false => State::Open,
        },
        title: say("title", rule.title)?,
        why: say("why", rule.why)?,
        verify: say("verify", rule.verify)?,
        commands: rule
            .commands
            .iter()
            .filter_map(|command| fill(command, values))
            .collect(),
        finding,
        asks: rule.asks,
        shown: Vec::new(),
    })
}
