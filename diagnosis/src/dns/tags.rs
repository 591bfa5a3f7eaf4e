//! Tag lists (RFC 6376, section 3.2): the form of DKIM keys, DMARC records and BIMI assertions.

use std::ops::Range;

/// No record has more tags; what stands behind is not read.
const MOST_TAGS: usize = 200;

/// `name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The name, as it is written.
    pub name: &'a str,
    /// The value without the white space around it.
    pub value: &'a str,
    /// Where the tag begins in the record, in bytes.
    pub at: usize,
    /// Where the value begins.
    pub value_at: usize,
}

/// What is wrong with the form of a record, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where, in bytes from the beginning of the record.
    pub at: usize,
}

/// What can be wrong with the form of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// A character that no record has: control characters, or none of ASCII.
    Character,
    /// A tag that stands there twice.
    Duplicate,
    /// Nothing between two semicolons.
    Empty,
    /// No `=` in a tag.
    Equals,
    /// A name that is no name of a tag.
    Name,
    /// A tag that must be there is not.
    Missing(&'static str),
    /// A value that the tag does not have.
    Value(&'static str),
    /// `v=` is not the first tag.
    VersionNotFirst,
    /// A literal quotation mark or backslash: the record was quoted twice.
    Quoted,
}

/// The tags of a record, in their order, and what is wrong with its form.
#[must_use]
pub fn tag_list(record: &str) -> (Vec<Tag<'_>>, Vec<Fault>) {
    let mut tags: Vec<Tag<'_>> = Vec::new();
    let mut faults = Vec::new();
    let mut start = 0;
    let parts = record.split(';').take(MOST_TAGS);
    for part in parts {
        let range = start..start + part.len();
        start = range.end + 1;
        // A semicolon may end the list.
        if part.trim().is_empty() && range.end == record.len() && range.start > 0 {
            break;
        }
        match tag(part, &range) {
            Ok(found) => {
                if tags.iter().any(|known| known.name == found.name) {
                    faults.push(fault(FaultKind::Duplicate, found.at));
                }
                tags.push(found);
            }
            Err(wrong) => faults.push(wrong),
        }
    }
    (tags, faults)
}

fn fault(kind: FaultKind, at: usize) -> Fault {
    Fault { kind, at }
}

fn tag<'a>(part: &'a str, range: &Range<usize>) -> Result<Tag<'a>, Fault> {
    let at = range.start + (part.len() - part.trim_start_matches(WHITE).len());
    let Some((name, value)) = part.split_once('=') else {
        let kind = match part.trim_matches(WHITE).is_empty() {
            true => FaultKind::Empty,
            false => FaultKind::Equals,
        };
        return Err(fault(kind, at));
    };
    let value_start = range.start + name.len() + 1;
    let name = name.trim_matches(WHITE);
    if !is_name(name) {
        return Err(fault(FaultKind::Name, at));
    }
    let value_at = value_start + (value.len() - value.trim_start_matches(WHITE).len());
    let value = value.trim_matches(WHITE);
    if let Some(place) = value.find(|c: char| !c.is_ascii_graphic() && !WHITE.contains(&c)) {
        return Err(fault(FaultKind::Character, value_at + place));
    }
    Ok(Tag {
        name,
        value,
        at,
        value_at,
    })
}

/// Folding white space (RFC 5322, section 3.2.2).
const WHITE: [char; 4] = [' ', '\t', '\r', '\n'];

/// `ALPHA *(ALPHA / DIGIT / "_")`
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(record: &str, names: &[(&str, &str)], wrong: &[(FaultKind, usize)]) {
        let (tags, faults) = tag_list(record);
        let found: Vec<(&str, &str)> = tags.iter().map(|tag| (tag.name, tag.value)).collect();
        assert_eq!(found, names, "{record}");
        let found: Vec<(FaultKind, usize)> =
            faults.iter().map(|fault| (fault.kind, fault.at)).collect();
        assert_eq!(found, wrong, "{record}");
        for tag in tags {
            assert!(record[tag.at..].starts_with(tag.name), "{record}");
            assert!(record[tag.value_at..].starts_with(tag.value), "{record}");
        }
    }

    #[test]
    fn tags_are_read_with_their_places() {
        check("v=DKIM1", &[("v", "DKIM1")], &[]);
        check(" v = A ;\tp= b c ; ", &[("v", "A"), ("p", "b c")], &[]);
        check("p=;", &[("p", "")], &[]);
        check("a=b=c", &[("a", "b=c")], &[]);
    }

    #[test]
    fn faults_say_where_they_are() {
        check("", &[], &[(FaultKind::Empty, 0)]);
        check(
            "a=1;;b=2",
            &[("a", "1"), ("b", "2")],
            &[(FaultKind::Empty, 4)],
        );
        check("a=1; b", &[("a", "1")], &[(FaultKind::Equals, 5)]);
        check("a=1; 2=b", &[("a", "1")], &[(FaultKind::Name, 5)]);
        check("a=é", &[], &[(FaultKind::Character, 2)]);
        check(
            "a=1; a=2",
            &[("a", "1"), ("a", "2")],
            &[(FaultKind::Duplicate, 5)],
        );
    }
}
