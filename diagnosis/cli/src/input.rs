//! Paths become messages, one after the other, as they are asked for.

mod mbox;
mod walk;

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::pool;

use mbox::Messages;
use walk::Walk;

/// How much is read at a time.
const BUFFER: usize = 64 << 10;

/// What a path gives.
pub(crate) enum Item {
    /// A message, or a file that is no mbox.
    Message(Message),
    /// A sentence about what cannot be read.
    Unreadable(String),
    /// A folder with no file in it.
    NoFiles(PathBuf),
}

impl pool::Item for Item {
    fn size(&self) -> usize {
        match self {
            Self::Message(message) => message.bytes.len(),
            Self::Unreadable(_) | Self::NoFiles(_) => 0,
        }
    }
}

/// A part of a file that is diagnosed by itself.
pub(crate) struct Message {
    /// The path, as it was given or as it was found in a folder.
    pub(crate) source: Arc<str>,
    /// Where it begins in the file.
    pub(crate) at: usize,
    pub(crate) bytes: Vec<u8>,
}

/// Everything that `paths` hold, in order.
pub(crate) fn items(paths: Vec<PathBuf>) -> impl Iterator<Item = Item> + Send {
    paths.into_iter().flat_map(of_path)
}

type Items = Box<dyn Iterator<Item = Item> + Send>;

fn of_path(path: PathBuf) -> Items {
    if path.as_os_str() == "-" {
        of_stream("-".into(), "standard input", io::stdin())
    } else if path.is_dir() {
        of_folder(path)
    } else {
        of_file(&path)
    }
}

fn of_folder(path: PathBuf) -> Items {
    let mut files = Walk::new(&path).peekable();
    if files.peek().is_none() {
        return Box::new([Item::NoFiles(path)].into_iter());
    }
    Box::new(files.flat_map(|found| match found {
        Ok(file) => of_file(&file),
        Err((path, error)) => unreadable(&path.display().to_string(), &error),
    }))
}

fn of_file(path: &Path) -> Items {
    let source: Arc<str> = path.to_string_lossy().into();
    match File::open(path) {
        Ok(file) => of_stream(Arc::clone(&source), &source, file),
        Err(error) => unreadable(&source, &error),
    }
}

fn of_stream(source: Arc<str>, name: &str, stream: impl Read + Send + 'static) -> Items {
    let messages = Messages::new(BufReader::with_capacity(BUFFER, stream));
    let name = name.to_owned();
    Box::new(messages.map(move |message| match message {
        Ok((at, bytes)) => Item::Message(Message {
            source: Arc::clone(&source),
            at,
            bytes,
        }),
        Err(error) => Item::Unreadable(sentence(&name, &error)),
    }))
}

fn unreadable(name: &str, error: &io::Error) -> Items {
    Box::new([Item::Unreadable(sentence(name, error))].into_iter())
}

fn sentence(name: &str, error: &io::Error) -> String {
    format!("cannot read {name}: {error}")
}
