//! The lists above the verdict: the messages of a paste, the recipients of a message.

use diagnosis::report::Report;
use leptos::prelude::*;

use super::part::{part, pressed};
use crate::state::{
    Clinic,
    words::{count, pill},
};

/// The messages, where there are several.
#[component]
pub(crate) fn Messages(clinic: Clinic) -> impl IntoView {
    part(move || {
        let reading = clinic
            .reading()
            .filter(|reading| reading.messages.len() > 1 && !reading.found_nothing())?;
        let rows = reading
            .messages
            .iter()
            .enumerate()
            .take(MOST_LISTED)
            .map(|(index, message)| Choice {
                index,
                name: format!("Message {}", index + 1),
                says: message.title.clone(),
            })
            .collect();
        let heading = count(reading.messages.len(), "message", "messages");
        Some(list(
            "Messages",
            heading,
            rows,
            clinic.message,
            move |index| clinic.select_message(index),
        ))
    })
}

/// The recipients, where there are several.
#[component]
pub(crate) fn Recipients(clinic: Clinic) -> impl IntoView {
    let choices = Memo::new(move |_| {
        clinic.diagnosis.with(|shown| {
            let report = &shown.as_ref()?.report;
            (report.recipients.len() > 1).then(|| (heading(report), choices(report)))
        })
    });
    part(move || {
        let (heading, rows) = choices.get()?;
        let select = move |index| clinic.recipient.set(index);
        Some(list("Recipients", heading, rows, clinic.recipient, select))
    })
}

#[derive(Clone, PartialEq)]
struct Choice {
    index: usize,
    name: String,
    says: String,
}

fn list(
    label: &'static str,
    heading: String,
    rows: Vec<Choice>,
    selected: RwSignal<usize>,
    select: impl Fn(usize) + Copy + Send + 'static,
) -> AnyView {
    let heading = match rows.len() {
        MOST_LISTED => format!("{heading}; the first {MOST_LISTED} are listed"),
        _ => heading,
    };
    let rows = rows
        .into_iter()
        .map(|row| {
            let index = row.index;
            let choose = pressed(move || select(index));
            view! {
                <li>
                    <button type="button" aria-current=move || (selected.get() == index).then_some("true") on:click=choose>
                        <b>{row.name}</b>
                        <span>{row.says}</span>
                    </button>
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <nav class="card choices" aria-label=label>
            <p class="head">
                <b>{heading}</b>
            </p>
            <ul>{rows}</ul>
        </nav>
    }
    .into_any()
}

fn choices(report: &Report) -> Vec<Choice> {
    let rows = report.recipients.iter().zip(&report.headlines).enumerate();
    rows.take(MOST_LISTED)
        .map(|(index, (recipient, headline))| Choice {
            index,
            name: recipient
                .address
                .clone()
                .or_else(|| recipient.original.clone())
                .unwrap_or_else(|| format!("Recipient {}", index + 1)),
            says: headline.what.clone(),
        })
        .collect()
}

/// "3 recipients. You have to act: 2. Nobody has to act: 1."
fn heading(report: &Report) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for headline in &report.headlines {
        let (who, _) = pill(report, headline);
        match counts.binary_search_by(|(known, _)| known.cmp(&who)) {
            Ok(at) => counts[at].1 += 1,
            Err(at) => counts.insert(at, (who, 1)),
        }
    }
    let mut words = count(report.recipients.len(), "recipient", "recipients");
    for (who, number) in counts {
        words.push_str(&format!(". {who}: {number}"));
    }
    words
}

/// A longer list nobody reads, and it makes the page slow.
const MOST_LISTED: usize = 500;
