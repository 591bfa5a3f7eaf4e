//! The proxy and `diagnose` against a real name server: BIND on loopback with zones of our own.
#![allow(
    clippy::indexing_slicing,
    reason = "a test may fail loudly, and a missing field of JSON is null"
)]

mod answers;
mod cases;
mod diagnoses;
mod dnssec;
mod outage;
