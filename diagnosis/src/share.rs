//! The share link: a diagnosis, not a mail. `/r/<reason>#1.<base64url><check character>`.
//!
//! What goes in is what headline and checklist are made from: the masked facts, the judgements and
//! the findings with their one deciding record. The verdicts are stored, never computed again;
//! titles and steps come from the codes. Version 1 is read for ever.

use crate::{base64, case::Case, finding::Finding};

mod deflate;
mod inflate;
mod key;
mod mask;
mod wire;

/// The version that is written; its digit stands first in the fragment.
const VERSION: &str = "1";

/// A longer fragment than this no version of the page ever made.
const MAX_FRAGMENT: usize = 16_384;

/// What a link may inflate to at most.
const MAX_INFLATED: usize = 65_536;

/// What a link holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// The masked case, without places in a paste.
    pub case: Case,
    /// What DNS said then.
    pub findings: Vec<Finding>,
    /// When DNS was asked, in Unix seconds.
    pub looked_up: Option<i64>,
}

/// Why a link cannot be read. Each is one sentence for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// Not a share link at all.
    #[error("This link holds no diagnosis. Paste the bounce itself to get one.")]
    Empty,
    /// Made by a version that this one does not know.
    #[error(
        "This link was made by a newer version of this page. Load the page again, or ask for the bounce itself."
    )]
    NewerVersion,
    /// Cut off or changed on its way.
    #[error(
        "This link is damaged or was cut off on its way. Ask for it again, best as plain text."
    )]
    Damaged,
    /// Larger than any link that this page makes.
    #[error("This link is too long to be one of ours. Ask for it again, or for the bounce itself.")]
    TooLarge,
}

/// Writes path and fragment of a link.
#[must_use]
pub fn encode(case: &Case, findings: &[Finding], looked_up: Option<i64>) -> String {
    let reason = case
        .judgements
        .first()
        .map_or("undefined", |judgement| judgement.reason.as_str());
    let (case, findings) = mask::masked(case, findings);
    let body = wire::write(&case, &findings, looked_up);
    let packed = base64::encode(base64::URL_SAFE, &deflate::deflate(body.as_bytes()));
    let check = check_character(&packed);
    format!("/r/{reason}#{VERSION}.{packed}{check}")
}

/// Reads the fragment of a link, with or without its `#`.
///
/// # Errors
///
/// [`ShareError`] where it is none, damaged, too long, or of a newer version.
pub fn decode(fragment: &str) -> Result<Shared, ShareError> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    if fragment.is_empty() {
        return Err(ShareError::Empty);
    }
    if fragment.len() > MAX_FRAGMENT {
        return Err(ShareError::TooLarge);
    }
    let (version, body) = fragment.split_once('.').ok_or(ShareError::Damaged)?;
    if version != VERSION {
        let newer = version.parse::<u32>().is_ok_and(|version| version > 1);
        return Err(match newer {
            true => ShareError::NewerVersion,
            false => ShareError::Damaged,
        });
    }
    let packed = body
        .get(..body.len().saturating_sub(1))
        .ok_or(ShareError::Damaged)?;
    if !body.ends_with(check_character(packed)) {
        return Err(ShareError::Damaged);
    }
    let bytes = base64::decode(base64::URL_SAFE, packed).ok_or(ShareError::Damaged)?;
    wire::read(&inflate::inflate(&bytes, MAX_INFLATED)?)
}

/// A letter or digit at the end: mailers cut `-`, `_` and `.` off the end of a link, and a link that
/// was cut must show it. Position-weighted, so that swapped characters show too.
fn check_character(packed: &str) -> char {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let sum = packed.bytes().fold(7_u32, |sum, byte| {
        (sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 65_521
    });
    let at = usize::try_from(sum % 62).unwrap_or(0);
    ALPHABET.get(at).copied().map_or('0', char::from)
}

#[cfg(test)]
mod tests;
