//! The proxy as a running program, and the program `diagnose`.

use std::{
    io::{BufRead, BufReader, Write},
    net::UdpSocket,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

/// A running proxy on a free port of loopback; it ends with this value.
pub struct Clinic {
    child: Child,
    origin: String,
}

impl Clinic {
    /// Starts the proxy and waits until it says where it listens.
    #[must_use]
    pub fn start(flags: &[&str]) -> Self {
        let mut child = Command::new(crate::proxy())
            .args(["--listen", "127.0.0.1:0"])
            .args(flags)
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the proxy starts");
        let mut out = BufReader::new(child.stdout.take().expect("its output is ours"));
        let mut line = String::new();
        out.read_line(&mut line).expect("it prints text");
        // Made before the line is looked at: it ends the program also where that fails.
        let mut clinic = Self {
            child,
            origin: String::new(),
        };
        clinic.origin = line
            .trim_end()
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("the proxy did not say where it listens, but {line:?}"))
            .to_owned();
        clinic
    }

    /// One that has the demonstration zone and can reach nobody beyond it.
    #[must_use]
    pub fn with_demonstration(flags: &[&str]) -> Self {
        let nobody = nobody();
        let demonstration = ["--demo-zone", "on", "--upstream", nobody.as_str()];
        Self::start(&[&demonstration, flags].concat())
    }

    /// Such as `http://127.0.0.1:40000`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Where it answers questions to DNS.
    #[must_use]
    pub fn resolver(&self) -> String {
        format!("{}/dns-query", self.origin)
    }

    /// What `diagnose --json` says about a bounce with this proxy as its resolver: one report a
    /// message.
    #[must_use]
    pub fn diagnose(&self, paste: &str) -> Vec<Value> {
        self.diagnose_with(&[], paste)
    }

    /// The same with further flags.
    #[must_use]
    pub fn diagnose_with(&self, flags: &[&str], paste: &str) -> Vec<Value> {
        let mut child = Command::new(crate::diagnose())
            .args(["--json", "--resolver", &self.resolver(), "-"])
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("diagnose starts");
        let mut input = child.stdin.take().expect("its input is ours");
        input
            .write_all(paste.as_bytes())
            .expect("it reads its input");
        drop(input);
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "diagnose: {}", output.status);
        let lines = String::from_utf8(output.stdout).expect("it prints text");
        lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("each line is JSON"))
            .collect()
    }
}

impl Drop for Clinic {
    fn drop(&mut self) {
        // Nothing can be done about an error here, and where it has ended already there is none.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An upstream where nobody listens.
#[must_use]
pub fn nobody() -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
    let address = socket.local_addr().expect("it has an address");
    format!("udp://{address}")
}
