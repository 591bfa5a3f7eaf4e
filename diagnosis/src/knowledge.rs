//! The knowledge: rows under `knowledge/`, made static tables by build.rs. This room holds them and
//! finds things in them; what they mean is judged elsewhere.

use std::{ops::Range, sync::LazyLock};

use crate::{
    bounce::{Command, EnhancedStatus, Kind},
    finding::{Check, Code, Zone},
    reason::{Reason, RefusedBy, Side},
    wording::Template,
};

/// One row that reads a reply: what must be there, and what it means.
#[derive(Debug)]
pub struct ReplyRule {
    /// Its stable name, shown as the rule that fired.
    pub id: &'static str,
    /// The provider that must have answered.
    pub provider: Option<&'static str>,
    /// The enhanced status codes it is for.
    pub status: Option<StatusPattern>,
    /// The reply code it is for.
    pub code: Option<u16>,
    /// The stage at which it was refused.
    pub command: Option<Command>,
    /// Any of these texts, a line each; ` * ` stands for any words between. Empty: no words
    /// needed.
    pub texts: &'static str,
    /// Whether its words are a mere wrapping that says little: then a status counts for more.
    pub weak: bool,
    /// Whether its words are single ones that say what a reply is about: they count for more than
    /// a wrapping, and for less than words that say what is wrong.
    pub keyword: bool,
    /// What it means.
    pub reason: Reason,
    /// What else it may mean.
    pub second: Option<Reason>,
    /// What it means where the address itself had passed: said behind DATA, or at a stage that
    /// nobody names, under a code that is not about addresses.
    pub late: Option<Reason>,
    /// Who has to act, where not the reason's usual side.
    pub side: Option<Side>,
    /// Who said no, where not the server that answered.
    pub refused_by: Option<RefusedBy>,
    /// Whether the address must not be mailed again, where not as the reason says.
    pub suppress: Option<bool>,
    /// Whether it is for mail that the sending service did not try to deliver.
    pub withheld: bool,
    /// Whether it is for what the reporting server itself says, without a reply of another.
    pub own: bool,
}

/// A set of enhanced status codes: class (or any), subject, and a range of details.
#[derive(Debug)]
pub struct StatusPattern {
    /// 4 or 5; 0 for both.
    pub class: u16,
    /// The subject.
    pub subject: u16,
    /// The first and the last detail.
    pub details: (u16, u16),
}

impl StatusPattern {
    /// Whether a code is one of the set.
    #[must_use]
    pub fn holds(&self, status: EnhancedStatus) -> bool {
        let (first, last) = self.details;
        (self.class == 0 || self.class == u16::from(status.class))
            && self.subject == status.subject
            && (first..=last).contains(&status.detail)
    }
}

/// A mail provider.
#[derive(Debug)]
pub struct Provider {
    /// Its name in rows.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Suffixes of the names of its servers.
    pub hosts: &'static [&'static str],
    /// More suffixes of names of its mail exchangers, with spaces between: those by which a reply
    /// is not read, because the replies behind them are their customers' or like everybody's.
    pub exchangers: &'static str,
    /// What only its replies hold, lower case.
    pub marks: &'static [&'static str],
    /// Whether it stands in front of somebody else's mailboxes.
    pub filter: bool,
}

/// A service that sends mail for other people's domains.
#[derive(Debug)]
pub struct Sender {
    /// Its name in rows.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The domain of the `include:` by which it wants to be let in.
    pub include: &'static str,
    /// Suffixes of the names of its sending servers.
    pub hosts: &'static [&'static str],
    /// Suffixes of the mail exchangers of those who have their mailboxes there.
    pub mx: &'static [&'static str],
    /// The DKIM selectors that it signs with for everybody.
    pub selectors: &'static [&'static str],
    /// Suffixes of the names at which it keeps the keys that aliases of its users lead to.
    pub keys: &'static [&'static str],
}

/// A step of the playbook.
#[derive(Debug)]
pub struct StepRule {
    /// Its stable name.
    pub id: &'static str,
    /// Who does it.
    pub owner: Side,
    /// Its place: lower comes first.
    pub rank: u16,
    /// When it applies.
    pub when: Condition,
    /// Whether it is no step but says what DNS has answered already, so that no step is needed.
    pub ruled_out: bool,
    /// What to do.
    pub title: Template,
    /// Why.
    pub why: Template,
    /// How to see that it worked.
    pub verify: Template,
    /// Commands to copy; one with a gap that has no value is left out.
    pub commands: &'static [Template],
    /// Steps that are needless where this one stands.
    pub hides: &'static [&'static str],
    /// Whether it stands instead of the reason's general steps from its own rank on.
    pub instead: bool,
    /// Whether it is one of a reason's general steps.
    pub general: bool,
    /// The one fact that it asks for.
    pub asks: Option<Asked>,
    /// It is done where one of these is there.
    pub done_by: &'static [Fact],
}

listed! {
    /// A fact that a person may add, so that the diagnosis runs again with it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Asked {
        /// The sender's domain.
        From,
        /// The name that the sending server gives.
        Helo,
        /// The sending IP.
        Ip,
        /// More of the bounce.
        Paste,
        /// A DKIM selector.
        Selector,
    }
}

impl Asked {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::Helo => "helo",
            Self::Ip => "ip",
            Self::Paste => "paste",
            Self::Selector => "selector",
        }
    }
}

listed! {
    /// What a case may have or lack.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Fact {
        /// The bounce answers mail that the person never sent.
        Backscatter,
        /// The returned message went to many.
        Bulk,
        /// The words of a server, or its codes.
        Diagnostic,
        /// A test shows where the recipient's mail goes.
        DomainShown,
        /// The message was forwarded on its way.
        Forwarded,
        /// The name that the sending server gave.
        Helo,
        /// A provider that the knowledge has by name holds the recipient's mailboxes.
        Hosted,
        /// By test, one of the recipient's servers is silent and another answers.
        OneServerDown,
        /// A test shows the name of the sending IP.
        PointerShown,
        /// By test, nobody's server can be reached.
        PortBlocked,
        /// The recipient's address.
        Recipient,
        /// The selector of a DKIM signature.
        Selector,
        /// The sender's domain.
        SenderDomain,
        /// The IP that the refusing server saw.
        SendingIp,
        /// By test, the recipient's server answers.
        ServerAnswers,
        /// By test, the recipient's server is silent; no other was tried.
        ServerSilent,
        /// A service whose servers many share sends the mail.
        Service,
        /// The reading is no more than a guess, and there is a second one.
        Split,
        /// By test, others can be reached and the recipient's server not.
        ShutOut,
        /// The address must not be mailed again.
        Suppress,
        /// By test, TLS comes about with a certificate that does not hold, or not at all.
        TlsFails,
        /// By test, the server does not offer STARTTLS.
        TlsMissing,
        /// By test, TLS works.
        TlsWorks,
        /// By test, the recipient's server says no before a word was said.
        TurnedAway,
        /// The X.500 name of a mailbox.
        X500,
    }
}

/// When a step applies: all of what is given must hold; of each list, one.
#[derive(Debug)]
pub struct Condition {
    /// The reason is one of these.
    pub reasons: &'static [Reason],
    /// What else it may mean is one of these.
    pub seconds: &'static [Reason],
    /// One of these was found.
    pub findings: &'static [Code],
    /// One of these checks has found a fault.
    pub checks: &'static [Check],
    /// None of these was found.
    pub unless: &'static [Code],
    /// The side that has to act is one of these.
    pub sides: &'static [Side],
    /// The provider that refused is one of these.
    pub providers: &'static [&'static str],
    /// The recipient's mailboxes are at one of these, by MX record or by the server that refused.
    pub hosts: &'static [&'static str],
    /// The recipient's domain is one of these.
    pub domains: &'static [&'static str],
    /// The mail goes out through one of these services.
    pub services: &'static [&'static str],
    /// The mail system that wrote the bounce is one of these.
    pub systems: &'static [&'static str],
    /// The enhanced status code is one of these.
    pub statuses: &'static [StatusPattern],
    /// The reply code is one of these.
    pub codes: &'static [u16],
    /// The reply holds one of these, lower case.
    pub says: &'static [&'static str],
    /// One of these said no.
    pub refused_by: &'static [RefusedBy],
    /// The message is of one of these kinds; where none is given, a bounce, a delay or a complaint.
    pub kinds: &'static [Kind],
    /// All of these are there.
    pub facts: &'static [Fact],
    /// None of these is there.
    pub lacks: &'static [Fact],
    /// The refusal is (not) for good.
    pub permanent: Option<bool>,
    /// The finding must explain the bounce.
    pub explains: bool,
}

impl Condition {
    /// What always holds.
    pub const ANY: Self = Self {
        reasons: &[],
        seconds: &[],
        findings: &[],
        checks: &[],
        unless: &[],
        sides: &[],
        providers: &[],
        hosts: &[],
        domains: &[],
        services: &[],
        systems: &[],
        statuses: &[],
        codes: &[],
        says: &[],
        refused_by: &[],
        kinds: &[],
        facts: &[],
        lacks: &[],
        permanent: None,
        explains: false,
    };
}

/// The words of a finding.
#[derive(Debug)]
pub struct FindingWords {
    /// In a few words.
    pub title: Template,
    /// One sentence.
    pub detail: Template,
    /// Where it has to be looked up.
    pub rfc: &'static str,
}

/// The words of a verdict: each list is tried in order, the first that can be filled is shown.
#[derive(Debug)]
pub struct Headline {
    /// Its stable name.
    pub id: &'static str,
    /// When it fits.
    pub when: Condition,
    /// How narrow that is: of those that fit, the narrowest is taken.
    pub narrowness: u32,
    /// One sentence: what happened.
    pub what: &'static [Template],
    /// Why, and whether sending again helps.
    pub why: &'static [Template],
}

/// What decides between two causes.
#[derive(Debug)]
pub struct Doubt {
    /// Its stable name.
    pub id: &'static str,
    /// When it fits.
    pub when: Condition,
    /// How narrow that is: of those that fit, the narrowest is taken.
    pub narrowness: u32,
    /// The other cause, and what decides; empty where the two come to the same.
    pub words: Template,
}

/// What to do with an address on a list of addresses.
#[derive(Debug)]
pub struct OnList {
    /// Its stable name.
    pub id: &'static str,
    /// When it fits.
    pub when: Condition,
    /// How narrow that is: of those that fit, the narrowest is taken.
    pub narrowness: u32,
    /// What to do.
    pub action: ListAction,
    /// The same in a sentence, with the reason.
    pub words: Template,
}

listed! {
    /// What a sender to many does with an address.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ListAction {
        /// Take it off every list.
        Drop,
        /// Correct it.
        FixTypo,
        /// Keep it: nothing is wrong with it.
        Keep,
        /// Keep it and try it again at the next sending.
        RetryLater,
    }
}

impl ListAction {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::FixTypo => "fix-typo",
            Self::Keep => "keep",
            Self::RetryLater => "retry-later",
        }
    }
}

/// A message that is ready to be sent.
#[derive(Debug)]
pub struct Handover {
    /// Its stable name.
    pub id: &'static str,
    /// Whom it is for.
    pub to: Addressee,
    /// When it fits.
    pub when: Condition,
    /// How narrow that is: of those to the same reader that fit, the narrowest is taken.
    pub narrowness: u32,
    /// One of these has an open step; empty where that does not matter.
    pub owners: &'static [Side],
    /// Whose open steps it lists.
    pub lists: &'static [Side],
    /// Whether nothing is to be written where it fits.
    pub silent: bool,
    /// Its subject.
    pub subject: Template,
    /// Its paragraphs; one with a gap that has no value is left out. `@headline` stands for what
    /// happened, `@steps` for the steps, and lines with "- " are facts.
    pub body: &'static [Template],
}

listed! {
    /// Whom a ready message is for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Addressee {
        /// The person who sent the message.
        User,
        /// The administrator of the sender's mail.
        OwnAdmin,
        /// The provider that the sender's mail goes out through.
        SenderProvider,
        /// The postmaster of the recipient's domain.
        RecipientPostmaster,
        /// Whoever gave the sending server its address.
        Isp,
        /// Whoever runs the blocklist.
        Blocklist,
    }
}

impl Addressee {
    /// The word of the JSON contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::OwnAdmin => "own-admin",
            Self::SenderProvider => "sender-provider",
            Self::RecipientPostmaster => "recipient-postmaster",
            Self::Isp => "isp",
            Self::Blocklist => "blocklist",
        }
    }
}

/// The words for a kind of message that is no refusal.
#[derive(Debug)]
pub struct KindWords {
    /// The kind, by its word in the JSON contract.
    pub kind: &'static str,
    /// One sentence: what it is.
    pub what: &'static [Template],
    /// What follows.
    pub why: &'static [Template],
}

pub mod blocklist;
pub(crate) mod packed;
pub(crate) mod phrases;
pub(crate) mod webhook;
pub(crate) mod wordings;

use packed::{listed, packed_fields, packed_variants};
use phrases::Marks;

packed_fields! {
    Condition {
        reasons, seconds, findings, checks, unless, sides, providers, hosts, domains, services, systems,
        statuses, codes, says, refused_by, kinds, facts, lacks, permanent, explains,
    }
    Doubt { id, when, narrowness, words, }
    FindingWords { title, detail, rfc, }
    Handover { id, to, when, narrowness, owners, lists, silent, subject, body, }
    Headline { id, when, narrowness, what, why, }
    KindWords { kind, what, why, }
    OnList { id, when, narrowness, action, words, }
    Provider { id, name, hosts, exchangers, marks, filter, }
    ReplyRule {
        id, provider, status, code, command, texts, weak, keyword, reason, second, late, side,
        refused_by, suppress, withheld, own,
    }
    Sender { id, name, include, hosts, mx, selectors, keys, }
    StatusPattern { class, subject, details, }
    StepRule {
        id, owner, rank, when, ruled_out, title, why, verify, commands, hides, instead, general,
        asks, done_by,
    }
}
packed_variants! {
    Addressee::User Asked::From Check::Address Code::RecipientDomainExists Command::Conn Fact::Backscatter
    Kind::AutoReply ListAction::Drop Reason::Authfailure RefusedBy::OwnServer Side::Sender
}

include!(concat!(env!("OUT_DIR"), "/knowledge.rs"));

/// The provider with that id.
#[must_use]
pub fn provider(id: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.id == id)
}

/// The provider whose server has that name.
#[must_use]
pub fn provider_of_host(host: &str) -> Option<&'static Provider> {
    PROVIDERS
        .iter()
        .find(|provider| has_suffix(host, provider.hosts))
}

/// The service whose sending server has that name.
#[must_use]
pub fn sender_of_host(host: &str) -> Option<&'static Sender> {
    SENDERS.iter().find(|sender| has_suffix(host, sender.hosts))
}

/// The service that keeps the DKIM key which has that name.
#[must_use]
pub fn sender_of_key(host: &str) -> Option<&'static Sender> {
    SENDERS.iter().find(|sender| has_suffix(host, sender.keys))
}

/// The service of that name.
#[must_use]
pub fn sender_named(name: &str) -> Option<&'static Sender> {
    SENDERS.iter().find(|sender| sender.name == name)
}

/// The service whose mail exchanger has that name.
#[must_use]
pub fn sender_of_exchanger(host: &str) -> Option<&'static Sender> {
    SENDERS.iter().find(|sender| has_suffix(host, sender.mx))
}

/// Whether a host is one of the names, or below one.
fn has_suffix(host: &str, suffixes: &[&str]) -> bool {
    suffixes.iter().any(|suffix| {
        host.strip_suffix(suffix)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// The provider that runs a mail exchanger.
#[must_use]
pub fn provider_of_exchanger(host: &str) -> Option<&'static Provider> {
    let runs = |provider: &&Provider| {
        let mut suffixes = provider.exchangers.split(' ');
        suffixes.any(|suffix| !suffix.is_empty() && is_below(host, suffix))
    };
    let own = PROVIDERS.iter().find(runs);
    own.or_else(|| provider_of_host(host))
}

/// Whether a host is that name or stands below it.
fn is_below(host: &str, suffix: &str) -> bool {
    host.strip_suffix(suffix)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Well-known mail domains, the most used first.
pub fn known_domains() -> impl Iterator<Item = &'static str> {
    DOMAINS.split(' ')
}

/// The end of a name that was meant, where no registry has the one that was typed.
#[must_use]
pub fn meant_end(typed: &str) -> Option<&'static str> {
    meant_in(SLIPS, typed)
}

/// The same, where a registry has it: it says something beside a well-known name only.
#[must_use]
pub fn near_end(typed: &str) -> Option<&'static str> {
    meant_in(NEAR, typed).or_else(|| meant_end(typed))
}

fn meant_in(pairs: &'static str, typed: &str) -> Option<&'static str> {
    let mut words = pairs.split(' ');
    while let (Some(known), Some(meant)) = (words.next(), words.next()) {
        if known == typed {
            return Some(meant);
        }
    }
    None
}

/// The provider that a reply (lower case) gives away.
#[must_use]
pub fn provider_of_reply(lower: &str) -> Option<&'static Provider> {
    static MARKS: LazyLock<Marks<usize>> = LazyLock::new(|| {
        let all = (0..).zip(PROVIDERS.iter());
        Marks::new(
            all.flat_map(|(place, provider)| provider.marks.iter().map(move |mark| (*mark, place))),
        )
    });
    let (place, _) = MARKS.first_owner(lower)?;
    PROVIDERS.get(place)
}

/// The system of systems.toml that is no server: a program that prints what its own server said.
pub(crate) const MAIL_PROGRAM: &str = "Mail program";

/// The name of qmail among the mail systems.
pub(crate) const QMAIL: &str = "qmail";

/// The mail system that wrote a text (lower case), and where it says so.
#[must_use]
pub(crate) fn system_in(lower: &str) -> Option<(&'static str, Range<usize>)> {
    static MARKS: LazyLock<Marks<usize>> = LazyLock::new(|| {
        let all = (0..).zip(SYSTEMS.iter());
        Marks::new(all.flat_map(|(place, (_, marks))| marks.iter().map(move |mark| (*mark, place))))
    });
    let (place, found) = MARKS.first_owner(lower)?;
    let (name, _) = SYSTEMS.get(place)?;
    Some((name, found.start..found.end))
}

/// The system with that name.
#[must_use]
pub fn system(name: &str) -> Option<&'static str> {
    SYSTEMS
        .iter()
        .map(|(known, _)| *known)
        .find(|known| *known == name)
        .or_else(|| webhook::service_named(name))
}

/// Whether a text (lower case) has one of the phrases of a kind of message.
#[must_use]
pub(crate) fn says(kind: &str, lower: &str) -> bool {
    static MARKS: LazyLock<Marks<&str>> = LazyLock::new(|| {
        Marks::new(
            KINDS
                .iter()
                .flat_map(|(kind, phrases)| phrases.iter().map(|phrase| (*phrase, *kind))),
        )
    });
    let mut found = false;
    MARKS.walk(lower, |of, _| {
        found = of == kind;
        !found
    });
    found
}

/// Whether a word (lower case) is one of the phrases of a kind.
#[must_use]
pub(crate) fn is_word(kind: &str, word: &str) -> bool {
    KINDS
        .iter()
        .any(|(known, phrases)| *known == kind && phrases.contains(&word))
}

/// Words as long as these are no accident in a text that is no refusal.
const TELLING: usize = 12;

/// No reply of a server is longer; what stands behind it is not looked at.
const LONGEST: usize = 8_192;

/// The beginning of a text, as far as a reply can reach.
#[must_use]
pub(crate) fn as_long_as_a_reply(text: &str) -> &str {
    let end = (0..=LONGEST.min(text.len()))
        .rev()
        .find(|&end| text.is_char_boundary(end))
        .unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// Whether a text (lower case) has words by which a row of the knowledge knows a refusal.
#[must_use]
pub(crate) fn says_refusal(lower: &str) -> bool {
    wordings::find(as_long_as_a_reply(lower))
        .iter()
        .any(|found| found.length >= TELLING)
}

/// Whether a word (lower case) is one by which a row of the knowledge knows a refusal.
#[must_use]
pub(crate) fn names_refusal(word: &str) -> bool {
    wordings::find(word)
        .iter()
        .any(|found| !found.has_class && found.length == word.len())
}

/// What stands for any words between others in a text of a row.
pub(crate) const GAP: &str = " * ";

impl ReplyRule {
    /// Its texts, one by one. They are one string because a table of many small ones costs the page
    /// more in addresses than in words.
    pub fn alternatives(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.texts.split('\n').filter(|words| !words.is_empty())
    }

    /// Replies that this row must win.
    #[cfg(test)]
    pub(crate) fn examples(&self) -> &'static [&'static str] {
        let own = EXAMPLES.iter().find(|(id, _)| *id == self.id);
        own.map_or(&[], |(_, examples)| examples)
    }
}

/// The words for a side, as the page says them.
#[must_use]
pub fn side_words(side: Side) -> &'static str {
    SIDES
        .iter()
        .find(|(known, _)| *known == side)
        .map_or("", |(_, words)| words)
}

/// What a reason says, as the end of a sentence.
#[must_use]
pub fn reason_name(reason: Reason) -> &'static str {
    REASON_NAMES
        .iter()
        .find(|(known, _)| *known == reason)
        .map_or("", |(_, words)| words)
}

/// The words for whose DNS it is.
#[must_use]
pub fn zone_words(zone: Zone) -> &'static str {
    ZONES
        .iter()
        .find(|(known, _)| *known == zone)
        .map_or("", |(_, words)| words)
}

/// Who has to act, in one line.
#[must_use]
pub fn act_words(side: Side) -> &'static str {
    ACTS.iter()
        .find(|(known, _)| *known == side)
        .map_or("", |(_, words)| words)
}

/// The words for a reason as such, whoever refused.
#[must_use]
pub fn headline_of(reason: Reason) -> Option<&'static Headline> {
    HEADLINES.iter().find(|words| words.id == reason.as_str())
}

/// The words of a finding.
#[must_use]
pub fn finding_words(code: Code) -> &'static FindingWords {
    const NONE: &FindingWords = &FindingWords {
        title: "",
        detail: "",
        rfc: "",
    };
    FINDING_WORDS.get(place_of_words(code)).unwrap_or(NONE)
}

/// The words for a kind of message, by its word in the JSON contract.
#[must_use]
pub fn kind_words(kind: &str) -> Option<&'static KindWords> {
    KIND_WORDS.iter().find(|words| words.kind == kind)
}
