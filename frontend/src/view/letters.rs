//! The ready messages to those who have to act.

use diagnosis::report::HandoverReport;
use leptos::prelude::*;

use super::{
    command::{Command, CopyButton},
    part::{Row, part_while, rows},
};
use crate::state::{
    Clinic,
    language::{LANGUAGES, Speaker},
    plain_text::letters,
};

/// The region "Ready messages".
#[component]
pub(crate) fn Letters(clinic: Clinic) -> impl IntoView {
    let shown = Memo::new(move |_| shown(clinic));
    let list = move || {
        let row = |letter: HandoverReport| Row {
            key: format!("{} {} {}", letter.to, letter.subject, letter.text),
            draw: Box::new(move || draw(clinic, letter)),
        };
        shown.get().into_iter().map(row).collect()
    };
    let region = move || {
        view! {
            <section class="card letters" aria-label="Ready messages">
                <div class="head">
                    <h2>"Ready messages"</h2>
                    <LanguageChoice clinic speaker=Speaker::Letters label="Language of the messages" />
                </div>
                <ul>{rows(list)}</ul>
            </section>
        }
        .into_any()
    };
    part_while(move || !shown.with(Vec::is_empty), region)
}

fn shown(clinic: Clinic) -> Vec<HandoverReport> {
    let recipient = clinic.recipient.get();
    clinic.diagnosis.with(|shown| {
        let report = shown.as_ref().map(|shown| &shown.report);
        let all = report
            .into_iter()
            .flat_map(|report| letters(report, recipient));
        all.cloned().collect()
    })
}

fn draw(clinic: Clinic, letter: HandoverReport) -> AnyView {
    let HandoverReport {
        to,
        language,
        subject,
        text,
        markdown,
        ..
    } = letter;
    let reader = reader(to);
    let plain = text.clone();
    view! {
        <li>
            <details>
                <summary>{reader}</summary>
                <Command clinic text=subject />
                <pre class="letter" lang=language tabindex="0" role="region" aria-label=reader>
                    {text}
                </pre>
                <div class="actions">
                    <CopyButton
                        clinic
                        label="Copy text"
                        what=format!("Copy text: {reader}")
                        text=Box::new(move || plain.clone())
                    />
                    <CopyButton
                        clinic
                        label="Copy as Markdown"
                        what=format!("Copy as Markdown: {reader}")
                        text=Box::new(move || markdown.clone())
                    />
                </div>
            </details>
        </li>
    }
    .into_any()
}

fn reader(to: &str) -> &'static str {
    match to {
        "user" => "To the person who sent the message",
        "own-admin" => "To your mail administrator",
        "sender-provider" => "To your mail provider",
        "recipient-postmaster" => "To the recipient's postmaster",
        "isp" => "To the provider of the IP address",
        _ => "To the blocklist",
    }
}

/// A choice of languages.
#[component]
pub(crate) fn LanguageChoice(
    clinic: Clinic,
    speaker: Speaker,
    label: &'static str,
) -> impl IntoView {
    let spoken = move || {
        clinic.tongue.with(|tongue| {
            let words = match speaker {
                Speaker::All => &tongue.words,
                Speaker::Letters => &tongue.letters,
            };
            words.language().to_owned()
        })
    };
    let options = LANGUAGES
        .iter()
        .map(|(tag, name)| view! { <option value=*tag lang=*tag>{*name}</option> }.into_any())
        .collect_view();
    view! {
        <select
            class="language"
            aria-label=label
            prop:value=spoken
            on:change:target=move |event| clinic.speak(speaker, &event.target().value())
        >
            {options}
        </select>
    }
}
