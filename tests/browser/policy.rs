//! The page keeps its own Content-Security-Policy: nothing that it does is refused.

use support::{examples::example, webdriver::Browser};

use crate::page::{demonstration, evidence, read_text, unfold, verdict, visit};

#[test]
fn nothing_on_start_page_and_report_is_refused() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    expect_content(&browser);
    read_text(&browser, &example("not-authenticated.eml"));
    verdict(&browser);
    evidence(&browser);
    unfold(&browser);
    browser.find("button", "Share").click();
    browser.find("textbox", "Share link");
    expect_content(&browser);
}

#[test]
fn nothing_in_the_embedded_form_is_refused() {
    let clinic = demonstration();
    let browser = Browser::start();
    browser.open(&format!("{}/embed", clinic.origin()));
    read_text(&browser, &example("not-authenticated.eml"));
    verdict(&browser);
    unfold(&browser);
    evidence(&browser);
    expect_content(&browser);
}

/// That what follows would see a refusal.
#[test]
fn a_refusal_would_be_seen() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    browser.value(
        "const script = document.createElement('script');
        script.textContent = 'window.hacked = 1';
        document.body.append(script);",
    );
    assert!(browser.value("return window.hacked").is_null());
    let complaints = browser.complaints();
    let of_policy = complaints
        .iter()
        .filter(|complaint| complaint.contains("Content Security Policy"));
    assert_eq!(of_policy.count(), 1, "{complaints:#?}");
}

#[track_caller]
fn expect_content(browser: &Browser) {
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "{complaints:#?}");
}
