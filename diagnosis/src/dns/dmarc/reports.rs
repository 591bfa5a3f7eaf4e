//! Where reports are asked for, and whether whoever is to get them permits it.

use crate::dns::{Answers, Name, Outcome, Question, RecordType, tag_list};

use super::{Evaluation, is_dmarc_record};

/// More receivers of reports no record needs.
const MOST_HOSTS: usize = 10;

/// The domains that reports are sent to against their will: those outside the Organizational Domain
/// that do not publish `v=DMARC1` for the domain of the record (RFC 7489, section 7.1). Such reports
/// are not sent. Complete once no question is open.
#[must_use]
pub fn unpermitted_reports(
    found: &Evaluation<'_>,
    answers: &Answers,
) -> (Vec<Name>, Vec<Question>) {
    let mut unpermitted = Vec::new();
    let mut needs = Vec::new();
    let Some(applied) = &found.applied else {
        return (unpermitted, needs);
    };
    for host in hosts(applied.record.text) {
        if host.is_within(&found.organizational_domain) {
            continue;
        }
        let place = format!("{}._report._dmarc", applied.domain);
        let Some(name) = host.below(&place) else {
            continue;
        };
        let question = Question::new(name, RecordType::Txt);
        match answers.get(&question) {
            None => needs.push(question),
            Some(answer) => {
                let is_said = matches!(answer.outcome, Outcome::NoError | Outcome::NxDomain);
                let permits = answer.texts().into_iter().any(is_dmarc_record);
                unpermitted.extend((is_said && !permits).then_some(host));
            }
        }
    }
    (unpermitted, needs)
}

/// The domains behind the addresses of `rua=` and `ruf=`, each once.
fn hosts(record: &str) -> Vec<Name> {
    let (tags, _) = tag_list(record);
    let wanted = |name: &str| {
        ["rua", "ruf"]
            .iter()
            .any(|tag| name.eq_ignore_ascii_case(tag))
    };
    let uris = tags.iter().filter(|tag| wanted(tag.name));
    let uris = uris.flat_map(|tag| tag.value.split(','));
    let mut hosts: Vec<Name> = Vec::new();
    for uri in uris {
        // A size may stand behind an exclamation mark.
        let address = uri.trim().split('!').next().unwrap_or_default();
        let Some((scheme, address)) = address.split_once(':') else {
            continue;
        };
        let domain = address.rsplit_once('@').map(|(_, domain)| domain);
        let host: Option<Name> = domain.and_then(|domain| domain.parse().ok());
        if scheme.eq_ignore_ascii_case("mailto") && hosts.len() < MOST_HOSTS {
            hosts.extend(host.filter(|host| !hosts.contains(host)));
        }
    }
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domains_of_reports_are_read() {
        let cases: [(&str, &[&str]); 4] = [
            ("v=DMARC1; p=none", &[]),
            (
                "v=DMARC1; p=none; rua=mailto:a@B.example!10m, mailto:b@c.example; RUF=mailto:d@b.example",
                &["b.example", "c.example"],
            ),
            ("v=DMARC1; p=none; rua=a@b.example,https://c.example/", &[]),
            ("v=DMARC1; p=none; rua=mailto:@,mailto:x,,", &[]),
        ];
        for (record, expected) in cases {
            let hosts: Vec<String> = hosts(record).iter().map(Name::to_string).collect();
            assert_eq!(hosts, expected, "{record}");
        }
    }
}
