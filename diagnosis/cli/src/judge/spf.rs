//! `diagnose spf`: the evaluation alone, as `spfquery` does it.

use std::net::IpAddr;

use clap::Args;
use diagnosis::dns::{
    Answers, Name, ProtocolResult, Question,
    spf::{
        Evaluation, Fault, Input, Matched, State, Step, evaluate,
        parse::parse,
        slips::{ignored, mended},
    },
};

use super::{Asking, Judged};

/// Whose mail, from where.
#[derive(Args)]
pub(crate) struct Spf {
    /// The address that the mail comes from.
    #[arg(long)]
    ip: IpAddr,
    /// The address of MAIL FROM; where it is empty, HELO is evaluated (RFC 7208, section 2.4). Its
    /// local part goes to DNS where a macro asks for it.
    #[arg(long, value_name = "ADDRESS")]
    mail_from: String,
    /// The name given in HELO.
    #[arg(long, value_name = "NAME")]
    helo: Option<String>,
    #[command(flatten)]
    asking: Asking,
}

impl Spf {
    pub(crate) fn judge(&self) -> Judged {
        let sender = Sender::of(&self.mail_from, self.helo.as_deref());
        let input = Input {
            ip: self.ip,
            helo: sender.helo,
            local_part: Some(sender.local_part),
            domain: &sender.domain,
            explains: true,
        };
        self.asking.resolve(|answers| self.attempt(&input, answers))
    }

    fn attempt(&self, input: &Input<'_>, answers: &Answers) -> (Judged, Vec<Question>) {
        let found = match evaluate(input, answers) {
            State::Open(needs) => return (Judged::default(), needs),
            State::Done(found) => found,
        };
        let term = found
            .matched
            .as_ref()
            .map(|matched| matched.term.to_owned());
        let trail: Vec<String> = found.trail.iter().map(Step::to_string).collect();
        let result = found.result.as_str();
        let hints = hints(&found, input);
        let mut lines = vec![first_line(&found)];
        let explanation = found.explanation.as_ref();
        lines.extend(explanation.map(|text| format!("The domain's owner says: {text}")));
        lines.extend(hints.iter().cloned());
        lines.push(format!(
            "{} of 10 look-ups, {} of 2 void",
            found.lookups, found.void_lookups
        ));
        lines.extend(trail.iter().map(|line| format!("  {line}")));
        let fault = found.fault.as_ref().map(ToString::to_string);
        let position = match &found.fault {
            Some(Fault::Syntax { error, .. }) => Some(error.position + 1),
            _ => None,
        };
        let fields = [
            ("result", &result as _),
            ("term", &term as _),
            ("explanation", &found.explanation as _),
            ("fault", &fault as _),
            ("position", &position as _),
            ("lookups", &found.lookups as _),
            ("void_lookups", &found.void_lookups as _),
            ("trail", &trail as _),
            ("hints", &hints as _),
        ];
        let judged = Judged {
            passes: found.result == ProtocolResult::Pass,
            words: self.asking.words(&fields, &lines),
        };
        (judged, Vec::new())
    }
}

/// Who is said to send.
struct Sender<'a> {
    helo: &'a str,
    local_part: &'a str,
    domain: String,
}

impl<'a> Sender<'a> {
    fn of(mail_from: &'a str, helo: Option<&'a str>) -> Self {
        let helo = helo.map_or("unknown", str::trim);
        let (local, domain) = match mail_from.trim().trim_matches(['<', '>']) {
            "" => ("", helo),
            sender => sender.rsplit_once('@').unwrap_or(("", sender)),
        };
        let local_part = match local {
            // RFC 7208, section 4.3: without a local part it is "postmaster".
            "" => "postmaster",
            some => some,
        };
        // Section 4.3: an internationalised name stands in DNS in its ASCII form.
        let domain = match (domain.is_ascii(), domain.parse::<Name>()) {
            (false, Ok(name)) => name.as_str().to_owned(),
            _ => domain.to_owned(),
        };
        Self {
            helo,
            local_part,
            domain,
        }
    }
}

fn first_line(found: &Evaluation<'_>) -> String {
    let result = found.result.as_str();
    match (&found.matched, &found.fault) {
        (_, Some(fault)) => format!("{result}: {fault}"),
        (Some(matched), None) => {
            let Matched { term, domain } = matched;
            format!("{result}: {term} in the record of {domain}")
        }
        (None, None) => result.to_owned(),
    }
}

/// What the result alone does not say: why there is none, and what was probably meant.
fn hints(found: &Evaluation<'_>, input: &Input<'_>) -> Vec<String> {
    let domain = input.domain;
    let Some(first) = found.trail.first() else {
        return match found.result {
            ProtocolResult::None => {
                vec![format!(
                    "{domain:?} is no domain name that SPF can be asked for"
                )]
            }
            _ => Vec::new(),
        };
    };
    if let Some(domain) = found.circle() {
        return vec![format!("The record of {domain} leads back to itself")];
    }
    match first {
        Step::NoRecord { exists: false, .. } => vec![format!("{domain} does not exist")],
        Step::NoRecord {
            lookalike: Some(text),
            ..
        } => vec![
            format!("Receivers see no record: this does not begin with v=spf1 and a space: {text}"),
            format!("Probably meant: {}", mended(text)),
        ],
        Step::Record { text, .. } => of_record(text, &found.fault),
        _ => Vec::new(),
    }
}

fn of_record(text: &str, fault: &Option<Fault>) -> Vec<String> {
    let passed_over = ignored(text);
    let is_syntax = matches!(fault, Some(Fault::Syntax { .. })) && parse(text).is_err();
    let mut hints: Vec<String> = passed_over
        .iter()
        .map(|it| format!("Receivers pass over {}: {}", it.term, it.why))
        .collect();
    let mended = mended(text);
    let is_better = mended != text && parse(&mended).is_ok();
    if is_better && (is_syntax || passed_over.is_some()) {
        hints.push(format!("Probably meant: {mended}"));
    }
    hints
}
