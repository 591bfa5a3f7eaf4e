//! The head of the page.

use leptos::prelude::*;

use super::{
    icon::{Icon, icon},
    letters::LanguageChoice,
    part::followed,
};
use crate::{
    browser,
    state::{Clinic, language::Speaker},
};

/// Name and links.
#[component]
pub(crate) fn Header(clinic: Clinic) -> impl IntoView {
    let home = followed(move || {
        browser::address::leave_report();
        clinic.start();
    });
    view! {
        <header class="top">
            <a class="name" href="/" on:click=home>
                {icon(Icon::Logo)}
                "Bounce Clinic"
            </a>
            <LanguageChoice clinic speaker=Speaker::All label="Language of the diagnosis" />
            <nav aria-label="About">
                <AnchorLink id="about-embedding" words="Embed" />
                <AnchorLink id="about-privacy" words="Privacy" />
            </nav>
        </header>
    }
}

/// A link to a place on this page. The address stays as it is: its fragment may hold a report.
#[component]
pub(crate) fn AnchorLink(#[prop(into)] id: String, words: &'static str) -> impl IntoView {
    let href = format!("#{id}");
    let go = followed(move || browser::focus::go_to(id.clone()));
    view! {
        <a href=href on:click=go>
            {words}
        </a>
    }
}
