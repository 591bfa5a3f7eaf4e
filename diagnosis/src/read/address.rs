//! E-mail addresses, host names and IP addresses inside running text.

use std::{net::IpAddr, ops::Range};

use crate::text::{Lower, Spanned, Text};

/// Characters that a local part has without quotes (RFC 5321, section 4.1.2), and `.`.
fn is_local(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || is_invisible(c)
}

fn is_domain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '.' | '_')
}

/// Characters that show nothing, as they come along with what is copied: soft hyphen, zero width
/// space and joiners, marks of direction, byte order mark.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}'
    )
}

/// The next address in `string` at or behind `from`.
pub(super) fn find(string: &str, from: usize) -> Option<Range<usize>> {
    let mut search = from;
    loop {
        let at = search + string.get(search..)?.find('@')?;
        if let Some(range) = around(string, at) {
            return Some(range);
        }
        search = at + 1;
    }
}

/// The address around the `@` at `at`.
fn around(string: &str, at: usize) -> Option<Range<usize>> {
    let before = string.get(..at)?;
    let start = match before.strip_suffix('"') {
        Some(quoted) => quoted.rfind('"')?,
        None => {
            before.len()
                - before
                    .chars()
                    .rev()
                    .take_while(|&c| is_local(c))
                    .map(char::len_utf8)
                    .sum::<usize>()
        }
    };
    let start = start + mailto_prefix(string.get(start..at)?);
    let rest = string.get(at + 1..)?;
    let length: usize = match rest.strip_prefix('[') {
        Some(literal) => literal.find(']')? + 2,
        None => rest
            .chars()
            .take_while(|&c| is_domain(c) || is_invisible(c))
            .map(char::len_utf8)
            .sum(),
    };
    let around = |c: char| matches!(c, '.' | '-' | '_') || is_invisible(c);
    let domain = rest.get(..length)?.trim_end_matches(around);
    if start == at || domain.is_empty() || domain.starts_with(['.', '-']) {
        return None;
    }
    Some(start..at + 1 + domain.len())
}

/// `rfc822;` and `mailto:` cannot be swallowed (`;` and `:` end a local part), a leading quotation
/// mark or what shows nothing can.
fn mailto_prefix(local: &str) -> usize {
    let around = |c: char| matches!(c, '\'' | '`') || is_invisible(c);
    // A program prints `{'ana@firm.example': …}`.
    let bare = local.strip_prefix("{'").unwrap_or(local);
    local.len() - bare.trim_start_matches(around).len()
}

/// All addresses of a text, the domain of each in lower case.
pub(super) fn all_in(text: &Text) -> Vec<Spanned<String>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(range) = find(text.as_str(), from) {
        from = range.end;
        found.extend(at(text, range));
    }
    found
}

/// The address at `range`, its domain in lower case.
pub(super) fn at(text: &Text, range: Range<usize>) -> Option<Spanned<String>> {
    text.spanned(range)
        .map(|address| address.map(|address| normal(&address)))
}

/// An address with its domain in lower case: the local part may tell upper from lower, the domain
/// does not (RFC 5321, section 2.4).
pub(super) fn normal(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.lower()),
        None => address.to_owned(),
    }
}

/// The domain of an address.
pub(super) fn domain(address: &Spanned<String>) -> Option<Spanned<String>> {
    let domain = address.value.rsplit_once('@')?.1.to_owned();
    if domain.is_empty() || domain.starts_with('[') {
        return None;
    }
    // The spans narrow down to the domain where the address is one piece, byte for byte.
    let spans = match address.spans.as_slice() {
        [only] if only.end - only.start == address.value.len() => vec![crate::text::Span {
            start: only.end - domain.len(),
            end: only.end,
        }],
        all => all.to_vec(),
    };
    Some(Spanned::new(domain, spans))
}

/// The host name at `from`: letters, digits, dots and hyphens, with a dot inside.
pub(super) fn host_at(string: &str, from: usize) -> Option<Range<usize>> {
    let rest = string.get(from..)?;
    let length: usize = rest
        .chars()
        .take_while(|&c| is_domain(c))
        .map(char::len_utf8)
        .sum();
    let name = rest.get(..length)?.trim_end_matches(['.', '-']);
    let shaped = name.contains('.')
        && name.starts_with(char::is_alphanumeric)
        && name.parse::<IpAddr>().is_err();
    shaped.then(|| from..from + name.len())
}

/// The IP address in brackets or parentheses that opens at or (behind blanks) near `from`.
pub(super) fn ip_at(string: &str, from: usize) -> Option<(Range<usize>, IpAddr)> {
    let rest = string.get(from..)?;
    let inner = rest.trim_start_matches([' ', '(', '[', ',', '=', ':']);
    let start = from + (rest.len() - inner.len());
    let length: usize = inner
        .chars()
        .take_while(|&c| c.is_ascii_hexdigit() || matches!(c, '.' | ':'))
        .map(char::len_utf8)
        .sum();
    let inner = inner.get(..length)?;
    let (start, inner) = match strip_ipv6_tag(string, start) {
        Some(tagged) => tagged,
        None => (start, inner),
    };
    let inner = inner.trim_end_matches([':', '.']);
    inner
        .parse()
        .ok()
        .map(|ip| (start..start + inner.len(), ip))
}

/// RFC 5321, section 4.1.3: `[IPv6:…]`.
fn strip_ipv6_tag(string: &str, start: usize) -> Option<(usize, &str)> {
    let rest = string.get(start..)?;
    let tag = rest
        .get(..5)
        .filter(|tag| tag.eq_ignore_ascii_case("ipv6:"))?;
    let inner = rest.get(tag.len()..)?;
    let length = inner
        .find(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':')))
        .unwrap_or(inner.len());
    Some((start + tag.len(), inner.get(..length)?))
}

/// All IP addresses of a string, wherever they stand.
pub(super) fn ips_in(string: &str) -> Vec<(Range<usize>, IpAddr)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < string.len() {
        let rest = string.get(at..).unwrap_or_default();
        let token = rest
            .find(|c: char| !(c.is_ascii_hexdigit() || matches!(c, '.' | ':')))
            .unwrap_or(rest.len());
        let word = rest.get(..token).unwrap_or_default();
        if let Some((range, ip)) = ip_of(word) {
            found.push((at + range.start..at + range.end, ip));
        }
        at += token + next_start(rest.get(token..).unwrap_or_default());
    }
    found
}

/// The address that a word is, and its place in the word. Two colons at an end belong to it, a
/// single one does not.
fn ip_of(word: &str) -> Option<(Range<usize>, IpAddr)> {
    let plain = word.trim_end_matches('.');
    let bare = plain.trim_matches(':');
    let (start, address, ip) = match plain.parse() {
        Ok(ip) => (0, plain, ip),
        Err(_) => (plain.find(bare)?, bare, bare.parse().ok()?),
    };
    (plain.len() >= 4).then_some((start..start + address.len(), ip))
}

/// How far it is to the next place where an address can begin: behind a letter that is none of
/// theirs, the rest of that word is passed over.
fn next_start(rest: &str) -> usize {
    let Some(first) = rest.chars().next() else {
        return 1;
    };
    if !(first.is_alphanumeric() || first == '-' || first == '_') {
        return first.len_utf8();
    }
    rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(rest.len())
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_where_the_grammar_ends_them() {
        let text = Text::from_string(
            "<ana@Firm.Example>: no; rfc822;bob+x@b.example. \"q r\"@c.example user@[192.0.2.1] @x",
        );
        let found: Vec<_> = all_in(&text).into_iter().map(|a| a.value).collect();
        assert_eq!(
            found,
            [
                "ana@firm.example",
                "bob+x@b.example",
                "\"q r\"@c.example",
                "user@[192.0.2.1]"
            ]
        );
    }

    #[test]
    fn ip_addresses_are_found_whole() {
        let found: Vec<_> = ips_in(
            "at [203.0.113.9]:25, 2001:db8::25 and 10.0.0.1.5 or mx1.2.3.4.example, v1.2.3.4x",
        )
        .into_iter()
        .map(|(_, ip)| ip.to_string())
        .collect();
        assert_eq!(found, ["203.0.113.9", "2001:db8::25"]);
        for (string, place) in [("[2001:db8::]:", 1..11), (" ::25 x", 1..5)] {
            assert_eq!(ips_in(string)[0].0, place, "{string}");
        }
    }

    #[test]
    fn hosts_have_a_dot_and_are_no_ip() {
        assert_eq!(host_at("mx.firm.example[192.0.2.1]", 0), Some(0..15));
        assert_eq!(host_at("192.0.2.1 x", 0), None);
        assert_eq!(host_at("localhost", 0), None);
    }
}
