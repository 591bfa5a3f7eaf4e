//! What the checkout says of itself: its folders, its tests, its locked versions.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use crate::process;

/// The checkout, as cargo describes it.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    /// The test targets of the package `tests`, in the order of its Cargo.toml.
    pub(crate) product_tests: Vec<String>,
}

impl Workspace {
    pub(crate) fn load() -> anyhow::Result<Self> {
        // Set by cargo for `cargo xtask`; the built-in path serves a binary that is started by hand.
        let here = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let mut command = Command::new("cargo");
        command
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(here);
        let shown = process::show(&command);
        let text = process::output_of(command).with_context(|| format!("`{shown}` failed"))?;
        Self::from_metadata(&text)
    }

    fn from_metadata(text: &str) -> anyhow::Result<Self> {
        let metadata: Value = serde_json::from_str(text).context("cargo metadata is not JSON")?;
        let folder = |key: &str| {
            let path = metadata[key].as_str().map(PathBuf::from);
            path.with_context(|| format!("cargo metadata has no {key}"))
        };
        Ok(Self {
            root: folder("workspace_root")?,
            target: folder("target_directory")?,
            product_tests: product_tests(&metadata),
        })
    }

    /// Where trunk puts the page; it clears the folder, so no file of cargo's may lie there.
    pub(crate) fn page(&self) -> PathBuf {
        self.target.join("dist")
    }

    /// Where the output of commands is kept until the next run.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.target.join("xtask").join(format!("{name}.log"))
    }

    /// The corpora beside the checkout, which not everybody has.
    pub(crate) fn shared(&self) -> Option<PathBuf> {
        self.root
            .parent()
            .map(|parent| parent.join("shared"))
            .filter(|shared| shared.is_dir())
    }

    /// The version of a crate in Cargo.lock.
    pub(crate) fn locked_version(&self, name: &str) -> anyhow::Result<String> {
        let path = self.root.join("Cargo.lock");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("could not read {}", path.display()))?;
        locked_version(&text, name).with_context(|| format!("Cargo.lock names no {name}"))
    }
}

/// A program that cargo built in the profile's folder of the target directory.
pub(crate) fn built(target: &Path, profile: &str, name: &str) -> PathBuf {
    target
        .join(profile)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn product_tests(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter(|package| package["name"] == "tests")
        .flat_map(|package| package["targets"].as_array().into_iter().flatten())
        .filter(|target| target["kind"][0] == "test")
        .filter_map(|target| target["name"].as_str().map(str::to_owned))
        .collect()
}

fn locked_version(lock: &str, name: &str) -> Option<String> {
    let wanted = format!("name = \"{name}\"");
    let mut lines = lock.lines().skip_while(|line| *line != wanted);
    let version = lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_belongs_to_the_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(
            locked_version(lock, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(locked_version(lock, "wasm"), None);
    }

    #[test]
    fn product_tests_are_the_test_targets_of_the_package_tests() {
        let metadata = r#"{"workspace_root": "/w", "target_directory": "/t", "packages": [
            {"name": "other", "targets": [{"name": "unit", "kind": ["test"]}]},
            {"name": "tests", "targets": [{"name": "support", "kind": ["lib"]},
                {"name": "links", "kind": ["test"]}, {"name": "browser", "kind": ["test"]}]}]}"#;
        let workspace = Workspace::from_metadata(metadata).expect("this is what cargo prints");
        assert_eq!(workspace.product_tests, ["links", "browser"]);
        assert_eq!(workspace.page(), Path::new("/t/dist"));
    }
}
