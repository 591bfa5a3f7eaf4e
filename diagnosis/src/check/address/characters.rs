//! Characters that show nothing, and letters that look like those of another script.

/// Names of the Unicode standard.
const INVISIBLE: [(char, &str); 19] = [
    ('\u{a0}', "NO-BREAK SPACE"),
    ('\u{ad}', "SOFT HYPHEN"),
    ('\u{61c}', "ARABIC LETTER MARK"),
    ('\u{200b}', "ZERO WIDTH SPACE"),
    ('\u{200c}', "ZERO WIDTH NON-JOINER"),
    ('\u{200d}', "ZERO WIDTH JOINER"),
    ('\u{200e}', "LEFT-TO-RIGHT MARK"),
    ('\u{200f}', "RIGHT-TO-LEFT MARK"),
    ('\u{202a}', "LEFT-TO-RIGHT EMBEDDING"),
    ('\u{202b}', "RIGHT-TO-LEFT EMBEDDING"),
    ('\u{202c}', "POP DIRECTIONAL FORMATTING"),
    ('\u{202d}', "LEFT-TO-RIGHT OVERRIDE"),
    ('\u{202e}', "RIGHT-TO-LEFT OVERRIDE"),
    ('\u{2060}', "WORD JOINER"),
    ('\u{2066}', "LEFT-TO-RIGHT ISOLATE"),
    ('\u{2067}', "RIGHT-TO-LEFT ISOLATE"),
    ('\u{2068}', "FIRST STRONG ISOLATE"),
    ('\u{2069}', "POP DIRECTIONAL ISOLATE"),
    ('\u{feff}', "ZERO WIDTH NO-BREAK SPACE"),
];

/// Letters of Cyrillic and Greek, and below them the Latin ones that they look like.
const ALIKE: &str = "аеорсхуіјѕһԁԛԝӏкАВЕКМНОРСТХУІЈЅοανρικυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ";
const LATIN: &str = "aeopcxyijshdqwlkABEKMHOPCTXYIJSoavpikuxABEZHIKMNOPTYX";

/// Whether a character shows nothing.
pub(super) fn is_invisible(c: char) -> bool {
    INVISIBLE.iter().any(|(known, _)| *known == c)
        || matches!(c, '\u{2061}'..='\u{2064}' | '\u{206a}'..='\u{206f}')
}

/// A character by its number, and by its name or script where that helps.
pub(super) fn name(c: char) -> String {
    let named = INVISIBLE.iter().find(|(known, _)| *known == c);
    let words = match (named, script(c)) {
        (Some((_, name)), _) => (*name).to_owned(),
        (None, Script::Cyrillic) => format!("CYRILLIC {c}"),
        (None, Script::Greek) => format!("GREEK {c}"),
        (None, Script::FullWidth) => format!("FULLWIDTH {c}"),
        (None, _) if c == ' ' => "SPACE".to_owned(),
        (None, _) if c.is_control() => String::new(),
        (None, _) => return c.to_string(),
    };
    format!("U+{:04X} {words}", u32::from(c))
        .trim_end()
        .to_owned()
}

/// A letter of a script that does not go with the others of its word.
pub(super) struct Mixed {
    /// Its place in the address, from 0.
    pub(super) place: usize,
    /// The letter.
    pub(super) character: char,
    /// The Latin letter that it looks like, where all such letters of the word look like one.
    pub(super) looks_like: Option<char>,
}

/// The first letter in a local part or label that is of another script than its Latin neighbours.
pub(super) fn mixed(address: &str) -> Option<Mixed> {
    let (local, domain) = address.rsplit_once('@')?;
    let mut from = 0;
    for word in std::iter::once(local).chain(domain.split('.')) {
        if let Some(mixed) = mixed_word(word, from) {
            return Some(mixed);
        }
        from += word.chars().count() + 1;
    }
    None
}

fn mixed_word(word: &str, from: usize) -> Option<Mixed> {
    let mut strangers = word.chars().enumerate().filter(|(_, c)| is_stranger(*c));
    let (place, character) = strangers.next()?;
    is_mixed(word).then(|| Mixed {
        place: from + place,
        character,
        looks_like: latin(character).filter(|_| can_be_plain(word)),
    })
}

/// The address with Latin letters in place of those that look like them.
pub(super) fn plain(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return address.to_owned();
    };
    let labels: Vec<String> = domain.split('.').map(plain_word).collect();
    format!("{}@{}", plain_word(local), labels.join("."))
}

fn plain_word(word: &str) -> String {
    match is_mixed(word) && can_be_plain(word) {
        true => word.chars().map(|c| latin(c).unwrap_or(c)).collect(),
        false => word.to_owned(),
    }
}

fn can_be_plain(word: &str) -> bool {
    word.chars().all(|c| !is_stranger(c) || latin(c).is_some())
}

/// Full-width letters are never meant; the others beside Latin ones only.
fn is_mixed(word: &str) -> bool {
    let has = |wanted: Script| word.chars().any(|c| script(c) == wanted);
    has(Script::FullWidth) || has(Script::Latin) && (has(Script::Cyrillic) || has(Script::Greek))
}

fn is_stranger(c: char) -> bool {
    matches!(
        script(c),
        Script::Cyrillic | Script::Greek | Script::FullWidth
    )
}

fn latin(c: char) -> Option<char> {
    if script(c) == Script::FullWidth {
        return char::from_u32(u32::from(c) - 0xfee0);
    }
    let place = ALIKE.chars().position(|alike| alike == c)?;
    LATIN.chars().nth(place)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    FullWidth,
    Other,
}

fn script(c: char) -> Script {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Script::Latin,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '！'..='～' => Script::FullWidth,
        _ => Script::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_one_that_it_looks_like() {
        assert_eq!(ALIKE.chars().count(), LATIN.chars().count());
        assert!(ALIKE.chars().all(is_stranger));
        assert!(LATIN.chars().all(|c| c.is_ascii_alphabetic()));
    }

    #[test]
    fn characters_have_names() {
        for (c, expected) in [
            ('\u{200b}', "U+200B ZERO WIDTH SPACE"),
            ('а', "U+0430 CYRILLIC а"),
            ('ｂ', "U+FF42 FULLWIDTH ｂ"),
            (' ', "U+0020 SPACE"),
            ('\u{7}', "U+0007"),
            ('(', "("),
        ] {
            assert_eq!(name(c), expected);
        }
    }
}
