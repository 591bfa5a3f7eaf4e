//! One judgement without a bounce, for administrators: `diagnose dkim`, `diagnose dmarc`, …

mod dkim;
mod dmarc;
mod spf;

use clap::{Args, Subcommand};
use diagnosis::{
    dns::{Answer, Answers, Name, Question},
    json::{ToJson, write_object},
};

use crate::ask::Resolver;

/// What is judged.
#[derive(Subcommand)]
pub(crate) enum Judgement {
    /// Judges the DKIM key at a selector.
    Dkim(dkim::Dkim),
    /// Evaluates SPF for an address and a sender.
    Spf(spf::Spf),
    /// Judges DMARC for a domain of From and what is authenticated.
    Dmarc(dmarc::Dmarc),
}

impl Judgement {
    /// Asks what has to be known, and judges.
    ///
    /// # Errors
    ///
    /// A sentence about what cannot be asked for.
    pub(crate) fn run(&self) -> Result<Judged, String> {
        match self {
            Self::Dkim(dkim) => dkim.judge(),
            Self::Spf(spf) => Ok(spf.judge()),
            Self::Dmarc(dmarc) => Ok(dmarc.judge()),
        }
    }
}

/// What a judgement came to.
#[derive(Default)]
pub(crate) struct Judged {
    /// Whether the exit status is 0.
    pub(crate) passes: bool,
    /// What is printed.
    pub(crate) words: String,
}

/// What every judgement has to be told.
#[derive(Args)]
struct Asking {
    /// Where DNS is asked: a /dns-query address that answers application/dns-json.
    #[arg(long, value_name = "URL", value_parser = crate::ask::address)]
    resolver: String,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

impl Asking {
    /// Asks until nothing is open.
    fn resolve<T>(&self, judge: impl Fn(&Answers) -> (T, Vec<Question>)) -> T {
        Resolver::new(&self.resolver).resolve(judge)
    }

    /// The object with these fields, or the lines of text without control characters.
    fn words(&self, fields: &[(&str, &dyn ToJson)], lines: &[String]) -> String {
        let mut words = String::new();
        if self.json {
            write_object(&mut words, fields);
            words.push('\n');
            return words;
        }
        for line in lines {
            for c in line.chars() {
                // As DNS itself writes them (RFC 1035, section 5.1).
                match c.is_control() {
                    true => words.push_str(&format!("\\{:03}", u32::from(c))),
                    false => words.push(c),
                }
            }
            words.push('\n');
        }
        words
    }
}

/// A domain name of the command line.
fn domain(word: &str) -> Result<Name, String> {
    word.parse()
        .map_err(|error| format!("{error}; a domain name is expected, such as shop.example"))
}

/// What was asked and answered, as lines of a tree.
fn trail(lines: &mut Vec<String>, depth: usize, answers: &[(Question, Answer)]) {
    let indent = "  ".repeat(depth);
    for (question, answer) in answers {
        let (name, kind) = (&question.name, question.record_type.as_str());
        lines.push(format!(
            "{indent}{name} {kind}: {}",
            answer.outcome.as_str()
        ));
        for record in &answer.records {
            lines.push(format!("{indent}  {}", record.data.present()));
        }
    }
}
