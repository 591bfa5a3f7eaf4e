//! Whether a name is one that a provider gives to every line of its customers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{
    dns::Name,
    knowledge::{LINE_WORDS, MAIL_WORDS, provider_of_host},
};

/// Whether the name of an address looks as if nobody had chosen it: it holds the address, or a word
/// of customer lines beside a number. Names that say "mail" were chosen.
pub(super) fn looks_generic(name: &Name, ip: IpAddr) -> bool {
    let name = name.as_str();
    let words = || name.split(|c: char| !c.is_ascii_alphabetic());
    if words().any(|word| MAIL_WORDS.contains(&word)) || provider_of_host(name).is_some() {
        return false;
    }
    let has_number = name.bytes().any(|b| b.is_ascii_digit());
    let is_line = has_number && words().any(|word| LINE_WORDS.contains(&word));
    is_line
        || match ip {
            IpAddr::V4(ip) => holds_v4(name, ip),
            IpAddr::V6(ip) => holds_v6(name, ip),
        }
}

/// The octets as numbers in any order (three of them and the last, or more), or all in one, in
/// hexadecimal or in decimal with leading zeros.
fn holds_v4(name: &str, ip: Ipv4Addr) -> bool {
    let octets = ip.octets();
    let mut numbers: Vec<u8> = name
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect();
    let mut held = 0;
    for octet in octets {
        if let Some(at) = numbers.iter().position(|number| *number == octet) {
            numbers.swap_remove(at);
            held += 1;
        }
    }
    held == octets.len()
        || held == octets.len() - 1 && has_number(name, octets[3])
        || holds_either_way(&joined(name), octets, |octet| format!("{octet:02x}"))
        || holds_either_way(&joined(name), octets, |octet| format!("{octet:03}"))
}

fn has_number(name: &str, octet: u8) -> bool {
    name.split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.parse() == Ok(octet))
}

fn joined(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '.')).collect()
}

fn holds_either_way(name: &str, octets: [u8; 4], write: fn(u8) -> String) -> bool {
    let written = octets.map(write);
    let forward = written.concat();
    let backward: String = written.iter().rev().map(String::as_str).collect();
    name.contains(&forward) || name.contains(&backward)
}

/// The last 16 nibbles in either direction, or all groups that are not zero.
fn holds_v6(name: &str, ip: Ipv6Addr) -> bool {
    let nibbles = format!("{:032x}", u128::from(ip));
    let low = nibbles.get(16..).unwrap_or_default();
    let backward: String = low.chars().rev().collect();
    let joined = joined(name);
    if joined.contains(low) || joined.contains(&backward) {
        return true;
    }
    let groups: Vec<u16> = ip
        .segments()
        .into_iter()
        .filter(|group| *group != 0)
        .collect();
    let held = |group: &u16| {
        name.split(|c: char| !c.is_ascii_hexdigit())
            .any(|digits| u16::from_str_radix(digits, 16) == Ok(*group))
    };
    groups.len() >= 3 && groups.iter().all(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_nobody_chose_are_told_from_chosen_ones() {
        let cases = [
            ("203-0-113-25.dsl.isp.example", "203.0.113.25", true),
            ("25.113.0.203.isp.example", "203.0.113.25", true),
            ("host-25-113.net203.isp.example", "203.0.113.25", true),
            ("cb007119.isp.example", "203.0.113.25", true),
            ("cb-00-71-19.isp.example", "203.0.113.25", true),
            ("197100cb.isp.example", "203.0.113.25", true),
            ("203000113025.isp.example", "203.0.113.25", true),
            ("dyn25.isp.example", "203.0.113.25", true),
            ("pool.isp.example", "203.0.113.25", false),
            (
                "static.25.113.0.203.clients.isp.example",
                "203.0.113.25",
                true,
            ),
            ("mail.shop.example", "203.0.113.25", false),
            ("mail-203-0-113-25.esp.example", "203.0.113.25", false),
            ("host25.dc113.shop.example", "203.0.113.25", false),
            ("web17.shop.example", "203.0.113.25", false),
            ("a8-32.smtp-out.amazonses.com", "54.240.8.32", false),
            ("2001-db8--25.isp.example", "2001:db8::25", true),
            ("2001-db8-0-0-0-0-0-25.isp.example", "2001:db8::25", true),
            ("mail6.shop.example", "2001:db8::25", false),
            (
                "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.isp.example",
                "2001:db8::25",
                true,
            ),
        ];
        for (name, ip, generic) in cases {
            let parsed = name.parse().expect("a name");
            let ip = ip.parse().expect("an address");
            assert_eq!(looks_generic(&parsed, ip), generic, "{name}");
        }
    }
}
