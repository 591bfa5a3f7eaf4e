//! How long it takes from the click to the verdict on screen. The figures are printed; machines
//! differ too much to hold them to one.
#![allow(clippy::print_stdout, reason = "the figures are the point")]

use serde_json::json;
use support::examples::example;

use crate::page::{demonstration, verdict, visit};

/// Clicks, and gives the milliseconds until the frame is drawn that shows the verdict.
const CLICK_AND_MEASURE: &str = "const button = arguments[0];
    return new Promise(done => {
        const begin = performance.now();
        const look = () => document.querySelector('[aria-label=Verdict] h1')
            ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)))
            : setTimeout(look);
        button.click();
        look();
    });";

#[test]
fn the_verdict_comes_after_the_click() {
    let bounce = example("not-authenticated.eml");
    let filler = "A line of the letter that came back, of no interest at all.\n";
    for size in [3_000, 1_000_000] {
        let rest = size - bounce.len();
        let filler: String = filler.chars().cycle().take(rest).collect();
        let paste = bounce.replace("\n--b77--", &format!("\n{filler}\n--b77--"));
        let clinic = demonstration();
        let browser = visit(&clinic);
        browser.find("textbox", "Bounce message").fill(&paste);
        let button = browser.find("button", "Read the bounce");
        let time = browser.run(CLICK_AND_MEASURE, &json!([button.json()]));
        let time = time.as_f64().expect("a time");
        println!(
            "{} bytes: verdict on screen after {time:.0} ms",
            paste.len()
        );
        verdict(&browser);
    }
}
