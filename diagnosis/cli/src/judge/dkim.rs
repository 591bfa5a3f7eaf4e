//! `diagnose dkim`: the key at a selector.

use clap::Args;
use diagnosis::{
    check::{JudgedKey, dkim_key},
    dns::{
        Name,
        dkim::{Key, KeyType},
    },
    finding::Verdict,
    report::FindingReport,
};

use super::{Asking, Judged, domain, trail};

/// Which key.
#[derive(Args)]
pub(crate) struct Dkim {
    /// The signing domain: d= of the signature.
    #[arg(long, value_parser = domain)]
    domain: Name,
    /// The selector: s= of the signature.
    #[arg(long, value_parser = domain)]
    selector: Name,
    #[command(flatten)]
    asking: Asking,
}

impl Dkim {
    pub(crate) fn judge(&self) -> Result<Judged, String> {
        // What stands in DNS panels is taken as well: `s1._domainkey`, with the domain or without.
        let selector = self.selector.as_str();
        let selector = selector.split("._domainkey").next().unwrap_or(selector);
        let domain = self.domain.as_str();
        let judged = self
            .asking
            .resolve(|answers| dkim_key(selector, domain, answers));
        let JudgedKey { finding, record } =
            judged.ok_or("selector and domain together are too long for a name")?;
        let key_type = record.as_ref().and_then(|record| match record.key_type {
            KeyType::Other(_) => None,
            KeyType::Rsa | KeyType::Ed25519 => Some(record.key_type.as_str()),
        });
        let key_bits = record.as_ref().and_then(|record| match record.key {
            Key::Bits(bits) => Some(bits),
            _ => None,
        });
        let testing = record.as_ref().is_some_and(|record| record.testing);
        let report = FindingReport::new(&finding);
        let mut lines = vec![
            format!("{}: {}", report.verdict, report.title),
            report.detail.clone(),
        ];
        lines.extend(
            finding
                .expected
                .iter()
                .map(|record| format!("Probably meant: {record}")),
        );
        trail(&mut lines, 1, &finding.answers);
        let fields = [
            ("verdict", &report.verdict as _),
            ("code", &report.code as _),
            ("key_type", &key_type as _),
            ("key_bits", &key_bits as _),
            ("testing", &testing as _),
            ("title", &report.title as _),
            ("detail", &report.detail as _),
            ("expected", &finding.expected as _),
        ];
        Ok(Judged {
            passes: finding.verdict == Verdict::Pass,
            words: self.asking.words(&fields, &lines),
        })
    }
}
