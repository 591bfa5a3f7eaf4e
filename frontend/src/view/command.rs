//! A command or record to copy.

use leptos::{prelude::*, task::spawn_local};

use super::{
    icon::{Icon, icon},
    part::pressed,
};
use crate::{browser, state::Clinic};

/// A line of code with its copy button.
#[component]
pub(crate) fn Command(clinic: Clinic, text: String) -> impl IntoView {
    view! {
        <div class="command">
            <code>{text.clone()}</code>
            <CopyButton clinic label="Copy" what=format!("Copy: {text}") text=Box::new(move || text.clone()) />
        </div>
    }
}

/// A button that copies; it says itself whether that worked.
#[component]
pub(crate) fn CopyButton(
    clinic: Clinic,
    /// What stands on it.
    label: &'static str,
    /// Its accessible name, where the label alone does not tell what is copied.
    #[prop(default = String::new())]
    what: String,
    /// What is copied.
    text: Box<dyn Fn() -> String>,
) -> impl IntoView {
    let outcome = RwSignal::new(None::<bool>);
    let copy = pressed(move || {
        let text = text();
        spawn_local(async move {
            let copied = browser::clipboard::copy(&text).await;
            outcome.try_set(Some(copied));
            clinic.announcement.set(words(Some(copied), "").to_owned());
            set_timeout(
                move || {
                    outcome.try_set(None);
                },
                std::time::Duration::from_secs(3),
            );
        });
    });
    let name = (!what.is_empty()).then_some(what);
    view! {
        <button type="button" class="small copy" aria-label=name on:click=copy>
            {icon(Icon::Copy)}
            {move || words(outcome.get(), label).to_owned()}
        </button>
    }
}

fn words(outcome: Option<bool>, label: &'static str) -> &'static str {
    match outcome {
        None => label,
        Some(true) => "Copied",
        Some(false) => "Not allowed: select it",
    }
}
