//! What was pasted, folded into one line, and what can be done with the report.

use leptos::prelude::*;

use super::{
    command::CopyButton,
    part::pressed,
    share::{ShareBox, ShareButton},
};
use crate::{
    browser,
    state::{
        Clinic, plain_text,
        words::{self, count},
    },
};

/// The line above the verdict.
#[component]
pub(crate) fn Pasted(clinic: Clinic) -> impl IntoView {
    view! {
        <div class="pasted">
            <p>
                <b>{move || shown(clinic, |shown| words::shape(&shown.report))}</b>
                {move || details(clinic)}
            </p>
            <div class="actions">
                <NewPaste clinic />
                <CopyButton clinic label="Copy report" text=Box::new(move || report_text(clinic)) />
                <ShareButton clinic />
            </div>
        </div>
        <ShareBox clinic />
    }
}

/// Back to an empty box.
#[component]
pub(crate) fn NewPaste(clinic: Clinic) -> impl IntoView {
    let begin = pressed(move || {
        browser::address::leave_report();
        clinic.start();
    });
    view! {
        <button type="button" class="small" on:click=begin>
            "New paste"
        </button>
    }
}

/// The report as text.
fn report_text(clinic: Clinic) -> String {
    let link = clinic.share_link();
    let recipient = clinic.recipient.get_untracked();
    let text = clinic.diagnosis.with_untracked(|shown| {
        shown
            .as_ref()
            .map(|shown| plain_text::report(&shown.report, recipient, link.as_deref()))
    });
    text.unwrap_or_default()
}

fn details(clinic: Clinic) -> String {
    let recipients = shown(clinic, |shown| match shown.report.recipients.len() {
        0 => String::new(),
        number => format!(" · {}", count(number, "recipient", "recipients")),
    });
    let size = clinic
        .reading()
        .and_then(|reading| reading.paste.as_ref().map(|paste| paste.size_words()))
        .map(|size| format!(" · {size}"))
        .unwrap_or_default();
    recipients + &size
}

fn shown(clinic: Clinic, words: impl Fn(&crate::state::diagnosed::Diagnosis) -> String) -> String {
    clinic
        .diagnosis
        .with(|shown| shown.as_ref().map(|shown| words(shown)))
        .unwrap_or_default()
}
