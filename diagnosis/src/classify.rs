//! A bounce becomes a [`Case`]: why each recipient's mail was refused, who has to act, who said no.
//! The knowledge's rows decide; what is here is only how a row is chosen and what follows from it.

use std::sync::LazyLock;

use crate::{
    bounce::{Action, Bounce, Command, EnhancedStatus, Kind, Recipient, ReplyCode, Shape},
    case::{Case, Judgement, Options, Tried, tried},
    knowledge::{
        self, Provider, REPLIES, ReplyRule,
        wordings::{self, Wording},
    },
    reason::{Confidence, Reason, RefusedBy, Side},
    text::{Lower, Span, Spanned},
};

/// Judges each recipient of a bounce.
#[must_use]
pub fn classify(bounce: Bounce) -> Case {
    let recipients = bounce.recipients.iter().enumerate();
    let judgements = recipients
        .map(|(index, recipient)| {
            let judgement = judge(&bounce, recipient);
            after_trials(judgement, tried(&bounce, index))
        })
        .collect();
    Case {
        bounce,
        judgements,
        options: Options::default(),
    }
}

fn judge(bounce: &Bounce, recipient: &Recipient) -> Judgement {
    match bounce.kind {
        Kind::AutoReply => calm(Reason::Vacation),
        Kind::Complaint => calm(Reason::Feedback),
        Kind::Delivered => calm(Reason::Delivered),
        _ if has_arrived(recipient) => calm(Reason::Delivered),
        Kind::Bounce | Kind::Delay => judge_refusal(bounce, recipient),
        Kind::Other | Kind::Suspicious => calm(Reason::Undefined),
    }
}

/// Where no server had answered, tests by hand tell whose turn it is.
fn after_trials(judgement: Judgement, tried: Option<Tried>) -> Judgement {
    let is_silence = matches!(judgement.reason, Reason::Expired | Reason::Networkerror);
    let side = match tried.filter(|_| is_silence && judgement.permanent.is_some()) {
        Some(Tried::PortBlocked | Tried::ShutOut) => Side::SenderAdmin,
        Some(Tried::OneServerDown) => Side::RecipientAdmin,
        // A server that still tries gets through by itself.
        Some(Tried::Reached) if judgement.responsible != Side::Nobody => Side::Sender,
        Some(Tried::Reached | Tried::Silent | Tried::TurnedAway) | None => judgement.responsible,
    };
    Judgement {
        responsible: side,
        ..judgement
    }
}

/// One message may reach some of its recipients and not the others.
fn has_arrived(recipient: &Recipient) -> bool {
    recipient.action.as_ref().is_some_and(|action| {
        matches!(
            action.value,
            Action::Delivered | Action::Relayed | Action::Expanded
        )
    })
}

/// A judgement of what is no delivery trouble.
fn calm(reason: Reason) -> Judgement {
    Judgement {
        reason,
        second_reason: None,
        confidence: Confidence::Certain,
        permanent: None,
        suppress: None,
        responsible: reason.usual_side(),
        refused_by: None,
        provider: None,
        rule: "",
        spans: Vec::new(),
    }
}

fn judge_refusal(bounce: &Bounce, recipient: &Recipient) -> Judgement {
    let said = said(recipient);
    let provider = provider(bounce, recipient, &said);
    let facts = Facts {
        status: recipient.status.as_ref().map(|status| status.value),
        code: recipient.reply_code.as_ref().map(|code| code.value),
        command: recipient.command.as_ref().map(|command| command.value),
        provider,
        withheld: recipient.withheld.is_some(),
    };
    let wordings = wordings::find(&said);
    let category = recipient.category.as_ref();
    let category = category.map_or_else(Vec::new, |word| wordings::find(&word.value.lower()));
    let by_code = best_rule(&facts, &category);
    let best = best_rule(&facts, &wordings)
        .filter(|hit| hit.wording.is_some())
        .or_else(|| by_code.clone());
    let best = best.as_ref();
    let by_code = by_code.as_ref();
    let as_said = best.map_or_else(
        || reason_without_rule(bounce, recipient),
        |hit| hit.rule.reason,
    );
    let late = late_reason(bounce, recipient, best, by_code);
    let reason = late.unwrap_or(as_said);
    let second_reason = best
        .and_then(|hit| hit.rule.second)
        .or_else(|| late.map(|_| as_said))
        .or_else(|| by_code.map(|hit| hit.rule.reason))
        .filter(|second| *second != reason);
    let permanent = is_permanent(bounce, recipient);
    // Where nobody was reached, the server that wrote the report is the sender's.
    let says_who = best.is_some_and(|hit| hit.rule.refused_by.is_some());
    let provider = provider
        .filter(|_| says_who || !(reason.is_silence() && reports_of_itself(bounce, recipient)));
    let refused_by = refused_by(
        bounce,
        recipient,
        reason,
        best.map(|hit| hit.rule),
        provider,
    );
    Judgement {
        reason,
        second_reason,
        confidence: match late {
            Some(_) => Confidence::Unsure,
            None => confidence(best, by_code, reason),
        },
        permanent: Some(permanent),
        suppress: Some(is_over(
            reason,
            permanent || reason == Reason::Userunknown && has_given_up(bounce, recipient),
            best.map(|hit| hit.rule),
        )),
        responsible: match (reason, refused_by) {
            // One's own server relays for those who log in.
            (Reason::Norelaying, RefusedBy::OwnServer) => Side::Sender,
            (Reason::Systemerror | Reason::Systemfull, RefusedBy::OwnServer) => Side::SenderAdmin,
            // The forwarder's server is the one that is refused.
            (Reason::Badreputation | Reason::Blocked, RefusedBy::ForwardTarget) => {
                Side::RecipientAdmin
            }
            _ => responsible(
                bounce,
                recipient,
                as_said,
                permanent,
                best.map(|hit| hit.rule),
            ),
        },
        refused_by: Some(refused_by),
        provider: provider.map(|provider| provider.id),
        rule: best.map_or("", |hit| hit.rule.id),
        spans: spans(recipient, &said, best),
    }
}

/// The diagnostic, lower case, white space folded: what rows are held against.
fn said(recipient: &Recipient) -> String {
    let diagnostic = recipient
        .diagnostic
        .as_ref()
        .map_or("", |diagnostic| diagnostic.value.as_str());
    let diagnostic = knowledge::as_long_as_a_reply(diagnostic);
    diagnostic
        .lower()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The provider: by the name of the server that answered, then by the reply, then by the server
/// that wrote the report where no other was named.
fn provider(bounce: &Bounce, recipient: &Recipient, said: &str) -> Option<&'static Provider> {
    let of_remote = recipient
        .remote_mta
        .as_ref()
        .and_then(|host| knowledge::provider_of_host(&host.value));
    let of_reporter = || {
        bounce
            .reporting_mta
            .as_ref()
            .filter(|_| recipient.remote_mta.is_none())
            .and_then(|host| knowledge::provider_of_host(&host.value))
    };
    of_remote
        .or_else(|| knowledge::provider_of_reply(said))
        .or_else(of_reporter)
}

/// What a row is held against.
#[derive(Clone, Copy)]
struct Facts {
    status: Option<EnhancedStatus>,
    code: Option<ReplyCode>,
    command: Option<Command>,
    provider: Option<&'static Provider>,
    /// Whether the sending service did not try; then only rows that say so count.
    withheld: bool,
}

/// A row that matches, and how well.
#[derive(Clone)]
struct Hit {
    rule: &'static ReplyRule,
    specificity: (u8, usize),
    wording: Option<Wording>,
}

/// The row that says most: by whom it must have been said, then by how much its words say, then by
/// the codes (ARCHITECTURE.md has the order); among equals the one with more words. The order of the
/// rows means nothing.
fn best_rule(facts: &Facts, wordings: &[Wording]) -> Option<Hit> {
    let worded = wordings.iter().filter_map(|wording| {
        let rule = REPLIES.get(wording.rule)?;
        hit(rule, facts, Some(wording))
    });
    let by_code = WORDLESS.iter().filter_map(|rule| hit(rule, facts, None));
    worded.chain(by_code).max_by_key(|hit| hit.specificity)
}

/// The rows without a text: what codes and providers alone say.
static WORDLESS: LazyLock<Vec<&'static ReplyRule>> = LazyLock::new(|| {
    REPLIES
        .iter()
        .filter(|rule| rule.texts.is_empty())
        .collect()
});

fn hit(rule: &'static ReplyRule, facts: &Facts, wording: Option<&Wording>) -> Option<Hit> {
    let provider = facts.provider.map(|provider| provider.id);
    let fits = (rule.provider.is_none() || rule.provider == provider)
        && rule
            .status
            .as_ref()
            .is_none_or(|pattern| facts.status.is_some_and(|status| pattern.holds(status)))
        && rule
            .code
            .is_none_or(|code| facts.code == Some(ReplyCode(code)))
        && match facts.withheld {
            true => rule.refused_by == Some(RefusedBy::SenderProvider),
            false => !rule.withheld,
        }
        && (!rule.own || facts.code.is_none())
        && rule
            .command
            .is_none_or(|command| facts.command == Some(command));
    if !fits {
        return None;
    }
    let words = match wording {
        None => 0,
        Some(_) if rule.weak => 4,
        Some(_) if rule.keyword => 5,
        Some(wording) if wording.has_class => 12,
        Some(_) => 16,
    };
    // Some codes say little: x.7.1 is written for all that was not wanted.
    let status = match &rule.status {
        None => 0,
        Some(_) if rule.weak && wording.is_none() => 3,
        Some(_) => 8,
    };
    let rank = u8::from(rule.provider.is_some()) * 32
        + u8::from(rule.withheld) * 14
        + words
        + status
        + u8::from(rule.code.is_some()) * 2
        + u8::from(rule.own || rule.command.is_some());
    // A pattern for one class is more precise than one for both.
    let one_class = rule
        .status
        .as_ref()
        .is_some_and(|pattern| pattern.class != 0);
    let precision = wording.map_or(0, |wording| wording.length) + usize::from(one_class);
    Some(Hit {
        rule,
        specificity: (rank, precision),
        wording: wording.cloned(),
    })
}

/// Words that say what is wrong, and a code that agrees, are certain; a code that says another thing,
/// or a row that knows a second meaning, makes it unsure.
fn confidence(best: Option<&Hit>, by_code: Option<&Hit>, reason: Reason) -> Confidence {
    let Some(best) = best else {
        return Confidence::Unsure;
    };
    let worded = best.wording.is_some();
    let vague = best.rule.weak || best.rule.keyword || best.rule.second.is_some();
    match by_code.map(|hit| hit.rule.reason) {
        Some(coded) if worded && coded == reason && !vague => Confidence::Certain,
        Some(coded) if worded && coded == reason => Confidence::Likely,
        Some(coded) if worded && coded != reason => Confidence::Likely,
        _ if best.rule.provider.is_some() && !vague => Confidence::Certain,
        _ if best.rule.withheld => Confidence::Likely,
        _ if worded && best.rule.second.is_none() => Confidence::Likely,
        _ if worded => Confidence::Unsure,
        _ if best.rule.status.is_some() && best.rule.second.is_none() => Confidence::Likely,
        _ => Confidence::Unsure,
    }
}

/// Where nothing matches: a server that gave up after a delay ran out of time; words that no row
/// knows are `onhold`, silence is `undefined`.
fn reason_without_rule(bounce: &Bounce, recipient: &Recipient) -> Reason {
    match (bounce.kind, &recipient.diagnostic) {
        (Kind::Delay, _) => Reason::Expired,
        (_, Some(_)) => Reason::Onhold,
        (_, None) => Reason::Undefined,
    }
}

/// What the row means where the address itself had passed ([`ReplyRule::late`]): "user unknown"
/// behind DATA is as likely a filter that says so, which Sisimai calls `filtered`.
fn late_reason(
    bounce: &Bounce,
    recipient: &Recipient,
    best: Option<&Hit>,
    by_code: Option<&Hit>,
) -> Option<Reason> {
    let hit = best.filter(|hit| hit.wording.is_some())?;
    let late = hit.rule.late?;
    let is_report = matches!(
        bounce.shape,
        Shape::Report | Shape::Prose | Shape::Transcript
    );
    let is_late = match recipient.command.as_ref().map(|command| command.value) {
        Some(Command::Data) => true,
        Some(_) => false,
        None => is_report,
    };
    // RFC 3463, section 3.2: x.1.x is about addresses.
    let of_address = recipient
        .status
        .as_ref()
        .is_some_and(|status| status.value.subject == 1);
    let code_agrees = by_code.is_some_and(|coded| coded.rule.reason == hit.rule.reason);
    let is_of_server = recipient
        .reply_code
        .as_ref()
        .zip(recipient.diagnostic.as_ref())
        .is_some_and(|(code, said)| said.value.starts_with(&code.value.to_string()));
    (is_late && is_of_server && !of_address && !code_agrees).then_some(late)
}

/// The class of the refusal: the reply code decides, then the status; without either it is
/// permanent where the sender gave up.
fn is_permanent(bounce: &Bounce, recipient: &Recipient) -> bool {
    if let Some(code) = &recipient.reply_code {
        return code.value.class() == 5;
    }
    if let Some(status) = &recipient.status {
        return status.value.class == 5;
    }
    match recipient.action.as_ref().map(|action| action.value) {
        Some(action) => action == Action::Failed,
        None => bounce.kind == Kind::Bounce,
    }
}

/// Whether the sending server tries no more, whatever the class of the code.
fn has_given_up(bounce: &Bounce, recipient: &Recipient) -> bool {
    let action = recipient.action.as_ref().map(|action| action.value);
    bounce.kind == Kind::Bounce && action == Some(Action::Failed)
}

fn is_over(reason: Reason, permanent: bool, rule: Option<&ReplyRule>) -> bool {
    let as_said = rule.and_then(|rule| rule.suppress);
    permanent && as_said.unwrap_or_else(|| reason.ends_an_address())
}

/// While the sender's server still tries and the trouble may pass, nobody has to act. Once it has
/// given up, the sender has to send again.
fn responsible(
    bounce: &Bounce,
    recipient: &Recipient,
    reason: Reason,
    permanent: bool,
    rule: Option<&ReplyRule>,
) -> Side {
    if bounce.kind == Kind::Delay && !permanent && reason.may_pass() {
        return Side::Nobody;
    }
    let side = rule
        .and_then(|rule| rule.side)
        .unwrap_or_else(|| reason.usual_side());
    if was_passed_on(recipient) && is_about_the_mailbox(reason) {
        return Side::Recipient;
    }
    let given_up = recipient
        .action
        .as_ref()
        .is_some_and(|action| action.value == Action::Failed);
    match side {
        Side::Nobody if given_up => Side::Sender,
        side => side,
    }
}

fn refused_by(
    bounce: &Bounce,
    recipient: &Recipient,
    reason: Reason,
    rule: Option<&ReplyRule>,
    provider: Option<&'static Provider>,
) -> RefusedBy {
    if let Some(by) = rule.and_then(|rule| rule.refused_by) {
        return by;
    }
    if provider.is_some_and(|provider| provider.filter) {
        return RefusedBy::Filter;
    }
    let answered = recipient.reply_code.is_some() || recipient.remote_mta.is_some();
    if reason.is_silence() && (!answered || reports_of_itself(bounce, recipient)) {
        return RefusedBy::Nobody;
    }
    if bounce.system.as_ref().map(|system| system.value) == Some(knowledge::MAIL_PROGRAM) {
        return RefusedBy::OwnServer;
    }
    if answered && was_passed_on(recipient) {
        return RefusedBy::ForwardTarget;
    }
    let is_own_word = !answered || recipient.remote_mta.is_none();
    if is_own_word && wrote_for_the_recipient(bounce, recipient) {
        return RefusedBy::MailboxHost;
    }
    match bounce.reporting_mta.is_some() && !answered {
        true if looked_in_its_own_mailboxes(bounce, reason) => RefusedBy::MailboxHost,
        true => RefusedBy::OwnServer,
        false => RefusedBy::RecipientMx,
    }
}

/// Whether qmail looked for a mailbox on itself, for a domain of other people than the sender: it takes
/// a message first and looks for the mailbox then.
fn looked_in_its_own_mailboxes(bounce: &Bounce, reason: Reason) -> bool {
    let system = bounce.system.as_ref().map(|system| system.value);
    let sending = &bounce.sending;
    let is_the_senders = [&sending.from_domain, &sending.envelope_domain]
        .into_iter()
        .flatten()
        .any(|domain| {
            let reporter = bounce.reporting_mta.as_ref();
            reporter.is_some_and(|host| is_below(&host.value, &domain.value))
        });
    system == Some(knowledge::QMAIL) && is_about_the_mailbox(reason) && !is_the_senders
}

/// Whether what is said is the conclusion of the server that wrote the report, not an answer that it
/// got.
fn reports_of_itself(bounce: &Bounce, recipient: &Recipient) -> bool {
    let reporter = bounce.reporting_mta.as_ref().map(|host| &host.value);
    let remote = recipient.remote_mta.as_ref().map(|host| &host.value);
    reporter.is_some() && (remote.is_none() || remote == reporter)
}

/// Reasons that only the owner of a mailbox, or of the forwarding to it, can do something about.
fn is_about_the_mailbox(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Filtered
            | Reason::Hasmoved
            | Reason::Mailboxfull
            | Reason::Suspend
            | Reason::Userunknown
    )
}

/// Whether the message was refused at another domain than the one that it was written to.
fn was_passed_on(recipient: &Recipient) -> bool {
    let domain = |address: &Option<Spanned<String>>| {
        let (_, domain) = address.as_ref()?.value.rsplit_once('@')?;
        Some(domain.to_ascii_lowercase())
    };
    match (domain(&recipient.original), domain(&recipient.address)) {
        (Some(written_to), Some(refused)) => written_to != refused,
        _ => false,
    }
}

/// Whether the server that wrote the report belongs to the recipient's domain.
fn wrote_for_the_recipient(bounce: &Bounce, recipient: &Recipient) -> bool {
    let domain = recipient
        .address
        .as_ref()
        .and_then(|address| address.value.rsplit_once('@'))
        .map(|(_, domain)| domain);
    match (domain, &bounce.reporting_mta) {
        (Some(domain), Some(reporter)) => is_below(&reporter.value, domain),
        _ => false,
    }
}

/// Whether a host is a domain, or below it.
fn is_below(host: &str, domain: &str) -> bool {
    let rest = host.strip_suffix(domain);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The place of what the row fired on: the diagnostic where words decided, else the codes.
fn spans(recipient: &Recipient, said: &str, best: Option<&Hit>) -> Vec<Span> {
    let Some(wording) = best.and_then(|hit| hit.wording.as_ref()) else {
        let status = recipient.status.iter().flat_map(|status| &status.spans);
        let code = recipient.reply_code.iter().flat_map(|code| &code.spans);
        let withheld = recipient.withheld.iter().flat_map(|word| &word.spans);
        return crate::text::in_order(status.chain(code).chain(withheld).copied().collect());
    };
    let Some(diagnostic) = &recipient.diagnostic else {
        return Vec::new();
    };
    let words: Vec<&str> = wording
        .places
        .iter()
        .filter_map(|(start, end)| said.get(*start..*end))
        .collect();
    narrow(diagnostic, &words)
}

/// The part of a diagnostic that the words stand in; all of it where white space was folded inside
/// of them.
fn narrow(said: &Spanned<String>, words: &[&str]) -> Vec<Span> {
    let lower = said.value.to_ascii_lowercase();
    let Some(start) = words.first().and_then(|first| lower.find(first)) else {
        return said.spans.clone();
    };
    let mut end = start;
    for word in words {
        match lower.get(end..).and_then(|rest| rest.find(word)) {
            Some(found) => end += found + word.len(),
            None => return said.spans.clone(),
        }
    }
    // A row may hold the stem of a word only.
    let rest = lower.get(end..).unwrap_or_default().bytes();
    end += rest.take_while(u8::is_ascii_alphanumeric).count();
    crate::text::narrow(said, start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{read::read, text::no_decoder};

    /// Every example of a row must be won by that row among all rows, and so must each of its texts,
    /// standing alone.
    #[test]
    fn every_example_is_won_by_its_own_row() {
        let mut wrong = Vec::new();
        for rule in REPLIES.iter() {
            for example in rule.examples() {
                let case = classify(read(example.as_bytes(), no_decoder).remove(0));
                let winner = case.judgements.first().map_or("(nothing read)", |j| j.rule);
                let by_words = said_winner(example, rule);
                if winner != rule.id && by_words != rule.id {
                    wrong.push(format!(
                        "{}: {example:?} is won by {winner} / {by_words}",
                        rule.id
                    ));
                }
            }
            for text in rule.alternatives() {
                let words = text.replace(knowledge::GAP, " x ");
                let winner = said_winner(&words, rule);
                if words.contains('<') {
                    continue;
                }
                if winner != rule.id {
                    wrong.push(format!("{}: {words:?} is won by {winner}", rule.id));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// The row that wins where only words, and the code and provider that `rule` asks for, are known.
    fn said_winner(words: &str, rule: &ReplyRule) -> &'static str {
        let said = words.lower();
        let status = rule.status.as_ref().map(|pattern| EnhancedStatus {
            class: if pattern.class == 4 { 4 } else { 5 },
            subject: pattern.subject,
            detail: pattern.details.0,
        });
        let facts = Facts {
            status,
            code: rule.code.map(ReplyCode),
            command: rule.command,
            provider: rule
                .provider
                .and_then(knowledge::provider)
                .or_else(|| knowledge::provider_of_reply(&said)),
            withheld: rule.withheld,
        };
        best_rule(&facts, &wordings::find(&said)).map_or("(none)", |hit| hit.rule.id)
    }

    #[test]
    fn rows_never_tie() {
        let mut wrong = Vec::new();
        for rule in REPLIES.iter() {
            for example in rule.examples() {
                let said = example.lower();
                let read = read(example.as_bytes(), no_decoder).remove(0);
                let recipient = read.recipients.first();
                let facts = Facts {
                    status: recipient.and_then(|r| r.status.as_ref()).map(|s| s.value),
                    code: recipient
                        .and_then(|r| r.reply_code.as_ref())
                        .map(|c| c.value),
                    command: recipient.and_then(|r| r.command.as_ref()).map(|c| c.value),
                    provider: knowledge::provider_of_reply(&said),
                    withheld: recipient.is_some_and(|r| r.withheld.is_some()),
                };
                let wordings = wordings::find(&said);
                let Some(best) = best_rule(&facts, &wordings) else {
                    continue;
                };
                let rivals: Vec<&str> = wordings
                    .iter()
                    .filter_map(|wording| hit(&REPLIES[wording.rule], &facts, Some(wording)))
                    .chain(WORDLESS.iter().filter_map(|rule| hit(rule, &facts, None)))
                    .filter(|hit| {
                        hit.specificity == best.specificity && hit.rule.id != best.rule.id
                    })
                    .filter(|hit| hit.rule.reason != best.rule.reason)
                    .map(|hit| hit.rule.id)
                    .collect();
                if !rivals.is_empty() {
                    wrong.push(format!("{example:?}: {} and {rivals:?}", best.rule.id));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
