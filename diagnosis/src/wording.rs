//! Words, apart from logic: templates with named gaps, and the values that fill them.

use crate::bounce::UnknownWord;
use crate::reason::words;
use crate::sort::sort;
use std::str::FromStr;

words! {
    /// A gap in a template.
    Slot {
        /// The recipient's address.
        Recipient = 1 "recipient",
        /// The recipient's domain.
        RecipientDomain = 2 "recipient_domain",
        /// The domain that a finding is about.
        Domain = 3 "domain",
        /// A host name that a finding is about.
        Host = 4 "host",
        /// The name of the server that refused, as the bounce gives it.
        Server = 5 "server",
        /// The provider that refused, by its trade name, else the name of the server, else of the
        /// domain.
        Refuser = 6 "refuser",
        /// The IP address that the refusing server saw.
        SendingIp = 7 "sending_ip",
        /// The sender's domain.
        SenderDomain = 8 "sender_domain",
        /// A DKIM selector.
        Selector = 9 "selector",
        /// An enhanced status code.
        Status = 10 "status",
        /// A reply code.
        ReplyCode = 11 "reply_code",
        /// A record as DNS has it.
        Record = 12 "record",
        /// A number of things.
        Count = 13 "count",
        /// Several names.
        Names = 14 "names",
        /// The name that an address has.
        Pointer = 15 "pointer",
        /// Where a record would stand.
        Place = 16 "place",
        /// What the resolver said instead of an answer.
        Cause = 17 "cause",
        /// A mail exchanger of the recipient's domain.
        Mx = 18 "mx",
        /// A time.
        Until = 19 "until",
        /// The diagnostic text.
        Diagnostic = 20 "diagnostic",
        /// The name that stands for an IP address under in-addr.arpa or ip6.arpa.
        ReverseName = 21 "reverse_name",
        /// The policy of a DMARC record.
        Policy = 22 "policy",
        /// The X.500 name of a mailbox that Exchange wrote into an address.
        X500 = 23 "x500",
        /// A character, by its number and name.
        Character = 30 "character",
        /// A provider, by its trade name.
        Provider = 31 "provider",
        /// Another provider.
        OtherProvider = 32 "other_provider",
        /// A name or an address as a person writes it.
        Written = 33 "written",
        /// A name server of the domain.
        NameServer = 34 "name_server",
        /// What was probably meant.
        Suggestion = 35 "suggestion",
        /// The protocol's own word for a result.
        Result = 60 "result",
        /// A term of a record.
        Term = 61 "term",
        /// How many look-ups a record makes.
        Lookups = 62 "lookups",
        /// Where in a record (in octets) or in an address (in characters), from 1.
        Position = 63 "position",
        /// What should stand there.
        Wanted = 64 "wanted",
        /// The record as it should be.
        Expected = 65 "expected",
        /// The part of a record that is wrong.
        Excerpt = 41 "excerpt",
        /// The length of a key.
        Bits = 42 "bits",
        /// An algorithm of signatures.
        Algorithm = 43 "algorithm",
        /// The size of a message.
        Size = 44 "size",
        /// The largest size that is taken.
        Limit = 45 "limit",
        /// How large attachments may be before they are encoded.
        Attachments = 46 "attachments",
        /// A field of a head.
        Field = 47 "field",
        /// The name given in HELO.
        Helo = 50 "helo",
        /// A blocklist, by its name for people.
        List = 51 "list",
        /// What a blocklist was asked about.
        Listed = 52 "listed",
        /// What the answer of a blocklist means.
        Meaning = 53 "meaning",
        /// The page where removal from a blocklist is asked for.
        Removal = 54 "removal",
        /// The page of a blocklist about what it was asked about.
        LookUp = 55 "look_up",
        /// When it was tried for the last time, else when the message came in.
        Time = 110 "time",
        /// The service that the mail goes out through, by its trade name.
        Service = 120 "service",
        /// Another mail exchanger of the recipient's domain.
        OtherMx = 121 "other_mx",
        /// A mail exchanger of somebody else, to compare with.
        UnrelatedMx = 122 "unrelated_mx",
        /// The servers that a person tried in vain.
        Tried = 123 "tried",
        /// The servers that answered when a person tried.
        Reached = 124 "reached",
        /// The words of the tool that a person ran.
        Shown = 125 "shown",
        /// What else may be the cause, as the end of a sentence.
        SecondCause = 126 "second_cause",
    }
}

/// A value for a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A name, an address or a quotation.
    Text(String),
    /// Several names.
    Names(Vec<String>),
    /// A number.
    Number(usize),
}

impl Value {
    /// As it stands in a sentence.
    #[must_use]
    pub fn present(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Names(names) => names.join(", "),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// Values by gap; at most one for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<(Slot, Value)>);

impl Values {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With one value more.
    #[must_use]
    pub fn with(mut self, slot: Slot, value: Value) -> Self {
        self.set(slot, value);
        self
    }

    /// With one text more.
    #[must_use]
    pub fn text(self, slot: Slot, text: impl Into<String>) -> Self {
        self.with(slot, Value::Text(text.into()))
    }

    /// Sets a value, over an earlier one.
    pub fn set(&mut self, slot: Slot, value: Value) {
        self.0.retain(|(known, _)| *known != slot);
        self.0.push((slot, value));
    }

    /// Takes over what these values do not have yet.
    pub fn complete(&mut self, others: &Self) {
        for (slot, value) in &others.0 {
            if self.get(*slot).is_none() {
                self.0.push((*slot, value.clone()));
            }
        }
    }

    /// The value of a gap.
    #[must_use]
    pub fn get(&self, slot: Slot) -> Option<&Value> {
        self.0
            .iter()
            .find(|(known, _)| *known == slot)
            .map(|(_, value)| value)
    }

    /// All values, in the order they were given.
    pub fn iter(&self) -> impl Iterator<Item = &(Slot, Value)> {
        self.0.iter()
    }
}

/// A sentence with gaps: `{slot}`, or `{slot|words that stand in where there is no value}`. Two
/// braces together are one that stands in the sentence.
pub type Template = &'static str;

/// Fills the gaps; `None` where one has no value, so that no sentence with a hole is ever shown.
#[must_use]
pub fn fill(template: &str, values: &Values) -> Option<String> {
    fill_with(template, values, str::to_owned)
}

/// The same, with the values as `present` writes them.
#[must_use]
pub fn fill_with(
    template: &str,
    values: &Values,
    present: impl Fn(&str) -> String,
) -> Option<String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (words, behind) = rest.split_at(at);
        filled.push_str(words);
        rest = match brace(behind) {
            Some((brace, after)) => {
                filled.push(brace);
                after
            }
            None => {
                let (gap, after) = behind.strip_prefix('{')?.split_once('}')?;
                filled.push_str(&value_of(gap, values, &present)?);
                after
            }
        };
    }
    filled.push_str(rest);
    Some(filled)
}

/// A brace that stands in the sentence, and what is behind it.
fn brace(text: &str) -> Option<(char, &str)> {
    let opening = || text.strip_prefix("{{").map(|after| ('{', after));
    let closing = || text.strip_prefix("}}").map(|after| ('}', after));
    opening().or_else(closing)
}

fn value_of(gap: &str, values: &Values, present: impl Fn(&str) -> String) -> Option<String> {
    let (slot, otherwise) = match gap.split_once('|') {
        Some((slot, words)) => (slot, Some(words)),
        None => (gap, None),
    };
    let value = values.get(slot.parse().ok()?).map(Value::present);
    let value = value.map(|value| present(&value));
    value.or_else(|| otherwise.map(str::to_owned))
}

/// The sentences of one language. English ones stand in the tables of the knowledge; those of
/// another language are read from a text of `key = sentence` lines and stand for them one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    language: String,
    /// By key, in order.
    sentences: Vec<(String, String)>,
}

impl Default for Words {
    fn default() -> Self {
        Self::english()
    }
}

impl Words {
    /// English: nothing stands for the sentences of the knowledge.
    #[must_use]
    pub fn english() -> Self {
        Self {
            language: "en".to_owned(),
            sentences: Vec::new(),
        }
    }

    /// Reads the sentences of a language; lines that are no sentence are passed over.
    #[must_use]
    pub fn read(language: &str, text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let mut sentences: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, sentence)| (key.to_owned(), sentence.to_owned()))
            .collect();
        sort(&mut sentences);
        Self {
            language: language.to_owned(),
            sentences,
        }
    }

    /// The language, by its tag (RFC 5646).
    #[must_use]
    pub fn language(&self) -> &str {
        &self.language
    }

    /// The keys that there are sentences for.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.sentences.iter().map(|(key, _)| key.as_str())
    }

    /// The sentence with that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let place = self
            .sentences
            .binary_search_by(|(known, _)| known.as_str().cmp(key))
            .ok()?;
        self.sentences
            .get(place)
            .map(|(_, sentence)| sentence.as_str())
    }

    /// The sentence of a row in this language, else the English one.
    #[must_use]
    pub fn or<'a>(&'a self, kind: &str, id: &str, part: &str, english: &'a str) -> &'a str {
        if self.sentences.is_empty() {
            return english;
        }
        self.get(&format!("{kind}.{id}.{part}")).unwrap_or(english)
    }

    /// The first sentence of several that can be filled, in this language, else in English.
    #[must_use]
    pub fn first(
        &self,
        kind: &str,
        id: &str,
        part: &str,
        english: &[Template],
        values: &Values,
    ) -> String {
        let places = 1..=english.len();
        let own = places
            .filter_map(|place| self.get(&format!("{kind}.{id}.{part}.{place}")))
            .find_map(|sentence| fill(sentence, values));
        let english = || english.iter().find_map(|template| fill(template, values));
        own.or_else(english).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The build script cannot use this crate, so it has a list of its own.
    #[test]
    fn the_build_script_knows_the_same_slots() {
        let known: &[&str] = &include!("../build/slots.in");
        let slots: Vec<&str> = Slot::ALL.iter().map(|slot| slot.as_str()).collect();
        assert_eq!(known, slots);
    }

    #[test]
    fn a_sentence_with_a_hole_is_no_sentence() {
        let template: Template = "to {names} {recipient|somebody}";
        let values = Values::new().with(
            Slot::Names,
            Value::Names(vec!["a".to_owned(), "b".to_owned()]),
        );
        assert_eq!(fill(template, &values).as_deref(), Some("to a, b somebody"));
        assert_eq!(fill(template, &Values::new()), None);
    }

    #[test]
    fn two_braces_are_one() {
        let template: Template = "Set-Mailbox -EmailAddresses @{{Add=\"{x500}\"}}";
        let values = Values::new().text(Slot::X500, "/o=firm");
        let filled = fill(template, &values);
        assert_eq!(
            filled.as_deref(),
            Some("Set-Mailbox -EmailAddresses @{Add=\"/o=firm\"}")
        );
    }
}
