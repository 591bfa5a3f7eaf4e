//! Rows on their way into a table that `src/knowledge/packed.rs` reads.

use std::{error::Error, fmt::Write};

use crate::write::path;

/// Stands behind each word: ASCII's own separator of units.
const SEPARATOR: char = '\u{1f}';

/// Rows as numbers and words, each in one piece and in the order in which they are read again.
#[derive(Default)]
pub(crate) struct Packed {
    rows: usize,
    numbers: String,
    words: String,
    count_of_words: usize,
}

impl Packed {
    /// Packs rows, each as `write` says.
    pub(crate) fn new<T>(
        rows: impl IntoIterator<Item = T>,
        write: impl Fn(&mut Self, T) -> Result<(), Box<dyn Error>>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut packed = Self::default();
        for row in rows {
            packed.rows += 1;
            write(&mut packed, row)?;
        }
        Ok(packed)
    }

    pub(crate) fn number(&mut self, number: u16) {
        self.expression(number);
    }

    pub(crate) fn numbers(&mut self, numbers: &[u16; 4]) {
        for number in numbers {
            self.number(*number);
        }
    }

    pub(crate) fn long_number(&mut self, number: u32) {
        self.expression(number >> 16);
        self.expression(number & 0xffff);
    }

    pub(crate) fn flag(&mut self, is: bool) {
        self.number(is.into());
    }

    pub(crate) fn words(&mut self, words: &str) {
        self.words.push_str(words);
        self.words.push(SEPARATOR);
        self.count_of_words += 1;
    }

    /// A variant of an enum. It is written as a Rust path, so that a wrong word does not compile.
    pub(crate) fn variant(&mut self, of: &str, word: &str) {
        self.expression(format_args!("{} as u16", path(of, word)));
    }

    pub(crate) fn optional<T>(&mut self, value: Option<T>, write: impl Fn(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(crate) fn optional_variant(&mut self, of: &str, word: Option<&str>) {
        self.optional(word, |packed, word| packed.variant(of, word));
    }

    pub(crate) fn list<T>(&mut self, all: &[T], write: impl Fn(&mut Self, &T)) {
        self.expression(all.len());
        for one in all {
            write(self, one);
        }
    }

    pub(crate) fn variants(&mut self, of: &str, words: &[String]) {
        self.list(words, |packed, word| packed.variant(of, word));
    }

    pub(crate) fn sentences(&mut self, sentences: &[String]) {
        self.list(sentences, |packed, sentence| packed.words(sentence));
    }

    fn expression(&mut self, number: impl std::fmt::Display) {
        // Nothing fails where a string takes what is written.
        let _ = write!(self.numbers, "{number},");
    }

    /// The static of all rows; `before` is its documentation and how far it is visible.
    pub(crate) fn table(
        &self,
        before: &str,
        name: &str,
        of: &str,
    ) -> Result<String, Box<dyn Error>> {
        if self.words.matches(SEPARATOR).count() != self.count_of_words {
            return Err(
                format!("{name}: the character that stands between words is in one").into(),
            );
        }
        let Self {
            rows,
            numbers,
            words,
            ..
        } = self;
        Ok(format!(
            "{before} static {name}: LazyLock<Vec<{of}>> = LazyLock::new(|| packed::rows({rows}, &[{numbers}], {words:?}));\n"
        ))
    }
}
