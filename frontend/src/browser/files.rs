//! Files that a person opens or drops.

use js_sys::Uint8Array;
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, Response};

use crate::state::paste::{self, Paste};

/// One of the page's own texts.
pub(crate) async fn own_text(path: &str) -> Option<String> {
    let sent = window().fetch_with_str(path);
    let response: Response = JsFuture::from(sent).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?;
    text.as_string().filter(|_| response.ok())
}

/// Reads a file; otherwise a sentence that says why not.
pub(crate) async fn read(file: &File) -> Result<Paste, String> {
    let name = file.name();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a size is a whole number, and far below the limit of usize where it is read"
    )]
    let size = file.size() as usize;
    if size > paste::LARGEST {
        return Err(format!(
            "{name} has {}; files of up to {} can be read here. Cut out the part with the bounce.",
            paste::size_words(size),
            paste::size_words(paste::LARGEST),
        ));
    }
    let buffer = JsFuture::from(file.array_buffer())
        .await
        .map_err(|_| format!("{name} cannot be read. Open it again, or paste its text."))?;
    Ok(Paste::file(name, Uint8Array::new(&buffer).to_vec()))
}
