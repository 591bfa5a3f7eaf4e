//! Which rows of the playbook apply, in which order, with their gaps filled.

use std::collections::HashMap;

use super::{
    State, Step,
    setting::{Setting, finding_for},
};
use crate::{
    finding::Finding,
    knowledge::{STEPS, StepRule},
    wording::{Values, Words, fill},
};

/// More open steps than this nobody reads.
const MAX_OPEN_STEPS: usize = 7;

pub(super) fn steps(settings: &[Setting<'_>], findings: &[Finding], words: &Words) -> Vec<Step> {
    let mut ranked: Vec<(u16, Step)> = Vec::new();
    for rule in STEPS {
        let steps = match settings {
            [] => step_without_recipient(rule, findings, words)
                .into_iter()
                .collect(),
            settings => steps_of_rule(rule, settings, words),
        };
        ranked.extend(steps.into_iter().map(|step| (rule.rank, step)));
    }
    let hidden: Vec<&str> = STEPS
        .iter()
        .filter(|rule| ranked.iter().any(|(_, step)| step.id == rule.id))
        .flat_map(|rule| rule.hides)
        .copied()
        .collect();
    ranked.retain(|(_, step)| !hidden.contains(&step.id));
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
    let answered = || setting.finding_for(&rule.when).filter(Option::is_some);
    let found = match rule.ruled_out {
        true => answered()?,
        false => setting.applies(&rule.when)?,
    };
    let values = setting.values(found);
    build(rule, vec![setting.index], found, &values, words)
}

fn step_without_recipient(rule: &StepRule, findings: &[Finding], words: &Words) -> Option<Step> {
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
    })
}
