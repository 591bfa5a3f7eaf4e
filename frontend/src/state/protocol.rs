//! The messages between this page in a frame and the page around it.

use diagnosis::report::Report;
use serde::{Deserialize, Serialize};

const VERSION: u32 = 1;

/// What the frame says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Outgoing<'a> {
    /// The frame hears.
    Ready,
    /// The frame's content has this height, in CSS pixels.
    Resize { height: u32 },
    /// A diagnosis is complete.
    Result { report: &'a Report, link: String },
    /// A text to put into a reply.
    Insert { text: String },
}

/// What the host says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// A bounce to read.
    Diagnose(String),
    /// `light`, `dark`, or anything else for the reader's own choice.
    Theme(String),
    /// The locale for dates.
    Locale(String),
}

#[derive(Serialize)]
struct Envelope<'a> {
    #[serde(rename = "bounceClinic")]
    version: u32,
    #[serde(flatten)]
    message: &'a Outgoing<'a>,
}

#[derive(Deserialize)]
struct Received {
    #[serde(rename = "bounceClinic")]
    version: u32,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    theme: Option<String>,
    #[serde(default)]
    locale: Option<String>,
}

/// A message as JSON.
pub(crate) fn write(message: &Outgoing<'_>) -> String {
    let envelope = Envelope {
        version: VERSION,
        message,
    };
    // Maps with keys that are no strings would fail; there are none.
    serde_json::to_string(&envelope).unwrap_or_default()
}

/// Reads a message; `None` for what is not one of ours.
pub(crate) fn read(text: &str) -> Option<Incoming> {
    let received: Received = serde_json::from_str(text).ok()?;
    if received.version != VERSION {
        return None;
    }
    match received.kind.as_str() {
        "diagnose" => received.text.map(Incoming::Diagnose),
        "theme" => received.theme.map(Incoming::Theme),
        "locale" => received.locale.map(Incoming::Locale),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_carry_the_version_and_their_type() {
        assert_eq!(
            write(&Outgoing::Ready),
            r#"{"bounceClinic":1,"type":"ready"}"#
        );
        assert_eq!(
            write(&Outgoing::Resize { height: 320 }),
            r#"{"bounceClinic":1,"type":"resize","height":320}"#
        );
        assert_eq!(
            write(&Outgoing::Insert {
                text: "a \"b\"".into()
            }),
            r#"{"bounceClinic":1,"type":"insert","text":"a \"b\""}"#
        );
    }

    #[test]
    fn only_our_own_messages_are_read() {
        assert_eq!(
            read(r#"{"bounceClinic":1,"type":"diagnose","text":"550","more":[]}"#),
            Some(Incoming::Diagnose("550".into()))
        );
        assert_eq!(
            read(r#"{"bounceClinic":1,"type":"theme","theme":"dark"}"#),
            Some(Incoming::Theme("dark".into()))
        );
        for other in [
            "",
            "null",
            "[]",
            r#"{"type":"diagnose","text":"550"}"#,
            r#"{"bounceClinic":2,"type":"diagnose","text":"550"}"#,
            r#"{"bounceClinic":1,"type":"diagnose"}"#,
            r#"{"bounceClinic":1,"type":"diagnose","text":7}"#,
            r#"{"bounceClinic":1,"type":"result","text":"x"}"#,
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
