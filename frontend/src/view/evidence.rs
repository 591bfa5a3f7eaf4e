//! What DNS says, a row a finding, each with the answers that it stands on.

use diagnosis::report::{AnswerReport, FindingReport};
use leptos::prelude::*;

use super::{
    command::Command,
    icon::{Icon, icon},
    part::{self, pressed},
    switch::DnsSwitch,
};
use crate::{
    browser,
    state::{
        Clinic,
        rows::{Row, anchor, rows},
        words::{count, verdict},
    },
};

/// The region "DNS evidence".
#[component]
pub(crate) fn Evidence(clinic: Clinic) -> impl IntoView {
    let rows = Memo::new(move |_| shown_rows(clinic));
    let is_asking = Memo::new(move |_| with(clinic, |shown| shown.is_asking()).unwrap_or(false));
    let is_demonstration =
        Memo::new(move |_| with(clinic, |shown| shown.is_demonstration()).unwrap_or(false));
    let again = pressed(move || clinic.check_again());
    let list = part::rows(move || rows.with(|rows| in_rows(clinic, rows)));
    view! {
        <section
            class="card evidence"
            aria-label="DNS evidence"
            aria-busy=move || is_asking.get().to_string()
            hidden=move || rows.with(Vec::is_empty)
        >
            <div class="head">
                <h2>"DNS evidence"</h2>
                <span class="label" hidden=move || !is_demonstration.get()>
                    "Demonstration data"
                </span>
                <button type="button" class="small" on:click=again>
                    {icon(Icon::Again)}
                    "Check again"
                </button>
            </div>
            <ul>
                {list}
            </ul>
            <AskBlocklists clinic />
            <div class="asked">
                <Asked clinic />
                <DnsSwitch clinic />
            </div>
        </section>
    }
}

/// The rows for the recipient that is shown.
pub(crate) fn shown_rows(clinic: Clinic) -> Vec<Row> {
    let recipient = clinic.recipient.get();
    with(clinic, |shown| rows(&shown.report, &shown.needs, recipient)).unwrap_or_default()
}

fn with<T>(clinic: Clinic, read: impl Fn(&crate::state::diagnosed::Diagnosis) -> T) -> Option<T> {
    clinic
        .diagnosis
        .with(|shown| shown.as_ref().map(|shown| read(shown)))
}

fn in_rows(clinic: Clinic, rows: &[Row]) -> Vec<part::Row> {
    let row = |row: &Row| {
        let (key, row) = (row.key(), row.clone());
        part::Row {
            key,
            draw: Box::new(move || show(clinic, row)),
        }
    };
    rows.iter().map(row).collect()
}

fn show(clinic: Clinic, row: Row) -> AnyView {
    match row {
        Row::Asking { label, .. } => view! {
            <li class="finding asking">
                {icon(Icon::Clock)}
                <div>
                    <p class="title">
                        <b>{label}</b>
                        <span class="word">"asking…"</span>
                    </p>
                </div>
            </li>
        }
        .into_any(),
        Row::Finding(finding) => show_finding(clinic, *finding),
    }
}

fn show_finding(clinic: Clinic, finding: FindingReport) -> AnyView {
    let id = anchor(&finding);
    let cause = match finding.explains {
        true => " cause",
        false => "",
    };
    let explains = finding
        .explains
        .then(|| view! { <span class="explains">" Explains this bounce."</span> }.into_any());
    let trail = (!finding.trail.is_empty()).then(|| {
        view! {
            <p class="hint">"How it was evaluated:"</p>
            <pre class="trail">{finding.trail.join("\n")}</pre>
        }
        .into_any()
    });
    let published = finding.record.filter(|_| finding.expected.is_some());
    let published = published.map(|record| {
        view! {
            <p class="hint">"The record as it is:"</p>
            <p><code>{record}</code></p>
        }
        .into_any()
    });
    let expected = finding.expected.map(|record| {
        view! {
            <p class="hint">"The record as it should be:"</p>
            <Command clinic text=record />
        }
        .into_any()
    });
    let whose = finding
        .zone_words
        .map(|whose| view! { <p class="hint">"The DNS of " {whose} "."</p> }.into_any());
    let commands = finding
        .commands
        .into_iter()
        .map(|text| view! { <Command clinic text /> }.into_any())
        .collect_view();
    let answers = finding
        .answers
        .into_iter()
        .map(|answer| show_answer(clinic, answer))
        .collect_view();
    view! {
        <li id=id tabindex="-1" class=format!("finding {}{cause}", finding.verdict)>
            {icon(Icon::of_verdict(finding.verdict))}
            <div>
                <p class="title">
                    <b>{finding.title}</b>
                    <span class="word">{verdict(finding.verdict)}</span>
                </p>
                <p>{finding.detail} {explains}</p>
                <details>
                    <summary>"Answers and commands"</summary>
                    {answers}
                    {trail}
                    {published}
                    {expected}
                    <p class="hint">"Look it up yourself:"</p>
                    {commands}
                    {whose}
                    <p class="hint">"The rule stands in " {finding.rfc} "."</p>
                </details>
            </div>
        </li>
    }
    .into_any()
}

fn show_answer(clinic: Clinic, answer: AnswerReport) -> AnyView {
    let asked_at = answer.asked_at.clone();
    let notes = move || {
        let time = asked_at.as_deref().map(|time| {
            let time = browser::dates::in_words(time, clinic.locale.get().as_deref());
            format!("asked {time}")
        });
        let ttl = answer.ttl.map(|ttl| format!("TTL {ttl} s"));
        let signed = answer.ad.then(|| "DNSSEC: signed and checked".to_owned());
        let demo = answer.demo.then(|| "demonstration data".to_owned());
        let notes: Vec<String> = [time, ttl, signed, demo].into_iter().flatten().collect();
        notes.join(" · ")
    };
    let records = match answer.records.is_empty() {
        true => view! { <p class="hint">"no records"</p> }.into_any(),
        false => answer
            .records
            .into_iter()
            .map(|record| view! { <p><code>{record}</code></p> }.into_any())
            .collect_view()
            .into_any(),
    };
    view! {
        <div class="answer">
            <p>
                <code>{answer.name} " " {answer.record_type}</code>
                " "
                <b>{answer.status}</b>
            </p>
            {records}
            <p class="hint">{move || notes()}</p>
        </div>
    }
    .into_any()
}

/// "Ask blocklists too", where somebody can be looked up, nothing is shared and DNS is on.
#[component]
fn AskBlocklists(clinic: Clinic) -> impl IntoView {
    let is_hidden = move || {
        let sender_is_known = with(clinic, |shown| {
            let sending = &shown.report.sending;
            let has_domain = sending.from_domain.is_some() || sending.envelope_domain.is_some();
            !shown.is_shared && (sending.ip.is_some() || has_domain)
        });
        !sender_is_known.unwrap_or(false)
            || !clinic.dns_is_on.get()
            || clinic.blocklists_are_wished.get()
    };
    let ask = pressed(move || clinic.ask_blocklists());
    view! {
        <div class="blocklists" hidden=is_hidden>
            <button type="button" class="small" on:click=ask>
                "Ask blocklists too"
            </button>
            <p class="hint">
                "This tells the operators of the lists which sending IP and domain you look up."
            </p>
        </div>
    }
}

/// The names that went out.
#[component]
fn Asked(clinic: Clinic) -> impl IntoView {
    let asked = Memo::new(move |_| with(clinic, |shown| shown.asked.clone()).unwrap_or_default());
    let is_shared = move || with(clinic, |shown| shown.is_shared).unwrap_or(false);
    let time = move || {
        let seconds = with(clinic, |shown| shown.looked_up).flatten()?;
        let time = diagnosis::report::time(seconds);
        Some(browser::dates::in_words(
            &time,
            clinic.locale.get().as_deref(),
        ))
    };
    let heading = move || match (asked.with(Vec::len), time()) {
        (0, _) if is_shared() => "Nothing was asked just now: this report was shared.".to_owned(),
        (0, _) if with(clinic, |shown| shown.is_asking()).unwrap_or(false) => {
            "Asking DNS…".to_owned()
        }
        (0, _) => "Nothing was asked.".to_owned(),
        (number, Some(time)) => format!(
            "Asked {} through this site's resolver, {time}. Which?",
            count(number, "question", "questions")
        ),
        (number, None) => format!("Asked {}. Which?", count(number, "question", "questions")),
    };
    let names = part::part(move || {
        let names = asked.get().into_iter();
        let names: Vec<AnyView> = names
            .map(|(name, kind)| view! { <li><code>{name} " " {kind}</code></li> }.into_any())
            .collect();
        Some(names.into_any())
    });
    view! {
        <details>
            <summary>{move || heading()}</summary>
            <ul class="names">
                {names}
            </ul>
        </details>
    }
}
