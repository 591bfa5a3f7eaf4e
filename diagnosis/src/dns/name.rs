use std::{borrow::Cow, fmt, net::IpAddr, str::FromStr};

use super::punycode;

/// A domain name: lower case, no trailing dot, at most 253 octets in labels of 1 to 63 (RFC 1035,
/// section 2.3.4). An internationalised name is taken in its A-label form (RFC 5890, section
/// 2.3.2.1), whichever form it was written in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a word is no domain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// A label is empty or longer than 63 octets, or the name is longer than 253.
    #[error("a label is empty or longer than 63 octets, or the name is longer than 253")]
    Length,
    /// A character that no host or service name has.
    #[error("a character other than letters, digits, hyphen and underscore")]
    Character,
}

impl Name {
    /// The name as it is asked for.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An internationalised name in its own script; `None` for one that has no other form.
    #[must_use]
    pub fn in_own_script(&self) -> Option<String> {
        punycode::to_unicode(&self.0)
    }

    /// A name of any printable ASCII octets, as the macros of an SPF record can make it (RFC 7208,
    /// section 7.3: "underscores, spaces, … any octet").
    ///
    /// # Errors
    ///
    /// [`NameError`] where a label is empty or too long, or an octet is not printable.
    pub fn lenient(word: &str) -> Result<Self, NameError> {
        Self::read(word, |b| matches!(b, b' '..=b'~'))
    }

    /// Presentation form for a question: what would not stand for itself there is written as `\DDD`
    /// (RFC 1035, section 5.1).
    #[must_use]
    pub fn escaped(&self) -> Cow<'_, str> {
        let stands = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
        if self.0.bytes().all(stands) {
            return Cow::Borrowed(&self.0);
        }
        let mut escaped = String::new();
        for byte in self.0.bytes() {
            match stands(byte) {
                true => escaped.push(char::from(byte)),
                false => escaped.push_str(&format!("\\{byte:03}")),
            }
        }
        Cow::Owned(escaped)
    }

    fn read(word: &str, allowed: impl Fn(u8) -> bool) -> Result<Self, NameError> {
        let plain = word.strip_suffix('.').unwrap_or(word).to_ascii_lowercase();
        let sound = plain
            .split('.')
            .all(|label| (1..=63).contains(&label.len()));
        if !sound || plain.len() > 253 {
            return Err(NameError::Length);
        }
        if !plain.bytes().all(allowed) {
            return Err(NameError::Character);
        }
        Ok(Self(plain))
    }

    /// The name with `label` (or several, with dots) before it, if that is still a name.
    #[must_use]
    pub fn below(&self, label: &str) -> Option<Self> {
        format!("{label}.{self}").parse().ok()
    }

    /// The name without its first label; `None` for a top-level domain.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0
            .split_once('.')
            .map(|(_, parent)| Self(parent.to_owned()))
    }

    /// Whether this is `other` or stands below it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self == other
            || self
                .0
                .strip_suffix(&other.0)
                .is_some_and(|rest| rest.ends_with('.'))
    }

    /// The name under in-addr.arpa or ip6.arpa that stands for an address (RFC 1035, section 3.5;
    /// RFC 3596, section 2.5).
    #[must_use]
    pub fn reverse(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => {
                let [a, b, c, d] = ip.octets();
                Self(format!("{d}.{c}.{b}.{a}.in-addr.arpa"))
            }
            IpAddr::V6(ip) => {
                let nibbles: Vec<String> = ip
                    .octets()
                    .iter()
                    .rev()
                    .map(|octet| format!("{:x}.{:x}", octet & 15, octet >> 4))
                    .collect();
                Self(format!("{}.ip6.arpa", nibbles.join(".")))
            }
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(word: &str) -> Result<Self, NameError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
        match word.is_ascii() {
            true => Self::read(word, allowed),
            false => Self::read(
                &punycode::to_ascii(word).ok_or(NameError::Character)?,
                allowed,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_without_a_trailing_dot() {
        let name: Name = "Mail.Firm.Example.".parse().expect("a name");
        assert_eq!(name.as_str(), "mail.firm.example");
        assert_eq!(name.parent().expect("parent").as_str(), "firm.example");
        for wrong in ["", ".", "a..b", "a b", "é b.example", &"a".repeat(64)] {
            assert!(wrong.parse::<Name>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn internationalised_names_have_two_forms() {
        let name: Name = "Post.MÜLLER。example".parse().expect("a name");
        assert_eq!(name.as_str(), "post.xn--mller-kva.example");
        assert_eq!(name.in_own_script().as_deref(), Some("post.müller.example"));
        let plain: Name = "firm.example".parse().expect("a name");
        assert_eq!(plain.in_own_script(), None);
    }

    #[test]
    fn addresses_have_reverse_names() {
        let v4 = Name::reverse("203.0.113.25".parse().expect("an address"));
        assert_eq!(v4.as_str(), "25.113.0.203.in-addr.arpa");
        let v6 = Name::reverse("2001:db8::25".parse().expect("an address"));
        assert!(v6.as_str().starts_with("5.2.0.0.0."));
        assert!(v6.as_str().ends_with("8.b.d.0.1.0.0.2.ip6.arpa"));
    }

    #[test]
    fn what_does_not_stand_for_itself_is_escaped() {
        let name = Name::lenient("a b=%c.Firm.example").expect("a name");
        assert_eq!(name.as_str(), "a b=%c.firm.example");
        assert_eq!(name.escaped(), r"a\032b\061\037c.firm.example");
        assert!(Name::lenient("é.example").is_err());
        assert!(Name::lenient("a\nb.example").is_err());
    }

    #[test]
    fn within_counts_labels() {
        let name = |word: &str| word.parse::<Name>().expect("a name");
        assert!(name("mx.firm.example").is_within(&name("firm.example")));
        assert!(!name("mxfirm.example").is_within(&name("firm.example")));
    }
}
