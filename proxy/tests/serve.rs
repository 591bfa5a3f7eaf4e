//! The server around the router.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, routing::get};
use proxy::serve::{Limits, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

async fn start(app: Router, limits: Limits) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel();
    let stopped = async { stopped.await.expect("the test says when") };
    let server = tokio::spawn(serve(listener, app, limits, stopped));
    (address, stop, server)
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_off() {
    let limits = Limits {
        header_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let (address, _stop, _server) = start(Router::new(), limits).await;
    for beginning in ["", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "] {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let sent = stream.write_all(beginning.as_bytes()).await;
        sent.expect("loopback works");
        assert!(!read_to_end(&mut stream).await.contains("200 OK"));
    }
}

#[tokio::test]
async fn what_is_under_way_ends_before_the_service_does() {
    let (arrived, arrival) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let channels = std::sync::Mutex::new(Some((arrived, released)));
    let handler = async move || {
        let taken = channels.lock().expect("no panic before").take();
        let (arrived, released) = taken.expect("one request");
        arrived.send(()).expect("the test waits");
        released.await.expect("the test says when");
        "late but whole"
    };
    let handler = std::sync::Arc::new(handler);
    let app = Router::new().route(
        "/",
        get(move || {
            let handler = handler.clone();
            async move { handler().await }
        }),
    );
    let (address, stop, server) = start(app, Limits::default()).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(request).await.expect("loopback works");
    arrival.await.expect("the request arrives");
    stop.send(()).expect("the server runs");
    release.send(()).expect("the request waits");
    let answer = read_to_end(&mut stream).await;
    assert!(answer.ends_with("late but whole"), "{answer}");
    server.await.expect("the server ends");
    TcpStream::connect(address)
        .await
        .expect_err("nobody listens any more");
}
