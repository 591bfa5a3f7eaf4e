//! How many of each: kinds, reasons, providers, sending addresses.

use std::{collections::HashMap, fmt};

use diagnosis::report::Report;

/// What names are cut to, so that a line fits into 80 columns.
const WIDEST: usize = 56;

/// The counts.
#[derive(Default)]
pub(crate) struct Summary {
    messages: u64,
    recipients: u64,
    suppress: u64,
    kinds: Counts<&'static str>,
    reasons: Counts<&'static str>,
    providers: Counts<&'static str>,
    sending_ips: Counts<String>,
}

type Counts<T> = HashMap<T, u64>;

impl Summary {
    pub(super) fn count(&mut self, report: &Report) {
        self.messages += 1;
        *self.kinds.entry(report.kind).or_default() += 1;
        for recipient in &report.recipients {
            self.recipients += 1;
            self.suppress += u64::from(recipient.suppress == Some(true));
            *self.reasons.entry(recipient.reason).or_default() += 1;
            let provider = recipient.provider.unwrap_or("(not known)");
            *self.providers.entry(provider).or_default() += 1;
        }
        let recipients = report.recipients.len() as u64;
        if recipients > 0 {
            let ip = report.sending.ip.as_deref().unwrap_or("(not said)");
            match self.sending_ips.get_mut(ip) {
                Some(count) => *count += recipients,
                None => drop(self.sending_ips.insert(ip.to_owned(), recipients)),
            }
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}, {}",
            number(self.messages, "message"),
            number(self.recipients, "recipient")
        )?;
        writeln!(
            f,
            "{} not to be mailed again (suppress)",
            number(self.suppress, "recipient")
        )?;
        let kinds = Table::new("Messages by kind", &self.kinds);
        let reasons = Table::new("Recipients by reason", &self.reasons);
        let providers = Table::new("Recipients by provider", &self.providers);
        let sending_ips = Table::new("Recipients by sending IP", &self.sending_ips);
        let tables = [kinds, reasons, providers, sending_ips];
        let names = tables.iter().map(Table::width).max().unwrap_or_default();
        let counts = self.messages.max(self.recipients).to_string().len();
        for table in tables.iter().filter(|table| !table.rows.is_empty()) {
            table.write(f, names, counts)?;
        }
        Ok(())
    }
}

/// Names and how often each was counted, the most frequent first, else in the order of names.
struct Table<'a> {
    heading: &'static str,
    rows: Vec<(&'a str, u64)>,
}

impl<'a> Table<'a> {
    fn new<T: AsRef<str>>(heading: &'static str, counts: &'a Counts<T>) -> Self {
        let mut rows: Vec<_> = counts
            .iter()
            .map(|(name, &count)| (name.as_ref(), count))
            .collect();
        rows.sort_unstable_by(|(a, many), (b, more)| more.cmp(many).then(a.cmp(b)));
        Self { heading, rows }
    }

    fn width(&self) -> usize {
        let names = self.rows.iter().map(|(name, _)| name.chars().count());
        names.max().unwrap_or_default().min(WIDEST)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, names: usize, counts: usize) -> fmt::Result {
        writeln!(f, "\n{}", self.heading)?;
        let total: u64 = self.rows.iter().map(|(_, count)| count).sum();
        for &(name, count) in &self.rows {
            // Shares of counts that no longer fit a float exactly are still right to one digit.
            let share = 100.0 * count as f64 / total as f64;
            writeln!(
                f,
                "  {name:<names$.WIDEST$}  {count:>counts$}  {share:>5.1} %"
            )?;
        }
        Ok(())
    }
}

fn number(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
