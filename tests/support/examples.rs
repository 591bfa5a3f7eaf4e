//! The page's examples.

use std::{fs, path::Path};

/// The names and texts of all examples, in the order of their names.
#[must_use]
pub fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../frontend/examples");
    let entries = fs::read_dir(folder).expect("the examples' folder can be read");
    let mut examples: Vec<(String, String)> = entries
        .map(|entry| entry.expect("its entries can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end == "eml" || end == "txt")
        })
        .map(|path| {
            let name = path.file_name().expect("a file has a name");
            let text = fs::read_to_string(&path).expect("an example is text");
            (name.to_string_lossy().into_owned(), text)
        })
        .collect();
    examples.sort();
    assert!(
        examples.len() >= 6,
        "only {} examples were found",
        examples.len()
    );
    examples
}

/// The text of one example.
#[must_use]
pub fn example(name: &str) -> String {
    let found = examples().into_iter().find(|(other, _)| other == name);
    found
        .unwrap_or_else(|| panic!("there is no example {name}"))
        .1
}
