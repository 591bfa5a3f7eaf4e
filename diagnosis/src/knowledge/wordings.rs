//! The texts of all rows that read replies, held against a reply in one walk.
//!
//! A text is words, ` * ` between some of them for any words, and `<class>` for any word of a class
//! of `words.toml`.

use std::sync::LazyLock;

use super::{
    CLASSES, GAP, REPLIES,
    phrases::{Found, Phrases},
};
use crate::sort::sort;

/// All texts of all rows.
#[derive(Debug)]
struct Wordings {
    phrases: Phrases,
    patterns: Vec<Pattern>,
    /// The patterns that can begin with a phrase, by its number.
    opening: Vec<Vec<u16>>,
}

#[derive(Debug)]
struct Pattern {
    rule: usize,
    pieces: Vec<Vec<u16>>,
    has_class: bool,
}

/// A text of a row that stands in a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wording {
    /// The row, by its place among [`REPLIES`].
    pub(crate) rule: usize,
    /// Whether a class of words was needed: such a text says less.
    pub(crate) has_class: bool,
    /// How many bytes of words stand there.
    pub(crate) length: usize,
    /// Where its words stand.
    pub(crate) places: Vec<(usize, usize)>,
}

static WORDINGS: LazyLock<Wordings> = LazyLock::new(Wordings::new);

/// Words of a class may stand this far from the others, in bytes; elsewhere in a reply they are
/// about something else.
const NEAR: usize = 60;

impl Wordings {
    fn new() -> Self {
        let texts = || {
            REPLIES
                .iter()
                .enumerate()
                .flat_map(|(rule, row)| row.alternatives().map(move |text| (rule, text)))
        };
        let plain = texts()
            .flat_map(|(_, text)| text.split(GAP))
            .filter(|piece| class(piece).is_none());
        let of_classes = CLASSES.iter().flat_map(|(_, words)| words.iter().copied());
        let phrases = Phrases::new(plain.chain(of_classes));
        let patterns: Vec<Pattern> = texts()
            .map(|(rule, text)| Pattern {
                rule,
                pieces: text
                    .split(GAP)
                    .map(|piece| match class(piece) {
                        Some(words) => words.iter().filter_map(|w| phrases.number(w)).collect(),
                        None => phrases.number(piece).into_iter().collect(),
                    })
                    .collect(),
                has_class: text.split(GAP).any(|piece| class(piece).is_some()),
            })
            .collect();
        let mut opening: Vec<Vec<u16>> = vec![Vec::new(); phrases.count()];
        for (number, pattern) in (0_u16..).zip(&patterns) {
            for phrase in pattern.pieces.first().into_iter().flatten() {
                if let Some(numbers) = opening.get_mut(usize::from(*phrase)) {
                    numbers.push(number);
                }
            }
        }
        Self {
            phrases,
            patterns,
            opening,
        }
    }

    /// The texts that stand in a reply (lower case).
    fn find(&self, reply: &str) -> Vec<Wording> {
        let found = self.phrases.find(reply);
        let mut by_phrase = found.clone();
        sort(&mut by_phrase);
        let mut all = Vec::new();
        let mut before = None;
        for first in &by_phrase {
            // Only where a phrase stands first can a pattern begin that has not matched yet.
            let is_plain_repetition = before == Some(first.phrase);
            before = Some(first.phrase);
            for number in self
                .opening
                .get(usize::from(first.phrase))
                .into_iter()
                .flatten()
            {
                let Some(pattern) = self.patterns.get(usize::from(*number)) else {
                    continue;
                };
                if is_plain_repetition && !pattern.has_class {
                    continue;
                }
                all.extend(pattern.at(first, &found, &by_phrase));
            }
        }
        all
    }
}

/// The words of `<class>`.
fn class(piece: &str) -> Option<&'static [&'static str]> {
    let name = piece.strip_prefix('<')?.strip_suffix('>')?;
    CLASSES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, words)| *words)
}

impl Pattern {
    /// The pattern with its first piece at `first`.
    fn at(&self, first: &Found, in_order: &[Found], by_phrase: &[Found]) -> Option<Wording> {
        let mut places = vec![(first.start, first.end)];
        let mut end = first.end;
        for piece in self.pieces.get(1..)? {
            let next = match (piece.as_slice(), self.has_class) {
                ([phrase], false) => next_of(by_phrase, *phrase, end)?,
                (phrases, _) => near(in_order, phrases, end)?,
            };
            places.push((next.start, next.end));
            end = next.end;
        }
        Some(Wording {
            rule: self.rule,
            has_class: self.has_class,
            length: places.iter().map(|(start, end)| end - start).sum(),
            places,
        })
    }
}

/// The first place of a phrase from `at` on.
fn next_of(by_phrase: &[Found], phrase: u16, at: usize) -> Option<Found> {
    let place = by_phrase.partition_point(|found| (found.phrase, found.start) < (phrase, at));
    by_phrase
        .get(place)
        .filter(|found| found.phrase == phrase)
        .copied()
}

/// The first of some phrases from `at` on, if it is near; of several at one place the longest.
fn near(in_order: &[Found], phrases: &[u16], at: usize) -> Option<Found> {
    let from = in_order.partition_point(|found| found.start < at);
    in_order
        .get(from..)?
        .iter()
        .take_while(|found| found.start <= at + NEAR)
        .find(|found| phrases.contains(&found.phrase))
        .copied()
}

/// The texts of rows that stand in a reply (lower case).
#[must_use]
pub(crate) fn find(reply: &str) -> Vec<Wording> {
    WORDINGS.find(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_of_every_text_is_found_where_it_stands() {
        for (rule, row) in REPLIES.iter().enumerate() {
            for text in row.alternatives() {
                for piece in text.split(GAP) {
                    assert!(piece.len() >= 3, "{}: {piece:?} is too short", row.id);
                    assert_eq!(piece.trim(), piece, "{}: {text:?}", row.id);
                    assert!(
                        !piece.starts_with('<') || class(piece).is_some(),
                        "{}: {piece:?} is no class of words",
                        row.id
                    );
                }
                let plain = text.replace(GAP, " x ");
                let is_plain = !plain.contains('<');
                assert!(
                    !is_plain || find(&plain).iter().any(|found| found.rule == rule),
                    "{}: {text:?}",
                    row.id
                );
            }
        }
    }
}
