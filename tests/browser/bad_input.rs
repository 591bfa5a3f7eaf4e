//! What is no bounce gets a clear sentence; the text stays and the page goes on.

use std::fs;

use support::webdriver::{Browser, Element};
use tempfile::TempDir;

use crate::page::{demonstration, evidence, read_text, verdict, visit};

#[test]
fn an_empty_paste_is_told() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    for nothing in ["", " \n\t\n"] {
        read_text(&browser, nothing);
        let alert = browser.by_css("[role=alert]");
        alert.wait_for_text("The box is empty.");
        assert!(browser.all("region", "Verdict").is_empty());
    }
    expect_alive(&browser);
}

#[test]
fn a_letter_and_a_foreign_text_stay_in_the_box() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    for text in [
        "From: ana@firm.example\nTo: bo@firm.example\nSubject: Lunch\n\nSee you at noon.\n",
        "Дорогой друг, встречаемся завтра в полдень.",
    ] {
        read_text(&browser, text);
        expect_no_bounce(&browser);
        let paste_box = browser.find("textbox", "Bounce message");
        assert_eq!(paste_box.content(), text);
    }
    expect_alive(&browser);
}

#[test]
fn a_picture_is_no_bounce() {
    let picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
    let clinic = demonstration();
    let browser = visit(&clinic);
    open_file(&browser, "picture.png", picture);
    expect_no_bounce(&browser);
    let text = browser.find("textbox", "Bounce message").content();
    assert!(text.contains("picture.png"), "{text}");
    expect_alive(&browser);
}

#[test]
fn twenty_megabytes_of_noise_are_no_bounce() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    open_file(&browser, "noise.bin", &noise(20_000_000));
    expect_no_bounce(&browser);
    let text = browser.find("textbox", "Bounce message").content();
    assert!(text.contains("20 MB"), "{text:.200}");
    expect_alive(&browser);
}

#[test]
fn of_a_large_text_the_box_shows_the_beginning_and_all_is_read() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    let filler = "Nothing of interest stands in this line of the letter.\n".repeat(30_000);
    let text = format!("550 5.1.1 <ana@firm.example>: User unknown\n\n{filler}");
    open_file(&browser, "large.txt", text.as_bytes());
    let (_, heading) = verdict(&browser);
    assert!(heading.contains("ana@firm.example"), "{heading}");
    expect_alive_after_report(&browser);
}

#[test]
fn a_bounce_from_a_file_is_read() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    let text = support::examples::example("mailbox-full.eml");
    open_file(&browser, "mailbox-full.eml", text.as_bytes());
    browser.find("region", "Verdict").wait_for_text("552 5.2.2");
    evidence(&browser);
}

#[track_caller]
fn open_file(browser: &Browser, name: &str, bytes: &[u8]) {
    let folder = TempDir::new().expect("a scratch folder can be made");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("the folder can be written");
    let input: Element<'_> = browser.by_css("input[type=file]");
    input.type_in(&path.to_string_lossy());
    // The browser reads the file when it is asked to: it has to be there until then.
    browser.find("region", "Verdict");
}

#[track_caller]
fn expect_no_bounce(browser: &Browser) {
    let region = browser.find("region", "Verdict");
    region.wait_for_text("No bounce was found in this text.");
    region.wait_for_text("Expected: the message that came back");
}

/// Another paste is read as if nothing had been.
#[track_caller]
fn expect_alive(browser: &Browser) {
    read_text(browser, "552 5.2.2 <joe@firm.example>: Mailbox full");
    browser
        .find("region", "Verdict")
        .wait_for_text("joe@firm.example");
    evidence(browser);
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[track_caller]
fn expect_alive_after_report(browser: &Browser) {
    browser.find("button", "New paste").click();
    expect_alive(browser);
}

/// Bytes without order, the same at each run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let bytes = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    bytes.flatten().take(length).collect()
}
