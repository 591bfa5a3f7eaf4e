//! Headers that hold for every answer.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// Adds the fixed headers, and a closed policy where the answer brought none of its own.
pub(crate) async fn add(request: Request, next: Next) -> Response {
    let may_be_framed = request.uri().path() == "/embed";
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(CLOSED));
    if !may_be_framed {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    response
}

const FIXED: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    // The page also runs in sandboxed frames, where every request is a cross-origin one.
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "cross-origin",
    ),
];

const CLOSED: &str = "default-src 'none'; frame-ancestors 'none'";
