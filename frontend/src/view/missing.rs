//! A field for the one fact that a step asks for.

use leptos::{html::Input, prelude::*};

use crate::state::Clinic;

/// How a field is labelled, an example, and what is wrong where it cannot be taken.
struct Field {
    label: &'static str,
    example: &'static str,
    fault: &'static str,
}

/// The field and its button; "Diagnose again" takes the fact into the case.
#[component]
pub(crate) fn Missing(clinic: Clinic, asked: &'static str) -> impl IntoView {
    let Field {
        label,
        example,
        fault,
    } = field(asked);
    let id = format!("about-missing-{asked}");
    let id_of_fault = format!("{id}-fault");
    let input = NodeRef::<Input>::new();
    let is_wrong = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(input) = input.get_untracked() {
            is_wrong.set(!clinic.add_fact(asked, &input.value()));
        }
    };
    view! {
        <form class="missing" on:submit=submit>
            <label for=id.clone()>{label}</label>
            <input
                id=id
                type="text"
                spellcheck="false"
                autocapitalize="off"
                autocomplete="off"
                placeholder=example
                aria-describedby=id_of_fault.clone()
                aria-invalid=move || is_wrong.get().then_some("true")
                node_ref=input
            />
            <button type="submit" class="small">
                "Diagnose again"
            </button>
            <p class="notice" id=id_of_fault role="alert">
                {move || is_wrong.get().then_some(fault)}
            </p>
        </form>
    }
}

fn field(asked: &str) -> Field {
    match asked {
        "from" => Field {
            label: "The sender's address or domain",
            example: "shop.example",
            fault: "This is no address or domain. Expected: a name such as shop.example.",
        },
        "helo" => Field {
            label: "The name that the sending server gives (HELO)",
            example: "mx.shop.example",
            fault: "This is no server's name. Expected: a name such as mx.shop.example.",
        },
        "ip" => Field {
            label: "The IP address of the sending server",
            example: "192.0.2.1",
            fault: "This is no IP address. Expected: an address such as 192.0.2.1.",
        },
        _ => Field {
            label: "The DKIM selector (s= in the signature)",
            example: "k1._domainkey.shop.example",
            fault: "This is no selector. Expected: s= of the signature, such as k1.",
        },
    }
}
