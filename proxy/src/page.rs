//! The page's files: the shell at every address of the page, the rest by its path.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};

use crate::{
    config::{Origin, PageSource},
    problem::Problem,
    router::Service,
};

mod files;
mod policy;

/// `/` and `/r/<reason>`: the page, which nobody may frame.
pub(crate) async fn shell(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    let policy = |html: &str| policy::for_page(html);
    serve_shell(&service, &headers, policy).await
}

/// `/embed`: the page for frames of the configured origins.
pub(crate) async fn embed(State(service): State<Arc<Service>>, headers: HeaderMap) -> Response {
    let own_origin = own_origin(&service, &headers);
    let ancestors = &service.frame.embed_origins;
    let policy = |html: &str| policy::for_embed(html, own_origin.as_ref(), ancestors);
    serve_shell(&service, &headers, policy).await
}

/// Every other path: a file of the page, or nothing.
pub(crate) async fn file(
    State(service): State<Arc<Service>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if method != Method::GET && method != Method::HEAD {
        return Err(Problem::only_reading());
    }
    let nothing = || Problem::new(StatusCode::NOT_FOUND, "There is nothing at this address.");
    let path = files::checked(uri.path()).ok_or_else(nothing)?;
    if path == SHELL {
        return Ok(shell(State(service), headers).await);
    }
    let (bytes, encoding) = files::read_encoded(&service.page, path, &headers)
        .await
        .ok_or_else(nothing)?;
    let mut response = match files::is_hashed(path) {
        true => (fixed(path, IMMUTABLE), bytes).into_response(),
        false => revalidated(fixed(path, REVALIDATE), bytes, &headers),
    };
    if let Some(encoding) = encoding {
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_ENCODING,
            HeaderValue::from_static(encoding.name()),
        );
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    Ok(response)
}

async fn serve_shell(
    service: &Service,
    headers: &HeaderMap,
    policy: impl Fn(&str) -> String,
) -> Response {
    let Some(bytes) = files::read(&service.page, SHELL).await else {
        return not_built(&service.page);
    };
    let policy = policy(&String::from_utf8_lossy(&bytes));
    let mut response = revalidated(fixed(SHELL, REVALIDATE), bytes, headers);
    if let Ok(value) = HeaderValue::try_from(policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, value);
    }
    response
}

/// The page's own origin, as a frame without an origin of its own needs it.
fn own_origin(service: &Service, headers: &HeaderMap) -> Option<Origin> {
    let of_request = || {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        Origin::of_host(host)
    };
    service.frame.public_url.clone().or_else(of_request)
}

fn not_built(source: &PageSource) -> Response {
    let sentence = match source {
        PageSource::Folder(_) => {
            "The folder given with --page holds no index.html; `cargo xtask serve` builds the page \
             and serves it.\n"
        }
        PageSource::BuiltIn(_) | PageSource::Missing => {
            "The page has not been built into this program; `cargo xtask serve` builds it and \
             serves it. DNS questions are answered at /dns-query.\n"
        }
    };
    let fixed = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, fixed, sentence).into_response()
}

type Fixed = [(header::HeaderName, &'static str); 2];

fn fixed(path: &str, cache: &'static str) -> Fixed {
    [
        (header::CONTENT_TYPE, files::media_type(path)),
        (header::CACHE_CONTROL, cache),
    ]
}

/// The file, or 304 where the browser has it already. The tag is weak: the same file may go out
/// with or without compression.
fn revalidated(fixed: Fixed, bytes: Bytes, headers: &HeaderMap) -> Response {
    let hash = HEXLOWER.encode(digest(&SHA256, &bytes).as_ref());
    let tag = format!("W/\"{}\"", hash.get(..TAG_LENGTH).unwrap_or(&hash));
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == tag);
    let mut response = match known {
        true => (StatusCode::NOT_MODIFIED, fixed).into_response(),
        false => (fixed, bytes).into_response(),
    };
    if let Ok(value) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

const SHELL: &str = "index.html";

/// Keep, but ask before each use.
const REVALIDATE: &str = "no-cache";

/// The name changes with the content.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

const TAG_LENGTH: usize = 16;
