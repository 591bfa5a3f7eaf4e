//! The clinic in somebody else's page: the element, the bare frame, and who may have it.

use serde_json::{Value, json};
use support::{clinic::Clinic, webdriver::Browser};

use crate::{
    host::Host,
    page::{page, read_text, verdict},
};

const BOUNCE: &str = "550 5.1.1 <ana@firm.example>: User unknown";

/// Keeps every message that arrives, as the protocol has them.
const KEEP_MESSAGES: &str = "<script>
    window.messages = [];
    addEventListener('message', event => messages.push([event.origin, event.data]));
</script>";

#[test]
fn the_element_reads_its_text_and_tells_the_result() {
    let (host, clinic) = allowed();
    host.serve(&format!(
        "{KEEP_MESSAGES}<script src={}/embed.js></script><bounce-clinic></bounce-clinic>
        <script>
            window.heard = {{}};
            const element = document.querySelector('bounce-clinic');
            for (const name of ['result', 'insert'])
                element.addEventListener(name, event => heard[name] = event.detail);
        </script>",
        clinic.origin()
    ));
    let browser = open(&host);
    wait_for_message(&browser, "ready");
    wait_for_message(&browser, "resize");
    expect_only_ready_and_resize(&browser);
    let before = height(&browser);
    browser.run(
        "document.querySelector('bounce-clinic').setAttribute('text', arguments[0])",
        &json!([BOUNCE]),
    );
    let result = browser.wait_for("return heard.result");
    expect_result(&result, &clinic);
    browser.wait_for(&format!(
        "return document.querySelector('iframe').getBoundingClientRect().height !== {before}"
    ));

    let frame = browser.by_css("iframe");
    browser.enter(&frame);
    let (_, heading) = verdict(&browser);
    assert!(heading.contains("ana@firm.example"), "{heading}");
    browser.find("button", "Insert reply").click();
    browser.leave_frames();
    let inserted = browser.wait_for("return heard.insert");
    let text = inserted["text"].as_str().unwrap_or_default();
    assert!(text.contains(&heading), "{text}");
}

#[test]
fn the_frame_is_as_high_as_what_it_shows() {
    let (host, clinic) = allowed();
    host.serve(&format!(
        "{KEEP_MESSAGES}<script src={}/embed.js></script>
        <bounce-clinic text='{BOUNCE}' theme=dark lang=de></bounce-clinic>",
        clinic.origin()
    ));
    let browser = open(&host);
    wait_for_message(&browser, "result");
    let frame = browser.by_css("iframe");
    browser.enter(&frame);
    verdict(&browser);
    browser.wait_for("return document.documentElement.dataset.theme === 'dark'");
    // It settles on the height at which nothing scrolls.
    browser.wait_for(
        "const page = document.documentElement;
        return page.scrollHeight <= innerHeight && page.scrollHeight > innerHeight - 40",
    );
}

#[test]
fn a_sandboxed_element_works_too() {
    let (host, clinic) = allowed();
    host.serve(&format!(
        "{KEEP_MESSAGES}<script src={}/embed.js></script>
        <bounce-clinic sandbox=allow-scripts text='{BOUNCE}'></bounce-clinic>
        <script>
            document.querySelector('bounce-clinic')
                .addEventListener('result', event => window.result = event.detail);
        </script>",
        clinic.origin()
    ));
    let browser = open(&host);
    let result = browser.wait_for("return window.result");
    expect_result(&result, &clinic);
    let origin = browser.value("return messages[0][0]");
    assert_eq!(origin, "null");
}

#[test]
fn a_sandboxed_frame_of_ones_own_speaks_the_protocol() {
    let (host, clinic) = allowed();
    for as_text in [false, true] {
        host.serve(&format!(
            "{KEEP_MESSAGES}<iframe sandbox=allow-scripts src={}/embed></iframe>",
            clinic.origin()
        ));
        let browser = open(&host);
        wait_for_message(&browser, "ready");
        expect_only_ready_and_resize(&browser);
        say(
            &browser,
            &json!({"type": "theme", "theme": "dark"}),
            as_text,
        );
        say(
            &browser,
            &json!({"type": "diagnose", "text": BOUNCE}),
            as_text,
        );
        let result = wait_for_message(&browser, "result");
        expect_result(&result, &clinic);
        let height = wait_for_message(&browser, "resize")["height"].clone();
        assert!(
            height.as_u64().is_some_and(|height| height > 100),
            "{height}"
        );
        browser.enter(&browser.by_css("iframe"));
        browser.wait_for("return document.documentElement.dataset.theme === 'dark'");
    }
}

/// A report is there before the host has said a word: the host learns nothing of it.
#[test]
fn a_host_that_has_not_spoken_is_told_nothing() {
    let (host, clinic) = allowed();
    host.serve(&format!(
        "{KEEP_MESSAGES}<iframe src={}/embed></iframe>",
        clinic.origin()
    ));
    let browser = open(&host);
    wait_for_message(&browser, "ready");
    browser.enter(&browser.by_css("iframe"));
    read_text(&browser, BOUNCE);
    verdict(&browser);
    assert!(browser.all("button", "Insert reply").is_empty());
    browser.wait_for(
        "return document.querySelector('[aria-label=\"DNS evidence\"]')
            ?.getAttribute('aria-busy') === 'false'",
    );
    browser.leave_frames();
    expect_only_ready_and_resize(&browser);
    say(&browser, &json!({"type": "theme", "theme": "light"}), false);
    let result = wait_for_message(&browser, "result");
    expect_result(&result, &clinic);
}

/// Messages of other windows, or that are not of the protocol, change nothing.
#[test]
fn strangers_are_not_heard() {
    let (host, clinic) = allowed();
    host.serve(&format!(
        "{KEEP_MESSAGES}<iframe id=clinic src={0}/embed></iframe>
        <iframe id=stranger srcdoc=\"<script>
            const text = {{bounceClinic: 1, type: 'diagnose', text: 'joe@firm.example'}};
            setInterval(() => parent.frames[0].postMessage(text, '*'), 20);
            setTimeout(() => parent.spoken = true, 200);
        </script>\"></iframe>",
        clinic.origin()
    ));
    let browser = open(&host);
    wait_for_message(&browser, "ready");
    browser.wait_for("return window.spoken");
    for wrong in [
        json!("no JSON"),
        json!({"type": "diagnose", "text": BOUNCE}),
        json!({"bounceClinic": 2, "type": "diagnose", "text": BOUNCE}),
        json!({"bounceClinic": 1, "type": "unknown"}),
        json!([1, 2]),
        Value::Null,
    ] {
        browser.run("frames[0].postMessage(arguments[0], '*')", &json!([wrong]));
    }
    browser.enter(&browser.by_css("#clinic"));
    browser.find("textbox", "Bounce message");
    assert!(browser.all("region", "Verdict").is_empty());
    browser.leave_frames();
    expect_only_ready_and_resize(&browser);
}

#[test]
fn nobody_else_may_frame_it() {
    let host = Host::start();
    let refusing = [
        Clinic::with_demonstration(&["--page", &page()]),
        Clinic::with_demonstration(&["--page", &page(), "--embed-origin", "http://127.0.0.1:9"]),
    ];
    for clinic in refusing {
        expect_refused(&host, &format!("{}/embed", clinic.origin()));
    }
    let (host, clinic) = allowed();
    expect_refused(&host, clinic.origin());
}

#[track_caller]
fn expect_refused(host: &Host, address: &str) {
    host.serve(&format!("{KEEP_MESSAGES}<iframe src={address}></iframe>"));
    let browser = open(host);
    let complaint = support::webdriver::wait("a refusal", || {
        let complaints = browser.complaints();
        (!complaints.is_empty()).then(|| complaints.join("\n"))
    });
    assert!(complaint.contains("frame-ancestors"), "{complaint}");
    browser.enter(&browser.by_css("iframe"));
    let shown = browser.value("return document.querySelectorAll('textarea, main').length");
    assert_eq!(shown, 0);
}

/// A host, and a clinic that it may frame.
fn allowed() -> (Host, Clinic) {
    let host = Host::start();
    let origin = host.origin();
    let clinic = Clinic::with_demonstration(&["--page", &page(), "--embed-origin", &origin]);
    (host, clinic)
}

fn open(host: &Host) -> Browser {
    let browser = Browser::start();
    browser.open(&host.origin());
    browser
}

fn height(browser: &Browser) -> Value {
    browser.value("return document.querySelector('iframe').getBoundingClientRect().height")
}

/// The last message of a type that the frame has sent, once there is one.
#[track_caller]
fn wait_for_message(browser: &Browser, kind: &str) -> Value {
    browser.wait_for(&format!(
        "return messages.map(message => message[1])
            .filter(message => message.bounceClinic === 1 && message.type === '{kind}').at(-1)"
    ))
}

#[track_caller]
fn expect_only_ready_and_resize(browser: &Browser) {
    let kinds = browser.value("return [...new Set(messages.map(message => message[1].type))]");
    let kinds = kinds.as_array().cloned().unwrap_or_default();
    let others: Vec<&Value> = kinds
        .iter()
        .filter(|kind| *kind != "ready" && *kind != "resize")
        .collect();
    assert!(others.is_empty(), "{others:?}");
    assert!(kinds.contains(&json!("ready")), "{kinds:?}");
}

#[track_caller]
fn expect_result(result: &Value, clinic: &Clinic) {
    assert_eq!(result["report"]["kind"], "bounce", "{result}");
    assert_eq!(result["report"]["recipients"][0]["reason"], "userunknown");
    let findings = result["report"]["findings"].as_array();
    assert!(
        findings.is_some_and(|findings| !findings.is_empty()),
        "{result}"
    );
    let link = result["link"].as_str().unwrap_or_default();
    let start = format!("{}/r/userunknown#1.", clinic.origin());
    assert!(link.starts_with(&start), "{link}");
}

/// Speaks to the frame, by an object or by its JSON.
fn say(browser: &Browser, message: &Value, as_text: bool) {
    let mut message = message.clone();
    message["bounceClinic"] = json!(1);
    let message = match as_text {
        true => json!(message.to_string()),
        false => message,
    };
    browser.run(
        "frames[0].postMessage(arguments[0], '*')",
        &json!([message]),
    );
}
