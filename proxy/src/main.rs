//! The service as a program: flags, log, socket.

use std::{
    io::{ErrorKind, Write as _, stderr, stdout},
    net::SocketAddr,
};

use anyhow::Context as _;
use clap::Parser as _;
use proxy::{
    Config, app,
    config::Flags,
    serve::{Limits, serve, stop_signal},
};
use tokio::net::TcpListener;
use tracing_subscriber::{
    filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (address, config): (SocketAddr, Config) = Flags::parse().into();
    start_log()?;
    let app = app(config)?;
    let listener = listen(address).await?;
    let address = listener.local_addr().context("the socket has no address")?;
    announce(address)?;
    serve(listener, app, Limits::default(), stop_signal()).await;
    tracing::info!("stopped");
    Ok(())
}

/// Everything goes to standard error. What hickory logs holds names from questions, so it is heard
/// only where `RUST_LOG` asks for it.
fn start_log() -> anyhow::Result<()> {
    let wanted = std::env::var("RUST_LOG").unwrap_or_else(|_| "proxy=info".into());
    let targets = wanted
        .parse::<Targets>()
        .context("RUST_LOG is not a list of target=level")?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(stderr)
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(lines)
        .with(targets)
        .init();
    Ok(())
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "{address} is already in use by another program; choose another with --listen ADDR:PORT"
        ),
        _ => anyhow::Error::new(error).context(format!("cannot listen on {address}")),
    })
}

/// Whoever started the program waits for this line.
fn announce(address: SocketAddr) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "listening on http://{address}")
        .and_then(|()| out.flush())
        .context("standard output cannot be written")
}
