//! Encoded words in header fields (RFC 2047), undone with the map kept.

use super::{CharsetDecoder, Raw, Text};

/// One encoded word: `=?charset?encoding?content?=`.
struct Word {
    start: usize,
    end: usize,
    charset: String,
    bytes: Vec<u8>,
}

pub(super) fn decode(source: &Text, decoder: CharsetDecoder) -> Text {
    let mut plain = Text::default();
    let mut copied = 0;
    let mut next = word_from(source.as_str(), 0);
    while let Some(mut word) = next {
        next = word_from(source.as_str(), word.end);
        // A character may be cut in two by the end of a word.
        while let Some(other) = next.take_if(|other| goes_on(source, &word, other)) {
            next = word_from(source.as_str(), other.end);
            word.bytes.extend(other.bytes);
            word.end = other.end;
        }
        copy(&mut plain, source, copied, word.start);
        let decoded = Raw::from_input(&word.bytes).decode(Some(&word.charset), decoder);
        plain.string.push_str(decoded.as_str());
        plain
            .map
            .push_replacement(decoded.as_str().len(), &source.map, word.start..word.end);
        copied = word.end;
        // White space between two words only keeps them apart.
        if let Some(other) = &next
            && is_blank(source, copied, other.start)
        {
            copied = other.start;
        }
    }
    copy(&mut plain, source, copied, source.as_str().len());
    plain
}

fn copy(plain: &mut Text, source: &Text, start: usize, end: usize) {
    let part = source.as_str().get(start..end).unwrap_or_default();
    plain.string.push_str(part);
    plain
        .map
        .append(&source.map.slice(start..start + part.len()));
}

fn is_blank(source: &Text, start: usize, end: usize) -> bool {
    let between = source.as_str().get(start..end).unwrap_or("x");
    between.trim().is_empty()
}

fn goes_on(source: &Text, word: &Word, other: &Word) -> bool {
    word.charset == other.charset && is_blank(source, word.end, other.start)
}

/// The first encoded word at or behind `from`.
fn word_from(string: &str, from: usize) -> Option<Word> {
    string
        .get(from..)?
        .match_indices("=?")
        .find_map(|(at, _)| word_at(string, from + at))
}

fn word_at(string: &str, start: usize) -> Option<Word> {
    const LONGEST_CHARSET: usize = 40;
    const LONGEST: usize = 1_000;
    let rest = string.get(start + 2..)?;
    let charset = rest.get(..rest.bytes().take(LONGEST_CHARSET).position(|b| b == b'?')?)?;
    let behind = rest.get(charset.len() + 1..)?;
    let content = behind.get(2..)?;
    // Blanks belong into no word, but some programs leave them there.
    let near = content.as_bytes().get(..content.len().min(LONGEST))?;
    let content = content.get(..memchr::memmem::find(near, b"?=")?)?;
    let bytes = match behind.get(..2)? {
        "B?" | "b?" => Raw::from_input(content.as_bytes()).decode_base64(),
        "Q?" | "q?" => {
            Raw::from_input(content.replace('_', " ").as_bytes()).decode_quoted_printable()
        }
        _ => return None,
    };
    let end = start + 2 + charset.len() + 3 + content.len() + 2;
    // RFC 2231, section 5: a language may follow.
    let charset = charset.split('*').next().unwrap_or_default();
    Some(Word {
        start,
        end,
        charset: charset.to_ascii_lowercase(),
        bytes: bytes.bytes().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use crate::text::{Raw, Text, no_decoder};

    #[track_caller]
    fn check(field: &str, expected: &str) {
        let decoded = Text::from_string(field).without_encoded_words(no_decoder);
        assert_eq!(decoded.as_str(), expected, "{field}");
    }

    #[test]
    fn encoded_words_are_words() {
        check("=?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus", "Grüße aus");
        check("=?UTF-8*de?b?R3LDvMOfZQ==?=", "Grüße");
        check("a =?utf-8?q?b?= =?utf-8?q?_c?= d", "a b c d");
        check("=?utf-8?q?b?=  =?us-ascii?q?c?=", "bc");
        // Split inside of a character.
        check("=?utf-8?B?w6Q=?= =?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "ää");
        check("=?utf-8?x?no?= =?", "=?utf-8?x?no?= =?");
        check("=?? =?utf-8?Q?open", "=?? =?utf-8?Q?open");
        check("=?utf-8?Q??=x", "x");
    }

    #[test]
    fn a_word_keeps_its_place() {
        let field = "Re: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= x";
        let text = Raw::from_input(field.as_bytes()).decode(None, no_decoder);
        let decoded = text.without_encoded_words(no_decoder);
        let spans = decoded.spans(0..decoded.as_str().len());
        assert_eq!(spans.len(), 1);
        let at = decoded.as_str().find("Gr").expect("it is there");
        let [span] = decoded.spans(at..at + 2)[..] else {
            panic!("one piece")
        };
        assert_eq!(&field[span.start..span.end], "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=");
    }
}
