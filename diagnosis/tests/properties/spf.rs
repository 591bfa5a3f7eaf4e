//! What holds of SPF whatever a zone holds: it ends, keeps the limits, and says where a fault is.

use diagnosis::dns::{
    Answer, Answers, Name, Outcome, Question, Record, RecordData, RecordType, is_spf_record,
    spf::{
        Input, State, Step, evaluate,
        parse::parse,
        slips::{ignored, lookalike, mended},
    },
};

/// Evaluates the first line of the data; the names that it leads to have the other lines.
pub(crate) fn holds(data: &[u8]) {
    let text: String = data.iter().copied().map(char::from).collect();
    let lines: Vec<&str> = text.split('\n').collect();
    let (first, others) = lines.split_first().expect("split gives one at least");
    if let Ok(record) = parse(&format!("v=spf1 {first}")) {
        for directive in &record.directives {
            assert!(
                directive.place.end <= first.len() + 7,
                "{:?}",
                directive.place
            );
        }
    }
    for text in [*first, &format!("v=spf1 {first}")] {
        let meant = mended(text);
        assert!(is_spf_record(&meant), "{meant}");
        let found = lookalike(&[text]);
        assert!(found.is_none_or(|text| !is_spf_record(text)), "{text}");
        assert!(
            ignored(text).is_none_or(|it| text.contains(it.term)),
            "{text}"
        );
    }
    for ip in ["203.0.113.25", "2001:db8::25"] {
        let input = Input {
            ip: ip.parse().expect("an address"),
            helo: "mail.shop.example",
            local_part: Some("a.b+c"),
            domain: "shop.example",
            explains: true,
        };
        ends(&input, first, others);
    }
}

fn ends(input: &Input<'_>, first: &str, others: &[&str]) {
    let mut answers = Answers::default();
    for _ in 0..40 {
        match evaluate(input, &answers) {
            State::Done(found) => {
                assert!(found.lookups <= 10, "{} look-ups", found.lookups);
                assert!(found.void_lookups <= 3, "{} void", found.void_lookups);
                let terms = |step: &&Step<'_>| matches!(step, Step::Record { .. });
                assert!(found.trail.iter().filter(terms).count() <= 11);
                return;
            }
            State::Open(needs) => {
                assert!(!needs.is_empty(), "open without a question");
                for question in needs {
                    assert!(!answers.contains(&question), "{question:?} asked twice");
                    let answer = answer(&question, first, others);
                    answers.insert(question, answer);
                }
                // Ten terms, each with at most ten names behind it, and the explanation's.
                assert!(answers.len() <= 130, "{} questions", answers.len());
            }
        }
    }
    panic!("the questions never end");
}

/// The same name has the same records each time.
fn answer(question: &Question, first: &str, others: &[&str]) -> Answer {
    let name = question.name.as_str();
    let sum = name
        .bytes()
        .fold(7_usize, |sum, b| sum.wrapping_mul(31) + usize::from(b));
    let line = match name {
        "shop.example" => first,
        _ => others
            .get(sum % others.len().max(1))
            .copied()
            .unwrap_or_default(),
    };
    let data = match question.record_type {
        RecordType::Txt => vec![RecordData::Txt(line.to_owned())],
        RecordType::A => vec![RecordData::A([203, 0, 113, line.len() as u8].into())],
        RecordType::Ptr => named(line).map(RecordData::Ptr).collect(),
        RecordType::Mx => named(line)
            .map(|name| RecordData::Mx {
                preference: 10,
                exchange: name.as_str().to_owned(),
            })
            .collect(),
        _ => Vec::new(),
    };
    let outcome = match sum % 13 {
        0 => Outcome::NxDomain,
        1 => Outcome::ServFail,
        _ => Outcome::NoError,
    };
    let record = |data| Record {
        owner: name.to_owned(),
        ttl: 300,
        data,
    };
    Answer {
        records: data.into_iter().map(record).collect(),
        ..Answer::empty(outcome)
    }
}

fn named(line: &str) -> impl Iterator<Item = Name> {
    let words = line.split([' ', ':', '=']);
    words.filter_map(|word| Name::lenient(&format!("{word}.example")).ok())
}
