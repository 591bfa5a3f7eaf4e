//! Telling the records of SPF from other text, and single tags.

/// RFC 7208, section 4.5: a record begins with exactly `v=spf1`, followed by a space or the end.
#[must_use]
pub fn is_spf_record(text: &str) -> bool {
    let Some(version) = text.get(..6) else {
        return false;
    };
    let rest = text.get(6..).unwrap_or_default();
    version.eq_ignore_ascii_case("v=spf1") && (rest.is_empty() || rest.starts_with(' '))
}

/// The value of a tag in a tag list (RFC 6376, section 3.2).
#[must_use]
pub fn tag_value<'a>(record: &'a str, tag: &str) -> Option<&'a str> {
    record.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case(tag).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spf_records_begin_with_their_version_and_nothing_else() {
        for record in ["v=spf1", "v=spf1 -all", "V=SPF1 a"] {
            assert!(is_spf_record(record), "{record}");
        }
        for other in ["v=spf10 -all", " v=spf1", "spf1", "v=spf2.0/pra", "é", ""] {
            assert!(!is_spf_record(other), "{other}");
        }
    }

    #[test]
    fn tags_are_found_by_name() {
        assert_eq!(tag_value("v=DKIM1; k=rsa; p= ", "p"), Some(""));
        assert_eq!(tag_value("v=DKIM1; k=rsa", "p"), None);
    }
}
