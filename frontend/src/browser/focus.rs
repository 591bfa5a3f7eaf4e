//! Where the keyboard is.

use leptos::prelude::{document, request_animation_frame};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDetailsElement, HtmlElement};

/// Goes to the element with that id once the page has been drawn: opens the `<details>` it is or
/// stands in, scrolls to it and gives it the focus.
pub(crate) fn go_to(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || {
        let found = document()
            .get_element_by_id(&id)
            .and_then(|element| element.dyn_into::<HtmlElement>().ok());
        let Some(element) = found else { return };
        if let Ok(Some(details)) = element.closest("details")
            && let Ok(details) = details.dyn_into::<HtmlDetailsElement>()
        {
            details.set_open(true);
        }
        element.scroll_into_view();
        element.focus().ok();
    });
}

/// Gives the focus to the element with that id without opening or scrolling more than needed.
pub(crate) fn focus(id: &'static str) {
    request_animation_frame(move || {
        let found = document()
            .get_element_by_id(id)
            .and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(element) = found {
            element.focus().ok();
        }
    });
}
