//! Long stretches without a mark are shortened before they are shown.

use diagnosis::annotate::Segment;

/// How much is left on each side of what is left out.
const KEPT: usize = 2_000;

/// A stretch of the annotated paste, ready to be shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stretch {
    /// Text, marked or not.
    Text(Segment),
    /// Text that is not shown; how much.
    LeftOut(usize),
}

/// Shortens what stands between marks.
pub(crate) fn shorten(segments: Vec<Segment>) -> Vec<Stretch> {
    segments.into_iter().flat_map(shorten_one).collect()
}

fn shorten_one(segment: Segment) -> Vec<Stretch> {
    if segment.mark.is_some() || segment.text.len() <= 4 * KEPT {
        return vec![Stretch::Text(segment)];
    }
    let text = segment.text.as_str();
    let head_end = text.floor_char_boundary(KEPT);
    let tail_start = text.ceil_char_boundary(text.len() - KEPT);
    let piece = |text: Option<&str>| {
        Stretch::Text(Segment {
            text: text.unwrap_or_default().to_owned(),
            mark: None,
        })
    };
    vec![
        piece(text.get(..head_end)),
        Stretch::LeftOut(tail_start - head_end),
        piece(text.get(tail_start..)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnosis::annotate::Mark;

    #[test]
    fn only_long_unmarked_text_is_shortened() {
        let plain = Segment {
            text: "é".repeat(10_000),
            mark: None,
        };
        let marked = Segment {
            text: "x".repeat(10_000),
            mark: Some(Mark::Why),
        };
        let shown = shorten(vec![plain, marked.clone()]);
        assert_eq!(shown.len(), 4);
        assert_eq!(shown[1], Stretch::LeftOut(16_000));
        assert_eq!(shown[3], Stretch::Text(marked));
    }
}
