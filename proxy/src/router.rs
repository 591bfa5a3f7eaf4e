//! The table of contents: which address leads where, and what stands around it.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{Method, header},
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::get,
};
use tower_http::{
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    cors::{Any, CorsLayer},
};

use crate::{
    config::{Config, FrameConfig, PageSource},
    demo_zone::{DemoZone, ZoneError},
    middleware::{access_log, security_headers},
    page,
    problem::Problem,
    resolve::{self, Pool, PoolError},
};

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The upstream servers.
    #[error("the DNS upstream cannot be set up")]
    Pool(#[from] PoolError),
    /// The demonstration zone.
    #[error("the demonstration zone cannot be set up")]
    Zone(#[from] ZoneError),
}

/// What the handlers share.
pub(crate) struct Service {
    pub(crate) pool: Pool,
    pub(crate) demo_zone: Option<DemoZone>,
    pub(crate) page: PageSource,
    pub(crate) frame: FrameConfig,
}

/// The whole service, ready to be driven by a server or by a test.
///
/// # Errors
///
/// Where the upstream or the demonstration zone cannot be set up.
pub fn app(config: Config) -> Result<Router, StartError> {
    let demo_zone = config.demo_zone.then(DemoZone::built_in).transpose()?;
    let service = Arc::new(Service {
        pool: Pool::new(config.upstream)?,
        demo_zone,
        page: config.page,
        frame: config.frame,
    });
    Ok(page_routes()
        .route(
            "/dns-query",
            get(resolve::answer).post(resolve::refuse_wire_format),
        )
        .route("/healthz", get(async || "ok"))
        .method_not_allowed_fallback(refuse_method)
        .layer(cross_origin())
        .layer(from_fn(security_headers::add))
        .layer(from_fn(access_log::log))
        .with_state(service))
}

/// Only the page is compressed: answers about DNS are small.
fn page_routes() -> Router<Arc<Service>> {
    let compressible = DefaultPredicate::new().and(NotForContentType::const_new("font/"));
    Router::new()
        .route("/", get(page::shell))
        .route("/embed", get(page::embed))
        .route("/r/{reason}", get(page::shell))
        .fallback(page::file)
        .layer(CompressionLayer::new().compress_when(compressible))
}

/// Sandboxed frames have the origin `null`, so everything is for every origin; nothing here knows
/// cookies.
fn cross_origin() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers(Any)
        .expose_headers([header::RETRY_AFTER])
        .max_age(Duration::from_secs(24 * 60 * 60))
        .vary([])
}

async fn refuse_method() -> Response {
    Problem::only_reading().into_response()
}
