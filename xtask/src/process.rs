//! Starting other programs: their output goes to a log, their failure becomes one sentence.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// Runs the command, quietly but for a sign of life each minute; an error holds the command and the end of its output.
pub(crate) fn run(mut command: Command, log: &Path) -> anyhow::Result<()> {
    let shown = show(&command);
    let status = run_to_log(&mut command, log, None)?;
    match status {
        Some(status) if status.success() => Ok(()),
        _ => bail!("`{shown}` failed:\n{}", tail(log)),
    }
}

/// Runs the command for at most `limit`; `None` where the time was up or it could not start.
pub(crate) fn run_for(mut command: Command, log: &Path, limit: Duration) -> Option<ExitStatus> {
    run_to_log(&mut command, log, Some(limit)).ok().flatten()
}

/// Runs the command with standard output and error in the file `log`; `None` where the time limit ended it.
pub(crate) fn run_to_log(
    command: &mut Command,
    log: &Path,
    limit: Option<Duration>,
) -> anyhow::Result<Option<ExitStatus>> {
    let output = open_log(log)?;
    let errors = output.try_clone().context("could not share a log file")?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    let child = command
        .spawn()
        .with_context(|| format!("could not start `{}`", show(command)))?;
    wait(child, log, limit)
}

fn wait(
    mut child: Child,
    log: &Path,
    limit: Option<Duration>,
) -> anyhow::Result<Option<ExitStatus>> {
    let start = Instant::now();
    let mut next_sign = SIGN_OF_LIFE;
    loop {
        if let Some(status) = child.try_wait().context("could not wait for a command")? {
            return Ok(Some(status));
        }
        let elapsed = start.elapsed();
        if limit.is_some_and(|limit| elapsed > limit) {
            child
                .kill()
                .and_then(|()| child.wait())
                .context("could not end a command")?;
            return Ok(None);
        }
        if elapsed > next_sign {
            next_sign += SIGN_OF_LIFE;
            println!("   {} min: {}", elapsed.as_secs() / 60, last_line(log));
        }
        std::thread::sleep(POLL);
    }
}

fn open_log(log: &Path) -> anyhow::Result<File> {
    if let Some(folder) = log.parent() {
        make_folder(folder)?;
    }
    File::create(log).with_context(|| format!("could not write {}", log.display()))
}

/// Creates the folder and those above it.
pub(crate) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("could not create {}", folder.display()))
}

/// Standard output of a command that ended well; `None` where it failed or does not exist.
pub(crate) fn output_of(mut command: Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command as a person would type it.
pub(crate) fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "-_=./:@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The program's path, where it lies in one of the folders of PATH.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
        .find(|path| path.is_file())
}

fn last_line(log: &Path) -> String {
    read(log)
        .lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty())
        .unwrap_or_default()
        .to_owned()
}

/// The last lines of a log, indented.
pub(crate) fn tail(log: &Path) -> String {
    let text = read(log);
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.len().saturating_sub(TAIL_LINES);
    lines
        .iter()
        .skip(first)
        .map(|line| format!("    {line}\n"))
        .collect()
}

/// A log as text; programs may write bytes that are not UTF-8.
pub(crate) fn read(log: &Path) -> String {
    std::fs::read(log)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

const SIGN_OF_LIFE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
const TAIL_LINES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_so_that_they_can_be_pasted() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo it's", "", "a=b"]);
        assert_eq!(show(&command), r"sh -c 'echo it'\''s' '' a=b");
    }
}
