//! Real sockets: what the service makes of DNS servers in every mood.

use std::net::SocketAddr;

use hickory_resolver::proto::{
    op::{Edns, Message, ResponseCode},
    rr::{Name, RData, Record, RecordType, rdata::opt::EdnsOption},
};
use proxy::{Config, app};
use serde_json::json;

use crate::support::{Answer, DnsServer, Transport, app_asking, asking, closed_port, get, send};

#[tokio::test]
async fn records_come_back_with_flags_and_lifetime() {
    let server = DnsServer::start(|question, _| {
        let mut reply = reply_to(question, ResponseCode::NoError);
        reply.metadata.authentic_data = true;
        push(&mut reply, 120, RecordType::TXT, "\"v=spf1 -all\"");
        push(&mut reply, 60, RecordType::TXT, "\"<b>&\" \"two\"");
        reply.to_vec().ok()
    })
    .await;
    let answer = ask(&[server.address], "name=firm.test&type=TXT").await;
    assert_eq!(answer.header("content-type"), "application/dns-json");
    assert_eq!(answer.header("cache-control"), "max-age=60");
    assert_eq!(
        answer.json(),
        json!({
            "Status": 0, "TC": false, "RD": true, "RA": true, "AD": true, "CD": false,
            "Question": [{"name": "firm.test.", "type": 16}],
            "Answer": [
                {"name": "firm.test.", "type": 16, "TTL": 120, "data": "\"v=spf1 -all\""},
                {"name": "firm.test.", "type": 16, "TTL": 60, "data": "\"<b>&\" \"two\""},
            ],
        })
    );
}

#[tokio::test]
async fn a_long_lifetime_is_cut_to_five_minutes() {
    let server = DnsServer::start(|question, _| {
        let mut reply = reply_to(question, ResponseCode::NoError);
        push(&mut reply, 86_400, RecordType::A, "192.0.2.1");
        reply.to_vec().ok()
    })
    .await;
    let app = app_asking(&[server.address]);
    let kept = get(&app, "/dns-query?name=firm.test").await;
    assert_eq!(kept.header("cache-control"), "max-age=300");
    let fresh = [("cache-control", "no-cache")];
    let again = send(&app, "GET", "/dns-query?name=firm.test", &fresh).await;
    assert_eq!(again.header("cache-control"), "no-store");
}

#[tokio::test]
async fn no_data_and_no_name_keep_their_authority_section() {
    for code in [ResponseCode::NoError, ResponseCode::NXDomain] {
        let server = DnsServer::start(match code {
            ResponseCode::NXDomain => |question, _| negative(question, ResponseCode::NXDomain),
            _ => |question, _| negative(question, ResponseCode::NoError),
        })
        .await;
        let answer = ask(&[server.address], "name=firm.test&type=MX").await;
        let json = answer.json();
        assert_eq!(json["Status"], u16::from(code));
        assert_eq!(json["AD"], true);
        assert!(json.get("Answer").is_none());
        assert_eq!(
            json["Authority"],
            json!([{"name": "test.", "type": 6, "TTL": 900,
                    "data": "ns.test. hostmaster.test. 1 7200 900 1209600 30"}])
        );
        assert_eq!(answer.header("cache-control"), "max-age=30");
    }
}

#[tokio::test]
async fn refusals_of_dns_are_answers_with_their_reason() {
    let server = DnsServer::start(|question, _| {
        let mut reply = reply_to(question, ResponseCode::ServFail);
        let option = EdnsOption::Unknown(15, b"\x00\x16no authority \xff".to_vec());
        let edns = reply.edns.get_or_insert_with(Edns::new);
        edns.options_mut().insert(option);
        reply.to_vec().ok()
    })
    .await;
    let answer = ask(&[server.address], "name=firm.test&type=MX").await;
    assert_eq!(answer.json()["Status"], 2);
    assert_eq!(
        answer.json()["extended_dns_errors"],
        json!([{"info_code": 22, "extra_text": "no authority \u{fffd}"}])
    );
    assert_eq!(answer.header("cache-control"), "no-store");

    let server =
        DnsServer::start(|question, _| reply_to(question, ResponseCode::Refused).to_vec().ok())
            .await;
    let answer = ask(&[server.address], "name=firm.test&type=MX").await;
    assert_eq!(answer.json()["Status"], 5);

    let server = DnsServer::start(|question, _| {
        let mut reply = reply_to(question, ResponseCode::BADCOOKIE);
        reply.edns.get_or_insert_with(Edns::new);
        reply.to_vec().ok()
    })
    .await;
    let answer = ask(&[server.address], "name=firm.test&type=MX").await;
    assert_eq!(answer.json()["Status"], 23);
}

#[tokio::test]
async fn the_wishes_about_dnssec_reach_the_server() {
    for (query, dnssec_ok, checking_disabled) in [
        ("name=firm.test", false, false),
        ("name=firm.test&do=1", true, false),
        ("name=firm.test&cd=1", false, true),
        ("name=firm.test&do=true&cd=true", true, true),
    ] {
        let server = DnsServer::start(|question, _| {
            let mut reply = reply_to(question, ResponseCode::NoError);
            push(&mut reply, 60, RecordType::A, "192.0.2.1");
            reply.to_vec().ok()
        })
        .await;
        let answer = ask(&[server.address], query).await;
        assert_eq!(answer.json()["CD"], checking_disabled);
        let seen = server.seen();
        let (question, _) = seen.first().expect("a question");
        let edns = question.edns.as_ref().expect("EDNS");
        assert_eq!(edns.flags().dnssec_ok, dnssec_ok, "{query}");
        assert_eq!(question.metadata.checking_disabled, checking_disabled);
        assert!(question.metadata.authentic_data);
        assert!(question.metadata.recursion_desired);
    }
}

#[tokio::test]
async fn an_answer_that_was_cut_off_is_asked_for_over_tcp() {
    let server = DnsServer::start(|question, transport| {
        let mut reply = reply_to(question, ResponseCode::NoError);
        match transport {
            Transport::Udp => reply.metadata.truncation = true,
            Transport::Tcp => push(&mut reply, 60, RecordType::TXT, "\"whole\""),
        }
        reply.to_vec().ok()
    })
    .await;
    let answer = ask(&[server.address], "name=firm.test&type=TXT").await;
    let json = answer.json();
    assert_eq!(json["TC"], false);
    assert_eq!(json["Answer"][0]["data"], "\"whole\"");
    let transports = server.seen().iter().map(|(_, t)| *t).collect::<Vec<_>>();
    assert_eq!(transports, [Transport::Udp, Transport::Tcp]);
}

#[tokio::test]
async fn cut_off_without_tcp_is_unreachable() {
    let server = DnsServer::start_udp_only(|question, _| {
        let mut reply = reply_to(question, ResponseCode::NoError);
        reply.metadata.truncation = true;
        reply.to_vec().ok()
    })
    .await;
    ask_for_problem(&[server.address], 502).await;
}

#[tokio::test]
async fn silence_is_a_timeout_and_a_closed_port_is_unreachable() {
    let silent = DnsServer::start(|_, _| None).await;
    ask_for_problem(&[silent.address], 504).await;
    ask_for_problem(&[closed_port().await], 502).await;
    ask_for_problem(&[closed_port().await, closed_port().await], 502).await;
}

#[tokio::test]
async fn what_is_not_dns_is_unreachable() {
    let garbage = DnsServer::start(|question, _| {
        let [high, low] = question.metadata.id.to_be_bytes();
        Some(vec![high, low, 0x81, 0x80, 0, 9, 0, 9, 0, 9, 0, 9, 0xff])
    })
    .await;
    ask_for_problem(&[garbage.address], 502).await;
}

#[tokio::test]
async fn another_server_stands_in_for_a_dead_or_silent_one() {
    let good = DnsServer::start(|question, _| {
        let mut reply = reply_to(question, ResponseCode::NoError);
        push(&mut reply, 60, RecordType::A, "192.0.2.1");
        reply.to_vec().ok()
    })
    .await;
    let silent = DnsServer::start(|_, _| None).await;
    for other in [closed_port().await, silent.address] {
        for servers in [[other, good.address], [good.address, other]] {
            let answer = ask(&servers, "name=firm.test").await;
            assert_eq!(answer.json()["Status"], 0);
        }
    }
}

#[tokio::test]
async fn the_limit_on_questions_is_a_429() {
    let good = DnsServer::start(|question, _| {
        let mut reply = reply_to(question, ResponseCode::NoError);
        push(&mut reply, 60, RecordType::A, "192.0.2.1");
        reply.to_vec().ok()
    })
    .await;
    let limited = |most_questions| {
        let mut upstream = asking(&[good.address]);
        upstream.most_questions = most_questions;
        let config = Config {
            upstream,
            ..Config::default()
        };
        app(config).expect("a service")
    };
    let full = get(&limited(0), "/dns-query?name=firm.test").await;
    assert!(full.problem(429).contains("ask again"));
    assert_eq!(full.header("retry-after"), "1");
    // The one place is free again after each answer.
    let one = limited(1);
    for _ in 0..3 {
        assert_eq!(get(&one, "/dns-query?name=firm.test").await.status, 200);
    }
}

async fn ask(servers: &[SocketAddr], query: &str) -> Answer {
    let app = app_asking(servers);
    let answer = get(&app, &format!("/dns-query?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

async fn ask_for_problem(servers: &[SocketAddr], status: u16) {
    let app = app_asking(servers);
    get(&app, "/dns-query?name=firm.test").await.problem(status);
}

fn reply_to(question: &Message, code: ResponseCode) -> Message {
    let mut reply = question.clone().into_response();
    reply.edns = None;
    reply.metadata.authentic_data = false;
    reply.metadata.recursion_available = true;
    reply.metadata.response_code = code;
    reply
}

fn negative(question: &Message, code: ResponseCode) -> Option<Vec<u8>> {
    let mut reply = reply_to(question, code);
    reply.metadata.authentic_data = true;
    let text = "ns.test. hostmaster.test. 1 7200 900 1209600 30";
    reply.add_authority(record("test.", 900, RecordType::SOA, text));
    reply.to_vec().ok()
}

fn push(reply: &mut Message, ttl: u32, record_type: RecordType, text: &str) {
    reply.add_answer(record("firm.test.", ttl, record_type, text));
}

fn record(name: &str, ttl: u32, record_type: RecordType, text: &str) -> Record {
    let name = Name::from_ascii(name).expect("a name");
    let data = RData::try_from_str(record_type, text).expect("record data");
    Record::from_rdata(name, ttl, data)
}
