//! A message becomes reports: the core's functions one after the other.

use diagnosis::{
    case::{Case, Facts},
    check::examine,
    checklist::{Advice, advise_in},
    classify::classify,
    dns::Answers,
    finding::Finding,
    read::read,
    report::Report,
    wording::Words,
};

use crate::{ask::Resolver, input::Message};

/// What is wanted of each message.
pub(crate) enum Wanted {
    /// What it says, without findings and advice.
    Reading,
    /// All of it.
    Diagnosis(Box<Wishes>),
}

/// How a diagnosis is made.
pub(crate) struct Wishes {
    /// Where DNS is asked.
    pub(crate) resolver: Option<Resolver>,
    /// Whether blocklists are asked that the message does not name.
    pub(crate) blocklists: bool,
    /// What the person adds to each message.
    pub(crate) facts: Facts,
    /// The words of headlines and steps.
    pub(crate) words: Words,
    /// The words of the ready messages.
    pub(crate) letters: Words,
}

/// The reports on what stands in one message, mostly one. Their index counts from the beginning of
/// the message, their spans from the beginning of the file.
pub(crate) fn diagnose(message: &Message, wanted: &Wanted) -> Vec<Report> {
    let cases = read(&message.bytes, decode).into_iter().map(classify);
    cases
        .enumerate()
        .map(|(index, case)| {
            let case = with_wishes(case, wanted);
            let (findings, advice) = judge(&case, wanted);
            let mut report = Report::new(index, &case, &findings, &advice);
            report.source = Some(message.source.as_ref().to_owned());
            shift(&mut report, message.at);
            report
        })
        .collect()
}

fn with_wishes(case: Case, wanted: &Wanted) -> Case {
    let Wanted::Diagnosis(wishes) = wanted else {
        return case;
    };
    let mut case = case.with_facts(&wishes.facts);
    case.options.blocklists = wishes.blocklists;
    case
}

fn judge(case: &Case, wanted: &Wanted) -> (Vec<Finding>, Advice) {
    let Wanted::Diagnosis(wishes) = wanted else {
        return (Vec::new(), Advice::default());
    };
    let findings = match &wishes.resolver {
        Some(resolver) => resolver.examine(case),
        None => examine(case, &Answers::default()).findings,
    };
    let advice = advise_in(&wishes.words, &wishes.letters, case, &findings);
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
