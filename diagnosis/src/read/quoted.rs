//! A reply as programs print it: in quotation marks (`'550 5.7.1 no'`), or with the code before
//! them (`(550, b'5.7.1 no')`), each end of a line written as `\n`.

use std::ops::Range;

const MARKS: [char; 2] = ['\'', '"'];

/// The lines of a reply whose code stands at `code`, the code first; `None` where it is not quoted.
pub(super) fn lines(string: &str, code: &Range<usize>) -> Option<Vec<Range<usize>>> {
    let before = string.get(..code.start)?;
    if let Some(mark) = before.chars().next_back().filter(|c| MARKS.contains(c)) {
        let end = closing(string, code.end, mark)?;
        return Some(cut(string, code.start..end));
    }
    let (start, mark) = opening_behind(string, code.end)?;
    let end = closing(string, start, mark)?;
    let mut lines = vec![code.clone()];
    lines.extend(cut(string, start..end));
    Some(lines)
}

/// Where the text begins that a program prints behind the code: `, b'…`, `); Msg: b'…`.
fn opening_behind(string: &str, at: usize) -> Option<(usize, char)> {
    const FARTHEST: usize = 12;
    let rest = string.get(at..)?;
    let open = rest
        .char_indices()
        .take(FARTHEST)
        .find(|(_, c)| MARKS.contains(c))?;
    let between = rest.get(..open.0)?;
    let is_opening = between == ", " || between.ends_with(" b");
    (is_opening && between.starts_with([',', ')'])).then_some((at + open.0 + 1, open.1))
}

/// The mark that closes what a mark opened: behind it a list goes on or ends. One inside of a word
/// is an apostrophe.
fn closing(string: &str, from: usize, mark: char) -> Option<usize> {
    let rest = string.get(from..)?;
    rest.match_indices(mark)
        .find(|(at, _)| {
            let behind = rest.get(at + 1..).unwrap_or_default().trim_start();
            behind.is_empty() || behind.starts_with([',', ')', '}', ']'])
        })
        .map(|(at, _)| from + at)
}

/// The lines of what stands in the marks, each without the status code that the first one begins
/// with too.
fn cut(string: &str, range: Range<usize>) -> Vec<Range<usize>> {
    const LINE_END: &str = "\\n";
    let mut lines = Vec::new();
    let mut first = None;
    let mut start = range.start;
    for line in string.get(range).unwrap_or_default().split(LINE_END) {
        let content = line.strip_suffix("\\r").unwrap_or(line);
        let word = content.split(' ').next().unwrap_or_default();
        let skipped = match first {
            Some(status) if status == word => word.len(),
            _ => 0,
        };
        first = first.or(Some(word));
        lines.push(start + skipped..start + content.len());
        start += line.len() + LINE_END.len();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(printed: &str, expected: &str) {
        let code = printed.find("550").map(|at| at..at + 3).expect("a code");
        let found = lines(printed, &code).map(|lines| {
            let words: Vec<&str> = lines.into_iter().map(|line| printed[line].trim()).collect();
            words.join(" ")
        });
        assert_eq!(found.unwrap_or_default().trim_end(), expected);
    }

    #[test]
    fn a_reply_ends_where_its_quotation_ends() {
        check(
            "response: '550 5.7.1 We don't relay for you', responseCode: 550 }",
            "550 5.7.1 We don't relay for you",
        );
        check(
            "Remote Server returned '550 5.1.1 User 'ana' unknown'",
            "550 5.1.1 User 'ana' unknown",
        );
        check("said: 550 5.7.1 no 'quotation', no more", "");
    }

    #[test]
    fn the_code_may_stand_before_it() {
        check(
            "{'ana@firm.example': (550, b'5.7.1 relay not permitted')}",
            "550 5.7.1 relay not permitted",
        );
        check(
            "retcode (550); Msg: b'5.7.1 Gmail has found\\n5.7.1 that this is spam'",
            "550 5.7.1 Gmail has found that this is spam",
        );
        check("data: (550, '5.7.1 no\\r\\n')", "550 5.7.1 no");
    }
}
