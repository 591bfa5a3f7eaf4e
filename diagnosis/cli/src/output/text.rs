//! A report as text for a terminal.

use std::fmt::Write;

use diagnosis::report::{RecipientReport, Report, StepReport};

mod evidence;

/// Colours, where there is a terminal.
struct Paint(bool);

impl Paint {
    fn bold(&self, text: &str) -> String {
        self.with("1", text)
    }

    fn dim(&self, text: &str) -> String {
        self.with("2", text)
    }

    fn with(&self, code: &str, text: &str) -> String {
        match self.0 {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }

    fn verdict(&self, verdict: &str) -> String {
        match verdict {
            "pass" => self.with("32", "fine       "),
            "problem" => self.with("31", "PROBLEM    "),
            "warning" => self.with("33", "warning    "),
            _ => self.dim("not checked"),
        }
    }
}

/// The report, for people. Control characters of the paste never reach the terminal.
pub(crate) fn text(report: &Report, resolver: Option<&str>, colour: bool) -> String {
    let paint = Paint(colour);
    let mut out = String::new();
    let source = report.source.as_deref().unwrap_or("-");
    let heading = format!("{source}, message {}: {}", report.index + 1, report.kind);
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", paint.dim(&plain(&heading)));
    for headline in &report.headlines {
        let act = match headline.responsible {
            "nobody" => "Nobody has to act".to_owned(),
            "unknown" => headline.responsible_words.to_owned(),
            "sender" => "You have to act".to_owned(),
            _ => format!("{} has to act", headline.responsible_words),
        };
        let _ = writeln!(out, "\n{}", paint.bold(&plain(&headline.what)));
        let _ = writeln!(out, "{}\n{act}.", plain(&headline.why));
    }
    for recipient in &report.recipients {
        let _ = writeln!(out, "\n{}", plain(&facts(recipient)));
        if let Some(diagnostic) = &recipient.diagnostic {
            let _ = writeln!(out, "  {}", paint.dim(&plain(diagnostic)));
        }
    }
    steps(&mut out, &report.checklist, &paint);
    evidence::write(&mut out, &report.findings, resolver, &paint);
    out.push('\n');
    out
}

fn facts(recipient: &RecipientReport) -> String {
    let mut facts = vec![
        recipient
            .address
            .clone()
            .unwrap_or_else(|| "(recipient not named)".to_owned()),
    ];
    let code = recipient.reply_code.map(|code| code.to_string());
    facts.extend(code);
    facts.extend(recipient.status.clone());
    facts.push(format!("{} ({})", recipient.reason, recipient.confidence));
    facts.extend(recipient.permanent.map(|permanent| {
        match permanent {
            true => "permanent",
            false => "temporary",
        }
        .to_owned()
    }));
    if recipient.suppress == Some(true) {
        facts.push("do not mail this address again".to_owned());
    }
    facts.join(", ")
}

fn steps(out: &mut String, steps: &[StepReport], paint: &Paint) {
    if steps.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold("What to do"));
    let open = steps.iter().filter(|step| step.state == "open");
    for (number, step) in open.enumerate() {
        let _ = writeln!(
            out,
            "{}. {} [{}]",
            number + 1,
            plain(&step.title),
            step.owner_words
        );
        let _ = writeln!(out, "   {}", plain(&step.why));
        for command in &step.commands {
            let _ = writeln!(out, "   $ {}", plain(command));
        }
        for verify in &step.verify {
            let _ = writeln!(
                out,
                "   {}",
                paint.dim(&format!("It worked when: {}", plain(verify)))
            );
        }
    }
    for step in steps.iter().filter(|step| step.state != "open") {
        let _ = writeln!(out, "{} {}", paint.with("32", "ok"), plain(&step.title));
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
