//! The page of Bounce Clinic, rendered in the browser.
#![allow(
    unreachable_pub,
    reason = "#[component] derives a builder that is pub even where the component is not"
)]

mod app;

/// Puts the page into the document's body.
pub fn start() {
    leptos::mount::mount_to_body(app::App);
}
