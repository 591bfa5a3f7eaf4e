//! Telling the records of SPF, DKIM and DMARC from other text.

/// RFC 7208, section 4.5: a record begins with exactly `v=spf1`, followed by a space or the end.
#[must_use]
pub fn is_spf_record(text: &str) -> bool {
    let Some(version) = text.get(..6) else {
        return false;
    };
    let rest = text.get(6..).unwrap_or_default();
    version.eq_ignore_ascii_case("v=spf1") && (rest.is_empty() || rest.starts_with(' '))
}

/// RFC 9989, section 4.7: the first tag is `v` and its value exactly `DMARC1`.
#[must_use]
pub fn is_dmarc_record(text: &str) -> bool {
    let first = text.split(';').next().unwrap_or_default();
    first.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("v") && value.trim() == "DMARC1"
    })
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
    fn dmarc_records_name_their_version_first() {
        for record in ["v=DMARC1; p=none", "v = DMARC1", "v=DMARC1;p=none"] {
            assert!(is_dmarc_record(record), "{record}");
        }
        for other in ["p=none; v=DMARC1", "v=DMARC10; p=none", "v=dmarc1", ""] {
            assert!(!is_dmarc_record(other), "{other}");
        }
    }

    #[test]
    fn tags_are_found_by_name() {
        assert_eq!(tag_value("v=DKIM1; k=rsa; p= ", "p"), Some(""));
        assert_eq!(tag_value("v=DKIM1; k=rsa", "p"), None);
    }
}
