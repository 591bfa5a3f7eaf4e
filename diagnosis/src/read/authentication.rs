//! Authentication-Results (RFC 8601): what a server on the way found about SPF, DKIM and DMARC.

use std::ops::Range;

use crate::{
    bounce::Authentication,
    text::{Lower, Spanned, Text, trimmed},
};

use super::lone;

/// The methods that are understood; other words before a `=` are none.
const METHODS: [&str; 9] = [
    "arc",
    "auth",
    "bimi",
    "compauth",
    "dkim",
    "dmarc",
    "iprev",
    "sender-id",
    "spf",
];

/// The properties that name the domain a result is about, the most telling first.
const DOMAINS: [&str; 5] = [
    "header.d",
    "header.i",
    "smtp.mailfrom",
    "header.from",
    "smtp.helo",
];

/// No server finds more; what stands behind is not looked at.
const LONGEST: usize = 16_384;

/// Reads the results of one field. Microsoft writes no name of a server before the first.
pub(super) fn read(field: &Text) -> Vec<Spanned<Authentication>> {
    let (plain, parts) = parts(super::head(field.as_str(), LONGEST));
    parts
        .into_iter()
        .filter_map(|part| {
            let found = result(plain.get(part.clone())?)?;
            let spans = field.spans(trimmed(field.as_str(), part));
            Some(Spanned::new(found, spans))
        })
        .collect()
}

/// The field with its comments blanked out, and the parts between its semicolons.
fn parts(field: &str) -> (String, Vec<Range<usize>>) {
    let mut plain = String::with_capacity(field.len());
    let mut parts = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    let mut is_quoted = false;
    for (at, c) in field.char_indices() {
        let mut kept = c;
        match c {
            '"' if depth == 0 => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted && depth > 0 => {
                depth -= 1;
                kept = ' ';
            }
            ';' if !is_quoted && depth == 0 => {
                parts.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
        if depth > 0 {
            kept = ' ';
        }
        match kept == c {
            true => plain.push(c),
            // As many bytes, so that places stay.
            false => plain.extend(std::iter::repeat_n(' ', c.len_utf8())),
        }
    }
    parts.push(start..field.len());
    (plain, parts)
}

/// `method=result property=value …`
fn result(part: &str) -> Option<Authentication> {
    let joined = part.replace(" =", "=").replace("= ", "=");
    let mut pairs = joined.split_whitespace().filter_map(|word| {
        let (name, value) = word.split_once('=')?;
        Some((name.to_ascii_lowercase(), value.trim_matches('"')))
    });
    let (method, result) = pairs.next()?;
    // A version may follow the method.
    let method = method.split('/').next().unwrap_or_default();
    let is_word = !result.is_empty() && result.bytes().all(|b| b.is_ascii_alphabetic());
    if !METHODS.contains(&method) || !is_word {
        return None;
    }
    let properties: Vec<(String, &str)> = pairs.collect();
    let value = |name: &str| {
        let found = properties.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| *value)
    };
    Some(Authentication {
        method: method.to_owned(),
        result: result.to_ascii_lowercase(),
        domain: DOMAINS.into_iter().find_map(|name| domain(value(name)?)),
        selector: value("header.s")
            .filter(|selector| !selector.is_empty())
            .map(str::to_ascii_lowercase),
    })
}

/// The domain of a name or an address.
fn domain(value: &str) -> Option<String> {
    let domain = value.rsplit('@').next()?.trim_end_matches('.');
    lone::is_domain(domain).then(|| domain.lower())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(field: &str, expected: &[&str]) {
        let text = Text::from_string(field);
        let found: Vec<String> = read(&text)
            .into_iter()
            .map(|found| {
                let Authentication {
                    method,
                    result,
                    domain,
                    selector,
                } = found.value;
                let parts = [Some(method), Some(result), domain, selector];
                parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
            })
            .collect();
        assert_eq!(found, expected, "{field}");
    }

    #[test]
    fn results_are_read_with_what_they_are_about() {
        check(
            "mx.firm.example; dkim=pass header.i=@shop.example header.s=Mail header.b=AbC; spf=softfail (mx.firm.example: domain of transitioning bounce@out.shop.example; (really) does not designate 192.0.2.1) smtp.mailfrom=bounce@out.shop.example; dmarc=fail (p=NONE sp=NONE dis=NONE) header.from=shop.example",
            &[
                "dkim pass shop.example mail",
                "spf softfail out.shop.example",
                "dmarc fail shop.example",
            ],
        );
        // Without the name of a server.
        check(
            "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=shop.example; dkim=none (message not signed) header.d=none;dmarc=bestguesspass action=none header.from=shop.example;compauth=pass reason=109",
            &[
                "spf pass shop.example",
                "dkim none",
                "dmarc bestguesspass shop.example",
                "compauth pass",
            ],
        );
        check(
            "mx.firm.example 1; dkim/1 = pass reason=\"a; b\" header.d = \"shop.example.\"; from=shop.example; iprev=pass policy.iprev=192.0.2.1",
            &["dkim pass shop.example", "iprev pass"],
        );
    }

    #[test]
    fn what_is_none_is_none() {
        check("mx.firm.example; none", &[]);
        check("(((; spf=pass", &[]);
        check("\"x; spf=pass", &["spf pass"]);
        check("spf=; dkim=p1ss; x=pass", &[]);
        check("a)b; spf=pass smtp.mailfrom=\"\"", &["spf pass"]);
    }

    #[test]
    fn a_result_keeps_its_place() {
        let field = "mx.é.example; spf=pass (ü) smtp.mailfrom=shop.example ; x";
        let text =
            crate::text::Raw::from_input(field.as_bytes()).decode(None, crate::text::no_decoder);
        let found = read(&text);
        let span = found[0].spans[0];
        assert_eq!(
            &field[span.start..span.end],
            "spf=pass (ü) smtp.mailfrom=shop.example"
        );
    }
}
