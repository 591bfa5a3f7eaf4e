//! `/dns-query` at its edge: requests that are refused, and headers.

use crate::support::{demo_app, get, send};

#[tokio::test]
async fn bad_questions_are_problems_with_a_sentence() {
    let app = demo_app().await;
    for (query, part) in [
        ("", "missing"),
        ("?type=MX", "missing"),
        ("?name=a..example", "empty label"),
        ("?name=shop.example&type=WHAT", "record type"),
        ("?name=shop.example&do=perhaps", "do is neither"),
        ("?name=m%C3%BCller.example", "xn--"),
        ("?dns=AAABAAABAAAAAAAA", "wire format"),
    ] {
        let answer = get(&app, &format!("/dns-query{query}")).await;
        let sentence = answer.problem(400);
        assert!(sentence.contains(part), "{query}: {sentence}");
    }
    let long = format!("/dns-query?name={}", "a".repeat(4000));
    get(&app, &long).await.problem(414);
}

#[tokio::test]
async fn other_methods_are_refused() {
    let app = demo_app().await;
    let wire = [("content-type", "application/dns-message")];
    let sentence = send(&app, "POST", "/dns-query", &wire).await.problem(415);
    assert!(sentence.contains("wire format"));
    for (method, uri) in [
        ("PUT", "/dns-query?name=shop.example"),
        ("DELETE", "/dns-query?name=shop.example"),
        ("POST", "/"),
        ("POST", "/embed"),
        ("PUT", "/page.js"),
        ("POST", "/healthz"),
    ] {
        let answer = send(&app, method, uri, &[]).await;
        answer.problem(405);
        assert!(answer.header("allow").contains("GET"), "{method} {uri}");
    }
}

#[tokio::test]
async fn a_head_request_gets_the_headers_alone() {
    let app = demo_app().await;
    let answer = send(&app, "HEAD", "/dns-query?name=shop.example", &[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/dns-json");
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn every_origin_may_ask_also_the_opaque_one() {
    let app = demo_app().await;
    for uri in [
        "/dns-query?name=shop.example",
        "/dns-query?name=slow.example",
        "/dns-query",
        "/nothing",
    ] {
        let answer = send(&app, "GET", uri, &[("origin", "null")]).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{uri}");
    }
    let preflight = [
        ("origin", "null"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "cache-control"),
    ];
    let answer = send(&app, "OPTIONS", "/dns-query?name=shop.example", &preflight).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-headers"), "*");
    assert!(
        !answer
            .header("access-control-allow-methods")
            .contains("POST")
    );
}

#[tokio::test]
async fn the_health_check_says_ok() {
    let answer = get(&demo_app().await, "/healthz").await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, "ok".into()));
}
