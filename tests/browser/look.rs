//! The page on narrow and wide screens, light and dark. Where `BOUNCE_CLINIC_SCREENSHOTS` names a
//! folder, pictures go there.

use std::{env, fs, path::PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use support::{examples::example, webdriver::Browser};

use crate::page::{demonstration, evidence, read_text, unfold, verdict, visit};

#[test]
fn nothing_scrolls_sideways_on_a_narrow_screen() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    browser.resize(320, 640);
    expect_no_scrolling(&browser, "start page");
    read_text(&browser, &example("not-authenticated.eml"));
    verdict(&browser);
    evidence(&browser);
    browser.find("button", "Share").click();
    unfold(&browser);
    expect_no_scrolling(&browser, "report");
    browser.find("button", "New paste").click();
    read_text(&browser, &example("dns-in-trouble.eml"));
    evidence(&browser);
    unfold(&browser);
    expect_no_scrolling(&browser, "report with several recipients");
    browser.open(&format!("{}/embed", clinic.origin()));
    expect_no_scrolling(&browser, "empty embedded form");
    read_text(&browser, &example("not-authenticated.eml"));
    verdict(&browser);
    unfold(&browser);
    evidence(&browser);
    expect_no_scrolling(&browser, "embedded form");
}

#[test]
fn it_is_dark_where_people_like_it_dark() {
    let clinic = demonstration();
    let browser = visit(&clinic);
    for width in [1280, 390] {
        browser.resize(width, 900);
        browser.open(clinic.origin());
        browser.find("textbox", "Bounce message");
        expect_dark_and_light(&browser, &format!("start-{width}"));
        read_text(&browser, &example("not-authenticated.eml"));
        evidence(&browser);
        expect_dark_and_light(&browser, &format!("report-{width}"));
    }
}

#[track_caller]
fn expect_dark_and_light(browser: &Browser, name: &str) {
    let mut brightness = Vec::new();
    for (dark, word) in [(true, "dark"), (false, "light")] {
        browser.prefer_dark(dark);
        brightness.push(ground(browser));
        keep_picture(browser, &format!("{name}-{word}.png"));
    }
    assert!(
        brightness[0] < 80 && brightness[1] > 180,
        "{name}: brightness {brightness:?}"
    );
}

/// How bright the ground of the page is, from 0 to 255.
fn ground(browser: &Browser) -> u64 {
    let sum = browser.value(
        "const grounds = [document.body, document.documentElement]
            .map(part => getComputedStyle(part).backgroundColor)
            .filter(colour => colour !== 'rgba(0, 0, 0, 0)');
        return grounds[0].match(/[0-9]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)",
    );
    sum.as_u64().expect("a colour") / 3
}

fn keep_picture(browser: &Browser, name: &str) {
    let Some(folder) = env::var_os("BOUNCE_CLINIC_SCREENSHOTS").map(PathBuf::from) else {
        return;
    };
    let picture = STANDARD.decode(browser.screenshot()).expect("base64");
    fs::create_dir_all(&folder).expect("the folder can be made");
    fs::write(folder.join(name), picture).expect("the folder can be written");
}

#[track_caller]
fn expect_no_scrolling(browser: &Browser, what: &str) {
    let wide = browser.value(
        "const wide = [...document.querySelectorAll('body *')]
            .filter(part => part.getBoundingClientRect().right > innerWidth + 0.5)
            .map(part => part.outerHTML.slice(0, 120));
        const page = document.documentElement;
        return page.scrollWidth > 320 ? [page.scrollWidth, ...wide] : []",
    );
    let wide = wide.as_array().cloned().unwrap_or_default();
    assert!(wide.is_empty(), "{what} is too wide: {wide:#?}");
}
