//! What holds of every checklist, and which steps each reason gives by itself: for each reason, side
//! and class one line in a snapshot, so that a change of the playbook is seen.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeSet;

use diagnosis::{
    bounce::{Kind, Shape},
    case::Case,
    checklist::{Advice, State, Step, advise},
    classify::classify,
    finding::{Check, Code, Finding, Verdict},
    read::read,
    reason::{Reason, RefusedBy, Side},
    text::{Spanned, no_decoder},
    wording::{Slot, Value, Values},
};

/// A report, a log line, a reply alone and prose: what they say is overwritten, what they lack is
/// lacking.
const PASTES: [&str; 5] = [
    "From: MAILER-DAEMON@mail.shop.example\nTo: me@shop.example\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nThis is the mail system at host mail.shop.example.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.shop.example\n\nFinal-Recipient: rfc822; ana@firm.example\nAction: failed\nStatus: 5.0.0\nRemote-MTA: dns; mx1.firm.example\nDiagnostic-Code: smtp; 550 5.0.0 No\n\n--b\nContent-Type: message/rfc822\n\nReceived: from mail.shop.example (mail.shop.example [203.0.113.25]) by mx1.firm.example\nFrom: me@shop.example\nTo: ana@firm.example\nDKIM-Signature: v=1; d=shop.example; s=s1\n\nHi\n--b--\n",
    "Nov 24 10:00:00 mail postfix/smtp[123]: 4F1: to=<ana@firm.example>, relay=mx1.firm.example[192.0.2.10]:25, dsn=4.0.0, status=deferred (host mx1.firm.example[192.0.2.10] said: 450 4.0.0 No)",
    "550 No",
    "<ana@firm.example>: host mx1.firm.example[192.0.2.10] said: 550 5.0.0 No (in reply to RCPT TO command)\n<bo@firm.example>: host mx2.firm.example[192.0.2.11] said: 550 5.0.0 No (in reply to RCPT TO command)\n",
    "The following address(es) failed:\n\n  ana@firm.example\n    No\n",
];

/// Refusals that ask for steps of their own.
const REPLIES: [&str; 12] = [
    "550 No",
    "554 5.4.6 Too many hops",
    "450 4.2.0 Greylisted, please try again in 300 seconds",
    "550 Recipient address rejected: User unknown in virtual alias table",
    "504 5.5.2 <mail>: Helo command rejected: need fully-qualified hostname",
    "554 5.7.1 Service unavailable; Client host [203.0.113.25] blocked using zen.spamhaus.org",
    "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required",
    "550 Sender address rejected: not owned by user me",
    "550 Message-ID missing",
    "550 Only members may post to this list",
    "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
    "550 Delivery is not allowed to this address",
];

/// What DNS has ruled out, and the steps that would say the opposite.
const CONTRADICTIONS: [(&str, &[&str]); 7] = [
    ("reverse-dns-is-in-order", &["set-reverse-dns"]),
    ("helo-is-in-order", &["correct-the-greeting"]),
    (
        "spf-passes",
        &[
            "publish-spf",
            "keep-one-spf-record",
            "add-the-server-to-spf",
            "decide-whose-server-it-is",
            "let-the-server-in",
            "mend-the-spf-record",
            "shorten-the-spf-record",
            "take-out-the-dead-include",
            "allow-the-sending-server",
        ],
    ),
    (
        "spf-record-is-there",
        &["publish-spf", "keep-one-spf-record"],
    ),
    (
        "dmarc-record-is-there",
        &["publish-dmarc", "keep-one-dmarc-record"],
    ),
    (
        "recipient-domain-is-in-order",
        &[
            "correct-the-domain",
            "correct-the-unknown-domain",
            "publish-an-mx-record",
            "use-another-address",
        ],
    ),
    (
        "the-right-server-refused",
        &[
            "send-once-more-to-the-right-server",
            "look-for-a-fixed-route",
            "correct-where-mail-goes",
        ],
    ),
];

/// Steps of which one makes the other wrong.
const RIVALS: [(&str, &str); 8] = [
    ("wait", "wait-and-send-again"),
    ("wait", "wait-for-greylisting"),
    ("add-the-server-to-spf", "decide-whose-server-it-is"),
    ("add-the-server-to-spf", "sign-so-that-forwarding-survives"),
    ("add-the-server-to-spf", "sign-because-it-is-forwarded"),
    ("drop-the-address", "wait-and-send-again"),
    ("suppress-the-address", "keep-the-address-and-pause"),
    ("delete-the-backscatter", "drop-the-address"),
];

fn case(paste: &str) -> Case {
    classify(read(paste.as_bytes(), no_decoder).remove(0))
}

fn spanned<T>(value: T) -> Spanned<T> {
    Spanned {
        value,
        spans: Vec::new(),
    }
}

/// The case with another judgement of each recipient.
fn judged(mut case: Case, reason: Reason, side: Side, permanent: bool) -> Case {
    for judgement in &mut case.judgements {
        judgement.reason = reason;
        judgement.responsible = side;
        judgement.permanent = Some(permanent);
        judgement.suppress = Some(permanent && reason.ends_an_address());
        judgement.provider = None;
    }
    case
}

fn open(advice: &Advice) -> Vec<&Step> {
    let open = |step: &&Step| step.state == State::Open;
    advice.steps.iter().filter(open).collect()
}

/// The reasons that are delivery trouble.
fn reasons() -> impl Iterator<Item = Reason> {
    let calm = [Reason::Delivered, Reason::Vacation, Reason::Feedback];
    Reason::ALL
        .iter()
        .copied()
        .filter(move |reason| !calm.contains(reason))
}

/// The sides that the knowledge gives a reason, by its rows and by itself.
fn sides(reason: Reason) -> Vec<Side> {
    let rows = diagnosis::knowledge::REPLIES.iter();
    let rows = rows.filter(|row| row.reason == reason);
    let mut sides: Vec<Side> = rows.filter_map(|row| row.side).collect();
    sides.push(reason.usual_side());
    if reason.may_pass() {
        sides.push(Side::Nobody);
    }
    sides.sort_by_key(|side| side.number());
    sides.dedup();
    sides
}

#[test]
fn each_reason_side_and_class_has_its_steps() {
    let mut lines = Vec::new();
    let mut without = Vec::new();
    for reason in reasons() {
        for side in sides(reason) {
            for permanent in [true, false] {
                if permanent && side == Side::Nobody && reason != Reason::Rejected {
                    continue;
                }
                let mut case = judged(case(PASTES[0]), reason, side, permanent);
                if side == Side::Nobody {
                    case.bounce.kind = Kind::Delay;
                }
                let advice = advise(&case, &[]);
                let steps: Vec<String> = open(&advice)
                    .iter()
                    .map(|step| format!("{} ({})", step.id, step.owner.as_str()))
                    .collect();
                let class = if permanent { 5 } else { 4 };
                if steps.is_empty() {
                    without.push(format!("{reason:?}, {side:?}, class {class}"));
                }
                lines.push(format!(
                    "{} / {} / {class}: {}",
                    reason.as_str(),
                    side.as_str(),
                    steps.join(", ")
                ));
            }
        }
    }
    assert!(without.is_empty(), "nothing to do: {without:#?}");
    insta::assert_snapshot!(lines.join("\n"));
}

/// A row of numbers that looks like chance and is the same each time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.next() % of.len()]
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.next().is_multiple_of(times)
    }
}

/// A finding of each check at most, and nothing behind a domain that does not exist.
fn findings(chance: &mut Chance, recipients: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in Check::ALL {
        let codes: Vec<Code> = Code::ALL
            .iter()
            .copied()
            .filter(|code| code.check() == *check)
            .collect();
        let behind = [Check::Mx, Check::MxHost, Check::RefusingServer].contains(check);
        let gone = findings
            .iter()
            .any(|found: &Finding| found.code == Code::RecipientDomainMissing);
        if codes.is_empty() || chance.one_in(2) || behind && gone {
            continue;
        }
        findings.push(finding(chance.one(&codes), chance, recipients));
    }
    findings
}

fn finding(code: Code, chance: &mut Chance, recipients: usize) -> Finding {
    let of_sender = matches!(
        code.check(),
        Check::SenderDomain
            | Check::ReverseDns
            | Check::Helo
            | Check::Spf
            | Check::Dkim
            | Check::Dmarc
            | Check::Blocklist
            | Check::Message
    );
    let mut values = Values::new();
    for slot in Slot::ALL.iter().filter(|_| !chance.one_in(8)) {
        values.set(*slot, Value::Text(format!("{}-value", slot.as_str())));
    }
    Finding {
        code,
        subject: "firm.example".to_owned(),
        recipients: match of_sender {
            true => Vec::new(),
            false => (0..recipients).filter(|_| !chance.one_in(4)).collect(),
        },
        verdict: Verdict::Problem,
        result: None,
        unchecked_because: None,
        explains: !chance.one_in(3),
        values,
        expected: chance.one_in(2).then(|| "v=spf1 a ~all".to_owned()),
        trail: Vec::new(),
        answers: Vec::new(),
    }
}

fn random_case(chance: &mut Chance) -> Case {
    let reasons: Vec<Reason> = reasons().collect();
    let reason = chance.one(&reasons);
    let side = chance.one(&sides(reason));
    let permanent = chance.one_in(2);
    let mut case = judged(case(chance.one(&PASTES)), reason, side, permanent);
    for judgement in &mut case.judgements {
        judgement.refused_by = Some(chance.one(RefusedBy::ALL));
    }
    let reply = chance.one(&REPLIES);
    for recipient in &mut case.bounce.recipients {
        recipient.diagnostic = Some(spanned(reply.to_owned()));
    }
    let systems = [
        "Postfix",
        "Exim",
        "qmail",
        "Sendmail",
        "Exchange",
        "Google",
        "Microsoft 365",
    ];
    if !chance.one_in(3) {
        case.bounce.system = Some(spanned(chance.one(&systems)));
    }
    if chance.one_in(4) {
        case.bounce.returned.bulk = Some(spanned(true));
    }
    if chance.one_in(10) {
        case.bounce.returned.backscatter = Some(spanned(true));
    }
    if chance.one_in(4) {
        case.bounce.kind = Kind::Delay;
    }
    case
}

fn holds(case: &Case, findings: &[Finding]) {
    let advice = advise(case, findings);
    let what = || {
        let judgement = &case.judgements[0];
        let codes: Vec<&str> = findings.iter().map(|found| found.code.as_str()).collect();
        format!("{judgement:?}\n{codes:?}\n{:#?}", advice.steps)
    };
    let open = open(&advice);
    assert!(open.len() <= 7, "more than seven steps: {}", what());
    let ids: BTreeSet<&str> = open.iter().map(|step| step.id).collect();
    let titles: BTreeSet<&str> = open.iter().map(|step| step.title.as_str()).collect();
    assert_eq!(titles.len(), open.len(), "a title stands twice: {}", what());
    for step in &advice.steps {
        let texts = [&step.title, &step.why, &step.verify];
        for text in texts.into_iter().chain(&step.commands) {
            let hole = text.is_empty() || text.contains("{}") || text.contains("  ");
            assert!(!hole, "a hole in {}: {}", step.id, what());
        }
    }
    let ruled_out = advice
        .steps
        .iter()
        .filter(|step| step.state == State::RuledOut);
    for step in ruled_out {
        let rivals = CONTRADICTIONS.iter().filter(|(id, _)| *id == step.id);
        for rival in rivals.flat_map(|(_, rivals)| *rivals) {
            assert!(!ids.contains(rival), "{} and {rival}: {}", step.id, what());
        }
    }
    for (one, other) in RIVALS {
        let both = open.iter().any(|step| {
            let same =
                |known: &&&Step| known.recipients.iter().any(|r| step.recipients.contains(r));
            step.id == one && open.iter().filter(same).any(|known| known.id == other)
        });
        assert!(!both, "{one} and {other}: {}", what());
    }
}

#[test]
fn no_set_of_findings_makes_a_list_that_contradicts_itself() {
    let mut chance = Chance(5_321);
    for _ in 0..1_500 {
        let case = random_case(&mut chance);
        let findings = findings(&mut chance, case.bounce.recipients.len());
        holds(&case, &findings);
    }
}

#[test]
fn what_is_no_refusal_asks_for_nothing() {
    let calm = [
        "From: Ana <ana@firm.example>\nTo: me@shop.example\nSubject: Away until May\nAuto-Submitted: auto-replied\n\nI am away.\n",
        "Reporting-MTA: dns; mail.shop.example\n\nFinal-Recipient: rfc822; ana@firm.example\nAction: delivered\nStatus: 2.0.0\n",
    ];
    for paste in calm {
        let case = case(paste);
        assert!(case.bounce.shape != Shape::Lone);
        let advice = advise(&case, &[]);
        assert!(open(&advice).is_empty(), "{:#?}", advice.steps);
    }
}

/// A message that only looks like a bounce: leave it alone.
#[test]
fn a_false_bounce_is_left_alone() {
    let mut case = case("550 No");
    case.bounce.kind = Kind::Suspicious;
    for with_recipients in [true, false] {
        if !with_recipients {
            case.bounce.recipients.clear();
            case.judgements.clear();
        }
        let advice = advise(&case, &[]);
        let steps: Vec<_> = open(&advice)
            .iter()
            .map(|step| (step.id, step.owner))
            .collect();
        assert_eq!(steps, [("delete-the-false-bounce", Side::Nobody)]);
    }
}
