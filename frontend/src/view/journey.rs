//! The way of the message: a list that looks like a line.

use leptos::prelude::*;

use super::part::part;
use crate::state::{
    Clinic,
    journey::{Reached, Station, journey},
};

/// The list "Journey".
#[component]
pub(crate) fn Journey(clinic: Clinic) -> impl IntoView {
    let stations = Memo::new(move |_| {
        let recipient = clinic.recipient.get();
        clinic.diagnosis.with(|shown| {
            shown
                .as_ref()
                .map(|shown| journey(&shown.report, recipient))
                .unwrap_or_default()
        })
    });
    part(move || {
        let stations: Vec<AnyView> = stations.get().into_iter().map(station).collect();
        (!stations.is_empty()).then(|| {
            view! {
                <ol class="journey" aria-label="Journey">
                    {stations}
                </ol>
            }
            .into_any()
        })
    })
}

fn station(station: Station) -> AnyView {
    let (class, words) = match station.reached {
        Reached::Passed => ("passed", None),
        Reached::Ended(how) => ("ended", Some(how)),
        Reached::Waits => ("waits", Some("still being tried")),
        Reached::Not => ("not", Some("not reached")),
    };
    let lines = station
        .lines
        .into_iter()
        .map(|line| view! { <span>{line}</span> }.into_any())
        .collect_view();
    view! {
        <li class=class>
            <b>{station.title}</b>
            {lines}
            {words.map(|words| view! { <em>{words}</em> }.into_any())}
        </li>
    }
    .into_any()
}
