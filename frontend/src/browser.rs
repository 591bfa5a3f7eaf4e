//! What only the browser can do, one thing a file. Each has an answer for "not supported" or "not
//! allowed": nothing here panics, and nothing here judges.

pub(crate) mod address;
pub(crate) mod charset;
pub(crate) mod clipboard;
pub(crate) mod dates;
pub(crate) mod dns;
pub(crate) mod files;
pub(crate) mod focus;
pub(crate) mod host;
pub(crate) mod theme;
