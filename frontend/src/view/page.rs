//! The page, from top to bottom.

use leptos::prelude::*;

use super::{
    about::About,
    annotated::Annotated,
    checklist::Checklist,
    evidence::Evidence,
    header::Header,
    letters::Letters,
    lists::{Messages, Recipients},
    part::part_while,
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
    let pasted = move || {
        part_while(
            move || !box_is_open.get(),
            move || view! { <Pasted clinic /> }.into_any(),
        )
    };
    let report = move || {
        view! {
            <SharedLine clinic />
            {pasted()}
            <Messages clinic />
            <Recipients clinic />
            <Verdict clinic />
            <div class="columns">
                <Checklist clinic />
                <Evidence clinic />
            </div>
            <Letters clinic />
            <Annotated clinic />
        }
        .into_any()
    };
    view! {
        <Header clinic />
        <main>
            <Status clinic />
            <DamagedLink clinic />
            {part_while(move || is_shown.get(), report)}
            <div class="start" hidden=move || !box_is_open.get()>
                {part_while(is_start, || view! { <Welcome /> }.into_any())}
                <PasteBox clinic />
                <Progress clinic />
                <Examples clinic />
                {part_while(is_start, || view! { <Columns /> }.into_any())}
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
