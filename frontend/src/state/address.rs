//! What an address asks for.

/// The parts of an address that matter here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// Scheme, host and port. `location.origin` is "null" in a sandboxed frame; the address itself
    /// still tells.
    pub(crate) origin: String,
    /// The path, with its first slash.
    pub(crate) path: String,
    /// What stands behind `#`.
    pub(crate) fragment: String,
}

/// What is to be shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// The start page.
    Start,
    /// A bounce handed in, percent-encoded.
    Text(String),
    /// A share link's fragment.
    Shared(String),
    /// A place on the page that is shown already.
    Anchor,
}

impl Address {
    pub(crate) fn parse(href: &str) -> Self {
        let (before, fragment) = href.split_once('#').unwrap_or((href, ""));
        let after_scheme = before.find("://").map_or(0, |at| at + "://".len());
        let (scheme, rest) = before
            .split_at_checked(after_scheme)
            .unwrap_or(("", before));
        let host_end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, tail) = rest.split_at_checked(host_end).unwrap_or((rest, ""));
        let path = tail.split('?').next().unwrap_or_default();
        Self {
            origin: format!("{scheme}{host}"),
            path: match path {
                "" => "/".to_owned(),
                path => path.to_owned(),
            },
            fragment: fragment.to_owned(),
        }
    }

    pub(crate) fn opening(&self) -> Opening {
        let fragment = self.fragment.as_str();
        let versioned = fragment.starts_with(|first: char| first.is_ascii_digit());
        if let Some(text) = fragment.strip_prefix("text=") {
            Opening::Text(text.to_owned())
        } else if versioned || (self.path.starts_with("/r/") && !is_anchor(fragment)) {
            Opening::Shared(fragment.to_owned())
        } else if fragment.is_empty() {
            Opening::Start
        } else {
            Opening::Anchor
        }
    }

    /// Whether the page is to be shown in its compact form, for frames.
    pub(crate) fn is_embed(&self) -> bool {
        self.path.trim_end_matches('/') == "/embed"
    }
}

/// The places that links of the page lead to.
fn is_anchor(fragment: &str) -> bool {
    ["finding-", "about-"]
        .iter()
        .any(|start| fragment.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(href: &str, origin: &str, opening: &Opening) {
        let address = Address::parse(href);
        assert_eq!(address.origin, origin, "{href}");
        assert_eq!(&address.opening(), opening, "{href}");
    }

    #[test]
    fn addresses_say_what_is_to_be_shown() {
        let site = "https://clinic.example";
        check("https://clinic.example", site, &Opening::Start);
        check("https://clinic.example/?q#", site, &Opening::Start);
        let shared = Opening::Shared("1.abcA".into());
        check("https://clinic.example/r/blocked#1.abcA", site, &shared);
        check("https://clinic.example/#1.abcA", site, &shared);
        let empty = Opening::Shared(String::new());
        check("https://clinic.example/r/blocked", site, &empty);
        let text = Opening::Text("550%205.1.1".into());
        check("https://clinic.example/#text=550%205.1.1", site, &text);
        let anchor = Opening::Anchor;
        check("https://clinic.example/r/x#finding-spf", site, &anchor);
        check("https://clinic.example/#about-privacy", site, &anchor);
    }

    #[test]
    fn the_origin_keeps_its_port_and_the_path_loses_its_query() {
        let address = Address::parse("http://127.0.0.1:8080/embed?x=/#y");
        assert_eq!(address.origin, "http://127.0.0.1:8080");
        assert!(address.is_embed());
        assert!(!Address::parse("http://127.0.0.1:8080/embedded").is_embed());
    }
}
