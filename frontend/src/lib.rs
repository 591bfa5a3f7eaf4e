//! The page of Bounce Clinic: the browser's edge around `diagnosis`.
//!
//! `view` shows and calls, `state` knows and decides what to ask, `browser` is all that only the
//! browser can do.
#![allow(
    unreachable_pub,
    reason = "#[component] derives a builder that is pub even where the component is not"
)]

mod app;

mod view;

mod state;

mod browser;

mod examples;

/// Puts the page into the document's body.
pub fn start() {
    leptos::mount::mount_to_body(app::App);
}
