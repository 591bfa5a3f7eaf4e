//! What stands behind SERVFAIL: the resolver says by which fault (RFC 8914), or the same question
//! without the check of the signatures tells (RFC 4035, section 3.2.2).

use super::ask;
use crate::dns::{Answer, Answers, Outcome as Ended, Question};

/// The fault behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    /// The signatures of DNSSEC do not hold.
    Dnssec,
    /// No name server in charge answers.
    Servers,
    /// Neither is said.
    Unknown,
}

/// The fault, and the answers that tell it; `None` while a question is open.
pub(super) fn behind(
    question: &Question,
    answer: &Answer,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<(Behind, Vec<(Question, Answer)>)> {
    let mut evidence = vec![(question.clone(), answer.clone())];
    if let Some(said) = said(answer) {
        return Some((said, evidence));
    }
    let unsigned = Question {
        checking_disabled: true,
        ..question.clone()
    };
    let without_check = ask(answers, &unsigned, needs)?;
    evidence.push((unsigned, without_check.clone()));
    let behind = match without_check.outcome {
        Ended::NoError | Ended::NxDomain => Behind::Dnssec,
        Ended::ServFail => Behind::Servers,
        _ => Behind::Unknown,
    };
    Some((behind, evidence))
}

/// RFC 8914, section 4: 6 to 12 are faults of DNSSEC; 22 is "No Reachable Authority", 23 "Network
/// Error". `None` where neither or both are said: a resolver that reaches nobody finds no keys
/// either.
fn said(answer: &Answer) -> Option<Behind> {
    let says = |from: u16, to: u16| {
        let mut codes = answer.extended_errors.iter();
        codes.any(|(code, _)| (from..=to).contains(code))
    };
    match (says(6, 12), says(22, 23)) {
        (true, false) => Some(Behind::Dnssec),
        (false, true) => Some(Behind::Servers),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_errors_tell_the_fault_where_they_agree() {
        let cases: [(&[u16], Option<Behind>); 8] = [
            (&[6], Some(Behind::Dnssec)),
            (&[12], Some(Behind::Dnssec)),
            (&[22], Some(Behind::Servers)),
            (&[23, 22], Some(Behind::Servers)),
            (&[9, 22], None),
            (&[5], None),
            (&[13, 3], None),
            (&[], None),
        ];
        for (codes, expected) in cases {
            let answer = Answer {
                extended_errors: codes.iter().map(|code| (*code, String::new())).collect(),
                ..Answer::empty(Ended::ServFail)
            };
            assert_eq!(said(&answer), expected, "{codes:?}");
        }
    }
}
