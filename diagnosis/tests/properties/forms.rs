//! Other forms of a paste: as other programs keep it, send it, or cut it off.

/// As a list of lines, each with its end.
fn lines(paste: &str) -> Vec<&str> {
    paste.split_inclusive('\n').collect()
}

/// With the line ends of mail.
pub(crate) fn crlf(paste: &str) -> String {
    paste.replace('\n', "\r\n")
}

/// With the line ends of an old Macintosh.
pub(crate) fn bare_cr(paste: &str) -> String {
    paste.replace('\n', "\r")
}

/// As an answer quotes it.
pub(crate) fn quoted(paste: &str) -> String {
    paste.lines().map(|line| format!("> {line}\n")).collect()
}

/// Twice.
pub(crate) fn doubled(paste: &str) -> String {
    format!("{paste}\n{paste}")
}

/// Two messages of an mbox file.
pub(crate) fn mbox(paste: &str) -> String {
    let message = format!("From MAILER-DAEMON Tue Nov 24 10:00:00 2026\n{paste}\n\n");
    message.repeat(2)
}

/// Cut off at every so manieth byte.
pub(crate) fn cut_off(paste: &str, step: usize) -> impl Iterator<Item = &[u8]> {
    let bytes = paste.as_bytes();
    (0..bytes.len())
        .step_by(step)
        .map(move |end| bytes.get(..end).unwrap_or_default())
}

/// Without one line, for each line.
pub(crate) fn without_a_line(paste: &str) -> impl Iterator<Item = String> {
    let lines = lines(paste);
    (0..lines.len()).map(move |gone| {
        let kept = lines.iter().enumerate().filter(|(at, _)| *at != gone);
        kept.map(|(_, line)| *line).collect()
    })
}

/// With one line twice, for each line.
pub(crate) fn with_a_line_twice(paste: &str) -> impl Iterator<Item = String> {
    let lines = lines(paste);
    (0..lines.len()).map(move |twice| {
        let times = |at| if at == twice { 2 } else { 1 };
        let copies = lines.iter().enumerate();
        copies.map(|(at, line)| line.repeat(times(at))).collect()
    })
}

/// As the page of a web mailer.
pub(crate) fn html(paste: &str) -> String {
    let text = paste
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\n', "<br>\n");
    format!("<html><body><p>{text}</p></body></html>\n")
}

/// A whole mail with that body.
pub(crate) fn mail(content_type: &str, encoding: &str, body: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.firm.example\nTo: bo@shop.example\nSubject: Undelivered\n\
         MIME-Version: 1.0\nContent-Type: {content_type}\nContent-Transfer-Encoding: {encoding}\n\n{body}\n"
    )
}

/// RFC 2045, section 6.7: everything that is not a letter, a digit or white space is written as a
/// number.
pub(crate) fn quoted_printable(body: &str) -> String {
    let mut encoded = String::new();
    let mut column = 0;
    for byte in body.bytes() {
        if byte == b'\n' {
            column = 0;
            encoded.push('\n');
            continue;
        }
        if column > 70 {
            encoded.push_str("=\n");
            column = 0;
        }
        if byte.is_ascii_alphanumeric() || byte == b' ' {
            encoded.push(char::from(byte));
            column += 1;
        } else {
            encoded.push_str(&format!("={byte:02X}"));
            column += 3;
        }
    }
    encoded
}

/// RFC 2045, section 6.8.
pub(crate) fn base64(body: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| {
        let at = usize::try_from(bits & 63).unwrap_or_default();
        ALPHABET.get(at).copied().map_or('=', char::from)
    };
    let mut encoded = String::new();
    for (at, group) in body.as_bytes().chunks(3).enumerate() {
        if at > 0 && at % 19 == 0 {
            encoded.push('\n');
        }
        let byte = |at: usize| group.get(at).map_or(0, |byte| u32::from(*byte));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digits = [bits >> 18, bits >> 12, bits >> 6, bits].map(digit);
        let kept = group.len() + 1;
        let padded = digits.iter().enumerate();
        encoded.extend(padded.map(|(at, digit)| if at < kept { *digit } else { '=' }));
    }
    encoded
}
