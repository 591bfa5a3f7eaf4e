//! The page in a real browser, started by wasm-bindgen-test-runner. No proxy answers there, so that
//! every question to DNS fails: the diagnosis shows all the same.
#![cfg(target_arch = "wasm32")]

use leptos::prelude::{document, set_timeout, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, Event, HtmlElement, HtmlTextAreaElement};

wasm_bindgen_test_configure!(run_in_browser);

const REPLY: &str =
    "550 5.1.1 <ana@firm.example>: Recipient address rejected: User unknown in table";

#[wasm_bindgen_test]
async fn an_example_gives_verdict_checklist_and_evidence_that_comes_to_an_end() {
    open("");
    assert_eq!(text("h1"), "Paste the e-mail that came back.");
    click("button", "User unknown");
    until(|| region("Verdict").is_some()).await;
    assert_eq!(text(".act"), "You have to act");
    assert!(find("section[aria-label='Fix checklist'] ol li h3").is_some());
    until(|| {
        region("DNS evidence")
            .is_some_and(|region| region.get_attribute("aria-busy").as_deref() == Some("false"))
    })
    .await;
    let evidence = text("section[aria-label='DNS evidence']");
    assert!(evidence.contains("Not checked"), "{evidence}");
    // Nothing that DNS would have to say is fine; how the address is written needs no DNS.
    assert_eq!(evidence.matches("Fine").count(), 1, "{evidence}");
    assert!(text("section[aria-label='Annotated bounce'] mark.why").len() > 3);
}

#[wasm_bindgen_test]
async fn a_text_without_a_bounce_is_kept_and_the_page_says_what_it_expected() {
    open("");
    write("Dear Ana,\nsee you tomorrow.");
    click("button", "Read the bounce");
    until(|| region("Verdict").is_some()).await;
    assert_eq!(text("h1"), "No bounce was found in this text.");
    assert!(text(".verdict .lead").starts_with("Expected: "));
    assert_eq!(paste_box().value(), "Dear Ana,\nsee you tomorrow.");
    assert!(paste_box().offset_height() > 0);
}

#[wasm_bindgen_test]
async fn an_empty_box_is_answered_with_a_sentence() {
    open("");
    click("button", "Read the bounce");
    until(|| text("[role=alert]").starts_with("The box is empty.")).await;
    assert!(region("Verdict").is_none());
}

#[wasm_bindgen_test]
async fn a_bounce_handed_in_by_the_address_is_read_and_leaves_the_address() {
    let encoded = String::from(js_sys::encode_uri_component(REPLY));
    open(&format!("#text={encoded}"));
    until(|| region("Verdict").is_some()).await;
    assert_eq!(text(".facts code"), "550 5.1.1");
    assert_eq!(window().location().hash(), Ok(String::new()));
}

#[wasm_bindgen_test]
async fn markup_in_a_paste_shows_as_text() {
    let markup = "<img src=x onerror=alert(1)>";
    open("");
    write(&format!("{markup} {REPLY} {markup}"));
    click("button", "Read the bounce");
    until(|| region("Annotated bounce").is_some()).await;
    assert!(text("section[aria-label='Annotated bounce']").contains(markup));
    assert!(find("main img").is_none());
}

#[wasm_bindgen_test]
async fn a_share_link_opens_without_asking_and_a_damaged_one_says_so() {
    open("");
    write(REPLY);
    click("button", "Read the bounce");
    until(|| region("Verdict").is_some()).await;
    let heading = text("h1");
    click("button", "Share");
    until(|| find("#about-link").is_some()).await;
    let link = find("#about-link")
        .and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok())
        .map(|input| input.value())
        .unwrap_or_default();
    let (_, fragment) = link.split_once('#').expect("a fragment");
    open(&format!("#{fragment}"));
    until(|| find(".shared").is_some()).await;
    assert!(region("Annotated bounce").is_none());
    assert!(text("h1").len() > heading.len() / 2);
    window()
        .location()
        .set_hash("1.damaged")
        .expect("a fragment can be set");
    until(|| region("Damaged link").is_some()).await;
    assert!(region("Verdict").is_none());
}

/// Starts the page anew at the fragment.
fn open(fragment: &str) {
    while let Some(part) = find("body > header, body > main") {
        part.remove();
    }
    let path = window().location().pathname().expect("a path");
    window()
        .history()
        .and_then(|history| {
            history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("{path}{fragment}")))
        })
        .expect("a new address");
    frontend::start();
}

fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).expect("a selector")
}

fn region(name: &str) -> Option<Element> {
    find(&format!("section[aria-label='{name}']:not([hidden])"))
}

fn text(selector: &str) -> String {
    find(selector)
        .and_then(|element| element.text_content())
        .unwrap_or_default()
}

fn click(selector: &str, words: &str) {
    let all = document().query_selector_all(selector).expect("a selector");
    let button = (0..all.length())
        .filter_map(|index| all.item(index))
        .find(|node| node.text_content().is_some_and(|text| text.trim() == words))
        .and_then(|node| node.dyn_into::<HtmlElement>().ok());
    button.expect(words).click();
}

fn paste_box() -> HtmlTextAreaElement {
    find("textarea")
        .and_then(|element| element.dyn_into().ok())
        .expect("the box")
}

fn write(text: &str) {
    let area = paste_box();
    area.set_value(text);
    let event = Event::new("input").expect("an event");
    area.dispatch_event(&event).expect("a listener");
}

/// Waits until something holds, as long as the page may take at most.
async fn until(holds: impl Fn() -> bool) {
    for _ in 0..340 {
        if holds() {
            return;
        }
        pause().await;
    }
    panic!("it did not come to hold within 17 s");
}

async fn pause() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        set_timeout(
            move || {
                resolve.call0(&JsValue::NULL).ok();
            },
            std::time::Duration::from_millis(50),
        );
    });
    JsFuture::from(promise).await.ok();
}
