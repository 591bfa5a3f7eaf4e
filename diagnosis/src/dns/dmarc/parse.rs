//! Text to DMARC record.

use crate::{
    dns::{Fault, FaultKind, Tag, tag_list},
    sort::sort_by,
};

use super::{DmarcRecord, Policy, Psd, Setting};

/// Whether a text is a DMARC record: its first tag is `v` and the value exactly `DMARC1` (RFC 9989,
/// section 4.7). Nothing may stand before it (section 4.8).
#[must_use]
pub fn is_dmarc_record(text: &str) -> bool {
    let first = text.split(';').next().unwrap_or_default();
    first.split_once('=').is_some_and(|(name, value)| {
        let name = name.trim_end_matches([' ', '\t']);
        name.eq_ignore_ascii_case("v") && value.trim_matches([' ', '\t']) == "DMARC1"
    })
}

/// Reads a DMARC record; `None` where the text is none.
#[must_use]
pub fn parse(text: &str) -> Option<DmarcRecord<'_>> {
    if !is_dmarc_record(text) {
        return None;
    }
    let (tags, mut faults) = tag_list(text);
    let reader = Reader { tags };
    let record = DmarcRecord {
        text,
        policy: reader.setting("p", &mut faults),
        subdomains: reader.setting("sp", &mut faults),
        nonexistent: reader.setting("np", &mut faults),
        dkim_strict: reader.word("adkim", &["r", "s"], &mut faults) == Some(1),
        spf_strict: reader.word("aspf", &["r", "s"], &mut faults) == Some(1),
        psd: match reader.word("psd", &["u", "y", "n"], &mut faults) {
            Some(1) => Psd::Yes,
            Some(2) => Psd::No,
            _ => Psd::Unknown,
        },
        testing: reader.word("t", &["n", "y"], &mut faults) == Some(1),
        has_reports: reader.uris("rua", &mut faults),
        faults: Vec::new(),
    };
    reader.uris("ruf", &mut faults);
    reader.options(&mut faults);
    reader.percentage(&mut faults);
    sort_by(&mut faults, |one, other| one.at.cmp(&other.at));
    Some(DmarcRecord { faults, ..record })
}

struct Reader<'a> {
    tags: Vec<Tag<'a>>,
}

impl<'a> Reader<'a> {
    /// A tag that stands there twice counts once: "Syntax errors in the remainder of the record
    /// MUST be discarded" (RFC 9989, section 4.7).
    fn tag(&self, name: &str) -> Option<&Tag<'a>> {
        let mut all = self.tags.iter();
        all.find(|tag| tag.name.eq_ignore_ascii_case(name))
    }

    /// Which of these words the tag has; one that it cannot have counts as none.
    fn word(&self, name: &'static str, words: &[&str], faults: &mut Vec<Fault>) -> Option<usize> {
        let tag = self.tag(name)?;
        let found = words
            .iter()
            .position(|word| word.eq_ignore_ascii_case(tag.value));
        if found.is_none() {
            faults.push(wrong(name, tag));
        }
        found
    }

    fn setting(&self, name: &'static str, faults: &mut Vec<Fault>) -> Setting {
        if self.tag(name).is_none() {
            return Setting::Absent;
        }
        match self.word(name, &["none", "quarantine", "reject"], faults) {
            Some(0) => Setting::Set(Policy::None),
            Some(1) => Setting::Set(Policy::Quarantine),
            Some(_) => Setting::Set(Policy::Reject),
            None => Setting::Invalid,
        }
    }

    /// Whether one URI at least can be one; each that cannot is a fault.
    fn uris(&self, name: &'static str, faults: &mut Vec<Fault>) -> bool {
        let Some(tag) = self.tag(name) else {
            return false;
        };
        let mut any = false;
        let mut at = tag.value_at;
        for uri in tag.value.split(',') {
            let is_uri = is_uri(uri.trim());
            any |= is_uri;
            if !is_uri {
                let kind = FaultKind::Value(name);
                faults.push(Fault { kind, at });
            }
            at += uri.len() + 1;
        }
        any
    }

    /// `fo=`: any of 0, 1, d, s between colons.
    fn options(&self, faults: &mut Vec<Fault>) {
        if let Some(tag) = self.tag("fo") {
            let known = |option: &str| {
                let option = option.trim();
                ["0", "1", "d", "s"]
                    .iter()
                    .any(|k| k.eq_ignore_ascii_case(option))
            };
            if !tag.value.split(':').all(known) {
                faults.push(wrong("fo", tag));
            }
        }
    }

    /// `pct=` of RFC 7489, which many records have still: 0 to 100.
    fn percentage(&self, faults: &mut Vec<Fault>) {
        if let Some(tag) = self.tag("pct")
            && !tag.value.parse::<u8>().is_ok_and(|percent| percent <= 100)
        {
            faults.push(wrong("pct", tag));
        }
    }
}

fn wrong(name: &'static str, tag: &Tag<'_>) -> Fault {
    Fault {
        kind: FaultKind::Value(name),
        at: tag.value_at,
    }
}

/// Whether a word has the form of a URI (RFC 3986) that mail can be sent to, if it is of that scheme.
/// RFC 7489 let a size stand behind an exclamation mark.
fn is_uri(word: &str) -> bool {
    let word = match word.split_once('!') {
        Some((uri, size)) if is_size(size) => uri,
        Some(_) => return false,
        None => word,
    };
    let Some((scheme, rest)) = word.split_once(':') else {
        return false;
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let is_rest = !rest.is_empty()
        && rest
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
    let is_address = !scheme.eq_ignore_ascii_case("mailto")
        || rest
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    is_scheme && is_rest && is_address
}

/// `1*DIGIT [ "k" / "m" / "g" / "t" ]` (RFC 7489, section 6.4).
fn is_size(word: &str) -> bool {
    let units = ['k', 'm', 'g', 't', 'K', 'M', 'G', 'T'];
    let digits = word.strip_suffix(units).unwrap_or(word);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(text: &str) -> DmarcRecord<'_> {
        parse(text).unwrap()
    }

    #[test]
    fn records_name_their_version_first() {
        for record in [
            "v=DMARC1; p=none",
            "v = DMARC1",
            "v=DMARC1;p=none",
            "V=DMARC1 ; p=none",
            "v=DMARC1;",
        ] {
            assert!(parse(record).is_some(), "{record}");
        }
        for other in [
            "p=none; v=DMARC1",
            "v=DMARC10; p=none",
            "v=DMARC1.0; p=none",
            "v=dmarc1; p=none",
            "v=DMARC1 p=none",
            " v=DMARC1; p=none",
            "\"v=DMARC1; p=none\"",
            "v=spf1 -all",
            "",
        ] {
            assert!(parse(other).is_none(), "{other}");
        }
    }

    #[test]
    fn tags_have_their_defaults() {
        let record = read("v=DMARC1; p=none");
        let expected = DmarcRecord {
            text: "v=DMARC1; p=none",
            policy: Setting::Set(Policy::None),
            subdomains: Setting::Absent,
            nonexistent: Setting::Absent,
            dkim_strict: false,
            spf_strict: false,
            psd: Psd::Unknown,
            testing: false,
            has_reports: false,
            faults: Vec::new(),
        };
        assert_eq!(record, expected);
    }

    #[test]
    fn all_tags_are_read() {
        let record = read(
            "v=DMARC1; p=reject; SP=Quarantine; np=none; adkim=s; aspf=S; psd=n; t=y; fo=1:d:s; \
             rua=mailto:a@shop.example, mailto:b@shop.example!10m; ruf=https://shop.example/r; \
             pct=0; rf=afrf; ri=86400; x-unknown=1",
        );
        assert_eq!(record.policy, Setting::Set(Policy::Reject));
        assert_eq!(record.subdomains, Setting::Set(Policy::Quarantine));
        assert_eq!(record.nonexistent, Setting::Set(Policy::None));
        assert!(record.dkim_strict && record.spf_strict && record.testing && record.has_reports);
        assert_eq!(record.psd, Psd::No);
        // A hyphen is not for names of tags; such a tag is ignored.
        let at = record.text.find("x-unknown").unwrap();
        let kind = FaultKind::Name;
        assert_eq!(record.faults, [Fault { kind, at }]);
    }

    #[test]
    fn what_is_not_valid_is_ignored_and_noted() {
        let cases: [(&str, FaultKind, usize); 10] = [
            ("v=DMARC1; p=nonsense", FaultKind::Value("p"), 12),
            ("v=DMARC1; p=none; sp=", FaultKind::Value("sp"), 21),
            ("v=DMARC1; p=none; adkim=x", FaultKind::Value("adkim"), 24),
            ("v=DMARC1; p=none; psd=1", FaultKind::Value("psd"), 22),
            ("v=DMARC1; p=none; pct=101", FaultKind::Value("pct"), 22),
            ("v=DMARC1; p=none; fo=2", FaultKind::Value("fo"), 21),
            (
                "v=DMARC1; p=none; rua=a@b.example",
                FaultKind::Value("rua"),
                22,
            ),
            ("v=DMARC1; p=none; p=reject", FaultKind::Duplicate, 18),
            ("v=DMARC1; p=none, sp=none", FaultKind::Value("p"), 12),
            ("v=DMARC1;; p=none", FaultKind::Empty, 9),
        ];
        for (text, kind, at) in cases {
            assert_eq!(read(text).faults, [Fault { kind, at }], "{text}");
        }
        assert_eq!(
            read("v=DMARC1; p=none; p=reject").policy,
            Setting::Set(Policy::None)
        );
        assert!(!read("v=DMARC1; p=none; sp=x").is_sound());
        assert!(!read("v=DMARC1; rua=mailto:a@b.example").is_sound());
    }

    #[test]
    fn uris_have_their_form() {
        for uri in [
            "mailto:a@b.example",
            "MAILTO:a@b.example!50M",
            "https://x.example/a%2Cb",
            "x-y:z",
        ] {
            assert!(is_uri(uri), "{uri}");
        }
        for other in [
            "",
            "a@b.example",
            "mailto:",
            "mailto:a",
            "mailto:@b",
            "mailto:a@b!x",
            "1x:y",
            "mailto:a b@c",
        ] {
            assert!(!is_uri(other), "{other}");
        }
    }

    #[test]
    fn hostile_records_do_no_harm() {
        let long = format!("v=DMARC1; p=none; rua={}", "mailto:a@b,".repeat(6_000));
        assert!(read(&long).has_reports);
        let many = format!("v=DMARC1{}", ";p=x".repeat(20_000));
        assert_eq!(read(&many).policy, Setting::Invalid);
        assert!(parse(&format!("v=DMARC1;{}", "é\0".repeat(20_000))).is_some());
    }
}
