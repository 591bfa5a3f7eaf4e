//! What a person adds to the messages: facts that they do not hold, and the language of the words.

use std::fmt;

use clap::{Args, ValueEnum};
use diagnosis::{case::Facts, wording::Words};

/// Facts and languages.
#[derive(Args)]
pub(crate) struct Added {
    /// The IP address that the refusing server saw, in place of what a message says of it.
    #[arg(long, value_name = "IP", value_parser = parser(Facts::take_ip, "an IP address such as 192.0.2.1"))]
    ip: Option<String>,
    /// The sender's address or domain, in place of what a message says of it.
    #[arg(long, value_name = "ADDRESS", value_parser = parser(Facts::take_from, "an address or a domain such as shop.example"))]
    from: Option<String>,
    /// A DKIM selector, alone or as SELECTOR._domainkey.DOMAIN.
    #[arg(long, value_name = "SELECTOR", value_parser = parser(Facts::take_selector, "a selector such as k1, or k1._domainkey.shop.example"))]
    selector: Option<String>,
    /// The name that the sending server gives in HELO or EHLO.
    #[arg(long, value_name = "NAME", value_parser = parser(Facts::take_helo, "a name such as mx.shop.example"))]
    helo: Option<String>,
    /// The language of headlines, of the steps of the person who sent the message, and of the
    /// message to them. What has no words in it stays English.
    #[arg(long, value_name = "LANGUAGE", default_value_t = Language::En)]
    lang: Language,
    /// The language of the ready messages, where it is another one.
    #[arg(long, value_name = "LANGUAGE")]
    handover_lang: Option<Language>,
    /// Also shows messages that are ready to be sent to those who have to act.
    #[arg(long)]
    pub(crate) handover: bool,
}

/// A language that there are words in.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Language {
    De,
    En,
    Es,
    Fr,
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl Language {
    fn tag(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
            Self::Es => "es",
            Self::Fr => "fr",
        }
    }

    fn words(self) -> Words {
        let text = match self {
            Self::De => include_str!("../../knowledge/texts/de.txt"),
            Self::En => return Words::english(),
            Self::Es => include_str!("../../knowledge/texts/es.txt"),
            Self::Fr => include_str!("../../knowledge/texts/fr.txt"),
        };
        Words::read(self.tag(), text)
    }
}

impl Added {
    /// The facts that were given; the parser has let only such through.
    pub(crate) fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        let takers: [(&Option<String>, Take); 4] = [
            (&self.ip, Facts::take_ip),
            (&self.from, Facts::take_from),
            (&self.selector, Facts::take_selector),
            (&self.helo, Facts::take_helo),
        ];
        for (written, take) in takers {
            if let Some(written) = written {
                take(&mut facts, written);
            }
        }
        facts
    }

    /// The words of headlines and steps, and those of the ready messages.
    pub(crate) fn words(&self) -> (Words, Words) {
        let letters = self.handover_lang.unwrap_or(self.lang);
        (self.lang.words(), letters.words())
    }
}

/// Takes what was written as a fact; `false` where it is none.
type Take = fn(&mut Facts, &str) -> bool;

/// Lets through what can be taken as a fact.
fn parser(
    take: Take,
    expected: &'static str,
) -> impl Fn(&str) -> Result<String, String> + Clone + Send + Sync + 'static {
    move |written| match take(&mut Facts::default(), written) {
        true => Ok(written.to_owned()),
        false => Err(format!("expected {expected}")),
    }
}
