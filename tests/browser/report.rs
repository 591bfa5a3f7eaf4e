//! From a paste to the report.

use serde_json::json;
use support::{
    examples::example,
    webdriver::{Browser, Element},
};

use crate::page::{
    demonstration, evidence, expected_marks, expected_titles, marks, read_text, titles, verdict,
    visit,
};

const CONTROL: &str = "\u{E009}";

#[test]
fn a_bounce_that_is_put_into_the_box_and_read_shows_a_report() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    let paste = example("not-authenticated.eml");
    read_text(&browser, &paste);
    let (region, _) = verdict(&browser);
    region.wait_for_text("550 5.7.26");

    let rows = evidence(&browser);
    let text = rows.text();
    assert!(text.contains("Demonstration data"), "{text}");
    let mut found = titles(&browser, "DNS evidence");
    found.sort();
    assert_eq!(found, expected_titles(&clinic, &paste));
    assert!(text.contains("Problem") && text.contains("Fine"), "{text}");

    let steps = browser.find("region", "Fix checklist");
    let reports = clinic.diagnose(&paste);
    let expected = reports[0]["checklist"].as_array().expect("steps");
    let text = steps.text();
    for step in expected {
        let title = step["title"].as_str().expect("a step has a title");
        assert!(text.contains(title), "{title:?} is not in {text:?}");
    }

    let found = marks(&browser);
    assert_eq!(found, expected_marks(&paste));
    for value in ["5.7.26", "ana@firm.example", "mx1.firm.example"] {
        assert!(found.iter().any(|mark| mark == value), "{value}: {found:?}");
    }
}

#[test]
fn a_paste_into_the_empty_box_is_read_at_once() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    put_on_clipboard(&browser, "550 5.1.1 <ana@firm.example>: User unknown");
    let paste_box = browser.find("textbox", "Bounce message");
    paste_box.type_in(&format!("{CONTROL}v"));
    let (_, heading) = verdict(&browser);
    assert!(heading.contains("ana@firm.example"), "{heading}");
}

#[test]
fn control_and_enter_read_what_was_typed() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    let paste_box = browser.find("textbox", "Bounce message");
    paste_box.type_in("550 5.1.1 <ana@firm.example>: User unknown");
    assert!(browser.all("region", "Verdict").is_empty());
    paste_box.type_in(&format!("{CONTROL}\u{E007}"));
    verdict(&browser);
}

#[test]
fn the_heading_of_the_verdict_gets_the_focus_and_is_announced() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    read_text(&browser, &example("user-unknown.eml"));
    let (_, heading) = verdict(&browser);
    browser.wait_for("return document.activeElement?.matches('[aria-label=Verdict] h1')");
    let status = browser.value("return document.querySelector('[role=status]').textContent");
    assert_eq!(status, format!("Diagnosis ready: {heading}"));
}

#[test]
fn several_messages_show_as_a_list() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    let message = |recipient: &str, reply: &str| {
        format!(
            "From MAILER-DAEMON Tue Nov 24 10:00:00 2026
From: MAILER-DAEMON@mail.good-sender.example
To: carla@good-sender.example
Subject: Undelivered Mail Returned to Sender

<{recipient}>: host mx1.firm.example[192.0.2.10] said: {reply}

"
        )
    };
    let first = message("ana@firm.example", "550 5.1.1 User unknown");
    let second = message("joe@firm.example", "552 5.2.2 Mailbox full");
    read_text(&browser, &format!("{first}{second}"));
    let (_, before) = verdict(&browser);
    let list = browser.find("navigation", "Messages");
    let buttons = list.all_by_css("button");
    assert_eq!(buttons.len(), 2);
    buttons[1].click();
    browser
        .find("region", "Verdict")
        .wait_for_text("joe@firm.example");
    let (_, after) = verdict(&browser);
    assert_ne!(before, after);
    evidence(&browser);
}

#[test]
fn several_recipients_show_as_a_list() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    read_text(&browser, &example("dns-in-trouble.eml"));
    let (_, before) = verdict(&browser);
    let buttons: Vec<Element<'_>> = browser
        .find("navigation", "Recipients")
        .all_by_css("button");
    assert_eq!(buttons.len(), 3);
    buttons[2].click();
    browser
        .find("region", "Verdict")
        .wait_for_text("closed.example");
    assert_ne!(before, verdict(&browser).1);
    evidence(&browser);
}

#[test]
fn a_new_paste_begins_with_an_empty_box() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    read_text(&browser, "550 5.1.1 <ana@firm.example>: User unknown");
    let (_, before) = verdict(&browser);
    browser.find("button", "New paste").click();
    let paste_box = browser.find("textbox", "Bounce message");
    assert_eq!(paste_box.content(), "");
    assert!(browser.all("region", "Verdict").is_empty());
    read_text(&browser, "552 5.2.2 <joe@firm.example>: Mailbox full");
    assert_ne!(before, verdict(&browser).1);
}

#[test]
fn names_and_addresses_alone_are_looked_up() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    for (paste, part) in [
        ("ana@firm.example", "firm.example"),
        ("nullmx.example", "nullmx.example"),
        ("203.0.113.66", "203.0.113.66"),
    ] {
        read_text(&browser, paste);
        browser.find("region", "Verdict").wait_for_text(part);
        let rows = evidence(&browser);
        assert!(rows.text().contains(part), "{}", rows.text());
        browser.find("button", "New paste").click();
    }
}

#[test]
fn a_bounce_can_be_handed_in_by_the_address() {
    let clinic = demonstration();
    let browser = Browser::start();
    let paste = "550%205.1.1%20%3Cana%40firm.example%3E%3A%20User%20unknown";
    browser.open(&format!("{}/#text={paste}", clinic.origin()));
    let (_, heading) = verdict(&browser);
    assert!(heading.contains("ana@firm.example"), "{heading}");
}

fn put_on_clipboard(browser: &Browser, text: &str) {
    let origin = browser.value("return location.origin");
    let permissions = json!({
        "origin": origin,
        "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"],
    });
    browser.devtools("Browser.grantPermissions", &permissions);
    browser.run(
        "return navigator.clipboard.writeText(arguments[0])",
        &json!([text]),
    );
}
