//! Whether the returned message is what a message must be, from its head alone.
//!
//! What it says: a field that must be there is missing or stands there twice, has characters that
//! are not encoded, or the message is larger than the server takes. Why it matters: servers refuse
//! mail that breaks RFC 5322, and filters count it as a mark of spam. How to fix: mend the program
//! that makes the mail; send less at a time. Evidence used: the head of the returned message, and what
//! the refusal says of sizes.

use super::{Outcome, author_domain, finding};
use crate::{
    bounce::Head,
    case::Case,
    dns::Answers,
    finding::{Code, Finding, Verdict},
    reason::Reason,
    text::Spanned,
    wording::{Slot, Value, Values},
};

pub(super) fn check(case: &Case, _answers: &Answers) -> Outcome {
    let is = |wanted: fn(Reason) -> bool| {
        let mut judged = case.judgements.iter();
        judged.any(|judgement| wanted(judgement.reason))
    };
    let mut findings = Vec::new();
    if is(is_about_form)
        && let Some(head) = &case.bounce.returned.head
    {
        findings = of_head(head);
    }
    if is(|reason| reason == Reason::Emailtoolarge) {
        findings.extend(too_large(case));
    }
    // What is judged has no name of its own; it is the domain's mail.
    let domain = author_domain(case).map(|domain| domain.to_string());
    for finding in &mut findings {
        finding.subject = domain.clone().unwrap_or_default();
    }
    Outcome {
        findings,
        needs: Vec::new(),
    }
}

/// Whether the form of the message can be the reason.
fn is_about_form(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Notcompliantrfc
            | Reason::Contenterror
            | Reason::Syntaxerror
            | Reason::Spamdetected
            | Reason::Rejected
    )
}

fn of_head(head: &Head) -> Vec<Finding> {
    let fields = [
        (
            &head.dates,
            Code::MessageDateMissing,
            Code::MessageDateTwice,
        ),
        (
            &head.froms,
            Code::MessageFromMissing,
            Code::MessageFromTwice,
        ),
        (
            &head.message_ids,
            Code::MessageIdMissing,
            Code::MessageIdTwice,
        ),
    ];
    let mut findings: Vec<Finding> = fields
        .into_iter()
        .filter_map(|(count, missing, twice)| of_field(count, missing, twice, head.is_complete))
        .collect();
    if head.froms.value == 1 && head.authors.value > 1 {
        let found = counted(
            Code::MessageSeveralAuthors,
            Verdict::Warning,
            head.authors.value,
        );
        findings.push(found);
    }
    if let Some(name) = &head.unencoded {
        let values = Values::new().text(Slot::Field, name.value.clone());
        let code = Code::MessageNotAscii;
        findings.push(finding(code, Verdict::Problem, "", values));
    }
    if findings.is_empty() && head.is_complete {
        let code = Code::MessageHeadInOrder;
        findings.push(finding(code, Verdict::Pass, "", Values::new()));
    }
    findings
}

fn of_field(
    count: &Spanned<usize>,
    missing: Code,
    twice: Code,
    is_complete: bool,
) -> Option<Finding> {
    match count.value {
        // RFC 5322, section 3.6.4: Message-ID only should be there.
        0 if is_complete && missing == Code::MessageIdMissing => {
            Some(counted(missing, Verdict::Warning, 0))
        }
        0 if is_complete => Some(counted(missing, Verdict::Problem, 0)),
        0 | 1 => None,
        several => Some(counted(twice, Verdict::Problem, several)),
    }
}

fn counted(code: Code, verdict: Verdict, count: usize) -> Finding {
    let values = Values::new().with(Slot::Count, Value::Number(count));
    finding(code, verdict, "", values)
}

/// What base64 makes of 100 octets, with its line ends (RFC 2045, section 6.8).
const GROWTH: usize = 137;

fn too_large(case: &Case) -> Option<Finding> {
    let limit = case.bounce.returned.limit.as_ref()?.value;
    let size = case.bounce.returned.size.as_ref().map(|size| size.value);
    if size.is_some_and(|size| size <= limit) {
        return None;
    }
    let attachments = limit.checked_mul(100)? / GROWTH;
    let mut values = Values::new()
        .text(Slot::Limit, megabytes(limit))
        .text(Slot::Attachments, megabytes(attachments));
    if let Some(size) = size {
        values.set(Slot::Size, Value::Text(megabytes(size)));
    }
    let code = Code::MessageTooLarge;
    Some(finding(code, Verdict::Problem, "", values))
}

/// A size for people, with one decimal.
fn megabytes(bytes: usize) -> String {
    const TENTH: usize = 104_858;
    if bytes < TENTH {
        return format!("{} kB", bytes.div_ceil(1024));
    }
    let tenths = (bytes / TENTH) + usize::from(bytes % TENTH >= TENTH / 2);
    match tenths % 10 {
        0 => format!("{} MB", tenths / 10),
        part => format!("{}.{part} MB", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_megabytes() {
        assert_eq!(megabytes(26_214_400), "25 MB");
        assert_eq!(megabytes(36_700_160), "35 MB");
        assert_eq!(megabytes(19_134_598), "18.2 MB");
        assert_eq!(megabytes(1), "1 kB");
        assert!(megabytes(usize::MAX).ends_with(" MB"));
    }
}
