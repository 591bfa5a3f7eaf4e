//! Sorting in few bytes. The sorts of the standard library are made anew for each type of item, which
//! costs the page 11 kB; here only the part for short lists is, and that is a few lines.

use std::cmp::Ordering;

/// Lists up to this length are sorted where they lie.
const SHORT: usize = 20;

/// Sorts; what is equal keeps its order.
pub(crate) fn sort<T: Ord>(items: &mut Vec<T>) {
    sort_by(items, T::cmp);
}

/// Sorts as `compare` says; what is equal keeps its order.
pub(crate) fn sort_by<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let is_behind = |items: &[T], one: usize, other: usize| match (items.get(one), items.get(other))
    {
        (Some(one), Some(other)) => compare(one, other) == Ordering::Greater,
        _ => false,
    };
    if items.len() <= SHORT {
        for end in 1..items.len() {
            let mut place = end;
            while place > 0 && is_behind(items, place - 1, place) {
                items.swap(place - 1, place);
                place -= 1;
            }
        }
        return;
    }
    let order = merge_sort((0..items.len()).collect(), &|one, other| {
        is_behind(items, one, other)
    });
    let mut taken: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(
        order
            .into_iter()
            .filter_map(|place| taken.get_mut(place)?.take()),
    );
}

/// Places of items in the order of the items.
fn merge_sort(mut places: Vec<usize>, is_behind: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    if places.len() < 2 {
        return places;
    }
    let mut sorted = Vec::with_capacity(places.len());
    let second = places.split_off(places.len() / 2);
    let mut first = merge_sort(places, is_behind).into_iter().peekable();
    let mut second = merge_sort(second, is_behind).into_iter().peekable();
    while let (Some(one), Some(other)) = (first.peek(), second.peek()) {
        let next = match is_behind(*one, *other) {
            true => second.next(),
            false => first.next(),
        };
        sorted.extend(next);
    }
    sorted.extend(first);
    sorted.extend(second);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_is_what_the_standard_library_sorts() {
        for length in [0, 1, 2, 3, SHORT, SHORT + 1, 100, 1_000] {
            let mut items: Vec<(usize, usize)> = (0..length)
                .map(|place| (place * 7_919 % 13, place))
                .collect();
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort_by(&mut items, |one, other| one.0.cmp(&other.0));
            assert_eq!(items, expected, "{length} items");
            items.reverse();
            expected.sort_unstable();
            sort(&mut items);
            assert_eq!(items, expected, "{length} items");
        }
    }
}
