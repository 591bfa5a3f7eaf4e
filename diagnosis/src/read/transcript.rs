//! Transcripts of SMTP sessions: with arrows, as mail programs print them, bare, as a person types
//! them, or as a part of a report.

use std::{collections::HashMap, ops::Range};

use crate::{
    bounce::{Recipient, Shape},
    text::{Lower, Text, trimmed},
};

use super::{
    address, diagnostic, log_line,
    record::{Record, action_of_codes, goes_on},
};

mod line;
mod note;
mod parties;
mod session;

use line::{Said, Step};
use session::{Cue, Session};

/// Reads the sessions of a body; `uncut` is the text with the message in it, where the body was cut
/// off at the head of one: a session may go on behind it.
pub(super) fn read(body: &Text, uncut: Option<&Text>) -> Option<Record> {
    if !may_hold_session(body.as_str()) {
        return None;
    }
    let found = Transcript::read(body);
    let found = match uncut.filter(|_| found.in_message) {
        Some(whole) => Transcript::read(whole),
        None => found,
    };
    // A wrapped line of a log may be cut inside of a command.
    let wrapped = || Transcript::read(&log_line::unwrapped(body)?).into_record();
    found.into_record().or_else(wrapped)
}

/// A first look, so that other pastes cost next to nothing.
fn may_hold_session(string: &str) -> bool {
    const MARKS: [&str; 12] = [
        "rcpt to",
        "mail from:",
        "ehlo",
        "helo",
        "lhlo",
        ">>> ",
        "while talking to",
        "transcript of session",
        "connected to ",
        "trying ",
        "connecting to ",
        "telnet ",
    ];
    let lower = string.to_ascii_lowercase();
    MARKS
        .iter()
        .any(|mark| memchr::memmem::find(lower.as_bytes(), mark.as_bytes()).is_some())
}

/// What the lines have said so far.
#[derive(Default)]
struct Transcript {
    sessions: Vec<Session>,
    session: Session,
    /// Commands and replies since the last time that the client spoke after the server.
    commands: Vec<Cue>,
    replies: Vec<Reply>,
    /// Whether the lines are those of the message itself.
    in_message: bool,
    has_commands: bool,
    has_replies: bool,
    /// Whether a line that is marked as the server's said no in this session.
    was_refused: bool,
    /// Whether the session is a part of a report, with lines of the reporting server in it.
    in_report: bool,
}

/// A reply and the lines of it.
struct Reply {
    code: u16,
    more: bool,
    lines: Vec<Range<usize>>,
}

impl Transcript {
    fn read(text: &Text) -> Self {
        let mut transcript = Self::default();
        let string = text.as_str();
        let mut before = 0..0;
        for range in text.lines() {
            transcript.take_line(text, range.clone(), string.get(before).unwrap_or_default());
            before = range;
        }
        transcript.settle(text);
        let last = std::mem::take(&mut transcript.session);
        transcript.sessions.push(last);
        transcript
    }

    fn take_line(&mut self, text: &Text, range: Range<usize>, before: &str) {
        let line = line::read(text.as_str(), range.clone());
        let words = text.as_str().get(line.words.clone()).unwrap_or_default();
        match line.said {
            Said::Dot => self.in_message = false,
            Said::Command(..) if self.in_message && !line.marked => {}
            Said::Command(step, verb, argument) => self.command(text, step, verb, argument),
            Said::Reply { .. } if !line.marked && self.in_report && note::is_summary(words) => {
                self.summary(text, line.words);
            }
            // Behind a refusal that is marked as the server's, the reporting program sums it up.
            Said::Reply { .. } if !line.marked && self.in_report && self.was_refused => {}
            Said::Reply { code, more } => {
                self.was_refused |= line.marked && code >= 400;
                self.reply(code, more, line.words);
            }
            Said::Other => self.other(text, range, before),
        }
    }

    fn command(&mut self, text: &Text, step: Step, verb: Range<usize>, argument: Range<usize>) {
        if !self.replies.is_empty() {
            self.settle(text);
        }
        self.in_message = false;
        self.has_commands = true;
        let argument = trimmed(text.as_str(), argument);
        self.commands.push(Cue {
            step,
            verb,
            argument,
        });
    }

    fn reply(&mut self, code: u16, more: bool, words: Range<usize>) {
        self.has_replies = true;
        self.in_message = code == 354;
        if let Some(open) = self.replies.last_mut()
            && open.more
            && open.code == code
        {
            open.more = more;
            open.lines.push(words);
            return;
        }
        self.replies.push(Reply {
            code,
            more,
            lines: vec![words],
        });
    }

    /// A wrapped reply goes on, or a program says where it connects to.
    fn other(&mut self, text: &Text, range: Range<usize>, before: &str) {
        const MOST_LINES: usize = 64;
        if self.in_message {
            return;
        }
        let content = text.as_str().get(range.clone()).unwrap_or_default();
        if let Some(note) = note::read(content) {
            self.note(text, &range, note);
            return;
        }
        if self.in_report && note::is_summary(content.trim_start()) {
            self.summary(text, trimmed(text.as_str(), range));
            return;
        }
        let spoken = text.as_str().len() > range.start && !before.trim().is_empty();
        if let Some(open) = self.replies.last_mut()
            && spoken
            && open.lines.len() < MOST_LINES
            && open
                .lines
                .last()
                .is_some_and(|last| last.end <= range.start && range.start - last.end <= 8)
            && goes_on(before, content)
        {
            open.lines.push(range);
            return;
        }
        if self.in_report && self.replies.is_empty() && diagnostic::is_of_program(content) {
            self.session
                .own_words(text.slice(trimmed(text.as_str(), range)));
        }
    }

    fn note(&mut self, text: &Text, line: &Range<usize>, note: note::Note) {
        let at = |part: Range<usize>| line.start + part.start..line.start + part.end;
        match note {
            note::Note::Aside => {}
            note::Note::Report => {
                self.in_report = true;
                self.session.in_report = true;
            }
            note::Note::Server { part, begins } => {
                if begins {
                    self.begin(text);
                }
                self.in_report |= begins
                    && text
                        .as_str()
                        .get(line.clone())
                        .is_some_and(|line| line.contains("while talking to"));
                self.session.in_report = self.in_report;
                self.session.server(&text.slice(at(part)));
            }
            note::Note::Trouble(part) => {
                self.settle(text);
                self.session.trouble(&text.slice(at(part)));
            }
        }
    }

    /// Another connection.
    fn begin(&mut self, text: &Text) {
        self.settle(text);
        self.was_refused = false;
        if self.session.has_begun() {
            self.sessions.push(std::mem::take(&mut self.session));
        }
    }

    fn summary(&mut self, text: &Text, words: Range<usize>) {
        self.settle(text);
        self.session.summary(&text.slice(words));
    }

    /// Gives each command its reply: in order, and where there are fewer replies than commands to
    /// the last of these, since people leave out what went well.
    fn settle(&mut self, text: &Text) {
        let commands = std::mem::take(&mut self.commands);
        let replies = std::mem::take(&mut self.replies);
        let unanswered = commands.len().saturating_sub(replies.len());
        for cue in &commands {
            self.session.said(text, cue);
        }
        for (place, reply) in replies.into_iter().enumerate() {
            let cue = commands.get(unanswered + place).or(commands.last());
            let said = text.join(reply.lines);
            if cue.is_none() && reply.code == 220 && self.session.has_begun() {
                self.sessions.push(std::mem::take(&mut self.session));
            }
            self.session.answered(text, cue, reply.code, &said);
        }
    }

    fn into_record(self) -> Option<Record> {
        let spoken = self.has_commands && self.has_replies;
        let in_report = self.in_report;
        let mut record = Record {
            shape: Shape::Transcript,
            recipients: Vec::new(),
            reporting_mta: None,
            sending: crate::bounce::Sending::default(),
            adds: in_report,
        };
        let mut places: HashMap<String, usize> = HashMap::new();
        for session in self.sessions {
            if !(spoken || in_report || session.failed_to_connect()) {
                continue;
            }
            let sending = session.sending();
            record.sending.ip = sending.ip.or(record.sending.ip.take());
            record.sending.helo = sending.helo.or(record.sending.helo.take());
            record.sending.envelope_domain = sending
                .envelope_domain
                .or(record.sending.envelope_domain.take());
            for recipient in session.into_recipients() {
                put(&mut record.recipients, &mut places, recipient);
            }
        }
        drop_nameless(&mut record.recipients);
        tell_apart(&mut record.recipients);
        (!record.recipients.is_empty()).then_some(record)
    }
}

/// A session that came to nothing before any recipient was named says nothing beside one that went
/// further.
fn drop_nameless(recipients: &mut Vec<Recipient>) {
    if recipients
        .iter()
        .any(|recipient| recipient.address.is_some())
    {
        recipients.retain(|recipient| recipient.address.is_some());
    }
}

/// Where some recipients were served, it must be said of the others that they were not.
fn tell_apart(recipients: &mut [Recipient]) {
    if recipients
        .iter()
        .any(|recipient| recipient.action.is_some())
    {
        for recipient in recipients {
            let action = recipient.action.take();
            recipient.action = action.or_else(|| action_of_codes(recipient));
        }
    }
}

/// A later session for the same recipient counts more.
fn put(recipients: &mut Vec<Recipient>, places: &mut HashMap<String, usize>, found: Recipient) {
    let address = found.address.as_ref();
    let key = address.map_or_else(String::new, |address| address.value.lower());
    let place = *places.entry(key).or_insert(recipients.len());
    match recipients.get_mut(place) {
        Some(known) => *known = found,
        None => recipients.push(found),
    }
}

/// The address in an argument, or at the beginning of a line.
fn address_in(text: &Text, range: Range<usize>) -> Option<crate::text::Spanned<String>> {
    let part = text.slice(range);
    let found = address::find(part.as_str(), 0)?;
    address::at(&part, found)
}
