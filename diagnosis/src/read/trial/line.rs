//! One line of a tool: whether it begins what that tool prints, and whether it goes on with it.

use super::super::lone::is_domain;

/// What sort of tool printed a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    /// dig, nslookup, host, Resolve-DnsName.
    Dns,
    /// Test-NetConnection.
    Port,
    /// telnet, nc, swaks, curl: a connection, and what is spoken over it.
    Session,
    /// `openssl s_client`.
    Tls,
}

/// The first line of what a tool printed, or the command that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) tool: Tool,
    /// The server or name that the command names.
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    /// The type of record that is asked for.
    pub(super) kind: Option<String>,
    /// Whether it is a command: then another test begins.
    pub(super) is_command: bool,
}

/// No command and no first line is longer than this.
const LONGEST: usize = 400;

/// First lines of what a tool prints, lower case, where no command stands above them.
const MARKS: [(Tool, &str); 27] = [
    (Tool::Dns, "; <<>> dig"),
    (Tool::Dns, ";; question section"),
    (Tool::Dns, ";; got answer"),
    (Tool::Dns, ";; ->>header"),
    (Tool::Dns, ";; connection timed out"),
    (Tool::Dns, ";; communications error"),
    (Tool::Dns, "** server can't find"),
    (Tool::Dns, "non-authoritative answer"),
    (Tool::Dns, "dns request timed out"),
    (Tool::Dns, "resolve-dnsname :"),
    (Tool::Dns, "\"v=spf1"),
    (Tool::Dns, "\"v=dmarc1"),
    (Tool::Dns, "\"v=dkim1"),
    (Tool::Port, "computername  "),
    (Tool::Port, "warning: tcp connect to ("),
    (Tool::Port, "warning: name resolution of "),
    (Tool::Session, "telnet: "),
    (Tool::Session, "nc: "),
    (Tool::Session, "ncat: "),
    (Tool::Session, "curl: ("),
    (Tool::Session, "(unknown) ["),
    (Tool::Session, "=== trying "),
    (Tool::Tls, "connected(0"),
    (Tool::Tls, "depth="),
    (Tool::Tls, "connect:errno="),
    (Tool::Tls, "didn't find starttls in server response"),
    (Tool::Tls, "verify error:num="),
];

/// Whether a line begins what a tool prints.
pub(super) fn begins(content: &str) -> Option<Start> {
    let line = content.trim();
    if line.len() > LONGEST {
        return None;
    }
    let first = line.bytes().next()?;
    if !first.is_ascii() {
        return None;
    }
    let lower = line.to_ascii_lowercase();
    let of_mark = MARKS.iter().find(|(_, mark)| lower.starts_with(mark));
    let tool = of_mark.map(|(tool, _)| *tool).or_else(|| unmarked(&lower));
    let plain = tool.map(|tool| Start {
        tool,
        host: None,
        port: None,
        kind: None,
        is_command: false,
    });
    plain.or_else(|| command(line))
}

/// Lines that hold what is looked for inside of them, or need a second look.
fn unmarked(lower: &str) -> Option<Tool> {
    let stars = lower.trim_start_matches(['*', ' ']);
    let word_behind = |mark: &str, end: &str| {
        let rest = stars.strip_prefix(mark)?.strip_suffix(end)?;
        (!rest.is_empty() && !rest.contains(' ')).then_some(())
    };
    if word_behind("trying ", "...").is_some() || word_behind("connected to ", ".").is_some() {
        return Some(Tool::Session);
    }
    if word_behind("connecting to ", "").is_some() && !stars.ends_with("...") {
        return Some(Tool::Tls);
    }
    let is_windows = lower.starts_with("connecting to ") && lower.contains("...could not open")
        || lower.starts_with("verbindungsaufbau zu ");
    if is_windows || lower.starts_with("connection to ") && lower.contains(" port [tcp") {
        return Some(Tool::Session);
    }
    if lower.contains(":error:") && lower.contains("bio") {
        return Some(Tool::Tls);
    }
    let asked = lower.starts_with("*** ") && lower.contains(" can't find ")
        || lower.starts_with("server:") && lower.split_whitespace().count() == 2
        || lower.starts_with("host ") && lower.contains(" not found: ")
        || lower.contains(" mail is handled by ")
        || lower.ends_with(" has no mx record");
    asked.then_some(Tool::Dns)
}

/// A command that somebody typed, with or without a prompt before it.
fn command(line: &str) -> Option<Start> {
    let (typed, has_prompt) = behind_prompt(line);
    let mut words = typed.split_whitespace();
    let name = words.next()?.to_ascii_lowercase();
    let words: Vec<&str> = words.collect();
    let start = |tool, host: Option<String>, port| {
        host.is_some().then_some(Start {
            tool,
            host,
            port,
            kind: (tool == Tool::Dns).then(|| kind_of(&words)).flatten(),
            is_command: true,
        })
    };
    match name.as_str() {
        "telnet" if words.len() <= 2 || has_prompt => {
            let (host, port) = plain_server(&words);
            start(Tool::Session, host, port)
        }
        "nc" | "ncat" | "netcat" if has_prompt || words.len() >= 2 => {
            let plain: Vec<&str> = positional(&words, &["-w", "-p", "-s"]);
            let (host, port) = plain_server(&plain);
            start(Tool::Session, host, port)
        }
        "swaks" => {
            let (host, port) =
                option(&words, &["--server", "-s"]).map_or((None, None), server_and_port);
            Some(Start {
                tool: Tool::Session,
                host,
                port: port.or_else(|| option(&words, &["--port", "-p"])?.parse().ok()),
                kind: None,
                is_command: true,
            })
        }
        "curl" => {
            let url = words.iter().find_map(|word| {
                let word = word.trim_matches(['"', '\'']);
                word.strip_prefix("smtp://")
                    .or(word.strip_prefix("smtps://"))
            })?;
            let (host, port) = server_and_port(url.split('/').next().unwrap_or_default());
            start(Tool::Session, host, port.or(Some(25)))
        }
        "openssl" if words.first() == Some(&"s_client") => {
            let (host, port) =
                option(&words, &["-connect", "-host"]).map_or((None, None), server_and_port);
            start(Tool::Tls, host, port)
        }
        "dig" | "drill" | "nslookup" => {
            let plain = positional(&words, &["-t", "-p", "-b", "-k", "-c"]);
            let mut names = plain.iter().filter(|word| !word.starts_with('@'));
            start(Tool::Dns, names.find_map(|word| name_of(word)), None)
        }
        "host" if has_prompt => {
            let plain = positional(&words, &["-t", "-c", "-w"]);
            start(Tool::Dns, plain.iter().find_map(|word| name_of(word)), None)
        }
        "resolve-dnsname" => {
            let named = option(&words, &["-name"]);
            let plain = positional(&words, &["-type", "-server", "-name"]);
            let name = named.or(plain.first().copied());
            start(Tool::Dns, name.and_then(name_of), None)
        }
        "test-netconnection" | "tnc" => {
            let named = option(&words, &["-computername"]);
            let plain = positional(&words, &["-port", "-computername", "-informationlevel"]);
            let host = named.or(plain.first().copied()).and_then(name_of);
            let port = option(&words, &["-port", "-p"]).and_then(|port| port.parse().ok());
            start(Tool::Port, host, port)
        }
        _ => None,
    }
}

/// What stands behind `$ `, `# `, `C:\>` and the like, and whether there is such a thing.
fn behind_prompt(line: &str) -> (&str, bool) {
    const FURTHEST: usize = 80;
    let is_prompt = |head: &str| {
        let words = head.split_whitespace().count();
        words <= 1 || head.starts_with(['[', '(']) && words <= 3 || head.starts_with("PS ")
    };
    let mut found = None;
    for (at, c) in line.char_indices().take_while(|(at, _)| *at < FURTHEST) {
        let is_end = matches!(c, '$' | '#' | '%' | '>');
        let head = line.get(..at).unwrap_or_default();
        if is_end && is_prompt(head) {
            found = line.get(at + 1..);
        }
    }
    match found {
        Some(rest) => (rest.trim_start(), true),
        None => (line, false),
    }
}

/// The value of an option, behind it or behind its `=`; names are lower case.
fn option<'a>(words: &[&'a str], names: &[&str]) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(at, word)| {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (*word, None),
        };
        if !names.contains(&name.to_ascii_lowercase().as_str()) {
            return None;
        }
        value.or_else(|| words.get(at + 1).copied())
    })
}

/// The words that are neither options nor the values of those named.
fn positional<'a>(words: &[&'a str], with_value: &[&str]) -> Vec<&'a str> {
    let mut plain = Vec::new();
    let mut is_value = false;
    for word in words {
        let is_option = word.starts_with('-') || word.starts_with('+');
        if !is_option && !is_value {
            plain.push(*word);
        }
        is_value = with_value.contains(&word.to_ascii_lowercase().as_str());
    }
    plain
}

/// The type of record among the words of a command.
pub(super) fn kind_of(words: &[&str]) -> Option<String> {
    const KINDS: [&str; 9] = [
        "a", "aaaa", "any", "cname", "mx", "ns", "ptr", "tlsa", "txt",
    ];
    let lower = words.iter().map(|word| word.to_ascii_lowercase());
    let mut kinds = lower.map(|word| {
        let value = word.rsplit_once('=').map(|(_, value)| value.to_owned());
        if word == "-x" {
            "ptr".to_owned()
        } else {
            value.unwrap_or(word)
        }
    });
    kinds.find(|word| KINDS.contains(&word.as_str()))
}

fn plain_server(words: &[&str]) -> (Option<String>, Option<u16>) {
    let host = words.first().and_then(|word| name_of(word));
    let port = words.get(1).and_then(|word| match *word {
        "smtp" => Some(25),
        word => word.parse().ok(),
    });
    (host, port)
}

/// `mx.firm.example:25`, `[2001:db8::1]:25`.
pub(super) fn server_and_port(word: &str) -> (Option<String>, Option<u16>) {
    let word = word.trim_matches(['"', '\'']);
    let (host, port) = match word.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) || port == "smtp" => (
            host,
            if port == "smtp" {
                Some(25)
            } else {
                port.parse().ok()
            },
        ),
        _ => (word, None),
    };
    (name_of(host), port)
}

/// A host name or an IP address as rows and cases have it.
pub(super) fn name_of(word: &str) -> Option<String> {
    let plain = word.trim_matches(['"', '\'', '[', ']', '(', ')', ',', ';']);
    let plain = plain.trim_end_matches(['.', ':']).to_ascii_lowercase();
    let is_ip = plain.parse::<std::net::IpAddr>().is_ok();
    (is_ip || is_domain(&plain)).then_some(plain)
}

/// Beginnings of lines that go on with what a tool printed, lower case.
fn marks(tool: Tool) -> &'static [&'static str] {
    match tool {
        Tool::Dns => &[
            ";",
            "server:",
            "address",
            "non-authoritative",
            "name:",
            "aliases:",
            "***",
            "** server",
            "dns request",
            "timeout was",
            "name ",
            "----",
            "host ",
            "resolve-dnsname",
            "at line:",
            "+ ",
            "querytype",
            "\"",
        ],
        Tool::Port => &[
            "computername",
            "remoteaddress",
            "remoteport",
            "interfacealias",
            "sourceaddress",
            "pingsucceeded",
            "pingreplydetails",
            "tcptestsucceeded",
            "warning:",
            "nameresolution",
            "detailed",
            "nexthop",
            "netroute",
        ],
        Tool::Session => &[
            "trying ",
            "connected to ",
            "escape character",
            "connection closed",
            "connection to ",
            "connection refused",
            "connection lost",
            "connecting to ",
            "telnet",
            "nc:",
            "ncat:",
            "===",
            "***",
            "<-",
            "->",
            " ->",
            "<~",
            "~>",
            "<**",
            "<~*",
            "* ",
            "> ",
            "< ",
            "curl:",
            "{ [",
            "} [",
            "% total",
            "dload",
            "quit",
            "ehlo ",
            "helo ",
            "mail from",
            "rcpt to",
            "data",
            "starttls",
            "rset",
            "noop",
            "auth ",
            "verbindung",
            "(unknown) [",
            "press any key",
            "0 ",
            "100 ",
        ],
        Tool::Tls => &[
            "connected(",
            "connecting to",
            "depth=",
            "verify ",
            "verification",
            "---",
            "certificate chain",
            "server certificate",
            "-----",
            "subject=",
            "issuer=",
            "no client certificate",
            "acceptable client",
            "client certificate types",
            "requested signature",
            "shared requested",
            "peer signing",
            "peer signature",
            "peer temp",
            "server temp",
            "negotiated",
            "ssl handshake",
            "ssl-session",
            "new, tls",
            "new, (none)",
            "reused, ",
            "server public key",
            "secure renegotiation",
            "compression",
            "expansion",
            "no alpn",
            "early data",
            "protocol",
            "cipher",
            "session-id",
            "session-id-ctx",
            "resumption psk",
            "master-key",
            "psk ",
            "srp username",
            "tls session ticket",
            "start time",
            "timeout ",
            "extended master",
            "max early data",
            "post-handshake",
            "read r block",
            "read:errno",
            "closed",
            "done",
            "quit",
            "notafter",
            "notbefore",
            "didn't find starttls",
            "connect:errno",
            "this tls version",
            "dane ",
            "250 ",
            "250-",
            "220 ",
            "221 ",
            "ehlo ",
            "0000 - ",
            "00",
            "no peer certificate",
            "write:errno",
            "error in process",
            "a:",
            "v:",
            "i:",
            "s:",
            "0 s:",
            "1 s:",
            "2 s:",
            "3 s:",
            "getaddrinfo",
            "gethostbyname",
            "ssl routines",
            "no ssl",
            "can't use ssl",
        ],
    }
}

/// Whether a line goes on with what a tool printed.
pub(super) fn belongs(tool: Tool, content: &str) -> bool {
    let lower = content.trim().to_ascii_lowercase();
    if lower.is_empty() || lower.len() > 4 * LONGEST {
        return false;
    }
    if marks(tool).iter().any(|mark| lower.starts_with(mark)) {
        return true;
    }
    match tool {
        Tool::Dns => is_record(content),
        Tool::Port => false,
        Tool::Session => code(&lower).is_some() || lower == "." || lower.contains(" port [tcp"),
        Tool::Tls => lower.contains(":error:") || lower.contains("certificate"),
    }
}

/// `550 …`, `250-…`: what a server says.
pub(super) fn code(line: &str) -> Option<u16> {
    let code = line.get(..3)?;
    let is_code = code.bytes().all(|byte| byte.is_ascii_digit());
    let ends = matches!(line.as_bytes().get(3), None | Some(b' ' | b'-'));
    (is_code && ends).then(|| code.parse().ok()).flatten()
}

/// A record, as one of the tools writes it: with its class, with the words for it, or alone.
pub(super) fn is_record(content: &str) -> bool {
    const WORDS: [&str; 12] = [
        "mail exchanger =",
        "text =",
        "name =",
        "canonical name =",
        "nameserver =",
        "internet address =",
        " mail is handled by ",
        " has address ",
        " has ipv6 address ",
        " descriptive text ",
        " domain name pointer ",
        " has no mx record",
    ];
    let words: Vec<&str> = content.split_whitespace().collect();
    let has_class = words
        .get(2)
        .is_some_and(|word| *word == "IN" || *word == "CH")
        && words.get(1).is_some_and(|ttl| ttl.parse::<u32>().is_ok());
    let powershell = words.len() >= 4
        && words
            .iter()
            .any(|word| ["Answer", "Authority", "Additional"].contains(word))
        && words.iter().any(|word| word.parse::<u32>().is_ok());
    let short = match words.as_slice() {
        [name] => name.contains('.') && name_of(name).is_some(),
        [preference, name] => preference.parse::<u16>().is_ok() && name.ends_with('.'),
        _ => content.trim_start().starts_with('"'),
    };
    has_class || powershell || short || WORDS.iter().any(|mark| content.contains(mark))
}
