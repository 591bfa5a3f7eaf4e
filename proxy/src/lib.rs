#![doc = include_str!("../README.md")]

mod router;

pub mod config;
mod middleware;

pub mod demo_zone;
pub mod problem;
pub mod resolve;

mod page;

pub mod serve;

pub use config::Config;
pub use router::{StartError, app};
