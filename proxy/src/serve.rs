//! The server around the router: slow and oversized requests are cut off, a signal ends it.

use std::{future::Future, io, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    signal,
    time::{sleep, timeout},
};

/// What a connection may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first byte of a request, or from the last answer, to the end of the headers.
    pub header_time: Duration,
    /// Request line and headers together, in bytes; hyper takes no less than 8192.
    pub header_size: usize,
    /// For what is under way when the service is asked to end.
    pub last_answers: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_time: Duration::from_secs(15),
            header_size: 16 * 1024,
            // Longer than a DNS question may take.
            last_answers: Duration::from_secs(6),
        }
    }
}

/// Answers on the listener until `stop` is there, then lets what is under way end.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let connections = GracefulShutdown::new();
    let server = protocol(limits);
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => spawn(&server, &connections, stream, app.clone()),
                Err(error) => pause(&error).await,
            },
        }
    }
    drop(listener);
    if timeout(limits.last_answers, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some connections were cut off at the end");
    }
}

/// Ends when the process is asked to end: SIGTERM or, at a terminal, Ctrl+C.
pub async fn stop_signal() {
    let interrupt = async {
        // Without a handler the signal ends the process by itself.
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    match signal::unix::signal(signal::unix::SignalKind::terminate()) {
        Ok(mut stream) => {
            stream.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending().await
}

fn protocol(limits: Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_buf_size(limits.header_size.max(8192));
    builder
}

fn spawn(server: &http1::Builder, connections: &GracefulShutdown, stream: TcpStream, app: Router) {
    let service = TowerToHyperService::new(app);
    let connection = server.serve_connection(TokioIo::new(stream), service);
    let watched = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = watched.await {
            tracing::debug!(%error, "connection ended early");
        }
    });
}

/// A connection that went away is nothing; running out of file descriptors passes, but not at once.
async fn pause(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    ) {
        return;
    }
    tracing::error!(%error, "no new connections can be accepted for now");
    sleep(Duration::from_secs(1)).await;
}
