//! DEFLATE undone (RFC 1951), with a bound on what comes out.

use super::ShareError;

/// The longest code, in bits.
const LONGEST: usize = 15;

/// The order in which a block gives the lengths of the codes for code lengths (section 3.2.7).
pub(super) const ORDER: [usize; 19] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/// The bytes; [`ShareError::TooLarge`] where they would be more than `most`.
pub(super) fn inflate(packed: &[u8], most: usize) -> Result<Vec<u8>, ShareError> {
    let mut stream = Stream {
        packed,
        bit: 0,
        bytes: Vec::new(),
        most,
    };
    loop {
        let is_last = stream.take(1)? == 1;
        match stream.take(2)? {
            0 => stream.stored()?,
            1 => {
                stream.block(&Code::new(&fixed_lengths()), &Code::new(&[5; 30]))?;
            }
            2 => {
                let (literals, distances) = stream.codes()?;
                stream.block(&literals, &distances)?;
            }
            _ => return Err(ShareError::Damaged),
        }
        if is_last {
            return Ok(stream.bytes);
        }
    }
}

/// The lengths of the codes for literals and lengths, in a block that brings none (section 3.2.6).
pub(super) fn fixed_lengths() -> Vec<usize> {
    [(8, 144), (9, 112), (7, 24), (8, 8)]
        .into_iter()
        .flat_map(|(length, count)| std::iter::repeat_n(length, count))
        .collect()
}

/// A canonical Huffman code (section 3.2.2).
struct Code {
    /// How many symbols have a code of so many bits.
    counts: [usize; LONGEST + 1],
    /// The symbols by the length of their codes.
    symbols: Vec<usize>,
}

impl Code {
    fn new(lengths: &[usize]) -> Self {
        let of = |length| {
            let symbols = lengths.iter().enumerate();
            symbols.filter(move |(_, own)| **own == length)
        };
        let mut symbols = Vec::new();
        let counts = std::array::from_fn(|length| {
            let before = symbols.len();
            if length > 0 {
                symbols.extend(of(length).map(|(symbol, _)| symbol));
            }
            symbols.len() - before
        });
        Self { counts, symbols }
    }
}

struct Stream<'a> {
    packed: &'a [u8],
    /// How many bits are taken.
    bit: usize,
    bytes: Vec<u8>,
    most: usize,
}

impl Stream<'_> {
    /// The next bits, the first as the lowest.
    fn take(&mut self, count: usize) -> Result<usize, ShareError> {
        let mut value = 0;
        for place in 0..count {
            let byte = self.packed.get(self.bit / 8).ok_or(ShareError::Damaged)?;
            value |= usize::from(byte >> (self.bit % 8) & 1) << place;
            self.bit += 1;
        }
        Ok(value)
    }

    fn symbol(&mut self, code: &Code) -> Result<usize, ShareError> {
        // What the bits so far are more than the first code of their length.
        let mut above = 0;
        let mut shorter = 0;
        for count in code.counts.into_iter().skip(1) {
            above = above << 1 | self.take(1)?;
            if above < count {
                let symbol = code.symbols.get(shorter + above).copied();
                return symbol.ok_or(ShareError::Damaged);
            }
            above -= count;
            shorter += count;
        }
        Err(ShareError::Damaged)
    }

    fn put(&mut self, byte: u8) -> Result<(), ShareError> {
        if self.bytes.len() >= self.most {
            return Err(ShareError::TooLarge);
        }
        self.bytes.push(byte);
        Ok(())
    }

    /// A block that is not packed (section 3.2.4).
    fn stored(&mut self) -> Result<(), ShareError> {
        self.bit = self.bit.next_multiple_of(8);
        let length = self.take(16)?;
        if self.take(16)? != length ^ 0xffff {
            return Err(ShareError::Damaged);
        }
        for _ in 0..length {
            let byte = self.take(8)?.to_le_bytes()[0];
            self.put(byte)?;
        }
        Ok(())
    }

    /// The codes that a block brings (section 3.2.7).
    fn codes(&mut self) -> Result<(Code, Code), ShareError> {
        let literals = self.take(5)? + 257;
        let all = literals + self.take(5)? + 1;
        let given = self.take(4)? + 4;
        let mut lengths = [0; ORDER.len()];
        for place in ORDER.into_iter().take(given) {
            let length = self.take(3)?;
            if let Some(known) = lengths.get_mut(place) {
                *known = length;
            }
        }
        let code = Code::new(&lengths);
        let mut lengths = Vec::new();
        while lengths.len() < all {
            let (length, count) = match self.symbol(&code)? {
                16 => {
                    let last = lengths.last().copied().ok_or(ShareError::Damaged)?;
                    (last, self.take(2)? + 3)
                }
                17 => (0, self.take(3)? + 3),
                18 => (0, self.take(7)? + 11),
                length => (length, 1),
            };
            lengths.extend(std::iter::repeat_n(length, count));
        }
        let both = lengths
            .get(..all)
            .and_then(|lengths| lengths.split_at_checked(literals));
        let (literals, distances) = both.ok_or(ShareError::Damaged)?;
        Ok((Code::new(literals), Code::new(distances)))
    }

    /// Literals and copies up to the end of a block.
    fn block(&mut self, literals: &Code, distances: &Code) -> Result<(), ShareError> {
        loop {
            let length = match self.symbol(literals)? {
                literal @ ..256 => {
                    self.put(literal.to_le_bytes()[0])?;
                    continue;
                }
                256 => return Ok(()),
                285 => 258,
                length @ ..285 => 3 + self.value(length - 257, 4)?,
                _ => return Err(ShareError::Damaged),
            };
            let distance = match self.symbol(distances)? {
                distance @ ..30 => 1 + self.value(distance, 2)?,
                _ => return Err(ShareError::Damaged),
            };
            for _ in 0..length {
                let from = self.bytes.len().checked_sub(distance);
                let byte = from.and_then(|from| self.bytes.get(from)).copied();
                self.put(byte.ok_or(ShareError::Damaged)?)?;
            }
        }
    }

    /// A length or a distance (section 3.2.5): so many symbols for each power of two, and the bits
    /// between them.
    fn value(&mut self, symbol: usize, steps: usize) -> Result<usize, ShareError> {
        if symbol < steps {
            return Ok(symbol);
        }
        let bits = symbol / steps - 1;
        Ok(((steps + symbol % steps) << bits) + self.take(bits)?)
    }
}

/// For tests: words, runs, and bytes that do not shrink.
#[cfg(test)]
pub(super) fn samples() -> Vec<Vec<u8>> {
    let mut seed = 1_u32;
    let noise: Vec<u8> = (0..70_000)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_be_bytes()[0]
        })
        .collect();
    let words: Vec<u8> = noise
        .iter()
        .map(|byte| b"mail. "[usize::from(byte % 6)])
        .collect();
    vec![
        Vec::new(),
        b"550".to_vec(),
        vec![b'x'; 60_000],
        words,
        noise,
    ]
}

#[cfg(test)]
mod tests {
    use miniz_oxide::deflate::compress_to_vec;

    use super::*;

    #[test]
    fn what_the_library_packs_comes_out_again() {
        for bytes in samples() {
            for level in [0, 1, 6, 9] {
                let packed = compress_to_vec(&bytes, level);
                assert!(
                    inflate(&packed, bytes.len()) == Ok(bytes.clone()),
                    "{level}"
                );
                if let Some(most) = bytes.len().checked_sub(1) {
                    assert!(
                        inflate(&packed, most) == Err(ShareError::TooLarge),
                        "{level}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_cut_or_changed_is_no_panic() {
        let packed = compress_to_vec(&samples()[3][..400], 9);
        for end in 0..packed.len() {
            assert_eq!(inflate(&packed[..end], 65_536), Err(ShareError::Damaged));
        }
        for bit in 0..packed.len() * 8 {
            let mut changed = packed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            // Some changes only change what comes out.
            let length = inflate(&changed, 65_536).map_or(0, |bytes| bytes.len());
            assert!(length <= 65_536);
        }
        assert_eq!(inflate(&[6], 1), Err(ShareError::Damaged));
        assert_eq!(inflate(&[1, 1, 0, 0, 0, 7], 1), Err(ShareError::Damaged));
    }
}
