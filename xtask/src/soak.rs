//! `cargo xtask soak`: the suites that take long.

mod corpus;
mod fuzz;

use anyhow::ensure;

use crate::options::SoakOptions;
use crate::test::{self, suite};
use crate::workspace::Workspace;

/// Runs the test targets of the package `tests` whose names start with `soak` and the fuzz targets,
/// or only those suites that are named; whether all passed.
pub(crate) fn soak(options: &SoakOptions) -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let mut suites = suite::long(&workspace.product_tests);
    let known: Vec<String> = suites
        .iter()
        .filter(|suite| suite.uses_products())
        .map(|suite| suite.name.clone())
        .chain([FUZZ.to_owned()])
        .collect();
    expect_known(&options.suites, &known)?;
    let is_wanted =
        |name: &str| options.suites.is_empty() || options.suites.iter().any(|it| it == name);
    suites.retain(|suite| suite.is_product() || is_wanted(&suite.name));
    let mut passed = true;
    if suites.iter().any(suite::Suite::uses_products) {
        passed &= test::run(&workspace, &suites)?;
    }
    if is_wanted(FUZZ) {
        passed &= fuzz::run(&workspace, options.minutes)?;
    }
    Ok(passed)
}

fn expect_known(names: &[String], known: &[String]) -> anyhow::Result<()> {
    let unknown = names.iter().find(|name| !known.contains(name));
    ensure!(
        unknown.is_none(),
        "there is no suite `{}` that takes long; there are: {}",
        unknown.map_or("", String::as_str),
        known.join(", ")
    );
    Ok(())
}

/// The suite of all fuzz targets.
const FUZZ: &str = "fuzz";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_suite_is_an_error_that_lists_the_others() {
        let known = ["soak_readers".to_owned(), FUZZ.to_owned()];
        assert!(expect_known(&[FUZZ.to_owned()], &known).is_ok());
        let error = expect_known(&["polish".to_owned()], &known).expect_err("there is none");
        assert_eq!(
            error.to_string(),
            "there is no suite `polish` that takes long; there are: soak_readers, fuzz"
        );
    }
}
