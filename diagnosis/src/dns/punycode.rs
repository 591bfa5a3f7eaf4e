//! Punycode (RFC 3492): a label in any script, written in the letters that DNS has.

/// What marks an A-label (RFC 5890, section 2.3.2.1).
const PREFIX: &str = "xn--";

// RFC 3492, section 5: the parameters of Punycode.
const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 128;

/// A whole name with each label in its A-label form: lower case, full-width letters and dots made
/// plain, what is invisible left out. `None` where a character stands in no name.
pub(super) fn to_ascii(word: &str) -> Option<String> {
    let mut plain = String::new();
    for c in word.chars().flat_map(char::to_lowercase) {
        match c {
            // The dots of ideographic scripts (RFC 3490, section 3.1).
            '。' | '．' | '｡' => plain.push('.'),
            // Soft hyphen, zero width space and joiner, byte order mark: they show nothing.
            '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => {}
            '！'..='～' => {
                plain.push(char::from_u32(u32::from(c) - 0xfee0)?.to_ascii_lowercase())
            }
            c if c.is_whitespace() || c.is_control() => return None,
            '\u{2000}'..='\u{206f}' | '\u{fff0}'..='\u{ffff}' => return None,
            c => plain.push(c),
        }
    }
    let labels: Option<Vec<String>> = plain.split('.').map(label_to_ascii).collect();
    Some(labels?.join("."))
}

fn label_to_ascii(label: &str) -> Option<String> {
    if label.is_ascii() {
        return Some(label.to_owned());
    }
    // RFC 1035, section 2.3.4: no label is longer than 63 octets, in whatever form.
    let fits = label.chars().take(64).count() < 64;
    let encoded = fits.then(|| encode(label)).flatten()?;
    Some(format!("{PREFIX}{encoded}"))
}

/// A whole name with each A-label in its own script; `None` where there is none to show.
pub(super) fn to_unicode(name: &str) -> Option<String> {
    if !name.contains(PREFIX) {
        return None;
    }
    let labels: Option<Vec<String>> = name.split('.').map(label_to_unicode).collect();
    labels.map(|labels| labels.join("."))
}

fn label_to_unicode(label: &str) -> Option<String> {
    match label.strip_prefix(PREFIX) {
        None => Some(label.to_owned()),
        // What decodes to something that would be written otherwise is no A-label.
        Some(rest) => decode(rest).filter(|own| to_ascii(own).as_deref() == Some(label)),
    }
}

/// RFC 3492, section 6.3.
fn encode(label: &str) -> Option<String> {
    let mut encoded: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(encoded.len()).ok()?;
    if basic > 0 {
        encoded.push('-');
    }
    let total = u32::try_from(label.chars().count()).ok()?;
    let (mut n, mut delta, mut bias, mut handled) = (INITIAL_N, 0_u32, INITIAL_BIAS, basic);
    while handled < total {
        let next = label.chars().map(u32::from).filter(|&c| c >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for c in label.chars().map(u32::from) {
            if c < n {
                delta = delta.checked_add(1)?;
            }
            if c == n {
                push_number(&mut encoded, delta, bias);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(encoded)
}

/// A number of variable length, as digits of rising weight.
fn push_number(encoded: &mut String, number: u32, bias: u32) {
    let mut rest = number;
    let mut k = BASE;
    loop {
        let t = threshold(k, bias);
        if rest < t {
            encoded.push(digit(rest));
            return;
        }
        encoded.push(digit(t + (rest - t) % (BASE - t)));
        rest = (rest - t) / (BASE - t);
        k += BASE;
    }
}

/// RFC 3492, section 6.2.
fn decode(encoded: &str) -> Option<String> {
    let (basic, digits) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut decoded: Vec<char> = basic.chars().collect();
    let (mut n, mut i, mut bias) = (INITIAL_N, 0_u32, INITIAL_BIAS);
    let mut digits = digits.bytes().peekable();
    while digits.peek().is_some() {
        let before = i;
        let (mut weight, mut k) = (1_u32, BASE);
        loop {
            let value = value(digits.next()?)?;
            i = i.checked_add(value.checked_mul(weight)?)?;
            let t = threshold(k, bias);
            if value < t {
                break;
            }
            weight = weight.checked_mul(BASE - t)?;
            k += BASE;
        }
        let length = u32::try_from(decoded.len()).ok()? + 1;
        bias = adapt(i - before, length, before == 0);
        n = n.checked_add(i / length)?;
        i %= length;
        decoded.insert(usize::try_from(i).ok()?, char::from_u32(n)?);
        i += 1;
    }
    Some(decoded.into_iter().collect())
}

fn threshold(k: u32, bias: u32) -> u32 {
    k.saturating_sub(bias).clamp(T_MIN, T_MAX)
}

/// RFC 3492, section 6.1.
fn adapt(delta: u32, length: u32, is_first: bool) -> u32 {
    let mut delta = delta / if is_first { DAMP } else { 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

/// 0 to 25 are letters, 26 to 35 digits.
fn digit(value: u32) -> char {
    let offset = if value < 26 { 97 } else { 22 };
    char::from_u32(value + offset).unwrap_or('-')
}

fn value(digit: u8) -> Option<u32> {
    match digit {
        b'a'..=b'z' => Some(u32::from(digit - b'a')),
        b'A'..=b'Z' => Some(u32::from(digit - b'A')),
        b'0'..=b'9' => Some(u32::from(digit - b'0') + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3492, section 7.1, and names of the kinds that are registered.
    const NAMES: &[&str] = &[
        "müller.example",
        "MÜLLER.Example",
        "bücher.de",
        "faß.de",
        "straße.example",
        "façade.fr",
        "español.com",
        "ação.com.br",
        "smörgåsbord.se",
        "łódź.pl",
        "čeština.cz",
        "ďábel.cz",
        "ελλάδα.gr",
        "βόλος.com",
        "почта.рф",
        "пример.испытание",
        "київ.укр",
        "пошта.бел",
        "דוגמה.ישראל",
        "مثال.السعودية",
        "例え.テスト",
        "例子.测试",
        "例子。測試",
        "他们为什么不说中文.cn",
        "なぜみんな日本語を話してくれないのか.jp",
        "세계의모든사람들이.kr",
        "उदाहरण.भारत",
        "ตัวอย่าง.ไทย",
        "வணக்கம்.com",
        "việtnam.vn",
        "ａｂｃ．ｃｏｍ",
        "mail.bücher.example.",
        "a\u{ad}na.exa\u{200b}mple",
        "xn--mller-kva.example",
        "plain.example",
        "3年b組金八先生.jp",
        "安室奈美恵-with-super-monkeys.jp",
        "そのスピードで.jp",
        "ひとつ屋根の下2.jp",
    ];

    #[test]
    fn names_are_written_as_the_standard_library_of_idna_writes_them() {
        for name in NAMES {
            let theirs = idna::domain_to_ascii(name).expect("a name");
            assert_eq!(to_ascii(name).as_deref(), Some(theirs.as_str()), "{name}");
            let (shown, sound) = idna::domain_to_unicode(&theirs);
            sound.expect("a name");
            let own = to_unicode(&theirs).unwrap_or_else(|| theirs.clone());
            assert_eq!(own, shown, "{name}");
        }
    }

    #[test]
    fn what_is_no_label_is_refused() {
        for wrong in ["a\u{2028}.example", "a b\u{a0}.example", "\u{fffd}.example"] {
            assert_eq!(to_ascii(wrong), None, "{wrong}");
        }
        assert_eq!(to_ascii(&"ü".repeat(64)), None);
        let broken = [
            "xn--",
            "xn--a",
            "xn--99999999999",
            "xn--ü",
            "xn---",
            "xn--\u{7f}-",
        ];
        for label in broken {
            let shown = label_to_unicode(label);
            assert!(shown.is_none_or(|own| own.is_empty()), "{label}");
        }
        assert_eq!(to_unicode("plain.example"), None);
    }

    #[test]
    fn any_label_comes_to_an_end_and_back() {
        let mut state = 1_u32;
        for _ in 0..2_000 {
            let label: String = (0..state % 30)
                .filter_map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    char::from_u32((state >> 8) % 0x11_0000)
                })
                .collect();
            state = state.wrapping_add(1);
            let encoded = encode(&label).expect("no overflow in a label");
            assert_eq!(decode(&encoded).as_deref(), Some(label.as_str()));
            let bytes: String = label
                .chars()
                .map(|c| char::from(u32::from(c) as u8 & 0x7f))
                .collect();
            decode(&bytes);
        }
    }
}
