//! The browser's own tables of charsets.

use web_sys::TextDecoder;

/// Decodes bytes of the charset with that label; `None` where the browser does not know it.
pub(crate) fn decode(label: &str, bytes: &[u8]) -> Option<String> {
    TextDecoder::new_with_label(label)
        .ok()?
        .decode_with_u8_array(bytes)
        .ok()
}
