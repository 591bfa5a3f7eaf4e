#![doc = include_str!("../README.md")]
#![deny(clippy::indexing_slicing)]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        reason = "a test may fail loudly"
    )
)]

pub mod text;

pub mod bounce;
pub mod read;

pub mod reason;
pub mod wording;

pub mod dns;
pub mod finding;

pub mod knowledge;

pub mod case;
pub mod classify;

pub mod check;

pub mod checklist;

pub mod annotate;
pub mod report;

pub mod share;
