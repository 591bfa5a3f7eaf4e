//! One question to the proxy.

use diagnosis::dns::{Answer, Outcome, Question, read_answer, read_failure};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestCache, RequestInit, Response};

use super::dates;

/// A question that takes longer has timed out.
const LIMIT_MILLISECONDS: u32 = 5_000;

/// Asks, past the browser's cache where `fresh`. Whatever goes wrong is an [`Answer`].
pub(crate) async fn ask(question: &Question, fresh: bool) -> Answer {
    let asked_at = dates::now();
    let limit = AbortSignal::timeout_with_u32(LIMIT_MILLISECONDS);
    match fetch(question, fresh, &limit).await {
        Ok((200, body)) => read_answer(&body, Some(asked_at))
            .unwrap_or_else(|_| nothing(Outcome::Unreachable, asked_at)),
        Ok((status, body)) => read_failure(status, &body, Some(asked_at)),
        Err(_) if limit.aborted() => nothing(Outcome::Timeout, asked_at),
        Err(_) => nothing(Outcome::Unreachable, asked_at),
    }
}

fn nothing(outcome: Outcome, asked_at: i64) -> Answer {
    Answer {
        asked_at: Some(asked_at),
        ..Answer::empty(outcome)
    }
}

async fn fetch(
    question: &Question,
    fresh: bool,
    limit: &AbortSignal,
) -> Result<(u16, String), JsValue> {
    let cache = match fresh {
        true => RequestCache::NoStore,
        false => RequestCache::Default,
    };
    let request = RequestInit::new();
    request.set_signal(Some(limit));
    request.set_cache(cache);
    let sent = window().fetch_with_str_and_init(&url(question), &request);
    let response: Response = JsFuture::from(sent).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.status(), text.as_string().unwrap_or_default()))
}

/// Relative: it is the page's own proxy that is asked, also from a frame of opaque origin.
fn url(question: &Question) -> String {
    let name = String::from(js_sys::encode_uri_component(&question.name.escaped()));
    let kind = question.record_type.as_str();
    let checking = match question.checking_disabled {
        true => "&cd=1",
        false => "",
    };
    format!("/dns-query?name={name}&type={kind}{checking}")
}
