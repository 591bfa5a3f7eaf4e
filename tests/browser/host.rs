//! A page of somebody else's, at an origin of its own.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A server of one page; it ends with the test program.
pub(crate) struct Host {
    address: SocketAddr,
    page: Arc<Mutex<String>>,
}

impl Host {
    /// Starts it, with an empty page.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let page = Arc::<Mutex<String>>::default();
        let served = page.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let page = served.lock().expect("no panic before").clone();
                // The browser may hang up whenever it likes.
                let _ = answer(&stream, &page);
            }
        });
        Self { address, page }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Has it serve a page with this body.
    pub(crate) fn serve(&self, body: &str) {
        *self.page.lock().expect("no panic before") = format!(
            "<!doctype html><html lang=en><meta charset=utf-8><title>Desk</title>
            <link rel=icon href=data:><body>{body}</body></html>"
        );
    }
}

fn answer(mut stream: &TcpStream, page: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len()
    )
}
