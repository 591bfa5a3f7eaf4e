//! A folder and everything in it, in the order of names.

use std::{
    collections::HashSet,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    vec,
};

/// The files below a folder. Hidden ones are skipped, and so is what is no file, such as a socket.
/// Links are followed, into each folder once.
pub(super) struct Walk {
    open: Vec<Folder>,
    seen: HashSet<PathBuf>,
    /// What went wrong before anything was read.
    failed: Option<Failure>,
}

/// What cannot be read, and why.
pub(super) type Failure = (PathBuf, io::Error);

/// The names in a folder that are still to be looked at. Names alone: a folder may have very many.
struct Folder {
    path: PathBuf,
    names: vec::IntoIter<OsString>,
}

impl Walk {
    pub(super) fn new(folder: &Path) -> Self {
        let mut walk = Self {
            open: Vec::new(),
            seen: HashSet::new(),
            failed: None,
        };
        walk.failed = walk.enter(folder.to_owned()).err();
        walk
    }

    fn enter(&mut self, path: PathBuf) -> Result<(), Failure> {
        let names = fs::canonicalize(&path).and_then(|real| match self.seen.insert(real) {
            true => names(&path),
            false => Ok(Vec::new()),
        });
        match names {
            Ok(names) => {
                let names = names.into_iter();
                self.open.push(Folder { path, names });
                Ok(())
            }
            Err(error) => Err((path, error)),
        }
    }

    /// The file at `path`; `None` for a folder, which is entered, and for what is no file.
    fn look_at(&mut self, path: PathBuf) -> Option<Result<PathBuf, Failure>> {
        match fs::metadata(&path) {
            Ok(what) if what.is_dir() => self.enter(path).err().map(Err),
            Ok(what) => what.is_file().then_some(Ok(path)),
            Err(error) => Some(Err((path, error))),
        }
    }
}

impl Iterator for Walk {
    type Item = Result<PathBuf, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(failure) = self.failed.take() {
            return Some(Err(failure));
        }
        while let Some(folder) = self.open.last_mut() {
            let Some(name) = folder.names.next() else {
                self.open.pop();
                continue;
            };
            let path = folder.path.join(name);
            if let Some(found) = self.look_at(path) {
                return Some(found);
            }
        }
        None
    }
}

fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if !name.as_encoded_bytes().starts_with(b".") {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}
