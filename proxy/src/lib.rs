#![doc = include_str!("../README.md")]

pub mod config;
pub mod demo_zone;
pub mod middleware;
pub mod page;
pub mod problem;
pub mod resolve;
pub mod router;
pub mod serve;

pub use config::Config;
pub use router::{StartError, app};
