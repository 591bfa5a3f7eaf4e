//! `diagnose dmarc`: the record that applies, and how DMARC ends.

use clap::Args;
use diagnosis::{
    check::dmarc_record,
    dns::{
        Name, ProtocolResult,
        dmarc::{Evaluation, Found, Policy, Walk, evaluate, unpermitted_reports},
    },
    finding::Finding,
    report::FindingReport,
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
            let (found, mut needs) = evaluate(&self.from, spf, &self.dkim_domain, answers);
            let (of_record, open) = dmarc_record(&self.from, answers);
            let (strangers, reports) = unpermitted_reports(&found, answers);
            needs.extend(open.into_iter().chain(reports));
            let passes = found.result == ProtocolResult::Pass;
            (
                (self.words(&found, of_record.as_ref(), &strangers), passes),
                needs,
            )
        });
        Judged {
            passes,
            words: judged,
        }
    }

    fn words(
        &self,
        found: &Evaluation<'_>,
        of_record: Option<&Finding>,
        strangers: &[Name],
    ) -> String {
        let strangers: Vec<String> = strangers.iter().map(Name::to_string).collect();
        let result = found.result.as_str();
        let record = found.applied.as_ref().map(|applied| applied.record.text);
        let domain = found.applied.as_ref().map(|it| it.domain.as_str());
        let policy = found.policy.map(Policy::as_str);
        let report = of_record.map(FindingReport::new);
        let report = report.as_ref();
        let verdict = report.map(|report| report.verdict);
        let code = report.map(|report| report.code);
        let title = report.map(|report| report.title.as_str());
        let detail = report.map(|report| report.detail.as_str());
        let expected = of_record.and_then(|finding| finding.expected.as_deref());
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
            ("verdict", &verdict as _),
            ("code", &code as _),
            ("title", &title as _),
            ("detail", &detail as _),
            ("expected", &expected as _),
            ("unpermitted_reports", &strangers as _),
        ];
        let mut lines = vec![found.result.as_str().to_owned()];
        if let Some(report) = report.filter(|report| report.verdict != "pass") {
            lines.push(format!("  {}: {}", report.verdict, report.title));
            lines.push(format!("  {}", report.detail));
        }
        if report.is_none() {
            lines.push(format!("  {} does not exist", self.from));
        }
        lines.extend(expected.map(|record| format!("  it should be: {record}")));
        let domain = domain.unwrap_or_default();
        lines.extend(strangers.iter().map(|stranger| {
            format!("  no reports go to {stranger}: {domain}._report._dmarc.{stranger} does not say v=DMARC1")
        }));
        self.evaluated(&mut lines, found);
        self.asking.words(&fields, &lines)
    }

    fn evaluated(&self, lines: &mut Vec<String>, found: &Evaluation<'_>) {
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
        let aligned = |is_given, is_aligned| match (is_given, is_aligned) {
            (false, _) => "not given",
            (true, true) => "aligned",
            (true, false) => "not aligned",
        };
        let spf = aligned(self.spf_domain.is_some(), found.spf_aligned);
        let dkim = aligned(!self.dkim_domain.is_empty(), found.dkim_aligned);
        lines.push(format!("  SPF: {spf}"));
        lines.push(format!("  DKIM: {dkim}"));
        found.walks.iter().for_each(|walk| tree(lines, walk));
    }
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
            Found::Failed(answer) | Found::Nothing(answer) => {
                let records = answer.records.iter().map(|record| record.data.present());
                let outcome = answer.outcome.as_str();
                format!(
                    "{outcome}, no DMARC record: {}",
                    records.collect::<Vec<_>>().join(", ")
                )
            }
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
