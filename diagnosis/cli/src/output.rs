//! Reports on their way out, in the form that was asked for.

mod csv;
mod summary;
mod text;

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use diagnosis::{json::ToJson, report::Report};

use crate::args::Form;

use self::{csv::Rows, summary::Summary};

/// Standard output in one of its forms.
pub(crate) enum Output {
    Csv(Box<Rows<Stdout>>),
    Json(BufWriter<Stdout>),
    Summary(Box<Summary>),
    Text {
        out: BufWriter<Stdout>,
        resolver: Option<String>,
        colour: bool,
    },
}

impl Output {
    /// `resolver` is where DNS is asked.
    pub(crate) fn new(form: &Form, resolver: Option<&str>) -> Self {
        let out = io::stdout();
        if form.csv {
            Self::Csv(Box::new(Rows::new(out)))
        } else if form.json {
            Self::Json(BufWriter::new(out))
        } else if form.summary {
            Self::Summary(Box::default())
        } else {
            Self::Text {
                resolver: resolver.map(str::to_owned),
                colour: out.is_terminal(),
                out: BufWriter::new(out),
            }
        }
    }

    pub(crate) fn write(&mut self, report: &Report) -> io::Result<()> {
        match self {
            Self::Csv(rows) => rows.write(report),
            Self::Json(out) => {
                out.write_all(report.to_json().as_bytes())?;
                out.write_all(b"\n")
            }
            Self::Summary(summary) => {
                summary.count(report);
                Ok(())
            }
            Self::Text {
                out,
                resolver,
                colour,
            } => out.write_all(text::text(report, resolver.as_deref(), *colour).as_bytes()),
        }
    }

    /// Hands on what has been written so far.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Csv(rows) => rows.flush(),
            Self::Json(out) | Self::Text { out, .. } => out.flush(),
            Self::Summary(_) => Ok(()),
        }
    }

    /// Writes what can be said only at the end.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        if let Self::Summary(summary) = self {
            let mut out = io::stdout();
            out.write_all(summary.to_string().as_bytes())?;
            return out.flush();
        }
        self.flush()
    }
}
