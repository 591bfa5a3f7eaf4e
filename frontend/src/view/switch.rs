//! The switch that keeps DNS out of it.

use leptos::prelude::*;

use crate::state::Clinic;

/// "Don't ask DNS".
#[component]
pub(crate) fn DnsSwitch(clinic: Clinic) -> impl IntoView {
    view! {
        <label class="switch">
            <input
                type="checkbox"
                prop:checked=move || !clinic.dns_is_on.get()
                on:change:target=move |event| clinic.allow_dns(!event.target().checked())
            />
            "Don't ask DNS"
        </label>
    }
}
