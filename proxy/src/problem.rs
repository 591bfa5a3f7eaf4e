//! The one shape in which the service refuses: an RFC 9457 answer, made at the edge.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// A refusal: the HTTP status and one sentence that says what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// One sentence for a person.
    pub detail: String,
    /// Seconds after which asking again makes sense.
    pub retry_after: Option<u32>,
    /// Where the refusal comes from, if not from the outside world.
    pub comment: Option<&'static str>,
}

impl Problem {
    /// A refusal with a status and a sentence.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            retry_after: None,
            comment: None,
        }
    }

    /// 400: the request is not one that can be answered.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 405: everything here is for reading.
    pub fn only_reading() -> Self {
        let sentence = "Only GET and HEAD are answered here.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, sentence)
    }

    /// The same refusal, with a word on when to ask again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }
}

/// RFC 9457 §3.1: without a `type` of its own a problem is "about:blank", and its title is the
/// status phrase.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'a str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    /// An extension (§3.2), spelt as in the answers.
    #[serde(rename = "Comment", skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            comment: self.comment,
        };
        let text = serde_json::to_string(&body).unwrap_or_default();
        let fixed = [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        let mut response = (self.status, fixed, text).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405
        // response".
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        response
    }
}
