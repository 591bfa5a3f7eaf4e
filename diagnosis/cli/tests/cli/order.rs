//! Several threads, one order.

use crate::{
    bounces::{bounce, bounce_with, mbox, recipient},
    run::{addresses, folder, reports, run},
};

#[test]
fn several_jobs_keep_the_order_of_the_input() {
    // Messages of very different length, so that short ones are ready before long ones.
    let long = "From here on, 550 5.1.1 is said again and again.\n".repeat(1_000);
    let messages = (0..120).map(|number| match number % 10 {
        0 => bounce_with(number, &long),
        _ => bounce(number),
    });
    let folder = folder(&[("bounces", &mbox(messages))]);
    let expected: Vec<_> = (0..120).map(recipient).collect();
    let found = reports(&folder, &["--jobs", "4", "bounces"]);
    assert_eq!(addresses(&found), expected);
    assert_eq!(found, reports(&folder, &["--jobs", "1", "bounces"]));
    assert_eq!(found, reports(&folder, &["bounces"]));
}

#[test]
fn every_form_is_the_same_with_any_number_of_jobs() {
    let folder = folder(&[("bounces", &mbox((0..40).map(bounce)))]);
    for form in ["--csv", "--summary", "--json"] {
        let one = run(&folder, [form, "--jobs", "1", "bounces"]).out;
        assert!(!one.is_empty());
        assert_eq!(run(&folder, [form, "--jobs", "4", "bounces"]).out, one);
    }
}

#[test]
fn no_jobs_at_all_is_wrong_use() {
    let folder = folder(&[("empty", "")]);
    assert_eq!(run(&folder, ["--jobs", "0", "empty"]).status, Some(2));
}
