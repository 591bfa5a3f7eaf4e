//! Storage that the parts of a text share, so that taking a part costs no copy: a paste may be as
//! big as a mailbox.

use std::{
    fmt::Debug,
    ops::{Deref, Range},
    sync::Arc,
};

/// A part of a whole that others may hold too. Adding to it copies first, where it is shared.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared<T> {
    whole: Arc<T>,
    range: Range<usize>,
}

/// What can be shared in parts.
pub(super) trait Whole: Clone + Debug + Default + Deref {
    /// How long it is.
    fn length(&self) -> usize;
    /// The part at `range`; empty where there is none.
    fn part(&self, range: Range<usize>) -> &Self::Target;
    /// A part as a whole of its own.
    fn own(part: &Self::Target) -> Self;
}

impl Whole for String {
    fn length(&self) -> usize {
        self.len()
    }

    fn part(&self, range: Range<usize>) -> &str {
        self.get(range).unwrap_or_default()
    }

    fn own(part: &str) -> Self {
        part.to_owned()
    }
}

impl Whole for Vec<u8> {
    fn length(&self) -> usize {
        self.len()
    }

    fn part(&self, range: Range<usize>) -> &[u8] {
        self.get(range).unwrap_or_default()
    }

    fn own(part: &[u8]) -> Self {
        part.to_vec()
    }
}

impl<T: Whole> Shared<T> {
    /// The part at `range`, which must lie inside.
    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        let start = self.range.start + range.start;
        Self {
            whole: Arc::clone(&self.whole),
            range: start..start + (range.end - range.start),
        }
    }

    fn edit(&mut self, change: impl FnOnce(&mut T)) {
        if self.range != (0..self.whole.length()) {
            self.whole = Arc::new(T::own(self));
        }
        let whole = Arc::make_mut(&mut self.whole);
        change(whole);
        self.range = 0..whole.length();
    }
}

impl<T: Whole> From<T> for Shared<T> {
    fn from(whole: T) -> Self {
        let range = 0..whole.length();
        Self {
            whole: Arc::new(whole),
            range,
        }
    }
}

impl<T: Whole> Deref for Shared<T> {
    type Target = T::Target;

    fn deref(&self) -> &T::Target {
        self.whole.part(self.range.clone())
    }
}

impl Shared<String> {
    pub(super) fn push_str(&mut self, more: &str) {
        self.edit(|whole| whole.push_str(more));
    }

    pub(super) fn push(&mut self, more: char) {
        self.edit(|whole| whole.push(more));
    }
}

impl Shared<Vec<u8>> {
    pub(super) fn extend_from_slice(&mut self, more: &[u8]) {
        self.edit(|whole| whole.extend_from_slice(more));
    }

    pub(super) fn push(&mut self, more: u8) {
        self.edit(|whole| whole.push(more));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_grows_leaves_the_others_as_they_are() {
        let whole = Shared::from("one two".to_owned());
        let mut part = whole.slice(4..7).slice(0..2);
        assert_eq!(&*part, "tw");
        part.push_str("in");
        part.push('s');
        assert_eq!((&*part, &*whole), ("twins", "one two"));
    }
}
