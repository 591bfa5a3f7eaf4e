//! Connections whose answers pass hickory's pool unopened.
//!
//! The pool turns every message without records and every response code but NOERROR into an
//! error, and the flags, the authority section and the extended errors are lost on the way. It
//! leaves messages with an unknown response code alone. So the code is moved into a range that
//! no server can send (EDNS gives twelve bits) before the pool sees it, and back afterwards; what
//! stays is what the pool is good at: order of servers, connections, TCP after truncation.

use std::{future::Future, net::IpAddr, pin::Pin, sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt};
use hickory_resolver::{
    ConnectionProvider, PoolContext, TlsConfig,
    config::ConnectionConfig,
    net::{
        NetError,
        xfer::{DnsExchange, DnsHandle},
    },
    proto::op::{DnsRequest, DnsResponse, Message, ResponseCode},
};

use super::sockets::Sockets;

/// Makes connections that seal each answer.
#[derive(Clone)]
pub(super) struct Connections {
    sockets: Sockets,
    context: Arc<PoolContext>,
}

impl Connections {
    /// `limit` is the time for one server, not for the whole question.
    pub(super) fn new(limit: Duration, tls: &TlsConfig) -> Self {
        Self {
            sockets: Sockets::new(limit),
            context: super::context(limit, tls),
        }
    }
}

/// Gives the response code back that [`seal`] moved away.
pub(super) fn unseal(mut message: Message) -> Message {
    let code = u16::from(message.metadata.response_code) & !SEAL;
    message.metadata.response_code = code.into();
    message
}

fn seal(response: &mut DnsResponse) {
    let code = u16::from(response.metadata.response_code) | SEAL;
    response.metadata.response_code = ResponseCode::Unknown(code);
}

impl ConnectionProvider for Connections {
    type Conn = Sealing;
    type FutureConn = Pin<Box<dyn Future<Output = Result<Sealing, NetError>> + Send>>;
    type RuntimeProvider = Sockets;

    fn new_connection(
        &self,
        ip: IpAddr,
        config: &ConnectionConfig,
        _whole_time: &PoolContext,
    ) -> Result<Self::FutureConn, NetError> {
        let connecting = self.sockets.new_connection(ip, config, &self.context)?;
        Ok(Box::pin(async move { Ok(Sealing(connecting.await?)) }))
    }

    fn runtime_provider(&self) -> &Sockets {
        &self.sockets
    }
}

/// One connection to one server.
#[derive(Clone)]
pub(super) struct Sealing(DnsExchange<Sockets>);

impl DnsHandle for Sealing {
    type Response = Pin<Box<dyn Stream<Item = Result<DnsResponse, NetError>> + Send>>;
    type Runtime = Sockets;

    fn send(&self, request: DnsRequest) -> Self::Response {
        Box::pin(self.0.send(request).map(|result| {
            let mut response = result?;
            seal(&mut response);
            Ok(response)
        }))
    }
}

/// Above every code of twelve bits.
const SEAL: u16 = 0x8000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_response_code_survives_the_seal() {
        for code in 0..0x1000_u16 {
            let mut message = Message::query().into_response();
            message.metadata.response_code = code.into();
            let mut response = DnsResponse::from_message(message).expect("a response");
            seal(&mut response);
            assert!(u16::from(response.metadata.response_code) > 0x0fff);
            let message = unseal(response.into_message());
            assert_eq!(u16::from(message.metadata.response_code), code);
        }
    }
}
