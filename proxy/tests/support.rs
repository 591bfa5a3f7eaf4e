//! What the tests share: a client of the router, and a DNS server that misbehaves on request.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use hickory_resolver::proto::op::Message;
use http_body_util::BodyExt;
use proxy::{
    Config, app,
    config::{Upstream, UpstreamConfig},
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    task::JoinSet,
};
use tower::ServiceExt;

/// An answer of the service, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// A header's value, empty where it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Asserts an RFC 9457 answer and gives its sentence.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        let json = self.json();
        assert_eq!(json["status"], status);
        assert_eq!(json["type"], "about:blank");
        assert_eq!(
            json["title"].as_str(),
            self.status.canonical_reason(),
            "{json}"
        );
        let detail = json["detail"].as_str().expect("a sentence");
        assert!(detail.ends_with('.'), "{detail}");
        detail.to_owned()
    }
}

/// A request to the router, with headers.
pub(crate) async fn send(
    app: &Router,
    method: &str,
    uri: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = app.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.into(),
    }
}

pub(crate) async fn get(app: &Router, uri: &str) -> Answer {
    send(app, "GET", uri, &[]).await
}

/// A service that knows the demonstration zone and has nobody to ask beyond it.
pub(crate) async fn demo_app() -> Router {
    let config = Config {
        demo_zone: true,
        upstream: asking(&[closed_port().await]),
        ..Config::default()
    };
    app(config).expect("a service")
}

/// A service that asks the given servers.
pub(crate) fn app_asking(servers: &[SocketAddr]) -> Router {
    let config = Config {
        upstream: asking(servers),
        ..Config::default()
    };
    app(config).expect("a service")
}

/// Servers, with less patience than people get.
pub(crate) fn asking(servers: &[SocketAddr]) -> UpstreamConfig {
    UpstreamConfig {
        timeout: Duration::from_millis(1500),
        ..UpstreamConfig::new(servers.iter().copied().map(Upstream::Udp).collect(), 64)
    }
}

/// An address that nobody listens on.
pub(crate) async fn closed_port() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    socket.local_addr().expect("an address")
}

/// How a question came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Tcp,
    Udp,
}

/// What the server does with a question: bytes to send back, or silence.
type Behaviour = fn(&Message, Transport) -> Option<Vec<u8>>;

/// A DNS server on loopback, over UDP and TCP on one port, that ends with the test.
pub(crate) struct DnsServer {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<(Message, Transport)>>>,
    _tasks: JoinSet<()>,
}

impl DnsServer {
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        let (udp, tcp) = same_port().await;
        let mut server = Self::over_udp(udp, behaviour);
        let seen = server.seen.clone();
        server._tasks.spawn(async move {
            while let Ok((stream, _)) = tcp.accept().await {
                answer_stream(stream, behaviour, &seen).await;
            }
        });
        server
    }

    /// Without the TCP half.
    pub(crate) async fn start_udp_only(behaviour: Behaviour) -> Self {
        let (udp, _) = same_port().await;
        Self::over_udp(udp, behaviour)
    }

    pub(crate) fn seen(&self) -> Vec<(Message, Transport)> {
        self.seen.lock().expect("no panic before").clone()
    }

    fn over_udp(udp: UdpSocket, behaviour: Behaviour) -> Self {
        let address = udp.local_addr().expect("an address");
        let seen = Arc::<Mutex<Vec<_>>>::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(answer_datagrams(udp, behaviour, seen.clone()));
        Self {
            address,
            seen,
            _tasks: tasks,
        }
    }
}

async fn same_port() -> (UdpSocket, TcpListener) {
    for _ in 0..20 {
        let udp = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let address = udp.local_addr().expect("an address");
        if let Ok(tcp) = TcpListener::bind(address).await {
            return (udp, tcp);
        }
    }
    panic!("no port is free over both UDP and TCP");
}

async fn answer_datagrams(
    udp: UdpSocket,
    behaviour: Behaviour,
    seen: Arc<Mutex<Vec<(Message, Transport)>>>,
) {
    let mut buffer = [0; 4096];
    while let Ok((length, from)) = udp.recv_from(&mut buffer).await {
        let question = Message::from_vec(&buffer[..length]).expect("a question");
        let bytes = behaviour(&question, Transport::Udp);
        seen.lock()
            .expect("no panic before")
            .push((question, Transport::Udp));
        if let Some(bytes) = bytes {
            udp.send_to(&bytes, from).await.expect("loopback works");
        }
    }
}

async fn answer_stream(
    mut stream: TcpStream,
    behaviour: Behaviour,
    seen: &Mutex<Vec<(Message, Transport)>>,
) {
    while let Ok(length) = stream.read_u16().await {
        let mut buffer = vec![0; usize::from(length)];
        stream.read_exact(&mut buffer).await.expect("a question");
        let question = Message::from_vec(&buffer).expect("a question");
        let bytes = behaviour(&question, Transport::Tcp);
        seen.lock()
            .expect("no panic before")
            .push((question, Transport::Tcp));
        if let Some(bytes) = bytes {
            let length = u16::try_from(bytes.len()).expect("a short answer");
            stream.write_u16(length).await.expect("loopback works");
            stream.write_all(&bytes).await.expect("loopback works");
        }
    }
}
