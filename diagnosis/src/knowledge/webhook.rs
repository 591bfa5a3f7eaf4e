//! What the keys and the words of webhooks, API rows and CSV exports mean.

use std::sync::LazyLock;

use super::packed::{self, packed_variants};

/// What a value says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// Action, in the words of RFC 3464.
    Action,
    /// The recipient.
    Address,
    /// When the message was taken for delivery.
    Arrival,
    /// The service's own pigeonhole.
    Category,
    /// A reply code or an enhanced status code.
    Code,
    /// The SMTP command.
    Command,
    /// What happened.
    Event,
    /// The From field or its address.
    From,
    /// Nothing that counts.
    Ignored,
    /// The reverse-path.
    MailFrom,
    /// The recipient as it was given at first.
    Original,
    /// The address of the server that answered.
    RemoteIp,
    /// The name of the server that answered.
    RemoteMta,
    /// What the server said.
    Reply,
    /// The service's own server.
    ReportingMta,
    /// The address that it was sent from.
    SendingIp,
    /// Whether a failure is for good.
    Severity,
    /// What happened, or a code, or a pigeonhole.
    State,
    /// When it happened.
    Time,
    /// Recipients, where none is named by itself.
    To,
    /// How long it is tried.
    Until,
    /// Words of the server or of the service.
    Words,
}

impl Field {
    const ALL: &[Self] = &[
        Self::Action,
        Self::Address,
        Self::Arrival,
        Self::Category,
        Self::Code,
        Self::Command,
        Self::Event,
        Self::From,
        Self::Ignored,
        Self::MailFrom,
        Self::Original,
        Self::RemoteIp,
        Self::RemoteMta,
        Self::Reply,
        Self::ReportingMta,
        Self::SendingIp,
        Self::Severity,
        Self::State,
        Self::Time,
        Self::To,
        Self::Until,
        Self::Words,
    ];
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// An automatic reply came.
    AutoReply,
    /// It was refused, or given up.
    Bounce,
    /// The recipient complained.
    Complaint,
    /// It is still tried.
    Delay,
    /// It was delivered.
    Delivered,
    /// Nothing about delivery.
    Engaged,
    /// It went out; delivered where a server's reply says so.
    Sent,
    /// The service's suppression list stopped it.
    Suppressed,
    /// Something about delivery, told elsewhere.
    Unclear,
    /// The service did not try.
    Withheld,
}

impl Event {
    const ALL: &[Self] = &[
        Self::AutoReply,
        Self::Bounce,
        Self::Complaint,
        Self::Delay,
        Self::Delivered,
        Self::Engaged,
        Self::Sent,
        Self::Suppressed,
        Self::Unclear,
        Self::Withheld,
    ];
}

/// What a key says, and the service in whose events alone it says so.
type Meaning = (Field, Option<&'static str>);

packed_variants! { Event::AutoReply Field::Action }

include!(concat!(env!("OUT_DIR"), "/webhooks.rs"));

/// What the value under `key` right below `above` says; both as [`plain_key`] gives them. The second
/// is the service in whose events alone it says so.
pub(crate) fn field(above: &str, key: &str) -> Option<Meaning> {
    let path = || above.bytes().chain(*b".").chain(key.bytes());
    let below = FIELDS.binary_search_by(|(known, _)| known.bytes().cmp(path()));
    let below = below.ok().and_then(|place| FIELDS.get(place));
    below
        .map(|(_, field)| *field)
        .or_else(|| find(&FIELDS, key))
}

/// The service that alone writes `key`.
pub(crate) fn service(key: &str) -> Option<&'static str> {
    find(&SERVICES, key)
}

/// The service with that name.
pub(crate) fn service_named(name: &str) -> Option<&'static str> {
    SERVICES
        .iter()
        .map(|(_, known)| *known)
        .find(|known| *known == name)
}

fn find<T: Copy>(table: &[(&str, T)], key: &str) -> Option<T> {
    let place = table.binary_search_by_key(&key, |(known, _)| known).ok()?;
    table.get(place).map(|(_, value)| *value)
}

/// What an event's name says: the longest of the rows' words that it has.
pub(crate) fn event(name: &str) -> Option<Event> {
    const LONGEST: usize = 60;
    if name.len() > LONGEST {
        return None;
    }
    let words = plain_words(name);
    EVENTS
        .iter()
        .filter(|(known, _)| begins_a_word(&words, known))
        .max_by_key(|(known, _)| known.len())
        .map(|(_, event)| *event)
        .filter(|event| *event != Event::Unclear)
}

fn begins_a_word(words: &str, known: &str) -> bool {
    words
        .match_indices(known)
        .any(|(at, _)| words.get(..at).is_some_and(|head| head.ends_with(' ')))
}

/// A key, letters and digits alone, lower case.
pub(crate) fn plain_key(key: &str) -> String {
    key.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// `MessageDeliveryFailed`, `delivery_failed` as ` delivery failed `: each word behind a blank.
fn plain_words(name: &str) -> String {
    let mut words = " ".to_owned();
    let mut after_lower = false;
    for c in name.chars() {
        let starts_word = c.is_ascii_uppercase() && after_lower;
        if (starts_word || !c.is_ascii_alphanumeric()) && !words.ends_with(' ') {
            words.push(' ');
        }
        if c.is_ascii_alphanumeric() {
            words.push(c.to_ascii_lowercase());
        }
        after_lower = c.is_ascii_lowercase();
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_words_of_an_event_decide() {
        use Event::*;
        let names = [
            ("bounce", Bounce),
            ("hardBounces", Bounce),
            ("HARD_BOUNCE", Bounce),
            ("soft bounce", Bounce),
            ("email.delivery_delayed", Delay),
            ("MessageDeliveryFailed", Bounce),
            ("MessageDelayed", Delay),
            ("SoftFail", Delay),
            ("Delivery", Delivered),
            ("undelivered", Bounce),
            ("activity.sent", Sent),
            ("spamreport", Complaint),
            ("SpamNotification", Bounce),
            ("dropped", Withheld),
            ("OnAccountSuppressionList", Suppressed),
            ("suppress-bounce", Suppressed),
            ("policy_rejection", Withheld),
            ("out_of_band", Bounce),
            ("group_unsubscribe", Engaged),
            ("opened", Engaged),
        ];
        for (name, expected) in names {
            assert_eq!(event(name), Some(expected), "{name}");
        }
        for name in [
            "Notification",
            "sender",
            "email",
            "EmailDeliveryReportReceived",
            "",
        ] {
            assert_eq!(event(name), None, "{name}");
        }
    }

    #[test]
    fn a_key_below_another_wins() {
        assert_eq!(field("", "Email"), None);
        assert_eq!(field("", "email"), Some((Field::Address, None)));
        assert_eq!(field("from", "email"), Some((Field::From, None)));
        assert_eq!(field("", "ip"), Some((Field::SendingIp, Some("SendGrid"))));
        assert_eq!(plain_key("SMTP_Response "), "smtpresponse");
    }
}
