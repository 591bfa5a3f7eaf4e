//! The name that `dig`, `nslookup` and `host` were asked for, so that the same look-ups are made
//! anew and judged.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{
    bounce::{Bounce, Shape, Trial},
    text::{Span, Spanned},
};

/// The domain or address that a look-up is about; `None` where it names none.
pub(super) fn read(trial: &Trial) -> Option<Bounce> {
    let host = trial.host.as_ref().filter(|_| trial.outcome.is_of_dns())?;
    let (name, spans) = (host.value.as_str(), host.spans.clone());
    let mut bounce = Bounce::unknown(Span { start: 0, end: 0 }, Shape::Lone);
    match reversed(name).or_else(|| name.parse().ok()) {
        Some(ip) => bounce.sending.ip = Some(Spanned::new(ip, spans)),
        None => bounce.sending.from_domain = Some(Spanned::new(owner(name).to_owned(), spans)),
    }
    Some(bounce)
}

/// The domain that a record below it is about: `_dmarc.`, a selector's and the like are taken off.
fn owner(name: &str) -> &str {
    match name.split_once("._domainkey.") {
        Some((_, domain)) => domain,
        None => {
            let mut rest = name;
            while let Some((label, behind)) = rest.split_once('.')
                && label.starts_with('_')
                && behind.contains('.')
            {
                rest = behind;
            }
            rest
        }
    }
}

/// The address that a name under in-addr.arpa or ip6.arpa stands for.
fn reversed(name: &str) -> Option<IpAddr> {
    if let Some(labels) = name.strip_suffix(".in-addr.arpa") {
        let octets: Vec<u8> = labels
            .rsplit('.')
            .map_while(|part| part.parse().ok())
            .collect();
        let octets: [u8; 4] = octets.try_into().ok()?;
        return Some(Ipv4Addr::from(octets).into());
    }
    let nibbles: Vec<u8> = name
        .strip_suffix(".ip6.arpa")?
        .rsplit('.')
        .map_while(|part| {
            u8::from_str_radix(part, 16)
                .ok()
                .filter(|nibble| *nibble < 16)
        })
        .collect();
    let nibbles: [u8; 32] = nibbles.try_into().ok()?;
    let bits = nibbles
        .iter()
        .fold(0_u128, |bits, nibble| bits << 4 | u128::from(*nibble));
    Some(Ipv6Addr::from(bits).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{read::read as read_paste, text::no_decoder};

    fn about(paste: &str) -> Option<String> {
        let bounce = read_paste(paste.as_bytes(), no_decoder).remove(0);
        let sending = &bounce.sending;
        let name = sending.from_domain.as_ref().map(|name| name.value.clone());
        name.or(sending.ip.as_ref().map(|ip| ip.value.to_string()))
    }

    #[test]
    fn the_name_that_was_asked_for_is_found() {
        let cases = [
            (
                "; <<>> DiG 9.18.28 <<>> firm.example MX\n;; global options: +cmd\n;; Got answer:\n;; QUESTION SECTION:\n;firm.example.\t\tIN\tMX\n",
                "firm.example",
            ),
            (
                "; <<>> DiG 9.18.28 <<>> _dmarc.firm.example TXT +short\n\"v=DMARC1; p=none\"\n",
                "firm.example",
            ),
            (
                ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1\n;; QUESTION SECTION:\n;k1._domainkey.firm.example. IN TXT\n",
                "firm.example",
            ),
            (
                ";; QUESTION SECTION:\n;25.113.0.203.in-addr.arpa.\tIN\tPTR\n",
                "203.0.113.25",
            ),
            (
                "Server:\t\t192.0.2.53\nAddress:\t192.0.2.53#53\n\nNon-authoritative answer:\nfirm.example\tmail exchanger = 10 mx1.firm.example.\n",
                "firm.example",
            ),
        ];
        for (paste, name) in cases {
            assert_eq!(about(paste).as_deref(), Some(name), "{paste}");
        }
    }

    #[test]
    fn a_bounce_that_shows_a_look_up_stays_a_bounce() {
        let paste = "<ana@firm.example>: host mx.firm.example[192.0.2.1] said: 550 5.1.1 User unknown\nServer: x\nAddress: y\n";
        let bounce = read_paste(paste.as_bytes(), no_decoder).remove(0);
        assert_ne!(bounce.shape, Shape::Lone);
    }
}
