//! The way to the DNS servers outside: hickory's pool, seen whole and bounded in time.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures_util::StreamExt;
use hickory_resolver::{
    NameServerPool, PoolContext, TlsConfig,
    config::{ConnectionConfig, NameServerConfig, ResolverOpts},
    net::{NetError, xfer::DnsHandle},
    proto::op::{DnsRequest, DnsRequestOptions, Message, Query},
    system_conf,
};
use tokio::{
    sync::{OnceCell, Semaphore},
    time::timeout,
};

use self::whole::{Connections, unseal};
use super::{Failure, Question};
use crate::config::{Upstream, UpstreamConfig};

mod sockets;
mod whole;

/// Why no pool could be made at the start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// The system's resolver configuration could not be read.
    #[error("the system's DNS configuration cannot be read")]
    System(#[source] NetError),
    /// The TLS client for DNS over HTTPS could not be set up.
    #[error("TLS cannot be set up")]
    Tls(#[source] NetError),
}

/// All upstream servers, a limit on questions under way and a limit on time.
pub struct Pool {
    known: Vec<NameServerConfig>,
    /// DNS over HTTPS servers given by a host name, looked up when the first question comes, so that a
    /// service that starts before the network does is not lost.
    named: Vec<(Arc<str>, u16, Arc<str>)>,
    servers: OnceCell<NameServerPool<Connections>>,
    tls: TlsConfig,
    under_way: Semaphore,
    config: UpstreamConfig,
}

impl Pool {
    /// Reads the configuration; nothing is sent before the first question.
    ///
    /// # Errors
    ///
    /// Where the system's configuration is asked for and cannot be read, or TLS cannot be set up.
    pub fn new(config: UpstreamConfig) -> Result<Self, PoolError> {
        let mut known = vec![];
        let mut named = vec![];
        for upstream in &config.upstreams {
            match upstream {
                Upstream::System => known.extend(system_servers()?),
                Upstream::Udp(address) => known.push(plain_server(*address)),
                Upstream::Https { host, port, path } => match bootstrap(host) {
                    Some(addresses) => known.extend(
                        addresses
                            .into_iter()
                            .map(|ip| https_server(ip, *port, host, path)),
                    ),
                    None => named.push((host.clone(), *port, path.clone())),
                },
            }
        }
        Ok(Self {
            known,
            named,
            servers: OnceCell::new(),
            tls: TlsConfig::new().map_err(PoolError::Tls)?,
            under_way: Semaphore::new(config.most_questions),
            config,
        })
    }

    /// Asks, and gives the message as it came, whatever its response code.
    ///
    /// # Errors
    ///
    /// Where no message came: too many questions, no answer in time, nobody reached.
    pub async fn ask(&self, question: &Question) -> Result<Message, Failure> {
        let Ok(_permit) = self.under_way.try_acquire() else {
            return Err(Failure::Busy);
        };
        match timeout(self.config.timeout, self.ask_servers(question)).await {
            Ok(outcome) => outcome.inspect_err(|failure| tracing::debug!(?failure, "no answer")),
            Err(_) => Err(Failure::Timeout),
        }
    }

    async fn ask_servers(&self, question: &Question) -> Result<Message, Failure> {
        let servers = self.servers.get_or_try_init(|| self.connect()).await?;
        let first = servers.send(request(question)).next().await;
        match first {
            Some(Ok(response)) => Ok(unseal(response.into_message())),
            Some(Err(error)) => {
                tracing::debug!(%error, "upstream failed");
                Err(failure(&error))
            }
            None => Err(Failure::Timeout),
        }
    }

    async fn connect(&self) -> Result<NameServerPool<Connections>, Failure> {
        let mut servers = self.known.clone();
        for (host, port, path) in &self.named {
            let Ok(addresses) = tokio::net::lookup_host((&**host, *port)).await else {
                tracing::warn!(%host, "the upstream's address cannot be found");
                continue;
            };
            servers.extend(addresses.map(|address| https_server(address.ip(), *port, host, path)));
        }
        if servers.is_empty() {
            return Err(Failure::Unreachable);
        }
        let connections = Connections::new(share(self.config.timeout, servers.len()), &self.tls);
        let whole_time = context(self.config.timeout, &self.tls);
        Ok(NameServerPool::from_config(
            servers,
            whole_time,
            connections,
        ))
    }
}

/// With several servers, each gets a part of the time, so that the next still has its turn.
fn share(whole: Duration, servers: usize) -> Duration {
    whole / u32::try_from(servers.clamp(1, 3)).unwrap_or(1)
}

fn context(limit: Duration, tls: &TlsConfig) -> Arc<PoolContext> {
    let mut options = ResolverOpts::default();
    options.timeout = limit;
    // A question goes to one service at a time: no other needs to know the name.
    options.num_concurrent_reqs = 1;
    options.max_active_requests = 1024;
    let tls = TlsConfig {
        config: tls.config.clone(),
    };
    Arc::new(PoolContext::new(options, tls))
}

fn request(question: &Question) -> DnsRequest {
    let mut options = DnsRequestOptions::default();
    options.edns_set_dnssec_ok = question.dnssec_ok;
    let query = Query::query(question.name.clone(), question.record_type);
    let mut request = DnsRequest::from_query(query, options);
    request.metadata.checking_disabled = question.checking_disabled;
    // RFC 6840 §5.7: "setting the AD bit in a query as a signal indicating that the requester
    // understands and is interested in the value of the AD bit in the response"
    request.metadata.authentic_data = true;
    request
}

fn failure(error: &NetError) -> Failure {
    match error {
        NetError::Busy => Failure::Busy,
        NetError::Timeout => Failure::Timeout,
        NetError::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => Failure::Timeout,
        // Every other error says in its own way that no DNS message came.
        _ => Failure::Unreachable,
    }
}

fn system_servers() -> Result<Vec<NameServerConfig>, PoolError> {
    let (config, _) = system_conf::read_system_conf().map_err(PoolError::System)?;
    Ok(config.name_servers)
}

fn plain_server(address: SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.into())
}

fn https_server(ip: IpAddr, port: u16, host: &Arc<str>, path: &Arc<str>) -> NameServerConfig {
    let mut connection = ConnectionConfig::https(host.clone(), Some(path.clone()));
    connection.port = port;
    NameServerConfig::new(ip, true, vec![connection])
}

/// Addresses of services that are known beforehand, and of hosts that are addresses.
fn bootstrap(host: &str) -> Option<Vec<IpAddr>> {
    if let Ok(address) = host.parse() {
        return Some(vec![address]);
    }
    KNOWN_SERVICES
        .iter()
        .find(|(name, _)| *name == host)
        .map(|(_, addresses)| addresses.to_vec())
}

/// The services' published addresses; IPv4 only, since a host without IPv6 is common and the
/// other way round is not.
const KNOWN_SERVICES: &[(&str, &[IpAddr])] = &[
    ("cloudflare-dns.com", &[ip(1, 1, 1, 1), ip(1, 0, 0, 1)]),
    ("dns.google", &[ip(8, 8, 8, 8), ip(8, 8, 4, 4)]),
    ("dns.quad9.net", &[ip(9, 9, 9, 9), ip(149, 112, 112, 112)]),
];

const fn ip(a: u8, b: u8, c: u8, d: u8) -> IpAddr {
    IpAddr::V4(std::net::Ipv4Addr::new(a, b, c, d))
}
