//! Bounces of our own: the reports of an invented Postfix, each with a number that shows where it
//! came from.

/// What is said to the recipients, in turn: status, and reply with a place for the sending IP.
const REPLIES: [(&str, &str); 4] = [
    (
        "5.1.1",
        "550 5.1.1 Recipient address rejected: User unknown in virtual mailbox table",
    ),
    ("5.2.2", "552 5.2.2 Mailbox full"),
    (
        "5.7.25",
        "550 5.7.25 Client host [IP] rejected: cannot find your reverse hostname",
    ),
    ("5.3.4", "552 5.3.4 Message size exceeds fixed limit"),
];

/// The recipient of bounce number `number`.
pub(crate) fn recipient(number: usize) -> String {
    format!("reader{number}@firm{}.example", number % 5)
}

/// The sending IP of bounce number `number`.
fn sending_ip(number: usize) -> String {
    format!("198.51.100.{}", 7 + number % 3)
}

/// Bounce number `number`, with `text` in the message that came back.
pub(crate) fn bounce_with(number: usize, text: &str) -> String {
    let (status, reply) = REPLIES[number % REPLIES.len()];
    let reply = reply.replace("IP", &sending_ip(number));
    let recipient = recipient(number);
    format!(
        "Return-Path: <>\n\
         Date: Tue, 3 Nov 2026 08:00:00 +0000\n\
         From: MAILER-DAEMON@mail.shop.example (Mail Delivery System)\n\
         Subject: Undelivered Mail Returned to Sender\n\
         To: letters@shop.example\n\
         MIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"part{number}\"\n\
         \n\
         --part{number}\n\
         Content-Type: text/plain\n\
         \n\
         This is the mail system at host mail.shop.example.\n\
         \n\
         <{recipient}>: host mx.firm.example[192.0.2.10] said: {reply} (in reply to RCPT TO\n    \
         command)\n\
         \n\
         --part{number}\n\
         Content-Type: message/delivery-status\n\
         \n\
         Reporting-MTA: dns; mail.shop.example\n\
         \n\
         Final-Recipient: rfc822; {recipient}\n\
         Action: failed\n\
         Status: {status}\n\
         Remote-MTA: dns; mx.firm.example\n\
         Diagnostic-Code: smtp; {reply}\n\
         \n\
         --part{number}\n\
         Content-Type: message/rfc822\n\
         \n\
         Received: from mail.shop.example (mail.shop.example)\n    \
         by mx.firm.example; Tue, 3 Nov 2026 07:59:58 +0000\n\
         From: letters@shop.example\n\
         To: {recipient}\n\
         Subject: Letter {number}\n\
         Message-ID: <{number}@shop.example>\n\
         \n\
         {text}\n\
         \n\
         --part{number}--\n"
    )
}

/// Bounce number `number`.
pub(crate) fn bounce(number: usize) -> String {
    bounce_with(number, "Good morning.")
}

/// Messages as an mbox file.
pub(crate) fn mbox(messages: impl IntoIterator<Item = String>) -> String {
    messages
        .into_iter()
        .map(|message| format!("From MAILER-DAEMON Tue Nov  3 08:00:00 2026\n{message}\n"))
        .collect()
}
