//! The key record as a value.

/// What a key record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// `k=`: which algorithm the key is for.
    pub key_type: KeyType,
    /// `p=`: the key.
    pub key: Key,
    /// `t=y`: the domain tries DKIM out; its signatures count as none.
    pub testing: bool,
    /// `t=s`: i= of a signature must have the very domain of d=.
    pub strict: bool,
    /// `s=`: whether the key is for mail.
    pub for_mail: bool,
    /// `h=`: whether signatures with SHA-256 are taken. SHA-1 must not be used any more (RFC 8301,
    /// section 3.1).
    pub sha256: bool,
}

impl KeyRecord {
    /// A record that says nothing else.
    pub(super) fn of(key: Key) -> Self {
        Self {
            key_type: KeyType::Rsa,
            key,
            testing: false,
            strict: false,
            for_mail: true,
            sha256: true,
        }
    }
}

/// The algorithm of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// RSA, which is meant where nothing is said.
    Rsa,
    /// Ed25519 (RFC 8463).
    Ed25519,
    /// A word that no standard has; verifiers ignore the key.
    Other(String),
}

impl KeyType {
    /// The word of the record.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
            Self::Other(word) => word,
        }
    }
}

/// What `p=` holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A key of so many bits.
    Bits(usize),
    /// Nothing: the key has been taken back.
    Revoked,
    /// What is no key.
    Broken(Breakage),
    /// A key of a type that is not known.
    Unread,
    /// The secret half of the pair, which must not be known to anybody.
    Private,
}

/// Why `p=` is no key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Breakage {
    /// A character that base64 does not have, at this place in the record.
    Base64 {
        /// In bytes from the beginning of the record.
        at: usize,
    },
    /// The end of the key is missing.
    Cut,
    /// A key in a wrapping that this type of key must not have: this is what belongs into `p=`
    /// (RFC 8463, section 4.2).
    Wrapped {
        /// The bare key in base64.
        bare: String,
    },
    /// The lines that stand around a key in a file.
    FileLines,
    /// It can be decoded, but is no key of this type.
    NoKey,
}
