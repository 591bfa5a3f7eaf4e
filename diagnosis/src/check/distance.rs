//! How far two words are apart, as fingers slip: a letter missed, doubled, changed, or two swapped.

/// The distance of Damerau and Levenshtein (each letter moved at most once), up to `limit`; `None`
/// beyond it.
pub(super) fn distance(one: &str, other: &str, limit: usize) -> Option<usize> {
    let one: Vec<char> = one.chars().take(MOST + 1).collect();
    let other: Vec<char> = other.chars().take(MOST + 1).collect();
    if one.len().abs_diff(other.len()) > limit || one.len().max(other.len()) > MOST {
        return None;
    }
    // Three rows of the table are enough: the one before the last is for letters that are swapped.
    let mut last: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    let mut before = None;
    for &a in &one {
        let above = std::mem::replace(&mut last, std::mem::take(&mut row));
        row.push(last.first().map_or(0, |first| first + 1));
        let mut left = None;
        for (at, &b) in other.iter().enumerate() {
            let get = |of: &[usize], place: usize| of.get(place).copied().unwrap_or(MOST);
            let changed = get(&last, at) + usize::from(a != b);
            let missed = get(&last, at + 1).min(get(&row, at)) + 1;
            let mut least = changed.min(missed);
            if before == Some(b) && left == Some(a) && a != b {
                least = least.min(get(&above, at.saturating_sub(1)) + 1);
            }
            row.push(least);
            left = Some(b);
        }
        if row.iter().all(|value| *value > limit) {
            return None;
        }
        before = Some(a);
    }
    row.last().copied().filter(|value| *value <= limit)
}

/// Longer words nobody mistypes by one letter and has noticed.
const MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_are_one_apart() {
        let cases = [
            ("gmail.com", "gmail.com", Some(0)),
            ("gmial.com", "gmail.com", Some(1)),
            ("gmal.com", "gmail.com", Some(1)),
            ("gmaill.com", "gmail.com", Some(1)),
            ("gnail.com", "gmail.com", Some(1)),
            ("gmail.cmo", "gmail.com", Some(1)),
            ("agmial.com", "gmail.com", Some(2)),
            ("hotmial.con", "hotmail.com", Some(2)),
            ("yahoo.com", "gmail.com", None),
            ("", "", Some(0)),
            ("", "ab", Some(2)),
            ("ab", "", Some(2)),
            ("ab", "ba", Some(1)),
            ("müller", "muller", Some(1)),
        ];
        for (one, other, expected) in cases {
            assert_eq!(distance(one, other, 2), expected, "{one} {other}");
            assert_eq!(distance(other, one, 2), expected, "{other} {one}");
        }
        assert_eq!(distance(&"a".repeat(10_000), &"a".repeat(10_000), 2), None);
    }
}
