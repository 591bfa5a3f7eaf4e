//! What each fuzz target starts from: our own pastes, in the form that the target takes. What the
//! targets find by themselves is kept beside them in the same folder.

use std::path::Path;

use anyhow::Context as _;

use crate::process;

#[path = "../../../diagnosis/tests/properties/forms.rs"]
#[allow(dead_code, reason = "the tests of properties use the other forms")]
mod forms;
#[path = "../../../diagnosis/tests/properties/seeds.rs"]
#[allow(dead_code, reason = "here the pastes need no names")]
mod seeds;

use seeds::Seed;

/// Writes a folder for each target; gives the targets.
pub(super) fn write(root: &Path, corpus: &Path) -> anyhow::Result<Vec<&'static str>> {
    let all = seeds::all(root).context("could not read the pastes of the tests")?;
    let links = seeds::links(root).context("could not read the links of the tests")?;
    let mut targets = Vec::new();
    for (target, inputs) in inputs(&all, links) {
        let folder = corpus.join(target);
        process::make_folder(&folder)?;
        for (at, input) in inputs.iter().enumerate() {
            let path = folder.join(format!("seed-{at:04}"));
            std::fs::write(&path, input)
                .with_context(|| format!("could not write {}", path.display()))?;
        }
        targets.push(target);
    }
    Ok(targets)
}

/// A target and what it starts from.
type Inputs = (&'static str, Vec<String>);

fn inputs(all: &[Seed], links: Vec<String>) -> Vec<Inputs> {
    let of = |groups: &[&str], form: fn(&str) -> String| -> Vec<String> {
        all.iter()
            .filter(|seed| groups.is_empty() || groups.contains(&seed.group))
            .map(|seed| form(&seed.paste))
            .collect()
    };
    let same = |paste: &str| paste.to_owned();
    let answers = seeds::dns_answers();
    let together = answers.join("\n");
    vec![
        ("read", [of(&[], same), of(&[], forms::quoted)].concat()),
        (
            "report",
            all.iter()
                .filter_map(|seed| delivery_status(&seed.paste))
                .collect(),
        ),
        ("prose", of(&["mail", "facts", "dns", "reply"], body)),
        ("log_line", of(&["log"], same)),
        ("transcript", of(&["transcript"], same)),
        ("webhook", of(&["webhook"], same)),
        ("html", of(&[], forms::html)),
        (
            "encoded",
            all.iter().flat_map(|seed| encoded(&seed.paste)).collect(),
        ),
        ("mbox", of(&["mail", "facts"], forms::mbox)),
        ("diagnosis", of(&[], same)),
        ("annotate", of(&[], same)),
        ("share_link", [links, seeds::link_bodies()].concat()),
        ("spf", seeds::SPF_ZONES.map(str::to_owned).to_vec()),
        ("dkim", seeds::DKIM_TEXTS.map(str::to_owned).to_vec()),
        ("dmarc", seeds::DMARC_TEXTS.map(str::to_owned).to_vec()),
        ("dns_json", [answers, vec![together]].concat()),
    ]
}

/// The fields of a report, without the message around them.
fn delivery_status(paste: &str) -> Option<String> {
    let (_, part) = paste.split_once("delivery-status\n")?;
    let (_, fields) = part.split_once("\n\n")?;
    let (fields, _) = fields.split_once("\n--").unwrap_or((fields, ""));
    Some(fields.to_owned())
}

/// What stands below the head of a message; all of it where there is no head.
fn body(paste: &str) -> String {
    let head = paste
        .split_once("\n\n")
        .filter(|(head, _)| head.contains("\nSubject: "));
    head.map_or(paste, |(_, body)| body).to_owned()
}

/// Two bytes that choose encoding and charset, as the target `encoded` takes them, and the body in
/// that encoding.
fn encoded(paste: &str) -> [String; 4] {
    [
        format!("\0\x02\x1b$B%a!<%k\x1b(B {paste}"),
        format!("\x01\0{}", forms::base64(paste)),
        format!("\x02\x01{}", forms::quoted_printable(paste)),
        format!("\x03\x09+AGEAYg- {paste}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_starts_from_something_and_is_built() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("a checkout");
        let all = seeds::all(root).expect("the pastes are there");
        let manifest = std::fs::read_to_string(root.join("tests/fuzz/Cargo.toml"))
            .expect("the fuzz targets have a manifest");
        let inputs = inputs(&all, vec![]);
        assert_eq!(inputs.len(), manifest.matches("[[bin]]").count());
        for (target, inputs) in inputs {
            assert!(
                manifest.contains(&format!("name = \"{target}\"")),
                "{target}"
            );
            assert!(
                inputs.len() > 1 && inputs.iter().all(|it| !it.is_empty()),
                "{target}"
            );
        }
    }

    #[test]
    fn the_fields_of_a_report_are_cut_out() {
        let paste = "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\n\
                     Action: failed\n--b--\n";
        let fields = "Action: failed";
        assert_eq!(delivery_status(paste).as_deref(), Some(fields));
        assert_eq!(body("To: a\nSubject: b\n\nc\n"), "c\n");
    }
}
