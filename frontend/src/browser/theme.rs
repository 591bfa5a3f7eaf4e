//! Light or dark.

use leptos::prelude::document;

/// Shows the page in a theme; anything but `light` and `dark` leaves it to the reader's system.
pub(crate) fn wear(theme: &str) {
    let Some(root) = document().document_element() else {
        return;
    };
    match theme {
        "light" | "dark" => root.set_attribute("data-theme", theme).ok(),
        _ => root.remove_attribute("data-theme").ok(),
    };
}
