//! The paste box, and what stands around it before anything is read.

use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, HtmlInputElement};

use super::{
    icon::{Icon, icon},
    part::{part, pressed},
    switch::DnsSwitch,
};
use crate::{
    browser,
    examples::EXAMPLES,
    state::{Clinic, Source, paste::Paste, words::BOX_ID},
};

/// The heading of the start page.
#[component]
pub(crate) fn Welcome() -> impl IntoView {
    view! {
        <div class="welcome">
            <h1>"Paste the e-mail that came back."</h1>
            <p class="lead">
                "See what happened, who has to act, and how to fix it, with proof from DNS."
            </p>
        </div>
    }
}

/// The box: takes text, files and drops.
#[component]
pub(crate) fn PasteBox(clinic: Clinic) -> impl IntoView {
    let dropped = move |event: DragEvent| {
        if let Some(file) = first_file(event.data_transfer()) {
            event.prevent_default();
            take_file(clinic, file);
        }
    };
    let entered = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            clinic.read_box();
        }
    };
    let has_notice = move || clinic.notice.with(Option::is_some);
    view! {
        <form
            class="card paste"
            on:submit=move |event| {
                event.prevent_default();
                clinic.read_box();
            }
            on:drop=dropped
            on:dragover=move |event: DragEvent| event.prevent_default()
        >
            <label for=BOX_ID>"Bounce message"</label>
            <textarea
                id=BOX_ID
                spellcheck="false"
                autocapitalize="off"
                autocomplete="off"
                placeholder="The whole message, just its text, a log line, or only the server's reply:\n550 5.1.1 <ana@firm.example>: Recipient address rejected: User unknown"
                aria-describedby="about-box"
                aria-invalid=move || has_notice().then_some("true")
                prop:value=move || clinic.box_text.get()
                on:input:target=move |event| typed(clinic, event.target().value())
                on:paste=move |event| pasted(clinic, &event)
                on:keydown=entered
            ></textarea>
            <p id="about-box" class="notice" role="alert">
                {move || clinic.notice.get().unwrap_or_default()}
            </p>
            <div class="bar">
                <button type="submit" class="primary" disabled=move || is_reading(clinic)>
                    "Read the bounce"
                </button>
                <FileButton clinic />
                <span class="hint drop">"or drop .eml, .txt, .mbox here"</span>
                <DnsSwitch clinic />
            </div>
            <p class="bar hint">
                {icon(Icon::Lock)}
                "The text stays in this browser. Only domain names, IP addresses and DKIM selectors are looked up."
            </p>
        </form>
    }
}

#[component]
fn FileButton(clinic: Clinic) -> impl IntoView {
    let chosen = move |event: ev::Event| {
        let input = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            take_file(clinic, file);
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    view! {
        <label class="button small file">
            {icon(Icon::File)} "Open a file"
            <input
                type="file"
                class="visually-hidden"
                accept=".eml,.txt,.mbox,.log,.json,message/rfc822,text/plain"
                on:change=chosen
            />
        </label>
    }
}

/// Buttons that paste an example.
#[component]
pub(crate) fn Examples(clinic: Clinic) -> impl IntoView {
    view! {
        <div class="chips" role="group" aria-label="Try an example">
            <span class="hint">"Try an example:"</span>
            {EXAMPLES
                .iter()
                .map(|example| {
                    let take = pressed(move || clinic.take(Paste::text(example.text.to_owned())));
                    view! {
                        <button type="button" class="small" on:click=take>
                            {example.title}
                        </button>
                    }
                    .into_any()
                })
                .collect_view()}
        </div>
    }
}

/// What the clinic does, in three columns.
#[component]
pub(crate) fn Columns() -> impl IntoView {
    view! {
        <div class="three">
            <div>
                <h2>"What happened"</h2>
                <p>"Bounces of many mail systems, in plain words, with the line that proves it."</p>
            </div>
            <div>
                <h2>"Who has to act"</h2>
                <p>"You, your administrator, theirs, or nobody: some mail just needs time."</p>
            </div>
            <div>
                <h2>"How to fix it"</h2>
                <p>"A short checklist with the exact record or command, and how to see that it worked."</p>
            </div>
        </div>
    }
}

/// "Reading 20 MB", where that takes a moment.
#[component]
pub(crate) fn Progress(clinic: Clinic) -> impl IntoView {
    part(move || match clinic.source.get() {
        Source::Reading(size) => {
            let words = format!("Reading {size}…");
            Some(view! { <p class="hint" role="status">{words}</p> }.into_any())
        }
        _ => None,
    })
}

fn is_reading(clinic: Clinic) -> bool {
    clinic
        .source
        .with(|source| matches!(source, Source::Reading(_)))
}

fn typed(clinic: Clinic, text: String) {
    let paste = Paste::text(text);
    if paste.is_large() {
        clinic.put(paste);
    } else {
        clinic.notice.set(None);
        clinic.box_text.set(paste.to_text());
    }
}

/// A paste into the empty box is read at once; a large one never goes into the box.
fn pasted(clinic: Clinic, event: &web_sys::ClipboardEvent) {
    if let Some(file) = first_file(event.clipboard_data()) {
        event.prevent_default();
        take_file(clinic, file);
        return;
    }
    let text = event
        .clipboard_data()
        .and_then(|data| data.get_data("text/plain").ok())
        .unwrap_or_default();
    let was_empty = clinic
        .box_text
        .with_untracked(|before| before.trim().is_empty());
    let paste = Paste::text(text);
    if was_empty && !paste.is_blank() {
        event.prevent_default();
        clinic.take(paste);
    } else if paste.is_large() {
        event.prevent_default();
        clinic.put(paste);
    }
}

fn first_file(data: Option<web_sys::DataTransfer>) -> Option<File> {
    data?.files()?.get(0)
}

fn take_file(clinic: Clinic, file: File) {
    spawn_local(async move {
        match browser::files::read(&file).await {
            Ok(paste) => clinic.take(paste),
            Err(sentence) => clinic.notice.set(Some(sentence)),
        }
    });
}
