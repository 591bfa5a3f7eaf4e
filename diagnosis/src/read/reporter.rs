//! The server that wrote a report, where only a line of prose names it (Exchange and Microsoft 365:
//! `Generating server: EX01.firm.example`).

use std::ops::Range;

use crate::{
    knowledge,
    text::{Lower, Spanned, Text, trimmed},
};

use super::address;

/// The first server that a text says wrote it.
pub(super) fn read(text: &Text) -> Option<Spanned<String>> {
    let string = text.as_str();
    let mut lines = text.lines().map(|line| trimmed(string, line));
    let name =
        lines.find_map(|line| named(string, line.clone()).or_else(|| qmail(string, line)))?;
    let name = text.spanned(name)?;
    Some(name.map(|name| name.lower()))
}

/// Whether a line only names that server.
pub(super) fn is_line(line: &str) -> bool {
    named(line, 0..line.len()).is_some()
}

/// Where the name stands in a line that is nothing but its label and it.
fn named(string: &str, line: Range<usize>) -> Option<Range<usize>> {
    const LONGEST_LABEL: usize = 60;
    let content = string.get(line.clone())?;
    let (label, rest) = content.split_once([':', '：'])?;
    if label.len() > LONGEST_LABEL || !knowledge::is_word("reporting-server", &lower(label)) {
        return None;
    }
    let name = line.end - rest.trim_start().len();
    let host = address::host_at(string, name)?;
    (host.end == line.end).then_some(host)
}

/// `Hi. This is the qmail-send program at mail.firm.example.`
fn qmail(string: &str, line: Range<usize>) -> Option<Range<usize>> {
    const BEFORE: &str = "qmail-send program at ";
    let at = string.get(line.clone())?.find(BEFORE)? + BEFORE.len();
    address::host_at(string, line.start + at)
}

fn lower(label: &str) -> String {
    label.trim().lower()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let found = read(&Text::from_string(text)).map(|name| name.value);
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn the_label_and_a_host_alone_name_it() {
        check(
            "Diagnostic information:\r\n\r\nGenerating server: EX01.Firm.example\r\n",
            Some("ex01.firm.example"),
        );
        check(
            "  Generierender Server : ex.firm.example",
            Some("ex.firm.example"),
        );
        check("生成サーバー: ex.firm.example", Some("ex.firm.example"));
        check(
            "Hi. This is the qmail-send program at mail.firm.example.\n",
            Some("mail.firm.example"),
        );
    }

    #[test]
    fn a_sentence_about_a_server_does_not() {
        check("Generating server: none", None);
        check("Generating server: ex.firm.example said no", None);
        check("Remote server: ex.firm.example", None);
    }
}
