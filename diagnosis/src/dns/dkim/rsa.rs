//! As much of DER (X.690) as a public key needs.

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT: u8 = 0x06;

/// 1.2.840.113549.1.1.1, rsaEncryption (RFC 8017, appendix C).
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// The length of the modulus of an RSA key: `SubjectPublicKeyInfo` (RFC 5280, section 4.1) or, as
/// RFC 6376 has it, `RSAPublicKey` (RFC 8017, appendix A.1.1) alone.
pub(crate) fn modulus_bits(der: &[u8]) -> Option<usize> {
    let (outer, _) = element(der, SEQUENCE)?;
    let key = match element(outer, SEQUENCE) {
        Some((algorithm, behind)) => {
            let (object, _) = element(algorithm, OBJECT)?;
            let (bits, _) = element(behind, BIT_STRING)?;
            let (key, _) = element(bits.get(1..)?, SEQUENCE)?;
            (object == RSA_ENCRYPTION).then_some(key)?
        }
        None => outer,
    };
    let (modulus, behind) = element(key, INTEGER)?;
    element(behind, INTEGER)?;
    let zeros = modulus.iter().take_while(|&&byte| byte == 0).count();
    let significant = modulus.get(zeros..)?;
    let first = significant.first()?;
    Some(significant.len() * 8 - usize::try_from(first.leading_zeros()).ok()?)
}

/// Whether it has the form of a private key, be it cut: a version, which no public key has, before
/// the algorithm (RFC 5958, section 2) or the numbers (RFC 8017, appendix A.1.2).
pub(super) fn is_private(der: &[u8]) -> bool {
    let version = length(der, SEQUENCE).and_then(|(_, inner)| inner.strip_prefix(&[INTEGER, 1]));
    matches!(version, Some([0 | 1, SEQUENCE | INTEGER, ..]))
}

/// Whether a key begins as one and is shorter than it says.
pub(super) fn is_cut(der: &[u8]) -> bool {
    length(der, SEQUENCE).is_some_and(|(length, rest)| rest.len() < length)
}

/// The content of the DER element at the beginning, and what stands behind it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (length, rest) = length(der, tag)?;
    rest.split_at_checked(length)
}

/// The length of the element at the beginning (X.690, section 8.1.3), and what stands behind it.
fn length(der: &[u8], tag: u8) -> Option<(usize, &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if found != tag {
        return None;
    }
    match first {
        0..=0x7f => Some((usize::from(first), rest)),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = bytes
                .iter()
                .fold(0, |sum, &byte| sum << 8 | usize::from(byte));
            Some((length, rest))
        }
        _ => None,
    }
}
