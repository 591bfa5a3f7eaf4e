//! The DNS tree walk (RFC 9989, section 4.10).

use crate::dns::{Answer, Answers, Name, Question, RecordType};

use super::{DmarcRecord, Psd, parse};

/// RFC 9989, section 4.10: of a name with eight or more labels, all but these are left out for the
/// second question.
const MOST_LABELS: usize = 7;

/// The walk from one domain up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk<'a> {
    /// Where it started.
    pub start: Name,
    /// The steps, as far as the walk went.
    pub steps: Vec<Step<'a>>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// The domain whose record is looked for.
    pub domain: Name,
    /// The question for it.
    pub question: Question,
    /// What was found.
    pub found: Found<'a>,
}

/// What a step found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// It has not been answered.
    Open,
    /// DNS did not say.
    Failed(&'a Answer),
    /// No record.
    Nothing(&'a Answer),
    /// One record.
    Record(&'a Answer, DmarcRecord<'a>),
    /// So many: "If multiple DMARC Policy Records are returned, they are all discarded".
    Several(&'a Answer, usize),
}

impl<'a> Found<'a> {
    /// What came back for it.
    #[must_use]
    pub fn answer(&self) -> Option<&'a Answer> {
        match self {
            Self::Open => None,
            Self::Failed(answer)
            | Self::Nothing(answer)
            | Self::Record(answer, _)
            | Self::Several(answer, _) => Some(answer),
        }
    }
}

/// Walks as far as the answers go. All steps that are open are asked for together.
#[must_use]
pub fn walk<'a>(start: &Name, answers: &'a Answers) -> Walk<'a> {
    let mut steps = Vec::new();
    for domain in domains(start) {
        let Some(place) = domain.below("_dmarc") else {
            // No record can stand below a name that is too long for it.
            continue;
        };
        let question = Question::new(place, RecordType::Txt);
        let found = answers.get(&question).map_or(Found::Open, read);
        let stops = matches!(&found, Found::Record(_, record) if record.psd != Psd::Unknown);
        steps.push(Step {
            domain,
            question,
            found,
        });
        if stops {
            break;
        }
    }
    Walk {
        start: start.clone(),
        steps,
    }
}

fn read(answer: &Answer) -> Found<'_> {
    if !answer.is_conclusive() {
        return Found::Failed(answer);
    }
    let mut records = answer.texts().into_iter().filter_map(parse);
    match (records.next(), records.count()) {
        (None, _) => Found::Nothing(answer),
        (Some(record), 0) => Found::Record(answer, record),
        (Some(_), more) => Found::Several(answer, more + 1),
    }
}

/// The domains of the walk, the longest first: at most eight.
fn domains(start: &Name) -> Vec<Name> {
    let mut domains = vec![start.clone()];
    let mut above = start.parent();
    while let Some(name) = above {
        above = name.parent();
        if name.as_str().split('.').count() <= MOST_LABELS {
            domains.push(name);
        }
    }
    domains
}

impl<'a> Walk<'a> {
    /// The questions that have not been answered.
    pub fn open(&self) -> impl Iterator<Item = &Question> {
        let open = self.steps.iter().filter(|step| step.found == Found::Open);
        open.map(|step| &step.question)
    }

    /// The step that DNS said nothing about.
    #[must_use]
    pub fn failed(&self) -> Option<&Step<'a>> {
        let mut steps = self.steps.iter();
        steps.find(|step| matches!(step.found, Found::Failed(_)))
    }

    /// The record of a domain on the way.
    #[must_use]
    pub fn record(&self, domain: &Name) -> Option<&DmarcRecord<'a>> {
        let step = self.steps.iter().find(|step| step.domain == *domain)?;
        match &step.found {
            Found::Record(_, record) => Some(record),
            _ => None,
        }
    }

    fn records(&self) -> impl DoubleEndedIterator<Item = (&Name, &DmarcRecord<'a>)> {
        self.steps.iter().filter_map(|step| match &step.found {
            Found::Record(_, record) => Some((&step.domain, record)),
            _ => None,
        })
    }

    /// The Public Suffix Domain that the walk came to.
    #[must_use]
    pub fn public_suffix(&self) -> Option<&Name> {
        let mut records = self.records();
        let found = records.find(|(_, record)| record.psd == Psd::Yes)?;
        Some(found.0)
    }

    /// The Organizational Domain (RFC 9989, section 4.10.2).
    #[must_use]
    pub fn organizational_domain(&self) -> Name {
        for (domain, record) in self.records() {
            match record.psd {
                Psd::No => return domain.clone(),
                // "other than the one for the domain where the tree walk started"
                Psd::Yes if *domain != self.start => return below(&self.start, domain),
                Psd::Yes | Psd::Unknown => {}
            }
        }
        let shortest = self.records().next_back();
        shortest.map_or(&self.start, |(domain, _)| domain).clone()
    }
}

/// The domain on the way to `suffix` that has one label more.
fn below(start: &Name, suffix: &Name) -> Name {
    let mut name = start.clone();
    while let Some(parent) = name.parent() {
        if parent == *suffix {
            break;
        }
        name = parent;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_goes_up_to_the_top_level_and_skips_deep_labels() {
        let names = |domain: &str| -> Vec<String> {
            let domains = domains(&domain.parse().unwrap());
            domains.iter().map(Name::to_string).collect()
        };
        assert_eq!(
            names("a.mail.example.com"),
            [
                "a.mail.example.com",
                "mail.example.com",
                "example.com",
                "com"
            ]
        );
        assert_eq!(names("com"), ["com"]);
        // RFC 9989, sections 4.10 and 5.1, have these examples.
        assert_eq!(
            names("a.b.c.d.e.f.g.h.i.j.mail.example.com"),
            [
                "a.b.c.d.e.f.g.h.i.j.mail.example.com",
                "g.h.i.j.mail.example.com",
                "h.i.j.mail.example.com",
                "i.j.mail.example.com",
                "j.mail.example.com",
                "mail.example.com",
                "example.com",
                "com",
            ]
        );
        let deep = names("mail.a.b.c.d.e.f.g.example.com");
        assert_eq!(deep.len(), 8);
        assert_eq!(deep[1], "c.d.e.f.g.example.com");
        // Eight labels lose one.
        assert_eq!(names("1.2.3.4.5.6.7.8")[1], "2.3.4.5.6.7.8");
    }
}
