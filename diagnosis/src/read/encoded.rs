//! Addresses that were written into other addresses on their way: by Exchange (IMCEA), by
//! forwarders (SRS), by lists (VERP), by those who tag their bounces (BATV); and those that were
//! only wrapped for transport (xtext of RFC 3461, utf-8-addr of RFC 6533).

use crate::{
    bounce::{Bounce, Decoded, Form},
    text::{Lower, Spanned},
};

use super::{address, lone};

/// A forwarder may have rewritten what was tagged before.
const MAX_LAYERS: usize = 3;

/// Notes what the addresses of a bounce's recipients hold.
pub(super) fn note(bounce: &mut Bounce) {
    for recipient in &mut bounce.recipients {
        let written = [&recipient.address, &recipient.original];
        recipient.decoded = written.into_iter().flatten().find_map(of);
    }
}

/// What an address holds; `None` where it stands for itself.
pub(super) fn of(address: &Spanned<String>) -> Option<Spanned<Decoded>> {
    let mut decoded = layer(&address.value)?;
    for _ in 1..MAX_LAYERS {
        let Some(inner) = decoded.address.as_deref().and_then(layer) else {
            break;
        };
        decoded.address = inner.address.or(decoded.address);
        decoded.name = inner.name;
    }
    Some(Spanned::new(decoded, address.spans.clone()))
}

fn layer(address: &str) -> Option<Decoded> {
    let (local, domain) = address.rsplit_once('@')?;
    imcea(local)
        .or_else(|| srs(local))
        .or_else(|| batv(local, domain))
        .or_else(|| group(local, domain))
        .or_else(|| forward(local))
        .or_else(|| verp(local))
}

fn found(form: Form, local: &str, domain: &str) -> Option<Decoded> {
    let fits = !local.is_empty() && lone::is_domain(domain);
    fits.then(|| Decoded {
        form,
        address: Some(format!("{local}@{}", domain.lower())),
        name: None,
    })
}

/// `IMCEAEX-_O=ORG_OU=…@domain`: a kind of address, and the address with `_` for `/` and `+xx` for
/// what an address of SMTP cannot hold.
fn imcea(local: &str) -> Option<Decoded> {
    let (kind, written) = behind(local, "imcea")?.split_once('-')?;
    let form = match kind.to_ascii_uppercase().as_str() {
        "EX" => Form::Imceaex,
        "INVALID" => Form::Imceainvalid,
        "SMTP" => Form::Imceasmtp,
        "X400" => Form::Imceax400,
        kind if kind.bytes().all(|b| b.is_ascii_alphanumeric()) => Form::Imcea,
        _ => return None,
    };
    let plain = unescaped(&written.replace('_', "/"), |_| true);
    let is_address = address::find(&plain, 0) == Some(0..plain.len());
    let (address, name) = match is_address {
        true => (Some(address::normal(&plain)), None),
        false => (None, Some(plain)),
    };
    Some(Decoded {
        form,
        address,
        name,
    })
}

/// `SRS0=hash=day=domain=local`, `SRS1=hash=forwarder==hash=day=domain=local` (the first separator
/// of each may also be `+` or `-`), and Microsoft 365's `name+SRS=hash=day=domain=local`.
fn srs(local: &str) -> Option<Decoded> {
    const SEPARATORS: [char; 3] = ['=', '+', '-'];
    let first = if let Some(rest) = behind(local, "srs0") {
        rest.strip_prefix(SEPARATORS)?
    } else if let Some(rest) = behind(local, "srs1") {
        let (_, forwarder) = rest.strip_prefix(SEPARATORS)?.split_once('=')?;
        let (_, first) = forwarder.split_once('=')?;
        first.strip_prefix(SEPARATORS)?
    } else {
        let at = local.to_ascii_lowercase().find("+srs=")?;
        local.get(at + 5..)?
    };
    let mut fields = first.splitn(4, '=').skip(2);
    let domain = fields.next()?;
    found(Form::Srs, fields.next()?, domain)
}

/// `prvs=tag=local@domain`, with tag and local part the other way round or `/` between them,
/// Barracuda's `btv1==tag==local` and Momentum's `msprvs1=tag=local`.
fn batv(local: &str, domain: &str) -> Option<Decoded> {
    let is_tag = |word: &str| {
        (8..=20).contains(&word.len())
            && word.starts_with(|c: char| c.is_ascii_digit())
            && word.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let own = if let Some(rest) = behind(local, "prvs=") {
        match rest.split_once(['=', '/'])? {
            (tag, own) if is_tag(tag) => own,
            (own, tag) if is_tag(tag) => own,
            _ => return None,
        }
    } else if let Some(rest) = behind(local, "btv1==") {
        rest.split_once("==")?.1
    } else {
        behind(local, "msprvs1=")?.split_once('=')?.1
    };
    found(Form::Batv, own, domain)
}

/// Google Groups: `list+bnc` and letters that stand for the member.
fn group(local: &str, domain: &str) -> Option<Decoded> {
    const SHORTEST: usize = 12;
    let (list, member) = local.rsplit_once("+bnc")?;
    let is_member = member.len() >= SHORTEST && member.bytes().all(|b| b.is_ascii_alphanumeric());
    is_member.then(|| found(Form::Group, list, domain))?
}

/// Gmail's own forwarding: `name+caf_=local=domain`.
fn forward(local: &str) -> Option<Decoded> {
    let (_, target) = local.split_once("+caf_=")?;
    let (own, domain) = target.rsplit_once('=')?;
    found(Form::Forward, own, domain)
}

/// `list+local=domain`, `list-bounces-local=domain`, with numbers of the mailing before the local
/// part.
fn verp(local: &str) -> Option<Decoded> {
    let (path, domain) = local.rsplit_once('=')?;
    let own = match path.split_once('+') {
        Some((list, rest)) if is_return_path(list) => without_service_numbers(rest),
        Some((list, rest)) if !list.is_empty() => rest,
        _ => without_numbers(behind_return_path(path)?),
    };
    found(Form::Verp, own, domain)
}

fn is_return_path(word: &str) -> bool {
    ["bounce", "bounces", "return", "returns", "errors"]
        .iter()
        .any(|ending| {
            let head = word.len().checked_sub(ending.len());
            head.and_then(|at| word.get(at..))
                .is_some_and(|end| end.eq_ignore_ascii_case(ending))
        })
}

/// What stands behind the first word that says that mail is to come back here.
fn behind_return_path(path: &str) -> Option<&str> {
    path.match_indices('-')
        .find(|(at, _)| path.get(..*at).is_some_and(is_return_path))
        .and_then(|(at, _)| path.get(at + 1..))
}

/// The number of the account at the service, and four hexadecimal digits.
fn without_service_numbers(rest: &str) -> &str {
    let is_digits = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let is_short = |word: &str| word.len() <= 4 && word.bytes().all(|b| b.is_ascii_hexdigit());
    match rest.splitn(3, '-').collect::<Vec<_>>().as_slice() {
        [account, short, own] if is_digits(account) && is_short(short) => own,
        _ => without_numbers(rest),
    }
}

/// A mailing's number (ezmlm), or its name in Mailchimp (`mc.us1_123.456`).
fn without_numbers(rest: &str) -> &str {
    match rest.split_once('-') {
        Some((number, own))
            if number.starts_with("mc.") || number.bytes().all(|b| b.is_ascii_digit()) =>
        {
            own
        }
        _ => rest,
    }
}

fn behind<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| text.get(prefix.len()..))?
}

/// An address without what was done to it only for transport; `None` where nothing was.
///
/// In an Original-Recipient (`is_original`), `+2B` and `+3D` are the `+` and `=` that xtext (RFC
/// 3461, section 4) has to escape; elsewhere they may be a person's own. `+40` counts only where no
/// `@` is left.
pub(super) fn unwrapped(written: &str, is_original: bool) -> Option<String> {
    if written.contains("\\x{") {
        return Some(without_code_points(written));
    }
    if !written.contains('@') && written.contains("+40") {
        return Some(unescaped(written, |_| true));
    }
    let is_xtext = is_original && (written.contains("+2B") || written.contains("+3D"));
    is_xtext.then(|| unescaped(written, |byte| matches!(byte, b'+' | b'=')))
}

/// `+xx` undone for the bytes that `counts` names.
fn unescaped(written: &str, counts: fn(u8) -> bool) -> String {
    let mut bytes = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((before, behind)) = rest.split_once('+') {
        bytes.extend_from_slice(before.as_bytes());
        let byte = behind
            .get(..2)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .filter(|byte| counts(*byte));
        bytes.push(byte.unwrap_or(b'+'));
        rest = match byte {
            Some(_) => behind.get(2..).unwrap_or_default(),
            None => behind,
        };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// utf-8-addr-xtext and utf-8-addr-unitext (RFC 6533, section 3): `\x{5B57}` is a code point.
fn without_code_points(written: &str) -> String {
    let mut plain = String::with_capacity(written.len());
    let mut rest = written;
    while let Some((before, behind)) = rest.split_once("\\x{") {
        plain.push_str(before);
        let decoded = behind.split_once('}').and_then(|(digits, after)| {
            let point = u32::from_str_radix(digits, 16).ok()?;
            Some((char::from_u32(point)?, after))
        });
        match decoded {
            Some((point, after)) => {
                plain.push(point);
                rest = after;
            }
            None => {
                plain.push_str("\\x{");
                rest = behind;
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests;
