//! Whose a name is, as far as the name tells.

/// Whether two names are of one house: the same organisation, or the same name under another
/// top-level domain. No list of public suffixes is asked, so it is a good guess.
#[must_use]
pub fn are_related(one: &str, other: &str) -> bool {
    main_label(one).eq_ignore_ascii_case(main_label(other))
}

/// The label that an organisation registered: `shop` of `mail.shop.example` and `shop.co.uk`.
#[must_use]
pub fn main_label(domain: &str) -> &str {
    let mut labels = domain.trim_end_matches('.').rsplit('.');
    let top = labels.next().unwrap_or_default();
    let second = labels.next().unwrap_or(top);
    let is_registry = top.len() == 2 && second.len() <= 3 || second == "onmicrosoft";
    match labels.next() {
        Some(third) if is_registry => third,
        _ => second,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn houses_are_told_by_the_name_they_registered() {
        for (one, other, expected) in [
            ("shop.example", "mail.shop.example", true),
            ("Shop.example", "mail.shop.example.", true),
            ("shop.co.uk", "firm.co.uk", false),
            ("mail.shop.co.uk", "shop.example", true),
            ("shop.onmicrosoft.com", "shop.example", true),
            ("shop.onmicrosoft.com", "firm.onmicrosoft.com", false),
            ("shop.example", "firm.example", false),
            ("localhost", "shop.example", false),
        ] {
            assert_eq!(are_related(one, other), expected, "{one} {other}");
        }
    }
}
