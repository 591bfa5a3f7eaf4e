//! What a server logs of mail that it turned away: the recipient's side of a bounce, with the
//! address and the name of the client that it refused.

use std::ops::Range;

use crate::{
    bounce::{Action, Command, Recipient},
    text::{Lower, Spanned},
};

use super::{
    Attempt, Client, Log, action_of_codes, address, entry::Entry, pairs, pairs::Pairs, said,
};

/// Takes the entry over; tells whether it was one of this shape.
pub(super) fn read(entry: &Entry, log: &mut Log) -> bool {
    let found = by_pairs(entry)
        .or_else(|| by_stage(entry))
        .or_else(|| by_word(entry));
    let Some(found) = found else {
        return false;
    };
    let Refusal {
        recipients,
        refused,
        sender,
        client,
    } = found;
    log.client.ip = log.client.ip.take().or(client.ip);
    log.client.helo = log.client.helo.take().or(client.helo);
    if let Some(sender) = sender {
        log.senders.entry(None).or_insert(sender);
    }
    let addresses: Vec<_> = match recipients.is_empty() {
        true => vec![None],
        false => recipients.into_iter().map(Some).collect(),
    };
    log.attempts
        .extend(addresses.into_iter().map(|address| Attempt {
            recipient: Recipient {
                address,
                ..refused.clone()
            },
            ..Attempt::default()
        }));
    true
}

struct Refusal {
    recipients: Vec<Spanned<String>>,
    refused: Recipient,
    sender: Option<Spanned<String>>,
    client: Client,
}

/// The words for the stage, as servers log them.
const STAGES: [(&str, Command); 14] = [
    ("connect", Command::Conn),
    ("connection", Command::Conn),
    ("helo", Command::Ehlo),
    ("ehlo", Command::Ehlo),
    ("starttls", Command::Starttls),
    ("auth", Command::Auth),
    ("mail", Command::Mail),
    ("rcpt", Command::Rcpt),
    ("data", Command::Data),
    ("bdat", Command::Data),
    ("end-of-message", Command::Data),
    ("after data", Command::Data),
    ("header", Command::Data),
    ("body", Command::Data),
];

fn stage(entry: &Entry, at: usize) -> Option<Spanned<Command>> {
    let rest = entry.at(at..entry.as_str().len());
    let head = rest
        .get(..rest.len().min(20))
        .unwrap_or_default()
        .to_ascii_lowercase();
    STAGES
        .iter()
        .filter(|(word, _)| {
            let behind = head.strip_prefix(word).unwrap_or("x");
            !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
        })
        .max_by_key(|(word, _)| word.len())
        .map(|(word, command)| Spanned::new(*command, entry.text.spans(at..at + word.len())))
}

/// Postfix: `NOQUEUE: reject: RCPT from name[203.0.113.25]: 550 …; from=<…> to=<…> helo=<…>`, and
/// `reject: header Subject: … from name[203.0.113.25]; from=<…> to=<…> helo=<…>: what was said`.
fn by_stage(entry: &Entry) -> Option<Refusal> {
    const WORD: &str = "reject: ";
    let line = entry.as_str();
    let word = line.find(WORD)?;
    let start = word + WORD.len();
    let command = stage(entry, start)?;
    let tail = line
        .rfind("; from=<")
        .or_else(|| line.rfind("; proto="))
        .unwrap_or(line.len());
    let head = line.get(..tail)?;
    let of_content = matches!(entry.at(start..start + 4), "head" | "body");
    let from = match of_content {
        true => head.rfind(" from ")?,
        false => start + head.get(start..)?.find(" from ")?,
    } + " from ".len();
    let pairs = Pairs::read(line, tail);
    let client_end = from + head.get(from..)?.find(']')?;
    let reply = match of_content {
        true => words_behind(line, tail)?,
        false => colon(head, client_end)?..tail,
    };
    let (_, ip) = pairs::server(entry, from..client_end);
    let read = said(&entry.text, reply);
    let action = action_of_codes(&read)
        .map(|action| Spanned::new(action.value, span_of(entry, word, "reject")));
    Some(Refusal {
        recipients: values(entry, &pairs, "to"),
        refused: Recipient {
            action,
            command: Some(command),
            remote_mta: None,
            remote_ip: None,
            ..read
        },
        sender: values(entry, &pairs, "from").into_iter().next(),
        client: Client {
            ip,
            helo: pairs.get(&["helo"]).and_then(|range| helo(entry, range)),
        },
    })
}

fn span_of(entry: &Entry, at: usize, word: &str) -> Vec<crate::text::Span> {
    entry.text.spans(at..at + word.len())
}

/// Behind `: ` at or after `at`.
fn colon(head: &str, at: usize) -> Option<usize> {
    Some(at + head.get(at..)?.find(": ")? + 2)
}

/// Behind the last pair: `helo=<mail.shop.example>: 5.7.1 message content rejected`.
fn words_behind(line: &str, tail: usize) -> Option<Range<usize>> {
    let at = line.get(tail..)?.rfind(">: ")?;
    Some(tail + at + 3..line.len())
}

fn values(entry: &Entry, pairs: &Pairs<'_>, key: &str) -> Vec<Spanned<String>> {
    let range = pairs
        .get(&[key])
        .filter(|range| entry.at(range.clone()) != "<>");
    range.map_or_else(Vec::new, |range| pairs::addresses(entry, range))
}

fn helo(entry: &Entry, range: Range<usize>) -> Option<Spanned<String>> {
    let value = entry.at(range.clone());
    let opening = value.len() - value.trim_start_matches(['<', '(', '[']).len();
    let end = value.find(['>', ')', ']']).unwrap_or(value.len());
    let name = entry
        .text
        .spanned(range.start + opening..range.start + end)?;
    (!name.value.is_empty()).then(|| name.map(|name| name.lower()))
}

/// Sendmail: `ruleset=check_rcpt, arg1=<…>, relay=name [203.0.113.25], reject=550 5.7.1 …`.
fn by_pairs(entry: &Entry) -> Option<Refusal> {
    if !entry.as_str().contains("reject=") {
        return None;
    }
    let pairs = Pairs::read(entry.as_str(), entry.rest);
    let reply = pairs.get(&["reject"])?;
    let ruleset = pairs.get(&["ruleset"])?;
    let (word, command) = match entry.at(ruleset.clone()) {
        "check_rcpt" => ("rcpt", Command::Rcpt),
        "check_mail" => ("mail", Command::Mail),
        "check_relay" => ("relay", Command::Conn),
        "check_eoh" | "check_data" => ("eoh", Command::Data),
        _ => return None,
    };
    let read = said(&entry.text, reply.clone());
    let ip = pairs
        .get(&["relay"])
        .and_then(|range| pairs::server(entry, range).1);
    let named = match command {
        Command::Rcpt => values(entry, &pairs, "arg1"),
        _ => Vec::new(),
    };
    Some(Refusal {
        recipients: named,
        refused: Recipient {
            action: action_of_codes(&read),
            command: Some(Spanned::new(
                command,
                entry.text.spans(ruleset.end - word.len()..ruleset.end),
            )),
            remote_mta: None,
            remote_ip: None,
            ..read
        },
        sender: match command {
            Command::Mail => values(entry, &pairs, "arg1").into_iter().next(),
            _ => values(entry, &pairs, "from").into_iter().next(),
        },
        client: Client { ip, helo: None },
    })
}

/// Exim: `H=name (helo) [203.0.113.25] F=<…> rejected RCPT <…>: what was said`.
fn by_word(entry: &Entry) -> Option<Refusal> {
    const WORD: &str = " rejected ";
    const TEMPORARILY: &str = " temporarily";
    let line = entry.as_str();
    let at = line.find(WORD)?;
    let client = line.get(..at)?.find("H=")?;
    let command = stage(entry, at + WORD.len())?;
    let behind = at + WORD.len();
    let said_at = colon(line, behind).unwrap_or(line.len());
    let head = line.get(..at)?;
    let action = match head.ends_with(TEMPORARILY) {
        true => Action::Delayed,
        false => Action::Failed,
    };
    let sender = head.find(" F=<").and_then(|from| {
        let end = from + head.get(from..)?.find('>')?;
        pairs::addresses(entry, from + 3..end + 1)
            .into_iter()
            .next()
    });
    let recipient = address::find(line.get(..said_at)?, behind)
        .filter(|_| command.value == Command::Rcpt)
        .and_then(|range| address::at(&entry.text, range));
    Some(Refusal {
        recipients: recipient.into_iter().collect(),
        refused: Recipient {
            action: Some(Spanned::new(
                action,
                entry.text.spans(at + 1..at + WORD.len() - 1),
            )),
            command: Some(command),
            remote_mta: None,
            remote_ip: None,
            ..said(&entry.text, said_at..line.len())
        },
        sender: sender.filter(|sender| sender.value.contains('@')),
        client: exim_client(entry, client + 2..at),
    })
}

/// `name (helo) [ip]`; where there are no parentheses, the name is what was said.
fn exim_client(entry: &Entry, range: Range<usize>) -> Client {
    let value = entry.at(range.clone());
    let end = value.find(']').map_or(value.len(), |end| end + 1);
    let value = value.get(..end).unwrap_or_default();
    let (_, ip) = pairs::server(entry, range.start..range.start + end);
    let said = match value.find('(') {
        Some(open) => helo(entry, range.start + open..range.start + end),
        None => address::host_at(value, 0)
            .and_then(|name| helo(entry, range.start + name.start..range.start + name.end)),
    };
    Client { ip, helo: said }
}
