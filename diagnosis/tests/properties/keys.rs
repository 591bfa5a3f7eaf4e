//! What holds of DKIM keys and DMARC records whatever stands in them: the checks end, a fault stands
//! inside the record, a record that is proposed is one, and each finding has its words.

use diagnosis::{
    check::{dkim_key, examine},
    classify::classify,
    dns::{
        Answer, Answers, Outcome, Question, Record, RecordData, RecordType, dkim, dmarc,
        is_dmarc_record,
    },
    finding::Finding,
    read::read,
    report::FindingReport,
    text::no_decoder,
};

/// The lines are the texts at a selector.
pub(crate) fn dkim_holds(data: &[u8]) {
    let text = text(data);
    for line in text.lines() {
        let _ = dkim::is_key_record(line);
        if let Err(fault) = dkim::parse(line) {
            assert!(fault.at <= line.len(), "{fault:?}");
        }
    }
    let mut answers = Answers::default();
    let (none, needs) = dkim_key("k1", "shop.example", &answers);
    assert!(none.is_none() && needs.len() == 1);
    for question in needs {
        let answer = answer(&question, &text);
        answers.insert(question, answer);
    }
    let (judged, needs) = dkim_key("k1", "shop.example", &answers);
    assert!(needs.is_empty());
    let judged = judged.expect("a judgement");
    has_words(&judged.finding);
    if let Some(expected) = &judged.finding.expected {
        let record = dkim::parse(expected).expect("a record");
        assert!(matches!(record.key, dkim::Key::Bits(_)), "{expected}");
    }
}

/// The lines are the texts at every name.
pub(crate) fn dmarc_holds(data: &[u8]) {
    let text = text(data);
    for line in text.lines() {
        if let Some(record) = dmarc::parse(line) {
            assert!(record.faults.iter().all(|fault| fault.at <= line.len()));
        }
    }
    let case = classify(read(b"a.mail.shop.example", no_decoder).remove(0));
    let mut answers = Answers::default();
    for _ in 0..20 {
        let outcome = examine(&case, &answers);
        if outcome.needs.is_empty() {
            outcome.findings.iter().for_each(has_words);
            return;
        }
        for question in outcome.needs {
            assert!(!answers.contains(&question), "{question:?} asked twice");
            let answer = answer(&question, &text);
            answers.insert(question, answer);
        }
    }
    panic!("the questions never end");
}

fn has_words(finding: &Finding) {
    let report = FindingReport::new(finding);
    assert!(!report.title.is_empty(), "{finding:?}");
    assert!(!report.detail.is_empty(), "{finding:?}");
    let is_record = report.code.starts_with("dmarc-") && report.code != "dmarc-misplaced";
    if let Some(expected) = report.expected.filter(|_| is_record) {
        let is_tag = expected.starts_with("d=");
        assert!(is_tag || is_dmarc_record(&expected), "{expected}");
    }
}

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

fn answer(question: &Question, text: &str) -> Answer {
    let mut answer = Answer::empty(Outcome::NoError);
    if question.record_type == RecordType::Txt {
        answer.records = text
            .lines()
            .map(|line| Record {
                owner: question.name.to_string(),
                ttl: 300,
                data: RecordData::Txt(line.to_owned()),
            })
            .collect();
    }
    answer
}
