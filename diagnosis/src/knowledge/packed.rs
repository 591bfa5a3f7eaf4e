//! Tables as build.rs packs them: all words of a table in one string, all its numbers in one list,
//! made rows at the first use. A table of structs costs the page more in the addresses of its small
//! strings and lists, which compress badly, than in what they hold.

use std::{slice, str::Split};

/// The numbers and words of a table, from where the next value begins.
#[derive(Debug)]
pub(crate) struct Reader {
    numbers: slice::Iter<'static, u16>,
    words: Split<'static, char>,
}

/// What stands in a packed table. A table never ends in the midst of a value; what would be read
/// behind its end is zeros and empty words.
pub(crate) trait Packed: Sized + 'static {
    /// Reads the next value.
    fn read(from: &mut Reader) -> Self;
}

/// The rows of a table.
pub(crate) fn rows<T: Packed>(
    count: usize,
    numbers: &'static [u16],
    words: &'static str,
) -> Vec<T> {
    let mut reader = Reader {
        numbers: numbers.iter(),
        words: words.split('\u{1f}'),
    };
    let rows = reader.several(count);
    debug_assert!(reader.numbers.next().is_none(), "numbers are left over");
    debug_assert_eq!(reader.words.next(), Some(""), "words are left over");
    debug_assert!(reader.words.next().is_none(), "words are left over");
    rows
}

impl Reader {
    fn several<T: Packed>(&mut self, count: usize) -> Vec<T> {
        (0..count).map(|_| T::read(self)).collect()
    }
}

impl Packed for u16 {
    fn read(from: &mut Reader) -> Self {
        from.numbers.next().copied().unwrap_or_default()
    }
}

impl Packed for u32 {
    fn read(from: &mut Reader) -> Self {
        let (high, low) = <(u16, u16)>::read(from);
        Self::from(high) << 16 | Self::from(low)
    }
}

impl Packed for bool {
    fn read(from: &mut Reader) -> Self {
        u16::read(from) != 0
    }
}

impl Packed for &'static str {
    fn read(from: &mut Reader) -> Self {
        from.words.next().unwrap_or_default()
    }
}

impl<T: Packed> Packed for Option<T> {
    fn read(from: &mut Reader) -> Self {
        bool::read(from).then(|| T::read(from))
    }
}

impl<T: Packed> Packed for &'static [T] {
    fn read(from: &mut Reader) -> Self {
        let count = u16::read(from);
        // Tables are read once and stay, like the static ones that they stand for.
        from.several(count.into()).leak()
    }
}

impl<A: Packed, B: Packed> Packed for (A, B) {
    fn read(from: &mut Reader) -> Self {
        (A::read(from), B::read(from))
    }
}

/// The fields of structs in the order in which build.rs writes them.
macro_rules! packed_fields {
    ($($name:ident { $($field:ident,)+ })+) => {
        $(impl $crate::knowledge::packed::Packed for $name {
            fn read(from: &mut $crate::knowledge::packed::Reader) -> Self {
                Self { $($field: $crate::knowledge::packed::Packed::read(from),)+ }
            }
        })+
    };
}
pub(crate) use packed_fields;

/// Enums whose variants are packed as their places in `ALL`; the first of them is given here.
macro_rules! packed_variants {
    ($($name:ident::$first:ident)+) => {
        $(impl $crate::knowledge::packed::Packed for $name {
            fn read(from: &mut $crate::knowledge::packed::Reader) -> Self {
                let place = <u16 as $crate::knowledge::packed::Packed>::read(from);
                Self::ALL.get(usize::from(place)).copied().unwrap_or(Self::$first)
            }
        })+
    };
}
pub(crate) use packed_variants;

/// An enum with the list of its variants, each at the place of its number.
macro_rules! listed {
    ($(#[$of_enum:meta])* pub enum $name:ident { $($(#[$of_variant:meta])* $variant:ident,)+ }) => {
        $(#[$of_enum])*
        pub enum $name { $($(#[$of_variant])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
        }
    };
}
pub(crate) use listed;
