//! The table at the end.

use std::fmt::Write as _;

use super::outcome::Outcome;

/// A line for each suite, and last the sums alone on their line.
pub(crate) fn table(outcomes: &[Outcome]) -> String {
    let name_width = outcomes
        .iter()
        .map(|outcome| outcome.suite.chars().count())
        .max();
    let width = name_width.unwrap_or_default().max(HEADING.len());
    let mut text = format!("{HEADING:width$}  passed  failed  skipped  seconds\n");
    for outcome in outcomes {
        text.push_str(&row(outcome, width));
    }
    let sum = |part: fn(&Outcome) -> u32| outcomes.iter().map(part).sum::<u32>();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "\n{} passed, {} failed, {} skipped",
        sum(|outcome| outcome.passed),
        sum(|outcome| outcome.failed),
        sum(|outcome| outcome.skipped)
    );
    text
}

fn row(outcome: &Outcome, width: usize) -> String {
    let Outcome {
        suite,
        passed,
        failed,
        skipped,
        notes,
        duration,
    } = outcome;
    let seconds = duration.as_secs_f64();
    let numbers = format!("{passed:6}  {failed:6}  {skipped:7}  {seconds:7.1}");
    let row = format!("{suite:width$}  {numbers}  {}", notes.join("; "));
    format!("{}\n", row.trim_end())
}

const HEADING: &str = "suite";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_sums_stand_alone_on_the_last_line() {
        let outcomes = [
            Outcome {
                suite: "unit".to_owned(),
                passed: 120,
                duration: Duration::from_millis(61_240),
                ..Outcome::default()
            },
            Outcome {
                suite: "corpus".to_owned(),
                passed: 1,
                failed: 2,
                skipped: 3,
                notes: vec!["no ../shared".to_owned()],
                ..Outcome::default()
            },
        ];
        let expected = "\
suite   passed  failed  skipped  seconds
unit       120       0        0     61.2
corpus       1       2        3      0.0  no ../shared

121 passed, 2 failed, 3 skipped
";
        assert_eq!(table(&outcomes), expected);
    }
}
