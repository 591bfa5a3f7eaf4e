//! The Content-Security-Policy of the page, made for the very HTML that goes out.

use data_encoding::BASE64;
use ring::digest::{SHA256, digest};

use crate::config::Origin;

/// The policy of every page address but `/embed`.
pub(super) fn for_page(html: &str) -> String {
    write(html, "", "'none'")
}

/// The policy of `/embed`. In a frame with `sandbox="allow-scripts"` the origin is opaque and
/// 'self' fits nothing, so the origin is spelt out beside it.
pub(super) fn for_embed(html: &str, own: Option<&Origin>, ancestors: &[Origin]) -> String {
    let own = own.map(|own| format!(" {own}")).unwrap_or_default();
    let ancestors = match ancestors {
        [] => "'none'".into(),
        some => some
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" "),
    };
    write(html, &own, &ancestors)
}

fn write(html: &str, own: &str, ancestors: &str) -> String {
    let scripts = inline_scripts(html)
        .map(|script| format!(" 'sha256-{}'", hash(script)))
        .collect::<String>();
    format!(
        "default-src 'none'; script-src 'self'{own} 'wasm-unsafe-eval'{scripts}; \
         style-src 'self'{own}; img-src 'self'{own} data:; connect-src 'self'{own}; \
         font-src 'self'{own}; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors {ancestors}"
    )
}

/// The HTML standard turns CR and CRLF into LF before anything is parsed, so the browser hashes
/// LF.
fn hash(script: &str) -> String {
    let script = script.replace("\r\n", "\n").replace('\r', "\n");
    BASE64.encode(digest(&SHA256, script.as_bytes()).as_ref())
}

/// The text of each script without `src`.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = split_at_word(rest, "<script")?;
            let (attributes, body) = split_tag(after)?;
            let (script, after) = split_at_word(body, "</script")?;
            rest = after;
            if !has_src(attributes) {
                return Some(script);
            }
        }
    })
}

/// Cuts at a tag's beginning, whatever its case; a longer tag name is another tag.
fn split_at_word<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let mut from = 0;
    while let Some(offset) = text.get(from..)?.find('<') {
        let start = from + offset;
        let end = start + word.len();
        let fits = text
            .get(start..end)
            .is_some_and(|part| part.eq_ignore_ascii_case(word));
        let next = text.as_bytes().get(end);
        if fits && next.is_none_or(|byte| byte.is_ascii_whitespace() || b">/".contains(byte)) {
            return Some((text.get(..start)?, text.get(end..)?));
        }
        from = start + 1;
    }
    None
}

/// Attributes up to the tag's `>`, which may also stand inside quotes.
fn split_tag(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    let end = text.bytes().position(|byte| match quote {
        Some(open) => {
            if byte == open {
                quote = None;
            }
            false
        }
        None if byte == b'"' || byte == b'\'' => {
            quote = Some(byte);
            false
        }
        None => byte == b'>',
    })?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

/// Whether an attribute `src` stands outside quotes.
fn has_src(attributes: &str) -> bool {
    let unquoted = attributes
        .split(['"', '\''])
        .step_by(2)
        .collect::<Vec<_>>()
        .join(" ");
    unquoted
        .split(|c: char| c.is_ascii_whitespace() || c == '/')
        .any(|word| {
            let name = word.split('=').next().unwrap_or(word);
            name.eq_ignore_ascii_case("src")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &[&str]) {
        assert_eq!(inline_scripts(html).collect::<Vec<_>>(), expected, "{html}");
    }

    #[test]
    fn inline_scripts_are_found_and_others_are_not() {
        check("<p>no script</p>", &[]);
        check("<script>one()</script>", &["one()"]);
        check(
            "<script type=\"module\" nonce=\"\">\nimport x from '/x.js';\n</script>",
            &["\nimport x from '/x.js';\n"],
        );
        check("<script src=\"/a.js\"></script>", &[]);
        check("<script type=module src=/a.js></script>", &[]);
        check("<SCRIPT SRC='/a.js'></SCRIPT><SCRIPT>b</Script>", &["b"]);
        check("<script data-note=\"a > b src=\">c</script>", &["c"]);
        check("<script data-src=\"/a.js\">d</script>", &["d"]);
        check("<scripty>no</scripty><script>e</script >", &["e"]);
        check("<script>f = '<script'; g</script>", &["f = '<script'; g"]);
        check("<script>never closed", &[]);
        check("é<script>é</script>é<", &["é"]);
    }

    #[test]
    fn the_hash_is_the_browsers() {
        // The example of CSP Level 3 §8.1 ("alert('Hello, world.');").
        assert_eq!(
            hash("alert('Hello, world.');"),
            "qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="
        );
        assert_eq!(hash("a\r\nb\rc"), hash("a\nb\nc"));
    }
}
