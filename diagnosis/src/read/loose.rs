//! Reports of mail systems whose shape is nobody's: an address somewhere, what was said around it.
//! Used where no other reader of a bounce's text finds a recipient.

use std::{collections::HashSet, ops::Range};

use crate::{
    bounce::Recipient,
    knowledge,
    text::{Lower, Text, trimmed},
};

use super::{address, diagnostic, headers, prose};

/// How many lines behind an address may be said about it.
const MAX_LINES: usize = 12;

/// Reads the recipients of a text that is known to be a bounce.
pub(super) fn read(text: &Text) -> Vec<Recipient> {
    let string = text.as_str();
    let lines: Vec<Range<usize>> = text.lines().map(|line| trimmed(string, line)).collect();
    let others = of_others(string, &lines);
    let found: Vec<Mention> = lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| mention(string, at, line))
        .filter(|mention| {
            let address = string.get(mention.address.clone()).map(Lower::lower);
            !others.contains(&address)
        })
        .collect();
    let best = found.iter().map(|mention| mention.strength).max();
    let mut seen = HashSet::new();
    found
        .iter()
        .filter(|mention| Some(mention.strength) == best)
        .filter(|mention| seen.insert(string.get(mention.address.clone()).map(Lower::lower)))
        .filter_map(|mention| recipient(text, &lines, &found, mention))
        .collect()
}

/// Addresses that a line says to be the sender's or a helper's: they are so on other lines too.
fn of_others(string: &str, lines: &[Range<usize>]) -> HashSet<Option<String>> {
    let of_line = |line: &Range<usize>| {
        let content = string.get(line.clone())?;
        let found = address::find(content, 0)?;
        let before = content.get(..found.start)?.lower();
        prose::is_of_others(&before).then(|| content.get(found).map(Lower::lower))
    };
    lines.iter().filter_map(of_line).collect()
}

/// An address on a line, and how surely it is a recipient's.
struct Mention {
    line: usize,
    address: Range<usize>,
    strength: Strength,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// A mailbox that people are told to write to; but it may be the recipient.
    Helper,
    /// Named as `To:` in the summary of the message.
    Summary,
    /// Behind words such as "to" or "recipient".
    Labelled,
    /// At the beginning of its line.
    Leading,
    /// Beside words that say no.
    Refused,
}

fn mention(string: &str, at: usize, line: &Range<usize>) -> Option<Mention> {
    let content = string.get(line.clone())?;
    let found = address::find(content, 0)?;
    let before = content.get(..found.start)?.lower();
    let behind = content.get(found.end..)?.lower();
    if is_of_somebody_else(&before) {
        return None;
    }
    let strength = strength(&before, &behind)?;
    Some(Mention {
        line: at,
        strength: match is_helper(content.get(found.clone())?) {
            true => Strength::Helper,
            false => strength,
        },
        address: line.start + found.start..line.start + found.end,
    })
}

fn strength(before: &str, behind: &str) -> Option<Strength> {
    let lead = before.trim_matches([' ', '<', '"', '\'', '(', '*', '-', '•', '|', '[', '\t']);
    if knowledge::says_refusal(&format!("{before} {behind}")) {
        return Some(Strength::Refused);
    }
    if lead.is_empty() {
        return Some(Strength::Leading);
    }
    let last = lead
        .trim_end_matches([':', ' ', '='])
        .rsplit([' ', '\t', '('])
        .next()?;
    if knowledge::is_word("summary-to", lead.trim_end_matches([':', ' '])) {
        return Some(Strength::Summary);
    }
    // Chinese and Japanese have no space before it.
    let is_enclosed = before.ends_with(['（', '：', '「', '【']);
    (is_enclosed || knowledge::is_word("before-recipient", last)).then_some(Strength::Labelled)
}

/// Words before an address that is the sender's or a helper's.
fn is_of_somebody_else(before: &str) -> bool {
    knowledge::says("before-others", before) || prose::is_of_others(before)
}

/// Mailboxes that reports tell people to write to.
fn is_helper(address: &str) -> bool {
    let local = address
        .split('@')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    [
        "postmaster",
        "mailer-daemon",
        "abuse",
        "helpdesk",
        "support",
        "hostmaster",
    ]
    .contains(&local.as_str())
}

fn recipient(
    text: &Text,
    lines: &[Range<usize>],
    all: &[Mention],
    mention: &Mention,
) -> Option<Recipient> {
    let mut said = said_at(text, lines, all, mention)?;
    if let Some(first) = first_of(text, all, mention)
        && let Some(earlier) = said_at(text, lines, all, first)
    {
        super::complete(&mut said, earlier);
    }
    Some(said)
}

/// Where the same address was named before: the server and the command stand there.
fn first_of<'a>(text: &Text, all: &'a [Mention], mention: &Mention) -> Option<&'a Mention> {
    let first = all
        .iter()
        .find(|other| other.strength >= Strength::Labelled && is_same(text, other, mention))?;
    let near = mention.line - first.line <= MAX_LINES;
    (near && first.line < mention.line).then_some(first)
}

fn is_same(text: &Text, one: &Mention, other: &Mention) -> bool {
    let address = |mention: &Mention| text.as_str().get(mention.address.clone());
    address(one)
        .zip(address(other))
        .is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
}

fn said_at(
    text: &Text,
    lines: &[Range<usize>],
    all: &[Mention],
    mention: &Mention,
) -> Option<Recipient> {
    let string = text.as_str();
    let next = all
        .iter()
        .find(|other| {
            other.line > mention.line
                && other.strength == mention.strength
                && !is_same(text, other, mention)
        })
        .map_or(lines.len(), |other| other.line);
    let line = lines.get(mention.line)?;
    let own = match mention.strength {
        // What stands before the address says as much as what stands behind it.
        Strength::Refused => line.clone(),
        _ => trimmed(string, opening(string, mention.address.end)..line.end),
    };
    let mut said = vec![own];
    said.extend(
        lines
            .get(mention.line + 1..next)?
            .iter()
            .take(MAX_LINES)
            .take_while(|line| is_said(string, line))
            .cloned(),
    );
    let read = diagnostic::read_lines(text, ends_with_paragraph(string, said));
    Some(Recipient {
        address: address::at(text, mention.address.clone()),
        ..read
    })
}

/// Behind the brackets and the colon that close an address.
fn opening(string: &str, at: usize) -> usize {
    let rest = string.get(at..).unwrap_or_default();
    at + (rest.len()
        - rest
            .trim_start_matches(['>', '"', '\'', ')', ':', ',', ';', '.', ' ', '\t'])
            .len())
}

fn is_said(string: &str, line: &Range<usize>) -> bool {
    let content = string.get(line.clone()).unwrap_or_default();
    let is_field = headers::field_name(content).is_some_and(|name| {
        [
            "received",
            "return-path",
            "message-id",
            "date",
            "from",
            "subject",
        ]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
    });
    !is_field && !content.starts_with("--") && !content.starts_with("==")
}

/// The lines up to the end of the first paragraph that says something; what is said may stand one
/// paragraph below the address.
fn ends_with_paragraph(string: &str, lines: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut kept: Vec<Range<usize>> = Vec::new();
    let mut words = 0;
    for line in lines {
        if line.is_empty() {
            let so_far: String = kept
                .iter()
                .filter_map(|line| string.get(line.clone()))
                .collect();
            if words >= 3 || knowledge::says_refusal(&so_far.lower()) {
                break;
            }
            continue;
        }
        words += string
            .get(line.clone())
            .map_or(0, |line| line.split(' ').count());
        kept.push(line);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(report: &str, expected: &[(&str, &str)]) {
        let found: Vec<(String, String)> = read(&Text::from_string(report))
            .into_iter()
            .map(|entry| {
                let address = entry.address.map(|a| a.value).unwrap_or_default();
                (
                    address,
                    entry.diagnostic.map(|d| d.value).unwrap_or_default(),
                )
            })
            .collect();
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(address, said)| ((*address).to_owned(), (*said).to_owned()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_address_may_stand_inside_a_sentence() {
        check(
            "This is the mail agent at a.example.\n\nThere was an error delivering your mail to <ana@firm.example>.\n\nDNS lookup failure: host firm.example not found\n",
            &[(
                "ana@firm.example",
                "DNS lookup failure: host firm.example not found",
            )],
        );
        check(
            "Your mail sent on: Thu, 29 Apr 2026\n     Could not be delivered to: <ana@firm.example>\n     As their mailbox is full.\n",
            &[("ana@firm.example", "As their mailbox is full.")],
        );
        check(
            "Unknown user: ana@firm.example\n\nOriginal message follows.\n",
            &[("ana@firm.example", "Unknown user: ana@firm.example")],
        );
    }

    #[test]
    fn a_line_may_begin_with_it() {
        check(
            "Your message\n\n  To:  ana@firm.example\n\ndid not reach the following recipient(s):\n\nana@firm.example on Thu, 29 Apr 2026 00:00:00 -0000\n    The recipient name is not recognized\n",
            &[(
                "ana@firm.example",
                "on Thu, 29 Apr 2026 00:00:00 -0000 The recipient name is not recognized",
            )],
        );
        check(
            "\"ana@firm.example\":\nSMTP error from remote server after RCPT command:\nhost: mx.firm.example\n5.1.1 <ana@firm.example>... User Unknown\n",
            &[(
                "ana@firm.example",
                "5.1.1 <ana@firm.example>... User Unknown",
            )],
        );
    }

    #[test]
    fn helpers_and_senders_are_no_recipients() {
        check(
            "Your message from me@shop.example was not delivered. Contact postmaster@shop.example for help.\n",
            &[],
        );
    }
}
