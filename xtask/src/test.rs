//! `cargo xtask test`: every suite is run, none stops another; a table says what came out.

pub(crate) mod outcome;
pub(crate) mod suite;
pub(crate) mod table;

use anyhow::ensure;

use crate::setup::{self, Tools};
use crate::workspace::Workspace;
use outcome::Outcome;
use suite::{Suite, Surroundings};

/// Runs the suites named, all where none is; whether all passed.
pub(crate) fn test(names: &[String]) -> anyhow::Result<bool> {
    let workspace = Workspace::load()?;
    let suites = chosen(suite::all(&workspace.product_tests), names)?;
    run(&workspace, &suites)
}

/// Sets up what the suites need, runs them one after the other and prints the table.
pub(crate) fn run(workspace: &Workspace, suites: &[Suite]) -> anyhow::Result<bool> {
    let tools = setup::set_up(workspace, &suite::needs(suites))?;
    if workspace.shared().is_none() {
        println!(
            "There is no ../shared beside this checkout: the tests on its corpora are skipped."
        );
    }
    let surroundings = Surroundings::new(workspace, &tools);
    let outcomes = run_all(workspace, &tools, suites, surroundings)?;
    print!("\n{}", table::table(&outcomes));
    Ok(outcomes.iter().all(|outcome| outcome.failed == 0))
}

fn run_all(
    workspace: &Workspace,
    tools: &Tools,
    suites: &[Suite],
    mut surroundings: Surroundings,
) -> anyhow::Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for suite in suites {
        let outcome = suite.run(workspace, tools, &mut surroundings)?;
        println!("   {outcome}");
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// The suites whose names were given, with those that they stand on, in their order.
fn chosen(all: Vec<Suite>, names: &[String]) -> anyhow::Result<Vec<Suite>> {
    let known: Vec<&str> = all.iter().map(|suite| suite.name.as_str()).collect();
    let unknown = names.iter().find(|name| !known.contains(&name.as_str()));
    ensure!(
        unknown.is_none(),
        "there is no suite `{}`; there are: {}",
        unknown.map_or("", String::as_str),
        known.join(", ")
    );
    if names.is_empty() {
        return Ok(all);
    }
    let on_products = all
        .iter()
        .any(|suite| names.contains(&suite.name) && suite.uses_products());
    let wanted = |suite: &Suite| names.contains(&suite.name) || on_products && suite.is_product();
    Ok(all.into_iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn names_of(names: &[&str]) -> Vec<String> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let all = suite::all(&["browser".to_owned(), "soak_readers".to_owned()]);
        let chosen = chosen(all, &names).expect("these suites exist");
        chosen.into_iter().map(|suite| suite.name).collect()
    }

    #[test]
    fn all_suites_run_unless_some_are_named() {
        let all = [
            "format",
            "clippy",
            "clippy-wasm32",
            "unit",
            "page",
            "programs",
            "wasm",
            "browser",
        ];
        assert_eq!(names_of(&[]), all);
        assert_eq!(names_of(&["wasm", "unit"]), ["unit", "wasm"]);
    }

    #[test]
    fn tests_of_the_whole_product_bring_its_build_along() {
        assert_eq!(names_of(&["browser"]), ["page", "programs", "browser"]);
    }

    #[test]
    fn an_unknown_suite_is_an_error_that_lists_the_others() {
        let Err(error) = chosen(suite::all(&[]), &["polish".to_owned()]) else {
            panic!("there is no suite `polish`");
        };
        assert!(
            error
                .to_string()
                .starts_with("there is no suite `polish`; there are: format, ")
        );
    }
}
