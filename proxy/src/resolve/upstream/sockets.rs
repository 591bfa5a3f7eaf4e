//! The sockets under the connections: errors are heard at once.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use hickory_resolver::net::runtime::{DnsUdpSocket, RuntimeProvider, TokioRuntimeProvider};
use tokio::{io::Interest, net::UdpSocket};

/// Tokio's sockets with two changes: a UDP socket is connected, so that a closed port is an error
/// at once and not a silence, and connecting over TCP keeps to the time for one server.
#[derive(Clone)]
pub(super) struct Sockets {
    runtime: TokioRuntimeProvider,
    limit: Duration,
}

impl Sockets {
    /// `limit` is the time for one server.
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            runtime: TokioRuntimeProvider::new(),
            limit,
        }
    }
}

type Opening<T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send>>;

impl RuntimeProvider for Sockets {
    type Handle = <TokioRuntimeProvider as RuntimeProvider>::Handle;
    type Timer = <TokioRuntimeProvider as RuntimeProvider>::Timer;
    type Udp = Connected;
    type Tcp = <TokioRuntimeProvider as RuntimeProvider>::Tcp;

    fn create_handle(&self) -> Self::Handle {
        self.runtime.create_handle()
    }

    fn connect_tcp(
        &self,
        server: SocketAddr,
        local: Option<SocketAddr>,
        limit: Option<Duration>,
    ) -> Opening<Self::Tcp> {
        let limit = limit.map_or(self.limit, |limit| limit.min(self.limit));
        self.runtime.connect_tcp(server, local, Some(limit))
    }

    fn bind_udp(&self, local: SocketAddr, server: SocketAddr) -> Opening<Connected> {
        Box::pin(async move {
            let socket = UdpSocket::bind(local).await?;
            socket.connect(server).await?;
            Ok(Connected(socket))
        })
    }
}

/// A UDP socket that hears of errors while it waits. Tokio's own waits for data only, and a closed
/// port is told as an error without data.
pub(super) struct Connected(UdpSocket);

impl Connected {
    async fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        loop {
            let ready = self.0.ready(Interest::READABLE | Interest::ERROR).await?;
            if ready.is_error() {
                if let Some(error) = self.0.take_error()? {
                    return Err(error);
                }
                // Heard already: without this the next wait would end at once, for ever.
                let _ = self.0.try_io(Interest::ERROR, nothing_there);
            }
            match self.0.try_recv_from(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return result,
            }
        }
    }
}

fn nothing_there() -> io::Result<()> {
    Err(io::ErrorKind::WouldBlock.into())
}

impl DnsUdpSocket for Connected {
    type Time = <UdpSocket as DnsUdpSocket>::Time;

    fn poll_recv_from(
        &self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<(usize, SocketAddr)>> {
        DnsUdpSocket::poll_recv_from(&self.0, context, buffer)
    }

    // The trait is written with `async_trait`; this is the signature which that makes.
    fn recv_from<'socket, 'buffer, 'both>(
        &'socket self,
        buffer: &'buffer mut [u8],
    ) -> Pin<Box<dyn Future<Output = io::Result<(usize, SocketAddr)>> + Send + 'both>>
    where
        'socket: 'both,
        'buffer: 'both,
    {
        Box::pin(self.receive(buffer))
    }

    fn poll_send_to(
        &self,
        context: &mut Context<'_>,
        bytes: &[u8],
        target: SocketAddr,
    ) -> Poll<io::Result<usize>> {
        DnsUdpSocket::poll_send_to(&self.0, context, bytes, target)
    }
}
