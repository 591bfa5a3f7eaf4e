//! Ready messages to those who have to act, as plain text and as Markdown.

use super::{Headline, State, Step, narrowest, setting::Setting};
use crate::{
    case::Case,
    knowledge::{Addressee, HANDOVERS, Handover as Rule},
    wording::{Slot, Value, Values, Words, fill_with},
};

/// For more recipients than these nobody writes one by one.
const MOST_RECIPIENTS: usize = 20;

/// A longer reply is cut.
const LONGEST_REPLY: usize = 500;

/// A message that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// Whom it is for.
    pub to: Addressee,
    /// Its language, by tag.
    pub language: String,
    /// The recipients that it is about, by index.
    pub recipients: Vec<usize>,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The same as Markdown.
    pub markdown: String,
}

/// What the messages are written from.
pub(super) struct Material<'a> {
    pub(super) headlines: &'a [Headline],
    pub(super) steps: &'a [Step],
    pub(super) words: &'a Words,
}

/// The messages that a case calls for; what reads the same for several recipients is one.
pub(super) fn handovers(
    case: &Case,
    settings: &[Setting<'_>],
    material: &Material<'_>,
) -> Vec<Handover> {
    if settings.is_empty() {
        return without_recipient(case, material).into_iter().collect();
    }
    let mut all: Vec<Handover> = Vec::new();
    for setting in settings.iter().take(MOST_RECIPIENTS) {
        for to in Addressee::ALL {
            let Some(own) = of_setting(setting, *to, material) else {
                continue;
            };
            let same = |known: &&mut Handover| known.to == own.to && known.text == own.text;
            match all.iter_mut().find(same) {
                Some(known) => known.recipients.extend(own.recipients),
                None => all.push(own),
            }
        }
    }
    all
}

fn of_setting(setting: &Setting<'_>, to: Addressee, material: &Material<'_>) -> Option<Handover> {
    let index = setting.index;
    let has_step = |rule: &Rule| {
        let mut steps = open_steps(material, Some(index));
        steps.any(|step| rule.owners.contains(&step.owner))
    };
    let rules = HANDOVERS
        .iter()
        .filter(|rule| rule.to == to && (rule.owners.is_empty() || has_step(rule)));
    let (rule, found) = narrowest(rules, setting, |rule| (&rule.when, rule.narrowness))?;
    let mut values = setting.values(found);
    if let Some(said) = setting.diagnostic() {
        let said = match is_third_party(to) {
            true => without_addresses(said),
            false => said.to_owned(),
        };
        values.set(Slot::Diagnostic, Value::Text(on_one_line(&said)));
    }
    written(rule, Some(index), &values, material)
}

/// Where nobody is named as recipient, the kind of message decides.
fn without_recipient(case: &Case, material: &Material<'_>) -> Option<Handover> {
    let rule = HANDOVERS
        .iter()
        .find(|rule| rule.when.kinds.contains(&case.bounce.kind) && rule.owners.is_empty())?;
    written(rule, None, &Values::new(), material)
}

fn written(
    rule: &Rule,
    recipient: Option<usize>,
    values: &Values,
    material: &Material<'_>,
) -> Option<Handover> {
    if rule.silent {
        return None;
    }
    let plain = |value: &str| value.to_owned();
    let subject = sentence(rule, "subject", rule.subject, values, plain, material.words)?;
    let body = |form| body(rule, recipient, values, material, form);
    Some(Handover {
        to: rule.to,
        language: material.words.language().to_owned(),
        recipients: recipient.into_iter().collect(),
        subject,
        text: body(Form::Text),
        markdown: body(Form::Markdown),
    })
}

/// How a message is written.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Markdown,
    Text,
}

impl Form {
    /// A value among our own words.
    fn value(self, value: &str) -> String {
        match self {
            Self::Markdown => format!("`{}`", value.replace('`', "'")),
            Self::Text => value.to_owned(),
        }
    }

    /// A sentence that holds values.
    fn sentence(self, sentence: &str) -> String {
        if self == Self::Text {
            return sentence.to_owned();
        }
        let mut escaped = String::new();
        for c in sentence.chars() {
            if "\\`*_[]<>#".contains(c) {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        escaped
    }
}

fn body(
    rule: &Rule,
    recipient: Option<usize>,
    values: &Values,
    material: &Material<'_>,
    form: Form,
) -> String {
    let mut text = String::new();
    let mut ends_in_fact = false;
    for (place, english) in (1..).zip(rule.body) {
        let is_fact = english.starts_with("- ");
        let block = match *english {
            "@headline" => headline(recipient, material, form),
            "@steps" => steps(rule, recipient, material, form),
            english => {
                let part = format!("body.{place}");
                let present = |value: &str| form.value(value);
                sentence(rule, &part, english, values, present, material.words)
            }
        };
        let Some(block) = block else { continue };
        if !text.is_empty() {
            text.push_str(if is_fact && ends_in_fact {
                "\n"
            } else {
                "\n\n"
            });
        }
        text.push_str(&block);
        ends_in_fact = is_fact;
    }
    text.push('\n');
    text
}

/// A sentence in the language wanted, else in English; `None` where a gap has no value.
fn sentence(
    rule: &Rule,
    part: &str,
    english: &'static str,
    values: &Values,
    present: impl Fn(&str) -> String,
    words: &Words,
) -> Option<String> {
    let own = words.or("handover", rule.id, part, english);
    fill_with(own, values, present)
}

fn headline(recipient: Option<usize>, material: &Material<'_>, form: Form) -> Option<String> {
    let headline = material.headlines.get(recipient.unwrap_or(0))?;
    let both = format!("{} {}", headline.what, headline.why);
    Some(form.sentence(both.trim()))
}

/// The open steps of those whose steps the message lists, numbered.
fn steps(
    rule: &Rule,
    recipient: Option<usize>,
    material: &Material<'_>,
    form: Form,
) -> Option<String> {
    let own = open_steps(material, recipient).filter(|step| rule.lists.contains(&step.owner));
    let with_proof = rule.to != Addressee::User;
    let items: Vec<String> = (1..)
        .zip(own)
        .map(|(number, step)| item(number, step, with_proof, form))
        .collect();
    let between = if with_proof { "\n\n" } else { "\n" };
    (!items.is_empty()).then(|| items.join(between))
}

fn item(number: usize, step: &Step, with_proof: bool, form: Form) -> String {
    let title = form.sentence(&step.title);
    let title = match form {
        Form::Markdown => format!("**{title}**"),
        Form::Text => title,
    };
    let mut lines = vec![format!("{number}. {title}")];
    lines.push(form.sentence(&step.why));
    if with_proof {
        let command = |command: &String| match form {
            Form::Markdown => format!("- {}", form.value(command)),
            Form::Text => format!("$ {command}"),
        };
        lines.extend(step.commands.iter().map(command));
        lines.push(form.sentence(&step.verify));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n   ")
}

fn open_steps<'a>(
    material: &Material<'a>,
    recipient: Option<usize>,
) -> impl Iterator<Item = &'a Step> {
    material.steps.iter().filter(move |step| {
        let about = recipient.is_none_or(|index| step.recipients.contains(&index));
        step.state == State::Open && about
    })
}

fn is_third_party(to: Addressee) -> bool {
    matches!(
        to,
        Addressee::Blocklist | Addressee::Isp | Addressee::SenderProvider
    )
}

/// Addresses without the part before the @.
fn without_addresses(said: &str) -> String {
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.•".contains(c);
    let mut masked = String::new();
    let mut rest = said;
    while let Some((before, behind)) = rest.split_once('@') {
        let kept = before.trim_end_matches(is_local);
        masked.push_str(kept);
        masked.push_str(if kept.len() < before.len() {
            "…@"
        } else {
            "@"
        });
        rest = behind;
    }
    masked.push_str(rest);
    masked
}

/// White space and control characters as single spaces, and not too much of it.
fn on_one_line(said: &str) -> String {
    let is_gap = |c: char| c.is_whitespace() || c.is_control();
    let words: Vec<&str> = said.split(is_gap).filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST_REPLY) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_local_part() {
        let said = "550 <ana.b@firm.example>: no; bo@x.example, @ alone";
        let masked = "550 <…@firm.example>: no; …@x.example, @ alone";
        assert_eq!(without_addresses(said), masked);
    }

    #[test]
    fn a_reply_becomes_one_line_of_bounded_length() {
        assert_eq!(on_one_line(" 550\r\n 5.1.1\tno "), "550 5.1.1 no");
        let long = on_one_line(&"ä".repeat(2_000));
        assert_eq!(long.chars().count(), LONGEST_REPLY + 1);
    }

    #[test]
    fn markdown_shows_values_as_they_are() {
        assert_eq!(Form::Markdown.value("a`b"), "`a'b`");
        assert_eq!(Form::Markdown.sentence("a_b*"), "a\\_b\\*");
        assert_eq!(Form::Text.sentence("a_b*"), "a_b*");
    }
}
