//! The lab: the zones of `zones/` on BIND, and a proxy that asks it.

use crate::{clinic::Clinic, name_server::NameServer};

/// What the lab knows.
const ZONES: [(&str, &str); 6] = [
    // Above the lab's names, so that a search up the tree ends with an answer.
    ("test", include_str!("zones/test.zone")),
    ("lab.test", include_str!("zones/lab.test.zone")),
    ("2.0.192.in-addr.arpa", include_str!("zones/192.0.2.zone")),
    (
        "100.51.198.in-addr.arpa",
        include_str!("zones/198.51.100.zone"),
    ),
    (
        "113.0.203.in-addr.arpa",
        include_str!("zones/203.0.113.zone"),
    ),
    (
        "8.b.d.0.1.0.0.2.ip6.arpa",
        include_str!("zones/2001.db8.zone"),
    ),
];

/// A name server and a proxy in front of it; both end with this value.
pub struct Lab {
    /// The proxy.
    pub clinic: Clinic,
    name_server: NameServer,
}

impl Lab {
    /// Starts both.
    #[must_use]
    pub fn start(flags: &[&str]) -> Self {
        let name_server = NameServer::start(&ZONES);
        let upstream = name_server.upstream();
        let clinic = Clinic::start(&[&["--upstream", upstream.as_str()], flags].concat());
        Self {
            clinic,
            name_server,
        }
    }

    /// Ends the name server; the proxy stays.
    #[must_use]
    pub fn without_name_server(self) -> Clinic {
        drop(self.name_server);
        self.clinic
    }
}
