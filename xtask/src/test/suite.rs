//! The suites: what each runs, and what it stands on.

use std::ffi::OsString;
use std::process::Command;
use std::time::Instant;

use super::outcome::{self, Outcome};
use crate::setup::{Need, Tools};
use crate::workspace::{self, Workspace};
use crate::{build, process};

/// One row of the table.
pub(crate) struct Suite {
    pub(crate) name: String,
    kind: Kind,
}

#[derive(PartialEq)]
enum Kind {
    /// Commands that pass or fail as a whole: cargo, with these arguments.
    Cargo(&'static [&'static [&'static str]]),
    /// The page, built as it is delivered.
    Page,
    /// A test target of the package `tests`: it drives the finished product.
    Product,
    /// The programs that the product's tests start.
    Programs,
    /// Tests of the packages themselves.
    Unit,
    /// Tests that wasm-bindgen runs in the browser.
    Wasm,
}

/// All suites but those that take long, the quick and telling ones first.
pub(crate) fn all(product_tests: &[String]) -> Vec<Suite> {
    let own = [
        ("format", Kind::Cargo(FORMAT)),
        ("clippy", Kind::Cargo(CLIPPY)),
        ("clippy-wasm32", Kind::Cargo(CLIPPY_WASM32)),
        ("unit", Kind::Unit),
        ("page", Kind::Page),
        ("programs", Kind::Programs),
        ("wasm", Kind::Wasm),
    ];
    let own = own.map(|(name, kind)| Suite {
        name: name.to_owned(),
        kind,
    });
    own.into_iter()
        .chain(products(product_tests, |name| !is_long(name)))
        .collect()
}

/// The suites that take long, after the builds that they stand on.
pub(crate) fn long(product_tests: &[String]) -> Vec<Suite> {
    let long = products(product_tests, is_long);
    let builds = all(&[]).into_iter().filter(Suite::is_product);
    builds.chain(long).collect()
}

fn products(names: &[String], wanted: impl Fn(&str) -> bool) -> Vec<Suite> {
    let names = names.iter().filter(|name| wanted(name));
    names
        .map(|name| Suite {
            name: name.clone(),
            kind: Kind::Product,
        })
        .collect()
}

/// A test target whose name starts so is for `cargo xtask soak`.
fn is_long(name: &str) -> bool {
    name.starts_with("soak")
}

/// What the suites need to be set up.
pub(crate) fn needs(suites: &[Suite]) -> Vec<Need> {
    let mut needs = Vec::new();
    if suites
        .iter()
        .any(|suite| matches!(suite.kind, Kind::Page | Kind::Product | Kind::Wasm))
    {
        needs.push(Need::Page);
    }
    if suites
        .iter()
        .any(|suite| matches!(suite.kind, Kind::Product | Kind::Wasm))
    {
        needs.push(Need::Browser);
    }
    if suites.iter().any(Suite::uses_products) {
        needs.push(Need::NameServer);
    }
    if suites.iter().any(|suite| suite.name == "soak_spf_peer") {
        needs.push(Need::SpfPeer);
    }
    needs
}

/// The environment variables that tell the product's tests where things lie.
pub(crate) struct Surroundings {
    variables: Vec<(&'static str, Option<OsString>)>,
    skips_are_lawful: bool,
}

impl Surroundings {
    pub(crate) fn new(workspace: &Workspace, tools: &Tools) -> Self {
        let shared = workspace.shared();
        let skips_are_lawful = shared.is_none();
        let path = |path: &Option<std::path::PathBuf>| path.clone().map(OsString::from);
        let variables = vec![
            ("BOUNCE_CLINIC_CHROMIUM", path(&tools.chromium)),
            ("BOUNCE_CLINIC_CHROMEDRIVER", path(&tools.chromedriver)),
            ("BOUNCE_CLINIC_NAMED", path(&tools.named)),
            ("BOUNCE_CLINIC_UNBOUND", path(&tools.unbound)),
            ("BOUNCE_CLINIC_SHARED", path(&shared)),
            ("BOUNCE_CLINIC_SPF_PEER", path(&tools.spf_peer)),
            // Set when they are built: what a failed build left behind is not tested.
            ("BOUNCE_CLINIC_PAGE_DIR", None),
            ("BOUNCE_CLINIC_PROXY", None),
            ("BOUNCE_CLINIC_DIAGNOSE", None),
        ];
        Self {
            variables,
            skips_are_lawful,
        }
    }

    fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.variables.push((name, Some(value.into())));
    }

    fn apply(&self, command: &mut Command) {
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
    }
}

impl Suite {
    /// Whether it drives the finished product.
    pub(crate) fn uses_products(&self) -> bool {
        self.kind == Kind::Product
    }

    /// Whether it makes the finished product.
    pub(crate) fn is_product(&self) -> bool {
        matches!(self.kind, Kind::Page | Kind::Programs)
    }

    /// Runs the suite; what it printed is shown only where something failed.
    pub(crate) fn run(
        &self,
        workspace: &Workspace,
        tools: &Tools,
        surroundings: &mut Surroundings,
    ) -> anyhow::Result<Outcome> {
        let start = Instant::now();
        let (output, succeeded) = self.output(workspace, tools, surroundings)?;
        let mut outcome = match self.kind {
            Kind::Product | Kind::Unit | Kind::Wasm => {
                outcome::of_tests(&output, succeeded, surroundings.skips_are_lawful)
            }
            Kind::Cargo(_) | Kind::Page | Kind::Programs => outcome::of_command(succeeded),
        };
        outcome.suite.clone_from(&self.name);
        outcome.duration = start.elapsed();
        if outcome.failed > 0 {
            println!("{}", output.trim_end());
        }
        if succeeded {
            self.announce_products(workspace, surroundings);
        }
        Ok(outcome)
    }

    /// What the commands printed, up to the first that failed, and whether none did.
    fn output(
        &self,
        workspace: &Workspace,
        tools: &Tools,
        surroundings: &Surroundings,
    ) -> anyhow::Result<(String, bool)> {
        let log = workspace.log(&self.name);
        let mut output = String::new();
        for mut command in self.commands(workspace, tools) {
            println!("{}: {}", self.name, process::show(&command));
            surroundings.apply(&mut command);
            let status = process::run_to_log(&mut command, &log, None)?;
            output.push_str(&process::read(&log));
            if !status.is_some_and(|status| status.success()) {
                return Ok((output, false));
            }
        }
        Ok((output, true))
    }

    fn commands(&self, workspace: &Workspace, tools: &Tools) -> Vec<Command> {
        let cargo = |arguments: &[&str]| {
            let mut command = tools.command("cargo");
            command.current_dir(&workspace.root).args(arguments);
            command.env("CARGO_TERM_COLOR", "never");
            command
        };
        match self.kind {
            Kind::Cargo(calls) => calls.iter().map(|arguments| cargo(arguments)).collect(),
            Kind::Page => vec![build::page(workspace, tools)],
            // --show-output, because a skipped test says so on standard output.
            Kind::Product => {
                vec![cargo(&[
                    "test",
                    "-p",
                    "tests",
                    "--test",
                    &self.name,
                    "--",
                    "--show-output",
                ])]
            }
            Kind::Programs => vec![cargo(&["build", "-p", "proxy", "-p", "diagnose"])],
            Kind::Unit => vec![cargo(UNIT)],
            Kind::Wasm => vec![in_browser(cargo(WASM), tools)],
        }
    }

    fn announce_products(&self, workspace: &Workspace, surroundings: &mut Surroundings) {
        let program = |name| workspace::built(&workspace.target, "debug", name);
        match self.kind {
            Kind::Page => surroundings.set("BOUNCE_CLINIC_PAGE_DIR", workspace.page()),
            Kind::Programs => {
                surroundings.set("BOUNCE_CLINIC_PROXY", program("proxy"));
                surroundings.set("BOUNCE_CLINIC_DIAGNOSE", program("diagnose"));
            }
            Kind::Cargo(_) | Kind::Product | Kind::Unit | Kind::Wasm => {}
        }
    }
}

/// Has cargo hand wasm tests to the browser; frontend/webdriver.json holds the browser's flags.
fn in_browser(mut command: Command, tools: &Tools) -> Command {
    command.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        "wasm-bindgen-test-runner",
    );
    if let Some(chromedriver) = &tools.chromedriver {
        command.env("CHROMEDRIVER", chromedriver);
    }
    command
}

const FORMAT: &[&[&str]] = &[&["fmt", "--all", "--check", "--", "--color", "never"]];
const CLIPPY: &[&[&str]] = &[&[
    "clippy",
    "--workspace",
    "--all-targets",
    "--",
    "-D",
    "warnings",
]];
/// Of `diagnosis` only the library runs in the browser; its tests run natively.
const CLIPPY_WASM32: &[&[&str]] = &[
    &[
        "clippy",
        "-p",
        "diagnosis",
        "--lib",
        "--target",
        "wasm32-unknown-unknown",
        "--",
        "-D",
        "warnings",
    ],
    &[
        "clippy",
        "-p",
        "frontend",
        "--all-targets",
        "--target",
        "wasm32-unknown-unknown",
        "--",
        "-D",
        "warnings",
    ],
];
const UNIT: &[&str] = &[
    "test",
    "--workspace",
    "--exclude",
    "tests",
    "--no-fail-fast",
];
const WASM: &[&str] = &[
    "test",
    "-p",
    "frontend",
    "--target",
    "wasm32-unknown-unknown",
    "--no-fail-fast",
];
