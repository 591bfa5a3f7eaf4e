//! DEFLATE (RFC 1951), by the choices of `miniz_oxide` at level 9, which packed the first links: the
//! same report keeps its link.

use super::inflate::{ORDER, fixed_lengths};
use crate::sort::sort_by;

/// A copy is at least and at most so long.
const SHORTEST: usize = 3;
const LONGEST: usize = 258;

/// A copy from further back is none.
const WINDOW: usize = 32_768;

/// How many earlier places are tried for a copy.
const TRIES: usize = 768;

/// A copy so long is taken at once, without a look at the next place.
const LONG: usize = 128;

/// One literal, or a copy of so many bytes from so far back.
#[derive(Clone, Copy)]
enum Token {
    Literal(u8),
    Copy { length: usize, distance: usize },
}

pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Bits::default();
    out.put(1, 1);
    if bytes.len() < 48 {
        out.put(1, 2);
        let (literals, distances) = fixed();
        block(&mut out, &tokens(bytes), &literals, &distances);
    } else {
        dynamic(&mut out, &tokens(bytes));
    }
    if (33..=0xffff).contains(&bytes.len()) && out.whole() + 1 >= bytes.len() {
        return stored(bytes);
    }
    out.bytes
}

/// A block that is not packed (section 3.2.4), where packing makes it no shorter.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = Bits::default();
    out.put(1, 8);
    out.put(bytes.len(), 16);
    out.put(bytes.len() ^ 0xffff, 16);
    out.bytes.extend(bytes);
    out.bytes
}

/// The earlier places of the same three bytes, the last first.
struct Places {
    last: Vec<usize>,
    before: Vec<usize>,
}

impl Places {
    fn new(bytes: &[u8]) -> Self {
        let mut places = Self {
            last: vec![0; 1 << 15],
            before: Vec::with_capacity(bytes.len()),
        };
        for (place, three) in bytes.windows(SHORTEST).enumerate() {
            let hash = three
                .iter()
                .fold(0, |hash, byte| hash << 5 ^ usize::from(*byte));
            // Place 0 stands for none.
            if let Some(last) = places.last.get_mut(hash & 0x7fff) {
                places.before.push(std::mem::replace(last, place));
            }
        }
        places
    }

    /// The nearest of the longest copies that are longer than `known`.
    fn longest(&self, bytes: &[u8], place: usize, known: usize) -> Option<(usize, usize)> {
        let here = bytes.get(place..)?;
        let most = here.len().min(LONGEST);
        let mut found = None;
        let mut longest = known;
        let mut from = place;
        let tries = if known < 32 { TRIES } else { TRIES / 4 };
        for _ in 0..tries {
            from = self.before.get(from).copied().unwrap_or(0);
            if from == 0 || place - from > WINDOW - LONGEST || longest >= most {
                break;
            }
            let there = bytes.get(from..).unwrap_or_default();
            let same = here.iter().zip(there).take(most);
            let length = same.take_while(|(a, b)| a == b).count();
            if length > longest {
                longest = length;
                found = Some((length, place - from));
            }
        }
        found.filter(|&(length, distance)| length > SHORTEST || distance < 8 * 1024)
    }
}

/// The bytes as literals and copies. A copy waits for the next place, which may have a longer one.
fn tokens(bytes: &[u8]) -> Vec<Token> {
    let places = Places::new(bytes);
    let mut tokens = Vec::new();
    let mut waiting: Option<(usize, usize)> = None;
    let mut place = 0;
    while let Some(&byte) = bytes.get(place) {
        let known = waiting.map_or(SHORTEST - 1, |(length, _)| length);
        let found = places.longest(bytes, place, known);
        let before = place.checked_sub(1).and_then(|before| bytes.get(before));
        match (waiting.take(), found) {
            (Some((length, distance)), None) => {
                tokens.push(Token::Copy { length, distance });
                place += length - 1;
                continue;
            }
            (Some(_), Some(_)) => tokens.extend(before.copied().map(Token::Literal)),
            (None, None) => tokens.push(Token::Literal(byte)),
            (None, Some(_)) => {}
        }
        match found {
            Some((length, distance)) if length >= LONG => {
                tokens.push(Token::Copy { length, distance });
                place += length;
            }
            found => {
                waiting = found;
                place += 1;
            }
        }
    }
    tokens
}

/// A length less 3, or a distance less 1, as its symbol and the bits behind that (section 3.2.5).
fn symbol(value: usize, steps: usize) -> (usize, usize, usize) {
    let mut bits = 0;
    while value >> bits >= 2 * steps {
        bits += 1;
    }
    (
        steps * bits + (value >> bits),
        value & ((1 << bits) - 1),
        bits,
    )
}

fn length_symbol(length: usize) -> (usize, usize, usize) {
    match length {
        LONGEST => (285, 0, 0),
        _ => {
            let (symbol, rest, bits) = symbol(length - SHORTEST, 4);
            (257 + symbol, rest, bits)
        }
    }
}

/// A Huffman code: for each symbol its bits, turned round, and how many there are.
struct Code(Vec<(usize, usize)>);

impl Code {
    /// The canonical code of these lengths (section 3.2.2).
    fn new(lengths: &[usize]) -> Self {
        let mut codes = vec![(0, 0); lengths.len()];
        let mut next = 0_usize;
        for length in 1..=15 {
            next <<= 1;
            for (code, _) in codes
                .iter_mut()
                .zip(lengths)
                .filter(|(_, own)| **own == length)
            {
                *code = (
                    next.reverse_bits() >> (usize::BITS as usize - length),
                    length,
                );
                next += 1;
            }
        }
        Self(codes)
    }

    fn put(&self, out: &mut Bits, symbol: usize) {
        let (bits, length) = self.0.get(symbol).copied().unwrap_or_default();
        out.put(bits, length);
    }
}

/// The lengths of a code for symbols that occur so often, none over `most`.
fn lengths(counts: &[usize], most: usize) -> Vec<usize> {
    let mut used: Vec<usize> = (0..counts.len())
        .filter(|&symbol| counts.get(symbol).is_some_and(|&count| count > 0))
        .collect();
    sort_by(&mut used, |&one, &other| {
        counts.get(one).cmp(&counts.get(other))
    });
    let mut of_length = depths(
        used.iter()
            .map(|&symbol| counts.get(symbol).copied().unwrap_or(0)),
    );
    limit(&mut of_length, most);
    let mut lengths = vec![0; counts.len()];
    let mut rarest_last = used.into_iter().rev();
    for (length, count) in of_length.into_iter().enumerate() {
        for symbol in rarest_last.by_ref().take(count) {
            if let Some(own) = lengths.get_mut(symbol) {
                *own = length;
            }
        }
    }
    lengths
}

/// Two leaves or joints of the tree together.
struct Joint {
    weight: usize,
    leaves: usize,
    /// The joint above; the topmost is its own.
    parent: usize,
}

/// How many leaves of Huffman's tree lie how deep; the weights come in rising order.
fn depths(weights: impl ExactSizeIterator<Item = usize>) -> Vec<usize> {
    let count = weights.len();
    if count == 1 {
        return vec![0, 1];
    }
    let mut weights = weights.peekable();
    let mut joints: Vec<Joint> = Vec::new();
    let mut open = 0;
    for own in 1..count {
        let mut joint = Joint {
            weight: 0,
            leaves: 0,
            parent: own - 1,
        };
        for _ in 0..2 {
            let lightest = joints.get(open).map_or(usize::MAX, |joint| joint.weight);
            if let Some(leaf) = weights.next_if(|&leaf| leaf <= lightest) {
                joint.weight += leaf;
                joint.leaves += 1;
            } else if let Some(below) = joints.get_mut(open) {
                joint.weight += below.weight;
                below.parent = own - 1;
                open += 1;
            }
        }
        joints.push(joint);
    }
    let mut depths = vec![0; count];
    let mut leaves = vec![0; count + 1];
    for (own, joint) in joints.iter().enumerate().rev() {
        let above = depths.get(joint.parent).copied().unwrap_or(0);
        if let Some(depth) = depths.get_mut(own) {
            *depth = above + 1;
        }
        if let Some(deep) = leaves.get_mut(above + 1) {
            *deep += joint.leaves;
        }
    }
    leaves
}

/// Lengths over `most` become shorter; others become longer for them.
fn limit(of_length: &mut Vec<usize>, most: usize) {
    let too_long: usize = of_length.iter().skip(most + 1).sum();
    of_length.resize(most + 1, 0);
    if let Some(last) = of_length.last_mut() {
        *last += too_long;
    }
    let taken = |(length, count): (usize, &usize)| count << (most - length);
    let taken: usize = of_length.iter().enumerate().skip(1).map(taken).sum();
    for _ in 1 << most..taken {
        let shorter = (1..most)
            .rev()
            .find(|&length| of_length.get(length).is_some_and(|&count| count > 0));
        let Some(shorter) = shorter else { return };
        for (length, count) in of_length.iter_mut().enumerate() {
            *count -= usize::from(length == most) + usize::from(length == shorter);
            *count += 2 * usize::from(length == shorter + 1);
        }
    }
}

/// The codes of a block that brings none (section 3.2.6).
fn fixed() -> (Code, Code) {
    (Code::new(&fixed_lengths()), Code::new(&[5; 30]))
}

/// A block with its own codes (section 3.2.7).
fn dynamic(out: &mut Bits, tokens: &[Token]) {
    let mut literals = [0; 286];
    let mut distances = [0; 30];
    let mut count = |literal: usize, distance: Option<usize>| {
        if let Some(count) = literals.get_mut(literal) {
            *count += 1;
        }
        if let Some(count) = distance.and_then(|distance| distances.get_mut(distance)) {
            *count += 1;
        }
    };
    count(256, None);
    for token in tokens {
        match *token {
            Token::Literal(byte) => count(usize::from(byte), None),
            Token::Copy { length, distance } => {
                count(length_symbol(length).0, Some(symbol(distance - 1, 2).0));
            }
        }
    }
    let literals = without_end(lengths(&literals, 15), 257);
    let distances = without_end(lengths(&distances, 15), 1);
    out.put(2, 2);
    out.put(literals.len() - 257, 5);
    out.put(distances.len() - 1, 5);
    put_lengths(out, &[literals.as_slice(), &distances].concat());
    block(out, tokens, &Code::new(&literals), &Code::new(&distances));
}

/// The lengths without the zeros at the end, but at least so many.
fn without_end(mut lengths: Vec<usize>, least: usize) -> Vec<usize> {
    while lengths.len() > least && lengths.last() == Some(&0) {
        lengths.pop();
    }
    lengths
}

/// The lengths of codes, themselves packed: 16 repeats the last, 17 and 18 are zeros.
fn put_lengths(out: &mut Bits, lengths: &[usize]) {
    let mut packed: Vec<(usize, usize, usize)> = Vec::new();
    for run in lengths.chunk_by(|a, b| a == b) {
        let length = run.first().copied().unwrap_or(0);
        let mut left = run.len();
        if length > 0 {
            packed.push((length, 0, 0));
            left -= 1;
        }
        while left > 0 {
            let taken = left.min(if length > 0 { 6 } else { 138 });
            match (length, taken) {
                (_, ..3) => packed.extend(std::iter::repeat_n((length, 0, 0), taken)),
                (0, ..11) => packed.push((17, taken - 3, 3)),
                (0, _) => packed.push((18, taken - 11, 7)),
                _ => packed.push((16, taken - 3, 2)),
            }
            left -= taken;
        }
    }
    let mut counts = [0; ORDER.len()];
    for (symbol, _, _) in &packed {
        if let Some(count) = counts.get_mut(*symbol) {
            *count += 1;
        }
    }
    let own = self::lengths(&counts, 7);
    let ordered = ORDER.iter().filter_map(|&symbol| own.get(symbol).copied());
    let ordered = without_end(ordered.collect(), 4);
    out.put(ordered.len() - 4, 4);
    for length in ordered {
        out.put(length, 3);
    }
    let code = Code::new(&own);
    for (symbol, rest, bits) in packed {
        code.put(out, symbol);
        out.put(rest, bits);
    }
}

fn block(out: &mut Bits, tokens: &[Token], literals: &Code, distances: &Code) {
    for token in tokens {
        match *token {
            Token::Literal(byte) => literals.put(out, usize::from(byte)),
            Token::Copy { length, distance } => {
                let (length, rest, bits) = length_symbol(length);
                literals.put(out, length);
                out.put(rest, bits);
                let (distance, rest, bits) = symbol(distance - 1, 2);
                distances.put(out, distance);
                out.put(rest, bits);
            }
        }
    }
    literals.put(out, 256);
}

/// Bits as they are written, the lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn put(&mut self, bits: usize, count: usize) {
        for place in 0..count {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= u8::from(bits >> place & 1 == 1) << (self.count % 8);
            }
            self.count += 1;
        }
    }

    /// How many bytes are full.
    fn whole(&self) -> usize {
        self.count / 8
    }
}

#[cfg(test)]
mod tests {
    use miniz_oxide::deflate::compress_to_vec;

    use super::*;
    use crate::share::inflate::{inflate, samples};

    /// Every beginning of a text like a link's, and what packs badly or very well.
    #[test]
    fn what_is_packed_is_what_the_library_packs() {
        let text = include_str!("deflate.rs").as_bytes();
        let beginnings = (0..1500)
            .chain([4000, 8000])
            .map(|end| text[..end].to_vec());
        let short = samples()
            .into_iter()
            .map(|sample| sample[..sample.len().min(9000)].to_vec());
        for bytes in beginnings.chain(short) {
            assert!(
                deflate(&bytes) == compress_to_vec(&bytes, 9),
                "{}",
                bytes.len()
            );
        }
    }

    #[test]
    fn what_is_packed_comes_out_again() {
        for bytes in samples() {
            assert!(inflate(&deflate(&bytes), bytes.len()) == Ok(bytes));
        }
    }
}
