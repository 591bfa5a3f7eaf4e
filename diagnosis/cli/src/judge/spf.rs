//! `diagnose spf`: the evaluation alone, as `spfquery` does it.

use std::net::IpAddr;

use clap::Args;
use diagnosis::dns::{
    Answers, ProtocolResult, Question,
    spf::{Input, State, Step, evaluate},
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
        let input = self.input();
        self.asking.resolve(|answers| self.attempt(&input, answers))
    }

    /// Section 4.3: without a local part it is "postmaster".
    fn input(&self) -> Input<'_> {
        let helo = self.helo.as_deref().unwrap_or("unknown");
        let (local, domain) = match self.mail_from.trim_matches(['<', '>']) {
            "" => ("", helo),
            sender => sender.rsplit_once('@').unwrap_or(("", sender)),
        };
        let local = match local {
            "" => "postmaster",
            some => some,
        };
        Input {
            ip: self.ip,
            helo,
            local_part: Some(local),
            domain,
            explains: true,
        }
    }

    fn attempt(&self, input: &Input<'_>, answers: &Answers) -> (Judged, Vec<Question>) {
        let found = match evaluate(input, answers) {
            State::Open(needs) => return (Judged::default(), needs),
            State::Done(found) => found,
        };
        let matched = found.matched.as_ref();
        let term = matched.map(|matched| matched.term.to_owned());
        let trail: Vec<String> = found.trail.iter().map(Step::to_string).collect();
        let result = found.result.as_str();
        let mut lines = vec![match (matched, &found.fault) {
            (_, Some(fault)) => format!("{result}: {fault}"),
            (Some(matched), None) => {
                format!(
                    "{result}: {} in the record of {}",
                    matched.term, matched.domain
                )
            }
            (None, None) => result.to_owned(),
        }];
        let explanation = found.explanation.as_ref();
        lines.extend(explanation.map(|text| format!("The domain's owner says: {text}")));
        lines.push(format!(
            "{} of 10 look-ups, {} of 2 void",
            found.lookups, found.void_lookups
        ));
        lines.extend(trail.iter().map(|line| format!("  {line}")));
        let fault = found.fault.as_ref().map(ToString::to_string);
        let fields = [
            ("result", &result as _),
            ("term", &term as _),
            ("explanation", &found.explanation as _),
            ("fault", &fault as _),
            ("lookups", &found.lookups as _),
            ("void_lookups", &found.void_lookups as _),
            ("trail", &trail as _),
        ];
        let judged = Judged {
            passes: found.result == ProtocolResult::Pass,
            words: self.asking.words(&fields, &lines),
        };
        (judged, Vec::new())
    }
}
