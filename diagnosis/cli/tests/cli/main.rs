//! `diagnose` as it is started in a terminal, on folders and mbox files of bounces made here.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod bounces;
mod resolver;
mod run;

mod added;
mod dkim;
mod dmarc;
mod evidence;
mod folders;
mod forms;
mod mboxes;
mod memory;
mod order;
mod spf;
mod trouble;
