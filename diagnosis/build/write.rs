//! The rows as Rust source.

use std::{collections::BTreeSet, error::Error, fmt::Write};

use crate::rows::{Doubt, Handover, Headline, Knowledge, OnList, Reply, Step, StepWords, When};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The whole file.
pub(crate) fn tables(knowledge: &Knowledge) -> Result<String> {
    check(knowledge)?;
    let mut out = String::new();
    let providers = list(&knowledge.providers, |p| {
        Ok(format!(
            "Provider {{ id: {:?}, name: {:?}, hosts: &{:?}, exchangers: {:?}, marks: &{:?}, filter: {} }}",
            p.id,
            p.name,
            p.hosts,
            p.exchangers.join(" "),
            p.marks,
            p.filter
        ))
    })?;
    let systems = list(&knowledge.systems, |s| {
        Ok(format!("({:?}, &{:?})", s.name, s.marks))
    })?;
    let kinds = list(&knowledge.kinds, |k| {
        Ok(format!("({:?}, &{:?})", k.kind, k.phrases))
    })?;
    let classes = list(&knowledge.classes, |(name, words)| {
        Ok(format!("({name:?}, &{words:?})"))
    })?;
    let sides = list(&knowledge.sides, |(side, words)| {
        Ok(format!("({}, {words:?})", path("Side", side)))
    })?;
    let zones = list(&knowledge.zones, |(zone, words)| {
        Ok(format!("({}, {words:?})", path("Zone", zone)))
    })?;
    table(
        &mut out,
        "Rows that read replies.",
        "REPLIES",
        "ReplyRule",
        &list(&knowledge.replies, reply)?,
    )?;
    table(
        &mut out,
        "Mail providers.",
        "PROVIDERS",
        "Provider",
        &providers,
    )?;
    let senders = list(&knowledge.senders, |row| match row.source.is_empty() {
        true => Err(format!("sender {}: no source", row.id).into()),
        false => Ok(format!(
            "Sender {{ id: {:?}, name: {:?}, include: {:?}, hosts: &{:?}, mx: &{:?}, selectors: &{:?}, keys: &{:?} }}",
            row.id, row.name, row.include, row.hosts, row.mx, row.selectors, row.keys
        )),
    })?;
    table(
        &mut out,
        "Services that send for others.",
        "SENDERS",
        "Sender",
        &senders,
    )?;
    let steps = list(&knowledge.steps, |row| step(row, knowledge))?;
    table(&mut out, "The playbook.", "STEPS", "StepRule", &steps)?;
    table(
        &mut out,
        "The words of verdicts.",
        "HEADLINES",
        "Headline",
        &list(&knowledge.headlines, |row| headline(row, knowledge))?,
    )?;
    let on_lists = list(&knowledge.on_lists, |row| on_list(row, knowledge))?;
    table(
        &mut out,
        "What to do with addresses on lists.",
        "ON_LISTS",
        "OnList",
        &on_lists,
    )?;
    let doubts = list(&knowledge.doubts, |row| doubt(row, knowledge))?;
    table(
        &mut out,
        "What decides between two causes.",
        "DOUBTS",
        "Doubt",
        &doubts,
    )?;
    let names = list(&knowledge.reason_names, |(reason, words)| {
        Ok(format!("({}, {words:?})", path("Reason", reason)))
    })?;
    private_table(&mut out, "REASON_NAMES", "(Reason, &str)", &names)?;
    let pairs = "(&str, &[&str])";
    let handovers = list(&knowledge.handovers, |row| handover(row, knowledge))?;
    table(
        &mut out,
        "Messages that are ready to be sent.",
        "HANDOVERS",
        "Handover",
        &handovers,
    )?;
    private_table(&mut out, "SYSTEMS", pairs, &systems)?;
    private_table(&mut out, "KINDS", pairs, &kinds)?;
    private_table(&mut out, "CLASSES", pairs, &classes)?;
    private_table(&mut out, "SIDES", "(Side, &str)", &sides)?;
    private_table(&mut out, "ZONES", "(Zone, &str)", &zones)?;
    let acts = list(&knowledge.acts, |(side, words)| {
        Ok(format!("({}, {words:?})", path("Side", side)))
    })?;
    private_table(&mut out, "ACTS", "(Side, &str)", &acts)?;
    for (name, words) in &knowledge.name_words {
        let table = format!("{}_WORDS", name.to_ascii_uppercase());
        writeln!(out, "pub(crate) static {table}: &[&str] = &{words:?};")?;
    }
    let kind_words = list(&knowledge.kind_words, |(kind, words)| {
        Ok(format!(
            "({kind:?}, KindWords {{ what: &[{}], why: &[{}] }})",
            list(&words.what, |words| template(words))?,
            list(&words.why, |words| template(words))?,
        ))
    })?;
    private_table(&mut out, "KIND_WORDS", "(&str, KindWords)", &kind_words)?;
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

fn table(out: &mut String, doc: &str, name: &str, of: &str, rows: &str) -> Result<()> {
    writeln!(
        out,
        "#[doc = {doc:?}]\npub static {name}: &[{of}] = &[{rows}];"
    )?;
    Ok(())
}

fn private_table(out: &mut String, name: &str, of: &str, rows: &str) -> Result<()> {
    writeln!(out, "static {name}: &[{of}] = &[{rows}];")?;
    Ok(())
}

fn list<T>(
    rows: impl IntoIterator<Item = T>,
    write: impl Fn(T) -> Result<String>,
) -> Result<String> {
    let mut out = String::new();
    for row in rows {
        write!(out, "{},", write(row)?)?;
    }
    Ok(out)
}

fn reply(row: &Reply) -> Result<String> {
    let texts = row.text.join("\n");
    let status = match &row.status {
        Some(pattern) => format!("Some({})", status(&row.id, pattern)?),
        None => "None".to_owned(),
    };
    Ok(format!(
        "ReplyRule {{ id: {:?}, provider: {:?}, status: {status}, code: {:?}, command: {}, texts: {texts:?}, weak: {}, keyword: {}, reason: {}, second: {}, late: {}, side: {}, refused_by: {}, suppress: {:?}, withheld: {}, own: {}, #[cfg(test)] examples: &{:?} }}",
        row.id,
        row.provider,
        row.code,
        optional("Command", row.command.as_deref()),
        row.weak,
        row.keyword,
        path("Reason", &row.reason),
        optional("Reason", row.second.as_deref()),
        optional("Reason", row.late.as_deref()),
        optional("Side", row.responsible.as_deref()),
        optional("RefusedBy", row.refused_by.as_deref()),
        row.suppress,
        row.withheld,
        row.own,
        row.examples,
    ))
}

/// `x.7.26`, `5.7.606-649`.
fn status(id: &str, pattern: &str) -> Result<String> {
    let wrong = || format!("{id}: {pattern:?} is no status pattern such as x.1.1 or 5.7.606-649");
    let mut parts = pattern.splitn(3, '.');
    let mut next = || parts.next().ok_or_else(wrong);
    let (class, subject, details) = (next()?, next()?, next()?);
    let class = match class {
        "x" => "None".to_owned(),
        digit => format!("Some({})", digit.parse::<u8>().map_err(|_| wrong())?),
    };
    let subject: u16 = subject.parse().map_err(|_| wrong())?;
    let (first, last) = details.split_once('-').unwrap_or((details, details));
    let first: u16 = first.parse().map_err(|_| wrong())?;
    let last: u16 = last.parse().map_err(|_| wrong())?;
    Ok(format!(
        "StatusPattern {{ class: {class}, subject: {subject}, details: ({first}, {last}) }}"
    ))
}

fn step(row: &Step, knowledge: &Knowledge) -> Result<String> {
    let words: &StepWords = knowledge
        .step_words
        .get(&row.id)
        .ok_or_else(|| format!("step {}: texts/en/steps/ has no words for it", row.id))?;
    let verify = match words.wait.is_empty() {
        true => template(&words.verify)?,
        false => template(&format!("{} {}", words.verify, words.wait))?,
    };
    Ok(format!(
        "StepRule {{ id: {:?}, owner: {}, rank: {}, when: {}, ruled_out: {}, title: {}, why: {}, verify: {verify}, commands: &[{}], hides: &{:?}, instead: {}, general: {}, asks: {}, done_by: {} }}",
        row.id,
        path("Side", &row.owner),
        row.rank,
        condition(&row.id, &row.when)?,
        row.ruled_out,
        template(&words.title)?,
        template(&words.why)?,
        list(&row.commands, |command| template(command))?,
        row.hides,
        row.instead,
        row.general,
        optional("Asked", row.asks.as_deref()),
        paths("Fact", &row.done_by),
    ))
}

/// Only what is given, the rest from `Condition::ANY`.
fn condition(id: &str, row: &When) -> Result<String> {
    let mut parts = Vec::new();
    let mut part = |name: &str, words: &[String], written: String| {
        if !words.is_empty() {
            parts.push(format!("{name}: {written}"));
        }
    };
    part("reasons", &row.reasons, paths("Reason", &row.reasons));
    part("seconds", &row.seconds, paths("Reason", &row.seconds));
    part("findings", &row.findings, paths("Code", &row.findings));
    part("checks", &row.checks, paths("Check", &row.checks));
    part("unless", &row.unless, paths("Code", &row.unless));
    part("sides", &row.sides, paths("Side", &row.sides));
    part("providers", &row.providers, format!("&{:?}", row.providers));
    part("hosts", &row.hosts, format!("&{:?}", row.hosts));
    part("domains", &row.domains, format!("&{:?}", row.domains));
    part("services", &row.services, format!("&{:?}", row.services));
    part("systems", &row.systems, format!("&{:?}", row.systems));
    part("says", &row.says, format!("&{:?}", row.says));
    part("kinds", &row.kinds, paths("Kind", &row.kinds));
    part("facts", &row.facts, paths("Fact", &row.facts));
    part("lacks", &row.lacks, paths("Fact", &row.lacks));
    let by = paths("RefusedBy", &row.refused_by);
    part("refused_by", &row.refused_by, by);
    let statuses = list(&row.statuses, |pattern| status(id, pattern))?;
    part("statuses", &row.statuses, format!("&[{statuses}]"));
    if !row.codes.is_empty() {
        parts.push(format!("codes: &{:?}", row.codes));
    }
    if row.permanent.is_some() {
        parts.push(format!("permanent: {:?}", row.permanent));
    }
    if row.explains {
        parts.push("explains: true".to_owned());
    }
    parts.push("..Condition::ANY".to_owned());
    Ok(format!("Condition {{ {} }}", parts.join(", ")))
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

fn headline(row: &Headline, knowledge: &Knowledge) -> Result<String> {
    let words = knowledge
        .headline_words
        .get(&row.id)
        .ok_or_else(|| format!("{}: texts/en/headlines.toml has no words for it", row.id))?;
    Ok(format!(
        "Headline {{ id: {:?}, when: {}, narrowness: {}, what: &[{}], why: &[{}] }}",
        row.id,
        condition(&row.id, &row.when)?,
        narrowness(&row.when, row.rank),
        list(&words.what, |words| template(words))?,
        list(&words.why, |words| template(words))?,
    ))
}

fn handover(row: &Handover, knowledge: &Knowledge) -> Result<String> {
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
    Ok(format!(
        "Handover {{ id: {:?}, to: {}, when: {}, narrowness: {}, owners: {}, lists: {}, silent: {}, subject: {}, body: &[{}] }}",
        row.id,
        path("Addressee", &row.to),
        condition(&row.id, &row.when)?,
        narrowness(&row.when, row.rank),
        paths("Side", &row.owners),
        paths("Side", &row.lists),
        row.silent,
        template(subject)?,
        list(body, |words| template(words))?,
    ))
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

fn doubt(row: &Doubt, knowledge: &Knowledge) -> Result<String> {
    let words = knowledge
        .doubt_words
        .get(&row.id)
        .ok_or_else(|| format!("doubt {}: texts/en/doubts.toml has no words for it", row.id))?;
    Ok(format!(
        "Doubt {{ id: {:?}, when: {}, narrowness: {}, words: {} }}",
        row.id,
        condition(&row.id, &row.when)?,
        narrowness(&row.when, row.rank),
        template(words)?,
    ))
}

fn on_list(row: &OnList, knowledge: &Knowledge) -> Result<String> {
    let words = knowledge
        .list_words
        .get(&row.id)
        .ok_or_else(|| format!("list {}: texts/en/lists.toml has no words for it", row.id))?;
    Ok(format!(
        "OnList {{ id: {:?}, when: {}, narrowness: {}, action: {}, words: {} }}",
        row.id,
        condition(&row.id, &row.when)?,
        narrowness(&row.when, row.rank),
        path("ListAction", &row.action),
        template(words)?,
    ))
}

/// A function with one arm a code: a code without words does not compile.
fn finding_words(out: &mut String, knowledge: &Knowledge) -> Result<()> {
    let arms = list(&knowledge.finding_words, |(code, words)| {
        Ok(format!(
            "{} => &FindingWords {{ title: {}, detail: {}, rfc: {:?} }}",
            path("Code", code),
            template(&words.title)?,
            template(&words.detail)?,
            words.rfc
        ))
    })?;
    writeln!(
        out,
        "/// The words of a finding.\n#[must_use]\npub fn finding_words(code: Code) -> &'static FindingWords {{ match code {{ {arms} }} }}"
    )?;
    Ok(())
}

/// A sentence with gaps, as it stands; a gap that is not closed, or that no slot is named for, is an
/// error here.
fn template(sentence: &str) -> Result<String> {
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
    Ok(format!("{sentence:?}"))
}

/// The words of `Slot` in src/wording.rs; a test there holds the two lists together.
const SLOTS: &[&str] = &include!("slots.in");

fn paths(of: &str, words: &[String]) -> String {
    let all: Vec<String> = words.iter().map(|word| path(of, word)).collect();
    format!("&[{}]", all.join(","))
}

fn optional(of: &str, word: Option<&str>) -> String {
    word.map_or("None".to_owned(), |word| {
        format!("Some({})", path(of, word))
    })
}

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
