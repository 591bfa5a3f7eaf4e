//! The lab: the zones of `zones/` on BIND, and a proxy that asks it, or asks a resolver before it
//! that checks DNSSEC.

use crate::{
    clinic::Clinic,
    name_server::NameServer,
    validator::{SignedZone, Validator},
};

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
    _validator: Option<Validator>,
}

impl Lab {
    /// Starts both.
    #[must_use]
    pub fn start(flags: &[&str]) -> Self {
        Self::of_zones(&ZONES, flags)
    }

    /// A lab with zones of its own.
    #[must_use]
    pub fn of_zones(zones: &[(&str, &str)], flags: &[&str]) -> Self {
        let name_server = NameServer::start(zones);
        let upstream = name_server.upstream();
        let clinic = Clinic::start(&[&["--upstream", upstream.as_str()], flags].concat());
        Self {
            clinic,
            name_server,
            _validator: None,
        }
    }

    /// The lab's zones, one that is signed (`signed.test`), one whose signatures have expired
    /// (`bogus.test`), behind a resolver that checks. No other name is had by any server.
    #[must_use]
    pub fn validating() -> Self {
        let records = include_str!("zones/signed.zone");
        let signed = SignedZone::new("signed.test", records, true);
        let bogus = SignedZone::new("bogus.test", records, false);
        let mut zones = ZONES.to_vec();
        zones.extend([
            ("signed.test", signed.text.as_str()),
            ("bogus.test", bogus.text.as_str()),
        ]);
        let name_server = NameServer::start(&zones);
        let names: Vec<&str> = zones.iter().map(|(name, _)| *name).collect();
        let keys = [signed.key.as_str(), bogus.key.as_str()];
        let validator = Validator::start(&names, name_server.port(), &keys);
        let upstream = validator.upstream();
        Self {
            clinic: Clinic::start(&["--upstream", &upstream]),
            name_server,
            _validator: Some(validator),
        }
    }

    /// Ends the name server; the proxy stays.
    #[must_use]
    pub fn without_name_server(self) -> Clinic {
        drop(self.name_server);
        self.clinic
    }
}
