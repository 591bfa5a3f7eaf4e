//! The messages between this page in a frame and the page around it.

use diagnosis::{
    json::{Json, ToJson, write_object},
    report::Report,
};

const VERSION: u32 = 1;

/// What the frame says.
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

/// A message as JSON.
pub(crate) fn write(message: &Outgoing<'_>) -> String {
    let (kind, fields): (&str, &[(&str, &dyn ToJson)]) = match message {
        Outgoing::Ready => ("ready", &[]),
        Outgoing::Resize { height } => ("resize", &[("height", height)]),
        Outgoing::Result { report, link } => ("result", &[("report", report), ("link", link)]),
        Outgoing::Insert { text } => ("insert", &[("text", text)]),
    };
    let head: [(&str, &dyn ToJson); 2] = [("bounceClinic", &VERSION), ("type", &kind)];
    let mut out = String::new();
    write_object(&mut out, &[&head, fields].concat());
    out
}

/// Reads a message; `None` for what is not one of ours.
pub(crate) fn read(text: &str) -> Option<Incoming> {
    let message = Json::read(text)?;
    let message = message.value();
    if message.field("bounceClinic").number() != Some(VERSION) {
        return None;
    }
    let kind = message.field("type").text()?;
    let made = match kind {
        "diagnose" => Incoming::Diagnose,
        "theme" => Incoming::Theme,
        "locale" => Incoming::Locale,
        _ => return None,
    };
    let field = if kind == "diagnose" { "text" } else { kind };
    message
        .field(field)
        .text()
        .map(|text| made(text.to_owned()))
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
