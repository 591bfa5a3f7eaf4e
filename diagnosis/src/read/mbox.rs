//! Several messages in one paste: mbox files, and bounces pasted one after the other.

use std::ops::Range;

/// The messages in `bytes`: split before each mbox separator (a line `From …` behind a blank line,
/// with a header line next).
pub(super) fn messages(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    let mut from = 0;
    while let Some(found) =
        memchr::memmem::find(bytes.get(from..).unwrap_or_default(), b"\n\nFrom ")
    {
        let line = from + found + 2;
        if begins_with_separator(bytes.get(line..).unwrap_or_default()) {
            starts.push(line);
        }
        from = line;
    }
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(start, end)| start..end)
        .collect()
}

fn begins_with_separator(rest: &[u8]) -> bool {
    let mut lines = rest.splitn(3, |&byte| byte == b'\n');
    let line = lines.next().unwrap_or_default();
    is_separator(line, lines.next().unwrap_or_default())
}

/// Whether `line`, at the beginning or behind a blank line, and with `next` behind it, begins a
/// message of an mbox file: `From …` with a time in it, and a header field. For whoever cuts a file
/// while reading it.
#[must_use]
pub fn is_separator(line: &[u8], next: &[u8]) -> bool {
    let has_time = line.contains(&b':');
    line.starts_with(b"From ")
        && has_time
        && super::headers::field_name(&String::from_utf8_lossy(next)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_split_at_separators_and_at_nothing_else() {
        let two = b"From a Fri Feb 13 02:45:58 2015\nSubject: x\n\nFrom here on\n\nFrom b Fri Feb 13 02:45:58 2015\nSubject: y\n\n";
        assert_eq!(messages(two).len(), 2);
        assert_eq!(
            messages(b"550 5.1.1 no\n\nFrom Monday at 10:00 it works\nor not").len(),
            1
        );
        assert_eq!(messages(b""), [0..0]);
    }
}
