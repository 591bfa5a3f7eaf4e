//! The DKIM key record (RFC 6376, section 3.6.1, with RFC 8301 and RFC 8463).

mod parse;
mod record;
mod rsa;
mod slips;

pub use parse::parse;
pub use record::{Breakage, Key, KeyRecord, KeyType};
pub(crate) use rsa::modulus_bits;
pub use slips::mended;

use super::{Fault, FaultKind, tag_list};

/// Whether a text at a selector is a key record, be it a broken one. Anything else there, as a
/// wildcard or an SPF record, is as good as nothing.
#[must_use]
pub fn is_key_record(text: &str) -> bool {
    if slips::is_bare_key(text) {
        return true;
    }
    // What was quoted twice is still meant as one.
    let plain = text.trim_start_matches(['"', '\\', '\'', ' ', '(']);
    let (tags, _) = tag_list(plain);
    let first = tags.first();
    match first.filter(|tag| tag.name.eq_ignore_ascii_case("v")) {
        // RFC 6376, section 3.6.1: "Records beginning with a "v=" tag with any other value MUST be
        // discarded"; what only looks like another is a slip.
        Some(version) => version
            .value
            .get(..4)
            .is_some_and(|begins| begins.eq_ignore_ascii_case("DKIM")),
        None => tags.iter().any(|tag| tag.name == "p"),
    }
}

/// A record that is right but for its form.
fn fault(kind: FaultKind, at: usize) -> Fault {
    Fault { kind, at }
}
