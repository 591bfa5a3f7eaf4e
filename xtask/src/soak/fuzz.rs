//! The fuzz targets: built once, then run two at a time. Debian's compiler brings no runtime of the
//! address sanitizer, and our crates have no unsafe code, so they run without one; what they look
//! for is a panic, an overflow, a time-out, or a property that does not hold.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::Context as _;

use super::corpus;
use crate::process;
use crate::setup::{self, Need, Tools};
use crate::test::outcome::Outcome;
use crate::test::table;
use crate::workspace::Workspace;

/// Runs each target for so many minutes; whether none has a finding.
pub(super) fn run(workspace: &Workspace, minutes: u32) -> anyhow::Result<bool> {
    let tools = setup::set_up(workspace, &[Need::Fuzzer])?;
    let fuzzing = Fuzzing {
        folder: workspace.root.join("tests/fuzz"),
        workspace,
        tools: &tools,
        minutes,
    };
    let targets = corpus::write(&workspace.root, &fuzzing.folder.join("corpus"))?;
    fuzzing.build()?;
    println!(
        "fuzz: {} targets, {AT_ONCE} at a time, {minutes} min each",
        targets.len()
    );
    let start = Instant::now();
    let mut outcome = fuzzing.run_all(&targets)?;
    outcome.duration = start.elapsed();
    print!("\n{}", table::table(std::slice::from_ref(&outcome)));
    Ok(outcome.failed == 0)
}

struct Fuzzing<'a> {
    folder: PathBuf,
    workspace: &'a Workspace,
    tools: &'a Tools,
    minutes: u32,
}

impl Fuzzing<'_> {
    fn build(&self) -> anyhow::Result<()> {
        let command = self.cargo_fuzz("build");
        println!("fuzz: {}", process::show(&command));
        process::run(command, &self.workspace.log("fuzz-build"))
    }

    fn run_all(&self, targets: &[&'static str]) -> anyhow::Result<Outcome> {
        let waiting = Mutex::new(targets.iter().copied());
        let outcome = Mutex::new(Outcome {
            suite: super::FUZZ.to_owned(),
            ..Outcome::default()
        });
        let work = || -> anyhow::Result<()> {
            while let Some(target) = next(&waiting) {
                let fault = self.run_one(target)?;
                let mut outcome = outcome.lock().unwrap_or_else(|lock| lock.into_inner());
                match fault {
                    None => outcome.passed += 1,
                    Some(fault) => {
                        outcome.failed += 1;
                        outcome.notes.push(fault);
                    }
                }
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })?;
        Ok(outcome
            .into_inner()
            .unwrap_or_else(|lock| lock.into_inner()))
    }

    /// What was found, in a sentence.
    fn run_one(&self, target: &str) -> anyhow::Result<Option<String>> {
        let log = self.workspace.log(&format!("fuzz-{target}"));
        let mut command = self.cargo_fuzz("run");
        command.arg(target).arg("--").args(LIBFUZZER);
        command.arg(format!("-max_total_time={}", self.minutes * 60));
        command.arg(format!(
            "-dict={}",
            self.folder.join("words.dict").display()
        ));
        let status = process::run_to_log(&mut command, &log, None)?
            .with_context(|| format!("the fuzz target {target} was ended"))?;
        println!("fuzz: {target} {}", last_figures(&process::read(&log)));
        if status.success() {
            return Ok(None);
        }
        println!("{}", process::tail(&log));
        Ok(Some(format!("{target}: see {}", log.display())))
    }

    /// `RUSTC_BOOTSTRAP` lets a stable compiler take the flags that count which code was reached.
    fn cargo_fuzz(&self, what: &str) -> Command {
        let mut command = self.tools.command("cargo");
        command.current_dir(&self.folder);
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TERM_COLOR", "never");
        command.args(["fuzz", what, "--fuzz-dir", ".", "--sanitizer", "none"]);
        command
            .arg("--target-dir")
            .arg(self.workspace.target.join("fuzz"));
        command
    }
}

fn next(waiting: &Mutex<impl Iterator<Item = &'static str>>) -> Option<&'static str> {
    let mut waiting = waiting.lock().unwrap_or_else(|lock| lock.into_inner());
    waiting.next()
}

/// libFuzzer's closing line, such as `Done 7157 runs in 61 second(s)`.
fn last_figures(log: &str) -> &str {
    log.lines()
        .rfind(|line| line.starts_with("Done "))
        .unwrap_or("broke off")
}

const AT_ONCE: usize = 2;

/// A paste may be longer than 8 kB, but hardly to show more.
const LIBFUZZER: &[&str] = &["-max_len=8192", "-timeout=20", "-rss_limit_mb=4096"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_is_told() {
        let log = "#7157\tDONE cov: 12\nDone 7157 runs in 61 second(s)\n";
        assert_eq!(last_figures(log), "Done 7157 runs in 61 second(s)");
        assert_eq!(
            last_figures("==1== ERROR: libFuzzer: deadly signal\n"),
            "broke off"
        );
    }

    #[test]
    fn each_target_is_handed_out_once() {
        let waiting = Mutex::new(["a", "b"].into_iter());
        assert_eq!(
            [next(&waiting), next(&waiting), next(&waiting)],
            [Some("a"), Some("b"), None]
        );
    }
}
