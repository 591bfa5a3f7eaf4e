//! Lower case.

/// What has a form in lower case.
pub(crate) trait Lower {
    /// That form. `str::to_lowercase` differs in nothing but the Greek sigma at the end of a word,
    /// for which it brings tables of 2 kB into the page.
    fn lower(&self) -> String;
}

impl Lower for str {
    fn lower(&self) -> String {
        if self.is_ascii() {
            return self.to_ascii_lowercase();
        }
        let mut lower = Self::to_owned("");
        for c in self.chars() {
            match c.is_ascii() {
                true => lower.push(c.to_ascii_lowercase()),
                false => lower.extend(c.to_lowercase()),
            }
        }
        lower
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is what ours is held against"
    )]
    fn lower_case_is_that_of_the_standard_library_but_for_the_last_sigma() {
        for text in [
            "",
            "Mailbox FULL",
            "Größe ÄÖÜ",
            "İstanbul",
            "ПОЧТА",
            "ΟΔΟΣ ",
            "満 Full",
        ] {
            assert_eq!(
                text.lower(),
                text.to_lowercase().replace('ς', "σ"),
                "{text}"
            );
        }
    }
}
