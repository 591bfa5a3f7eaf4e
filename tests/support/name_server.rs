//! BIND as a name server of our own on loopback.

use std::{
    fmt::Write,
    fs,
    io::{BufRead, BufReader},
    net::{TcpListener, UdpSocket},
    process::{Child, Command, Stdio},
    thread,
};

use tempfile::TempDir;

/// How often another free port is tried, where a stranger takes the one that was found.
const ATTEMPTS: usize = 5;

/// A running BIND that knows the given zones and nothing else; it ends with this value.
pub struct NameServer {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl NameServer {
    /// Starts BIND with zones, each a name and the text of its zone file, and waits until it
    /// answers.
    #[must_use]
    pub fn start(zones: &[(&str, &str)]) -> Self {
        let mut log = String::new();
        for _ in 0..ATTEMPTS {
            match Self::attempt(zones) {
                Ok(server) => return server,
                Err(printed) => log = printed,
            }
        }
        panic!("BIND does not run:\n{log}");
    }

    /// The port of 127.0.0.1 that it answers at.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// As an upstream of the proxy.
    #[must_use]
    pub fn upstream(&self) -> String {
        format!("udp://127.0.0.1:{}", self.port)
    }

    fn attempt(zones: &[(&str, &str)]) -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let port = free_port();
        write_files(&folder, port, zones);
        let mut child = Command::new(crate::named())
            .arg("-g")
            .arg("-c")
            .arg(folder.path().join("named.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("BIND starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its log is ours")).lines();
        let server = Self {
            child,
            port,
            _folder: folder,
        };
        let mut log = String::new();
        for line in lines.by_ref().map_while(Result::ok) {
            // Such as `24-Nov-2026 10:00:00.123 running`: all zones are loaded.
            if line.ends_with(" running") {
                // A log that nobody reads would fill its pipe and stop the server.
                thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
                return not_refused(server, log);
            }
            log.push_str(&line);
            log.push('\n');
        }
        Err(log)
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        // Nothing can be done about an error here, and where it has ended already there is none.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// BIND runs on without a port that it could not have, and without a zone that it could not read.
fn not_refused(server: NameServer, log: String) -> Result<NameServer, String> {
    let faults = ["could not listen", "not loaded due to errors"];
    match faults.iter().any(|fault| log.contains(fault)) {
        true => Err(log),
        false => Ok(server),
    }
}

/// A port that is free over UDP and TCP.
pub(crate) fn free_port() -> u16 {
    for _ in 0..20 {
        let udp = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
        let address = udp.local_addr().expect("it has an address");
        if TcpListener::bind(address).is_ok() {
            return address.port();
        }
    }
    panic!("no port is free over both UDP and TCP");
}

fn write_files(folder: &TempDir, port: u16, zones: &[(&str, &str)]) {
    let place = folder.path().display();
    let mut configuration = format!(
        r#"options {{
  directory "{place}"; pid-file "{place}/named.pid"; session-keyfile "{place}/session.key";
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion no; empty-zones-enable no; dnssec-validation no; allow-query {{ 127.0.0.0/8; }};
  check-names primary ignore; check-integrity no; check-mx ignore; check-mx-cname ignore; check-spf ignore;
}};
controls {{ }};
"#
    );
    for (number, (zone, records)) in zones.iter().enumerate() {
        let file = format!("{number}.zone");
        fs::write(folder.path().join(&file), records).expect("the folder can be written");
        let _ = writeln!(
            configuration,
            r#"zone "{zone}" {{ type primary; file "{file}"; }};"#
        );
    }
    fs::write(folder.path().join("named.conf"), configuration).expect("the folder can be written");
}
