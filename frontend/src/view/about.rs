//! What stands below everything: privacy, and how to embed the clinic.

use leptos::prelude::*;

use super::{
    command::Command,
    icon::{Icon, icon},
};
use crate::{browser, state::Clinic};

/// The foot of the page.
#[component]
pub(crate) fn About(clinic: Clinic) -> impl IntoView {
    let origin = browser::address::read().origin;
    let snippet =
        format!("<script src=\"{origin}/embed.js\"></script>\n<bounce-clinic></bounce-clinic>");
    view! {
        <footer class="foot">
            <p class="hint">{icon(Icon::Lock)} "Nothing of the text leaves this browser."</p>
            <details>
                <summary id="about-privacy">"Privacy"</summary>
                <p>
                    "The text that you paste is read in this browser and never sent anywhere. Domain names, IP addresses and DKIM selectors from it go to this site's resolver as DNS questions, never the part of an address before the @. The names asked are listed under the evidence, and \"Don't ask DNS\" keeps them here too."
                </p>
            </details>
            <details>
                <summary id="about-embedding">"Embed"</summary>
                <p>
                    "These two lines put the clinic into a page of your own, such as a help desk. The text to read goes into the element's attribute \"text\"; the operator of this site has to allow your origin."
                </p>
                <Command clinic text=snippet />
            </details>
        </footer>
    }
}
