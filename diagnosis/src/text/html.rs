//! HTML to plain text, with the map kept. Bounces use few tags; nothing is rendered.

use super::Text;

/// Elements whose content is not text.
const HIDDEN: [&str; 4] = ["head", "script", "style", "title"];

/// Elements that begin and end on a line of their own.
const BLOCKS: [&str; 16] = [
    "blockquote",
    "br",
    "center",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "li",
    "p",
    "pre",
    "table",
    "td",
    "tr",
    "ul",
];

/// Character references that mail systems write.
const REFERENCES: [(&str, &str); 7] = [
    ("&amp;", "&"),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&gt;", ">"),
    ("&lt;", "<"),
    ("&nbsp;", " "),
    ("&quot;", "\""),
];

pub(super) fn strip(source: &Text) -> Text {
    let lower = source.string.to_ascii_lowercase();
    let mut plain = Text::default();
    let mut at = 0;
    while at < lower.len() {
        let rest = lower.get(at..).unwrap_or_default();
        let next = rest.find(['<', '&']).unwrap_or(rest.len());
        copy(&mut plain, source, at, at + next);
        at += next;
        at = match lower.as_bytes().get(at) {
            Some(b'<') => tag(&mut plain, &lower, at),
            Some(b'&') => reference(&mut plain, source, &lower, at),
            _ => lower.len(),
        };
    }
    plain
}

fn copy(plain: &mut Text, source: &Text, start: usize, end: usize) {
    plain
        .string
        .push_str(source.string.get(start..end).unwrap_or_default());
    plain.map.append(&source.map.slice(start..end));
}

/// Passes over the tag at `at` (and over what a hidden element holds); gives where text goes on.
fn tag(plain: &mut Text, lower: &str, at: usize) -> usize {
    let rest = lower.get(at..).unwrap_or_default();
    let Some(length) = rest.find('>') else {
        return lower.len();
    };
    let inner = rest.get(1..length).unwrap_or_default();
    let name: &str = inner
        .trim_start_matches('/')
        .split(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    if BLOCKS.contains(&name) && !plain.string.ends_with('\n') {
        plain.string.push('\n');
        plain.map.push_invented(1);
    }
    let after = at + length + 1;
    if !HIDDEN.contains(&name) || inner.starts_with('/') {
        return after;
    }
    let close = format!("</{name}");
    let end = lower.get(after..).and_then(|rest| rest.find(&close));
    end.map_or(lower.len(), |end| after + end)
}

fn reference(plain: &mut Text, source: &Text, lower: &str, at: usize) -> usize {
    let rest = lower.get(at..).unwrap_or_default();
    let known = REFERENCES.iter().find(|(name, _)| rest.starts_with(name));
    let Some((name, character)) = known else {
        copy(plain, source, at, at + 1);
        return at + 1;
    };
    plain.string.push_str(character);
    plain
        .map
        .push_replacement(character.len(), &source.map, at..at + name.len());
    at + name.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_left_and_keeps_its_place() {
        let html = Text::from_string(
            "<head><title>x</title></head><p>Hi</p><style>p{}</style>&lt;a@b.example&gt; 5<br>no",
        );
        let plain = html.without_tags();
        assert_eq!(plain.as_str(), "\nHi\n<a@b.example> 5\nno");
        let at = plain.as_str().find('<').expect("there");
        let span = plain.spans(at..at + 1)[0];
        assert_eq!(&html.as_str()[span.start..span.end], "&lt;");
    }
}
