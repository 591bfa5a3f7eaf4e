//! What people take along when they copy an address, and the other addresses of a paste: what the
//! check of the address needs beside the address itself.

use crate::{
    bounce::{Bounce, Shape},
    text::{Span, Spanned},
};

use super::address;

/// Other addresses are looked for in this much of a message, and as many are kept.
const LONGEST: usize = 65_536;
const MAX_ADDRESSES: usize = 50;

/// More than this nobody takes along on either side.
const WINDOW: usize = 32;

/// A line that is as long as this may have been cut at its end.
const CUT_LINE: usize = 70;

/// Notes for each recipient what was taken along with the address.
pub(super) fn note(input: &[u8], bounce: &mut Bounce) {
    if bounce.shape == Shape::Lone {
        return;
    }
    for recipient in &mut bounce.recipients {
        let address = recipient.address.as_ref();
        recipient.written = address.and_then(|address| written(input, address));
    }
}

/// The whole word between `<` and `>`, or behind `rfc822;`, where it is more than the address.
fn written(input: &[u8], address: &Spanned<String>) -> Option<Spanned<String>> {
    let [span] = address.spans.as_slice() else {
        return None;
    };
    let stands = input.get(span.start..span.end)?;
    if !stands.eq_ignore_ascii_case(address.value.as_bytes()) {
        return None;
    }
    let (before, start) = before(input, span.start)?;
    let behind = behind(input, span.end)?;
    let left = taken_before(before)?;
    let right = taken_behind(behind);
    if left.is_empty() && right.is_empty() {
        return None;
    }
    let start = start + before.len() - left.len();
    let value = format!("{left}{}{right}", address.value);
    let end = span.end + right.len();
    Some(Spanned::new(value, vec![Span { start, end }]))
}

/// The rest of the line before an address, and where it begins.
fn before(input: &[u8], end: usize) -> Option<(&str, usize)> {
    let mut start = end.saturating_sub(WINDOW);
    let window = input.get(start..end)?;
    let line = window.iter().rposition(|b| matches!(b, b'\n' | b'\r'));
    start += line.map_or(0, |at| at + 1);
    // The window may begin inside a character.
    let is_inside = |&&byte: &&u8| byte & 0b1100_0000 == 0b1000_0000;
    start += input.get(start..end)?.iter().take_while(is_inside).count();
    let before = std::str::from_utf8(input.get(start..end)?).ok()?;
    Some((before, start))
}

fn behind(input: &[u8], start: usize) -> Option<&str> {
    let window = input.get(start..input.len().min(start + WINDOW))?;
    let line = window.iter().position(|b| matches!(b, b'\n' | b'\r'));
    let window = window.get(..line.unwrap_or(window.len()))?;
    match std::str::from_utf8(window) {
        Ok(behind) => Some(behind),
        // The window may end inside a character.
        Err(error) => std::str::from_utf8(window.get(..error.valid_up_to())?).ok(),
    }
}

/// What stands between the opening of the address and the address itself; `None` where it is not
/// opened. The `<mailto:…>` that some programs put behind every address is their own.
fn taken_before(before: &str) -> Option<&str> {
    let lower = before.to_ascii_lowercase();
    let typed = lower.rfind("rfc822;").map(|at| at + 7);
    let opened = before.find('<').map(|at| at + 1);
    let from = typed.or(opened)?;
    let taken = before.get(from..)?;
    // One opening bracket and blanks may stand behind the type.
    let taken = match typed {
        Some(_) => {
            let plain = taken.trim_start_matches(' ');
            plain.strip_prefix('<').unwrap_or(plain)
        }
        None => taken,
    };
    let has_link = lower.ends_with("mailto:");
    let outside = before.get(..from)?.trim_end_matches('<');
    let is_generated =
        has_link && typed.is_none() && !outside.is_empty() && !outside.ends_with(':');
    let rest = match has_link {
        true => taken.get(..taken.len().checked_sub("mailto:".len())?)?,
        false => taken,
    };
    (!is_generated && rest.chars().all(is_taken)).then_some(taken)
}

/// The same at the other end, up to a closing bracket.
fn taken_behind(behind: &str) -> &str {
    let length: usize = behind
        .chars()
        .take_while(|&c| is_taken(c))
        .map(char::len_utf8)
        .sum();
    let taken = behind.get(..length).unwrap_or_default();
    let rest = behind.get(length..).unwrap_or_default();
    match rest.is_empty() || rest.starts_with('>') {
        // A second `>` closes what a second `<` opened.
        true if rest.starts_with(">>") => behind.get(..length + 1).unwrap_or(taken),
        true => taken,
        false => "",
    }
}

fn is_taken(c: char) -> bool {
    matches!(
        c,
        '\'' | '"' | '`' | '‘' | '’' | '“' | '”' | '„' | '«' | '»' | '<' | '\u{a0}'
    ) || address::is_invisible(c)
}

/// The addresses in a message, each once, the domain in lower case.
pub(super) fn addresses_in(message: &[u8]) -> Vec<String> {
    let message = message
        .get(..message.len().min(LONGEST))
        .unwrap_or_default();
    let mut found: Vec<String> = Vec::new();
    for at in memchr::memchr_iter(b'@', message) {
        let Some(address) = plain_address(message, at).filter(|new| !found.contains(new)) else {
            continue;
        };
        found.push(address);
        if found.len() >= MAX_ADDRESSES {
            break;
        }
    }
    found
}

/// The address of plain letters around an `@`, where it stands whole in one line.
fn plain_address(message: &[u8], at: usize) -> Option<String> {
    let is_local = |b: &u8| b.is_ascii_alphanumeric() || b"._%+-".contains(b);
    let is_domain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let before = message.get(at.saturating_sub(64)..at)?;
    let local = before.iter().rev().take_while(|b| is_local(b)).count();
    let behind = message.get(at + 1..message.len().min(at + 254))?;
    let domain = behind.iter().take_while(|b| is_domain(b)).count();
    let next = behind.get(domain);
    let line = message.get(..at)?.iter().rev().take_while(|b| **b != b'\n');
    let is_cut = match next {
        // A soft line break of quoted-printable.
        Some(b'=') => true,
        Some(b'\n' | b'\r') => line.take(CUT_LINE).count() + domain >= CUT_LINE,
        _ => false,
    };
    let word = message.get(at - local..at + 1 + domain)?;
    let word = std::str::from_utf8(word).ok()?.trim_end_matches(['.', '-']);
    let (name, host) = word.split_once('@')?;
    let shaped = !name.is_empty() && host.contains('.') && !host.starts_with(['.', '-']);
    (shaped && !is_cut).then(|| address::normal(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written_in(text: &str) -> Option<String> {
        let at = text.find("ana@firm.example").expect("the address");
        let span = Span {
            start: at,
            end: at + "ana@firm.example".len(),
        };
        let address = Spanned::new("ana@firm.example".to_owned(), vec![span]);
        let found = written(text.as_bytes(), &address)?;
        let [span] = found.spans.as_slice() else {
            panic!("one span")
        };
        assert_eq!(&text[span.start..span.end], found.value);
        Some(found.value)
    }

    #[test]
    fn what_was_taken_along_is_seen_inside_of_brackets_only() {
        let cases = [
            ("<ana@firm.example>: unknown", None),
            ("'ana@firm.example' is unknown", None),
            ("to \"ana@firm.example\"", None),
            ("<'ana@firm.example'>: unknown", Some("'ana@firm.example'")),
            (
                "<\"ana@firm.example\">: unknown",
                Some("\"ana@firm.example\""),
            ),
            (
                "<mailto:ana@firm.example>: unknown",
                Some("mailto:ana@firm.example"),
            ),
            (
                "RCPT TO:<mailto:ana@firm.example>",
                Some("mailto:ana@firm.example"),
            ),
            ("ana.lima<mailto:ana@firm.example>", None),
            ("Ana Lima <mailto:ana@firm.example>", None),
            ("<<ana@firm.example>>: unknown", Some("<ana@firm.example>")),
            ("rfc822;ana@firm.example", None),
            ("rfc822; <ana@firm.example>", None),
            (
                "rfc822; mailto:ana@firm.example",
                Some("mailto:ana@firm.example"),
            ),
            ("RFC822;'ana@firm.example'", Some("'ana@firm.example'")),
            (
                "<\u{feff}ana@firm.example>:",
                Some("\u{feff}ana@firm.example"),
            ),
            ("<ana@firm.example\u{a0}>:", Some("ana@firm.example\u{a0}")),
            ("<a href=x>ana@firm.example</a>", None),
            ("ana@firm.example", None),
        ];
        for (text, expected) in cases {
            assert_eq!(written_in(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn addresses_of_a_message_are_whole() {
        let line = format!("{}ana@firm.exam\nple", "x ".repeat(30));
        for (text, expected) in [
            (
                "<ana@Firm.example>, bob@b.example. x",
                &["ana@firm.example", "bob@b.example"][..],
            ),
            ("ana@firm.exam=\nple", &[]),
            (line.as_str(), &[]),
            ("@ a@ @b a@b ü@ü.example", &[]),
        ] {
            assert_eq!(addresses_in(text.as_bytes()), expected, "{text}");
        }
        let many: String = (0..100).map(|i| format!("a{i}@b.example ")).collect();
        assert_eq!(addresses_in(many.as_bytes()).len(), MAX_ADDRESSES);
    }
}
