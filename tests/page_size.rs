//! How much the page makes everybody load: all its files, compressed as well as a server can.
#![allow(clippy::print_stdout, reason = "the figures are the point")]

use std::{fs, io::Write as _, path::Path};

/// What the page may weigh now, in bytes. To be lowered with each gain: the goal is [`GOAL`].
const MOST: usize = 490_000;

/// What the page is to weigh at most when it is complete.
const GOAL: usize = 300_000;

#[test]
fn the_page_stays_small() {
    let page = support::page_dir();
    let mut files: Vec<(usize, String)> = fs::read_dir(&page)
        .unwrap_or_else(|error| panic!("{}: {error}", page.display()))
        .map(|entry| entry.expect("a folder can be read to its end").path())
        // The words of a language are loaded only where it is chosen.
        .filter(|path| path.extension().is_none_or(|ending| ending != "txt"))
        .map(|path| {
            let name = path.file_name().unwrap_or_default();
            (compressed(&path), name.to_string_lossy().into_owned())
        })
        .collect();
    files.sort();
    for (size, name) in &files {
        println!("{size:>7} {name}");
    }
    let all: usize = files.iter().map(|(size, _)| size).sum();
    println!("{all:>7} in all; the goal is {GOAL}");
    assert!(all <= MOST, "the page weighs {all} bytes, more than {MOST}");
    let heaviest = files.last().map_or("", |(_, name)| name);
    assert!(
        heaviest.ends_with(".wasm"),
        "{heaviest} is heavier than the wasm"
    );
}

fn compressed(path: &Path) -> usize {
    const BUFFER: usize = 1 << 16;
    const QUALITY: u32 = 11;
    const WINDOW: u32 = 22;
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut writer = brotli::CompressorWriter::new(Vec::new(), BUFFER, QUALITY, WINDOW);
    writer.write_all(&bytes).expect("memory takes all");
    writer.into_inner().len()
}
