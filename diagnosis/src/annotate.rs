//! The paste cut into segments, with what each was read as. Cut here, because byte offsets never
//! reach JavaScript.

use crate::{case::Case, sort::sort, text::Span};

/// A stretch of the paste.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The text.
    pub text: String,
    /// What it was read as; `None` for what lies between.
    pub mark: Option<Mark>,
}

/// What a stretch of the paste was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The words or codes that the reason stands on.
    Why,
    /// Who it was for, what was asked, codes and times.
    What,
    /// Servers, addresses, domains.
    Server,
}

/// Cuts `paste` at the spans that the case stands on. Spans that do not lie on characters of the
/// paste are passed over. Where spans overlap, the reason wins.
#[must_use]
pub fn annotate(paste: &str, case: &Case) -> Vec<Segment> {
    let mut marks = spans(case);
    marks.retain(|(span, _)| span.start < span.end && paste.get(span.start..span.end).is_some());
    let mut bounds: Vec<usize> = marks
        .iter()
        .flat_map(|(span, _)| [span.start, span.end])
        .collect();
    bounds.extend([
        case.bounce.span.start,
        case.bounce.span.end.min(paste.len()),
    ]);
    sort(&mut bounds);
    bounds.dedup();
    let mut segments: Vec<Segment> = Vec::new();
    for pair in bounds.windows(2) {
        let &[start, end] = pair else { continue };
        let Some(text) = paste.get(start..end) else {
            continue;
        };
        let mark = marks
            .iter()
            .find(|(span, _)| span.start <= start && end <= span.end)
            .map(|(_, mark)| *mark);
        match segments.last_mut() {
            Some(last) if last.mark == mark => last.text.push_str(text),
            _ => segments.push(Segment {
                text: text.to_owned(),
                mark,
            }),
        }
    }
    segments
}

/// All spans, the strongest mark first.
fn spans(case: &Case) -> Vec<(Span, Mark)> {
    let mut marks = Vec::new();
    let mut add = |mark: Mark, spans: &[Span]| {
        marks.extend(spans.iter().map(|span| (*span, mark)));
    };
    for judgement in &case.judgements {
        add(Mark::Why, &judgement.spans);
    }
    for trial in &case.bounce.trials {
        let host = trial.host.as_ref().map(|host| host.spans.as_slice());
        add(Mark::Server, host.unwrap_or_default());
        add(Mark::What, &trial.said.spans);
    }
    for recipient in &case.bounce.recipients {
        let mut what = |spans: Option<&Vec<Span>>| {
            add(Mark::What, spans.map(Vec::as_slice).unwrap_or_default());
        };
        what(recipient.address.as_ref().map(|v| &v.spans));
        what(recipient.original.as_ref().map(|v| &v.spans));
        what(recipient.action.as_ref().map(|v| &v.spans));
        what(recipient.status.as_ref().map(|v| &v.spans));
        what(recipient.reply_code.as_ref().map(|v| &v.spans));
        what(recipient.command.as_ref().map(|v| &v.spans));
        what(recipient.will_retry_until.as_ref().map(|v| &v.spans));
        what(recipient.attempts.as_ref().map(|v| &v.spans));
        what(recipient.waited_seconds.as_ref().map(|v| &v.spans));
        let mut server = |spans: Option<&Vec<Span>>| {
            add(Mark::Server, spans.map(Vec::as_slice).unwrap_or_default());
        };
        server(recipient.remote_mta.as_ref().map(|v| &v.spans));
        server(recipient.remote_ip.as_ref().map(|v| &v.spans));
    }
    let mut server = |spans: Option<&Vec<Span>>| {
        add(Mark::Server, spans.map(Vec::as_slice).unwrap_or_default());
    };
    let sending = &case.bounce.sending;
    server(case.bounce.reporting_mta.as_ref().map(|v| &v.spans));
    server(sending.ip.as_ref().map(|v| &v.spans));
    server(sending.helo.as_ref().map(|v| &v.spans));
    server(sending.from_domain.as_ref().map(|v| &v.spans));
    server(sending.envelope_domain.as_ref().map(|v| &v.spans));
    for result in &case.bounce.returned.authentication {
        server(Some(&result.spans));
    }
    for signature in &sending.dkim {
        server(Some(&signature.spans));
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{classify::classify, read::read, text::no_decoder};

    #[test]
    fn the_segments_are_the_paste() {
        let paste = "é <ana@firm.example>: host mx.firm.example[192.0.2.10] said:\r\n 550 5.1.1 User\r\n unknown (in reply to RCPT TO command)\r\n";
        let case = classify(read(paste.as_bytes(), no_decoder).remove(0));
        let segments = annotate(paste, &case);
        let whole: String = segments
            .iter()
            .map(|segment| segment.text.as_str())
            .collect();
        assert_eq!(whole, paste);
        let why: Vec<&str> = segments
            .iter()
            .filter(|segment| segment.mark == Some(Mark::Why))
            .map(|segment| segment.text.as_str())
            .collect();
        assert_eq!(why, ["User", "unknown"]);
    }
}
