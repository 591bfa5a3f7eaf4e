//! The page as one component: made once, shown in the form that its address asks for.

use leptos::prelude::*;

use crate::{
    browser,
    state::Clinic,
    view::{embed::Embed, page::Page},
};

/// The page, or its compact form at `/embed`.
#[component]
pub(crate) fn App() -> impl IntoView {
    let clinic = Clinic::new();
    browser::address::on_change(move || clinic.open());
    clinic.open();
    match browser::address::read().is_embed() {
        true => view! { <Embed clinic /> }.into_any(),
        false => view! { <Page clinic /> }.into_any(),
    }
}
