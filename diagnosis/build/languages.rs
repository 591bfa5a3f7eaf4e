//! The sentences of other languages, held against the English ones: each has a key that there is, and
//! gaps that the English sentence has too.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    path::Path,
};

use crate::rows::Knowledge;

/// Checks one file of `key = sentence` lines.
pub(crate) fn check(path: &Path, knowledge: &Knowledge) -> Result<(), Box<dyn Error>> {
    let english = english(knowledge);
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut keys = BTreeSet::new();
    for (number, line) in (1..).zip(text.lines()) {
        let wrong = |what: &str| Err(format!("{}:{number}: {what}", path.display()).into());
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((key, sentence)) = line.split_once(" = ") else {
            return wrong("expected: key = sentence");
        };
        if !keys.insert(key) {
            return wrong("the key is used twice");
        }
        let Some(original) = english.get(key) else {
            return wrong("there is no such English sentence");
        };
        let known = gaps(original);
        if !gaps(sentence).is_subset(&known) {
            return wrong("it has a gap that the English sentence does not have");
        }
    }
    Ok(())
}

/// Key and sentence of everything that can be said in another language.
fn english(knowledge: &Knowledge) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut add = |key: String, sentence: &str| {
        all.insert(key, sentence.to_owned());
    };
    for (side, words) in &knowledge.sides {
        add(format!("side.{side}.name"), words);
    }
    for (side, words) in &knowledge.acts {
        add(format!("act.{side}.line"), words);
    }
    for month in 1..=12 {
        add(format!("month.{month}.name"), "");
    }
    let of_kinds = knowledge.kind_words.iter().map(|it| ("kind", it));
    let of_headlines = knowledge.headline_words.iter().map(|it| ("headline", it));
    for (of, (id, words)) in of_kinds.chain(of_headlines) {
        for (part, sentences) in [("what", &words.what), ("why", &words.why)] {
            for (place, sentence) in (1..).zip(sentences) {
                add(format!("{of}.{id}.{part}.{place}"), sentence);
            }
        }
    }
    for (id, words) in &knowledge.doubt_words {
        add(format!("doubt.{id}.words"), words);
    }
    for (reason, words) in &knowledge.reason_names {
        add(format!("reason.{reason}.name"), words);
    }
    for (id, words) in &knowledge.list_words {
        add(format!("list.{id}.words"), words);
    }
    for (id, words) in &knowledge.handover_words {
        add(format!("handover.{id}.subject"), &words.subject);
        for (place, sentence) in (1..).zip(&words.body) {
            add(format!("handover.{id}.body.{place}"), sentence);
        }
    }
    for (id, words) in &knowledge.step_words {
        add(format!("step.{id}.title"), &words.title);
        add(format!("step.{id}.why"), &words.why);
        let verify = format!("{} {}", words.verify, words.wait);
        add(format!("step.{id}.verify"), &verify);
    }
    all
}

/// The slots that a sentence has gaps for.
fn gaps(sentence: &str) -> BTreeSet<&str> {
    let behind = sentence.split('{').skip(1);
    behind
        .map(|gap| gap.split(['|', '}']).next().unwrap_or_default())
        .collect()
}
