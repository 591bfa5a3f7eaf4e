//! One message's diagnosis with what DNS has said so far.

use diagnosis::{
    case::Case,
    check::examine,
    checklist::advise_in,
    dns::{Answer, Answers, Outcome, Question},
    finding::Finding,
    report::Report,
    share::{self, Shared},
};

use super::language::Tongue;

/// Everything that is shown of a message. Made anew whenever an answer comes in.
pub(crate) struct Diagnosis {
    /// What was read and judged.
    pub(crate) case: Case,
    /// What was found so far.
    findings: Vec<Finding>,
    /// The questions still open.
    pub(crate) needs: Vec<Question>,
    /// What the views show.
    pub(crate) report: Report,
    /// The names that DNS was asked about, with the type.
    pub(crate) asked: Vec<(String, &'static str)>,
    /// When DNS was asked, in Unix seconds.
    pub(crate) looked_up: Option<i64>,
    /// Whether it comes from a share link.
    pub(crate) is_shared: bool,
}

impl Diagnosis {
    pub(crate) fn new(index: usize, case: &Case, answers: &Answers, tongue: &Tongue) -> Self {
        let outcome = examine(case, answers);
        Self {
            asked: asked(answers.iter()),
            looked_up: answers
                .iter()
                .filter_map(|(_, answer)| answer.asked_at)
                .max(),
            needs: outcome.needs,
            ..Self::of(index, case, outcome.findings, tongue)
        }
    }

    pub(crate) fn shared(shared: &Shared, tongue: &Tongue) -> Self {
        Self {
            looked_up: shared.looked_up,
            is_shared: true,
            ..Self::of(0, &shared.case, shared.findings.clone(), tongue)
        }
    }

    fn of(index: usize, case: &Case, findings: Vec<Finding>, tongue: &Tongue) -> Self {
        let advice = advise_in(&tongue.words, &tongue.letters, case, &findings);
        Self {
            report: Report::new(index, case, &findings, &advice),
            case: case.clone(),
            findings,
            needs: Vec::new(),
            asked: Vec::new(),
            looked_up: None,
            is_shared: false,
        }
    }

    /// Whether answers are still to come.
    pub(crate) fn is_asking(&self) -> bool {
        !self.needs.is_empty()
    }

    /// What happened, for one recipient.
    pub(crate) fn what(&self, recipient: usize) -> String {
        self.report
            .headlines
            .get(recipient)
            .map(|headline| headline.what.clone())
            .unwrap_or_default()
    }

    /// Path and fragment of the share link.
    pub(crate) fn link(&self) -> String {
        share::encode(&self.case, &self.findings, self.looked_up)
    }

    /// Whether some of it stands on demonstration data.
    pub(crate) fn is_demonstration(&self) -> bool {
        let mut answers = self
            .report
            .findings
            .iter()
            .flat_map(|finding| &finding.answers);
        answers.any(|answer| answer.demo)
    }
}

fn asked<'a>(
    answers: impl Iterator<Item = (&'a Question, &'a Answer)>,
) -> Vec<(String, &'static str)> {
    answers
        .filter(|(_, answer)| answer.outcome != Outcome::NotAsked)
        .map(|(question, _)| (question.name.to_string(), question.record_type.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnosis::{classify::classify, read::read, text::no_decoder};

    fn case(paste: &str) -> Case {
        let bounce = read(paste.as_bytes(), no_decoder).swap_remove(0);
        classify(bounce)
    }

    const PASTE: &str = "<ana@firm.example>: host mx1.firm.example[192.0.2.10] said: 550 5.1.1 User unknown (in reply to RCPT TO command)";

    #[test]
    fn questions_come_to_an_end_when_nobody_is_asked() {
        let case = case(PASTE);
        let mut answers = Answers::default();
        let mut rounds = 0;
        loop {
            let diagnosis = Diagnosis::new(0, &case, &answers, &Tongue::default());
            if !diagnosis.is_asking() {
                break;
            }
            for question in diagnosis.needs {
                answers.insert(question, Answer::empty(Outcome::NotAsked));
            }
            rounds += 1;
            assert!(rounds < 20);
        }
        let diagnosis = Diagnosis::new(0, &case, &answers, &Tongue::default());
        assert!(rounds > 0 && diagnosis.asked.is_empty());
        let findings = &diagnosis.report.findings;
        assert!(!findings.is_empty());
        // What is judged by its form alone needs no answer.
        let by_dns = findings
            .iter()
            .filter(|finding| !finding.answers.is_empty());
        for finding in by_dns {
            assert_eq!(
                finding.unchecked_because,
                Some("not-asked"),
                "{}",
                finding.code
            );
        }
    }

    #[test]
    fn a_shared_report_says_the_same() {
        let own = Diagnosis::new(0, &case(PASTE), &Answers::default(), &Tongue::default());
        let link = own.link();
        let fragment = link
            .split_once('#')
            .map(|(_, fragment)| fragment)
            .unwrap_or_default();
        let shared =
            share::decode(fragment).map(|shared| Diagnosis::shared(&shared, &Tongue::default()));
        let shared = shared.unwrap_or_else(|error| panic!("{error}"));
        assert!(shared.is_shared && !shared.is_asking());
        assert_eq!(shared.report.recipients[0].reason, "userunknown");
        assert_eq!(
            shared.report.headlines[0].responsible,
            own.report.headlines[0].responsible
        );
    }
}
