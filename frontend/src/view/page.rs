//! The page, from top to bottom.

use leptos::prelude::*;

use super::{
    about::About,
    annotated::Annotated,
    checklist::Checklist,
    evidence::Evidence,
    header::Header,
    lists::{Messages, Recipients},
    pasted::Pasted,
    share::{DamagedLink, SharedLine},
    start::{Columns, Examples, PasteBox, Progress, Welcome},
    verdict::Verdict,
};
use crate::state::{Clinic, Source};

/// The whole page.
#[component]
pub(crate) fn Page(clinic: Clinic) -> impl IntoView {
    let is_shown = Memo::new(move |_| clinic.diagnosis.with(Option::is_some));
    let is_damaged = move || matches!(clinic.source.get(), Source::Damaged(_));
    let box_is_open = Memo::new(move |_| clinic.box_is_open());
    let is_start = move || !is_shown.get() && !is_damaged();
    view! {
        <Header clinic />
        <main>
            <Status clinic />
            <DamagedLink clinic />
            <Show when=move || is_shown.get()>
                <SharedLine clinic />
                <Show when=move || !box_is_open.get()>
                    <Pasted clinic />
                </Show>
                <Messages clinic />
                <Recipients clinic />
                <Verdict clinic />
                <div class="columns">
                    <Checklist clinic />
                    <Evidence clinic />
                </div>
                <Annotated clinic />
            </Show>
            <div class="start" hidden=move || !box_is_open.get()>
                <Show when=is_start>
                    <Welcome />
                </Show>
                <PasteBox clinic />
                <Progress clinic />
                <Examples clinic />
                <Show when=is_start>
                    <Columns />
                </Show>
            </div>
            <About clinic />
        </main>
    }
}

/// What a screen reader is told: one line, politely.
#[component]
pub(crate) fn Status(clinic: Clinic) -> impl IntoView {
    view! {
        <p class="visually-hidden" role="status">
            {move || clinic.announcement.get()}
        </p>
    }
}
