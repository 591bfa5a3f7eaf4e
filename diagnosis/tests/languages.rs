//! What is said in other languages: nothing that a person reads of the headline, of an address on a
//! list, and of the message to them is missing; what is missing of their steps is listed.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test reads its files, lists what is missing, and may fail loudly"
)]

use std::{fs, path::Path};

use diagnosis::{
    checklist::advise_in,
    classify::classify,
    knowledge::{Addressee, DOUBTS, HANDOVERS, HEADLINES, ON_LISTS, STEPS, kind_words},
    read::read,
    reason::{Reason, Side},
    text::no_decoder,
    wording::Words,
};

const LANGUAGES: [&str; 3] = ["de", "es", "fr"];

const KINDS: [&str; 9] = [
    "auto-reply",
    "backscatter",
    "complaint",
    "delay",
    "delivered",
    "lone",
    "other",
    "suspicious",
    "trial",
];

fn words(language: &str) -> Words {
    let texts = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge/texts");
    let text = fs::read_to_string(texts.join(language).with_extension("txt")).unwrap();
    Words::read(language, &text)
}

/// The keys of the sentences that everybody reads.
fn needed() -> Vec<String> {
    let mut keys = Vec::new();
    for side in Side::ALL {
        keys.push(format!("side.{}.name", side.as_str()));
        keys.push(format!("act.{}.line", side.as_str()));
    }
    let mut several = |of: &str, id: &str, part: &str, count: usize| {
        keys.extend((1..=count).map(|place| format!("{of}.{id}.{part}.{place}")));
    };
    for headline in HEADLINES.iter() {
        several("headline", headline.id, "what", headline.what.len());
        several("headline", headline.id, "why", headline.why.len());
    }
    for kind in KINDS {
        let words = kind_words(kind).unwrap();
        several("kind", kind, "what", words.what.len());
        several("kind", kind, "why", words.why.len());
    }
    let doubts = DOUBTS.iter().filter(|row| !row.words.is_empty());
    keys.extend(doubts.map(|row| format!("doubt.{}.words", row.id)));
    let reasons = Reason::ALL.iter();
    keys.extend(reasons.map(|reason| format!("reason.{}.name", reason.as_str())));
    keys.extend(ON_LISTS.iter().map(|row| format!("list.{}.words", row.id)));
    let to_user = HANDOVERS.iter().filter(|row| row.to == Addressee::User);
    for row in to_user {
        keys.push(format!("handover.{}.subject", row.id));
        let said = (1..)
            .zip(row.body)
            .filter(|(_, line)| !line.starts_with('@'));
        keys.extend(said.map(|(place, _)| format!("handover.{}.body.{place}", row.id)));
    }
    keys
}

#[test]
fn headlines_lists_and_messages_to_the_user_are_in_every_language() {
    for language in LANGUAGES {
        let words = words(language);
        let needed = needed();
        let missing: Vec<&String> = needed
            .iter()
            .filter(|key| words.get(key).is_none())
            .collect();
        assert!(missing.is_empty(), "{language}: {missing:?}");
    }
}

/// Steps are still written; what has no words yet is shown in English.
#[test]
fn the_steps_of_the_sender_that_are_english_still_are_listed() {
    for language in LANGUAGES {
        let words = words(language);
        let own = STEPS.iter().filter(|step| step.owner == Side::Sender);
        let missing: Vec<&str> = own
            .map(|step| step.id)
            .filter(|id| words.get(&format!("step.{id}.title")).is_none())
            .collect();
        println!("{language}: {} steps: {missing:?}", missing.len());
        assert!(missing.len() < STEPS.len());
    }
}

#[test]
fn what_a_language_does_not_have_is_english() {
    let case = classify(read(b"550 5.1.1 <ana@firm.example>: User unknown", no_decoder).remove(0));
    let english = Words::english();
    let few = Words::read("de", "headline.userunknown.what.1 = Kein {recipient}.");
    let advice = advise_in(&few, &english, &case, &[]);
    let headline = &advice.headlines[0];
    assert_eq!(headline.what, "Kein ana@firm.example.");
    assert!(headline.why.starts_with("Most often"), "{}", headline.why);
    assert!(
        advice
            .handovers
            .iter()
            .all(|letter| letter.language == "en")
    );
    assert!(!advice.steps.is_empty());
}
