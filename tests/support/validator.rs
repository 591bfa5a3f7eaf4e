//! unbound as a resolver of our own on loopback that checks DNSSEC, and zones signed for it.

use std::{
    fmt::Write,
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use tempfile::TempDir;

use crate::name_server::free_port;

/// How often another free port is tried, where a stranger takes the one that was found.
const ATTEMPTS: usize = 5;

/// A running unbound; it ends with this value.
pub struct Validator {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Validator {
    /// Starts unbound for zones that a name server on a port of 127.0.0.1 has, trusting these keys,
    /// and waits until it answers. All other names are sent there too, so that nothing leaves this
    /// machine; the server refuses them, as a lame delegation does.
    #[must_use]
    pub fn start(zones: &[&str], server: u16, keys: &[&str]) -> Self {
        let mut log = String::new();
        for _ in 0..ATTEMPTS {
            match Self::attempt(zones, server, keys) {
                Ok(validator) => return validator,
                Err(printed) => log = printed,
            }
        }
        panic!("unbound does not run:\n{log}");
    }

    /// As an upstream of the proxy.
    #[must_use]
    pub fn upstream(&self) -> String {
        format!("udp://127.0.0.1:{}", self.port)
    }

    fn attempt(zones: &[&str], server: u16, keys: &[&str]) -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let port = free_port();
        let file = folder.path().join("unbound.conf");
        let settings = configuration(&folder, port, zones, server, keys);
        fs::write(&file, settings).expect("the folder can be written");
        let mut child = Command::new(crate::unbound())
            .arg("-d")
            .arg("-c")
            .arg(file)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("unbound starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its log is ours")).lines();
        let validator = Self {
            child,
            port,
            _folder: folder,
        };
        let mut log = String::new();
        for line in lines.by_ref().map_while(Result::ok) {
            if line.contains("start of service") {
                // A log that nobody reads would fill its pipe and stop the server.
                thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
                return Ok(validator);
            }
            log.push_str(&line);
            log.push('\n');
        }
        Err(log)
    }
}

impl Drop for Validator {
    fn drop(&mut self) {
        // Nothing can be done about an error here, and where it has ended already there is none.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(
    folder: &TempDir,
    port: u16,
    zones: &[&str],
    server: u16,
    keys: &[&str],
) -> String {
    let place = folder.path().display();
    let mut out = format!(
        r#"server:
  interface: 127.0.0.1
  port: {port}
  directory: "{place}"
  chroot: ""
  username: ""
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  verbosity: 1
  do-ip6: no
  do-not-query-localhost: no
  module-config: "validator iterator"
  ede: yes
"#
    );
    for key in keys {
        let _ = writeln!(out, "  trust-anchor: \"{key}\"");
    }
    for zone in zones {
        // It answers for test. and the documentation ranges itself, unless told otherwise.
        let _ = writeln!(out, "  local-zone: \"{zone}.\" nodefault");
    }
    out.push_str("remote-control:\n  control-enable: no\n");
    let _ = writeln!(
        out,
        "forward-zone:\n  name: \".\"\n  forward-addr: 127.0.0.1@{server}"
    );
    for zone in zones {
        let _ = writeln!(
            out,
            "stub-zone:\n  name: \"{zone}\"\n  stub-addr: 127.0.0.1@{server}"
        );
    }
    out
}

/// A signed zone.
pub struct SignedZone {
    /// The text of its zone file.
    pub text: String,
    /// Its key, as a DNSKEY record.
    pub key: String,
}

impl SignedZone {
    /// Signs a zone with a new key: with signatures that hold now, or that have expired.
    ///
    /// # Panics
    ///
    /// Where BIND's tools cannot be started.
    #[must_use]
    pub fn new(name: &str, records: &str, holds: bool) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let file = |name: &str| folder.path().join(name);
        fs::write(file("zone"), records).expect("the folder can be written");
        let mut keygen = Command::new(tool("dnssec-keygen"));
        keygen.args(["-q", "-a", "ECDSAP256SHA256", "-f", "KSK", name]);
        let base = output(keygen.current_dir(&folder));
        let mut sign = Command::new(tool("dnssec-signzone"));
        // -P: the tool itself would refuse what has expired.
        sign.args(["-P", "-S", "-z", "-o", name, "-f", "signed"]);
        if !holds {
            sign.args(["-s", "20200101000000", "-e", "20200201000000"]);
        }
        output(sign.arg("zone").current_dir(&folder));
        let key = fs::read_to_string(file(&format!("{}.key", base.trim()))).expect("its key");
        let key = key.lines().find(|line| !line.starts_with(';'));
        Self {
            text: fs::read_to_string(file("signed")).expect("the signed zone"),
            key: key.unwrap_or_default().to_owned(),
        }
    }
}

fn output(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).expect("it prints text")
}

/// A tool of BIND: beside the name server, or on PATH.
fn tool(name: &str) -> PathBuf {
    let beside = crate::named().with_file_name(name);
    match beside.is_file() {
        true => beside,
        false => PathBuf::from(name),
    }
}
