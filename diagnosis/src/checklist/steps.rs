//! Which rows of the playbook apply, in which order, with their gaps filled.

use std::{collections::HashMap, ops::RangeInclusive};

use super::{State, Step, setting::Setting, values::values};
use crate::{
    bounce::Kind,
    case::Case,
    finding::Finding,
    knowledge::{Condition, STEPS, StepRule},
    wording::{Slot, Value, Values, fill},
};

/// More open steps than this nobody reads.
const MAX_OPEN_STEPS: usize = 7;

/// The ranks of the general steps of a reason that one of a provider's can stand for: what
/// protects the sender comes before, other people's sides and sending again behind.
const GENERAL: RangeInclusive<u16> = 20..=39;

pub(super) fn steps(case: &Case, findings: &[Finding]) -> Vec<Step> {
    let mut ranked: Vec<(&StepRule, Step)> = Vec::new();
    for rule in STEPS {
        let steps = if case.judgements.is_empty() {
            step_without_recipient(rule, case, findings)
                .into_iter()
                .collect()
        } else {
            steps_of_rule(rule, case, findings)
        };
        ranked.extend(steps.into_iter().map(|step| (rule, step)));
    }
    leave_out_hidden(&mut ranked);
    ranked.sort_by_key(|(rule, step)| (step.state == State::RuledOut, rule.rank));
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

/// By name, or as one of a reason's general steps.
fn hides(by: &StepRule, other: &StepRule) -> bool {
    let general = by.instead && other.general && GENERAL.contains(&other.rank);
    by.hides.contains(&other.id) || general
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
    let about =
        |finding: &Finding| finding.recipients.is_empty() || finding.recipients.contains(&index);
    let found = finding_for(&rule.when, findings, about)?;
    let can_be_acted_on = matches!(
        case.bounce.kind,
        Kind::Bounce | Kind::Complaint | Kind::Delay
    );
    let setting = Setting::new(case, index, findings)?;
    let fits_kind = match rule.when.kinds {
        [] => can_be_acted_on,
        kinds => kinds.contains(&case.bounce.kind),
    };
    let applies = fits_kind && setting.holds(&rule.when) && !excluded(&rule.when, findings);
    let answered = rule.ruled_out && found.is_some();
    if !(applies || answered) {
        return None;
    }
    let mut values = values(case, index, findings);
    if let Some(finding) = found.and_then(|at| findings.get(at)) {
        let mut own = finding.values.clone();
        if let Some(expected) = &finding.expected {
            own.set(Slot::Expected, Value::Text(expected.clone()));
        }
        own.complete(&values);
        values = own;
    }
    build(rule, vec![index], found, &values)
}

/// What DNS has answered, and what a kind of message alone calls for.
fn step_without_recipient(rule: &StepRule, case: &Case, findings: &[Finding]) -> Option<Step> {
    if rule.when.kinds.contains(&case.bounce.kind) && rule.when.findings.is_empty() {
        return build(rule, Vec::new(), None, &Values::new());
    }
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
        asks: rule.asks,
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

fn excluded(when: &Condition, findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| when.unless.contains(&finding.code))
}
