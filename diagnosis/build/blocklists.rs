//! The rows of blocklists as Rust source.

use std::{error::Error, fs, net::Ipv4Addr, path::Path};

use serde::Deserialize;

use crate::packed::Packed;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    list: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    name: String,
    zone: String,
    #[serde(default)]
    of: Vec<String>,
    #[serde(default)]
    helo: bool,
    #[serde(default)]
    registered: bool,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    listed: String,
    #[serde(default)]
    clean: String,
    #[serde(default)]
    bits: bool,
    #[serde(default)]
    codes: Vec<(String, String)>,
    #[serde(default)]
    refused: Vec<String>,
    #[serde(default)]
    look_up: String,
    #[serde(default)]
    removal: String,
    #[serde(default)]
    asked: bool,
    closed: Option<String>,
    source: String,
}

/// The table `BLOCKLISTS`.
pub(crate) fn table(file: &Path) -> Result<String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(|error| wrong(&error))?;
    let rows: File = toml::from_str(&text).map_err(|error| wrong(&error))?;
    let mut before = "";
    for row in &rows.list {
        if row.id.as_str() <= before {
            return Err(wrong(&format!("{} stands behind {before}", row.id)).into());
        }
        before = &row.id;
    }
    let lists = Packed::new(&rows.list, |packed, row| {
        list(packed, row).map_err(|error| wrong(&format!("{}: {error}", row.id)).into())
    })?;
    lists.table("/// All blocklists.\npub", "BLOCKLISTS", "Blocklist")
}

fn list(packed: &mut Packed, row: &Row) -> Result<()> {
    let complete = [&row.look_up, &row.removal]
        .iter()
        .all(|url| !url.is_empty())
        && !row.codes.is_empty()
        && !row.of.is_empty();
    if row.closed.is_none() && !complete {
        return Err("a list that is not closed needs of, codes, look_up and removal".into());
    }
    if !row.source.starts_with("https://") {
        return Err("the source is no address".into());
    }
    let is_of = |kind: &str| row.of.iter().any(|of| of == kind);
    let mut codes = Vec::new();
    for (code, meaning) in &row.codes {
        codes.push((range(code, row.bits)?, meaning.as_str()));
    }
    for code in &row.refused {
        codes.push((range(code, false)?, ""));
    }
    packed.words(&row.name);
    packed.words(&row.zone);
    packed.flag(is_of("ip4"));
    packed.flag(is_of("ip6"));
    packed.flag(is_of("domain"));
    packed.flag(row.helo);
    packed.flag(row.registered);
    packed.words(&row.names.join("\n"));
    packed.words(&row.listed);
    packed.words(&row.clean);
    packed.flag(row.bits);
    packed.list(&codes, |packed, ((first, last), meaning)| {
        packed.long_number(*first);
        packed.long_number(*last);
        packed.words(meaning);
    });
    packed.words(&row.look_up);
    packed.words(&row.removal);
    packed.flag(row.asked);
    packed.optional(row.closed.as_deref(), Packed::words);
    Ok(())
}

/// `127.0.0.4-7`, `127.0.0.2`, or a bit.
fn range(code: &str, is_bit: bool) -> Result<(u32, u32)> {
    if is_bit {
        let bit = code.parse()?;
        return Ok((bit, bit));
    }
    let (first, last) = code.split_once('-').unwrap_or((code, ""));
    let first = u32::from(first.parse::<Ipv4Addr>()?);
    let last = match last {
        "" => first,
        octet => (first & !0xff) | u32::from(octet.parse::<u8>()?),
    };
    Ok((first, last))
}
