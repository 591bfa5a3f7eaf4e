#![doc = include_str!("../README.md")]
#![deny(clippy::indexing_slicing)]
#![allow(
    clippy::single_range_in_vec_init,
    reason = "lists of ranges are what the readers work with; some have one"
)]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        reason = "a test may fail loudly"
    )
)]

mod base64;
pub mod json;
mod sort;
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
