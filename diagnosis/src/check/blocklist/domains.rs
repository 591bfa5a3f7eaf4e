//! Which domains a list is asked about: those that the bounce names beside it, else the sender's.

use crate::{
    case::Case,
    check::{author_domain, envelope_domain, helo},
    dns::Name,
    knowledge::blocklist::{Blocklist, named_in},
};

/// A refusal that names more domains than these does not say which one it means.
const MOST: usize = 3;

/// The domains, as the list has them.
pub(super) struct Domains {
    pub(super) names: Vec<Name>,
    /// Whether the bounce names them as listed.
    pub(super) are_said: bool,
}

pub(super) fn domains(case: &Case, list: &Blocklist) -> Domains {
    let said = said(case, list);
    let are_said = !said.is_empty();
    let helo = || helo::own_name(case).filter(|_| list.helo);
    let all = match are_said {
        true => said,
        false => [author_domain(case), envelope_domain(case), helo()]
            .into_iter()
            .flatten()
            .collect(),
    };
    let mut names: Vec<Name> = Vec::new();
    for name in all {
        let name = match list.registered {
            true => registered(&name),
            false => name,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Domains { names, are_said }
}

/// The domains that stand in a refusal which names the list, without those of the list itself and of
/// the recipient's side.
fn said(case: &Case, list: &Blocklist) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    for recipient in &case.bounce.recipients {
        let Some(said) = &recipient.diagnostic else {
            continue;
        };
        let lower = said.value.to_ascii_lowercase();
        if !named_in(&lower).iter().any(|named| named.zone == list.zone) {
            continue;
        }
        let address = recipient.address.as_ref().map(|it| it.value.as_str());
        let (_, domain) = address
            .and_then(|it| it.rsplit_once('@'))
            .unwrap_or_default();
        let remote = recipient.remote_mta.as_ref().map(|it| it.value.as_str());
        let reporting = case
            .bounce
            .reporting_mta
            .as_ref()
            .map(|it| it.value.as_str());
        let theirs = [Some(domain), remote, reporting].into_iter().flatten();
        let lists = list.names.split('\n').chain([list.zone]);
        let others: Vec<Name> = theirs.chain(lists).filter_map(name).collect();
        let is_other = |name: &Name| others.iter().any(|it| registered(it) == registered(name));
        let words = lower.split(|c: char| !(c.is_ascii_alphanumeric() || "-._".contains(c)));
        for name in words.filter_map(name).filter(|name| !is_other(name)) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    match found.len() {
        0..=MOST => found,
        _ => Vec::new(),
    }
}

/// A word that can be a domain: with a top-level label of letters.
fn name(word: &str) -> Option<Name> {
    let name: Name = word.trim_matches(['.', '-', '/']).parse().ok()?;
    let (_, top) = name.as_str().rsplit_once('.')?;
    let is_top = top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_top || top.starts_with("xn--")).then_some(name)
}

/// Labels below which registries of countries give names to people.
const REGISTRIES: [&str; 23] = [
    "ac", "asso", "co", "com", "edu", "firm", "go", "gob", "gouv", "gov", "ind", "info", "ltd",
    "mil", "ne", "net", "nom", "or", "org", "plc", "sch", "school", "web",
];

/// The domain that somebody has registered, as far as a name alone tells.
fn registered(name: &Name) -> Name {
    let labels: Vec<&str> = name.as_str().split('.').collect();
    let kept = match labels.as_slice() {
        [.., second, top] if top.len() == 2 && REGISTRIES.contains(second) => 3,
        _ => 2,
    };
    let from = labels.len().saturating_sub(kept);
    let rest = labels.get(from..).unwrap_or_default().join(".");
    rest.parse().unwrap_or_else(|_| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registered_domain_is_told_from_what_stands_below() {
        let cases = [
            ("news.shop.example", "shop.example"),
            ("shop.example", "shop.example"),
            ("a.b.shop.co.uk", "shop.co.uk"),
            ("www.shop.com.br", "shop.com.br"),
            ("mail.o2.de", "o2.de"),
            ("localhost", "localhost"),
        ];
        for (name, expected) in cases {
            let name: Name = name.parse().unwrap();
            assert_eq!(registered(&name).as_str(), expected);
        }
    }
}
