//! One row a recipient, as comma-separated values (RFC 4180).

use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};
use diagnosis::report::{RecipientReport, Report};

const NAMES: [&str; 17] = [
    "source",
    "index",
    "address",
    "original",
    "kind",
    "reason",
    "second_reason",
    "confidence",
    "permanent",
    "suppress",
    "status",
    "reply_code",
    "refused_by",
    "responsible",
    "provider",
    "sending_ip",
    "diagnostic",
];

/// Rows below a line of names.
pub(crate) struct Rows<W: Write> {
    out: Writer<W>,
    has_names: bool,
}

impl<W: Write> Rows<W> {
    pub(super) fn new(out: W) -> Self {
        let out = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .from_writer(out);
        let has_names = false;
        Self { out, has_names }
    }

    pub(super) fn write(&mut self, report: &Report) -> io::Result<()> {
        self.write_names()?;
        for recipient in &report.recipients {
            let cells = cells(report, recipient).map(|cell| guarded(&cell));
            self.out.write_record(cells)?;
        }
        Ok(())
    }

    /// Hands on what has been written so far, the names at least.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.write_names()?;
        self.out.flush()
    }

    fn write_names(&mut self) -> io::Result<()> {
        if !self.has_names {
            self.out.write_record(NAMES)?;
            self.has_names = true;
        }
        Ok(())
    }
}

/// The cells below [`NAMES`].
fn cells(report: &Report, recipient: &RecipientReport) -> [String; NAMES.len()] {
    let owned = |value: Option<&'static str>| value.unwrap_or_default().to_owned();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let truth = |value: Option<bool>| value.map(|value| value.to_string()).unwrap_or_default();
    [
        text(&report.source),
        report.index.to_string(),
        text(&recipient.address),
        text(&recipient.original),
        report.kind.to_owned(),
        recipient.reason.to_owned(),
        owned(recipient.second_reason),
        recipient.confidence.to_owned(),
        truth(recipient.permanent),
        truth(recipient.suppress),
        text(&recipient.status),
        recipient
            .reply_code
            .map(|code| code.to_string())
            .unwrap_or_default(),
        owned(recipient.refused_by),
        recipient.responsible.to_owned(),
        owned(recipient.provider),
        text(&report.sending.ip),
        text(&recipient.diagnostic),
    ]
}

/// The cell without the control characters that move a terminal's cursor, and with a `'` in front
/// where a spreadsheet would take it for a formula.
fn guarded(cell: &str) -> String {
    let plain = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    let plain: String = cell.chars().filter(plain).collect();
    match plain.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{plain}"),
        false => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        for formula in ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1"] {
            assert_eq!(guarded(formula), format!("'{formula}"));
        }
        for plain in ["", "550 5.1.1 no", "a=b", "'=1", "ana+shop@firm.example"] {
            assert_eq!(guarded(plain), plain);
        }
    }

    #[test]
    fn a_terminal_is_not_moved_and_no_formula_hides_behind_it() {
        assert_eq!(guarded("no\u{1b}[2J such\u{7} user"), "no[2J such user");
        assert_eq!(guarded("\u{1b}=1+1"), "'=1+1");
    }
}
