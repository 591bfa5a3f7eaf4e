//! What tools print that a person runs by hand: telnet, nc, swaks, curl, `openssl s_client`, dig,
//! nslookup, host, and those of PowerShell. Such lines become trials; what else a paste holds is
//! read without them.

use std::{net::IpAddr, ops::Range};

use crate::{
    bounce::{
        Bounce, Command, EnhancedStatus, Kind, Recipient, ReplyCode, Shape, Trial, TrialOutcome,
        are_related,
    },
    text::{Raw, Span, Spanned, narrow, no_decoder},
};

use super::{address, look_up};

mod line;
mod said;

use said::Block;

/// Nobody pastes what a tool printed beside a whole mailbox.
const LARGEST: usize = 1_000_000;

/// More than so many tests say nothing more.
const MOST: usize = 64;

/// What the tools printed, and the paste without it.
#[derive(Debug)]
pub(super) struct Trials {
    pub(super) found: Vec<Trial>,
    /// The rest of the paste.
    pub(super) rest: Raw,
    /// Whether a session names a recipient: then it may be the refusal itself.
    names_recipient: bool,
    /// Whether a session was refused something behind the greeting.
    is_refusal: bool,
}

/// Finds the blocks of such lines; `None` where there are none.
pub(super) fn read(raw: &Raw) -> Option<Trials> {
    if raw.bytes().len() > LARGEST {
        return None;
    }
    let mut reader = Reader::default();
    for range in lines(raw.bytes()) {
        reader.take(raw, range);
    }
    reader.close();
    let Reader {
        cut,
        found,
        names_recipient,
        is_refusal,
        ..
    } = reader;
    (!found.is_empty()).then(|| Trials {
        rest: raw.without(&cut),
        found,
        names_recipient,
        is_refusal,
    })
}

#[derive(Default)]
struct Reader {
    block: Option<Block>,
    /// Where the block began, and where its last line ended.
    at: Range<usize>,
    cut: Vec<Range<usize>>,
    found: Vec<Trial>,
    names_recipient: bool,
    is_refusal: bool,
}

impl Reader {
    fn take(&mut self, raw: &Raw, range: Range<usize>) {
        let bytes = raw.bytes().get(range.clone()).unwrap_or_default();
        let Ok(content) = std::str::from_utf8(bytes) else {
            self.close();
            return;
        };
        let content = content.strip_suffix('\n').unwrap_or(content);
        // Of a page's source nobody cuts lines.
        if content.contains("</") {
            self.close();
            return;
        }
        if content.trim().is_empty() {
            if let Some(block) = &mut self.block {
                block.blank();
            }
            return;
        }
        let line = || {
            raw.slice(range.start..range.start + content.len())
                .decode(None, no_decoder)
        };
        let start = line::begins(content);
        let goes_on = self
            .block
            .as_ref()
            .is_some_and(|block| block.goes_on(content, start.as_ref()));
        if !goes_on {
            self.close();
            let Some(start) = start else { return };
            self.block = Some(Block::new(start, &line()));
            self.at = range.clone();
        }
        if let Some(block) = &mut self.block {
            block.take(&line());
            self.at.end = range.end;
        }
    }

    fn close(&mut self) {
        let Some(block) = self.block.take() else {
            return;
        };
        self.names_recipient |= block.names_recipient;
        self.is_refusal |= block.is_refusal;
        let trials = block.into_trials();
        if trials.is_empty() {
            return;
        }
        self.cut.push(self.at.clone());
        for trial in trials {
            add(&mut self.found, trial);
        }
    }
}

/// A server that was reached at one of its addresses was reached.
fn add(found: &mut Vec<Trial>, trial: Trial) {
    let same = |known: &&mut Trial| {
        let of_way = |trial: &Trial| !trial.outcome.is_of_dns() && !trial.outcome.is_of_tls();
        known.host.is_some()
            && known.name() == trial.name()
            && known.port == trial.port
            && of_way(known)
            && of_way(&trial)
    };
    let is_full = found.len() >= MOST;
    match found.iter_mut().find(same) {
        Some(known) if known.outcome.is_silence() => *known = trial,
        None if !is_full => found.push(trial),
        _ => {}
    }
}

/// The lines with their line ends.
fn lines(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(move |line| {
            let start = at;
            at += line.len();
            start..at
        })
}

impl Trials {
    /// Whether the rest of the paste, read alone, is the bounce that the tests belong to.
    pub(super) fn stand_beside(&self, rest: &[Bounce]) -> bool {
        let mut recipients = rest.iter().flat_map(|bounce| &bounce.recipients);
        // A session that goes on behind a block is one with it.
        let is_refusal = rest.iter().any(|bounce| {
            let is_session = bounce.shape == Shape::Transcript;
            matches!(bounce.kind, Kind::Bounce | Kind::Delay) && !is_session
        });
        let says_more = !self.names_recipient || recipients.any(|it| it.address.is_some());
        is_refusal && says_more
    }

    /// Whether anything else stands in the paste.
    pub(super) fn has_rest(&self) -> bool {
        !self.rest.bytes().trim_ascii().is_empty()
    }

    /// Whether a session in them came to something that is read as a refusal.
    pub(super) fn are_a_session(&self) -> bool {
        let failed =
            |trial: &Trial| trial.outcome.is_silence() || trial.outcome == TrialOutcome::TurnedAway;
        self.names_recipient || self.is_refusal || self.found.iter().any(failed)
    }

    /// Whether what else stands in the paste is no more than a sentence or two.
    pub(super) fn are_most_of(&self, whole: &Raw) -> bool {
        self.rest.bytes().trim_ascii().len() * 2 <= whole.bytes().len()
    }

    /// Puts the tests beside a bounce. Where no server had answered so far, one that turned the
    /// test away has given the reason.
    pub(super) fn join(&self, bounce: &mut Bounce) {
        bounce.trials.clone_from(&self.found);
        let said = self.found.iter().find(|trial| {
            trial.outcome == TrialOutcome::TurnedAway && reply(trial).reply_code.is_some()
        });
        let Some(trial) = said else { return };
        if bounce.shape == Shape::Transcript {
            return;
        }
        for recipient in &mut bounce.recipients {
            let is_its_own = is_of(trial, recipient);
            if recipient.reply_code.is_none() && is_its_own {
                let said = reply(trial);
                recipient.status = said.status;
                recipient.reply_code = said.reply_code;
                recipient.diagnostic = said.diagnostic;
                recipient.command = said.command;
                recipient.remote_mta = recipient.remote_mta.take().or(said.remote_mta);
            }
        }
    }

    /// What the tests alone say: the first that failed, else that all is well; a look-up of a name
    /// is made anew and judged.
    pub(super) fn alone(&self) -> Bounce {
        let failed = |trial: &&Trial| match trial.outcome {
            TrialOutcome::NotFound | TrialOutcome::NoRecord => trial.is_about_mail(),
            TrialOutcome::Found | TrialOutcome::Unanswered => false,
            TrialOutcome::Reached | TrialOutcome::TlsWorks => false,
            TrialOutcome::Refused
            | TrialOutcome::TimedOut
            | TrialOutcome::TlsFailed
            | TrialOutcome::TlsMissing
            | TrialOutcome::TurnedAway => true,
        };
        let of_way = self.found.iter().any(|trial| !trial.outcome.is_of_dns());
        let failed = self.found.iter().find(failed);
        let looked_up = self.found.iter().find_map(look_up::read);
        let empty = || Bounce::unknown(Span { start: 0, end: 0 }, Shape::Transcript);
        let mut bounce = match failed.is_none() && !of_way {
            true => looked_up.unwrap_or_else(empty),
            false => empty(),
        };
        if let Some(trial) = failed {
            bounce.kind = Kind::Bounce;
            bounce.recipients.push(reply(trial));
        }
        bounce.trials.clone_from(&self.found);
        bounce
    }
}

/// Whether a test was made with the server that the recipient's mail went to, as far as is known.
fn is_of(trial: &Trial, recipient: &Recipient) -> bool {
    let Some(host) = trial.name() else {
        return true;
    };
    let ip = recipient.remote_ip.as_ref();
    if host
        .parse::<IpAddr>()
        .ok()
        .is_some_and(|tried| ip.is_some_and(|ip| ip.value == tried))
    {
        return true;
    }
    let domain = recipient.address.as_ref().and_then(address::domain);
    let names = [recipient.remote_mta.as_ref(), domain.as_ref()];
    let known: Vec<_> = names.into_iter().flatten().collect();
    known.is_empty() || known.iter().any(|name| are_related(&name.value, host))
}

/// A test that failed as the refusal that it is.
fn reply(trial: &Trial) -> Recipient {
    let said = &trial.said;
    let mut recipient = Recipient {
        diagnostic: Some(said.clone()),
        ..Recipient::default()
    };
    let stage = match trial.outcome {
        outcome if outcome.is_of_tls() => Command::Starttls,
        _ => Command::Conn,
    };
    if !trial.outcome.is_of_dns() {
        recipient.command = Some(Spanned::new(stage, said.spans.clone()));
    }
    let code = said
        .value
        .get(..3)
        .and_then(|code| code.parse::<ReplyCode>().ok());
    recipient.reply_code = code.map(|code| Spanned::new(code, narrow(said, 0..3)));
    let word = said
        .value
        .get(4..)
        .unwrap_or_default()
        .split(' ')
        .next()
        .unwrap_or_default();
    let status = word
        .parse::<EnhancedStatus>()
        .ok()
        .filter(|_| code.is_some());
    recipient.status = status.map(|status| Spanned::new(status, narrow(said, 4..4 + word.len())));
    if let Some(host) = trial.host.as_ref().filter(|_| !trial.outcome.is_of_dns()) {
        match host.value.parse::<IpAddr>() {
            Ok(ip) => recipient.remote_ip = Some(Spanned::new(ip, host.spans.clone())),
            Err(_) => recipient.remote_mta = Some(host.clone()),
        }
    }
    recipient
}
