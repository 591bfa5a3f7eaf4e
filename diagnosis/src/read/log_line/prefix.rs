//! What stands before the message of a log line: the time, the host, the program.

use std::ops::Range;

use mail_parser::DateTime;

/// The beginning of a line, as far as it is understood.
#[derive(Debug, Default)]
pub(super) struct Prefix {
    /// Whether there is a time.
    pub(super) dated: bool,
    /// The time as RFC 3339 in UTC, where the line gives the year and the zone.
    pub(super) time: Option<(Range<usize>, String)>,
    /// The host that wrote the line.
    pub(super) host: Option<Range<usize>>,
    /// Whether there is a program with its process number.
    pub(super) program: bool,
    /// Where the message begins.
    pub(super) rest: usize,
}

/// How far into a line its time may stand: behind the name of a file or a container, or a few words.
const HEAD: usize = 120;

/// Reads the prefix of a line.
pub(super) fn read(line: &str) -> Prefix {
    let found = places(line).find_map(|at| stamp(line, at).map(|found| (at, found)));
    let Some((start, found)) = found else {
        return without_time(line);
    };
    let mut prefix = Prefix {
        dated: true,
        rest: behind(line, found.end),
        ..Prefix::default()
    };
    if line
        .get(..start)
        .is_some_and(|before| before.ends_with("1 "))
    {
        structured(line, &mut prefix);
    } else {
        host_and_program(line, &mut prefix);
    }
    let mut time = found.unix.map(|unix| (start..found.end, unix));
    // splogger writes its own time behind the one of syslog.
    if let Some(inner) = stamp(line, prefix.rest) {
        time = inner
            .unix
            .map(|unix| (prefix.rest..inner.end, unix))
            .or(time);
        prefix.rest = behind(line, inner.end);
    }
    prefix.time = time.map(|(range, unix)| (range, DateTime::from_timestamp(unix).to_rfc3339()));
    prefix
}

/// Where a time can begin: at the start, and behind the first few colons, bars, brackets
/// and quotation marks.
fn places(line: &str) -> impl Iterator<Item = usize> + '_ {
    const TRIES: usize = 6;
    let opening = line.len()
        - line
            .trim_start_matches([' ', '\t', '[', '(', '"', '\''])
            .len();
    let head = line.as_bytes().get(..HEAD).unwrap_or(line.as_bytes());
    let behind = head
        .iter()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b':' | b'|' | b'>' | b']' | b'"'))
        .take(TRIES)
        .map(|(at, _)| {
            let rest = line.get(at + 1..).unwrap_or_default();
            let plain = rest.trim_start_matches([' ', '[']);
            // RFC 5424: `<PRI>1 TIMESTAMP`.
            let plain = plain.strip_prefix("1 ").unwrap_or(plain);
            at + 1 + (rest.len() - plain.len())
        });
    std::iter::once(opening).chain(behind)
}

fn behind(line: &str, at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    let plain = rest.trim_start_matches([' ', '\t', ']', ':', '|']);
    at + (rest.len() - plain.len())
}

fn without_time(line: &str) -> Prefix {
    let head = line.as_bytes().get(..HEAD).unwrap_or(line.as_bytes());
    let end = head
        .windows(3)
        .position(|window| matches!(window, [b'0'..=b'9', b']', b':']))
        .map(|at| at + 3)
        .filter(|&end| {
            let before = line.get(..end).unwrap_or_default();
            is_program(before.rsplit(' ').next().unwrap_or_default())
        });
    Prefix {
        program: end.is_some(),
        rest: behind(line, end.unwrap_or(0)),
        ..Prefix::default()
    }
}

/// RFC 5424, section 6: `HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA MSG`.
fn structured(line: &str, prefix: &mut Prefix) {
    let Some(host) = token(line, prefix.rest) else {
        return;
    };
    prefix.host = Some(host.clone()).filter(|host| line.get(host.clone()) != Some("-"));
    prefix.program = true;
    let mut at = host.end;
    for _ in 0..3 {
        at = token(line, behind(line, at)).map_or(at, |token| token.end);
    }
    let data = behind(line, at);
    let rest = line.get(data..).unwrap_or_default();
    let length = match rest.strip_prefix('[') {
        Some(inner) => inner.find(']').map_or(0, |end| end + 2),
        None => usize::from(rest.starts_with("- ")),
    };
    prefix.rest = behind(line, data + length);
}

/// `host program[123]: `, `program[123]: `, or Exim's `[123] ` alone.
fn host_and_program(line: &str, prefix: &mut Prefix) {
    let Some(first) = token(line, prefix.rest) else {
        return;
    };
    let word = line.get(first.clone()).unwrap_or_default();
    if word.starts_with('[') && word.ends_with(']') {
        prefix.rest = behind(line, first.end);
    } else if is_program(word) {
        prefix.program = true;
        prefix.rest = behind(line, first.end);
    } else if let Some(second) = token(line, behind(line, first.end))
        && line.get(second.clone()).is_some_and(is_program)
    {
        prefix.host = Some(first);
        prefix.program = true;
        prefix.rest = behind(line, second.end);
    }
}

/// `postfix/smtp[123]:`; without a number only names that are no queue identifier.
fn is_program(word: &str) -> bool {
    let Some(name) = word.strip_suffix(':') else {
        return false;
    };
    let plain = match name.split_once('[') {
        Some((plain, number)) => {
            let digits = number.strip_suffix(']').unwrap_or("x");
            if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return false;
            }
            return plain.starts_with(|c: char| c.is_ascii_alphabetic());
        }
        None => name,
    };
    !plain.is_empty()
        && plain
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'/' | b'_'))
}

fn token(line: &str, at: usize) -> Option<Range<usize>> {
    let word = line.get(at..)?.split([' ', '\t']).next()?;
    (!word.is_empty()).then(|| at..at + word.len())
}

/// A time and where it ends.
struct Stamp {
    end: usize,
    /// Seconds since 1970 where year and zone are known.
    unix: Option<i64>,
}

fn stamp(line: &str, at: usize) -> Option<Stamp> {
    let at = at + weekday(line.get(at..)?);
    iso(line, at)
        .or_else(|| syslog(line, at))
        .or_else(|| tai64n(line, at))
        .or_else(|| epoch(line, at))
        .or_else(|| slashed(line, at))
}

fn weekday(rest: &str) -> usize {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let Some(behind) = rest
        .get(..3)
        .filter(|day| DAYS.contains(day))
        .and(rest.get(3..))
    else {
        return 0;
    };
    rest.len() - behind.trim_start_matches([',', ' ']).len()
}

/// Exactly `count` digits.
fn number(line: &str, at: usize, count: usize) -> Option<u32> {
    let digits = line.get(at..at + count)?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

fn byte(line: &str, at: usize) -> u8 {
    line.as_bytes().get(at).copied().unwrap_or_default()
}

/// `10:00:00` with a fraction.
fn clock(line: &str, at: usize) -> Option<(usize, [u32; 3])> {
    let parts = [
        number(line, at, 2)?,
        number(line, at + 3, 2)?,
        number(line, at + 6, 2)?,
    ];
    if byte(line, at + 2) != b':' || byte(line, at + 5) != b':' {
        return None;
    }
    let mut end = at + 8;
    if matches!(byte(line, end), b'.' | b',') && byte(line, end + 1).is_ascii_digit() {
        end += 1;
        while byte(line, end).is_ascii_digit() {
            end += 1;
        }
    }
    Some((end, parts))
}

/// `2026-11-24T10:00:00.000+01:00` (RFC 3339) and its looser forms.
fn iso(line: &str, at: usize) -> Option<Stamp> {
    let year = number(line, at, 4)?;
    let month = number(line, at + 5, 2)?;
    let day = number(line, at + 8, 2)?;
    let separators = (byte(line, at + 4), byte(line, at + 7));
    let shaped = matches!(separators, (b'-', b'-') | (b'/', b'/'))
        && matches!(byte(line, at + 10), b'T' | b't' | b' ' | b'_');
    if !shaped {
        return None;
    }
    let (end, clock) = clock(line, at + 11)?;
    let zone = zone(line, end);
    let unix = zone.and_then(|(_, seconds)| unix([year, month, day], clock, seconds));
    Some(Stamp {
        end: zone.map_or(end, |(end, _)| end),
        unix,
    })
}

/// `Z`, `+01:00`, `+0100`, ` +0100`, ` UTC`: where it ends, and its seconds east.
fn zone(line: &str, at: usize) -> Option<(usize, i64)> {
    let at = at + usize::from(byte(line, at) == b' ');
    if matches!(byte(line, at), b'Z' | b'z') {
        return Some((at + 1, 0));
    }
    if line.get(at..).is_some_and(|rest| rest.starts_with("UTC")) {
        return Some((at + 3, 0));
    }
    let sign = match byte(line, at) {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let colon = usize::from(byte(line, at + 3) == b':');
    let hours = number(line, at + 1, 2)?;
    let minutes = number(line, at + 3 + colon, 2)?;
    let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60;
    Some((at + 5 + colon, sign * seconds))
}

fn unix(date: [u32; 3], clock: [u32; 3], east: i64) -> Option<i64> {
    let [year, month, day] = date;
    let [hour, minute, second] = clock;
    let local = DateTime {
        year: year.try_into().ok()?,
        month: month.try_into().ok()?,
        day: day.try_into().ok()?,
        hour: hour.try_into().ok()?,
        minute: minute.try_into().ok()?,
        second: second.try_into().ok()?,
        tz_before_gmt: false,
        tz_hour: 0,
        tz_minute: 0,
    };
    local.is_valid().then(|| local.to_timestamp() - east)
}

/// `Nov 24 10:00:00` (RFC 3164), a year before or behind the clock; no zone.
fn syslog(line: &str, at: usize) -> Option<Stamp> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    line.get(at..at + 3)
        .filter(|month| MONTHS.contains(month))?;
    let day = at + 3 + blanks(line, at + 3)?;
    let length = line
        .get(day..)?
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    if !(1..=2).contains(&length) {
        return None;
    }
    let mut time = day + length + blanks(line, day + length)?;
    if number(line, time, 4).is_some() && byte(line, time + 4) == b' ' {
        time += 5;
    }
    let (end, _) = clock(line, time)?;
    let has_year = byte(line, end) == b' '
        && number(line, end + 1, 4).is_some()
        && byte(line, end + 5) == b' ';
    Some(Stamp {
        end: end + if has_year { 5 } else { 0 },
        unix: None,
    })
}

fn blanks(line: &str, at: usize) -> Option<usize> {
    let rest = line.get(at..)?;
    let count = rest.len() - rest.trim_start_matches(' ').len();
    (count > 0).then_some(count)
}

/// `@40000000…`, multilog's time: seconds from 2^62, ten ahead.
fn tai64n(line: &str, at: usize) -> Option<Stamp> {
    const EPOCH: i64 = 0x4000_0000_0000_000a;
    const LENGTH: usize = 25;
    let label = line.get(at..at + LENGTH)?.strip_prefix('@')?;
    let hex = label.bytes().all(|byte| byte.is_ascii_hexdigit());
    let seconds = i64::from_str_radix(label.get(..16).filter(|_| hex)?, 16).ok()?;
    Some(Stamp {
        end: at + LENGTH,
        unix: Some(seconds - EPOCH).filter(|unix| (0..1 << 34).contains(unix)),
    })
}

/// `1795514400.123456`, splogger's time.
fn epoch(line: &str, at: usize) -> Option<Stamp> {
    const LENGTH: usize = 10;
    let seconds: i64 = number(line, at, LENGTH)?.into();
    let mut end = at + LENGTH;
    if byte(line, end) != b'.' || !byte(line, end + 1).is_ascii_digit() {
        return None;
    }
    end += 1;
    while byte(line, end).is_ascii_digit() {
        end += 1;
    }
    Some(Stamp {
        end,
        unix: Some(seconds),
    })
}

/// `11/24/2026 10:00:00` and `24/11/2026 10:00:00`: which is which nobody knows.
fn slashed(line: &str, at: usize) -> Option<Stamp> {
    number(line, at, 2)?;
    number(line, at + 3, 2)?;
    number(line, at + 6, 4)?;
    let separators = (byte(line, at + 2), byte(line, at + 5));
    if !matches!(separators, (b'/', b'/') | (b'.', b'.')) {
        return None;
    }
    let (end, _) = clock(line, at + 11)?;
    Some(Stamp { end, unix: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let prefix = read(line);
        let part = |range: Range<usize>| line[range].to_owned();
        let found = format!(
            "{} {} {} | {}",
            prefix.time.map_or("-".to_owned(), |(_, time)| time),
            prefix.host.map_or("-".to_owned(), part),
            if prefix.program { "program" } else { "-" },
            &line[prefix.rest..],
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn times_are_read_where_year_and_zone_are_known() {
        check(
            "Nov 24 10:00:00 mail postfix/smtp[12]: 4AB: to=<a@b.example>",
            "- mail program | 4AB: to=<a@b.example>",
        );
        check(
            "2026-11-24T11:00:00.123456+01:00 mail postfix/smtp[12]: x",
            "2026-11-24T10:00:00Z mail program | x",
        );
        check(
            "2026-11-24 10:00:00 1abcDE-0001Xy-2B => a",
            "- - - | 1abcDE-0001Xy-2B => a",
        );
        check(
            "2026-11-24 10:00:00.123 +0000 [123] 1abcDE-0001Xy-2B => a",
            "2026-11-24T10:00:00Z - - | 1abcDE-0001Xy-2B => a",
        );
        check(
            "@400000006b05602a2b7c8d3c delivery 1: success: x/",
            "2026-11-24T10:00:00Z - - | delivery 1: success: x/",
        );
        check(
            "Nov 24 10:00:00 mail qmail: 1795514400.123456 delivery 1: success: x/",
            "2026-11-24T10:00:00Z mail program | delivery 1: success: x/",
        );
    }

    #[test]
    fn what_a_tool_or_a_person_puts_before_is_passed_over() {
        check(
            "<22>1 2026-11-24T10:00:00Z mail.shop.example postfix/smtp 12 - - 4AB: to=<a@b.example>",
            "2026-11-24T10:00:00Z mail.shop.example program | 4AB: to=<a@b.example>",
        );
        check(
            "/var/log/mail.log:88:Nov 24 10:00:00 mail postfix/smtp[12]: 4AB: x",
            "- mail program | 4AB: x",
        );
        check(
            "mta-1  | Nov 24 10:00:00 mail postfix/smtp[12]: 4AB: x",
            "- mail program | 4AB: x",
        );
        check(
            "our log says: Nov 24 10:00:00 mail sendmail[12]: 4AB: x",
            "- mail program | 4AB: x",
        );
        check("postfix/smtp[12]: 4AB: x", "- - program | 4AB: x");
        check("just words: and more", "- - - | just words: and more");
    }
}
