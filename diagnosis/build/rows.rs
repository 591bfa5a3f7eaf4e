//! The rows as they stand in the files.

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, de::DeserializeOwned};

/// All rows.
pub(crate) struct Knowledge {
    pub(crate) replies: Vec<Reply>,
    pub(crate) providers: Vec<Provider>,
    pub(crate) senders: Vec<Sender>,
    pub(crate) systems: Vec<System>,
    pub(crate) domains: Domains,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) classes: BTreeMap<String, Vec<String>>,
    pub(crate) name_words: BTreeMap<String, Vec<String>>,
    pub(crate) steps: Vec<Step>,
    pub(crate) step_words: BTreeMap<String, StepWords>,
    pub(crate) finding_words: BTreeMap<String, FindingWords>,
    pub(crate) headlines: Vec<Headline>,
    pub(crate) headline_words: BTreeMap<String, KindWords>,
    pub(crate) on_lists: Vec<OnList>,
    pub(crate) handovers: Vec<Handover>,
    pub(crate) handover_words: BTreeMap<String, HandoverWords>,
    pub(crate) list_words: BTreeMap<String, String>,
    pub(crate) doubts: Vec<Doubt>,
    pub(crate) doubt_words: BTreeMap<String, String>,
    pub(crate) reason_names: BTreeMap<String, String>,
    pub(crate) acts: BTreeMap<String, String>,
    pub(crate) sides: BTreeMap<String, String>,
    pub(crate) zones: BTreeMap<String, String>,
    pub(crate) kind_words: BTreeMap<String, KindWords>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reply {
    pub(crate) id: String,
    pub(crate) provider: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) code: Option<u16>,
    pub(crate) command: Option<String>,
    #[serde(default)]
    pub(crate) text: Vec<String>,
    #[serde(default)]
    pub(crate) weak: bool,
    #[serde(default)]
    pub(crate) keyword: bool,
    pub(crate) reason: String,
    pub(crate) second: Option<String>,
    pub(crate) late: Option<String>,
    pub(crate) responsible: Option<String>,
    pub(crate) refused_by: Option<String>,
    pub(crate) suppress: Option<bool>,
    #[serde(default)]
    pub(crate) withheld: bool,
    #[serde(default)]
    pub(crate) own: bool,
    pub(crate) examples: Vec<String>,
    #[serde(rename = "source")]
    pub(crate) _source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provider {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) hosts: Vec<String>,
    #[serde(default)]
    pub(crate) exchangers: Vec<String>,
    #[serde(default)]
    pub(crate) marks: Vec<String>,
    #[serde(default)]
    pub(crate) filter: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Domains {
    pub(crate) known: Vec<String>,
    pub(crate) slips: Vec<(String, String)>,
    pub(crate) near: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct System {
    pub(crate) name: String,
    pub(crate) marks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kind {
    pub(crate) kind: String,
    pub(crate) phrases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) rank: u16,
    /// Its condition stands beside its other fields.
    #[serde(skip)]
    pub(crate) when: When,
    #[serde(default)]
    pub(crate) ruled_out: bool,
    #[serde(default)]
    pub(crate) commands: Vec<String>,
    /// Steps that this one makes needless.
    #[serde(default)]
    pub(crate) hides: Vec<String>,
    /// Whether it stands instead of the reason's general steps from its own rank on.
    #[serde(default)]
    pub(crate) instead: bool,
    /// Whether it is one of a reason's general steps: it stands under playbook/reason/.
    #[serde(skip)]
    pub(crate) general: bool,
    /// The one fact that the step asks for.
    pub(crate) asks: Option<String>,
    /// Facts of which one makes it a step that is done.
    #[serde(default)]
    pub(crate) done_by: Vec<String>,
    /// Where what it says can be read up; empty where it follows from the standards.
    #[serde(default)]
    pub(crate) source: String,
}

/// When a row applies.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct When {
    pub(crate) reasons: Vec<String>,
    pub(crate) seconds: Vec<String>,
    pub(crate) findings: Vec<String>,
    pub(crate) checks: Vec<String>,
    pub(crate) unless: Vec<String>,
    pub(crate) sides: Vec<String>,
    pub(crate) providers: Vec<String>,
    pub(crate) hosts: Vec<String>,
    pub(crate) domains: Vec<String>,
    pub(crate) services: Vec<String>,
    pub(crate) systems: Vec<String>,
    pub(crate) statuses: Vec<String>,
    pub(crate) codes: Vec<u16>,
    pub(crate) says: Vec<String>,
    pub(crate) refused_by: Vec<String>,
    pub(crate) kinds: Vec<String>,
    pub(crate) facts: Vec<String>,
    pub(crate) lacks: Vec<String>,
    pub(crate) permanent: Option<bool>,
    pub(crate) explains: bool,
}

impl When {
    /// The names of its fields, which stand beside those of a row.
    const FIELDS: &[&str] = &[
        "reasons",
        "seconds",
        "findings",
        "checks",
        "unless",
        "sides",
        "providers",
        "hosts",
        "domains",
        "services",
        "systems",
        "statuses",
        "codes",
        "says",
        "refused_by",
        "kinds",
        "facts",
        "lacks",
        "permanent",
        "explains",
    ];
}

/// A row with a condition among its fields.
pub(crate) trait Conditional: DeserializeOwned {
    fn when(&mut self) -> &mut When;
}

impl Conditional for Step {
    fn when(&mut self) -> &mut When {
        &mut self.when
    }
}

impl Conditional for Headline {
    fn when(&mut self) -> &mut When {
        &mut self.when
    }
}

impl Conditional for Handover {
    fn when(&mut self) -> &mut When {
        &mut self.when
    }
}

impl Conditional for Doubt {
    fn when(&mut self) -> &mut When {
        &mut self.when
    }
}

impl Conditional for OnList {
    fn when(&mut self) -> &mut When {
        &mut self.when
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sender {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) include: String,
    pub(crate) hosts: Vec<String>,
    pub(crate) mx: Vec<String>,
    #[serde(default)]
    pub(crate) selectors: Vec<String>,
    #[serde(default)]
    pub(crate) keys: Vec<String>,
    /// Where the service says so.
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepWords {
    pub(crate) title: String,
    pub(crate) why: String,
    pub(crate) verify: String,
    /// How long it takes to work.
    #[serde(default)]
    pub(crate) wait: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindingWords {
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) rfc: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Headline {
    pub(crate) id: String,
    #[serde(skip)]
    pub(crate) when: When,
    /// What decides before the narrowness: higher wins.
    #[serde(default)]
    pub(crate) rank: u32,
}

/// A message that is ready to be sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Handover {
    pub(crate) id: String,
    pub(crate) to: String,
    #[serde(skip)]
    pub(crate) when: When,
    /// One of these has an open step.
    #[serde(default)]
    pub(crate) owners: Vec<String>,
    /// Whose steps it lists.
    #[serde(default)]
    pub(crate) lists: Vec<String>,
    /// Whether nothing is to be written where this row fits.
    #[serde(default)]
    pub(crate) silent: bool,
    /// What decides before the narrowness: higher wins.
    #[serde(default)]
    pub(crate) rank: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandoverWords {
    pub(crate) subject: String,
    pub(crate) body: Vec<String>,
}

/// What decides between two causes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Doubt {
    pub(crate) id: String,
    #[serde(skip)]
    pub(crate) when: When,
    /// What decides before the narrowness: higher wins.
    #[serde(default)]
    pub(crate) rank: u32,
}

/// What to do with an address on a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnList {
    pub(crate) id: String,
    #[serde(skip)]
    pub(crate) when: When,
    /// What decides before the narrowness: higher wins.
    #[serde(default)]
    pub(crate) rank: u32,
    pub(crate) action: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KindWords {
    pub(crate) what: Vec<String>,
    pub(crate) why: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyFile {
    #[serde(default)]
    reply: Vec<Reply>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderFile {
    provider: Vec<Provider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SenderFile {
    sender: Vec<Sender>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SystemFile {
    system: Vec<System>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindFile {
    kind: Vec<Kind>,
}

/// Reads all files below `root`.
pub(crate) fn read(root: &Path) -> Result<Knowledge, Box<dyn Error>> {
    let texts = root.join("texts/en");
    let mut replies = Vec::new();
    for path in files(&root.join("replies"))? {
        replies.extend(file::<ReplyFile>(&path)?.reply);
    }
    let mut steps = Vec::new();
    for path in files(&root.join("playbook"))? {
        let general = path.parent().is_some_and(|at| at.ends_with("reason"));
        let read = conditional::<Step>(&path, "step")?.into_iter();
        steps.extend(read.map(|step| Step { general, ..step }));
    }
    let mut handovers = Vec::new();
    for path in files(&root.join("handover"))? {
        handovers.extend(conditional::<Handover>(&path, "handover")?);
    }
    Ok(Knowledge {
        replies,
        handovers,
        handover_words: file(&texts.join("handover.toml"))?,
        steps,
        providers: file::<ProviderFile>(&root.join("providers.toml"))?.provider,
        senders: file::<SenderFile>(&root.join("senders.toml"))?.sender,
        domains: file(&root.join("domains.toml"))?,
        systems: file::<SystemFile>(&root.join("systems.toml"))?.system,
        kinds: file::<KindFile>(&root.join("kinds.toml"))?.kind,
        classes: file(&root.join("words.toml"))?,
        step_words: tables(&texts.join("steps"))?,
        name_words: file(&root.join("names.toml"))?,
        finding_words: tables(&texts.join("findings"))?,
        headlines: conditional(&root.join("headlines.toml"), "headline")?,
        headline_words: file(&texts.join("headlines.toml"))?,
        on_lists: conditional(&root.join("lists.toml"), "list")?,
        list_words: file(&texts.join("lists.toml"))?,
        doubts: conditional(&root.join("doubts.toml"), "doubt")?,
        doubt_words: file(&texts.join("doubts.toml"))?,
        reason_names: file(&texts.join("reasons.toml"))?,
        acts: file(&texts.join("acts.toml"))?,
        sides: file(&texts.join("sides.toml"))?,
        zones: file(&texts.join("zones.toml"))?,
        kind_words: file(&texts.join("kinds.toml"))?,
    })
}

fn file<T: DeserializeOwned>(path: &Path) -> Result<T, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The rows of a file that have a condition among their fields.
fn conditional<T: Conditional>(path: &Path, name: &str) -> Result<Vec<T>, Box<dyn Error>> {
    let wrong = |error: toml::de::Error| format!("{}: {error}", path.display());
    let mut rows = Vec::new();
    for (key, tables) in file::<BTreeMap<String, Vec<toml::Table>>>(path)? {
        if key != name {
            return Err(format!("{}: no such table: {key}", path.display()).into());
        }
        for table in tables {
            let (when, own): (toml::Table, toml::Table) = table
                .into_iter()
                .partition(|(field, _)| When::FIELDS.contains(&field.as_str()));
            let mut row: T = own.try_into().map_err(wrong)?;
            *row.when() = when.try_into().map_err(wrong)?;
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The tables of all files below a folder; each has a name of its own.
fn tables<T: DeserializeOwned>(folder: &Path) -> Result<BTreeMap<String, T>, Box<dyn Error>> {
    let mut all = BTreeMap::new();
    for path in files(folder)? {
        for (name, table) in file::<BTreeMap<String, T>>(&path)? {
            if all.insert(name.clone(), table).is_some() {
                return Err(format!("{}: {name} is there already", path.display()).into());
            }
        }
    }
    Ok(all)
}

/// All TOML files below a folder, in order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
