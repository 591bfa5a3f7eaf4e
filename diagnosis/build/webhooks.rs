//! `webhooks.toml`: what the keys and words of webhooks mean, as sorted tables.

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use serde::Deserialize;

use crate::packed::Packed;

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
        for key in &row.keys {
            insert(
                &mut fields,
                key,
                (&row.field, row.service.as_deref()),
                is_key,
            )?;
        }
    }
    let mut events = BTreeMap::new();
    for row in &rows.event {
        for words in &row.words {
            insert(&mut events, words, &row.event, is_words)?;
        }
    }
    let mut services = BTreeMap::new();
    for row in &rows.service {
        for key in &row.keys {
            insert(&mut services, key, &row.name, is_key)?;
        }
    }
    let fields = Packed::new(fields, |packed, (key, (field, service))| {
        packed.words(key);
        packed.variant("Field", field);
        packed.optional(service, Packed::words);
        Ok(())
    })?;
    let events = Packed::new(events, |packed, (words, event)| {
        packed.words(words);
        packed.variant("Event", event);
        Ok(())
    })?;
    let services = Packed::new(services, |packed, (key, name)| {
        packed.words(key);
        packed.words(name);
        Ok(())
    })?;
    Ok([
        fields.table("", "FIELDS", "(&str, Meaning)")?,
        events.table("", "EVENTS", "(&str, Event)")?,
        services.table("", "SERVICES", "(&str, &str)")?,
    ]
    .concat())
}

fn insert<'a, T>(
    table: &mut BTreeMap<&'a str, T>,
    key: &'a str,
    value: T,
    is_shaped: fn(char) -> bool,
) -> Result<()> {
    if !key.chars().all(is_shaped) {
        return Err(format!("webhooks.toml: {key:?} has a character that is never met").into());
    }
    match table.insert(key, value) {
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
