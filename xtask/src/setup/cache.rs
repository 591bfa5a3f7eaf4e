//! The cache folder: finished tools, stamps, logs.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::process;

/// The folder that outlives checkouts.
pub(super) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(super) fn open() -> anyhow::Result<Self> {
        let set = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let root = set("BOUNCE_CLINIC_CACHE")
            .or_else(|| Some(set("XDG_CACHE_HOME")?.join("bounce-clinic")))
            .or_else(|| Some(std::env::home_dir()?.join(".cache/bounce-clinic")))
            .context(
                "no home folder is known; set BOUNCE_CLINIC_CACHE to a folder for the tools",
            )?;
        let root = std::path::absolute(root).context("BOUNCE_CLINIC_CACHE is no path")?;
        process::make_folder(&root)?;
        Ok(Self { root })
    }

    /// A finished tool; it exists whole or not at all.
    pub(super) fn tool(&self, name: &str) -> PathBuf {
        self.root.join("tools").join(name)
    }

    /// A folder for intermediate results that an interrupted build takes up again.
    pub(super) fn work(&self, name: &str) -> PathBuf {
        self.root.join("work").join(name)
    }

    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.root.join("logs").join(format!("{name}.log"))
    }

    pub(super) fn stamp(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.root.join(name)).ok()
    }

    pub(super) fn set_stamp(&self, name: &str, content: &str) -> anyhow::Result<()> {
        let path = self.root.join(name);
        std::fs::write(&path, content)
            .with_context(|| format!("could not write {}", path.display()))
    }

    /// Has `make` fill a fresh folder and puts it in the tool's place when it is complete.
    pub(super) fn install(
        &self,
        name: &str,
        make: impl FnOnce(&Path) -> anyhow::Result<()>,
    ) -> anyhow::Result<PathBuf> {
        let place = self.tool(name);
        let fresh = self
            .root
            .join("tools")
            .join(format!(".{name}.{}", std::process::id()));
        remove(&fresh)?;
        process::make_folder(&fresh)?;
        make(&fresh)?;
        put_in_place(&fresh, &place)?;
        Ok(place)
    }
}

/// Renames the fresh folder to its place. Where another run was faster, its folder stays.
fn put_in_place(fresh: &Path, place: &Path) -> anyhow::Result<()> {
    match std::fs::rename(fresh, place) {
        Ok(()) => Ok(()),
        Err(_) if place.is_dir() => remove(fresh),
        Err(error) => {
            Err(error).with_context(|| format!("could not rename to {}", place.display()))
        }
    }
}

/// Removes a folder with all that is in it, if it is there.
pub(super) fn remove(folder: &Path) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_installation_leaves_no_tool() {
        let root = std::env::temp_dir().join(format!("xtask-cache-{}", std::process::id()));
        let cache = Cache { root: root.clone() };
        let fill = |folder: &Path| Ok(std::fs::write(folder.join("half"), "")?);
        let interrupted = cache.install("tool-1", |folder| {
            fill(folder)?;
            anyhow::bail!("the lights went out")
        });
        assert!(interrupted.is_err());
        assert!(!cache.tool("tool-1").exists());

        let place = cache
            .install("tool-1", fill)
            .expect("the second try succeeds");
        assert!(place.join("half").is_file());
        cache
            .install("tool-1", fill)
            .expect("a slower run leaves the tool of the faster one");
        remove(&root).expect("the test's own folder can be removed");
    }
}
