//! Text to [`Record`] (RFC 7208, sections 4.6.1, 7.1 and 12).

use std::ops::Range;

use super::record::{
    Directive, Macro, MacroString, Mechanism, Modifier, Piece, Prefixes, Qualifier, Record,
};

/// Why a record cannot be read, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{expected} expected at character {}", .position + 1)]
pub struct SyntaxError {
    /// Where in the record, in octets from 0.
    pub position: usize,
    /// What should stand there.
    pub expected: &'static str,
}

type Result<T> = std::result::Result<T, SyntaxError>;

/// The version, with which every record begins.
const VERSION: &str = "v=spf1";

/// Reads a record that begins with `v=spf1`.
///
/// # Errors
///
/// [`SyntaxError`] for the first term that breaks the grammar; the whole record is void then
/// (RFC 7208, section 4.6).
pub fn parse(text: &str) -> Result<Record> {
    let mut record = Record::default();
    let mut at = VERSION.len();
    let behind = text.get(at..).unwrap_or_default();
    if let Some(odd) = text.bytes().position(|byte| !matches!(byte, b' '..=b'~')) {
        // §3.1: the record is US-ASCII; §12: VCHAR and SP alone.
        return Err(wrong(odd, "a printable ASCII character"));
    }
    for word in behind.split(' ') {
        if !word.is_empty() {
            term(Words { text: word, at }, &mut record)?;
        }
        at += word.len() + 1;
    }
    Ok(record)
}

/// The text behind `exp=`'s domain: macros and spaces (RFC 7208, section 6.2).
///
/// # Errors
///
/// [`SyntaxError`] where a macro breaks the grammar.
pub fn parse_explanation(text: &str) -> Result<MacroString> {
    if let Some(odd) = text.bytes().position(|byte| !matches!(byte, b' '..=b'~')) {
        return Err(wrong(odd, "a printable ASCII character"));
    }
    macro_string(Words { text, at: 0 }, EXPLANATION_LETTERS)
}

/// A piece of the record and where it begins.
#[derive(Clone, Copy)]
struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    fn place(self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    fn end(self) -> usize {
        self.at + self.text.len()
    }

    fn from(self, index: usize) -> Self {
        Self {
            text: self.text.get(index..).unwrap_or_default(),
            at: self.at + index,
        }
    }

    fn until(self, index: usize) -> Self {
        Self {
            text: self.text.get(..index).unwrap_or_default(),
            at: self.at,
        }
    }
}

fn wrong(position: usize, expected: &'static str) -> SyntaxError {
    SyntaxError { position, expected }
}

fn term(word: Words<'_>, record: &mut Record) -> Result<()> {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let name_end = word.text.bytes().position(|byte| !is_name(byte));
    if let Some(equals) = name_end
        && word.text.as_bytes().get(equals) == Some(&b'=')
    {
        return modifier(word, equals, record);
    }
    record.directives.push(directive(word)?);
    Ok(())
}

/// §6: "Unrecognized modifiers MUST be ignored"; their macros must be sound all the same (§12).
fn modifier(word: Words<'_>, equals: usize, record: &mut Record) -> Result<()> {
    let name = word.until(equals).text;
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Err(wrong(word.at, "a name that begins with a letter"));
    }
    let value = word.from(equals + 1);
    let slot = if name.eq_ignore_ascii_case("redirect") {
        &mut record.redirect
    } else if name.eq_ignore_ascii_case("exp") {
        &mut record.explanation
    } else {
        return macro_string(value, EXPLANATION_LETTERS).map(drop);
    };
    if slot.is_some() {
        // §6: these two "MUST NOT appear in a record more than once each".
        return Err(wrong(word.at, "no second redirect= or exp="));
    }
    *slot = Some(Modifier {
        place: word.place(),
        domain: domain_spec(value)?,
    });
    Ok(())
}

fn directive(word: Words<'_>) -> Result<Directive> {
    let qualifier = match word.text.as_bytes().first() {
        Some(b'+') => Some(Qualifier::Pass),
        Some(b'-') => Some(Qualifier::Fail),
        Some(b'~') => Some(Qualifier::Softfail),
        Some(b'?') => Some(Qualifier::Neutral),
        _ => None,
    };
    let bare = word.from(usize::from(qualifier.is_some()));
    let name_end = bare.text.find([':', '/']).unwrap_or(bare.text.len());
    let (name, rest) = (bare.until(name_end), bare.from(name_end));
    Ok(Directive {
        place: word.place(),
        qualifier: qualifier.unwrap_or(Qualifier::Pass),
        mechanism: mechanism(name, rest)?,
    })
}

fn mechanism(name: Words<'_>, rest: Words<'_>) -> Result<Mechanism> {
    let is = |word: &str| name.text.eq_ignore_ascii_case(word);
    if is("all") {
        return match rest.text.is_empty() {
            true => Ok(Mechanism::All),
            false => Err(wrong(rest.at, "nothing behind all")),
        };
    }
    if is("include") {
        return Ok(Mechanism::Include(domain_spec(argument(rest)?)?));
    }
    if is("exists") {
        return Ok(Mechanism::Exists(domain_spec(argument(rest)?)?));
    }
    if is("a") || is("mx") {
        let (rest, prefixes) = prefixes(rest)?;
        let domain = optional_domain(rest)?;
        return Ok(match is("a") {
            true => Mechanism::A(domain, prefixes),
            false => Mechanism::Mx(domain, prefixes),
        });
    }
    if is("ptr") {
        return Ok(Mechanism::Ptr(optional_domain(rest)?));
    }
    if is("ip4") {
        let (network, length) = network(argument(rest)?, 32)?;
        let ip = network.text.parse();
        let ip = ip.map_err(|_| wrong(network.at, "an IPv4 address"))?;
        return Ok(Mechanism::Ip4(ip, length));
    }
    if is("ip6") {
        let (network, length) = network(argument(rest)?, 128)?;
        let ip = network.text.parse();
        let ip = ip.map_err(|_| wrong(network.at, "an IPv6 address"))?;
        return Ok(Mechanism::Ip6(ip, length));
    }
    Err(wrong(name.at, "a mechanism"))
}

/// What stands behind the colon.
fn argument(rest: Words<'_>) -> Result<Words<'_>> {
    match rest.text.starts_with(':') {
        true => Ok(rest.from(1)),
        false => Err(wrong(rest.at, "a colon and a value")),
    }
}

fn optional_domain(rest: Words<'_>) -> Result<Option<MacroString>> {
    match rest.text.is_empty() {
        true => Ok(None),
        false => domain_spec(argument(rest)?).map(Some),
    }
}

fn network(word: Words<'_>, most: u8) -> Result<(Words<'_>, u8)> {
    match word.text.find('/') {
        None => Ok((word, most)),
        Some(slash) => Ok((word.until(slash), length(word.from(slash + 1), most)?)),
    }
}

/// §5.6: no leading zeros, at most 32 or 128.
fn length(digits: Words<'_>, most: u8) -> Result<u8> {
    let plain = digits.text.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.text == "0" || !digits.text.starts_with('0'));
    digits
        .text
        .parse()
        .ok()
        .filter(|length| plain && *length <= most)
        .ok_or(wrong(digits.at, "a prefix length"))
}

/// `[ "/" ip4 ] [ "//" ip6 ]` at the end.
fn prefixes(rest: Words<'_>) -> Result<(Words<'_>, Prefixes)> {
    let mut prefixes = Prefixes { v4: 32, v6: 128 };
    // A slash may stand in the domain too: only digits and slashes at the end are lengths.
    let domain = rest
        .text
        .trim_end_matches(|c: char| c.is_ascii_digit() || c == '/');
    let behind = rest.text.get(domain.len()..).unwrap_or_default();
    let Some(slash) = behind.find('/') else {
        return Ok((rest, prefixes));
    };
    let slash = domain.len() + slash;
    let lengths = rest.from(slash + 1);
    // `/24`, `//64` or `/24//64`.
    let (v4, v6) = match lengths.text.find('/') {
        None => (Some(lengths), None),
        Some(0) => (None, Some(lengths.from(1))),
        Some(middle) => {
            let v6 = lengths.from(middle + 1);
            if !v6.text.starts_with('/') {
                return Err(wrong(v6.at, "a second slash"));
            }
            (Some(lengths.until(middle)), Some(v6.from(1)))
        }
    };
    if let Some(digits) = v4 {
        prefixes.v4 = length(digits, 32)?;
    }
    if let Some(digits) = v6 {
        prefixes.v6 = length(digits, 128)?;
    }
    Ok((rest.until(slash), prefixes))
}

/// The letters of macros that may stand in a domain (§7.2: `c`, `r` and `t` only in explanations).
const DOMAIN_LETTERS: &str = "slodiphv";

const EXPLANATION_LETTERS: &str = "slodiphvcrt";

/// §7.1: macros and text that end in `.toplabel` or a macro.
fn domain_spec(word: Words<'_>) -> Result<MacroString> {
    let domain = macro_string(word, DOMAIN_LETTERS)?;
    if domain.0.is_empty() {
        return Err(wrong(word.at, "a domain"));
    }
    let ends_in_macro = word.text.ends_with('}')
        || ["%%", "%_", "%-"]
            .iter()
            .any(|end| word.text.ends_with(end));
    let plain = word.text.strip_suffix('.').unwrap_or(word.text);
    let top = plain.rsplit_once('.').map(|(_, top)| top);
    match ends_in_macro || top.is_some_and(is_top_label) {
        true => Ok(domain),
        false => Err(wrong(
            word.end() - top.map_or(0, str::len),
            "a top-level label",
        )),
    }
}

/// §7.1: letters, digits and inner hyphens, not digits alone.
pub(super) fn is_top_label(label: &str) -> bool {
    let sound = label
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    sound
        && !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !label.bytes().all(|byte| byte.is_ascii_digit())
}

fn macro_string(word: Words<'_>, letters: &str) -> Result<MacroString> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = word;
    while let Some(percent) = rest.text.find('%') {
        literal.push_str(rest.until(percent).text);
        let behind = rest.from(percent + 1);
        let (length, plain) = match behind.text.as_bytes().first() {
            Some(b'%') => (1, "%"),
            Some(b'_') => (1, " "),
            Some(b'-') => (1, "%20"),
            Some(b'{') => {
                let close = behind.text.find('}');
                let close = close.ok_or(wrong(behind.end(), "a closing brace"))?;
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Macro(one_macro(
                    behind.until(close).from(1),
                    letters,
                )?));
                (close + 1, "")
            }
            _ => return Err(wrong(behind.at, "{, %, _ or -")),
        };
        literal.push_str(plain);
        rest = behind.from(length);
    }
    literal.push_str(rest.text);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(MacroString(pieces))
}

/// `letter [digits] ["r"] *delimiter`.
fn one_macro(word: Words<'_>, letters: &str) -> Result<Macro> {
    let first = word.text.chars().next().unwrap_or(' ');
    let letter = first.to_ascii_lowercase();
    if !letters.contains(letter) {
        return Err(wrong(word.at, "a macro letter"));
    }
    let rest = word.from(1);
    let digits = rest.text.bytes().take_while(u8::is_ascii_digit).count();
    let parts = match rest.until(digits).text {
        "" => 0,
        // More than 127 labels no name has.
        number => number.parse::<usize>().unwrap_or(usize::MAX),
    };
    if digits > 0 && parts == 0 {
        // §7.1: "a value of 0 is not allowed"
        return Err(wrong(rest.at, "a number above 0"));
    }
    let rest = rest.from(digits);
    let reversed = rest.text.starts_with(['r', 'R']);
    let delimiters = rest.from(usize::from(reversed));
    if let Some(odd) = delimiters.text.find(|c| !".-+,/_=".contains(c)) {
        return Err(wrong(delimiters.at + odd, "a delimiter"));
    }
    Ok(Macro {
        letter,
        escapes: first.is_ascii_uppercase(),
        parts,
        reversed,
        delimiters: delimiters.text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_that_keep_the_grammar_are_read() {
        for text in [
            "v=spf1",
            "v=spf1  a  mx -all ",
            "V=SPF1 +A:Firm.example/24//64 -ALL",
            "v=spf1 a:%{l/}.firm.example/24",
            "v=spf1 a//64 mx/0 ip4:192.0.2.0/24 ip6:2001:db8::/32",
            "v=spf1 exists:%{ir}.%{v}._spf.%{d2} redirect=%{d}",
            "v=spf1 include:a.example. exp=%{o}",
            "v=spf1 moo=%{c} ip4=192.0.2.1 x-y.z_1=",
            "v=spf1 a:%%.example a:x.%%",
        ] {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
        }
    }

    #[test]
    fn a_break_of_the_grammar_is_told_with_its_place() {
        let cases = [
            ("v=spf1 ip4:192.0.2.300 -all", 11, "an IPv4 address"),
            ("v=spf1 ip4:192.0.2.0/33", 21, "a prefix length"),
            ("v=spf1 ip4:192.0.2.0/024", 21, "a prefix length"),
            ("v=spf1 ip4", 10, "a colon and a value"),
            ("v=spf1 ipv4:192.0.2.1", 7, "a mechanism"),
            ("v=spf1 a -all.", 10, "a mechanism"),
            ("v=spf1 all:x", 10, "nothing behind all"),
            ("v=spf1 include:", 15, "a domain"),
            ("v=spf1 include:localhost", 24, "a top-level label"),
            ("v=spf1 a:192.0.2.1", 17, "a top-level label"),
            ("v=spf1 a:%{x}.example", 11, "a macro letter"),
            ("v=spf1 a:%{c}.example", 11, "a macro letter"),
            ("v=spf1 a:%{d0}.example", 12, "a number above 0"),
            ("v=spf1 a:%{d.example", 20, "a closing brace"),
            ("v=spf1 a:%{d*}.example", 12, "a delimiter"),
            ("v=spf1 a:%d.example", 10, "{, %, _ or -"),
            ("v=spf1 a/24/64", 12, "a second slash"),
            (
                "v=spf1 redirect=a.example redirect=b.example",
                26,
                "no second redirect= or exp=",
            ),
            ("v=spf1 -foo=x", 7, "a name that begins with a letter"),
            ("v=spf1 1x=y", 7, "a name that begins with a letter"),
            (
                "v=spf1 a:b\u{e4}.example",
                10,
                "a printable ASCII character",
            ),
            ("v=spf1 a\r\nmx", 8, "a printable ASCII character"),
        ];
        for (text, position, expected) in cases {
            assert_eq!(parse(text), Err(wrong(position, expected)), "{text}");
        }
    }
}
