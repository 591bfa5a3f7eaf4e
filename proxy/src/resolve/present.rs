//! Records in their text form, as zone files and `application/dns-json` write them.

use std::fmt::Write;

use data_encoding::{HEXLOWER, HEXUPPER};
use hickory_resolver::proto::{
    rr::{Name, RData, Record, rdata::TLSA},
    serialize::binary::BinEncodable,
};

/// The data of a record. Types without a form of their own here get the one of RFC 3597, which
/// every reader can take apart.
pub(crate) fn data(record: &Record) -> String {
    match &record.data {
        RData::A(address) => address.to_string(),
        RData::AAAA(address) => address.to_string(),
        RData::CAA(caa) => {
            let value = character_string(&caa.value);
            format!("{} {} {value}", caa.flags(), caa.tag)
        }
        RData::CNAME(target) => name(target),
        RData::MX(mx) => format!("{} {}", mx.preference, name(&mx.exchange)),
        RData::NS(target) => name(target),
        RData::PTR(target) => name(target),
        RData::SOA(soa) => format!(
            "{} {} {} {} {} {} {}",
            name(&soa.mname),
            name(&soa.rname),
            soa.serial,
            soa.refresh,
            soa.retry,
            soa.expire,
            soa.minimum
        ),
        RData::SRV(srv) => format!(
            "{} {} {} {}",
            srv.priority,
            srv.weight,
            srv.port,
            name(&srv.target)
        ),
        RData::TLSA(tlsa) => tlsa_data(tlsa),
        RData::TXT(txt) => txt
            .txt_data
            .iter()
            .map(|string| character_string(string))
            .collect::<Vec<_>>()
            .join(" "),
        other => generic(other),
    }
}

/// A name with its trailing dot; unusual bytes are escaped.
pub(crate) fn name(name: &Name) -> String {
    let mut text = String::with_capacity(name.len() + 1);
    for label in name.iter() {
        for &byte in label {
            match byte {
                b'.' | b'\\' => {
                    text.push('\\');
                    text.push(char::from(byte));
                }
                0x21..=0x7e => text.push(char::from(byte)),
                _ => push_decimal(&mut text, byte),
            }
        }
        text.push('.');
    }
    match text.is_empty() {
        true => ".".into(),
        false => text,
    }
}

/// RFC 1035 §5.1: "Inside a \" delimited string any character can occur, except for a \" itself,
/// which must be quoted using \ (back slash)."
fn character_string(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('"');
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(byte));
            }
            0x20..=0x7e => text.push(char::from(byte)),
            _ => push_decimal(&mut text, byte),
        }
    }
    text.push('"');
    text
}

fn push_decimal(text: &mut String, byte: u8) {
    // Writing to a String cannot fail.
    let _ = write!(text, "\\{byte:03}");
}

/// RFC 6698 §2.2: "The certificate association data field MUST be represented as a string of
/// hexadecimal characters."
fn tlsa_data(tlsa: &TLSA) -> String {
    format!(
        "{} {} {} {}",
        u8::from(tlsa.cert_usage),
        u8::from(tlsa.selector),
        u8::from(tlsa.matching),
        HEXLOWER.encode(&tlsa.cert_data)
    )
}

/// RFC 3597 §5: the token \#, the length in bytes, the data in hexadecimal.
fn generic(data: &RData) -> String {
    let bytes = data.to_bytes().unwrap_or_default();
    let text = format!("\\# {} {}", bytes.len(), HEXUPPER.encode(&bytes));
    text.trim_end().into()
}

#[cfg(test)]
mod tests {
    use hickory_resolver::proto::rr::{
        RecordType,
        rdata::{NULL, TXT},
    };

    use super::*;

    #[track_caller]
    fn check(rdata: RData, expected: &str) {
        let record = Record::from_rdata(Name::root(), 60, rdata);
        assert_eq!(data(&record), expected);
    }

    #[track_caller]
    fn check_text(record_type: RecordType, text: &str, expected: &str) {
        check(
            RData::try_from_str(record_type, text).expect("a record"),
            expected,
        );
    }

    #[test]
    fn txt_strings_stand_apart_and_are_escaped() {
        let strings: Vec<&[u8]> = vec![
            b"v=spf1 -all",
            b"a\"b\\c",
            b"",
            &[0, 9, 0x1f, 0x7f, 0x80, 0xff],
            "é".as_bytes(),
        ];
        check(
            RData::TXT(TXT::from_bytes(strings)),
            r#""v=spf1 -all" "a\"b\\c" "" "\000\009\031\127\128\255" "\195\169""#,
        );
    }

    #[test]
    fn each_type_has_its_zone_file_form() {
        check_text(RecordType::A, "192.0.2.1", "192.0.2.1");
        check_text(RecordType::AAAA, "2001:db8:0:0::25", "2001:db8::25");
        check_text(
            RecordType::MX,
            "10 mx1.firm.example.",
            "10 mx1.firm.example.",
        );
        check_text(RecordType::MX, "0 .", "0 .");
        check_text(RecordType::CNAME, "a.example.", "a.example.");
        check_text(RecordType::PTR, "a.example.", "a.example.");
        check_text(RecordType::NS, "ns.example.", "ns.example.");
        check_text(
            RecordType::SOA,
            "ns.example. hostmaster.example. 1 3600 600 86400 300",
            "ns.example. hostmaster.example. 1 3600 600 86400 300",
        );
        check_text(RecordType::SRV, "0 1 443 a.example.", "0 1 443 a.example.");
        check_text(
            RecordType::CAA,
            "0 issue \"ca.example\"",
            "0 issue \"ca.example\"",
        );
        check_text(RecordType::TLSA, "3 1 1 00FFab", "3 1 1 00ffab");
    }

    #[test]
    fn other_types_use_the_generic_form() {
        let code = RecordType::from(65280);
        let unknown = |rdata| RData::Unknown { code, rdata };
        check(unknown(NULL::with(vec![0xab, 0x01])), r"\# 2 AB01");
        check(unknown(NULL::new()), r"\# 0");
    }

    #[test]
    fn unusual_bytes_in_names_are_escaped() {
        let labels: [&[u8]; 3] = [b"a.b", b"c d\\", &[0xff, b'_']];
        let odd = Name::from_labels(labels).expect("a name");
        assert_eq!(name(&odd), r"a\.b.c\032d\\.\255_.");
        assert_eq!(name(&Name::root()), ".");
    }
}
