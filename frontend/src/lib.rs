//! The page of Bounce Clinic, rendered in the browser.

mod app;

pub use app::App;

/// Puts the page into the document's body.
pub fn start() {
    leptos::mount::mount_to_body(App);
}
