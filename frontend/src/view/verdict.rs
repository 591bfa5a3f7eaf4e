//! The verdict: who has to act, what happened, why, and the facts.

use diagnosis::report::{HeadlineReport, RecipientReport};
use leptos::prelude::*;

use super::{
    icon::{Icon, icon},
    journey::Journey,
    part::part,
};
use crate::state::{
    Clinic,
    words::{Fact, Tone, VERDICT_ID, another_reading, facts, first_for_lists, pill},
};

/// What is shown of it.
#[derive(Clone, PartialEq)]
struct Shown {
    headline: HeadlineReport,
    pill: (String, Tone),
    symbol: Symbol,
    /// What its sentences are written in.
    language: String,
    for_lists: Option<String>,
    other: Option<String>,
    facts: Vec<Fact>,
}

/// What stands before the words of the pill.
#[derive(Clone, Copy, PartialEq)]
enum Symbol {
    Careful,
    Fine,
    Question,
    Side(&'static str),
}

/// The region "Verdict"; `compact` leaves the facts out.
#[component]
pub(crate) fn Verdict(clinic: Clinic, #[prop(default = false)] compact: bool) -> impl IntoView {
    let shown = Memo::new(move |_| shown(clinic));
    let say = part(move || Some(say(shown.get()?, compact)));
    view! {
        <section class="card verdict" aria-label="Verdict">
            {say}
            {(!compact).then(|| view! { <Journey clinic /> }.into_any())}
        </section>
    }
}

/// The facts alone.
#[component]
pub(crate) fn Facts(clinic: Clinic) -> impl IntoView {
    let shown = Memo::new(move |_| shown(clinic));
    part(move || Some(facts_list(shown.get()?.facts)))
}

fn shown(clinic: Clinic) -> Option<Shown> {
    let recipient = clinic.recipient.get();
    clinic.diagnosis.with(|diagnosis| {
        let report = &diagnosis.as_ref()?.report;
        let headline = report.headlines.get(recipient)?.clone();
        let other: Option<&RecipientReport> = report.recipients.get(recipient);
        let pill = pill(report, &headline);
        Some(Shown {
            symbol: match (pill.1, report.kind) {
                (Tone::Good, _) => Symbol::Fine,
                (Tone::Warn, _) => Symbol::Careful,
                (Tone::Bad | Tone::Open, "other") => Symbol::Question,
                (Tone::Bad | Tone::Open, _) => Symbol::Side(headline.responsible),
            },
            pill,
            language: clinic.language(),
            for_lists: first_for_lists(report, recipient),
            other: other.and_then(another_reading),
            facts: facts(report, recipient),
            headline,
        })
    })
}

fn say(shown: Shown, compact: bool) -> AnyView {
    let (who, tone) = shown.pill;
    let symbol = match shown.symbol {
        Symbol::Fine => Icon::Fine,
        Symbol::Careful => Icon::Warning,
        Symbol::Question => Icon::Question,
        Symbol::Side(side) => Icon::of_side(side),
    };
    let for_lists = shown
        .for_lists
        .map(|words| view! { <p class="for-lists">{words}</p> }.into_any());
    let other = shown.other.map(|other| {
        view! { <p class="other" lang="en">"Another reading: " {other}</p> }.into_any()
    });
    let facts = (!compact && !shown.facts.is_empty()).then(|| facts_list(shown.facts));
    view! {
        <div class="say">
            <div lang=shown.language>
                <p class=format!("act {}", tone.class())>{icon(symbol)} {who}</p>
                {for_lists}
                <h1 id=VERDICT_ID tabindex="-1">
                    {shown.headline.what}
                </h1>
                <p class="lead">{shown.headline.why}</p>
                {other}
            </div>
            {facts}
        </div>
    }
    .into_any()
}

fn facts_list(facts: Vec<Fact>) -> AnyView {
    let rows = facts
        .into_iter()
        .map(|fact| {
            let value = match fact.is_code {
                true => view! { <code>{fact.value}</code> }.into_any(),
                false => fact.value.into_any(),
            };
            view! {
                <div>
                    <dt>{fact.label}</dt>
                    <dd>{value}</dd>
                </div>
            }
            .into_any()
        })
        .collect_view();
    view! { <dl class="facts">{rows}</dl> }.into_any()
}
