//! The program itself: its line, its signals, its refusals, its log.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream, UdpSocket},
    process::{Child, ChildStdout, Command, Output, Stdio},
};

/// A running program that ends with the test.
struct Program {
    child: Child,
    out: BufReader<ChildStdout>,
    address: String,
}

impl Program {
    fn start(flags: &[&str]) -> Self {
        let mut child = command(flags).spawn().expect("a program");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        let address = line
            .strip_prefix("listening on http://")
            .and_then(|rest| rest.strip_suffix('\n'))
            .unwrap_or_else(|| panic!("no address in {line:?}"))
            .to_owned();
        Self {
            child,
            out,
            address,
        }
    }

    fn get(&self, path: &str, header: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{header}\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Asks the program to end; what it printed after its line, its log, and whether it succeeded.
    fn stop(mut self) -> (String, String, bool) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.expect("kill runs").success());
        let mut printed = String::new();
        self.out.read_to_string(&mut printed).expect("its output");
        let mut log = String::new();
        let mut errors = self.child.stderr.take().expect("its log");
        errors.read_to_string(&mut log).expect("its log");
        let status = self.child.wait().expect("its end");
        (printed, log, status.success())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proxy"));
    command
        .args(flags)
        .env_remove("RUST_LOG")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(flags: &[&str]) -> Output {
    command(flags).output().expect("a program")
}

#[test]
fn it_says_where_it_listens_answers_and_ends_on_a_signal() {
    let program = Program::start(&["--listen", "127.0.0.1:0"]);
    assert!(program.get("/healthz", "").ends_with("\r\n\r\nok"));
    let answer = program.get("/dns-query?name=shop.example&type=MX", "");
    assert!(answer.contains("10 mail.shop.example."), "{answer}");
    let (printed, _, success) = program.stop();
    assert_eq!(printed, "");
    assert!(success);
}

#[test]
fn the_log_never_names_what_was_asked() {
    let closed = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let upstream = format!("udp://{}", closed.local_addr().expect("an address"));
    drop(closed);
    let program = Program::start(&["--listen", "127.0.0.1:0", "--upstream", &upstream]);
    for query in [
        "name=secret-name.example&type=MX",
        "name=secret-name..example",
        "name=secret-name.example&type=secret-name",
    ] {
        let answer = program.get(&format!("/dns-query?{query}"), "");
        assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    }
    let (_, log, _) = program.stop();
    assert!(log.contains("status=502"), "{log}");
    assert!(log.contains("status=400"), "{log}");
    assert!(!log.contains("secret-name"), "{log}");
}

#[test]
fn oversized_headers_are_cut_off() {
    let program = Program::start(&["--listen", "127.0.0.1:0"]);
    let header = format!("X-Long: {}\r\n", "a".repeat(64 * 1024));
    let mut stream = TcpStream::connect(&program.address).expect("a connection");
    let request = format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{header}\r\n");
    // The program may hang up before everything is written.
    let _ = stream.write_all(request.as_bytes());
    let mut answer = vec![];
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(!answer.contains("200 OK"), "{answer}");
    assert!(program.get("/healthz", "").contains("200 OK"));
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = run(&["--listen", &address]);
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains(&address), "{errors}");
    assert!(errors.contains("--listen"), "{errors}");
}

#[test]
fn wrong_flags_are_named() {
    for (flags, part) in [
        (["--upstream", "dns.example"], "--upstream"),
        (["--embed-origin", "desk.example"], "--embed-origin"),
        (["--listen", "nowhere"], "--listen"),
    ] {
        let output = run(&flags);
        assert_eq!(output.status.code(), Some(2));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains(part), "{errors}");
    }
}
