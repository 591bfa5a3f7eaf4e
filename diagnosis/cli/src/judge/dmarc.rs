//! `diagnose dmarc`: the record that applies, and how DMARC ends.

use clap::Args;
use diagnosis::dns::{
    Name, ProtocolResult,
    dmarc::{Evaluation, Found, Policy, Walk, evaluate},
};

use super::{Asking, Judged, domain};

/// Which message.
#[derive(Args)]
pub(crate) struct Dmarc {
    /// The domain of the From field.
    #[arg(long, value_name = "DOMAIN", value_parser = domain)]
    from: Name,
    /// The domain of MAIL FROM that SPF was evaluated for.
    #[arg(long, value_name = "DOMAIN", value_parser = domain, requires = "spf")]
    spf_domain: Option<Name>,
    /// The result of SPF for it: pass, fail, …
    #[arg(long, value_name = "RESULT", value_parser = result)]
    spf: Option<ProtocolResult>,
    /// The signing domain (d=) of a valid DKIM signature; may be given several times.
    #[arg(long, value_name = "DOMAIN", value_parser = domain)]
    dkim_domain: Vec<Name>,
    #[command(flatten)]
    asking: Asking,
}

impl Dmarc {
    pub(crate) fn judge(&self) -> Judged {
        let spf = self.spf_domain.as_ref().zip(self.spf);
        let (judged, passes) = self.asking.resolve(|answers| {
            let (found, needs) = evaluate(&self.from, spf, &self.dkim_domain, answers);
            let passes = found.result == ProtocolResult::Pass;
            ((self.words(&found), passes), needs)
        });
        Judged {
            passes,
            words: judged,
        }
    }

    fn words(&self, found: &Evaluation<'_>) -> String {
        let result = found.result.as_str();
        let record = found.applied.as_ref().map(|applied| applied.record.text);
        let domain = found.applied.as_ref().map(|it| it.domain.as_str());
        let policy = found.policy.map(Policy::as_str);
        let fields = [
            ("result", &result as _),
            ("record", &record as _),
            ("record_domain", &domain as _),
            ("policy", &policy as _),
            ("spf_aligned", &found.spf_aligned as _),
            ("dkim_aligned", &found.dkim_aligned as _),
            (
                "organizational_domain",
                &found.organizational_domain.as_str() as _,
            ),
        ];
        self.asking.words(&fields, &lines(found))
    }
}

fn lines(found: &Evaluation<'_>) -> Vec<String> {
    let mut lines = vec![format!("{}", found.result.as_str())];
    if let Some(applied) = &found.applied {
        let policy = found.policy.map_or("no policy", Policy::as_str);
        let testing = if applied.record.testing {
            ", testing"
        } else {
            ""
        };
        lines.push(format!(
            "  policy: {policy}{testing}, from the record of {}",
            applied.domain
        ));
    }
    let aligned = |aligned| if aligned { "aligned" } else { "not aligned" };
    lines.push(format!("  SPF: {}", aligned(found.spf_aligned)));
    lines.push(format!("  DKIM: {}", aligned(found.dkim_aligned)));
    found.walks.iter().for_each(|walk| tree(&mut lines, walk));
    lines
}

fn tree(lines: &mut Vec<String>, walk: &Walk<'_>) {
    lines.push(format!(
        "  walk from {}: the Organizational Domain is {}",
        walk.start,
        walk.organizational_domain()
    ));
    for step in &walk.steps {
        let words = match &step.found {
            Found::Open => "not asked".to_owned(),
            Found::Failed(answer) | Found::Nothing(answer) if answer.records.is_empty() => {
                answer.outcome.as_str().to_owned()
            }
            Found::Failed(_) | Found::Nothing(_) => "no DMARC record".to_owned(),
            Found::Record(_, record) => record.text.to_owned(),
            Found::Several(_, count) => format!("{count} records, none of which counts"),
        };
        lines.push(format!("    {}: {words}", step.question.name));
    }
}

/// The protocol's word for a result.
fn result(word: &str) -> Result<ProtocolResult, String> {
    (1..=7)
        .filter_map(ProtocolResult::from_number)
        .find(|result| result.as_str().eq_ignore_ascii_case(word))
        .ok_or_else(|| {
            "one of none, neutral, pass, fail, softfail, temperror, permerror is wanted".to_owned()
        })
}
