//! The compact form for frames: pill, sentence and open steps; the rest folds behind one line each.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    annotated::Annotated,
    checklist::Checklist,
    evidence::{Evidence, shown_rows},
    letters::Letters,
    lists::{Messages, Recipients},
    page::Status,
    part::{part_while, pressed},
    pasted::NewPaste,
    share::{ShareBox, ShareButton},
    start::{PasteBox, Progress},
    verdict::{Facts, Verdict},
};
use crate::{
    browser::{self, host},
    state::{
        Clinic,
        diagnosed::Diagnosis,
        language::Speaker,
        paste::Paste,
        plain_text,
        protocol::{Incoming, Outgoing},
        rows::summary,
    },
};

/// The page in a frame.
#[component]
pub(crate) fn Embed(clinic: Clinic) -> impl IntoView {
    // The origin that the host spoke from; empty until it has.
    let host = RwSignal::new(String::new());
    talk(clinic, host);
    let is_shown = Memo::new(move |_| clinic.diagnosis.with(Option::is_some));
    let box_is_open = Memo::new(move |_| clinic.box_is_open());
    let has_host = move || host.with(|origin| !origin.is_empty());
    let dns = Memo::new(move |_| summary(&shown_rows(clinic)));
    let has_paste = move || {
        clinic
            .reading()
            .is_some_and(|reading| !reading.found_nothing())
    };
    let report = move || {
        let annotated = move || {
            view! {
                <details class="card fold">
                    <summary>"The bounce, annotated"</summary>
                    <Annotated clinic />
                </details>
            }
            .into_any()
        };
        let reply = move || {
            let put = pressed(move || insert(clinic, host));
            view! {
                <button type="button" class="small" on:click=put>
                    "Insert reply"
                </button>
            }
            .into_any()
        };
        view! {
            <Messages clinic />
            <Recipients clinic />
            <Verdict clinic compact=true />
            <Checklist clinic />
            <details class="card fold">
                <summary>"Facts"</summary>
                <Facts clinic />
            </details>
            <details class="card fold">
                <summary>"DNS: " {move || dns.get()}</summary>
                <Evidence clinic />
            </details>
            <details class="card fold">
                <summary>"Ready messages"</summary>
                <Letters clinic />
            </details>
            {part_while(has_paste, annotated)}
            <div class="actions">
                <NewPaste clinic />
                {part_while(has_host, reply)}
                <ShareButton clinic />
            </div>
            <ShareBox clinic />
        }
        .into_any()
    };
    view! {
        <main class="embed">
            <Status clinic />
            <div class="start" hidden=move || !box_is_open.get()>
                <PasteBox clinic />
                <Progress clinic />
            </div>
            {part_while(move || is_shown.get(), report)}
        </main>
    }
}

/// Hears the host and tells it what was found.
fn talk(clinic: Clinic, host: RwSignal<String>) {
    host::listen(move |message, origin| {
        host.try_set(origin);
        match message {
            Incoming::Diagnose(text) => clinic.take(Paste::text(text)),
            Incoming::Theme(theme) => browser::theme::wear(&theme),
            Incoming::Locale(locale) => {
                clinic.speak(Speaker::All, &locale);
                clinic.locale.set(Some(locale));
            }
        }
    });
    Effect::new(move |told: Option<Option<Arc<Diagnosis>>>| {
        let told = told.flatten();
        let shown = clinic.diagnosis.get().filter(|shown| !shown.is_asking());
        let origin = host.get();
        let is_news = |shown: &&Arc<Diagnosis>| {
            let told = told.as_ref().map(|told| &told.report);
            told != Some(&shown.report)
        };
        if let Some(shown) = shown
            .as_ref()
            .filter(is_news)
            .filter(|_| !origin.is_empty())
        {
            let link = clinic.share_link().unwrap_or_default();
            let report = &shown.report;
            host::send(&Outgoing::Result { report, link }, &origin);
        }
        match origin.is_empty() {
            true => None,
            false => shown,
        }
    });
    host::send(&Outgoing::Ready, "*");
    host::report_height();
}

fn insert(clinic: Clinic, host: RwSignal<String>) {
    let recipient = clinic.recipient.get_untracked();
    let text = clinic.diagnosis.with_untracked(|shown| {
        let shown = shown.as_ref()?;
        Some(plain_text::reply(&shown.report, recipient))
    });
    if let Some(text) = text {
        host::send(&Outgoing::Insert { text }, &host.get_untracked());
    }
}
