//! Times in the reader's words.

use js_sys::{Date, Function, Object, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};

/// An RFC 3339 time as the reader writes it; unchanged where the browser cannot read it.
pub(crate) fn in_words(time: &str, locale: Option<&str>) -> String {
    present(&Date::new(&JsValue::from_str(time)), locale).unwrap_or_else(|| time.to_owned())
}

/// Unix seconds, now.
pub(crate) fn now() -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the fraction of a second is not wanted"
    )]
    let seconds = (Date::now() / 1000.0) as i64;
    seconds
}

/// Called through `Reflect`, because a locale that the browser does not take throws.
fn present(date: &Date, locale: Option<&str>) -> Option<String> {
    if date.get_time().is_nan() {
        return None;
    }
    let options = Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        Reflect::set(&options, &name.into(), &value.into()).ok()?;
    }
    let method: Function = Reflect::get(date, &"toLocaleString".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let own = window().navigator().language();
    let locales = [locale.map(ToOwned::to_owned), own];
    locales
        .into_iter()
        .flatten()
        .find_map(|locale| {
            method
                .call2(date, &JsValue::from_str(&locale), &options)
                .ok()
        })
        .and_then(|words| words.as_string())
}
