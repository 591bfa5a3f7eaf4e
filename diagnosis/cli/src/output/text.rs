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
    for (at, headline) in report.headlines.iter().enumerate() {
        out.push('\n');
        if let Some(advice) = first_for_lists(report, at) {
            let _ = writeln!(out, "{}", paint.bold(&plain(advice)));
        }
        let _ = writeln!(out, "{}", paint.bold(&plain(&headline.what)));
        let _ = writeln!(out, "{}\n{}.", plain(&headline.why), headline.act);
    }
    for recipient in &report.recipients {
        let _ = writeln!(out, "\n{}", plain(&facts(recipient)));
        if let Some(advice) = &recipient.list_advice {
            let _ = writeln!(out, "  On a mailing list: {}", plain(&advice.words));
        }
        if let Some(diagnostic) = &recipient.diagnostic {
            let _ = writeln!(out, "  {}", paint.dim(&plain(diagnostic)));
        }
    }
    steps(&mut out, &report.checklist, &paint);
    evidence::write(&mut out, &report.findings, resolver, &paint);
    out.push('\n');
    out
}

/// The messages that are ready to be sent.
pub(crate) fn handovers(report: &Report, colour: bool) -> String {
    let paint = Paint(colour);
    let mut out = String::new();
    for handover in &report.handovers {
        let heading = format!("Message to {}", reader(handover.to));
        let _ = writeln!(out, "{}", paint.bold(&heading));
        let _ = writeln!(out, "Subject: {}\n", plain(&handover.subject));
        for line in handover.text.lines() {
            let _ = writeln!(out, "{}", plain(line));
        }
        out.push('\n');
    }
    out
}

fn reader(to: &str) -> &'static str {
    match to {
        "user" => "the person who sent it",
        "own-admin" => "your mail administrator",
        "sender-provider" => "your mail provider",
        "recipient-postmaster" => "the recipient's postmaster",
        "isp" => "the provider of the IP address",
        _ => "the blocklist",
    }
}

/// What a sender to many wants to know first: what to do with the address.
fn first_for_lists(report: &Report, recipient: usize) -> Option<&str> {
    let returned = report.returned.as_ref()?;
    let advice = report.recipients.get(recipient)?.list_advice.as_ref()?;
    (returned.bulk == Some(true)).then_some(advice.words.as_str())
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
    for step in steps.iter().filter(|step| step.state == "done") {
        let _ = writeln!(out, "{} {}", paint.with("32", "done"), plain(&step.title));
        for line in &step.shown {
            let _ = writeln!(out, "     {}", paint.dim(&plain(line)));
        }
    }
    for step in steps.iter().filter(|step| step.state == "ruled-out") {
        let _ = writeln!(out, "{} {}", paint.with("32", "ok"), plain(&step.title));
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
