//! The rows as Rust source.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt::Write,
};

use crate::{
    packed::Packed,
    rows::{Doubt, Handover, Headline, Knowledge, OnList, Reply, Sender, Step, StepWords, When},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The whole file.
pub(crate) fn tables(knowledge: &Knowledge) -> Result<String> {
    check(knowledge)?;
    let mut out = String::new();
    let providers = Packed::new(&knowledge.providers, |packed, row| {
        packed.words(&row.id);
        packed.words(&row.name);
        packed.sentences(&row.hosts);
        packed.words(&row.exchangers.join(" "));
        packed.sentences(&row.marks);
        packed.flag(row.filter);
        Ok(())
    })?;
    let named = |packed: &mut Packed, name: &str, words: &[String]| {
        packed.words(name);
        packed.sentences(words);
        Ok(())
    };
    let systems = Packed::new(&knowledge.systems, |packed, row| {
        named(packed, &row.name, &row.marks)
    })?;
    let kinds = Packed::new(&knowledge.kinds, |packed, row| {
        named(packed, &row.kind, &row.phrases)
    })?;
    let classes = Packed::new(&knowledge.classes, |packed, (name, words)| {
        named(packed, name, words)
    })?;
    let replies = Packed::new(&knowledge.replies, reply)?;
    let senders = Packed::new(&knowledge.senders, sender)?;
    let steps = Packed::new(&knowledge.steps, |packed, row| step(packed, row, knowledge))?;
    let headlines = Packed::new(&knowledge.headlines, |packed, row| {
        headline(packed, row, knowledge)
    })?;
    let on_lists = Packed::new(&knowledge.on_lists, |packed, row| {
        on_list(packed, row, knowledge)
    })?;
    let doubts = Packed::new(&knowledge.doubts, |packed, row| {
        doubt(packed, row, knowledge)
    })?;
    let handovers = Packed::new(&knowledge.handovers, |packed, row| {
        handover(packed, row, knowledge)
    })?;
    let kind_words = Packed::new(&knowledge.kind_words, |packed, (kind, words)| {
        packed.words(kind);
        templates(packed, &words.what)?;
        templates(packed, &words.why)
    })?;
    let public = [
        ("Rows that read replies.", "REPLIES", "ReplyRule", &replies),
        ("Mail providers.", "PROVIDERS", "Provider", &providers),
        (
            "Services that send for others.",
            "SENDERS",
            "Sender",
            &senders,
        ),
        ("The playbook.", "STEPS", "StepRule", &steps),
        (
            "The words of verdicts.",
            "HEADLINES",
            "Headline",
            &headlines,
        ),
        (
            "What to do with addresses on lists.",
            "ON_LISTS",
            "OnList",
            &on_lists,
        ),
        (
            "What decides between two causes.",
            "DOUBTS",
            "Doubt",
            &doubts,
        ),
        (
            "Messages that are ready to be sent.",
            "HANDOVERS",
            "Handover",
            &handovers,
        ),
    ];
    for (doc, name, of, rows) in public {
        out += &rows.table(&format!("#[doc = {doc:?}]\npub"), name, of)?;
    }
    let pair = "(&str, &[&str])";
    out += &systems.table("", "SYSTEMS", pair)?;
    out += &kinds.table("", "KINDS", pair)?;
    out += &classes.table("", "CLASSES", pair)?;
    out += &kind_words.table("", "KIND_WORDS", "KindWords")?;
    for (name, words) in &knowledge.name_words {
        let name = format!("{}_WORDS", name.to_ascii_uppercase());
        let words = Packed::new(words, |packed, word| {
            packed.words(word);
            Ok(())
        })?;
        out += &words.table("pub(crate)", &name, "&str")?;
    }
    sides(&mut out, "REASON_NAMES", "Reason", &knowledge.reason_names)?;
    sides(&mut out, "SIDES", "Side", &knowledge.sides)?;
    sides(&mut out, "ACTS", "Side", &knowledge.acts)?;
    sides(&mut out, "ZONES", "Zone", &knowledge.zones)?;
    examples(&mut out, &knowledge.replies)?;
    finding_words(&mut out, knowledge)?;
    domains(&mut out, knowledge)?;
    Ok(out)
}

/// One string is smaller than a table of many.
fn domains(out: &mut String, knowledge: &Knowledge) -> Result<()> {
    let domains = &knowledge.domains;
    let mut seen = BTreeSet::new();
    if let Some(twice) = domains.known.iter().find(|name| !seen.insert(*name)) {
        return Err(format!("domains.toml: {twice} stands there twice").into());
    }
    let pairs = |pairs: &[(String, String)]| {
        let words = pairs
            .iter()
            .map(|(typed, meant)| format!("{typed} {meant}"));
        words.collect::<Vec<_>>().join(" ")
    };
    writeln!(out, "static DOMAINS: &str = {:?};", domains.known.join(" "))?;
    writeln!(out, "static SLIPS: &str = {:?};", pairs(&domains.slips))?;
    writeln!(out, "static NEAR: &str = {:?};", pairs(&domains.near))?;
    Ok(())
}

/// A line for each variant of an enum.
fn sides(out: &mut String, name: &str, of: &str, lines: &BTreeMap<String, String>) -> Result<()> {
    write!(out, "static {name}: &[({of}, &str)] = &[")?;
    for (word, line) in lines {
        write!(out, "({}, {line:?}),", path(of, word))?;
    }
    writeln!(out, "];")?;
    Ok(())
}

/// The examples of replies, which only tests want.
fn examples(out: &mut String, replies: &[Reply]) -> Result<()> {
    write!(
        out,
        "#[cfg(test)]\nstatic EXAMPLES: &[(&str, &[&str])] = &["
    )?;
    for row in replies {
        write!(out, "({:?}, &{:?}),", row.id, row.examples)?;
    }
    writeln!(out, "];")?;
    Ok(())
}

fn reply(packed: &mut Packed, row: &Reply) -> Result<()> {
    packed.words(&row.id);
    packed.optional(row.provider.as_deref(), Packed::words);
    let pattern = row.status.as_deref();
    let status = pattern
        .map(|pattern| status(&row.id, pattern))
        .transpose()?;
    packed.optional(status.as_ref(), Packed::numbers);
    packed.optional(row.code, Packed::number);
    packed.optional_variant("Command", row.command.as_deref());
    packed.words(&row.text.join("\n"));
    packed.flag(row.weak);
    packed.flag(row.keyword);
    packed.variant("Reason", &row.reason);
    packed.optional_variant("Reason", row.second.as_deref());
    packed.optional_variant("Reason", row.late.as_deref());
    packed.optional_variant("Side", row.responsible.as_deref());
    packed.optional_variant("RefusedBy", row.refused_by.as_deref());
    packed.optional(row.suppress, Packed::flag);
    packed.flag(row.withheld);
    packed.flag(row.own);
    Ok(())
}

fn sender(packed: &mut Packed, row: &Sender) -> Result<()> {
    if row.source.is_empty() {
        return Err(format!("sender {}: no source", row.id).into());
    }
    packed.words(&row.id);
    packed.words(&row.name);
    packed.words(&row.include);
    packed.sentences(&row.hosts);
    packed.sentences(&row.mx);
    packed.sentences(&row.selectors);
    packed.sentences(&row.keys);
    Ok(())
}

/// `x.7.26`, `5.7.606-649`.
fn status(id: &str, pattern: &str) -> Result<[u16; 4]> {
    let wrong = || format!("{id}: {pattern:?} is no status pattern such as x.1.1 or 5.7.606-649");
    let mut parts = pattern.splitn(3, '.');
    let mut next = || parts.next().ok_or_else(wrong);
    let (class, subject, details) = (next()?, next()?, next()?);
    let (first, last) = details.split_once('-').unwrap_or((details, details));
    let number = |digits: &str| digits.parse::<u16>().map_err(|_| wrong());
    let class = if class == "x" {
        ANY_CLASS
    } else {
        number(class)?
    };
    Ok([class, number(subject)?, number(first)?, number(last)?])
}

/// In a pattern of status codes: whatever class it is.
const ANY_CLASS: u16 = 0;

fn step(packed: &mut Packed, row: &Step, knowledge: &Knowledge) -> Result<()> {
    let words: &StepWords = knowledge
        .step_words
        .get(&row.id)
        .ok_or_else(|| format!("step {}: texts/en/steps/ has no words for it", row.id))?;
    packed.words(&row.id);
    packed.variant("Side", &row.owner);
    packed.number(row.rank);
    condition(packed, &row.id, &row.when)?;
    packed.flag(row.ruled_out);
    template(packed, &words.title)?;
    template(packed, &words.why)?;
    match words.wait.is_empty() {
        true => template(packed, &words.verify)?,
        false => template(packed, &format!("{} {}", words.verify, words.wait))?,
    }
    templates(packed, &row.commands)?;
    packed.sentences(&row.hides);
    packed.flag(row.instead);
    packed.flag(row.general);
    packed.optional_variant("Asked", row.asks.as_deref());
    packed.variants("Fact", &row.done_by);
    Ok(())
}

fn condition(packed: &mut Packed, id: &str, row: &When) -> Result<()> {
    packed.variants("Reason", &row.reasons);
    packed.variants("Reason", &row.seconds);
    packed.variants("Code", &row.findings);
    packed.variants("Check", &row.checks);
    packed.variants("Code", &row.unless);
    packed.variants("Side", &row.sides);
    packed.sentences(&row.providers);
    packed.sentences(&row.hosts);
    packed.sentences(&row.domains);
    packed.sentences(&row.services);
    packed.sentences(&row.systems);
    let statuses = row.statuses.iter().map(|pattern| status(id, pattern));
    let statuses: Vec<[u16; 4]> = statuses.collect::<Result<_>>()?;
    packed.list(&statuses, Packed::numbers);
    packed.list(&row.codes, |packed, code| packed.number(*code));
    packed.sentences(&row.says);
    packed.variants("RefusedBy", &row.refused_by);
    packed.variants("Kind", &row.kinds);
    packed.variants("Fact", &row.facts);
    packed.variants("Fact", &row.lacks);
    packed.optional(row.permanent, Packed::flag);
    packed.flag(row.explains);
    Ok(())
}

/// How narrow a condition is: what says more counts more than all that says less together.
fn narrowness(row: &When, rank: u32) -> u32 {
    let given = [
        !row.reasons.is_empty(),
        !row.seconds.is_empty(),
        row.permanent.is_some(),
        !row.kinds.is_empty(),
        !row.lacks.is_empty(),
        !row.facts.is_empty(),
        !row.unless.is_empty(),
        !row.sides.is_empty(),
        !row.codes.is_empty(),
        !row.refused_by.is_empty(),
        !row.systems.is_empty(),
        !row.services.is_empty(),
        !row.hosts.is_empty(),
        !row.domains.is_empty(),
        !row.providers.is_empty(),
        !row.statuses.is_empty(),
        !row.says.is_empty(),
        row.explains,
        !row.checks.is_empty(),
        !row.findings.is_empty(),
    ];
    let bits = (0..).zip(given);
    let narrowness: u32 = bits
        .map(|(place, is_given)| u32::from(is_given) << place)
        .sum();
    (rank << given.len()) + narrowness
}

fn headline(packed: &mut Packed, row: &Headline, knowledge: &Knowledge) -> Result<()> {
    let words = knowledge
        .headline_words
        .get(&row.id)
        .ok_or_else(|| format!("{}: texts/en/headlines.toml has no words for it", row.id))?;
    packed.words(&row.id);
    condition(packed, &row.id, &row.when)?;
    packed.long_number(narrowness(&row.when, row.rank));
    templates(packed, &words.what)?;
    templates(packed, &words.why)
}

fn handover(packed: &mut Packed, row: &Handover, knowledge: &Knowledge) -> Result<()> {
    let missing = || {
        format!(
            "handover {}: texts/en/handover.toml has no words for it",
            row.id
        )
    };
    let words = knowledge.handover_words.get(&row.id);
    let (subject, body) = match words {
        Some(words) => (words.subject.as_str(), words.body.as_slice()),
        None if row.silent => ("", [].as_slice()),
        None => return Err(missing().into()),
    };
    check_privacy(row, subject, body)?;
    packed.words(&row.id);
    packed.variant("Addressee", &row.to);
    condition(packed, &row.id, &row.when)?;
    packed.long_number(narrowness(&row.when, row.rank));
    packed.variants("Side", &row.owners);
    packed.variants("Side", &row.lists);
    packed.flag(row.silent);
    template(packed, subject)?;
    templates(packed, body)
}

/// Third parties never learn who was written to.
fn check_privacy(row: &Handover, subject: &str, body: &[String]) -> Result<()> {
    let third = ["isp", "blocklist", "sender-provider"].contains(&row.to.as_str());
    let tells = |words: &str| words.contains("{recipient") || words == "@headline";
    let mut all = body.iter().map(String::as_str).chain([subject]);
    match third && all.any(tells) {
        true => Err(format!(
            "handover {}: it names the recipient to a third party",
            row.id
        )
        .into()),
        false => Ok(()),
    }
}

fn doubt(packed: &mut Packed, row: &Doubt, knowledge: &Knowledge) -> Result<()> {
    let words = knowledge
        .doubt_words
        .get(&row.id)
        .ok_or_else(|| format!("doubt {}: texts/en/doubts.toml has no words for it", row.id))?;
    packed.words(&row.id);
    condition(packed, &row.id, &row.when)?;
    packed.long_number(narrowness(&row.when, row.rank));
    template(packed, words)
}

fn on_list(packed: &mut Packed, row: &OnList, knowledge: &Knowledge) -> Result<()> {
    let words = knowledge
        .list_words
        .get(&row.id)
        .ok_or_else(|| format!("list {}: texts/en/lists.toml has no words for it", row.id))?;
    packed.words(&row.id);
    condition(packed, &row.id, &row.when)?;
    packed.long_number(narrowness(&row.when, row.rank));
    packed.variant("ListAction", &row.action);
    template(packed, words)
}

/// The words of findings, and a function with one arm a code: a code without words does not compile.
fn finding_words(out: &mut String, knowledge: &Knowledge) -> Result<()> {
    let words = Packed::new(knowledge.finding_words.values(), |packed, words| {
        template(packed, &words.title)?;
        template(packed, &words.detail)?;
        packed.words(&words.rfc);
        Ok(())
    })?;
    *out += &words.table("", "FINDING_WORDS", "FindingWords")?;
    let codes = knowledge.finding_words.keys().enumerate();
    let arms = codes.map(|(place, code)| format!("{} => {place},", path("Code", code)));
    let arms: String = arms.collect();
    writeln!(
        out,
        "/// The place of a code among [`FINDING_WORDS`].\nfn place_of_words(code: Code) -> usize {{ match code {{ {arms} }} }}"
    )?;
    Ok(())
}

fn templates(packed: &mut Packed, sentences: &[String]) -> Result<()> {
    for sentence in sentences {
        check_template(sentence)?;
    }
    packed.sentences(sentences);
    Ok(())
}

fn template(packed: &mut Packed, sentence: &str) -> Result<()> {
    check_template(sentence)?;
    packed.words(sentence);
    Ok(())
}

/// A gap that is not closed, or that no slot is named for, is an error here.
fn check_template(sentence: &str) -> Result<()> {
    let mut rest = sentence;
    while let Some(at) = rest.find(['{', '}']) {
        let (_, behind) = rest.split_at(at);
        if behind.starts_with("{{") || behind.starts_with("}}") {
            rest = behind.split_at(2).1;
            continue;
        }
        let (gap, after) = behind
            .strip_prefix('{')
            .and_then(|gap| gap.split_once('}'))
            .ok_or_else(|| format!("{sentence:?}: a gap is not closed, or a brace stands alone"))?;
        let slot = gap.split_once('|').map_or(gap, |(slot, _)| slot);
        if !SLOTS.contains(&slot) {
            return Err(format!("{sentence:?}: there is no slot {slot:?}").into());
        }
        rest = after;
    }
    Ok(())
}

/// The words of `Slot` in src/wording.rs; a test there holds the two lists together.
const SLOTS: &[&str] = &include!("slots.in");

/// `sender-admin` of `Side` is `Side::SenderAdmin`.
pub(crate) fn path(of: &str, word: &str) -> String {
    let name: String = word
        .split(['-', '_'])
        .map(|part| {
            let (first, rest) = part.split_at(part.len().min(1));
            first.to_ascii_uppercase() + rest
        })
        .collect();
    format!("{of}::{name}")
}

/// What cannot be said in the types of the tables.
fn check(knowledge: &Knowledge) -> Result<()> {
    let mut ids = BTreeSet::new();
    for row in &knowledge.replies {
        if !ids.insert(&row.id) {
            return Err(format!("reply {}: the id is used twice", row.id).into());
        }
        if row.examples.is_empty() {
            return Err(format!("reply {}: a row needs an example", row.id).into());
        }
        if row.text.iter().any(|text| *text != text.to_lowercase()) {
            return Err(format!("reply {}: texts are lower case", row.id).into());
        }
        let known = |id: &String| {
            knowledge
                .providers
                .iter()
                .any(|provider| provider.id == *id)
        };
        if row.provider.as_ref().is_some_and(|id| !known(id)) {
            return Err(format!("reply {}: no such provider", row.id).into());
        }
    }
    let mut ids = BTreeSet::new();
    for row in &knowledge.steps {
        if !ids.insert(&row.id) {
            return Err(format!("step {}: the id is used twice", row.id).into());
        }
        check_step(row, knowledge)?;
    }
    let headlines = knowledge.headlines.iter().map(|row| (&row.id, &row.when));
    let on_lists = knowledge.on_lists.iter().map(|row| (&row.id, &row.when));
    check_rows(
        "headlines",
        headlines,
        knowledge.headline_words.keys(),
        knowledge,
    )?;
    let handovers = knowledge.handovers.iter().map(|row| (&row.id, &row.when));
    check_rows(
        "handover",
        handovers,
        knowledge.handover_words.keys(),
        knowledge,
    )?;
    check_rows("lists", on_lists, knowledge.list_words.keys(), knowledge)?;
    let doubts = knowledge.doubts.iter().map(|row| (&row.id, &row.when));
    check_rows("doubts", doubts, knowledge.doubt_words.keys(), knowledge)?;
    let unused = knowledge.step_words.keys().find(|id| !ids.contains(id));
    if let Some(id) = unused {
        return Err(format!("texts/en/steps/: there is no step {id}").into());
    }
    Ok(())
}

/// A step that nothing can reach, and names in it that nobody has.
fn check_step(row: &Step, knowledge: &Knowledge) -> Result<()> {
    let wrong = |what: &str| Err(format!("step {}: {what}", row.id).into());
    let narrowed = [
        &row.when.reasons,
        &row.when.findings,
        &row.when.checks,
        &row.when.kinds,
        &row.when.statuses,
        &row.when.says,
    ];
    if narrowed.iter().all(|words| words.is_empty()) {
        return wrong("it fits everything: name a reason, a finding, a kind, a status or words");
    }
    check_names(&row.id, &row.when, knowledge)?;
    let is_step = |id: &String| knowledge.steps.iter().any(|row| row.id == *id);
    if !row.hides.iter().all(is_step) {
        return wrong("it hides a step that is not there");
    }
    let is_special = !row.when.providers.is_empty() || !row.when.services.is_empty();
    if is_special && row.source.is_empty() && !row.ruled_out {
        return wrong("what one provider asks for needs its source");
    }
    Ok(())
}

/// Ids used twice, words that no row uses, and names in conditions that nobody has.
fn check_rows<'a>(
    file: &str,
    rows: impl Iterator<Item = (&'a String, &'a When)>,
    mut words: impl Iterator<Item = &'a String>,
    knowledge: &Knowledge,
) -> Result<()> {
    let mut ids = BTreeSet::new();
    for (id, when) in rows {
        if !ids.insert(id) {
            return Err(format!("{file} {id}: the id is used twice").into());
        }
        check_names(id, when, knowledge)?;
    }
    match words.find(|id| !ids.contains(id)) {
        Some(id) => Err(format!("texts/en/{file}.toml: there is no row {id}").into()),
        None => Ok(()),
    }
}

/// Names in a condition that nobody has.
fn check_names(id: &str, when: &When, knowledge: &Knowledge) -> Result<()> {
    let wrong = |what: &str| Err(format!("{id}: {what}").into());
    let is_provider = |id: &String| knowledge.providers.iter().any(|row| row.id == *id);
    let is_service = |id: &String| knowledge.senders.iter().any(|row| row.id == *id);
    let is_system = |name: &String| knowledge.systems.iter().any(|row| row.name == *name);
    if !when.providers.iter().chain(&when.hosts).all(is_provider) {
        return wrong("no such provider");
    }
    if !when.services.iter().all(is_service) {
        return wrong("no such service in senders.toml");
    }
    if !when.systems.iter().all(is_system) {
        return wrong("no such mail system");
    }
    if when.says.iter().any(|words| *words != words.to_lowercase()) {
        return wrong("what a reply says is lower case");
    }
    Ok(())
}
