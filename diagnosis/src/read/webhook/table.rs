//! CSV exports: a row of column names, and below it one recipient a row (RFC 4180), with commas,
//! semicolons or tabs between.

use std::ops::Range;

use crate::{
    knowledge::webhook::{self, Field},
    text::{Text, trimmed},
};

use super::record::{Fact, Record};

/// How many lines may stand before the row of column names.
const LINES_BEFORE: usize = 50;

/// A row of column names is no longer than this.
const LONGEST_HEAD: usize = 4096;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

type Column = Option<(Field, Option<&'static str>)>;

/// The rows as records; none where no row of column names is there.
pub(super) fn records(text: &Text) -> Vec<Record> {
    let Some(head) = head(text) else {
        return Vec::new();
    };
    let mut rows = Rows {
        string: text.as_str(),
        at: head.end,
        delimiter: head.delimiter,
    };
    let mut records = Vec::new();
    while let Some(cells) = rows.next_row() {
        let facts = facts(text, &head.columns, &cells);
        let (Some(first), Some(last)) = (cells.first(), cells.last()) else {
            continue;
        };
        if facts.iter().any(|fact| is_recipient(fact.field)) {
            records.push(Record {
                facts,
                recipients: Vec::new(),
                service: None,
                range: first.start..last.end,
            });
        }
    }
    records
}

fn is_recipient(field: Field) -> bool {
    matches!(field, Field::Address | Field::To)
}

struct Head {
    columns: Vec<Column>,
    delimiter: u8,
    end: usize,
}

/// The first line with a column for the recipient and another that is known.
fn head(text: &Text) -> Option<Head> {
    let string = text.as_str();
    text.lines().take(LINES_BEFORE).find_map(|line| {
        let names = string.get(line.clone())?;
        if names.contains('@') || names.len() > LONGEST_HEAD {
            return None;
        }
        DELIMITERS.into_iter().find_map(|delimiter| {
            let mut row = Rows {
                string: string.get(..line.end)?,
                at: line.start,
                delimiter,
            };
            let columns: Vec<Column> = row
                .next_row()?
                .into_iter()
                .map(|cell| column(string.get(cell).unwrap_or_default()))
                .collect();
            is_head(&columns).then_some(Head {
                columns,
                delimiter,
                end: (line.end + 1).min(string.len()),
            })
        })
    })
}

fn column(name: &str) -> Column {
    webhook::field("", &webhook::plain_key(name)).filter(|(field, _)| *field != Field::Ignored)
}

fn is_head(columns: &[Column]) -> bool {
    let known: Vec<Field> = columns.iter().flatten().map(|(field, _)| *field).collect();
    known.iter().any(|field| is_recipient(*field))
        && known.iter().any(|field| !is_recipient(*field))
}

fn facts(text: &Text, columns: &[Column], cells: &[Range<usize>]) -> Vec<Fact> {
    columns
        .iter()
        .zip(cells)
        .filter_map(|(column, cell)| {
            let (field, service) = (*column)?;
            let value = text.slice(trimmed(text.as_str(), cell.clone()));
            (!value.as_str().is_empty())
                .then(|| Fact::new(field, service, value.without_doubled_quotes()))
        })
        .collect()
}

/// Walks the rows, one after the other.
struct Rows<'a> {
    string: &'a str,
    at: usize,
    delimiter: u8,
}

impl Rows<'_> {
    /// The cells of the next row, without their quotation marks.
    fn next_row(&mut self) -> Option<Vec<Range<usize>>> {
        let bytes = self.string.as_bytes();
        bytes.get(self.at)?;
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell(bytes));
            let ended = bytes.get(self.at) != Some(&self.delimiter);
            self.at = (self.at + 1).min(bytes.len());
            if ended {
                return Some(cells);
            }
        }
    }

    /// The next cell; stops at the delimiter or line end behind it.
    fn cell(&mut self, bytes: &[u8]) -> Range<usize> {
        let rest = |at: usize| bytes.get(at..).unwrap_or_default();
        let blanks = rest(self.at).iter().take_while(|&&b| b == b' ').count();
        let mut start = self.at;
        let mut end = None;
        if rest(start + blanks).first() == Some(&b'"') {
            start += blanks + 1;
            let close = closing_quote(bytes, start);
            end = Some(close);
            self.at = (close + 1).min(bytes.len());
        }
        let behind = memchr::memchr2(self.delimiter, b'\n', rest(self.at));
        self.at = behind.map_or(bytes.len(), |length| self.at + length);
        start..end.unwrap_or(self.at)
    }
}

/// The quotation mark that closes a cell: one that is not doubled.
fn closing_quote(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(found) = memchr::memchr(b'"', bytes.get(at..).unwrap_or_default()) {
        if bytes.get(at + found + 1) != Some(&b'"') {
            return at + found;
        }
        at += found + 2;
    }
    bytes.len()
}
