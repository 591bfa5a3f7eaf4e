//! Which DNS servers are asked.

use std::{net::SocketAddr, str::FromStr, sync::Arc, time::Duration};

/// One DNS server or service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upstream {
    /// DNS over HTTPS.
    Https {
        /// The host name (or address) in the URL, which the certificate has to bear.
        host: Arc<str>,
        /// The port, usually 443.
        port: u16,
        /// The path, usually `/dns-query`.
        path: Arc<str>,
    },
    /// The servers that the operating system is configured with.
    System,
    /// A plain DNS server, asked over UDP and, where an answer is cut off, over TCP.
    Udp(SocketAddr),
}

/// Servers and limits.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// The servers; never empty.
    pub upstreams: Vec<Upstream>,
    /// Time for one question, all servers together.
    pub timeout: Duration,
    /// Most questions under way at once.
    pub most_questions: usize,
}

impl UpstreamConfig {
    /// The given servers, or the default ones where none is given.
    pub fn new(upstreams: Vec<Upstream>, most_questions: usize) -> Self {
        let upstreams = match upstreams.is_empty() {
            true => default_services(),
            false => upstreams,
        };
        Self {
            upstreams,
            timeout: TIMEOUT,
            // tokio's semaphore takes no more.
            most_questions: most_questions.min(usize::MAX >> 3),
        }
    }
}

impl Default for UpstreamConfig {
    fn default() -> Self {
        Self::new(vec![], 256)
    }
}

impl FromStr for Upstream {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "system" {
            return Ok(Self::System);
        }
        if let Some(address) = text.strip_prefix("udp://") {
            return read_udp(address);
        }
        if let Some(rest) = text.strip_prefix("https://") {
            return read_https(rest);
        }
        Err("expected https://HOST/dns-query, udp://ADDR:PORT or system".into())
    }
}

fn read_udp(text: &str) -> Result<Upstream, String> {
    let with_default_port = || text.parse().ok().map(|ip| SocketAddr::new(ip, 53));
    text.parse()
        .ok()
        .or_else(with_default_port)
        .map(Upstream::Udp)
        .ok_or_else(|| "expected an IP address and a port after udp://".into())
}

fn read_https(text: &str) -> Result<Upstream, String> {
    let (authority, path) = text.split_once('/').unwrap_or((text, "dns-query"));
    let (host, port) = split_port(authority).ok_or("expected a port number after the host")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
    if host.is_empty() || !host.bytes().all(plain) {
        return Err("expected a host name after https://".into());
    }
    if !path.bytes().all(|byte| byte.is_ascii_graphic()) || path.contains(['?', '#', '{']) {
        return Err("expected a plain path like /dns-query".into());
    }
    Ok(Upstream::Https {
        host: host.to_ascii_lowercase().into(),
        port,
        path: format!("/{path}").into(),
    })
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
fn split_port(authority: &str) -> Option<(&str, u16)> {
    if let Some((address, rest)) = authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        return match rest.strip_prefix(':') {
            Some(port) => Some((address, port.parse().ok()?)),
            None => rest.is_empty().then_some((address, 443)),
        };
    }
    match authority.split_once(':') {
        Some((host, port)) => Some((host, port.parse().ok()?)),
        None => Some((authority, 443)),
    }
}

fn default_services() -> Vec<Upstream> {
    ["cloudflare-dns.com", "dns.google"]
        .map(|host| Upstream::Https {
            host: host.into(),
            port: 443,
            path: "/dns-query".into(),
        })
        .into()
}

/// The page gives a question 5 seconds; the answer that there is none has to arrive within them.
const TIMEOUT: Duration = Duration::from_secs(4);

#[cfg(test)]
mod tests {
    use super::*;

    fn https(host: &str, port: u16, path: &str) -> Result<Upstream, String> {
        Ok(Upstream::Https {
            host: host.into(),
            port,
            path: path.into(),
        })
    }

    #[test]
    fn urls_are_read() {
        let udp = |text: &str| Ok(Upstream::Udp(text.parse().expect("an address")));
        for (text, expected) in [
            ("system", Ok(Upstream::System)),
            ("udp://127.0.0.1:5353", udp("127.0.0.1:5353")),
            ("udp://192.0.2.53", udp("192.0.2.53:53")),
            ("udp://[2001:db8::53]:5353", udp("[2001:db8::53]:5353")),
            (
                "https://Dns.Example/dns-query",
                https("dns.example", 443, "/dns-query"),
            ),
            (
                "https://dns.example",
                https("dns.example", 443, "/dns-query"),
            ),
            (
                "https://dns.example:8443/q/x",
                https("dns.example", 8443, "/q/x"),
            ),
            (
                "https://192.0.2.53/dns-query",
                https("192.0.2.53", 443, "/dns-query"),
            ),
            (
                "https://[2001:db8::53]:8443/dns-query",
                https("2001:db8::53", 8443, "/dns-query"),
            ),
        ] {
            assert_eq!(text.parse::<Upstream>(), expected, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "dns.example",
            "http://dns.example/dns-query",
            "udp://dns.example:53",
            "udp://127.0.0.1:65536",
            "https://",
            "https://dns.example:port/",
            "https://user@dns.example/dns-query",
            "https://dns.example/dns-query{?dns}",
            "https://[2001:db8::53]x/",
        ] {
            assert!(text.parse::<Upstream>().is_err(), "{text}");
        }
    }
}
