//! The served page in Chromium, as people meet it: everything is found by role and name.
#![allow(
    clippy::indexing_slicing,
    reason = "a test may fail loudly, and a missing field of JSON is null"
)]

mod page;

mod report;

mod examples;

mod share;

mod dns;

mod bad_input;

mod untrusted;

mod policy;

mod embed;

mod host;

mod look;

mod speed;
