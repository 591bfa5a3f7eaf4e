//! What happens around every request, one concern a file.

pub(crate) mod access_log;
pub(crate) mod security_headers;
