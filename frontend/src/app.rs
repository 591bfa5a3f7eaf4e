//! The whole page as one component.

use leptos::prelude::*;

/// The page.
#[component]
pub(crate) fn App() -> impl IntoView {
    view! {
        <main>
            <h1>"Bounce Clinic"</h1>
        </main>
    }
}
