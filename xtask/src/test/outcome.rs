//! What came out of a suite, read from its output.

use std::fmt;
use std::time::Duration;

/// The counts of one suite.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) suite: String,
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
    /// Why something failed or was skipped.
    pub(crate) notes: Vec<String>,
    pub(crate) duration: Duration,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.duration.as_secs_f64();
        write!(
            f,
            "{}: {} passed, {} failed",
            self.suite, self.passed, self.failed
        )?;
        write!(f, ", {} skipped in {seconds:.1} s", self.skipped)
    }
}

/// A suite that is one command: it passes or fails as a whole.
pub(crate) fn of_command(succeeded: bool) -> Outcome {
    Outcome {
        passed: u32::from(succeeded),
        failed: u32::from(!succeeded),
        ..Outcome::default()
    }
}

/// A suite of test programs, from what they printed and whether the command ended well.
pub(crate) fn of_tests(output: &str, succeeded: bool, skips_are_lawful: bool) -> Outcome {
    let mut outcome = Outcome::default();
    let mut ignored = 0;
    for line in output.lines().filter_map(result_line) {
        outcome.passed += count(line, "passed");
        outcome.failed += count(line, "failed");
        ignored += count(line, "ignored");
    }
    let skips: Vec<String> = output
        .lines()
        .filter_map(skip_line)
        .map(str::to_owned)
        .collect();
    let skipped = u32::try_from(skips.len())
        .unwrap_or(u32::MAX)
        .min(outcome.passed);
    // To the test program a skipped test is one that passed.
    outcome.passed -= skipped;
    outcome.notes = reasons(&skips);
    if skips_are_lawful {
        outcome.skipped = skipped;
    } else {
        outcome.failed += skipped;
    }
    if ignored > 0 {
        outcome.failed += ignored;
        outcome
            .notes
            .push(format!("{ignored} ignored; no test may be"));
    }
    if !succeeded && outcome.failed == 0 {
        outcome.failed = 1;
        outcome.notes.push("did not build or broke off".to_owned());
    }
    if outcome.passed + outcome.failed + outcome.skipped == 0 {
        outcome.failed = 1;
        outcome.notes.push("no test ran".to_owned());
    }
    outcome
}

/// What follows `test result: ` in a line such as
/// `test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`.
fn result_line(line: &str) -> Option<&str> {
    line.trim().strip_prefix("test result: ")
}

fn count(result: &str, what: &str) -> u32 {
    let words: Vec<&str> = result
        .split([' ', ';', '.'])
        .filter(|word| !word.is_empty())
        .collect();
    let pairs = words.windows(2).filter(|pair| pair.get(1) == Some(&what));
    pairs
        .filter_map(|pair| pair.first()?.parse::<u32>().ok())
        .sum()
}

/// `NAME: WHY`, from the line that a skipping test prints.
fn skip_line(line: &str) -> Option<&str> {
    line.strip_prefix("SKIPPED ")
}

/// Each reason once.
fn reasons(skips: &[String]) -> Vec<String> {
    let mut reasons: Vec<String> = skips
        .iter()
        .map(|skip| {
            skip.split_once(": ")
                .map_or(skip.as_str(), |(_, why)| why)
                .to_owned()
        })
        .collect();
    reasons.sort();
    reasons.dedup();
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_PROGRAMS: &str = "
running 3 tests
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: ok. 12 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.02s
";

    #[test]
    fn the_counts_of_all_programs_are_added() {
        let outcome = of_tests(TWO_PROGRAMS, true, false);
        assert_eq!(
            (outcome.passed, outcome.failed, outcome.skipped),
            (15, 0, 0)
        );
        assert!(outcome.notes.is_empty());
    }

    #[test]
    fn failures_are_counted() {
        let output = "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured";
        let outcome = of_tests(output, false, false);
        assert_eq!((outcome.passed, outcome.failed), (1, 2));
    }

    #[test]
    fn a_program_that_breaks_off_is_a_failure() {
        let outcome = of_tests(TWO_PROGRAMS, false, false);
        assert_eq!((outcome.passed, outcome.failed), (15, 1));
        assert_eq!(outcome.notes, ["did not build or broke off"]);
    }

    #[test]
    fn no_test_at_all_is_a_failure() {
        let output = "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured";
        let outcome = of_tests(output, true, false);
        assert_eq!(
            (outcome.failed, outcome.notes),
            (1, vec!["no test ran".to_owned()])
        );
    }

    #[test]
    fn an_ignored_test_is_a_failure() {
        let output = "test result: ok. 4 passed; 0 failed; 2 ignored; 0 measured";
        let outcome = of_tests(output, true, false);
        assert_eq!((outcome.passed, outcome.failed), (4, 2));
        assert_eq!(outcome.notes, ["2 ignored; no test may be"]);
    }

    #[test]
    fn skipped_tests_are_told_from_passed_ones() {
        let output =
            format!("SKIPPED scores: no ../shared\nSKIPPED spans: no ../shared\n{TWO_PROGRAMS}");
        let outcome = of_tests(&output, true, true);
        assert_eq!(
            (outcome.passed, outcome.failed, outcome.skipped),
            (13, 0, 2)
        );
        assert_eq!(outcome.notes, ["no ../shared"]);
    }

    #[test]
    fn a_skip_without_a_lawful_reason_is_a_failure() {
        let output = format!("SKIPPED paste: no browser\n{TWO_PROGRAMS}");
        let outcome = of_tests(&output, true, false);
        assert_eq!(
            (outcome.passed, outcome.failed, outcome.skipped),
            (14, 1, 0)
        );
        assert_eq!(outcome.notes, ["no browser"]);
    }
}
