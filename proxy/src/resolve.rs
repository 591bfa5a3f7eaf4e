//! `/dns-query`: a question in, a DNS message or a failure from somewhere, JSON out.
//!
//! `question` reads the request, `upstream` asks, `reply` writes the JSON with `present`'s text
//! form of each record.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hickory_resolver::proto::op::Message;

use crate::{problem::Problem, router::Service};

mod present;
mod question;
mod reply;
mod upstream;

pub use question::Question;
pub use reply::Reply;
pub use upstream::{Pool, PoolError};

/// Why there is no DNS message to show; each has its own HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// More questions are under way than the service takes at once.
    Busy,
    /// Nothing came back in time.
    Timeout,
    /// No server could be reached, or what came back was no DNS message.
    Unreachable,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many DNS questions are under way here; ask again in a second.",
            )
            .retry_after(1),
            Failure::Timeout => Self::new(
                StatusCode::GATEWAY_TIMEOUT,
                "The DNS server did not answer in time.",
            ),
            Failure::Unreachable => Self::new(
                StatusCode::BAD_GATEWAY,
                "No DNS server could be reached, or what came back was not DNS.",
            ),
        }
    }
}

/// Answers `GET /dns-query?name=…&type=…`.
pub(crate) async fn answer(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let question = Question::from_query(query.as_deref().unwrap_or(""))?;
    let (message, comment) = ask(&service, &question).await?;
    let reply = Reply::new(&question, &message, comment);
    let lifetime = match wants_fresh(&headers) {
        true => None,
        false => reply::lifetime(&message),
    };
    Ok(respond(&reply, lifetime))
}

/// `POST /dns-query`, which RFC 8484 uses for DNS messages, is not spoken.
pub(crate) async fn refuse_wire_format() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "DNS messages in wire format are not taken here; ask with GET /dns-query?name=…&type=….",
    )
}

/// The demonstration zone answers what it holds, everything else goes to the upstream.
async fn ask(
    service: &Service,
    question: &Question,
) -> Result<(Message, Option<&'static str>), Problem> {
    if let Some(zone) = &service.demo_zone
        && let Some(outcome) = zone.answer(question)
    {
        let comment = Some(DEMONSTRATION);
        return match outcome {
            Ok(message) => Ok((message, comment)),
            Err(failure) => Err(Problem {
                comment,
                ..failure.into()
            }),
        };
    }
    let message = service.pool.ask(question).await?;
    Ok((message, None))
}

/// The browser's "check again" sends `no-cache`; what it gets is not for keeping either.
fn wants_fresh(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|directive| matches!(directive.trim(), "no-cache" | "no-store" | "max-age=0"))
}

fn respond(reply: &Reply, lifetime: Option<u32>) -> Response {
    let Ok(text) = serde_json::to_string(reply) else {
        return Problem::from(Failure::Unreachable).into_response();
    };
    let cache = lifetime
        .and_then(|seconds| HeaderValue::try_from(format!("max-age={seconds}")).ok())
        .unwrap_or(HeaderValue::from_static("no-store"));
    let media_type = HeaderValue::from_static("application/dns-json");
    let fixed = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, cache),
    ];
    (fixed, text).into_response()
}

const DEMONSTRATION: &str = "demonstration zone";
