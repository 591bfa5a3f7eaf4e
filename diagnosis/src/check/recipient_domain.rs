//! Whether the recipient's domain exists, and whether DNS can be asked about it.
//!
//! What it says: the name behind the `@` is (not) in DNS, or DNS about it is broken: its signatures
//! do not hold, or none of its name servers answers. Why it matters: to a name that does not exist,
//! or that nobody can ask about, nothing can be sent. How to fix: correct the address; where DNS is
//! broken, its owner mends the signatures or the name servers. Evidence used: the answer to the MX
//! question (NXDOMAIN is about the name, whatever type was asked, RFC 8020), its Extended DNS
//! Errors (RFC 8914), and where they do not decide, the same question with checking disabled (RFC
//! 4035, section 3.2.2).

use super::{Outcome, RecipientDomain, ask, finding, recipient_domains, unchecked};
use crate::{
    case::Case,
    dns::{Answer, Answers, Outcome as Ended, Question, RecordType},
    finding::{Code, Finding, Verdict},
    wording::{Slot, Values},
};

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    for domain in recipient_domains(case) {
        let question = Question::new(domain.name.clone(), RecordType::Mx);
        let Some(answer) = ask(answers, &question, &mut outcome.needs) else {
            continue;
        };
        let own_script = in_own_script(&domain, &question, answer);
        let found = judge(&domain, &question, answer, answers, &mut outcome.needs);
        let all = found.into_iter().chain(own_script);
        outcome.findings.extend(all.map(|found| Finding {
            recipients: domain.recipients.clone(),
            ..found
        }));
    }
    outcome
}

fn judge(
    domain: &RecipientDomain,
    question: &Question,
    answer: &Answer,
    answers: &Answers,
    needs: &mut Vec<Question>,
) -> Option<Finding> {
    let name = domain.name.as_str();
    let values = Values::new().text(Slot::Domain, name);
    let (code, verdict) = match answer.outcome {
        Ended::NoError => (Code::RecipientDomainExists, Verdict::Pass),
        Ended::NxDomain => (Code::RecipientDomainMissing, Verdict::Problem),
        Ended::ServFail => return broken(question, answer, answers, needs, values),
        _ => {
            let code = Code::RecipientDomainUnchecked;
            return Some(unchecked(code, name, values, question, answer));
        }
    };
    Some(Finding {
        answers: vec![(question.clone(), answer.clone())],
        ..finding(code, verdict, name, values)
    })
}

/// SERVFAIL: the resolver says by which fault, or the same question without the check of the
/// signatures tells.
fn broken(
    question: &Question,
    answer: &Answer,
    answers: &Answers,
    needs: &mut Vec<Question>,
    values: Values,
) -> Option<Finding> {
    let name = question.name.to_string();
    let mut evidence = vec![(question.clone(), answer.clone())];
    let code = match said_fault(answer) {
        Some(code) => code,
        None => {
            let unsigned = Question {
                checking_disabled: true,
                ..question.clone()
            };
            let without_check = ask(answers, &unsigned, needs)?;
            evidence.push((unsigned, without_check.clone()));
            match without_check.outcome {
                Ended::NoError | Ended::NxDomain => Code::RecipientDomainDnssecBroken,
                Ended::ServFail => Code::RecipientDomainServersUnreachable,
                _ => {
                    let code = Code::RecipientDomainUnchecked;
                    return Some(unchecked(code, &name, values, question, answer));
                }
            }
        }
    };
    Some(Finding {
        answers: evidence,
        ..finding(code, Verdict::Problem, name, values)
    })
}

/// RFC 8914, section 4: 6 to 12 are faults of DNSSEC; 22 is "No Reachable Authority", 23 "Network
/// Error". `None` where neither or both are said: a resolver that reaches nobody finds no keys
/// either.
fn said_fault(answer: &Answer) -> Option<Code> {
    let says = |from: u16, to: u16| {
        let mut codes = answer.extended_errors.iter();
        codes.any(|(code, _)| (from..=to).contains(code))
    };
    match (says(6, 12), says(22, 23)) {
        (true, false) => Some(Code::RecipientDomainDnssecBroken),
        (false, true) => Some(Code::RecipientDomainServersUnreachable),
        _ => None,
    }
}

/// An internationalised name is shown in both of its forms (RFC 5890, section 2.3.2.1).
fn in_own_script(
    domain: &RecipientDomain,
    question: &Question,
    answer: &Answer,
) -> Option<Finding> {
    let written = domain.name.in_own_script()?;
    let values = Values::new()
        .text(Slot::Domain, domain.name.as_str())
        .text(Slot::Written, written);
    let code = Code::RecipientDomainInternationalized;
    Some(Finding {
        answers: vec![(question.clone(), answer.clone())],
        ..finding(code, Verdict::Pass, domain.name.as_str(), values)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_errors_tell_the_fault_where_they_agree() {
        use Code::{
            RecipientDomainDnssecBroken as Dnssec, RecipientDomainServersUnreachable as Servers,
        };
        let cases: [(&[u16], Option<Code>); 8] = [
            (&[6], Some(Dnssec)),
            (&[12], Some(Dnssec)),
            (&[22], Some(Servers)),
            (&[23, 22], Some(Servers)),
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
            assert_eq!(said_fault(&answer), expected, "{codes:?}");
        }
    }
}
