//! A stream cut into messages: an mbox file at its separators while it is read, anything else whole.

use std::io::{self, BufRead};

use diagnosis::read::is_mbox_separator;

/// The messages of one stream, each with the place where it begins.
pub(super) struct Messages<R> {
    input: R,
    /// The beginning of the next message: its separator and the line behind it.
    kept: Vec<u8>,
    /// Where `kept` begins.
    at: usize,
    state: State,
}

#[derive(PartialEq, Eq)]
enum State {
    Beginning,
    InMbox,
    AtEnd,
}

impl<R: BufRead> Messages<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            kept: Vec::new(),
            at: 0,
            state: State::Beginning,
        }
    }

    /// Looks at the first two lines. Only an mbox file is cut: elsewhere the reader of pastes finds
    /// the messages by itself, with all of the text before it.
    fn begin(&mut self) -> io::Result<()> {
        let first = read_line(&mut self.input, &mut self.kept)?;
        let next = self.kept.len();
        let more = first && read_line(&mut self.input, &mut self.kept)?;
        let (first, second) = self.kept.split_at(next);
        if is_mbox_separator(first, second) {
            self.state = State::InMbox;
            return Ok(());
        }
        self.state = State::AtEnd;
        // A terminal that has said its end once is not asked again.
        if more {
            self.input.read_to_end(&mut self.kept)?;
        }
        Ok(())
    }

    /// Reads up to the next separator, which is kept.
    fn rest_of_message(&mut self) -> io::Result<Vec<u8>> {
        let mut message = std::mem::take(&mut self.kept);
        let mut behind_blank = false;
        loop {
            let line = message.len();
            if !read_line(&mut self.input, &mut message)? {
                self.state = State::AtEnd;
                return Ok(message);
            }
            if behind_blank && from(&message, line).starts_with(b"From ") {
                let next = message.len();
                read_line(&mut self.input, &mut message)?;
                let (before, second) = message.split_at(next);
                if is_mbox_separator(from(before, line), second) {
                    self.kept = message.split_off(line);
                    return Ok(message);
                }
                behind_blank = is_blank(second);
            } else {
                behind_blank = is_blank(from(&message, line));
            }
        }
    }

    fn read(&mut self) -> io::Result<(usize, Vec<u8>)> {
        if self.state == State::Beginning {
            self.begin()?;
        }
        let message = match self.state {
            State::InMbox => self.rest_of_message()?,
            State::Beginning | State::AtEnd => std::mem::take(&mut self.kept),
        };
        let at = self.at;
        self.at += message.len();
        Ok((at, message))
    }
}

impl<R: BufRead> Iterator for Messages<R> {
    type Item = io::Result<(usize, Vec<u8>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::AtEnd {
            return None;
        }
        let message = self.read();
        if message.is_err() {
            self.state = State::AtEnd;
        }
        Some(message)
    }
}

fn from(bytes: &[u8], start: usize) -> &[u8] {
    bytes.get(start..).unwrap_or_default()
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n" | b"\r")
}

/// Appends a line with its end, which is LF, CRLF or a bare CR as in the reader of pastes; `false`
/// at the end of the input.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    let start = line.len();
    loop {
        let chunk = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        if chunk.is_empty() {
            return Ok(line.len() > start);
        }
        let end = memchr::memchr2(b'\n', b'\r', chunk);
        let taken = end.map_or(chunk.len(), |end| end + 1);
        line.extend_from_slice(chunk.get(..taken).unwrap_or_default());
        input.consume(taken);
        if end.is_some() {
            if line.ends_with(b"\r") && take_line_feed(input)? {
                line.push(b'\n');
            }
            return Ok(true);
        }
    }
}

/// Whether LF comes next, which is then taken.
fn take_line_feed(input: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let is_next = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            chunk => chunk?.starts_with(b"\n"),
        };
        input.consume(usize::from(is_next));
        return Ok(is_next);
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// Cuts `input` at `separator`, with buffers so small that lines and line ends are torn.
    #[track_caller]
    fn check(input: &str, expected: &[&str]) {
        for (end, name) in [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")] {
            let input = input.replace('\n', end);
            let expected: Vec<_> = expected
                .iter()
                .map(|message| message.replace('\n', end))
                .collect();
            for buffer in [1, 2, 7, 8_192] {
                let reader = BufReader::with_capacity(buffer, input.as_bytes());
                let mut at = 0;
                let mut found = Vec::new();
                for message in Messages::new(reader) {
                    let (start, message) = message.unwrap();
                    assert_eq!(start, at, "{name}, buffer {buffer}");
                    at += message.len();
                    found.push(String::from_utf8(message).unwrap());
                }
                assert_eq!(found, expected, "{name}, buffer {buffer}");
            }
        }
    }

    #[test]
    fn an_mbox_is_cut_at_its_separators() {
        check(
            "From a Fri Feb 13 02:45:58 2015\nSubject: x\n\none\n\nFrom b Fri Feb 13 02:45:58 2015\nSubject: y\n\ntwo\n",
            &[
                "From a Fri Feb 13 02:45:58 2015\nSubject: x\n\none\n\n",
                "From b Fri Feb 13 02:45:58 2015\nSubject: y\n\ntwo\n",
            ],
        );
    }

    #[test]
    fn lines_in_bodies_are_no_separators() {
        let head = "From a Fri Feb 13 02:45:58 2015\nSubject: x\n\n";
        for body in [
            "From Monday at 10:00 it works\nor not\n",
            "text\nFrom b Fri Feb 13 02:45:58 2015\nSubject: y\n",
            ">From b Fri Feb 13 02:45:58 2015\nSubject: y\n",
            "From b Fri Feb 13 02:45:58 2015\n\nSubject: y\n",
            "From b Fri Feb 13 02:45:58 2015",
            "\n\n",
        ] {
            let whole = format!("{head}{body}");
            check(&whole, &[&whole]);
        }
    }

    #[test]
    fn separators_follow_blank_lines_of_any_number() {
        check(
            "From a 1:00\nA: x\n\nFrom here on\n\nFrom b 1:00\nA: x\n\n\n\nFrom c 1:00\nA: x\n",
            &[
                "From a 1:00\nA: x\n\nFrom here on\n\n",
                "From b 1:00\nA: x\n\n\n\n",
                "From c 1:00\nA: x\n",
            ],
        );
    }

    #[test]
    fn anything_else_is_one_message() {
        for whole in ["", "\n", "550 5.1.1 no", "a\n\nFrom b 1:00\nA: x\n"] {
            check(whole, &[whole]);
        }
    }
}
