//! A paste taken apart: its head, its readable parts, and the head of the message that came back.

use crate::text::{CharsetDecoder, Raw, Span, Spanned, Text};

use super::{
    headers::{self, Headers},
    mime::{self, Encoding, Part},
};

/// How deep messages within messages are followed.
const MAX_DEPTH: usize = 6;

/// The parts of one message that readers look at.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The head of the outermost message; empty where only a body was pasted.
    pub(super) headers: Headers,
    /// Text meant for people, in order.
    texts: Vec<Text>,
    /// The text with the returned message in it, where that was cut off at its head.
    uncut: Option<Text>,
    /// Parts of type message/delivery-status.
    pub(super) status_parts: Vec<Text>,
    /// The head of the returned message.
    pub(super) returned: Headers,
    /// Whether that head came as a part of its own, and not as lines of prose.
    pub(super) has_returned_part: bool,
    /// Its first field with characters that are not ASCII, before encoded words are undone.
    pub(super) unencoded: Option<Spanned<String>>,
    /// How large that message was, where all of it came back.
    pub(super) returned_size: Option<Spanned<usize>>,
    /// Parts of type message/feedback-report.
    pub(super) feedback_parts: Vec<Text>,
}

impl Document {
    pub(super) fn new(raw: &Raw, decoder: CharsetDecoder) -> Self {
        let mut document = Self::default();
        document.take_message(raw, decoder, 0);
        if document.status_parts.is_empty() && document.returned.is_empty() {
            document.split_returned(decoder);
        }
        document
    }

    /// The text for people, joined; for a paste without MIME parts, all of it up to the returned
    /// message.
    pub(super) fn body(&self) -> Text {
        match self.texts.as_slice() {
            [only] => only.clone(),
            texts => Text::concat(texts),
        }
    }

    /// The text for people together with the message in it, where [`Document::body`] ends at the
    /// head of one.
    pub(super) fn uncut(&self) -> Option<&Text> {
        self.uncut.as_ref()
    }

    /// RFC 3834, section 5: the Auto-Submitted field.
    pub(super) fn is_auto_reply(&self) -> bool {
        self.headers.all("auto-submitted").any(|value| {
            let lower = value.as_str().to_ascii_lowercase();
            lower.starts_with("auto-replied") || lower.starts_with("auto-generated")
        })
    }

    fn take_message(&mut self, raw: &Raw, decoder: CharsetDecoder, depth: usize) {
        let start = first_content(raw.bytes());
        let raw = raw.slice(start..raw.bytes().len());
        let mut raw = raw;
        let mut head_end = end_of_head(&raw);
        let head = raw.slice(0..head_end);
        let has_head = headers::begins_with_head(&String::from_utf8_lossy(head.bytes()));
        if has_head && let Some(folded) = headers::folded(&raw, head_end) {
            raw = folded;
            head_end = end_of_head(&raw);
        }
        let head = raw.slice(0..head_end);
        if depth > MAX_DEPTH {
            self.texts.push(raw.decode(None, decoder));
            return;
        }
        if has_head && depth == 0 {
            self.headers = Headers::read(&head.decode(None, decoder)).decoded(decoder);
        }
        let body = match has_head {
            true => head_end,
            false => 0,
        };
        let body = raw.slice(body..raw.bytes().len());
        let boundary = boundary_of(body.bytes());
        if has_head && self.take_parts(&raw, boundary.is_some(), decoder, depth) {
            return;
        }
        // The head, or what it says of the boundary, was lost on the way.
        match boundary {
            Some((at, boundary)) => {
                self.texts.push(body.slice(0..at).decode(None, decoder));
                let head = format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\n\n");
                let whole = body.slice(at..body.bytes().len()).behind(&head);
                if !self.take_parts(&whole, false, decoder, depth) {
                    self.texts.push(body.decode(None, decoder));
                }
            }
            None => self.texts.push(body.decode(None, decoder)),
        }
    }

    /// Takes the MIME parts; tells whether there were any. A message that is said to have parts
    /// (`wants_several`) and shows only one has lost them.
    fn take_parts(
        &mut self,
        raw: &Raw,
        wants_several: bool,
        decoder: CharsetDecoder,
        depth: usize,
    ) -> bool {
        let found = mime::parts(raw.bytes());
        if wants_several && !found.is_multipart {
            return false;
        }
        let mut html = Vec::new();
        for part in &found.leaves {
            self.take_part(raw, part, decoder, depth, &mut html);
        }
        if self
            .texts
            .iter()
            .all(|text| text.as_str().trim().is_empty())
        {
            self.texts.extend(html.iter().map(Text::without_tags));
        }
        !self.is_empty()
    }

    fn is_empty(&self) -> bool {
        self.texts
            .iter()
            .all(|text| text.as_str().trim().is_empty())
            && self.status_parts.is_empty()
            && self.feedback_parts.is_empty()
            && self.returned.is_empty()
    }

    fn take_part(
        &mut self,
        raw: &Raw,
        part: &Part,
        decoder: CharsetDecoder,
        depth: usize,
        html: &mut Vec<Text>,
    ) {
        let content = transfer_decoded(raw, part);
        let label = part.charset.as_deref();
        let kind = part.kind.as_str();
        let is_whole = matches!(kind, "message/rfc822" | "message/global")
            && part.body.end < raw.bytes().len();
        match kind {
            "message/delivery-status" | "message/global-delivery-status" => {
                self.status_parts.push(content.decode(label, decoder));
            }
            "message/feedback-report" => self.feedback_parts.push(content.decode(label, decoder)),
            "message/rfc822"
            | "message/global"
            | "text/rfc822-headers"
            | "message/rfc822-headers"
            | "message/global-headers" => self.take_returned(&content, is_whole, decoder, depth),
            "text/html" => html.push(content.decode(label, decoder)),
            _ if is_text(kind) => self.texts.push(content.decode(label, decoder)),
            _ => {}
        }
    }

    /// The returned message: its head, and, where a bounce was forwarded as an attachment, the
    /// bounce in it.
    fn take_returned(
        &mut self,
        content: &Raw,
        is_whole: bool,
        decoder: CharsetDecoder,
        depth: usize,
    ) {
        let text = content.decode(None, decoder);
        let fields = Headers::read(&text.from_first_line());
        let unencoded = fields.unencoded();
        let fields = fields.decoded(decoder);
        let is_report = fields
            .first("content-type")
            .is_some_and(|value| value.as_str().to_ascii_lowercase().contains("report"));
        if is_report && self.status_parts.is_empty() && depth < MAX_DEPTH {
            self.texts.clear();
            self.headers = fields;
            self.take_message(content, decoder, depth + 1);
        } else if self.returned.is_empty() {
            self.returned = fields;
            self.unencoded = unencoded;
            self.has_returned_part = true;
            self.returned_size = size_of(content).filter(|_| is_whole);
        }
    }

    fn split_returned(&mut self, decoder: CharsetDecoder) {
        let body = self.body();
        let Some(start) = headers::find_head(&body) else {
            return;
        };
        self.returned =
            Headers::read(&body.slice(start..body.as_str().len()).dedented()).decoded(decoder);
        self.texts = vec![body.slice(0..start)];
        self.uncut = Some(body);
    }
}

fn end_of_head(raw: &Raw) -> usize {
    memchr::memmem::find(raw.bytes(), b"\n\n").unwrap_or(raw.bytes().len())
}

/// The first MIME boundary in a body, and where its line begins: a line `--…` with a field
/// `Content-…` right behind it.
fn boundary_of(body: &[u8]) -> Option<(usize, String)> {
    const LONGEST: usize = 72;
    let mut at = 0;
    let mut open: Option<(usize, &[u8])> = None;
    for line in body.split(|&byte| byte == b'\n') {
        if let Some((start, boundary)) = open
            && line
                .get(..8)
                .is_some_and(|name| name.eq_ignore_ascii_case(b"content-"))
        {
            return Some((start, String::from_utf8_lossy(boundary).into_owned()));
        }
        open = line
            .strip_prefix(b"--")
            .map(<[u8]>::trim_ascii_end)
            .filter(|boundary| (1..=LONGEST).contains(&boundary.len()) && !boundary.contains(&b'"'))
            .map(|boundary| (at, boundary));
        at += line.len() + 1;
    }
    None
}

fn transfer_decoded(raw: &Raw, part: &Part) -> Raw {
    let content = raw.slice(part.body.clone());
    match part.encoding {
        Encoding::Plain => content,
        Encoding::QuotedPrintable => content.decode_quoted_printable(),
        Encoding::Base64 => content.decode_base64(),
    }
}

/// The size on the wire, where each line ends with CRLF; `None` where there is only a head.
fn size_of(message: &Raw) -> Option<Spanned<usize>> {
    let bytes = message.bytes();
    let head = memchr::memmem::find(bytes, b"\n\n")?;
    if bytes.get(head..)?.trim_ascii().is_empty() {
        return None;
    }
    let size = bytes.len() + memchr::memchr_iter(b'\n', bytes).count();
    let first = message.spans(0..1);
    let last = message.spans(bytes.len() - 1..bytes.len());
    let span = Span {
        start: first.first()?.start,
        end: last.last()?.end,
    };
    (span.start < span.end).then(|| Spanned::new(size, vec![span]))
}

fn is_text(kind: &str) -> bool {
    kind.is_empty() || kind.starts_with("text/") || kind.starts_with("message/")
}

fn first_content(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())
        .map_or(0, |first| {
            bytes
                .get(..first)
                .and_then(|head| memchr::memrchr(b'\n', head))
                .map_or(0, |line_end| line_end + 1)
        })
}
