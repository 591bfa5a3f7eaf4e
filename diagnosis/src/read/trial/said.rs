//! What the lines of one tool say came of it.

use crate::{
    bounce::{Trial, TrialOutcome},
    text::{Spanned, Text, trimmed},
};

use super::line::{Start, Tool, belongs, code, is_record, kind_of, name_of, server_and_port};

/// Lines of one tool, from its first to its last.
#[derive(Debug)]
pub(super) struct Block {
    tool: Tool,
    host: Option<Spanned<String>>,
    port: Option<u16>,
    /// The line that is read.
    line: Text,
    /// Whether a name was given for the server, not only an address.
    is_named: bool,
    /// Whether the tool has come to its end: a blank line ends the block then.
    is_over: bool,
    after_blank: bool,
    /// Between `-----BEGIN` and `-----END`, or a message that is being sent: anything may stand.
    in_between: bool,
    has_command: bool,
    is_connected: bool,
    asks_name: bool,
    /// Whether nslookup has named the host whose addresses follow.
    has_name: bool,
    kind: Option<String>,
    records: Vec<String>,
    record_said: Option<Text>,
    question_said: Option<Text>,
    trials: Vec<Trial>,
    pub(super) names_recipient: bool,
    /// Whether something behind the greeting was refused.
    pub(super) is_refusal: bool,
}

/// How many records of an answer are kept.
const MOST_RECORDS: usize = 20;

/// Words for a way that ended in nothing, lower case, the more telling first.
const TROUBLES: [(TrialOutcome, &[&str]); 3] = [
    (
        TrialOutcome::NotFound,
        &[
            "could not resolve",
            "name or service not known",
            "nodename nor servname",
            "no such host",
            "getaddrinfo",
            "gethostbyname",
            "name resolution of",
        ],
    ),
    (
        TrialOutcome::Refused,
        &[
            "connection refused",
            "actively refused",
            "errno=111",
            "errno=61",
            "errno=10061",
        ],
    ),
    (
        TrialOutcome::TimedOut,
        &[
            "timed out",
            "timeout",
            "time-out",
            "no route to host",
            "unreachable",
            "errno=110",
            "errno=113",
            "errno=101",
            "errno=60",
            "errno=10060",
            "connect failed",
            "could not open connection",
            "fehlgeschlagen",
            "couldn't connect to server",
            "tcp connect to (",
            "tcptestsucceeded : false",
            "unable to connect to remote host",
        ],
    ),
];

/// Words of openssl, swaks and curl for TLS that did not come about, lower case.
const TLS_TROUBLES: [&str; 12] = [
    "verification error",
    "ssl certificate problem",
    "verify error:num=",
    "tls startup failed",
    "handshake failure",
    "wrong version number",
    "unsupported protocol",
    "no protocols available",
    "alert ",
    "no peer certificate available",
    "cipher is (none)",
    "ssl certificate verify result",
];

const TLS_MISSING: [&str; 4] = [
    "didn't find starttls in server response",
    "starttls not supported",
    "did not advertise starttls",
    "starttls not offered",
];

impl Block {
    pub(super) fn new(start: Start, line: &Text) -> Self {
        let is_named = start.is_command && start.host.is_some();
        Self {
            tool: start.tool,
            host: start.host.map(|name| placed(line, name)),
            port: start.port,
            line: Text::default(),
            is_named,
            is_over: false,
            after_blank: false,
            in_between: false,
            has_command: false,
            is_connected: false,
            asks_name: false,
            kind: start.kind,
            has_name: false,
            records: Vec::new(),
            record_said: None,
            question_said: None,
            trials: Vec::new(),
            names_recipient: false,
            is_refusal: false,
        }
    }

    pub(super) fn blank(&mut self) {
        self.after_blank = true;
    }

    /// Whether a line is one more of the same tool.
    pub(super) fn goes_on(&self, content: &str, start: Option<&Start>) -> bool {
        if self.in_between {
            return true;
        }
        let is_other = start.is_some_and(|start| start.is_command || start.tool != self.tool);
        if is_other
            && !(self.tool == Tool::Tls
                && start.is_some_and(|it| !it.is_command && it.tool != Tool::Dns))
        {
            return false;
        }
        let ended = self.is_over && self.after_blank && start.is_none();
        !ended && (start.is_some() || belongs(self.tool, content))
    }

    pub(super) fn take(&mut self, line: &Text) {
        self.after_blank = false;
        let content = line.as_str();
        let line = line.slice(trimmed(content, 0..content.len()));
        let lower = line.as_str().to_ascii_lowercase();
        self.line = line.clone();
        if self.in_between {
            self.in_between = !(lower.starts_with("-----end") || lower == ".");
            return;
        }
        if lower.starts_with("-----begin") {
            self.in_between = true;
            return;
        }
        match self.tool {
            Tool::Dns => self.of_dns(&line, &lower, content),
            Tool::Port => self.of_port(&line, &lower),
            Tool::Session => self.of_session(&line, &lower),
            Tool::Tls => self.of_tls(&line, &lower),
        }
    }

    pub(super) fn into_trials(mut self) -> Vec<Trial> {
        if self.tool == Tool::Dns {
            self.close_dns();
        }
        let (host, port) = (self.host, self.port);
        let mut trials = self.trials;
        // A name that became known later holds for the lines before it.
        for trial in &mut trials {
            if trial.host.is_none() {
                trial.host.clone_from(&host);
            }
            trial.port = trial.port.or(port);
            if trial.record_type.is_none() {
                trial.record_type.clone_from(&self.kind);
            }
        }
        trials
    }

    fn add(&mut self, outcome: TrialOutcome, said: &Text) {
        let trial = Trial {
            host: self.host.clone(),
            port: self.port,
            outcome,
            said: unmarked(said).to_spanned(),
            record_type: self.kind.clone(),
            records: Vec::new(),
        };
        let of_tls = outcome.is_of_tls();
        let same = |known: &&mut Trial| {
            known.name() == trial.name() && known.outcome.is_of_tls() == of_tls
        };
        match self.trials.iter_mut().rev().find(same) {
            // The last word of openssl repeats the first fault; another address of a server that
            // was silent may answer.
            Some(known) if known.outcome.is_silence() && !outcome.is_silence() => *known = trial,
            Some(_) => {}
            None => self.trials.push(trial),
        }
    }

    /// An address counts only as long as no name is known.
    fn name(&mut self, word: &str) {
        let Some(name) = name_of(word) else { return };
        let is_ip = name.parse::<std::net::IpAddr>().is_ok();
        if self.is_named || is_ip && self.host.is_some() && self.is_connected {
            return;
        }
        self.is_named = !is_ip;
        self.host = Some(placed(&self.line, name));
    }

    fn of_session(&mut self, line: &Text, lower: &str) {
        let plain = lower.trim_start_matches(['*', '=', ' ']);
        if let Some(rest) = plain
            .strip_prefix("trying ")
            .or(plain.strip_prefix("connecting to "))
            .or(plain.strip_prefix("verbindungsaufbau zu "))
        {
            let word = rest.split("...").next().unwrap_or_default();
            let (host, port) = match word.parse::<std::net::IpAddr>() {
                Ok(_) => (Some(word.to_owned()), None),
                Err(_) => server_and_port(word.trim()),
            };
            if !self.is_named {
                self.host = None;
            }
            if let Some(host) = host {
                self.name(&host);
            }
            self.port = self.port.or(port);
        }
        if let Some(rest) = plain.strip_prefix("connected to ") {
            let mut words = rest.split(' ');
            self.is_connected = true;
            self.name(words.next().unwrap_or_default());
        }
        let is_open = lower.starts_with("connection to ") && lower.contains("succeeded")
            || lower.starts_with("(unknown) [") && lower.ends_with(" open");
        let named = lower.strip_prefix("nc: connect to ");
        let named = named.or(lower.strip_prefix("connection to "));
        let named = named.or(lower.strip_prefix("telnet: could not resolve "));
        let named = named.or(lower.strip_prefix("telnet: connect to address "));
        if let Some(rest) = named {
            let word = rest.split([' ', '/']).next().unwrap_or_default();
            self.name(word.trim_end_matches(':'));
        }
        if let Some(at) = lower.find("port ")
            && self.port.is_none()
        {
            let digits = lower.get(at + 5..).unwrap_or_default();
            let digits = digits.split(|c: char| !c.is_ascii_digit()).next();
            self.port = digits.and_then(|digits| digits.parse().ok());
        }
        if is_open {
            self.is_over = true;
            self.add(TrialOutcome::Reached, line);
            return;
        }
        self.spoken(line, lower);
    }

    /// What client and server say to each other, and what the tool says of it.
    fn spoken(&mut self, line: &Text, lower: &str) {
        let said = lower.trim_start_matches(['<', '*', '-', '~', ' ', '>']);
        let is_client = lower.starts_with(['>', '~']) || lower.starts_with("->");
        if is_client || is_command(said) {
            self.has_command = true;
            self.names_recipient |= said.starts_with("rcpt to");
            self.in_between = false;
            return;
        }
        if let Some(code) = code(said) {
            self.reply(code, line, said);
            return;
        }
        if TLS_MISSING.iter().any(|words| lower.contains(words)) {
            self.add(TrialOutcome::TlsMissing, line);
        } else if TLS_TROUBLES.iter().any(|words| lower.contains(words)) {
            self.add(TrialOutcome::TlsFailed, line);
        } else if lower.contains("tls started with cipher") {
            self.add(TrialOutcome::TlsWorks, line);
        } else if let Some(outcome) = trouble(lower) {
            self.is_over = true;
            if !self.has_greeted() {
                self.add(outcome, line);
            }
        } else if lower.contains("connection closed") || lower.contains("connection lost") {
            self.is_over = true;
            if self.is_connected && !self.has_greeted() {
                self.add(TrialOutcome::TurnedAway, line);
            }
        }
    }

    fn has_greeted(&self) -> bool {
        self.trials.iter().any(|trial| {
            trial.host == self.host
                && matches!(
                    trial.outcome,
                    TrialOutcome::Reached | TrialOutcome::TurnedAway
                )
        })
    }

    fn reply(&mut self, code: u16, line: &Text, said: &str) {
        let whole = line.as_str().len();
        let line = &line.slice(whole - said.len()..whole);
        match code {
            220 if !self.has_command => {
                if let Some(name) = said.get(4..).and_then(|rest| rest.split(' ').next()) {
                    self.name(name);
                }
                self.add(TrialOutcome::Reached, line);
            }
            221 => self.is_over = true,
            354 => self.in_between = true,
            400..600 if !self.has_command && !self.has_greeted() => {
                self.add(TrialOutcome::TurnedAway, line);
            }
            400..600 => self.is_refusal |= self.has_command,
            _ => {}
        }
    }

    fn of_tls(&mut self, line: &Text, lower: &str) {
        if let Some(rest) = lower.strip_prefix("connecting to ") {
            self.name(rest);
        }
        let owner = ["depth=0", "subject=", "0 s:"];
        if owner.iter().any(|mark| lower.starts_with(mark))
            && let Some((_, name)) = lower.rsplit_once("cn")
        {
            let name = name.trim_start_matches([' ', '=']);
            let name = name.split([',', '/', ' ']).next().unwrap_or_default();
            self.name(name);
        }
        let of_code = lower
            .split_once("verify return code: ")
            .map(|(_, rest)| rest);
        if of_code.is_some_and(|rest| rest.starts_with("0 ")) || lower == "verification: ok" {
            self.is_over = true;
            self.add(TrialOutcome::TlsWorks, line);
        } else if TLS_MISSING.iter().any(|words| lower.contains(words)) {
            self.is_over = true;
            self.add(TrialOutcome::TlsMissing, line);
        } else if of_code.is_some() || TLS_TROUBLES.iter().any(|words| lower.contains(words)) {
            self.is_over |= of_code.is_some();
            self.add(TrialOutcome::TlsFailed, line);
        } else if let Some(outcome) = trouble(lower).filter(|_| !lower.starts_with("timeout")) {
            self.is_over = true;
            self.add(outcome, line);
        }
    }

    fn of_port(&mut self, line: &Text, lower: &str) {
        let (field, value) = lower.split_once(':').unwrap_or((lower, ""));
        let value = value.trim();
        match field.trim() {
            "computername" => self.name(value),
            "remoteport" => self.port = value.parse().ok().or(self.port),
            "tcptestsucceeded" => {
                self.is_over = true;
                match value {
                    "true" => self.add(TrialOutcome::Reached, line),
                    _ => self.add(TrialOutcome::TimedOut, line),
                }
            }
            _ if lower.contains("name resolution of") => {
                self.is_over = true;
                self.add(TrialOutcome::NotFound, line);
            }
            _ => {}
        }
    }

    fn of_dns(&mut self, line: &Text, lower: &str, content: &str) {
        if self.asks_name {
            self.asks_name = false;
            self.question(lower);
            self.question_said = Some(line.clone());
            return;
        }
        if lower.starts_with(";; question section") {
            self.asks_name = true;
        } else if let Some((_, asked)) = lower.rsplit_once("<<>> ") {
            self.question(asked);
            self.question_said = Some(line.clone());
        } else if let Some(outcome) = dns_trouble(lower) {
            if let Some(name) = named_in(lower) {
                self.name(name);
            }
            if let Some((_, kind)) = lower.split_once(" has no ") {
                self.kind = kind.split(' ').next().map(str::to_owned);
            }
            self.is_over |= !lower.starts_with(';');
            self.add(outcome, line);
        } else if let Some(name) = lower.strip_prefix("name:") {
            self.name(name.trim());
            self.has_name = true;
        } else if (is_record(content) || self.has_name && lower.starts_with("address"))
            && self.records.len() < MOST_RECORDS
        {
            self.record(line, content);
        }
    }

    /// `;firm.example.  IN  MX`, or the words of the command.
    fn question(&mut self, lower: &str) {
        let words: Vec<&str> = lower.split_whitespace().collect();
        let plain = words.iter().map(|word| word.trim_start_matches(';'));
        let mut names = plain.filter(|word| !word.starts_with(['@', '+', '-']));
        let found = names.find_map(name_of);
        let found = found.map(|name| placed(&self.line, name));
        self.host = found.or(self.host.take());
        self.kind = kind_of(&words).or(self.kind.take());
    }

    fn record(&mut self, line: &Text, content: &str) {
        let words: Vec<&str> = content.split_whitespace().collect();
        let is_own = words.get(2).is_some_and(|word| *word == "IN");
        if (is_own || content.contains(" = ") || content.contains(" is handled by "))
            && self.host.is_none()
        {
            let name = words.first().and_then(|name| name_of(name));
            self.host = name.map(|name| placed(line, name));
        }
        let data = match is_own {
            true => words.get(4..).unwrap_or_default().join(" "),
            false => content.trim().to_owned(),
        };
        self.records.push(data);
        self.record_said.get_or_insert(line.clone());
    }

    fn close_dns(&mut self) {
        if !self.trials.is_empty() {
            return;
        }
        if let Some(said) = self.record_said.take() {
            self.add(TrialOutcome::Found, &said);
            if let Some(trial) = self.trials.last_mut() {
                trial.records = std::mem::take(&mut self.records);
            }
        } else if let Some(said) = self.question_said.take().filter(|_| self.host.is_some()) {
            self.add(TrialOutcome::Unanswered, &said);
        }
    }
}

/// Without the marks by which a tool sets its own words apart.
fn unmarked(said: &Text) -> Text {
    let string = said.as_str();
    let plain = string.trim_start_matches([' ', '\t', '*', '=', '-', '<', '>', '~', '!']);
    said.slice(string.len() - plain.len()..string.len())
}

/// A name with its place in the line.
fn placed(line: &Text, name: String) -> Spanned<String> {
    let lower = line.as_str().to_ascii_lowercase();
    let spans = lower
        .find(&name)
        .map_or_else(Vec::new, |at| line.spans(at..at + name.len()));
    Spanned::new(name, spans)
}

fn is_command(said: &str) -> bool {
    const COMMANDS: [&str; 9] = [
        "ehlo ",
        "helo ",
        "mail from",
        "rcpt to",
        "data",
        "starttls",
        "rset",
        "quit",
        "auth ",
    ];
    COMMANDS.iter().any(|command| said.starts_with(command))
}

fn trouble(lower: &str) -> Option<TrialOutcome> {
    TROUBLES
        .iter()
        .find(|(_, all)| all.iter().any(|words| lower.contains(words)))
        .map(|(outcome, _)| *outcome)
}

/// What dig, nslookup, host and Resolve-DnsName say where there is no record.
fn dns_trouble(lower: &str) -> Option<TrialOutcome> {
    const ALL: [(TrialOutcome, &[&str]); 3] = [
        (
            TrialOutcome::NotFound,
            &[
                "nxdomain",
                "non-existent domain",
                "dns name does not exist",
                "name does not exist",
            ],
        ),
        (
            TrialOutcome::Unanswered,
            &[
                "servfail",
                "status: refused",
                "server failed",
                "query refused",
                "request timed out",
                "no servers could be reached",
                "no response from server",
                "communications error",
                "request to unknown timed-out",
                "request to",
            ],
        ),
        (
            TrialOutcome::NoRecord,
            &[
                "no answer",
                "has no mx record",
                "has no a record",
                "no internal type",
                "answer: 0,",
                "no records",
            ],
        ),
    ];
    ALL.iter()
        .find(|(_, all)| all.iter().any(|words| lower.contains(words)))
        .map(|(outcome, _)| *outcome)
}

/// The name that a line of trouble speaks of.
fn named_in(lower: &str) -> Option<&str> {
    let behind = ["can't find ", "resolve-dnsname : ", "host "]
        .iter()
        .find_map(|mark| lower.split_once(mark))
        .map(|(_, rest)| rest);
    let named = behind.or_else(|| lower.contains(" has no ").then_some(lower));
    named?.split([' ', '(']).next()
}
