//! Many phrases sought in one walk over a text.

use crate::sort::sort;

/// A set of phrases, lower case.
#[derive(Debug)]
pub(crate) struct Phrases {
    sorted: Vec<Phrase>,
    /// Which three bytes a phrase can begin with, hashed: most words of a text begin no phrase.
    beginnings: Vec<u64>,
    /// Where the phrases with each first byte begin and end.
    by_byte: Vec<(usize, usize)>,
}

#[derive(Debug)]
struct Phrase {
    words: &'static str,
    /// The longest other phrase that this one begins with.
    shorter: Option<u16>,
}

/// A phrase and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// Its number, as [`Phrases::number`] gives it.
    pub(crate) phrase: u16,
    /// Where it begins.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
}

impl Phrases {
    /// A set of these; empty ones and repetitions count for nothing.
    pub(crate) fn new(all: impl Iterator<Item = &'static str>) -> Self {
        let mut words: Vec<&'static str> = all.filter(|words| !words.is_empty()).collect();
        sort(&mut words);
        words.dedup();
        let mut sorted: Vec<Phrase> = Vec::with_capacity(words.len());
        // In this order a phrase stands behind all that it begins with.
        let mut open: Vec<u16> = Vec::new();
        let mut beginnings = vec![0_u64; BEGINNINGS / 64];
        let mut by_byte = vec![(0, 0); 256];
        for (number, words) in (0_u16..).zip(words) {
            while let Some(&last) = open.last()
                && sorted
                    .get(usize::from(last))
                    .is_none_or(|shorter| !words.starts_with(shorter.words))
            {
                open.pop();
            }
            let (at, bit) = beginning(words.as_bytes());
            if let Some(bits) = beginnings.get_mut(at) {
                *bits |= bit;
            }
            let first = words.bytes().next().unwrap_or_default();
            if let Some((start, end)) = by_byte.get_mut(usize::from(first)) {
                *start = if *end == 0 { sorted.len() } else { *start };
                *end = sorted.len() + 1;
            }
            sorted.push(Phrase {
                words,
                shorter: open.last().copied(),
            });
            open.push(number);
        }
        Self {
            sorted,
            beginnings,
            by_byte,
        }
    }

    /// How many there are: their numbers are below.
    pub(crate) fn count(&self) -> usize {
        self.sorted.len()
    }

    /// The number of a phrase.
    pub(crate) fn number(&self, words: &str) -> Option<u16> {
        let at = self
            .sorted
            .binary_search_by(|phrase| phrase.words.cmp(words))
            .ok()?;
        u16::try_from(at).ok()
    }

    /// All phrases of a text (lower case) that begin where a word or a sign does, in order.
    pub(crate) fn find(&self, text: &str) -> Vec<Found> {
        let mut found = Vec::new();
        self.walk(text, |hit| {
            found.push(hit);
            true
        });
        found
    }

    /// Calls `take` with each phrase in order, until that gives `false`.
    pub(crate) fn walk(&self, text: &str, mut take: impl FnMut(Found) -> bool) {
        let bytes = text.as_bytes();
        let mut in_word = false;
        for (start, &byte) in bytes.iter().enumerate() {
            let inside = in_word;
            in_word = byte.is_ascii_alphanumeric();
            // The other bytes of a character begin nothing.
            if inside && in_word || byte & 0xc0 == 0x80 {
                continue;
            }
            let rest = bytes.get(start..).unwrap_or_default();
            let (at, bit) = beginning(rest);
            if self.beginnings.get(at).is_none_or(|bits| bits & bit == 0) {
                continue;
            }
            if !self.at(rest, start, &mut take) {
                return;
            }
        }
    }

    /// The phrases that `rest` begins with. All of them are the last one that does not stand behind
    /// `rest`, or begin that one.
    fn at(&self, rest: &[u8], start: usize, take: &mut impl FnMut(Found) -> bool) -> bool {
        let first = rest.first().copied().unwrap_or_default();
        let (from, to) = self
            .by_byte
            .get(usize::from(first))
            .copied()
            .unwrap_or_default();
        let same_byte = self.sorted.get(from..to).unwrap_or_default();
        let behind = from + same_byte.partition_point(|phrase| phrase.words.as_bytes() <= rest);
        let mut next = behind
            .checked_sub(1)
            .and_then(|last| u16::try_from(last).ok());
        while let Some(number) = next {
            let Some(phrase) = self.sorted.get(usize::from(number)) else {
                return true;
            };
            let end = start + phrase.words.len();
            let hit = Found {
                phrase: number,
                start,
                end,
            };
            if rest.starts_with(phrase.words.as_bytes()) && !take(hit) {
                return false;
            }
            next = phrase.shorter;
        }
        true
    }
}

const BEGINNINGS: usize = 1 << 16;

/// The place of the first three bytes in the table of beginnings.
fn beginning(bytes: &[u8]) -> (usize, u64) {
    let hash = bytes
        .iter()
        .take(3)
        .fold(0_usize, |hash, byte| hash * 37 + usize::from(*byte))
        % BEGINNINGS;
    (hash / 64, 1 << (hash % 64))
}

/// Phrases that belong to something: a kind of message, a mail system, a provider.
#[derive(Debug)]
pub(crate) struct Marks<T> {
    phrases: Phrases,
    /// By the number of the phrase.
    of: Vec<Vec<T>>,
}

impl<T: Copy> Marks<T> {
    /// Marks and what each is one of.
    pub(crate) fn new(all: impl Iterator<Item = (&'static str, T)> + Clone) -> Self {
        let phrases = Phrases::new(all.clone().map(|(words, _)| words));
        let mut of: Vec<Vec<T>> = vec![Vec::new(); phrases.count()];
        for (words, owner) in all {
            let number = phrases.number(words).map(usize::from);
            if let Some(owners) = number.and_then(|number| of.get_mut(number)) {
                owners.push(owner);
            }
        }
        Self { phrases, of }
    }

    /// Calls `take` with the owner of each mark in a text (lower case), in order, until that gives
    /// `false`.
    pub(crate) fn walk(&self, text: &str, mut take: impl FnMut(T, Found) -> bool) {
        self.phrases.walk(text, |found| {
            self.of
                .get(usize::from(found.phrase))
                .into_iter()
                .flatten()
                .all(|owner| take(*owner, found))
        });
    }
}

impl Marks<usize> {
    /// The lowest owner of a mark in a text (lower case), and where its first mark stands.
    pub(crate) fn first_owner(&self, text: &str) -> Option<(usize, Found)> {
        let mut first: Option<(usize, Found)> = None;
        self.walk(text, |owner, found| {
            if first.is_none_or(|(known, _)| owner < known) {
                first = Some((owner, found));
            }
            true
        });
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(phrases: &[&'static str], text: &str, expected: &[&str]) {
        let set = Phrases::new(phrases.iter().copied());
        let found: Vec<&str> = set
            .find(text)
            .into_iter()
            .map(|hit| &text[hit.start..hit.end])
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn all_phrases_at_a_place_are_found_the_longest_first() {
        check(
            &["user", "user unknown", "user un", "unknown", "zebra", "use"],
            "the user unknown, users",
            &[
                "user unknown",
                "user un",
                "user",
                "use",
                "unknown",
                "user",
                "use",
            ],
        );
    }

    #[test]
    fn phrases_begin_at_words_and_signs() {
        check(
            &["full", "[ts04]", "(bl)", "满"],
            "awful [ts04] (bl) 已满 full",
            &["[ts04]", "(bl)", "满", "full"],
        );
        check(&["abc"], "", &[]);
        check(&[], "abc", &[]);
    }
}
