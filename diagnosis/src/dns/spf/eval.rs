//! `check_host()` (RFC 7208, section 4) over the answers at hand.
//!
//! Where an answer is missing, its question is noted and the walk goes on as if the term did not
//! match, so that all questions of the records in hand are asked in one round. What has been walked
//! past an open term counts for nothing: the next run begins from the start.

use std::{net::IpAddr, ops::Range};

use super::{
    Evaluation, Fault, Input, Matched, State, Step, TermOutcome,
    macros::{Context, expand, expand_domain},
    parse::{is_top_label, parse, parse_explanation},
    record::{Directive, MacroString, Mechanism, Modifier, Piece, Prefixes, Record},
    slips::lookalike,
};
use crate::dns::{
    Answer, Answers, Name, Outcome, ProtocolResult, Question, RecordType, is_spf_record,
};

/// §4.6.4: terms that look something up.
const MAX_LOOKUPS: usize = 10;

/// §4.6.4: look-ups that find nothing.
const MAX_VOID_LOOKUPS: usize = 2;

/// More records of one domain nobody reads.
const MAX_SHOWN: usize = 10;

/// §4.6.4: names of one `mx` or `ptr`.
const MAX_NAMES: usize = 10;

/// Evaluates the record of a domain for an IP address.
#[must_use]
pub fn evaluate<'a>(input: &Input<'a>, answers: &'a Answers) -> State<'a> {
    let mut walk = Walk {
        input,
        answers,
        lookups: 0,
        void_lookups: 0,
        needs: Vec::new(),
        used: Vec::new(),
        trail: Vec::new(),
        matched: None,
        fault: None,
        explanation: None,
    };
    let ended = match sound_domain(input.domain) {
        Some(domain) => walk.check_host(&domain, 0),
        None => Ended::With(ProtocolResult::None),
    };
    let explanation = match ended {
        Ended::With(ProtocolResult::Fail) if input.explains => walk.explain(),
        _ => None,
    };
    match ended {
        Ended::With(result) if walk.needs.is_empty() => State::Done(Evaluation {
            result,
            matched: walk.matched,
            fault: walk.fault,
            explanation,
            lookups: walk.lookups,
            void_lookups: walk.void_lookups,
            trail: walk.trail,
            answers: walk.used,
        }),
        _ => State::Open(walk.needs),
    }
}

/// §4.3: a domain that is malformed or no multi-label name gives "none".
fn sound_domain(domain: &str) -> Option<Name> {
    let name = Name::lenient(domain).ok()?;
    let (_, top) = name.as_str().rsplit_once('.')?;
    is_top_label(top).then_some(name)
}

struct Walk<'a, 'i> {
    input: &'i Input<'a>,
    answers: &'a Answers,
    lookups: usize,
    void_lookups: usize,
    needs: Vec<Question>,
    used: Vec<Question>,
    trail: Vec<Step<'a>>,
    matched: Option<Matched<'a>>,
    fault: Option<Fault>,
    /// The `exp=` of the record that decided, and its domain.
    explanation: Option<(MacroString, Name)>,
}

/// How a record ended.
#[derive(Clone, Copy)]
enum Ended {
    With(ProtocolResult),
    /// An answer before is missing.
    Open,
}

/// How a mechanism ended.
enum Match {
    Yes,
    No,
    Open,
    Error(Fault),
}

/// What a look-up gave.
enum Found<'a> {
    Open,
    Answer(&'a Answer),
    Error(Fault),
}

impl<'a> Walk<'a, '_> {
    fn check_host(&mut self, domain: &Name, depth: usize) -> Ended {
        let answer = match self.look_up(domain, RecordType::Txt) {
            Found::Open => return Ended::Open,
            Found::Error(fault) => return self.broken(fault),
            Found::Answer(answer) => answer,
        };
        let texts = answer.texts();
        let records = texts.iter().copied().filter(|text| is_spf_record(text));
        let records: Vec<&str> = records.collect();
        for &text in records.iter().take(MAX_SHOWN) {
            self.trail.push(Step::Record {
                depth,
                domain: domain.clone(),
                text,
            });
        }
        let Some((&text, more)) = records.split_first() else {
            self.trail.push(Step::NoRecord {
                depth,
                domain: domain.clone(),
                exists: answer.outcome != Outcome::NxDomain,
                lookalike: lookalike(&texts),
            });
            return Ended::With(ProtocolResult::None);
        };
        if !more.is_empty() {
            // §4.5: "If the resultant record set includes more than one record, check_host()
            // produces the "permerror" result."
            return self.broken(Fault::SeveralRecords {
                domain: domain.clone(),
                count: records.len(),
            });
        }
        match parse(text) {
            Ok(record) => self.record(&record, text, domain, depth),
            Err(error) => self.broken(Fault::Syntax {
                domain: domain.clone(),
                term: word_at(text, error.position).to_owned(),
                error,
            }),
        }
    }

    /// §4.6: the directives from left to right, then `redirect=`.
    fn record(&mut self, record: &Record, text: &'a str, domain: &Name, depth: usize) -> Ended {
        let mut is_open = false;
        for directive in &record.directives {
            let place = self.trail.len();
            self.trail.push(Step::Term {
                depth,
                text: term(text, &directive.place),
                lookups: self.lookups,
                outcome: TermOutcome::Error,
            });
            let found = self.matches(directive, domain, depth);
            self.settle(place, &found);
            match found {
                Match::No => {}
                Match::Open => is_open = true,
                // What comes behind an open term may never be reached.
                Match::Yes | Match::Error(_) if is_open => return Ended::Open,
                Match::Yes => {
                    return self.decide(directive, record, text, domain);
                }
                Match::Error(fault) => return self.broken(fault),
            }
        }
        match (&record.redirect, is_open) {
            (Some(redirect), _) => self.redirect(redirect, text, domain, depth, is_open),
            (None, true) => Ended::Open,
            // §4.7: "If none of the mechanisms match and there is no redirect modifier, then the
            // check_host() returns a result of "neutral"".
            (None, false) => Ended::With(ProtocolResult::Neutral),
        }
    }

    fn settle(&mut self, place: usize, found: &Match) {
        let lookups = self.lookups;
        if let Some(Step::Term {
            lookups: count,
            outcome,
            ..
        }) = self.trail.get_mut(place)
        {
            *count = lookups - *count;
            *outcome = match found {
                Match::Yes => TermOutcome::Match,
                Match::No => TermOutcome::NoMatch,
                Match::Open | Match::Error(_) => TermOutcome::Error,
            };
        }
    }

    fn decide(
        &mut self,
        directive: &Directive,
        record: &Record,
        text: &'a str,
        domain: &Name,
    ) -> Ended {
        self.matched = Some(Matched {
            domain: domain.clone(),
            term: term(text, &directive.place),
        });
        self.explanation = record
            .explanation
            .as_ref()
            .map(|explanation| (explanation.domain.clone(), domain.clone()));
        Ended::With(directive.qualifier.result())
    }

    /// §6.1: the result of the other domain is the result; without a record there, "permerror".
    fn redirect(
        &mut self,
        redirect: &Modifier,
        text: &'a str,
        domain: &Name,
        depth: usize,
        is_open: bool,
    ) -> Ended {
        let found =
            self.target_record(&redirect.domain, domain, term(text, &redirect.place), depth);
        match found {
            Target::Ended(Ended::Open) | Target::Open => Ended::Open,
            _ if is_open => Ended::Open,
            Target::Ended(Ended::With(ProtocolResult::None)) | Target::Malformed => {
                self.broken(Fault::NoRecordAt {
                    term: term(text, &redirect.place).to_owned(),
                })
            }
            Target::Ended(ended) => ended,
            Target::Error(fault) => self.broken(fault),
        }
    }

    fn broken(&mut self, fault: Fault) -> Ended {
        let result = fault.result();
        self.fault = Some(fault);
        Ended::With(result)
    }

    fn matches(&mut self, directive: &Directive, domain: &Name, depth: usize) -> Match {
        let mechanism = &directive.mechanism;
        if mechanism.looks_up()
            && let Some(fault) = self.count_lookup()
        {
            return Match::Error(fault);
        }
        match mechanism {
            Mechanism::All => Match::Yes,
            Mechanism::Ip4(network, length) => {
                matched(self.ip() == within(IpAddr::V4(*network), *length, self.ip()))
            }
            Mechanism::Ip6(network, length) => {
                matched(self.ip() == within(IpAddr::V6(*network), *length, self.ip()))
            }
            Mechanism::Include(target) => self.include(target, domain, depth),
            Mechanism::A(target, prefixes) => match self.target(target.as_ref(), domain) {
                Ok(Some(name)) => self.has_address(&name, *prefixes),
                Ok(None) => Match::No,
                Err(open) => open,
            },
            Mechanism::Mx(target, prefixes) => match self.target(target.as_ref(), domain) {
                Ok(Some(name)) => self.mx(&name, *prefixes),
                Ok(None) => Match::No,
                Err(open) => open,
            },
            Mechanism::Ptr(target) => match self.target(target.as_ref(), domain) {
                Ok(Some(name)) => self.ptr(&name),
                Ok(None) => Match::No,
                Err(open) => open,
            },
            Mechanism::Exists(target) => match self.target(Some(target), domain) {
                Ok(Some(name)) => self.exists(&name),
                Ok(None) => Match::No,
                Err(open) => open,
            },
        }
    }

    /// §5.2: the included record's "pass" is a match; its absence is a permanent error.
    fn include(&mut self, target: &MacroString, domain: &Name, depth: usize) -> Match {
        let name = match self.target(Some(target), domain) {
            Ok(Some(name)) => name,
            Ok(None) => return Match::Error(Fault::NoTarget),
            Err(open) => return open,
        };
        match self.check_host(&name, depth + 1) {
            Ended::Open => Match::Open,
            Ended::With(result) => {
                let fault = self.fault.take();
                match result {
                    ProtocolResult::Pass => Match::Yes,
                    ProtocolResult::Fail | ProtocolResult::Softfail | ProtocolResult::Neutral => {
                        Match::No
                    }
                    ProtocolResult::None => Match::Error(Fault::NoRecordAt {
                        term: format!("include:{name}"),
                    }),
                    ProtocolResult::Temperror | ProtocolResult::Permerror => {
                        Match::Error(fault.unwrap_or(Fault::NoTarget))
                    }
                }
            }
        }
    }

    fn target_record(
        &mut self,
        target: &MacroString,
        domain: &Name,
        text: &'a str,
        depth: usize,
    ) -> Target {
        if let Some(fault) = self.count_lookup() {
            return Target::Error(fault);
        }
        self.trail.push(Step::Redirect { depth, text });
        match self.target(Some(target), domain) {
            Ok(Some(name)) => Target::Ended(self.check_host(&name, depth)),
            Ok(None) => Target::Malformed,
            Err(Match::Error(fault)) => Target::Error(fault),
            Err(_) => Target::Open,
        }
    }

    fn has_address(&mut self, name: &Name, prefixes: Prefixes) -> Match {
        let answer = match self.look_up_term(name, self.address_type()) {
            Found::Open => return Match::Open,
            Found::Error(fault) => return Match::Error(fault),
            Found::Answer(answer) => answer,
        };
        matched(self.is_near(answer, prefixes))
    }

    fn is_near(&self, answer: &Answer, prefixes: Prefixes) -> bool {
        let length = match self.ip() {
            IpAddr::V4(_) => prefixes.v4,
            IpAddr::V6(_) => prefixes.v6,
        };
        let ip = self.ip();
        answer
            .addresses()
            .into_iter()
            .any(|address| within(address, length, ip) == ip)
    }

    /// §5.4: the addresses of all exchangers; §4.6.4: more than ten are a permanent error.
    fn mx(&mut self, name: &Name, prefixes: Prefixes) -> Match {
        let answer = match self.look_up_term(name, RecordType::Mx) {
            Found::Open => return Match::Open,
            Found::Error(fault) => return Match::Error(fault),
            Found::Answer(answer) => answer,
        };
        let exchangers = answer.mail_exchangers();
        if exchangers.len() > MAX_NAMES {
            return Match::Error(Fault::TooManyExchangers {
                domain: name.clone(),
            });
        }
        let mut is_open = false;
        for (_, host) in exchangers {
            let Ok(host) = Name::lenient(&host) else {
                continue;
            };
            match self.has_address(&host, prefixes) {
                Match::No => {}
                Match::Open => is_open = true,
                Match::Yes | Match::Error(_) if is_open => return Match::Open,
                decided => return decided,
            }
        }
        match is_open {
            true => Match::Open,
            false => Match::No,
        }
    }

    /// §5.5: a name of the address, within the domain, that leads back to the address.
    fn ptr(&mut self, domain: &Name) -> Match {
        match self.validated_names() {
            Err(open) => open,
            Ok(names) => matched(names.iter().any(|name| name.is_within(domain))),
        }
    }

    /// §5.5: "If a DNS error occurs while doing the PTR RR lookup, then this mechanism fails to
    /// match. If a DNS error occurs while doing an A RR lookup, then that domain name is skipped".
    fn validated_names(&mut self) -> Result<Vec<Name>, Match> {
        let answer = match self.look_up_term(&Name::reverse(self.ip()), RecordType::Ptr) {
            Found::Open => return Err(Match::Open),
            Found::Error(Fault::Dns { .. }) => return Ok(Vec::new()),
            Found::Error(fault) => return Err(Match::Error(fault)),
            Found::Answer(answer) => answer,
        };
        let mut names = Vec::new();
        let mut is_open = false;
        for name in answer.pointers().into_iter().take(MAX_NAMES) {
            match self.look_up_term(&name, self.address_type()) {
                Found::Open => is_open = true,
                Found::Error(Fault::Dns { .. }) => {}
                Found::Error(fault) if !is_open => return Err(Match::Error(fault)),
                Found::Error(_) => {}
                Found::Answer(answer) if answer.addresses().contains(&self.ip()) => {
                    names.push(name);
                }
                Found::Answer(_) => {}
            }
        }
        match is_open {
            true => Err(Match::Open),
            false => Ok(names),
        }
    }

    /// §5.7: "an "A" query is done … even when the connection type is IPv6".
    fn exists(&mut self, name: &Name) -> Match {
        match self.look_up_term(name, RecordType::A) {
            Found::Open => Match::Open,
            Found::Error(fault) => Match::Error(fault),
            Found::Answer(answer) => matched(!answer.addresses().is_empty()),
        }
    }

    /// The name that a term is about; `None` where it is no name that DNS can hold.
    fn target(&mut self, text: Option<&MacroString>, domain: &Name) -> Result<Option<Name>, Match> {
        let Some(text) = text else {
            return Ok(Some(domain.clone()));
        };
        if let [Piece::Literal(literal)] = text.0.as_slice() {
            return Ok(Name::lenient(literal).ok());
        }
        if text.holds_local_part() && self.input.local_part.is_none() {
            return Err(Match::Error(Fault::Withheld));
        }
        let pointer = self.pointer(text, domain)?;
        Ok(expand_domain(text, &self.context(domain, &pointer)))
    }

    fn context<'c>(&'c self, domain: &'c Name, pointer: &'c str) -> Context<'c> {
        Context {
            ip: self.ip(),
            helo: self.input.helo,
            local_part: self.input.local_part.unwrap_or("postmaster"),
            sender_domain: self.input.domain,
            domain: domain.as_str(),
            pointer,
        }
    }

    /// §7.3: `%{p}` is the validated name that fits best: the domain itself, one below it, any.
    fn pointer(&mut self, text: &MacroString, domain: &Name) -> Result<String, Match> {
        let asks = |piece: &Piece| matches!(piece, Piece::Macro(one) if one.letter == 'p');
        if !text.0.iter().any(asks) {
            return Ok(String::new());
        }
        let names = self.validated_names()?;
        let best = names
            .iter()
            .find(|name| *name == domain)
            .or_else(|| names.iter().find(|name| name.is_within(domain)))
            .or(names.first());
        Ok(best.map_or_else(|| "unknown".to_owned(), Name::to_string))
    }

    /// §6.2: exactly one TXT record, whose macros are filled in; anything else is no explanation.
    fn explain(&mut self) -> Option<String> {
        let (target, domain) = self.explanation.take()?;
        let name = self.target(Some(&target), &domain).ok()??;
        let Found::Answer(answer) = self.look_up(&name, RecordType::Txt) else {
            return None;
        };
        let texts = answer.texts();
        let [text] = texts.as_slice() else {
            return None;
        };
        let text = parse_explanation(text).ok()?;
        let pointer = self.pointer(&text, &domain).ok()?;
        Some(expand(&text, &self.context(&domain, &pointer)))
    }

    fn count_lookup(&mut self) -> Option<Fault> {
        if self.lookups == MAX_LOOKUPS {
            return Some(Fault::TooManyLookups);
        }
        self.lookups += 1;
        None
    }

    /// A look-up of a mechanism: one that finds nothing counts (§4.6.4).
    fn look_up_term(&mut self, name: &Name, record_type: RecordType) -> Found<'a> {
        let found = self.look_up(name, record_type);
        if let Found::Answer(answer) = &found
            && !answer
                .records
                .iter()
                .any(|record| record_type.holds(&record.data))
        {
            self.void_lookups += 1;
            if self.void_lookups > MAX_VOID_LOOKUPS {
                return Found::Error(Fault::TooManyVoidLookups);
            }
        }
        found
    }

    fn look_up(&mut self, name: &Name, record_type: RecordType) -> Found<'a> {
        let question = Question::new(name.clone(), record_type);
        let Some(answer) = self.answers.get(&question) else {
            if !self.needs.contains(&question) {
                self.needs.push(question);
            }
            return Found::Open;
        };
        if !self.used.contains(&question) {
            self.used.push(question.clone());
        }
        match answer.outcome {
            Outcome::NoError | Outcome::NxDomain => Found::Answer(answer),
            outcome => Found::Error(Fault::Dns { question, outcome }),
        }
    }

    fn ip(&self) -> IpAddr {
        self.input.ip.to_canonical()
    }

    fn address_type(&self) -> RecordType {
        match self.ip() {
            IpAddr::V4(_) => RecordType::A,
            IpAddr::V6(_) => RecordType::Aaaa,
        }
    }
}

/// What `redirect=` led to.
enum Target {
    Ended(Ended),
    Malformed,
    Open,
    Error(Fault),
}

fn term<'a>(text: &'a str, place: &Range<usize>) -> &'a str {
    text.get(place.clone()).unwrap_or_default()
}

/// The word of a record that a place stands in.
fn word_at(text: &str, place: usize) -> &str {
    let before = text.get(..place).unwrap_or(text);
    let start = before.rfind(' ').map_or(0, |space| space + 1);
    let word = text.get(start..).unwrap_or_default();
    word.split(' ').next().unwrap_or_default()
}

fn matched(is: bool) -> Match {
    match is {
        true => Match::Yes,
        false => Match::No,
    }
}

/// The bits of `network` up to `length`, the others of `ip`: equal to `ip` where that is within the
/// network. Families never mix.
fn within(network: IpAddr, length: u8, ip: IpAddr) -> IpAddr {
    match (network, ip) {
        (IpAddr::V4(network), IpAddr::V4(ip)) => {
            let host = u32::MAX.checked_shr(length.into()).unwrap_or(0);
            IpAddr::V4((u32::from(network) & !host | u32::from(ip) & host).into())
        }
        (IpAddr::V6(network), IpAddr::V6(ip)) => {
            let host = u128::MAX.checked_shr(length.into()).unwrap_or(0);
            IpAddr::V6((u128::from(network) & !host | u128::from(ip) & host).into())
        }
        (other, _) => other,
    }
}
