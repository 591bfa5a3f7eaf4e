//! The page in a real browser, started by wasm-bindgen-test-runner.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_page_shows_its_name() {
    frontend::start();
    let heading = leptos::prelude::document()
        .query_selector("h1")
        .ok()
        .flatten()
        .and_then(|heading| heading.text_content());
    assert_eq!(heading.as_deref(), Some("Bounce Clinic"));
}
