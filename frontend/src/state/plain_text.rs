//! The report as text, for the clipboard and for a reply.

use diagnosis::report::{HandoverReport, Report, StepReport};

use super::{
    rows::is_about,
    words::{facts, pill, verdict},
};

/// The whole report of one recipient.
pub(crate) fn report(report: &Report, recipient: usize, link: Option<&str>) -> String {
    let mut text = headline(report, recipient);
    for fact in facts(report, recipient) {
        text.push_str(&format!("{}: {}\n", fact.label, fact.value));
    }
    let open: Vec<&StepReport> = steps(report, recipient, "open").collect();
    let done: Vec<&StepReport> = steps(report, recipient, "done").collect();
    if !open.is_empty() || !done.is_empty() {
        text.push_str("\nFix checklist\n");
        text.push_str(&numbered(&open));
    }
    for step in done {
        text.push_str(&format!("Done: {}\n", step.title));
        for line in &step.shown {
            text.push_str(&format!("   {line}\n"));
        }
    }
    let findings = report
        .findings
        .iter()
        .filter(|finding| is_about(&finding.recipients, recipient));
    let lines: Vec<String> = findings
        .map(|finding| {
            let word = verdict(finding.verdict);
            format!("- {word}: {}. {}\n", finding.title, finding.detail)
        })
        .collect();
    if !lines.is_empty() {
        text.push_str("\nDNS evidence\n");
        text.push_str(&lines.concat());
    }
    if let Some(link) = link {
        text.push_str(&format!("\n{link}\n"));
    }
    text
}

/// What to tell the person who sent the message: the ready message to them, else the verdict.
pub(crate) fn reply(report: &Report, recipient: usize) -> String {
    let mut ready = letters(report, recipient);
    match ready.find(|letter| letter.to == "user") {
        Some(letter) => letter.text.clone(),
        None => headline(report, recipient),
    }
}

/// The ready messages about a recipient.
pub(crate) fn letters(report: &Report, recipient: usize) -> impl Iterator<Item = &HandoverReport> {
    report
        .handovers
        .iter()
        .filter(move |letter| is_about(&letter.recipients, recipient))
}

fn headline(report: &Report, recipient: usize) -> String {
    let Some(headline) = report.headlines.get(recipient) else {
        return String::new();
    };
    let (who, _) = pill(report, headline);
    format!("{who}\n{}\n{}\n\n", headline.what, headline.why)
}

fn steps<'a>(
    report: &'a Report,
    recipient: usize,
    state: &'static str,
) -> impl Iterator<Item = &'a StepReport> {
    report
        .checklist
        .iter()
        .filter(move |step| step.state == state && is_about(&step.recipients, recipient))
}

fn numbered(steps: &[&StepReport]) -> String {
    let mut text = String::new();
    for (index, step) in steps.iter().enumerate() {
        let number = index + 1;
        text.push_str(&format!(
            "{number}. {} ({})\n",
            step.title, step.owner_words
        ));
        text.push_str(&format!("   {}\n", step.why));
        for command in &step.commands {
            text.push_str(&format!("   $ {command}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{diagnosed::Diagnosis, language::Tongue};
    use diagnosis::{classify::classify, dns::Answers, read::read, text::no_decoder};

    #[test]
    fn the_text_holds_verdict_steps_and_link() {
        let paste = "<ana@firm.example>: host mx1.firm.example[192.0.2.10] said: 550 5.1.1 User unknown (in reply to RCPT TO command)";
        let bounce = read(paste.as_bytes(), no_decoder).swap_remove(0);
        let own = Diagnosis::new(
            0,
            &classify(bounce),
            &Answers::default(),
            &Tongue::default(),
        )
        .report;
        let text = report(&own, 0, Some("https://clinic.example/r/userunknown#1.x"));
        for part in ["You have to act\n", "Reply: 550 5.1.1\n", "\n1. ", "#1.x\n"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let reply = reply(&own, 0);
        assert!(reply.contains("What you can do"), "{reply}");
        assert!(!reply.contains("Reply:"), "{reply}");
    }
}
