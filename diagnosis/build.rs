//! Makes static tables of the rows under `knowledge/`: words become Rust paths (so a wrong one does
//! not compile), sentences become pieces with gaps. What is wrong with a row is said with its file.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::print_stdout,
    reason = "a build script reads files, looks at its environment and talks to cargo"
)]

#[path = "build/blocklists.rs"]
mod blocklists;
#[path = "build/languages.rs"]
mod languages;
#[path = "build/packed.rs"]
mod packed;
#[path = "build/rows.rs"]
mod rows;
#[path = "build/webhooks.rs"]
mod webhooks;
#[path = "build/write.rs"]
mod write;

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=knowledge");
    println!("cargo::rerun-if-changed=build");
    let knowledge = rows::read(Path::new("knowledge"))?;
    for language in ["de", "es", "fr"] {
        let path = Path::new("knowledge/texts").join(language);
        languages::check(&path.with_extension("txt"), &knowledge)?;
    }
    let tables = write::tables(&knowledge)?;
    let target = env::var("OUT_DIR")?;
    fs::write(Path::new(&target).join("knowledge.rs"), tables)?;
    let webhooks = webhooks::tables(Path::new("knowledge/webhooks.toml"))?;
    fs::write(Path::new(&target).join("webhooks.rs"), webhooks)?;
    let blocklists = blocklists::table(Path::new("knowledge/blocklists.toml"))?;
    fs::write(Path::new(&target).join("blocklists.rs"), blocklists)?;
    Ok(())
}
