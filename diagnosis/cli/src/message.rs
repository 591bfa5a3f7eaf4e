//! A message becomes reports: the core's functions one after the other.

use diagnosis::{
    case::Case,
    check::examine,
    checklist::{Advice, advise},
    classify::classify,
    dns::Answers,
    finding::Finding,
    read::read,
    report::Report,
};

use crate::{ask::Resolver, input::Message};

/// What is wanted of each message.
pub(crate) enum Wanted {
    /// What it says, without findings and advice.
    Reading,
    /// All of it.
    Diagnosis {
        /// Where DNS is asked.
        resolver: Option<Resolver>,
        /// Whether blocklists are asked that the message does not name.
        blocklists: bool,
    },
}

/// The reports on what stands in one message, mostly one. Their index counts from the beginning of
/// the message, their spans from the beginning of the file.
pub(crate) fn diagnose(message: &Message, wanted: &Wanted) -> Vec<Report> {
    let cases = read(&message.bytes, decode).into_iter().map(classify);
    cases
        .enumerate()
        .map(|(index, mut case)| {
            case.options.blocklists = matches!(
                wanted,
                Wanted::Diagnosis {
                    blocklists: true,
                    ..
                }
            );
            let (findings, advice) = judge(&case, wanted);
            let mut report = Report::new(index, &case, &findings, &advice);
            report.source = Some(message.source.as_ref().to_owned());
            shift(&mut report, message.at);
            report
        })
        .collect()
}

fn judge(case: &Case, wanted: &Wanted) -> (Vec<Finding>, Advice) {
    let findings = match wanted {
        Wanted::Reading => {
            let (headlines, steps) = (Vec::new(), Vec::new());
            return (Vec::new(), Advice { headlines, steps });
        }
        Wanted::Diagnosis {
            resolver: Some(resolver),
            ..
        } => resolver.examine(case),
        Wanted::Diagnosis { resolver: None, .. } => examine(case, &Answers::default()).findings,
    };
    let advice = advise(case, &findings);
    (findings, advice)
}

/// Moves all spans of a report on a part of a file that begins at `by`.
fn shift(report: &mut Report, by: usize) {
    let of_recipients = report
        .recipients
        .iter_mut()
        .flat_map(|recipient| &mut recipient.evidence);
    let spans = of_recipients
        .chain(&mut report.sending.evidence)
        .flat_map(|evidence| &mut evidence.spans)
        .chain([&mut report.span]);
    for [start, end] in spans {
        *start = start.saturating_add(by);
        *end = end.saturating_add(by);
    }
}

/// Charsets by the labels of the Encoding Standard, which include the misspelt ones that mail has.
fn decode(label: &str, bytes: &[u8]) -> Option<String> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
    Some(encoding.decode_without_bom_handling(bytes).0.into_owned())
}
