//! The piecewise map from positions in a text to the input.

use std::ops::Range;

use super::Span;

/// One stretch of text and where it came from.
///
/// A copy stands for its source byte for byte; any other piece stands as a whole for its source (a
/// decoded character, an encoded line), or for nothing (an empty source).
#[derive(Clone, Copy, Debug)]
struct Piece {
    at: usize,
    len: usize,
    source: Span,
    copy: bool,
}

impl Piece {
    /// The piece cut down to `range` of the text, which overlaps it.
    fn cut(&self, range: &Range<usize>) -> Self {
        let start = range.start.max(self.at);
        let end = range.end.min(self.at + self.len);
        let source = if self.copy {
            Span {
                start: self.source.start + (start - self.at),
                end: self.source.start + (end - self.at),
            }
        } else {
            self.source
        };
        Self {
            at: start,
            len: end - start,
            source,
            copy: self.copy,
        }
    }
}

/// Pieces in text order, without gaps.
#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    pieces: Vec<Piece>,
    len: usize,
}

impl Map {
    /// Adds text that is a copy of the input at `source`.
    pub(super) fn push(&mut self, source: Span) {
        self.add(source.end - source.start, source, true);
    }

    /// Adds `len` bytes of text that stand nowhere in the input.
    pub(super) fn push_invented(&mut self, len: usize) {
        self.add(len, Span { start: 0, end: 0 }, false);
    }

    /// Adds `len` bytes of text that stand, as a whole, for `range` of the text behind `map`.
    pub(super) fn push_replacement(&mut self, len: usize, map: &Self, range: Range<usize>) {
        let spans = map.spans(range);
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
            self.push_invented(len);
            return;
        };
        let source = Span {
            start: first.start,
            end: last.end.max(first.end),
        };
        self.add(len, source, false);
    }

    /// Adds another map's pieces behind this one's.
    pub(super) fn append(&mut self, other: &Self) {
        for piece in &other.pieces {
            self.add(piece.len, piece.source, piece.copy);
        }
    }

    fn add(&mut self, len: usize, source: Span, copy: bool) {
        if len == 0 {
            return;
        }
        let at = self.len;
        self.len += len;
        if let Some(last) = self.pieces.last_mut()
            && last.copy
            && copy
            && last.source.end == source.start
        {
            last.len += len;
            last.source.end = source.end;
            return;
        }
        self.pieces.push(Piece {
            at,
            len,
            source,
            copy,
        });
    }

    /// The map of the text at `range`.
    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        let mut part = Self::default();
        for piece in self.overlapping(&range) {
            let cut = piece.cut(&range);
            part.add(cut.len, cut.source, cut.copy);
        }
        part
    }

    /// The input behind `range`, neighbours merged, what stands nowhere left out.
    pub(super) fn spans(&self, range: Range<usize>) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for piece in self.overlapping(&range) {
            let source = piece.cut(&range).source;
            if source.start == source.end {
                continue;
            }
            match spans.last_mut() {
                Some(last) if source.start >= last.start && source.start <= last.end => {
                    last.end = last.end.max(source.end);
                }
                _ => spans.push(source),
            }
        }
        spans
    }

    fn overlapping<'a>(&'a self, range: &Range<usize>) -> impl Iterator<Item = &'a Piece> {
        let first = self
            .pieces
            .partition_point(|piece| piece.at + piece.len <= range.start);
        let end = range.end.max(range.start);
        self.pieces
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(move |piece| piece.at < end)
    }
}
