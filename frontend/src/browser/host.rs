//! The page that shows this one in a frame. Only the parent window is heard; before it has spoken,
//! nothing goes out but `ready` and `resize`, which tell nothing.

use leptos::prelude::{document, window, window_event_listener_untyped};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, ResizeObserver, Window};

use crate::state::protocol::{Incoming, Outgoing, read, write};

/// Hears the host: `heard` gets each message and the origin that it came from.
pub(crate) fn listen(heard: impl Fn(Incoming, String) + 'static) {
    let handle = window_event_listener_untyped("message", move |event| {
        let Ok(event) = event.dyn_into::<MessageEvent>() else {
            return;
        };
        if let Some(message) = message_of_host(&event) {
            heard(message, event.origin());
        }
    });
    drop(handle);
}

/// Sends a message to the host, if there is one. An opaque origin can only be reached by `*`.
pub(crate) fn send(message: &Outgoing<'_>, origin: &str) {
    let target = match origin {
        "" | "null" => "*",
        origin => origin,
    };
    let Some(host) = host() else { return };
    if let Ok(message) = js_sys::JSON::parse(&write(message)) {
        host.post_message(&message, target).ok();
    }
}

/// Tells the host the height of the page whenever it changes.
pub(crate) fn report_height() {
    let Some(body) = document().body() else {
        return;
    };
    let measured = body.clone();
    let changed = Closure::<dyn FnMut()>::new(move || {
        let height = measured.get_bounding_client_rect().height().ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the height of a page in pixels"
        )]
        send(
            &Outgoing::Resize {
                height: height as u32,
            },
            "*",
        );
    });
    if let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
        observer.observe(&body);
        // Both live as long as the page.
        changed.forget();
    }
}

fn host() -> Option<Window> {
    let own = window();
    let parent = own.parent().ok()??;
    (!js_sys::Object::is(&parent, &own)).then_some(parent)
}

fn message_of_host(event: &MessageEvent) -> Option<Incoming> {
    let source = event.source()?;
    let host: JsValue = host()?.into();
    if !js_sys::Object::is(&source, &host) {
        return None;
    }
    read(&text_of(&event.data())?)
}

/// A message may come as an object or as its JSON.
fn text_of(data: &JsValue) -> Option<String> {
    match data.as_string() {
        Some(text) => Some(text),
        None => js_sys::JSON::stringify(data).ok()?.as_string(),
    }
}
