//! Macro strings to text (RFC 7208, section 7).

use std::{fmt::Write as _, net::IpAddr};

use super::record::{Macro, MacroString, Piece};
use crate::dns::Name;

/// What the macros stand for.
pub(super) struct Context<'a> {
    /// `i`, `c`, `v`: the sending IP.
    pub(super) ip: IpAddr,
    /// `h`: the name given in HELO.
    pub(super) helo: &'a str,
    /// `l`: the local part.
    pub(super) local_part: &'a str,
    /// `o`: the sender's domain.
    pub(super) sender_domain: &'a str,
    /// `d`: the domain whose record is evaluated.
    pub(super) domain: &'a str,
    /// `p`: a validated name of the address, else `unknown`.
    pub(super) pointer: &'a str,
}

/// Fills the macros in.
pub(super) fn expand(text: &MacroString, context: &Context<'_>) -> String {
    let mut expanded = String::new();
    for piece in &text.0 {
        match piece {
            Piece::Literal(literal) => expanded.push_str(literal),
            Piece::Macro(one) => {
                let value = transformed(one, &value(one.letter, context));
                match one.escapes {
                    true => escape(&value, &mut expanded),
                    false => expanded.push_str(&value),
                }
            }
        }
    }
    expanded
}

/// §7.3: where the name is too long, "the left side is truncated to fit, by removing successive
/// domain labels (and their following dots)".
pub(super) fn expand_domain(text: &MacroString, context: &Context<'_>) -> Option<Name> {
    let expanded = expand(text, context);
    let mut rest = expanded.strip_suffix('.').unwrap_or(&expanded);
    while rest.len() > 253 {
        rest = rest.split_once('.')?.1;
    }
    Name::lenient(rest).ok()
}

fn value(letter: char, context: &Context<'_>) -> String {
    match letter {
        's' => format!("{}@{}", context.local_part, context.sender_domain),
        'l' => context.local_part.to_owned(),
        'o' => context.sender_domain.to_owned(),
        'd' => context.domain.to_owned(),
        'i' => dotted(context.ip),
        'p' => context.pointer.to_owned(),
        'h' => context.helo.to_owned(),
        'c' => context.ip.to_string(),
        'v' => match context.ip {
            IpAddr::V4(_) => "in-addr".to_owned(),
            IpAddr::V6(_) => "ip6".to_owned(),
        },
        // `r`, the name of the host that checks, and `t`, the time: §7.3 allows "unknown" for the
        // one; nothing here has a clock for the other.
        't' => "0".to_owned(),
        _ => "unknown".to_owned(),
    }
}

/// §7.3: for IPv6 a dot-separated address of nibbles, in the upper case of the public test suite;
/// names have no case.
fn dotted(ip: IpAddr) -> String {
    let IpAddr::V6(ip) = ip else {
        return ip.to_string();
    };
    let mut nibbles = String::new();
    for octet in ip.octets() {
        let dot = if nibbles.is_empty() { "" } else { "." };
        // Writing into a String never fails.
        let _ = write!(nibbles, "{dot}{:X}.{:X}", octet >> 4, octet & 15);
    }
    nibbles
}

fn transformed(one: &Macro, value: &str) -> String {
    if one.parts == 0 && !one.reversed && one.delimiters.is_empty() {
        return value.to_owned();
    }
    let delimiters = match one.delimiters.as_str() {
        "" => ".",
        given => given,
    };
    let mut parts: Vec<&str> = value.split(|c| delimiters.contains(c)).collect();
    if one.reversed {
        parts.reverse();
    }
    let wanted = match one.parts {
        0 => parts.len(),
        some => some.min(parts.len()),
    };
    parts.split_off(parts.len() - wanted).join(".")
}

/// §7.3: "all characters other than those in the "unreserved" set, which is defined in [RFC3986]".
fn escape(value: &str, out: &mut String) {
    for byte in value.bytes() {
        match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            true => out.push(char::from(byte)),
            false => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::spf::parse::parse_explanation;

    fn expanded(text: &str, ip: &str) -> String {
        let context = Context {
            ip: ip.parse().expect("an address"),
            helo: "mail.shop.example",
            local_part: "ana-maria",
            sender_domain: "news.shop.example",
            domain: "spf.shop.example",
            pointer: "out.shop.example",
        };
        expand(&parse_explanation(text).expect("sound"), &context)
    }

    #[test]
    fn every_letter_and_transformer_is_known() {
        let cases = [
            (
                "%{s} %{o} %{d} %{h} %{p}",
                "ana-maria@news.shop.example news.shop.example spf.shop.example mail.shop.example out.shop.example",
            ),
            (
                "%{d2} %{d1} %{d9} %{dr} %{d1r}",
                "shop.example example spf.shop.example example.shop.spf spf",
            ),
            ("%{l-} %{lr-} %{l1r-}", "ana.maria maria.ana ana"),
            ("%{ir}.%{v}", "7.2.0.192.in-addr"),
            ("%{S}", "ana-maria%40news.shop.example"),
            ("%%%_%-", "% %20"),
        ];
        for (text, expected) in cases {
            assert_eq!(expanded(text, "192.0.2.7"), expected, "{text}");
        }
        let v6 = expanded("%{i}.%{v} %{c}", "2001:db8::cb01");
        assert_eq!(
            v6,
            "2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.1.ip6 2001:db8::cb01"
        );
    }
}
