//! Whether DNS blocklists have the sending IP, or the sender's domains.
//!
//! What it says: for each list asked, whether it lists the sender, why, and where to ask for removal.
//! Why it matters: many servers refuse what stands on a list. How to fix: end what led to the
//! listing, then ask the list's operator. Evidence used: A and TXT of the reversed address or of the
//! domain in the list's zone, and its test points (RFC 5782): a list that does not list what it must,
//! or lists what it must not, is never believed. Only lists that the bounce names are asked, and
//! others where the person wishes so, since it tells their operators about the sender.

mod domains;

use std::net::{IpAddr, Ipv4Addr};

use super::{Outcome, ask, finding, reverse_dns, unchecked};
use crate::{
    case::Case,
    dns::{Answer, Answers, Name, Question, RecordType},
    finding::{Code, Finding, Unchecked, Verdict},
    knowledge::blocklist::{BLOCKLISTS, Blocklist, Said, named_in},
    wording::{Slot, Values},
};
use domains::{Domains, domains};

/// RFC 5782, section 5: always listed, and never listed.
const LISTED: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const CLEAN: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const LISTED_DOMAIN: &str = "test";
const CLEAN_DOMAIN: &str = "invalid";

pub(super) fn check(case: &Case, answers: &Answers) -> Outcome {
    let mut outcome = Outcome::default();
    let named = named(case);
    let wished = BLOCKLISTS
        .iter()
        .filter(|list| case.options.blocklists && list.asked)
        .filter(|list| !named.iter().any(|named| named.zone == list.zone));
    let all = named.iter().map(|list| (*list, true));
    for (list, is_named) in all.chain(wished.map(|list| (list, false))) {
        if let Some(since) = list.closed {
            outcome.findings.push(closed(list, since));
            continue;
        }
        for (subject, is_said) in subjects(case, list) {
            let asked = Asked {
                list,
                is_said: is_named && is_said,
                subject,
            };
            let found = asked.judge(answers, &mut outcome.needs);
            outcome.findings.extend(found);
        }
    }
    outcome
}

/// Whether a listing accounts for the bounce: where the bounce names lists, only those do.
pub(super) fn explains(case: &Case, finding: &Finding, is_about_reputation: bool) -> bool {
    let named = named(case);
    let shown = finding.values.get(Slot::List).map(|name| name.present());
    let is_named = named.iter().any(|list| shown.as_deref() == Some(list.name));
    match finding.code {
        Code::BlocklistListed if named.is_empty() => is_about_reputation,
        Code::BlocklistListed | Code::BlocklistClosed => is_named,
        _ => false,
    }
}

/// The lists that the bounce names.
pub(super) fn named(case: &Case) -> Vec<&'static Blocklist> {
    let mut all: Vec<&Blocklist> = Vec::new();
    for recipient in &case.bounce.recipients {
        let Some(said) = &recipient.diagnostic else {
            continue;
        };
        for list in named_in(&said.value.to_ascii_lowercase()) {
            if !all.iter().any(|known| known.zone == list.zone) {
                all.push(list);
            }
        }
    }
    all
}

fn closed(list: &Blocklist, since: &str) -> Finding {
    let values = Values::new()
        .text(Slot::List, list.name)
        .text(Slot::Until, since);
    finding(Code::BlocklistClosed, Verdict::Warning, list.zone, values)
}

/// What a list can have.
#[derive(Clone)]
enum Subject {
    Ip(IpAddr),
    Domain(Name),
}

/// What of the sender a list can have, and whether that is what the bounce means where it names the
/// list: an IP is, a domain only where it stands there.
fn subjects(case: &Case, list: &Blocklist) -> Vec<(Subject, bool)> {
    let ip = case
        .bounce
        .sending
        .ip
        .as_ref()
        .map(|ip| ip.value.to_canonical());
    let ip = ip.filter(|ip| {
        let fits = match ip {
            IpAddr::V4(_) => list.ip4,
            IpAddr::V6(_) => list.ip6,
        };
        fits && !reverse_dns::is_inside_only(*ip)
    });
    let ip = ip.map(|ip| (Subject::Ip(ip), true));
    let mut all: Vec<(Subject, bool)> = ip.into_iter().collect();
    if list.domain {
        let Domains { names, are_said } = domains(case, list);
        let subjects = names.into_iter().map(Subject::Domain);
        all.extend(subjects.map(|subject| (subject, are_said)));
    }
    all
}

/// One look-up in one list.
struct Asked {
    list: &'static Blocklist,
    /// Whether the bounce says that the list has it.
    is_said: bool,
    subject: Subject,
}

impl Asked {
    fn judge(&self, answers: &Answers, needs: &mut Vec<Question>) -> Option<Finding> {
        let name = self.name_of(&self.subject)?;
        let query = Question::new(name.clone(), RecordType::A);
        let test = self.test_point(self.list.listed, LISTED, LISTED_DOMAIN)?;
        let here = ask(answers, &query, needs);
        let there = ask(answers, &test, needs);
        let (here, there) = (here?, there?);
        let mut evidence = vec![(query, here.clone()), (test, there.clone())];
        // First whether the list answers at all: then what it says counts.
        if let Some(found) = self.no_answer(&evidence) {
            return Some(found);
        }
        if said(self.list, there).is_none() {
            return Some(self.not_working(evidence));
        }
        let Some((code, meaning)) = said(self.list, here) else {
            let code = match self.is_said {
                true => Code::BlocklistNoLongerListed,
                false => Code::BlocklistNotListed,
            };
            return Some(Finding {
                answers: evidence,
                ..finding(code, Verdict::Pass, self.shown(), self.values())
            });
        };
        let clean = self.test_point(self.list.clean, CLEAN, CLEAN_DOMAIN)?;
        let text = Question::new(name, RecordType::Txt);
        let answer = ask(answers, &clean, needs);
        let words = ask(answers, &text, needs);
        let (answer, words) = (answer?, words?);
        let is_wild = !answer.addresses().is_empty();
        evidence.push((clean, answer.clone()));
        if let Some(found) = self.no_answer(&evidence) {
            return Some(found);
        }
        if is_wild {
            return Some(self.not_working(evidence));
        }
        evidence.push((text, words.clone()));
        let meaning = meaning.unwrap_or("The list does not say why.");
        let values = self
            .values()
            .text(Slot::Record, code.to_string())
            .text(Slot::Meaning, meaning);
        Some(Finding {
            answers: evidence,
            ..finding(
                Code::BlocklistListed,
                Verdict::Problem,
                self.shown(),
                values,
            )
        })
    }

    /// Where DNS or the list did not answer one of the questions.
    fn no_answer(&self, evidence: &[(Question, Answer)]) -> Option<Finding> {
        let mut asked = evidence.iter();
        if let Some((question, answer)) = asked.find(|(_, answer)| !answer.is_conclusive()) {
            let code = Code::BlocklistUnchecked;
            return Some(unchecked(
                code,
                &self.shown(),
                self.values(),
                question,
                answer,
            ));
        }
        let says = |wanted: Said| {
            let mut addresses = evidence.iter().flat_map(|(_, answer)| v4(answer));
            addresses.find(|address| self.list.said(*address) == wanted)
        };
        if let Some(address) = says(Said::Refused) {
            let values = self.values().text(Slot::Record, address.to_string());
            return Some(self.refused(Code::BlocklistRefused, values, evidence.to_vec()));
        }
        // What is never listed answers so where it is listed: that is looked at apart.
        says(Said::Nonsense).map(|_| self.not_working(evidence.to_vec()))
    }

    fn not_working(&self, evidence: Vec<(Question, Answer)>) -> Finding {
        self.refused(Code::BlocklistNotWorking, self.values(), evidence)
    }

    /// Neither listed nor clean.
    fn refused(&self, code: Code, values: Values, answers: Vec<(Question, Answer)>) -> Finding {
        Finding {
            unchecked_because: Some(Unchecked::Refused),
            answers,
            ..finding(code, Verdict::Unchecked, self.shown(), values)
        }
    }

    fn values(&self) -> Values {
        let shown = self.shown();
        Values::new()
            .text(Slot::List, self.list.name)
            .text(Slot::LookUp, self.list.look_up_page(&shown))
            .text(Slot::Removal, self.list.removal)
            .text(Slot::Listed, shown)
    }

    fn shown(&self) -> String {
        match &self.subject {
            Subject::Ip(ip) => ip.to_string(),
            Subject::Domain(name) => name.to_string(),
        }
    }

    /// RFC 5782, sections 2.1, 2.4 and 3: the reversed octets or nibbles, or the domain, before the
    /// zone.
    fn name_of(&self, subject: &Subject) -> Option<Name> {
        let zone = self.list.zone.parse::<Name>().ok()?;
        match subject {
            Subject::Domain(domain) => zone.below(domain.as_str()),
            Subject::Ip(ip) => {
                let reverse = Name::reverse(*ip);
                let labels = reverse.as_str().strip_suffix(".in-addr.arpa");
                let labels = labels.or_else(|| reverse.as_str().strip_suffix(".ip6.arpa"));
                zone.below(labels?)
            }
        }
    }

    /// The test point: that of IPv4 also for IPv6, as every list of both has it.
    fn test_point(&self, own: &str, ip: IpAddr, domain: &str) -> Option<Question> {
        let subject = match (&self.subject, own) {
            (Subject::Ip(_), _) => Subject::Ip(ip),
            (Subject::Domain(_), "") => Subject::Domain(domain.parse().ok()?),
            (Subject::Domain(_), own) => Subject::Domain(own.parse().ok()?),
        };
        Some(Question::new(self.name_of(&subject)?, RecordType::A))
    }
}

fn v4(answer: &Answer) -> impl Iterator<Item = Ipv4Addr> {
    answer.addresses().into_iter().filter_map(|ip| match ip {
        IpAddr::V4(ip) => Some(ip),
        IpAddr::V6(_) => None,
    })
}

/// The first address that lists, with its meaning where that is known: one that is known goes first.
fn said(list: &Blocklist, answer: &Answer) -> Option<(Ipv4Addr, Option<&'static str>)> {
    let listing = v4(answer).filter_map(|address| match list.said(address) {
        Said::Listed(meaning) => Some((address, meaning)),
        Said::Refused | Said::Nonsense => None,
    });
    listing.max_by_key(|(address, meaning)| (meaning.is_some(), std::cmp::Reverse(*address)))
}
