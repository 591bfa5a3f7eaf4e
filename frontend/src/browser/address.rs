//! The address bar.

use leptos::prelude::{window, window_event_listener_untyped};
use wasm_bindgen::JsValue;

use crate::state::address::Address;

/// The address that is shown.
pub(crate) fn read() -> Address {
    Address::parse(&window().location().href().unwrap_or_default())
}

/// Leaves a shared report's address, so that loading the page again gives the start page. In a frame
/// of opaque origin the browser forbids it, and nothing is lost.
pub(crate) fn leave_report() {
    if read().path.starts_with("/r/")
        && let Ok(history) = window().history()
    {
        history
            .push_state_with_url(&JsValue::NULL, "", Some("/"))
            .ok();
    }
}

/// Takes the fragment out of the address: a bounce handed in has no place in histories and
/// bookmarks.
pub(crate) fn forget_fragment() {
    let path = read().path;
    if let Ok(history) = window().history() {
        history
            .replace_state_with_url(&JsValue::NULL, "", Some(&path))
            .ok();
    }
}

/// Calls `changed` whenever another address is shown without the page being loaded anew.
pub(crate) fn on_change(changed: impl Fn() + Clone + 'static) {
    for event in ["hashchange", "popstate"] {
        let changed = changed.clone();
        let handle = window_event_listener_untyped(event, move |_| changed());
        // The page listens as long as it is shown; dropping the handle does not end that.
        drop(handle);
    }
}

/// Percent-decodes a part of an address; what is no valid encoding stays as it is.
pub(crate) fn decode(part: &str) -> String {
    js_sys::decode_uri_component(part)
        .map(String::from)
        .unwrap_or_else(|_| part.to_owned())
}
