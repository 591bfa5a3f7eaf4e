//! The share link, and the line above a report that came by one.

use leptos::{html::Input, prelude::*, task::spawn_local};

use super::{
    icon::{Icon, icon},
    part::{followed, part, pressed},
};
use crate::{
    browser,
    state::{Clinic, Source},
};

/// Makes the link, shows it and copies it.
#[component]
pub(crate) fn ShareButton(clinic: Clinic) -> impl IntoView {
    let share = pressed(move || {
        let Some(link) = clinic.share_link() else {
            return;
        };
        clinic.link.set(Some(link.clone()));
        spawn_local(async move {
            let words = match browser::clipboard::copy(&link).await {
                true => "The share link is copied.",
                false => "The share link stands below the button. Copy it from there.",
            };
            clinic.announcement.set(words.to_owned());
        });
    });
    view! {
        <button type="button" class="small primary" on:click=share>
            {icon(Icon::Share)}
            "Share"
        </button>
    }
}

/// The link, once it was made.
#[component]
pub(crate) fn ShareBox(clinic: Clinic) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let select = move |_| {
        if let Some(input) = input.get_untracked() {
            input.select();
        }
    };
    part(move || {
        let link = clinic.link.get()?;
        Some(
            view! {
                <div class="share">
                    <label for="about-link">"Share link"</label>
                    <input id="about-link" type="text" readonly node_ref=input prop:value=link on:focus=select />
                    <p class="hint">
                        "It holds the diagnosis, not the mail: the part of addresses before the @ is masked, and the text is left out. Our server never sees it; whoever gets the link does."
                    </p>
                </div>
            }
            .into_any(),
        )
    })
}

/// Where the report comes from, and when.
#[component]
pub(crate) fn SharedLine(clinic: Clinic) -> impl IntoView {
    let words = move || {
        let looked_up = clinic.diagnosis.with(|shown| {
            let shown = shown.as_ref().filter(|shown| shown.is_shared)?;
            Some(shown.looked_up)
        })?;
        Some(match looked_up {
            Some(seconds) => {
                let time = diagnosis::report::time(seconds);
                let time = browser::dates::in_words(&time, clinic.locale.get().as_deref());
                format!("Looked up on {time} by the person who shared this. ")
            }
            None => "A shared report, without DNS. ".to_owned(),
        })
    };
    part(move || {
        let words = words()?;
        let again = pressed(move || clinic.check_again());
        Some(
            view! {
                <p class="card shared">
                    {words}
                    <button type="button" class="small" on:click=again>
                        {icon(Icon::Again)}
                        "Check again now"
                    </button>
                </p>
            }
            .into_any(),
        )
    })
}

/// A link that cannot be read.
#[component]
pub(crate) fn DamagedLink(clinic: Clinic) -> impl IntoView {
    part(move || {
        let Source::Damaged(sentence) = clinic.source.get() else {
            return None;
        };
        let begin = followed(move || {
            browser::address::leave_report();
            clinic.start();
        });
        let section = view! {
            <section class="card verdict" aria-label="Damaged link">
                <h1 id=crate::state::words::VERDICT_ID tabindex="-1">
                    {sentence}
                </h1>
                <p>
                    <a href="/" on:click=begin>
                        "Go to the start page and paste the bounce"
                    </a>
                </p>
            </section>
        };
        Some(section.into_any())
    })
}
