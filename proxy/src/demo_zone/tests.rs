//! The rules of the zone, on small zones of their own.

use super::*;

const ZONE: &str = "
$TTL 300
$ORIGIN .
example.            SOA   ns.example. hostmaster.example. 1 7200 900 1209600 60
a.example.          A     192.0.2.1
x.y.a.example.      TXT   \"deep\"
alias.a.example.    CNAME a.example.
out.a.example.      CNAME www.elsewhere.test.
lost.a.example.     CNAME nobody.a.example.
loop1.a.example.    CNAME loop2.a.example.
loop2.a.example.    CNAME loop1.a.example.
1.2.0.192.in-addr.arpa. PTR a.example.
";

const REFUSALS: &str = "
; a comment
b.example    *   SERVFAIL 22 no authority
*.b.example  *   REFUSED
a.example    MX  TIMEOUT
c.example    *   BOGUS 6
test         *   NXDOMAIN
";

#[track_caller]
fn ask(name: &str, record_type: RecordType, cd: bool) -> Option<Result<Message, Failure>> {
    let zone = DemoZone::read(ZONE, REFUSALS).expect("a zone");
    zone.answer(&Question {
        name: Name::from_ascii(name).expect("a name"),
        record_type,
        dnssec_ok: false,
        checking_disabled: cd,
    })
}

/// Response code, number of answers, number of authority records.
#[track_caller]
fn check(name: &str, record_type: RecordType, expected: (ResponseCode, usize, usize)) {
    let message = ask(name, record_type, false)
        .expect("a name of the zone")
        .expect("a message");
    let counts = (message.answers.len(), message.authorities.len());
    let seen = (message.metadata.response_code, counts.0, counts.1);
    assert_eq!(seen, expected, "{name}");
}

#[test]
fn names_are_held_absent_or_foreign() {
    use ResponseCode::{NXDomain, NoError};
    check("a.example.", RecordType::A, (NoError, 1, 0));
    check("A.Example.", RecordType::A, (NoError, 1, 0));
    check("a.example.", RecordType::TXT, (NoError, 0, 1));
    check("y.a.example.", RecordType::TXT, (NoError, 0, 1));
    check("z.a.example.", RecordType::TXT, (NXDomain, 0, 1));
    check("below.x.y.a.example.", RecordType::TXT, (NXDomain, 0, 1));
    check("example.", RecordType::TXT, (NoError, 0, 1));
    check("test.", RecordType::A, (NXDomain, 0, 0));
    check("1.2.0.192.in-addr.arpa.", RecordType::PTR, (NoError, 1, 0));
    for foreign in [
        "d.example.",
        "a.test.",
        "a.example.test.",
        "2.2.0.192.in-addr.arpa.",
        "2.0.192.in-addr.arpa.",
        ".",
    ] {
        assert!(ask(foreign, RecordType::A, false).is_none(), "{foreign}");
    }
}

#[test]
fn aliases_are_followed_inside_the_zone() {
    use ResponseCode::{NXDomain, NoError};
    check("alias.a.example.", RecordType::A, (NoError, 2, 0));
    check("alias.a.example.", RecordType::CNAME, (NoError, 1, 0));
    check("alias.a.example.", RecordType::AAAA, (NoError, 1, 1));
    check("out.a.example.", RecordType::A, (NoError, 1, 0));
    check("lost.a.example.", RecordType::A, (NXDomain, 1, 1));
    check(
        "loop1.a.example.",
        RecordType::A,
        (NoError, LONGEST_CHAIN, 1),
    );
}

#[test]
fn refusals_fit_their_name_type_and_flag() {
    use ResponseCode::{NXDomain, NoError, Refused, ServFail};
    check("b.example.", RecordType::A, (ServFail, 0, 0));
    check("www.b.example.", RecordType::A, (Refused, 0, 0));
    check("c.example.", RecordType::A, (ServFail, 0, 0));
    check("below.c.example.", RecordType::A, (NXDomain, 0, 1));
    check("a.example.", RecordType::A, (NoError, 1, 0));
    assert_eq!(
        ask("a.example.", RecordType::MX, false).map(|outcome| outcome.err()),
        Some(Some(Failure::Timeout))
    );
    let checked_off = ask("c.example.", RecordType::A, true).expect("a name of the zone");
    let code = checked_off.expect("a message").metadata.response_code;
    assert_eq!(code, NXDomain);
}

#[test]
fn a_broken_table_names_its_line() {
    for (table, line) in [
        ("a.example *", 1),
        ("\n;\na.example NOPE REFUSED", 3),
        ("a.example * SULKS", 1),
        ("a.example * SERVFAIL many", 1),
    ] {
        let error = refusals::read(table).expect_err("a broken table");
        assert_eq!(error, RefusalError { line });
    }
}
