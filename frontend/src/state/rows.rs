//! The rows of the evidence: findings, and between them, each in its place, what is still asked.

use diagnosis::{
    dns::{Question, RecordType},
    knowledge::blocklist,
    report::{FindingReport, Report},
};

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Row {
    /// What was found.
    Finding(Box<FindingReport>),
    /// What is asked.
    Asking {
        /// The place among the checks.
        place: usize,
        /// What it is about.
        label: String,
    },
}

impl Row {
    /// What tells one row from the others, and changes when its content does.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Finding(finding) => format!(
                "{} {} {:?}",
                anchor(finding),
                finding.explains,
                finding.answers.first().map(|answer| &answer.asked_at)
            ),
            Self::Asking { place, label } => format!("asking {place} {label}"),
        }
    }

    fn place(&self) -> usize {
        match self {
            Self::Finding(finding) => place_of_check(finding.check),
            Self::Asking { place, .. } => *place,
        }
    }
}

/// The rows for one recipient. While answers come in, the order of the checks holds and nothing
/// moves; in the end the report's own order, what explains the bounce first.
pub(crate) fn rows(report: &Report, needs: &[Question], recipient: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = report
        .findings
        .iter()
        .filter(|finding| is_about(&finding.recipients, recipient))
        .cloned()
        .map(|finding| Row::Finding(Box::new(finding)))
        .collect();
    for question in needs {
        let row = asking(question);
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    if needs.is_empty() {
        return rows;
    }
    // A sort by place; the library's own would be more to load.
    let places = 0..=CHECKS.len();
    places
        .flat_map(|place| {
            rows.extract_if(.., move |row| row.place() == place)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Whether something said of some recipients concerns one of them; of none means of all.
pub(crate) fn is_about(recipients: &[usize], recipient: usize) -> bool {
    recipients.is_empty() || recipients.contains(&recipient)
}

/// The id of a finding on the page.
pub(crate) fn anchor(finding: &FindingReport) -> String {
    // Several lists judge the same address.
    let of_list = finding
        .answers
        .first()
        .filter(|_| finding.check == "blocklist");
    let subject: String = of_list
        .map_or(&finding.subject, |answer| &answer.name)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    format!("finding-{}-{subject}", finding.code)
}

/// The findings in a few words: "2 problems, 2 fine".
pub(crate) fn summary(rows: &[Row]) -> String {
    let count = |verdict: &str| {
        rows.iter()
            .filter(|row| matches!(row, Row::Finding(finding) if finding.verdict == verdict))
            .count()
    };
    let asking = rows.iter().filter(|row| matches!(row, Row::Asking { .. }));
    let counts = [
        (count("problem"), "problem", "problems"),
        (count("warning"), "warning", "warnings"),
        (count("pass"), "fine", "fine"),
        (count("unchecked"), "not checked", "not checked"),
        (asking.count(), "being asked", "being asked"),
    ];
    let words: Vec<String> = counts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
        .collect();
    match words.is_empty() {
        true => "nothing to look up".to_owned(),
        false => words.join(", "),
    }
}

const CHECKS: [&str; 11] = [
    "recipient-domain",
    "mx",
    "mx-host",
    "refusing-server",
    "reverse-dns",
    "helo",
    "sender-domain",
    "spf",
    "dkim",
    "dmarc",
    "blocklist",
];

fn place_of_check(check: &str) -> usize {
    let place = CHECKS.iter().position(|known| *known == check);
    place.unwrap_or(CHECKS.len())
}

fn asking(question: &Question) -> Row {
    let name = question.name.as_str();
    let list = blocklist::BLOCKLISTS.iter().find(|list| {
        let before = name.strip_suffix(list.zone);
        before.is_some_and(|before| before.ends_with('.'))
    });
    if let Some(list) = list {
        return Row::Asking {
            place: place_of_check("blocklist"),
            label: format!("Blocklist {}", list.name),
        };
    }
    let (check, label) = match question.record_type {
        RecordType::Mx => ("mx", format!("Mail servers of {name}")),
        RecordType::Ptr => ("reverse-dns", format!("Reverse DNS ({name})")),
        RecordType::A | RecordType::Aaaa => ("mx-host", format!("Addresses of {name}")),
        RecordType::Txt if name.starts_with("_dmarc.") => ("dmarc", format!("DMARC ({name})")),
        RecordType::Txt if name.contains("._domainkey.") => ("dkim", format!("DKIM ({name})")),
        RecordType::Txt => ("spf", format!("SPF of {name}")),
        RecordType::Ns | RecordType::Tlsa => ("", name.to_owned()),
    };
    Row::Asking {
        place: place_of_check(check),
        label,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(name: &str, record_type: RecordType) -> Question {
        let name = name.parse().unwrap_or_else(|error| panic!("{error}"));
        Question::new(name, record_type)
    }

    #[test]
    fn both_address_families_are_one_row() {
        let a = asking(&question("mx.firm.example", RecordType::A));
        let aaaa = asking(&question("mx.firm.example", RecordType::Aaaa));
        assert_eq!(a, aaaa);
    }

    #[test]
    fn text_questions_have_the_place_of_their_check() {
        let place = |name| asking(&question(name, RecordType::Txt)).place();
        assert!(place("shop.example") < place("k1._domainkey.shop.example"));
        assert!(place("k1._domainkey.shop.example") < place("_dmarc.shop.example"));
    }

    #[test]
    fn a_summary_counts() {
        assert_eq!(summary(&[]), "nothing to look up");
        let rows = [asking(&question("firm.example", RecordType::Mx))];
        assert_eq!(summary(&rows), "1 being asked");
    }
}
