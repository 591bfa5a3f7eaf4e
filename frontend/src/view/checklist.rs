//! The fix checklist: open steps to tick off, those that the person's own tests have ticked, and what
//! is ruled out.

use diagnosis::report::{Report, StepReport};
use leptos::prelude::*;

use super::{
    command::Command,
    header::AnchorLink,
    icon::{Icon, icon},
    missing::Missing,
    part::{Row, rows},
    pasted::NewPaste,
};
use crate::state::{
    Clinic,
    rows::{anchor, is_about},
    words::count,
};

/// A step, with the id of the finding that it follows from.
#[derive(Clone, PartialEq)]
struct Item {
    step: StepReport,
    evidence: Option<String>,
}

impl Item {
    /// What tells one step from the others, and changes when its content does.
    fn key(&self) -> String {
        let step = &self.step;
        let commands = step.commands.join("\n");
        format!("{} {} {} {commands}", step.id, step.title, step.why)
    }
}

/// The region "Fix checklist".
#[component]
pub(crate) fn Checklist(clinic: Clinic) -> impl IntoView {
    let items = Memo::new(move |_| items(clinic));
    let of_state = move |state: &'static str| {
        let mut items = items.get();
        items.retain(|item| item.step.state == state);
        items
    };
    let first = Memo::new(move |_| of_state("open").first().map(Item::key));
    let heading = move || match of_state("open").len() {
        0 => "nothing to do".to_owned(),
        number => count(number, "step", "steps"),
    };
    let open = rows(move || in_rows(of_state("open"), move |item| step(clinic, item, first)));
    let done = rows(move || in_rows(of_state("done"), ticked));
    let ruled_out = rows(move || in_rows(of_state("ruled-out"), ruled_out));
    view! {
        <section class="card checklist" aria-label="Fix checklist" hidden=move || items.with(Vec::is_empty)>
            <div class="head">
                <h2>"Fix checklist"</h2>
                <span class="hint">{move || heading()}</span>
            </div>
            <ol>
                {open}
                {done}
            </ol>
            <ul class="done" hidden=move || of_state("ruled-out").is_empty()>
                {ruled_out}
            </ul>
        </section>
    }
}

fn in_rows(items: Vec<Item>, draw: impl Fn(Item) -> AnyView + Copy + Send + 'static) -> Vec<Row> {
    let row = |item: Item| Row {
        key: item.key(),
        draw: Box::new(move || draw(item)),
    };
    items.into_iter().map(row).collect()
}

fn items(clinic: Clinic) -> Vec<Item> {
    let recipient = clinic.recipient.get();
    let items = clinic.diagnosis.with(|shown| {
        let report = &shown.as_ref()?.report;
        let steps = report.checklist.iter();
        let own = steps.filter(|step| is_about(&step.recipients, recipient));
        Some(own.map(|step| item(report, step)).collect())
    });
    items.unwrap_or_default()
}

fn item(report: &Report, step: &StepReport) -> Item {
    let finding = step.finding.and_then(|index| report.findings.get(index));
    Item {
        step: step.clone(),
        evidence: finding.map(anchor),
    }
}

/// The first step shows how to see that it worked; the others on demand.
fn step(clinic: Clinic, item: Item, first: Memo<Option<String>>) -> AnyView {
    let key = item.key();
    let (of_details, of_box) = (key.clone(), key.clone());
    let StepReport {
        owner,
        owner_words,
        title,
        why,
        commands,
        verify,
        asks,
        ..
    } = item.step;
    let tick = move |event: leptos::ev::Targeted<leptos::ev::Event, web_sys::HtmlInputElement>| {
        let is_done = event.target().checked();
        clinic.ticked.update(|ticked| {
            ticked.retain(|known| *known != key);
            if is_done {
                ticked.push(key.clone());
            }
        });
    };
    // Other people's steps are English.
    let language = (owner == "sender").then(|| clinic.language());
    let evidence = item
        .evidence
        .map(|id| view! { " " <AnchorLink id words="Evidence" /> }.into_any());
    let commands = commands
        .into_iter()
        .map(|text| view! { <Command clinic text /> }.into_any())
        .collect_view();
    let verify = verify
        .into_iter()
        .map(|line| view! { <p class="hint">{line}</p> }.into_any())
        .collect_view();
    view! {
        <li class="step">
            <label class="tick">
                <input
                    type="checkbox"
                    aria-label=format!("Done: {title}")
                    prop:checked=move || clinic.ticked.with(|ticked| ticked.contains(&of_box))
                    on:change:target=tick
                />
            </label>
            <div lang=language>
                <p class="owner">{icon(Icon::of_side(owner))} {owner_words}</p>
                <h3>{title}</h3>
                <p class="why">{why} {evidence}</p>
                {asks.map(|asked| ask(clinic, asked))}
                <details open=move || first.with(|first| first.as_ref() == Some(&of_details))>
                    <summary>"See that it worked"</summary>
                    {commands}
                    {verify}
                </details>
            </div>
        </li>
    }
    .into_any()
}

/// What the step asks for: more of the bounce, or a fact in a field.
fn ask(clinic: Clinic, asked: &'static str) -> AnyView {
    match asked {
        "paste" => view! { <p><NewPaste clinic /></p> }.into_any(),
        asked => view! { <Missing clinic asked /> }.into_any(),
    }
}

/// A step that the person's own tests have answered: ticked, with what they show.
fn ticked(item: Item) -> AnyView {
    let StepReport {
        owner,
        owner_words,
        title,
        shown,
        ..
    } = item.step;
    let shown = shown
        .into_iter()
        .map(|line| view! { <p class="hint">{line}</p> }.into_any())
        .collect_view();
    view! {
        <li class="step">
            <span class="tick">
                <input type="checkbox" checked disabled aria-label=format!("Done: {title}") />
            </span>
            <div>
                <p class="owner">{icon(Icon::of_side(owner))} {owner_words}</p>
                <h3>{title}</h3>
                <p class="why">"Your test shows:"</p>
                {shown}
            </div>
        </li>
    }
    .into_any()
}

fn ruled_out(item: Item) -> AnyView {
    let evidence = item
        .evidence
        .map(|id| view! { " " <AnchorLink id words="Evidence" /> }.into_any());
    view! {
        <li>
            {icon(Icon::Fine)} <p>
                <b>{item.step.title}</b>
                " "
                {item.step.why}
                {evidence}
            </p>
        </li>
    }
    .into_any()
}
