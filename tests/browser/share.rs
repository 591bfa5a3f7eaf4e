//! The share link.

use support::{
    clinic::nobody,
    examples::example,
    webdriver::{Browser, wait},
};

use crate::page::{
    asking, demonstration, dns_requests, evidence, read_text, titles, verdict, visit,
};

#[test]
fn a_link_shows_the_same_report_without_asking_dns() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    let link = share(&browser, "not-authenticated.eml");
    let headline = verdict(&browser).1;
    let findings = titles(&browser, "DNS evidence");
    let steps = titles(&browser, "Fix checklist");

    browser.open_in_new_window(&link);
    assert_eq!(
        without_local_parts(&verdict(&browser).1),
        without_local_parts(&headline)
    );
    assert_eq!(titles(&browser, "DNS evidence"), findings);
    assert_eq!(titles(&browser, "Fix checklist"), steps);
    assert!(browser.all("region", "Annotated bounce").is_empty());
    assert_eq!(dns_requests(&browser), 0);
    let page = browser.by_css("main").text();
    assert!(page.contains("Looked up on "), "{page}");
    assert!(page.contains(" by the person who shared this."), "{page}");

    browser.find("button", "Check again now").click();
    browser.wait_for(
        "return performance.getEntriesByType('resource')
            .some(entry => entry.name.includes('/dns-query'))",
    );
    evidence(&browser);
    assert_eq!(titles(&browser, "DNS evidence"), findings);
}

/// Where nobody can be asked, the findings can only come from the link.
#[test]
fn a_link_stands_on_its_own() {
    let clinic = demonstration();
    let link = share(&visit(&clinic), "blocked.txt");
    let (_, link) = link.split_once("/r/").expect("a link to a report");
    let alone = asking(&nobody());
    let browser = Browser::start();
    browser.open(&format!("{}/r/{link}", alone.origin()));
    verdict(&browser);
    let rows = browser.find("region", "DNS evidence").text();
    assert!(rows.contains("Problem") && rows.contains("Fine"), "{rows}");
    assert!(!rows.contains("Not checked"), "{rows}");
    assert_eq!(dns_requests(&browser), 0);
}

#[test]
fn a_link_that_was_cut_off_is_told_in_one_sentence() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    let link = share(&browser, "user-unknown.eml");
    let (page, fragment) = link.split_once('#').expect("a link has a fragment");
    let cut = &link[..link.len() - 10];
    let broken = [
        (cut.to_owned(), "damaged or was cut off"),
        (
            format!("{page}#{}", fragment.replacen("1.", "2.", 1)),
            "newer version",
        ),
        (format!("{link}{}", "A".repeat(20_000)), "too long"),
        (format!("{page}#1.%3Cb%3E"), "damaged or was cut off"),
    ];
    for (link, sentence) in broken {
        browser.open_in_new_window(&link);
        let heading = browser.by_css("h1").text();
        assert!(heading.contains(sentence), "{heading}");
        assert!(browser.all("region", "Verdict").is_empty());
        browser
            .find("link", "Go to the start page and paste the bounce")
            .click();
        browser.find("textbox", "Bounce message");
        browser.wait_for("return location.pathname === '/' && location.hash === ''");
    }
}

#[test]
fn another_link_in_the_same_window_is_heard() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    let one = share(&browser, "user-unknown.eml");
    let one_headline = verdict(&browser).1;
    browser.find("button", "New paste").click();
    let other = share(&browser, "wrong-server.eml");
    let other_headline = verdict(&browser).1;

    browser.open_in_new_window(&one);
    assert_eq!(
        without_local_parts(&verdict(&browser).1),
        without_local_parts(&one_headline)
    );
    let fragment = other.split_once('#').expect("a link has a fragment").1;
    browser.run(
        "location.hash = arguments[0]",
        &serde_json::json!([fragment]),
    );
    wait("the other report", || {
        (without_local_parts(&verdict(&browser).1) == without_local_parts(&other_headline))
            .then_some(())
    });
    browser.value("history.back()");
    wait("the first report", || {
        (without_local_parts(&verdict(&browser).1) == without_local_parts(&one_headline))
            .then_some(())
    });
    assert_eq!(dns_requests(&browser), 0);
}

/// Reads an example and gives its link.
#[track_caller]
fn share(browser: &Browser, name: &str) -> String {
    read_text(browser, &example(name));
    evidence(browser);
    browser.find("button", "Share").click();
    let link_box = browser.find("textbox", "Share link");
    assert!(link_box.attribute("readonly").is_some());
    let link = link_box.content();
    let origin = browser.value("return location.origin");
    let start = format!("{}/r/", origin.as_str().expect("an origin"));
    assert!(link.starts_with(&start), "{link}");
    assert!(link.contains("#1."), "{link}");
    link
}

/// A text with the local part of every address left out: links mask them.
fn without_local_parts(text: &str) -> String {
    let words = text.split(' ');
    let words = words.map(|word| word.rsplit_once('@').map_or(word, |(_, domain)| domain));
    words.collect::<Vec<_>>().join(" ")
}
