//! What is printed.

use insta::assert_snapshot;

use crate::{
    bounces::{bounce, mbox},
    run::{folder, run},
};

#[test]
fn the_summary_counts_by_kind_reason_provider_and_sending_ip() {
    let other =
        "Subject: Lunch\nFrom: ben@shop.example\nTo: ana@shop.example\n\nAt noon?\n".to_owned();
    let google = "550-5.1.1 The email account that you tried to reach does not exist. gsmtp";
    let messages = (0..10).map(bounce).chain([other]);
    let folder = folder(&[("bounces", &mbox(messages)), ("reply", google)]);
    let ran = run(&folder, ["--summary", "bounces", "reply"]);
    assert_snapshot!(ran.out, @r#"
    12 messages, 11 recipients
    4 recipients not to be mailed again (suppress)

    Messages by kind
      bounce         11   91.7 %
      other           1    8.3 %

    Recipients by reason
      userunknown     4   36.4 %
      mailboxfull     3   27.3 %
      emailtoolarge   2   18.2 %
      requireptr      2   18.2 %

    Recipients by provider
      (not known)    10   90.9 %
      google          1    9.1 %

    Recipients by sending IP
      (not said)      9   81.8 %
      198.51.100.7    1    9.1 %
      198.51.100.9    1    9.1 %
    "#);
}

#[test]
fn rows_are_quoted_and_end_as_rfc_4180_says() {
    let reply = "550 5.1.1 <ana@firm.example>: \"ana\", no such user";
    let folder = folder(&[("a,b.mbox", &mbox((0..4).map(bounce))), ("reply", reply)]);
    let ran = run(&folder, ["--csv", "a,b.mbox", "reply"]);
    assert!(
        ran.out
            .split_terminator('\n')
            .all(|line| line.ends_with('\r'))
    );
    assert_snapshot!(ran.out.replace('\r', ""), @r#"
    source,index,address,original,kind,reason,second_reason,confidence,permanent,suppress,status,reply_code,refused_by,responsible,provider,sending_ip,diagnostic
    "a,b.mbox",0,reader0@firm0.example,,bounce,userunknown,,certain,true,true,5.1.1,550,recipient-mx,sender,,,550 5.1.1 Recipient address rejected: User unknown in virtual mailbox table
    "a,b.mbox",1,reader1@firm1.example,,bounce,mailboxfull,,certain,true,false,5.2.2,552,recipient-mx,recipient,,,552 5.2.2 Mailbox full
    "a,b.mbox",2,reader2@firm2.example,,bounce,requireptr,,certain,true,false,5.7.25,550,recipient-mx,sender-admin,,198.51.100.9,550 5.7.25 Client host [198.51.100.9] rejected: cannot find your reverse hostname
    "a,b.mbox",3,reader3@firm3.example,,bounce,emailtoolarge,,certain,true,false,5.3.4,552,recipient-mx,sender,,,552 5.3.4 Message size exceeds fixed limit
    reply,0,ana@firm.example,,bounce,userunknown,,certain,true,true,5.1.1,550,recipient-mx,sender,,,"550 5.1.1 <ana@firm.example>: ""ana"", no such user"
    "#);
}

#[test]
fn no_cell_is_a_formula() {
    let reply = "550 5.1.1 <=cmd|x@firm.example>: no such user";
    let folder = folder(&[("=1+1", reply), ("-x", reply), ("@x", reply), ("+x", reply)]);
    let ran = run(&folder, ["--csv", "--", "=1+1", "-x", "@x", "+x"]);
    let sources = ran.out.lines().skip(1).map(|row| row.split(',').next());
    assert!(
        sources.eq(["'=1+1", "'-x", "'@x", "'+x"].map(Some)),
        "{}",
        ran.out
    );
}

#[test]
fn a_message_without_recipients_has_no_row() {
    let folder = folder(&[("empty", "")]);
    assert_eq!(run(&folder, ["--csv", "empty"]).out.lines().count(), 1);
}

#[test]
fn only_one_form_can_be_had() {
    let folder = folder(&[("empty", "")]);
    for forms in [
        ["--csv", "--json"],
        ["--json", "--summary"],
        ["--csv", "--summary"],
    ] {
        assert_eq!(run(&folder, forms.iter().chain(&["empty"])).status, Some(2));
    }
}

#[test]
fn help_speaks_of_formulas() {
    let folder = folder(&[]);
    assert!(run(&folder, ["--help"]).out.contains("begin with = + - @"));
}
