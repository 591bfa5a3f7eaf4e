//! `webhooks.toml`: what the keys and words of webhooks mean, as sorted tables.

use std::{collections::BTreeMap, error::Error, fmt::Write, fs, path::Path};

use serde::Deserialize;

use crate::write::path;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    field: Vec<Field>,
    event: Vec<Event>,
    service: Vec<Service>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    field: String,
    keys: Vec<String>,
    service: Option<String>,
    #[serde(rename = "source")]
    _source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    event: String,
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    name: String,
    keys: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

/// The whole file.
pub(crate) fn tables(file: &Path) -> Result<String> {
    let text = fs::read_to_string(file)?;
    let rows: File =
        toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut fields = BTreeMap::new();
    for row in &rows.field {
        let value = format!("({}, {:?})", path("Field", &row.field), row.service);
        for key in &row.keys {
            insert(&mut fields, key, value.clone(), is_key)?;
        }
    }
    let mut events = BTreeMap::new();
    for row in &rows.event {
        for words in &row.words {
            insert(&mut events, words, path("Event", &row.event), is_words)?;
        }
    }
    let mut services = BTreeMap::new();
    for row in &rows.service {
        for key in &row.keys {
            insert(&mut services, key, format!("{:?}", row.name), is_key)?;
        }
    }
    let mut out = String::new();
    table(&mut out, "FIELDS", "(Field, Option<&str>)", &fields)?;
    table(&mut out, "EVENTS", "Event", &events)?;
    table(&mut out, "SERVICES", "&str", &services)?;
    Ok(out)
}

fn insert(
    table: &mut BTreeMap<String, String>,
    key: &str,
    value: String,
    is_shaped: fn(char) -> bool,
) -> Result<()> {
    if !key.chars().all(is_shaped) {
        return Err(format!("webhooks.toml: {key:?} has a character that is never met").into());
    }
    match table.insert(key.to_owned(), value) {
        Some(_) => Err(format!("webhooks.toml: {key:?} is there twice").into()),
        None => Ok(()),
    }
}

fn is_key(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.'
}

fn is_words(c: char) -> bool {
    c.is_ascii_lowercase() || c == ' '
}

fn table(out: &mut String, name: &str, of: &str, rows: &BTreeMap<String, String>) -> Result<()> {
    write!(out, "static {name}: &[(&str, {of})] = &[")?;
    for (key, value) in rows {
        write!(out, "({key:?}, {value}),")?;
    }
    writeln!(out, "];")?;
    Ok(())
}
