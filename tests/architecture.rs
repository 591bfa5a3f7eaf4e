//! The rules of the house that no compiler holds: licences, sources, who may depend on whom, which
//! room of `diagnosis` may know which. Each failure says what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

// Who depends on whom.

#[test]
fn every_licence_is_permissive() {
    let faults = metadata().packages.into_iter().filter_map(|package| {
        let licence = package.license.as_deref().unwrap_or("none named");
        let name = format!("{} {} ({licence})", package.name, package.version);
        (!is_permissive(licence)).then_some(name)
    });
    expect_none(
        faults,
        "take another crate: these cannot be had under a licence of LICENCES",
    );
}

#[test]
fn every_crate_comes_from_crates_io_or_this_workspace() {
    let metadata = metadata();
    let lawful = |package: &Package| match &package.source {
        Some(source) => source == CRATES_IO,
        None => metadata.workspace_members.contains(&package.id),
    };
    let faults = metadata.packages.iter().filter(|package| !lawful(package));
    expect_none(
        faults.map(|package| format!("{} from {:?}", package.name, package.source)),
        "take these from crates.io, or make them members of the workspace",
    );
}

#[test]
fn no_banned_crate_is_used() {
    let packages = metadata().packages;
    let why = |name: &str| {
        BANNED
            .iter()
            .find(|(banned, _)| *banned == name)
            .map(|(_, why)| why)
    };
    let faults = packages
        .iter()
        .filter_map(|package| why(&package.name).map(|why| format!("{}: {why}", package.name)));
    expect_none(
        faults,
        "switch off the feature that brings these (`cargo tree -i NAME` shows it)",
    );
}

#[test]
fn no_large_crate_is_built_in_two_versions() {
    let packages = metadata().packages;
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages
        .iter()
        .filter(|package| ONCE.contains(&package.name.as_str()))
    {
        versions
            .entry(&package.name)
            .or_default()
            .insert(&package.version);
    }
    let faults = versions
        .into_iter()
        .filter(|(_, versions)| versions.len() > 1);
    expect_none(
        faults.map(|(name, versions)| format!("{name} {versions:?}")),
        "bring the dependants of these to one version (`cargo tree -d` shows them)",
    );
}

#[test]
fn diagnosis_depends_on_few_crates() {
    let metadata = metadata();
    let diagnosis = metadata.member("diagnosis");
    let mut faults = strangers(diagnosis, None, DIAGNOSIS_MAY_USE);
    faults.extend(strangers(
        diagnosis,
        Some("build"),
        DIAGNOSIS_MAY_BUILD_WITH,
    ));
    expect_none(
        faults,
        "do without these, or weigh them in wasm bytes and add them to DIAGNOSIS_MAY_USE or \
         DIAGNOSIS_MAY_BUILD_WITH",
    );
}

#[test]
fn our_packages_depend_on_each_other_one_way() {
    let metadata = metadata();
    let ours: BTreeSet<&str> = metadata
        .members()
        .map(|package| package.name.as_str())
        .collect();
    let mut faults = Vec::new();
    for package in metadata.members() {
        let allowed = PACKAGES.iter().find(|(name, _)| *name == package.name);
        let Some((_, allowed)) = allowed else {
            faults.push(format!("{} does not stand in PACKAGES", package.name));
            continue;
        };
        let used = package
            .dependencies
            .iter()
            .map(|dependency| dependency.name.as_str());
        let unlawful = used.filter(|name| ours.contains(name) && !allowed.contains(name));
        faults.extend(unlawful.map(|name| format!("{} depends on {name}", package.name)));
    }
    expect_none(
        faults,
        "turn these dependencies round, or move the shared part into `diagnosis`",
    );
}

// Which room knows which.

#[test]
fn rooms_of_diagnosis_know_only_those_before_them() {
    let src = root().join("diagnosis/src");
    let mut faults = Vec::new();
    for file in rust_files(&src) {
        let inside = file
            .strip_prefix(&src)
            .expect("the file lies in this folder");
        let Some(room) = room_of(inside) else {
            continue;
        };
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            faults.push(format!("the room `{room}` does not stand in ROOMS"));
            continue;
        };
        let depth = inside.components().count();
        let known = mentioned_rooms(&read(&file), depth);
        let unlawful = known
            .iter()
            .filter(|known| !is_allowed(known, &[&room]) && !is_allowed(known, allowed));
        faults.extend(unlawful.map(|known| format!("{} uses crate::{known}", inside.display())));
    }
    faults.dedup();
    expect_none(
        faults,
        "data flows one way (see ROOMS): hand the value in as an argument, or move what is shared \
         to an earlier room",
    );
}

// What files look like.

#[test]
fn no_file_is_longer_than_a_thousand_lines() {
    let files = rust_files(&root())
        .into_iter()
        .filter(|file| !is_test(file));
    let long = files.filter_map(|file| {
        let lines = read(&file).lines().count();
        (lines > 1000).then(|| format!("{} has {lines}", file.display()))
    });
    expect_none(long, "split these files by subject");
}

#[test]
fn every_package_takes_the_workspace_lints() {
    let metadata = metadata();
    let faults = metadata.members().filter(|package| {
        let manifest = read(&package.manifest_path);
        !manifest.contains("[lints]\nworkspace = true")
    });
    expect_none(
        faults.map(|package| package.name.clone()),
        "add to these Cargo.toml files: [lints] workspace = true",
    );
}

#[test]
fn no_toolchain_is_pinned() {
    let pins = ["rust-toolchain", "rust-toolchain.toml"];
    let found = pins.iter().filter(|name| root().join(name).exists());
    expect_none(
        found.map(ToString::to_string),
        "remove these: rust-version in Cargo.toml says what is needed, and not every machine can \
         fetch a toolchain",
    );
}

// The rules.

/// A dependency must be usable under one of these.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

const BANNED: &[(&str, &str)] = &[
    ("native-tls", "TLS is rustls's, the same on every machine"),
    ("openssl-sys", "TLS is rustls's, the same on every machine"),
    ("viaspf", "it is GPL-3.0"),
    ("viaspf-record", "it is GPL-3.0"),
];

/// Crates that cost seconds of build time, or whose types must not meet in two versions.
const ONCE: &[&str] = &[
    "axum",
    "hickory-net",
    "hickory-proto",
    "hickory-resolver",
    "http",
    "hyper",
    "leptos",
    "mail-parser",
    "ring",
    "rustls",
    "tokio",
    "tower-http",
    "wasm-bindgen",
    "web-sys",
];

/// Each is downloaded by everybody, as part of the page.
const DIAGNOSIS_MAY_USE: &[&str] = &["aho-corasick", "mail-parser", "memchr", "thiserror"];

const DIAGNOSIS_MAY_BUILD_WITH: &[&str] = &["serde", "toml"];

/// Our packages, and those of ours that each may depend on.
const PACKAGES: &[(&str, &[&str])] = &[
    ("diagnose", &["diagnosis"]),
    ("diagnosis", &[]),
    ("frontend", &["diagnosis"]),
    ("proxy", &[]),
    ("tests", &["diagnosis"]),
    ("xtask", &[]),
];

/// The rooms of `diagnosis` in the direction of the data, and what each may know: a room, or one
/// module of a room.
const ROOMS: &[(&str, &[&str])] = &[
    ("base64", &[]),
    ("json", &[]),
    ("sort", &[]),
    ("text", &["sort"]),
    ("bounce", &["text"]),
    ("reason", &["bounce"]),
    ("dns", &["base64", "json", "sort"]),
    ("wording", &["sort", "bounce", "reason"]),
    ("finding", &["bounce", "reason", "dns", "wording"]),
    (
        "knowledge",
        &["sort", "bounce", "reason", "wording", "finding"],
    ),
    ("read", &["sort", "text", "bounce", "reason", "knowledge"]),
    ("case", &["text", "bounce", "reason"]),
    (
        "classify",
        &["text", "bounce", "reason", "case", "knowledge"],
    ),
    (
        "check",
        &[
            "sort",
            "text",
            "bounce",
            "reason",
            "dns",
            "wording",
            "finding",
            "knowledge",
            "case",
        ],
    ),
    (
        "checklist",
        &[
            "sort",
            "text",
            "bounce",
            "reason",
            "dns",
            "wording",
            "finding",
            "knowledge",
            "case",
            "check",
        ],
    ),
    ("annotate", &["sort", "text", "case"]),
    ("report", EVERYTHING),
    ("share", EVERYTHING),
];

const EVERYTHING: &[&str] = &[
    "base64",
    "json",
    "sort",
    "text",
    "bounce",
    "reason",
    "dns",
    "wording",
    "finding",
    "knowledge",
    "case",
    "read",
    "classify",
    "annotate",
    "check",
    "checklist",
    "report",
    "share",
];

// How they are read.

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `None` for an ordinary one, else `dev` or `build`.
    kind: Option<String>,
}

impl Metadata {
    fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }

    #[track_caller]
    fn member(&self, name: &str) -> &Package {
        self.members()
            .find(|package| package.name == name)
            .expect("the workspace has this package")
    }
}

fn metadata() -> Metadata {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`cargo metadata` failed: {errors}");
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON of this shape")
}

fn is_permissive(licence: &str) -> bool {
    // Older crates write MIT/Apache-2.0.
    let Ok(expression) = spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX) else {
        return false;
    };
    expression.evaluate(|required| {
        let id = required.license.id().map(|id| id.name);
        id.is_some_and(|id| LICENCES.contains(&id))
    })
}

/// The direct dependencies of a kind that are not in the list.
fn strangers(package: &Package, kind: Option<&str>, allowed: &[&str]) -> Vec<String> {
    let of_kind = package
        .dependencies
        .iter()
        .filter(|other| other.kind.as_deref() == kind);
    let names = of_kind.map(|other| other.name.clone());
    names
        .filter(|name| !allowed.contains(&name.as_str()))
        .collect()
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("the package lies in the workspace")
        .to_owned()
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// All Rust files below a folder, but for what cargo or npm put there.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let foreign = name.starts_with('.') || name == "target" || name == "node_modules";
        if path.is_dir() && !foreign {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn is_test(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("tests.rs")
}

/// The room that a file below `diagnosis/src` belongs to; `None` for lib.rs, which is the house.
fn room_of(inside: &Path) -> Option<String> {
    let first = inside.components().next()?.as_os_str().to_string_lossy();
    let room = first.strip_suffix(".rs").unwrap_or(&first);
    (room != "lib").then(|| room.to_owned())
}

/// `room` or `room::module` for each path into the crate, comments and the tests at the end left out.
fn mentioned_rooms(source: &str, depth: usize) -> BTreeSet<String> {
    let code: Vec<&str> = source
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    // So many steps up from a file lead out of its room.
    let code = code.join("\n").replace(&"super::".repeat(depth), "crate::");
    let mentions = code.split("crate::").skip(1);
    mentions.flat_map(heads).collect()
}

/// The first one or two names of the path or of each path in the braces that the text starts with.
fn heads(path: &str) -> Vec<String> {
    match path.strip_prefix('{') {
        Some(group) => branches(group).into_iter().filter_map(head).collect(),
        None => head(path).into_iter().collect(),
    }
}

/// The paths between braces, split at the commas that belong to them.
fn branches(group: &str) -> Vec<&str> {
    let mut branches = Vec::new();
    let (mut nesting, mut start) = (0, 0);
    for (place, sign) in group.char_indices() {
        match sign {
            '{' => nesting += 1,
            '}' if nesting > 0 => nesting -= 1,
            ',' if nesting == 0 => {
                branches.push(&group[start..place]);
                start = place + 1;
            }
            '}' => {
                branches.push(&group[start..place]);
                break;
            }
            _ => {}
        }
    }
    branches
}

fn head(path: &str) -> Option<String> {
    let mut names = path.trim().split("::").map(|name| {
        let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
        &name[..end.unwrap_or(name.len())]
    });
    let room = names
        .next()
        .filter(|room| ROOMS.iter().any(|(name, _)| name == room))?;
    let module = names
        .next()
        .filter(|name| name.starts_with(|c: char| c.is_lowercase()));
    Some(module.map_or_else(|| room.to_owned(), |module| format!("{room}::{module}")))
}

/// Whether a mention, `room` or `room::module`, is covered by a list of rooms and modules.
fn is_allowed(mention: &str, allowed: &[&str]) -> bool {
    let room = mention.split("::").next().unwrap_or(mention);
    allowed.contains(&room) || allowed.contains(&mention)
}

/// Fails with all faults and what to do about them.
#[track_caller]
fn expect_none(faults: impl IntoIterator<Item = String>, what_to_do: &str) {
    let faults: Vec<String> = faults.into_iter().collect();
    assert!(
        faults.is_empty(),
        "{what_to_do}:\n  {}\n",
        faults.join("\n  ")
    );
}

// That they see what they should.

#[test]
fn a_licence_is_fine_where_one_of_its_choices_is() {
    assert!(is_permissive("MIT OR GPL-3.0-only"));
    assert!(is_permissive("MIT/Apache-2.0"));
    assert!(is_permissive("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(!is_permissive("GPL-3.0-or-later"));
    assert!(!is_permissive("MIT AND GPL-3.0-only"));
    assert!(!is_permissive("none named"));
}

#[test]
fn mentions_of_rooms_are_found() {
    #[track_caller]
    fn check(source: &str, depth: usize, expected: &[&str]) {
        let found: Vec<String> = mentioned_rooms(source, depth).into_iter().collect();
        assert_eq!(found, expected);
    }
    check("use crate::text::Span;", 1, &["text"]);
    check(
        "use crate::{bounce::{Bounce, Kind},\n    text};\n",
        1,
        &["bounce", "text"],
    );
    check(
        "fn f(case: &crate::classify::case::Case) {}",
        2,
        &["classify::case"],
    );
    check("use super::super::read::x;", 2, &["read::x"]);
    check("use super::read;", 2, &[]);
    check("/// See crate::report.\n// crate::share", 1, &[]);
    check("#[cfg(test)]\nmod tests { use crate::read; }", 1, &[]);
}

#[test]
fn a_room_covers_its_modules_but_a_module_not_its_room() {
    assert!(is_allowed("dns::spf", &["dns"]));
    assert!(is_allowed("classify::case", &["classify::case"]));
    assert!(!is_allowed("classify", &["classify::case"]));
    assert!(!is_allowed("classify::sides", &["classify::case"]));
}
