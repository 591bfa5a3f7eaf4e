//! The clipboard.

use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, HtmlTextAreaElement};

/// Copies a text; `false` where the browser does not allow it.
pub(crate) async fn copy(text: &str) -> bool {
    copy_by_clipboard(text).await.is_some() || copy_by_selection(text).unwrap_or(false)
}

async fn copy_by_clipboard(text: &str) -> Option<()> {
    let navigator = window().navigator();
    // Outside secure contexts there is none.
    let clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard")).ok()?;
    if clipboard.is_undefined() {
        return None;
    }
    JsFuture::from(navigator.clipboard().write_text(text))
        .await
        .ok()
        .map(|_| ())
}

/// The old way, which frames may use without permission.
fn copy_by_selection(text: &str) -> Option<bool> {
    let document: HtmlDocument = document().dyn_into().ok()?;
    let body = document.body()?;
    let before = document.active_element();
    let area: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    area.set_value(text);
    area.set_class_name("visually-hidden");
    body.append_child(&area).ok()?;
    area.select();
    let copied = document.exec_command("copy").unwrap_or(false);
    area.remove();
    if let Some(element) =
        before.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    {
        element.focus().ok();
    }
    Some(copied)
}
