//! `cargo xtask soak`: the suites that take long.

use crate::test::{self, suite};
use crate::workspace::Workspace;

/// Runs the test targets of the package `tests` whose names start with `soak`; whether all passed.
pub(crate) fn soak() -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let suites = suite::long(&workspace.product_tests);
    if !suites.iter().any(suite::Suite::uses_products) {
        println!("There is no suite that takes long: no test target of `tests` is named soak…");
        return Ok(true);
    }
    test::run(&workspace, &suites)
}
