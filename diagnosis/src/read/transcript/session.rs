//! One session: who spoke to whom, and what became of each recipient.

use std::{net::IpAddr, ops::Range};

use crate::{
    bounce::{Action, Command, Recipient, Sending},
    text::{Lower, Spanned, Text},
};

use super::{super::encoded, address, address_in, line::Step, note, parties::Parties};
use crate::read::{diagnostic, prose};

/// A command that was given: what it is, and the places of its words.
pub(super) struct Cue {
    pub(super) step: Step,
    pub(super) verb: Range<usize>,
    pub(super) argument: Range<usize>,
}

/// What a session has said so far.
#[derive(Default)]
pub(super) struct Session {
    /// Whether it is a part of a report, where replies may stand without their commands.
    pub(super) in_report: bool,
    /// The name by which the server greets.
    greeting: Option<Spanned<String>>,
    /// The name that it gives itself in the answer to EHLO.
    own_name: Option<Spanned<String>>,
    /// The name and the address that were connected to.
    connected: Option<Spanned<String>>,
    ip: Option<Spanned<IpAddr>>,
    helo: Option<Spanned<String>>,
    envelope: Option<Spanned<String>>,
    client_ip: Option<Spanned<IpAddr>>,
    parties: Parties,
    /// What became of the recipients of earlier messages in the session.
    finished: Vec<Recipient>,
    /// A refusal that is not about one recipient, and how far the session had come.
    refusal: Option<(u8, Recipient)>,
    /// The last refusal, until a line of the report says whom it was for.
    unclaimed: Option<Recipient>,
    /// What a program of the reporting server wrote before its summary: the reason itself.
    own_words: Option<Text>,
    last: Option<Step>,
}

impl Session {
    pub(super) fn has_begun(&self) -> bool {
        self.last.is_some()
            || !(self.parties.is_empty() && self.finished.is_empty())
            || self.refusal.is_some()
            || self.greeting.is_some()
    }

    /// Whether no server answered at all.
    pub(super) fn failed_to_connect(&self) -> bool {
        self.greeting.is_none()
            && self.refusal.is_some()
            && self.last.is_none()
            && (self.connected.is_some() || self.ip.is_some())
    }

    /// The words of a program name the server.
    pub(super) fn server(&mut self, words: &Text) {
        let string = words.as_str();
        let start = string.len() - string.trim_start_matches(['[', '(', '<']).len();
        let name = address::host_at(string, start).and_then(|range| words.spanned(range));
        let ip = address::ips_in(string).into_iter().next();
        let name = name.map(|name| name.map(|name| name.lower()));
        self.connected = name.or(self.connected.take());
        self.ip = ip
            .map(|(range, ip)| Spanned::new(ip, words.spans(range)))
            .or(self.ip.take());
    }

    /// The connection failed.
    pub(super) fn trouble(&mut self, words: &Text) {
        if self.refusal.is_some() || !self.finished.is_empty() {
            return;
        }
        let read = diagnostic::read(words);
        let mut refusal = Recipient {
            diagnostic: Some(words.to_spanned()),
            ..read
        };
        if self.last.is_none() {
            refusal.command = Some(Spanned::new(Command::Conn, words.to_spanned().spans));
        }
        self.refusal = Some((depth(self.last), refusal));
    }

    /// A command was given.
    pub(super) fn said(&mut self, text: &Text, cue: &Cue) {
        if cue.step != Step::Aside {
            self.last = Some(cue.step);
        }
        let argument = cue.argument.clone();
        match cue.step {
            Step::Stage(Command::Ehlo) => self.helo = helo(text, argument).or(self.helo.take()),
            Step::Stage(Command::Mail) => {
                self.finish();
                self.envelope = address_in(text, argument).or(self.envelope.take());
            }
            Step::Stage(Command::Rcpt) => {
                if let Some(address) = address_in(text, argument) {
                    self.parties.named(address).map(std::mem::take);
                }
            }
            _ => {}
        }
    }

    /// A reply came.
    pub(super) fn answered(&mut self, text: &Text, cue: Option<&Cue>, code: u16, said: &Text) {
        let step = cue.map(|cue| cue.step).or(self.last);
        if step == Some(Step::Aside) {
            return;
        }
        match code / 100 {
            2 => self.accepted(step, said),
            4 | 5 => self.refused(text, cue, step, code, said),
            _ => {}
        }
    }

    fn accepted(&mut self, step: Option<Step>, said: &Text) {
        match step {
            None => self.greeting = host_behind_code(said),
            Some(Step::Stage(Command::Ehlo)) => {
                self.client_ip = bracketed_ip(said);
                self.own_name = host_behind_code(said);
            }
            Some(Step::Stage(Command::Data)) => {
                let delivered = Spanned::new(Action::Delivered, said.spans(0..3));
                self.parties.deliver(&delivered);
                self.finish();
            }
            _ => {}
        }
        if self
            .refusal
            .as_ref()
            .is_some_and(|(refused, _)| *refused <= depth(step))
        {
            self.refusal = None;
        }
    }

    fn refused(
        &mut self,
        text: &Text,
        cue: Option<&Cue>,
        step: Option<Step>,
        code: u16,
        said: &Text,
    ) {
        // A command out of order, after one that was refused, says nothing new.
        const OUT_OF_ORDER: u16 = 503;
        const LOGIN_WANTED: u16 = 530;
        let after_login = matches!(&self.refusal, Some((at, _)) if *at == depth(Some(Step::Stage(Command::Auth))));
        if self.refusal.is_some() && (code == OUT_OF_ORDER || code == LOGIN_WANTED && after_login) {
            return;
        }
        let read = diagnostic::read(said);
        // People leave the command out; the reply may still say whom it was for.
        let no_command = self.in_report && step.is_none();
        let is_late = no_command || depth(step) >= RECIPIENTS;
        let named = read.diagnostic.as_ref().filter(|_| is_late);
        let refusal = Recipient {
            address: named.and_then(|words| prose::recipient_in(words, said)),
            command: command(text, cue, step, said).filter(|_| !no_command),
            ..read
        };
        if self.in_report {
            self.unclaimed = Some(refusal.clone());
        }
        let named = cue
            .filter(|_| step == Some(Step::Stage(Command::Rcpt)))
            .and_then(|cue| address_in(text, cue.argument.clone()))
            .and_then(|address| self.parties.named(address));
        match named {
            Some(party) => party.refusal = Some(refusal),
            None => self.refusal = Some((depth(step), refusal)),
        }
    }

    /// Another message begins: what became of the one before is settled.
    fn finish(&mut self) {
        if self.parties.is_empty() {
            return;
        }
        let general = self.refusal.take().map(|(_, refusal)| refusal);
        let parties = std::mem::take(&mut self.parties);
        self.finished.extend(parties.into_recipients(general));
    }

    /// The program that was to deliver wrote a line.
    pub(super) fn own_words(&mut self, words: Text) {
        self.own_words = Some(words);
    }

    /// A line of the report ties the last refusal to an address, or is all that is known.
    pub(super) fn summary(&mut self, words: &Text) {
        let Some(range) = note::summary(words.as_str()) else {
            return;
        };
        let behind = range.end
            + words.as_str().get(range.end..).map_or(0, |rest| {
                rest.len() - rest.trim_start_matches(['>', '.', ' ']).len()
            });
        let Some(address) = address::at(words, range) else {
            return;
        };
        let before = self.own_words.take();
        let own = || {
            let read = diagnostic::read(words);
            let plain = words.slice(behind..words.as_str().len()).to_spanned();
            let diagnostic = match (read.reply_code.as_ref(), before) {
                (Some(_), Some(before)) => Some(one_line(&[before, words.clone()])),
                (Some(_), None) => read.diagnostic,
                (None, _) => Some(plain),
            };
            Recipient { diagnostic, ..read }
        };
        let said = self.unclaimed.take();
        let refusal = said.unwrap_or_else(own);
        if let Some(party) = self.parties.named(address) {
            party.refusal = party.refusal.take().or(Some(refusal));
        }
        self.refusal = None;
    }

    pub(super) fn sending(&self) -> Sending {
        Sending {
            ip: self.client_ip.clone(),
            helo: self.helo.clone(),
            envelope_domain: self.envelope.as_ref().and_then(address::domain),
            decoded: self.envelope.as_ref().and_then(encoded::of),
            ..Sending::default()
        }
    }

    /// A recipient for each that was refused or served, or one without an address.
    pub(super) fn into_recipients(self) -> Vec<Recipient> {
        let server = self.greeting.or(self.connected).or(self.own_name);
        let ip = self.ip;
        let general = self.refusal.map(|(_, refusal)| refusal);
        let last = self.parties.into_recipients(general);
        self.finished
            .into_iter()
            .chain(last)
            .map(|found| Recipient {
                remote_mta: server.clone().or(found.remote_mta),
                remote_ip: ip.clone().or(found.remote_ip),
                ..found
            })
            .collect()
    }
}

fn one_line(parts: &[Text]) -> Spanned<String> {
    let whole = Text::concat(parts);
    let lines: Vec<_> = whole.lines().collect();
    whole.join(lines).to_spanned()
}

/// How far a session has come once recipients are named.
const RECIPIENTS: u8 = 5;

/// How far a session has come with a command.
fn depth(step: Option<Step>) -> u8 {
    match step {
        None | Some(Step::Aside | Step::Stage(Command::Conn)) => 0,
        Some(Step::Stage(Command::Ehlo)) => 1,
        Some(Step::Stage(Command::Starttls)) => 2,
        Some(Step::Stage(Command::Auth)) => 3,
        Some(Step::Stage(Command::Mail)) => 4,
        Some(Step::Stage(Command::Rcpt)) => RECIPIENTS,
        Some(Step::Stage(Command::Data)) => 6,
    }
}

/// The command that was refused; before the first, it is the connection, and the reply says so.
fn command(
    text: &Text,
    cue: Option<&Cue>,
    step: Option<Step>,
    said: &Text,
) -> Option<Spanned<Command>> {
    match (cue, step) {
        (Some(cue), Some(Step::Stage(command))) => {
            Some(Spanned::new(command, text.spans(cue.verb.clone())))
        }
        (None, None) => Some(Spanned::new(Command::Conn, said.spans(0..3))),
        _ => None,
    }
}

fn helo(text: &Text, argument: Range<usize>) -> Option<Spanned<String>> {
    let word = text.as_str().get(argument.clone())?;
    let opening = word.len() - word.trim_start_matches('[').len();
    let plain = word.trim_matches(['[', ']']);
    let start = argument.start + opening;
    let name = text.spanned(start..start + plain.len())?;
    (!name.value.is_empty()).then(|| name.map(|name| name.lower()))
}

/// `220 mx.firm.example ESMTP`.
fn host_behind_code(said: &Text) -> Option<Spanned<String>> {
    let range = address::host_at(said.as_str(), 4)?;
    said.spanned(range)
        .map(|name| name.map(|name| name.lower()))
}

/// `250-mx.firm.example Hello mail.shop.example [203.0.113.25]`: the client's address as the server
/// sees it.
fn bracketed_ip(said: &Text) -> Option<Spanned<IpAddr>> {
    const FIRST: usize = 200;
    let string = said.as_str();
    let head = string.get(..string.len().min(FIRST)).unwrap_or(string);
    let open = head.find('[')?;
    let (range, ip) = address::ip_at(string, open)?;
    Some(Spanned::new(ip, said.spans(range)))
}
