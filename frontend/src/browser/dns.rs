//! One question to the proxy.

use diagnosis::dns::{Answer, Outcome, Question, read_answer};
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestCache, RequestInit, Response};

use super::dates;

/// A question that takes longer has timed out.
const LIMIT_MILLISECONDS: u32 = 5_000;

/// Asks, past the browser's cache where `fresh`. Whatever goes wrong is an [`Answer`].
pub(crate) async fn ask(question: &Question, fresh: bool) -> Answer {
    let asked_at = dates::now();
    let limit = AbortSignal::timeout_with_u32(LIMIT_MILLISECONDS);
    let mut answer = match fetch(question, fresh, &limit).await {
        Some((200, body)) => {
            read_answer(&body, Some(asked_at)).unwrap_or_else(|_| Answer::empty(Outcome::ServFail))
        }
        Some((status, _)) => Answer::empty(outcome_of_status(status)),
        None if limit.aborted() => Answer::empty(Outcome::Timeout),
        None => Answer::empty(Outcome::Unreachable),
    };
    answer.asked_at = Some(asked_at);
    answer
}

fn outcome_of_status(status: u16) -> Outcome {
    match status {
        502 => Outcome::Unreachable,
        504 => Outcome::Timeout,
        _ => Outcome::Refused,
    }
}

async fn fetch(question: &Question, fresh: bool, limit: &AbortSignal) -> Option<(u16, String)> {
    let options = RequestInit::new();
    options.set_signal(Some(limit));
    if fresh {
        options.set_cache(RequestCache::NoStore);
    }
    let request = window().fetch_with_str_and_init(&url(question), &options);
    let response: Response = JsFuture::from(request).await.ok()?.dyn_into().ok()?;
    let body = JsFuture::from(response.text().ok()?).await.ok()?;
    Some((response.status(), body.as_string()?))
}

/// Relative: it is the page's own proxy that is asked, also from a frame of opaque origin.
fn url(question: &Question) -> String {
    let name = String::from(js_sys::encode_uri_component(question.name.as_str()));
    let kind = question.record_type.as_str();
    let checking = match question.checking_disabled {
        true => "&cd=1",
        false => "",
    };
    format!("/dns-query?name={name}&type={kind}{checking}")
}
