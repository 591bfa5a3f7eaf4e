//! A resolver of our own, and single judgements asked of it.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use serde_json::{Value, json};

use crate::run::{Ran, folder, run};

/// Where a resolver answers that knows these records: a line each, `NAME TYPE DATA`, or
/// `NAME SERVFAIL`. Other names do not exist.
pub(crate) fn resolver(zone: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/dns-query", listener.local_addr().unwrap());
    let zone: Arc<[String]> = zone.lines().map(|line| line.trim().to_owned()).collect();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let zone = Arc::clone(&zone);
            thread::spawn(move || drop(serve(stream, &zone)));
        }
    });
    url
}

fn serve(mut stream: TcpStream, zone: &[String]) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while let Some(first) = lines.next().transpose()? {
        while lines
            .next()
            .transpose()?
            .is_some_and(|line| !line.is_empty())
        {}
        let target = first.split(' ').nth(1).unwrap_or_default();
        let value = |name: &str| {
            let (_, behind) = target.split_once(&format!("{name}=")).unwrap_or_default();
            behind.split('&').next().unwrap_or_default().to_owned()
        };
        let body = answer(zone, &value("name"), &value("type")).to_string();
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/dns-json\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
    }
    Ok(())
}

fn answer(zone: &[String], name: &str, kind: &str) -> Value {
    let of_name: Vec<Vec<&str>> = zone
        .iter()
        .map(|line| line.splitn(3, ' ').collect::<Vec<_>>())
        .filter(|parts| parts[0] == name)
        .collect();
    let status = match of_name.first().map(|parts| parts[1]) {
        None => 3,
        Some("SERVFAIL") => 2,
        Some(_) => 0,
    };
    let alias = of_name.iter().find(|parts| parts[1] == "CNAME");
    if let Some(parts) = alias {
        let behind = answer(zone, parts[2], kind);
        let mut records = vec![json!({"name": name, "type": 5, "TTL": 300, "data": parts[2]})];
        records.extend(behind["Answer"].as_array().into_iter().flatten().cloned());
        return json!({"Status": behind["Status"], "Answer": records});
    }
    let records: Vec<Value> = of_name
        .iter()
        .filter(|parts| parts[1] == kind)
        .map(|parts| {
            let number = if kind == "TXT" { 16 } else { 1 };
            json!({"name": name, "type": number, "TTL": 300, "data": parts[2]})
        })
        .collect();
    json!({"Status": status, "Answer": records})
}

/// Runs `diagnose` on a resolver with these records.
pub(crate) fn judge(zone: &str, arguments: &[&str]) -> Ran {
    let url = resolver(zone);
    let arguments = arguments.iter().copied().chain(["--resolver", &url]);
    run(&folder(&[]), arguments)
}

/// The same as JSON, with the exit status.
#[track_caller]
pub(crate) fn judge_json(zone: &str, arguments: &[&str]) -> (Value, Option<i32>) {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
    let ran = judge(zone, &arguments);
    assert_eq!(ran.err, "");
    (serde_json::from_str(&ran.out).unwrap(), ran.status)
}
