//! The paste, with what was read from it marked.

use diagnosis::annotate::{Mark, Segment, annotate};
use leptos::prelude::*;

use super::part::part;
use crate::state::{
    Clinic,
    excerpt::{Stretch, shorten},
    paste::size_words,
};

/// The region "Annotated bounce"; absent where there is no paste.
#[component]
pub(crate) fn Annotated(clinic: Clinic) -> impl IntoView {
    let stretches = Memo::new(move |_| stretches(clinic));
    part(move || {
        let stretches = stretches.get()?;
        let pieces: Vec<AnyView> = stretches.into_iter().map(show).collect();
        Some(
            view! {
                <section class="card bounce" aria-label="Annotated bounce">
                    <div class="head">
                        <h2>"Your bounce, annotated"</h2>
                        <p class="legend">
                            <span class="why">"why"</span>
                            <span class="what">"who and what"</span>
                            <span class="server">"servers"</span>
                        </p>
                    </div>
                    <pre tabindex="0" aria-label="Bounce text">
                        {pieces}
                    </pre>
                </section>
            }
            .into_any(),
        )
    })
}

fn stretches(clinic: Clinic) -> Option<Vec<Stretch>> {
    let reading = clinic
        .reading()
        .filter(|reading| !reading.found_nothing())?;
    let paste = reading.paste.as_ref()?;
    let message = reading.messages.get(clinic.message.get())?;
    Some(shorten(annotate(&paste.to_text(), &message.case)))
}

fn show(stretch: Stretch) -> AnyView {
    match stretch {
        Stretch::Text(Segment { text, mark: None }) => text.into_any(),
        Stretch::Text(Segment {
            text,
            mark: Some(mark),
        }) => view! { <mark class=class(mark)>{text}</mark> }.into_any(),
        Stretch::LeftOut(size) => {
            let words = format!("\n[{} not shown]\n", size_words(size));
            view! { <i>{words}</i> }.into_any()
        }
    }
}

fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::Why => "why",
        Mark::What => "what",
        Mark::Server => "server",
    }
}
