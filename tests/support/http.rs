//! A resolver of our own on loopback: it answers application/dns-json by a function, and ends with
//! its value.

use std::{
    io::{BufRead, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use diagnosis::dns::{Answer, Name, Outcome, RecordData, RecordType};
use serde_json::{Value, json};

/// A running resolver.
pub struct Resolver {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
}

impl Resolver {
    /// Starts one that answers every question with what the function gives.
    #[must_use]
    pub fn start(answer: impl Fn(&Name, RecordType) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let is_over = Arc::new(AtomicBool::new(false));
        let (over, answer) = (is_over.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let answer = answer.clone();
                thread::spawn(move || serve(stream, &*answer));
            }
        });
        Self { address, is_over }
    }

    /// The address to ask.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/dns-query", self.address)
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for somebody to ask; where it has gone nobody listens.
        drop(TcpStream::connect(self.address));
    }
}

/// One request a connection.
fn serve(mut stream: TcpStream, answer: &dyn Fn(&Name, RecordType) -> Answer) {
    let mut line = String::new();
    let mut reader = BufReader::new(&stream);
    if reader.read_line(&mut line).is_err() {
        return;
    }
    loop {
        let mut head = String::new();
        match reader.read_line(&mut head) {
            Ok(0) | Err(_) => return,
            Ok(_) if head.trim().is_empty() => break,
            Ok(_) => {}
        }
    }
    let target = line.split(' ').nth(1).unwrap_or_default();
    let (status, body) = respond(target, answer);
    let text = body.to_string();
    let response = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/dns-json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{text}",
        text.len()
    );
    // Whoever asked may have gone.
    let _ = stream.write_all(response.as_bytes());
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = stream.read(&mut [0]);
}

fn respond(target: &str, answer: &dyn Fn(&Name, RecordType) -> Answer) -> (&'static str, Value) {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let value = |key: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(known, _)| *known == key)
            .map(|(_, value)| unescaped(value))
            .unwrap_or_default()
    };
    let (name, kind) = (value("name"), value("type"));
    let (Ok(question), Ok(record_type)) = (Name::lenient(&name), kind.parse::<RecordType>()) else {
        return ("400 Bad Request", json!({"title": "no question"}));
    };
    let answer = answer(&question, record_type);
    let status = match answer.outcome {
        Outcome::NoError => 0,
        Outcome::ServFail => 2,
        Outcome::NxDomain => 3,
        Outcome::Timeout => return ("504 Gateway Timeout", json!({"title": "timeout"})),
        Outcome::Unreachable => return ("502 Bad Gateway", json!({"title": "unreachable"})),
        Outcome::Refused | Outcome::NotAsked => 5,
    };
    let records: Vec<Value> = answer
        .records
        .iter()
        .map(|record| {
            let (number, data) = present(&record.data);
            json!({"name": format!("{}.", record.owner), "type": number, "TTL": record.ttl, "data": data})
        })
        .collect();
    (
        "200 OK",
        json!({"Status": status, "TC": false, "RD": true, "RA": true, "AD": answer.authenticated,
               "CD": false, "Question": [], "Answer": records}),
    )
}

/// Type number and presentation form, TXT in quotes.
fn present(data: &RecordData) -> (u16, String) {
    match data {
        RecordData::Txt(text) => {
            let mut quoted = String::from("\"");
            for byte in text
                .chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
            {
                match byte {
                    b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
                    b' '..=b'~' => quoted.push(char::from(byte)),
                    _ => quoted.push_str(&format!("\\{byte:03}")),
                }
            }
            quoted.push('"');
            (16, quoted)
        }
        RecordData::A(_) => (1, data.present()),
        RecordData::Aaaa(_) => (28, data.present()),
        RecordData::Cname(_) => (5, data.present()),
        RecordData::Mx { .. } => (15, data.present()),
        RecordData::Ptr(_) => (12, data.present()),
        RecordData::Other(number, text) => (*number, text.clone()),
    }
}

/// Percent-encoding, and then the escapes of a name.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let hex = behind
            .get(..2)
            .and_then(|two| std::str::from_utf8(two).ok());
        let byte = hex.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = behind;
            }
            _ => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    let mut name = String::new();
    let mut rest = bytes.as_slice();
    while let Some((&first, behind)) = rest.split_first() {
        let digits = behind
            .get(..3)
            .and_then(|three| std::str::from_utf8(three).ok());
        match (first, digits.and_then(|three| three.parse::<u8>().ok())) {
            (b'\\', Some(byte)) => {
                name.push(char::from(byte));
                rest = behind.get(3..).unwrap_or_default();
            }
            _ => {
                name.push(char::from(first));
                rest = behind;
            }
        }
    }
    name
}
