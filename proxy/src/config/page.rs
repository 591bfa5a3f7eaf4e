//! Where the page's files come from, and who may frame them.

use std::{fmt, path::PathBuf, str::FromStr};

/// Where the page's files come from.
#[derive(Clone, Debug, Default)]
pub enum PageSource {
    /// Compiled into the program: paths and contents, sorted by path.
    BuiltIn(&'static [(&'static str, &'static [u8])]),
    /// A folder, read anew for each request.
    Folder(PathBuf),
    /// No page was built.
    #[default]
    Missing,
}

impl PageSource {
    /// The page that was compiled in, if one was.
    pub fn built_in() -> Self {
        match BUILT_IN.is_empty() {
            true => Self::Missing,
            false => Self::BuiltIn(BUILT_IN),
        }
    }
}

#[cfg(feature = "embed-page")]
const BUILT_IN: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/page.rs"));
#[cfg(not(feature = "embed-page"))]
const BUILT_IN: &[(&str, &[u8])] = &[];

/// Who may frame the page, and under which origin the page itself stands.
#[derive(Clone, Debug, Default)]
pub struct FrameConfig {
    /// Origins that may show `/embed` in a frame.
    pub embed_origins: Vec<Origin>,
    /// The page's own origin, where it is known beforehand.
    pub public_url: Option<Origin>,
}

/// A web origin: scheme, host and perhaps a port; safe to stand in a policy header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin that a Host header names, where that header is well formed.
    ///
    /// CSP 3, "match a scheme": an expression with `http` also matches `https`.
    pub fn of_host(host: &str) -> Option<Self> {
        format!("http://{host}").parse().ok()
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let authority = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        match authority.is_some_and(is_authority) {
            true => Ok(Self(text.to_ascii_lowercase())),
            false => Err("expected an origin like https://desk.example".into()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// `host`, `host:port` or `[v6]:port`, nothing else: what stands here ends up in a header.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    };
    let bracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .map(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
    let plain = || {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        !host.is_empty() && host.len() <= 253 && host.bytes().all(fits)
    };
    bracketed.unwrap_or_else(plain) && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read() {
        for (text, expected) in [
            ("https://desk.example", "https://desk.example"),
            ("https://Desk.Example/", "https://desk.example"),
            ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
            ("http://[::1]:8081", "http://[::1]:8081"),
            ("http://[::1]", "http://[::1]"),
        ] {
            let origin = text.parse::<Origin>().expect("an origin");
            assert_eq!(origin.to_string(), expected);
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_refused() {
        for text in [
            "",
            "*",
            "null",
            "desk.example",
            "https://",
            "https://*.example",
            "https://desk.example/path",
            "https://desk.example:port",
            "https://desk.example;script-src *",
            "https://desk.example 'unsafe-inline'",
            "https://a@desk.example",
            "ftp://desk.example",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
