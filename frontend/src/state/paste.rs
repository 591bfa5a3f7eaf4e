//! A paste, as text or file.

/// Larger files are not read: the browser needs several times their size in memory.
pub(crate) const LARGEST: usize = 64_000_000;

/// A larger text does not go into the box: a text area with many megabytes freezes the browser.
const LARGEST_IN_BOX: usize = 1_000_000;

/// How much of a large text the box shows at most.
const BEGINNING: usize = 4_000;

/// A text or a file, in memory.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Paste {
    bytes: Vec<u8>,
    name: Option<String>,
}

impl Paste {
    pub(crate) fn text(text: String) -> Self {
        Self {
            bytes: text.into_bytes(),
            name: None,
        }
    }

    pub(crate) fn file(name: String, bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            name: Some(name),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether there is nothing to read.
    pub(crate) fn is_blank(&self) -> bool {
        self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    /// Whether it is too large for the box, and reading it may take a moment.
    pub(crate) fn is_large(&self) -> bool {
        self.bytes.len() > LARGEST_IN_BOX
    }

    pub(crate) fn size_words(&self) -> String {
        size_words(self.bytes.len())
    }

    /// The text; bytes that are no UTF-8 show as question marks, one each, so that places keep
    /// their numbers.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.bytes.len());
        for chunk in self.bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            text.extend(chunk.invalid().iter().map(|_| '?'));
        }
        text
    }

    /// What the box shows for it: all of it, or the first lines and its size.
    pub(crate) fn shown_in_box(&self) -> String {
        let is_text = !self.bytes.iter().take(BEGINNING).any(|byte| *byte == 0);
        if is_text && !self.is_large() {
            return self.to_text();
        }
        let name = self.name.as_deref().unwrap_or("The text");
        let size = self.size_words();
        if !is_text {
            return format!("[{name}: {size}, not a text]");
        }
        let beginning = self.bytes.get(..BEGINNING).unwrap_or(&self.bytes);
        let beginning = String::from_utf8_lossy(beginning);
        let lines = beginning
            .rsplit_once('\n')
            .map_or(&*beginning, |(lines, _)| lines);
        format!("{lines}\n[{name}: {size} in all. The rest is kept in memory and read with it.]")
    }
}

/// A size as people say it.
pub(crate) fn size_words(bytes: usize) -> String {
    let words = |unit: usize, word: &str| match (bytes * 10 + unit / 2) / unit {
        tenths @ 0..100 => format!("{}.{} {word}", tenths / 10, tenths % 10),
        _ => format!("{} {word}", (bytes + unit / 2) / unit),
    };
    match bytes {
        0 => "nothing".to_owned(),
        1 => "1 byte".to_owned(),
        2..1_000 => format!("{bytes} bytes"),
        1_000..999_500 => words(1_000, "kB"),
        _ => words(1_000_000, "MB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let all: Vec<String> = [
            0, 1, 999, 1_000, 3_149, 12_400, 999_499, 999_500, 20_000_000,
        ]
        .into_iter()
        .map(size_words)
        .collect();
        let expected = [
            "nothing",
            "1 byte",
            "999 bytes",
            "1.0 kB",
            "3.1 kB",
            "12 kB",
            "999 kB",
            "1.0 MB",
            "20 MB",
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_small_text_is_shown_whole_and_a_large_one_begins() {
        let small = Paste::text("550 5.1.1 é\n".into());
        assert_eq!(small.shown_in_box(), "550 5.1.1 é\n");
        let large = Paste::file("big.mbox".into(), b"a line\n".repeat(200_000));
        let shown = large.shown_in_box();
        assert!(shown.len() < 5_000 && shown.starts_with("a line\na line\n"));
        let end = "\n[big.mbox: 1.4 MB in all. The rest is kept in memory and read with it.]";
        assert!(shown.ends_with(end), "{shown}");
        assert_eq!(large.bytes().len(), 1_400_000);
    }

    #[test]
    fn what_is_no_text_is_named() {
        let picture = Paste::file("a.png".into(), b"\x89PNG\r\n\x1a\n\0\0".to_vec());
        assert_eq!(picture.shown_in_box(), "[a.png: 10 bytes, not a text]");
    }

    #[test]
    fn bytes_that_are_no_utf8_keep_their_place() {
        let paste = Paste::file("a".into(), b"a\xff\xfe\xc3\xa9b".to_vec());
        assert_eq!(paste.to_text(), "a??éb");
        assert_eq!(paste.to_text().len(), paste.bytes().len());
    }

    #[test]
    fn blank_is_blank() {
        assert!(Paste::text(" \r\n\t".into()).is_blank());
        assert!(!Paste::text("x".into()).is_blank());
    }
}
