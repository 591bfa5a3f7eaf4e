//! The languages of the diagnosis and of the ready messages. English is in the page; the words of
//! the others are fetched once they are chosen.

use std::sync::Arc;

use diagnosis::wording::Words;
use leptos::{prelude::*, task::spawn_local};

use super::Clinic;
use crate::browser;

/// The languages, by tag and by their own names.
pub(crate) const LANGUAGES: [(&str, &str); 4] = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Espa\u{f1}ol"),
    ("fr", "Fran\u{e7}ais"),
];

/// What the diagnosis speaks.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Tongue {
    /// The words of headlines and steps.
    pub(crate) words: Arc<Words>,
    /// The words of the ready messages.
    pub(crate) letters: Arc<Words>,
}

/// What is to speak another language.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Speaker {
    /// Headlines, steps and messages.
    All,
    /// The ready messages alone.
    Letters,
}

impl Clinic {
    /// Has a language spoken; where its words cannot be had, nothing changes, and that is told.
    pub(crate) fn speak(self, speaker: Speaker, tag: &str) {
        let tag = known(tag);
        if tag == "en" {
            self.set_words(speaker, Words::english());
            return;
        }
        spawn_local(async move {
            match browser::files::own_text(&format!("/{tag}.txt")).await {
                Some(text) => self.set_words(speaker, Words::read(tag, &text)),
                None => self
                    .announcement
                    .set("The words of that language could not be loaded.".to_owned()),
            }
        });
    }

    /// The language of headlines and of the steps of the sender.
    pub(crate) fn language(self) -> String {
        self.tongue
            .with(|tongue| tongue.words.language().to_owned())
    }

    fn set_words(self, speaker: Speaker, words: Words) {
        let words = Arc::new(words);
        self.tongue.update(|tongue| {
            if speaker == Speaker::All {
                tongue.words = words.clone();
            }
            tongue.letters = words;
        });
    }
}

/// The language that a tag such as `de-AT` is of; English where there are no words for it.
fn known(tag: &str) -> &'static str {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    LANGUAGES
        .iter()
        .map(|(known, _)| *known)
        .find(|known| known.eq_ignore_ascii_case(primary))
        .unwrap_or("en")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_by_its_first_part() {
        let all = ["de", "de-AT", "FR_ca", "pt", ""].map(known);
        assert_eq!(all, ["de", "de", "fr", "en", "en"]);
    }
}
