//! What the tests do on the page again and again.

use diagnosis::{annotate::annotate, classify::classify, read::read, text::no_decoder};
use serde_json::{Value, json};
use support::{
    clinic::Clinic,
    lab::Lab,
    page_dir,
    webdriver::{Browser, Element},
};

/// A proxy with the page and the demonstration zone; nothing else can be asked.
pub(crate) fn demonstration() -> Clinic {
    Clinic::with_demonstration(&["--page", &page()])
}

/// A proxy with the page and an upstream.
pub(crate) fn asking(upstream: &str) -> Clinic {
    Clinic::start(&["--page", &page(), "--upstream", upstream])
}

/// The lab, with the page.
pub(crate) fn lab() -> Lab {
    Lab::start(&["--page", &page()])
}

/// The page's folder as a flag's value.
pub(crate) fn page() -> String {
    page_dir().to_string_lossy().into_owned()
}

/// A browser on the start page.
pub(crate) fn visit(clinic: &Clinic) -> Browser {
    let browser = Browser::start();
    browser.open(clinic.origin());
    browser.find("textbox", "Bounce message");
    browser
}

/// Puts a text into the box and has it read.
#[track_caller]
pub(crate) fn read_text(browser: &Browser, text: &str) {
    browser.find("textbox", "Bounce message").fill(text);
    browser.find("button", "Read the bounce").click();
}

/// The region "Verdict" and its heading, once it is there.
#[track_caller]
pub(crate) fn verdict(browser: &Browser) -> (Element<'_>, String) {
    let region = browser.find("region", "Verdict");
    let heading = region.all_by_css("h1");
    assert_eq!(heading.len(), 1, "one heading says what happened");
    let words = heading[0].text();
    assert!(!words.is_empty(), "it says something");
    (region, words)
}

/// The region "DNS evidence" with the last answer in.
#[track_caller]
pub(crate) fn evidence(browser: &Browser) -> Element<'_> {
    let region = browser.find("region", "DNS evidence");
    browser.wait_for(
        "return document.querySelector('[aria-label=\"DNS evidence\"]')
            ?.getAttribute('aria-busy') === 'false'",
    );
    region
}

/// The titles of the rows of a region; there is at least one.
#[track_caller]
pub(crate) fn titles(browser: &Browser, region: &str) -> Vec<String> {
    let script = "const rows = document.querySelectorAll(`[aria-label='${arguments[0]}'] li`);
        return [...rows].map(row => row.querySelector('b, h3')?.textContent.trim());";
    let titles = texts(&browser.run(script, &json!([region])));
    assert!(!titles.is_empty(), "{region} has no rows");
    titles
}

/// The texts that are marked in the annotated bounce.
pub(crate) fn marks(browser: &Browser) -> Vec<String> {
    texts(&browser.value(
        "const marks = document.querySelectorAll('[aria-label=\"Annotated bounce\"] pre mark');
        return [...marks].map(mark => mark.textContent);",
    ))
}

/// The texts that ought to be marked.
pub(crate) fn expected_marks(paste: &str) -> Vec<String> {
    let case = classify(read(paste.as_bytes(), no_decoder).remove(0));
    annotate(paste, &case)
        .into_iter()
        .filter(|segment| segment.mark.is_some())
        .map(|segment| segment.text)
        .collect()
}

/// How many questions to DNS this page has sent.
pub(crate) fn dns_requests(browser: &Browser) -> u64 {
    let number = browser.value(
        "return performance.getEntriesByType('resource')
            .filter(entry => entry.name.includes('/dns-query')).length",
    );
    number.as_u64().expect("a number")
}

/// Opens every fold of the page.
pub(crate) fn unfold(browser: &Browser) {
    browser.value("document.querySelectorAll('details').forEach(fold => fold.open = true)");
}

/// The titles of the findings that `diagnose` has for the same paste, sorted.
pub(crate) fn expected_titles(clinic: &Clinic, paste: &str) -> Vec<String> {
    let reports = clinic.diagnose(paste);
    let findings = reports[0]["findings"].as_array().expect("findings");
    let titles = findings.iter().map(|finding| finding["title"].clone());
    let mut titles: Vec<String> = titles
        .filter_map(|title| title.as_str().map(str::to_owned))
        .collect();
    titles.sort();
    titles
}

fn texts(values: &Value) -> Vec<String> {
    let values = values.as_array().into_iter().flatten();
    values
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}
