//! With the feature `embed-page`: writes the table of the page's files, which the program then
//! includes. The folder is trunk's output, named by `BOUNCE_CLINIC_PAGE`; nothing is built here.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-env-changed=BOUNCE_CLINIC_PAGE");
    if env::var_os("CARGO_FEATURE_EMBED_PAGE").is_none() {
        return Ok(());
    }
    let folder = env::var_os("BOUNCE_CLINIC_PAGE").map(PathBuf::from).ok_or(
        "the feature embed-page needs the built page: set BOUNCE_CLINIC_PAGE to its folder, or let \
         `cargo xtask serve` do it",
    )?;
    let folder = folder
        .canonicalize()
        .map_err(|error| format!("BOUNCE_CLINIC_PAGE={}: {error}", folder.display()))?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = vec![];
    collect(&folder, &mut files)?;
    let mut rows = files
        .iter()
        .map(|file| Ok((served_path(&folder, file)?, file)))
        .collect::<Result<Vec<_>, Box<dyn std::error::Error>>>()?;
    // The program searches the table by path.
    rows.sort();
    let rows = rows
        .iter()
        .map(|(path, file)| format!("    ({path:?}, include_bytes!({file:?})),\n"))
        .collect::<String>();
    let table = format!("&[\n{rows}]\n");
    let out = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    fs::write(Path::new(&out).join("page.rs"), table)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => collect(&path, files)?,
            false => files.push(path),
        }
    }
    Ok(())
}

fn served_path(folder: &Path, file: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let path = file
        .strip_prefix(folder)?
        .to_str()
        .ok_or("a file name of the page is not UTF-8")?;
    Ok(path.replace('\\', "/"))
}
