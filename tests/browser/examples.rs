//! The examples by their buttons.

use support::examples::examples;

use crate::page::{demonstration, evidence, titles, verdict, visit};

#[test]
fn every_example_shows_a_whole_report() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    let number = buttons(&browser).len();
    assert_eq!(number, examples().len(), "each example has its button");
    let mut headings = Vec::new();
    for at in 0..number {
        let button = &buttons(&browser)[at];
        let name = button.name();
        button.click();
        let (_, heading) = verdict(&browser);
        let rows = evidence(&browser).text();
        assert!(rows.contains("Demonstration data"), "{name}: {rows}");
        titles(&browser, "DNS evidence");
        titles(&browser, "Fix checklist");
        browser.find("region", "Annotated bounce");
        headings.push(heading);
        browser.find("button", "New paste").click();
    }
    headings.sort();
    headings.dedup();
    assert_eq!(headings.len(), number, "two examples say the same");
}

fn buttons(browser: &support::webdriver::Browser) -> Vec<support::webdriver::Element<'_>> {
    browser.find("group", "Try an example").all_by_css("button")
}
