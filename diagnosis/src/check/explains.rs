//! The one place where reasons and findings meet.

use super::blocklist;
use crate::{
    case::{Case, Judgement},
    finding::{Check, Code, Finding, Verdict},
    reason::{Reason, RefusedBy},
};

/// Whether a finding accounts for the bounce: the one place where reasons and findings meet.
#[must_use]
pub fn explains(case: &Case, finding: &Finding) -> bool {
    if !matches!(finding.verdict, Verdict::Problem | Verdict::Warning) {
        return false;
    }
    if finding.code.check() == Check::Helo {
        // A problem only where the bounce itself speaks of HELO, whatever reason that was read as.
        return finding.verdict == Verdict::Problem;
    }
    if finding.code.check() == Check::Blocklist {
        let is_about_reputation = case.judgements.iter().any(|judgement| {
            let own = judgement.refused_by == Some(RefusedBy::SenderProvider);
            !own && is_about_reputation(judgement.reason)
        });
        return blocklist::explains(case, finding, is_about_reputation);
    }
    // A refusal that names a list says its cause.
    let names_a_list = !blocklist::named(case).is_empty();
    case.judgements
        .iter()
        .enumerate()
        .filter(|(_, judgement)| !(names_a_list && is_by_a_list(judgement.reason)))
        .filter(|(index, _)| finding.recipients.is_empty() || finding.recipients.contains(index))
        .filter(|(index, _)| !is_of_another_method(case, *index, finding.code.check()))
        .filter(|(index, _)| !is_of_another_exchanger(case, *index, finding))
        .any(|(index, judgement)| {
            let own = judgement.refused_by == Some(RefusedBy::SenderProvider);
            let of_address =
                is_about_the_address(judgement.reason) && ADDRESS.contains(&finding.code);
            let of_tls = is_about_tls(judgement.reason) && TLS.contains(&finding.code);
            let of_reason = explaining(judgement.reason).contains(&finding.code)
                && !wants_the_login(judgement)
                && !(finding.code.check() == Check::ReverseDns
                    && is_of_a_ban(case, index, judgement.reason));
            !own && (of_address || of_tls || of_reason)
        })
}

/// Whether the sender's own server refused who was sending: it goes by logins, not by what DNS says.
fn wants_the_login(judgement: &Judgement) -> bool {
    judgement.refused_by == Some(RefusedBy::OwnServer)
        && matches!(
            judgement.reason,
            Reason::Norelaying | Reason::Policyviolation | Reason::Rejected | Reason::Securityerror
        )
}

/// Whether the reply speaks of a ban or a list, and not of names: who is on one is refused with a name
/// in DNS too.
fn is_of_a_ban(case: &Case, index: usize, reason: Reason) -> bool {
    let recipient = case.bounce.recipients.get(index);
    let said = recipient.and_then(|recipient| recipient.diagnostic.as_ref());
    let said = said.map_or_else(String::new, |said| said.value.to_ascii_lowercase());
    let says = |words: &[&str]| words.iter().any(|words| said.contains(words));
    reason != Reason::Requireptr && says(BAN) && !says(NAME)
}

/// Words for a list or a ban of the sending server.
const BAN: &[&str] = &["banned", "blacklist", "block list", "blocklist", "listed"];

/// Words for the name that an address has in DNS.
const NAME: &[&str] = &["ptr", "reverse", "rdns", "hostname", "host name"];

/// Reasons that a listing can be the cause of, also where the bounce names no list.
fn is_about_reputation(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Badreputation
            | Reason::Blocked
            | Reason::Policyviolation
            | Reason::Rejected
            | Reason::Spamdetected
    )
}

/// Whether one mail exchanger is at fault, while the bounce names another one that was tried.
fn is_of_another_exchanger(case: &Case, index: usize, finding: &Finding) -> bool {
    let recipient = case.bounce.recipients.get(index);
    let tried = recipient.and_then(|recipient| recipient.remote_mta.as_ref());
    finding.code.check() == Check::MxHost
        && tried.is_some_and(|tried| {
            !tried
                .value
                .trim_end_matches('.')
                .eq_ignore_ascii_case(&finding.subject)
        })
}

/// Whether the refusal speaks of one method of authentication alone, and the finding is about
/// another one.
fn is_of_another_method(case: &Case, index: usize, check: Check) -> bool {
    let Some(recipient) = case.bounce.recipients.get(index) else {
        return false;
    };
    let said = recipient.diagnostic.as_ref();
    let said = said.map_or_else(String::new, |said| said.value.to_ascii_lowercase());
    let status = recipient.status.as_ref().map(|status| status.value);
    // RFC 7372, section 3.
    let detail = status.filter(|status| status.subject == 7);
    let detail = detail.map(|status| status.detail);
    let spf = said.contains("spf") || matches!(detail, Some(23 | 24));
    let dkim = said.contains("dkim") || matches!(detail, Some(20..=22));
    let one_alone = spf != dkim && !said.contains("dmarc");
    match check {
        Check::Spf => one_alone && dkim,
        Check::Dkim => one_alone && spf,
        Check::Dmarc => one_alone,
        _ => false,
    }
}

/// Reasons that a refusal by a list it names is read as.
fn is_by_a_list(reason: Reason) -> bool {
    matches!(reason, Reason::Badreputation | Reason::Blocked)
}

/// Reasons that a wrong address gives.
pub(super) fn is_about_the_address(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Expired
            | Reason::Filtered
            | Reason::Hostunknown
            | Reason::Networkerror
            | Reason::Notaccept
            | Reason::Rejected
            | Reason::Syntaxerror
            | Reason::Userunknown
    )
}

/// What says that an address is wrong, or its domain.
const ADDRESS: &[Code] = &[
    Code::AddressDots,
    Code::AddressWrapped,
    Code::AddressInvisibleCharacter,
    Code::AddressLookAlike,
    Code::AddressMixedScripts,
    Code::AddressSyntax,
    Code::AddressNearMatch,
    Code::AddressTooLong,
    Code::TypoOfKnownDomain,
    Code::TypoOfTopLevelDomain,
    Code::TypoOfNamedDomain,
];

/// Reasons that TLS gives; what is found about it is found only where the bounce speaks of it.
fn is_about_tls(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Expired | Reason::Failedstarttls | Reason::Networkerror | Reason::Securityerror
    )
}

/// What keeps mail back where TLS is demanded. A faulty MTA-STS record does not: it counts as none.
const TLS: &[Code] = &[
    Code::MtaStsFound,
    Code::DaneUnusable,
    Code::DaneCertificateMismatch,
    Code::DaneLookupBroken,
];

/// The findings that can be the cause of a reason.
fn explaining(reason: Reason) -> &'static [Code] {
    match reason {
        Reason::Authfailure => &[
            Code::SpfMissing,
            Code::SpfLookalike,
            Code::SpfSeveral,
            Code::SpfNoMatch,
            Code::SpfExcluded,
            Code::SpfSyntax,
            Code::SpfTooManyLookups,
            Code::SpfTooManyVoidLookups,
            Code::SpfTooManyExchangers,
            Code::SpfIncludeMissing,
            Code::SpfLookupBroken,
            Code::SpfPassesEverybody,
            Code::DkimKeyMissing,
            Code::DkimKeyRevoked,
            Code::DkimKeySyntax,
            Code::DkimKeySeveral,
            Code::DkimKeyTypeUnknown,
            Code::DkimKeyCut,
            Code::DkimKeyBroken,
            Code::DkimKeyNotForMail,
            Code::DkimKeySha1,
            Code::DkimKeyTooShort,
            Code::DkimKeyTesting,
            Code::DkimKeyTypeMismatch,
            Code::DkimSignatureSha1,
            Code::DkimAliasBroken,
            Code::DkimKeyPrivate,
            Code::DkimKeyMisplaced,
            Code::DmarcMissing,
            Code::DmarcSeveral,
            Code::DmarcNotAligned,
            Code::DmarcFail,
            Code::DmarcRestsOnDkim,
            Code::DmarcUnusable,
            Code::DmarcMisplaced,
            Code::DmarcAliasBroken,
            Code::DmarcBulkSender,
            Code::BimiSyntax,
            Code::ArcFail,
            Code::ArcMissing,
            Code::SenderDomainMissing,
            Code::SenderDomainDnssecBroken,
            Code::SenderDomainServersUnreachable,
        ],
        Reason::Notcompliantrfc | Reason::Contenterror | Reason::Syntaxerror => &[
            Code::MessageDateMissing,
            Code::MessageDateTwice,
            Code::MessageFromMissing,
            Code::MessageFromTwice,
            Code::MessageSeveralAuthors,
            Code::MessageIdMissing,
            Code::MessageIdTwice,
            Code::MessageNotAscii,
        ],
        Reason::Emailtoolarge => &[Code::MessageTooLarge],
        Reason::Requireptr | Reason::Blocked | Reason::Badreputation | Reason::Spamdetected => &[
            Code::ReverseDnsMissing,
            Code::ReverseDnsNotConfirmed,
            Code::ReverseDnsGeneric,
            Code::MessageDateMissing,
            Code::MessageDateTwice,
            Code::MessageFromMissing,
            Code::MessageFromTwice,
            Code::MessageIdMissing,
            Code::MessageIdTwice,
            Code::MessageNotAscii,
        ],
        Reason::Rejected | Reason::Policyviolation | Reason::Securityerror => &[
            Code::SpfLookalike,
            Code::SenderDomainMissing,
            Code::SenderDomainDnssecBroken,
            Code::SenderDomainServersUnreachable,
            Code::SpfSeveral,
            Code::SpfNoMatch,
            Code::SpfExcluded,
            Code::SpfSyntax,
            Code::SpfTooManyLookups,
            Code::SpfTooManyVoidLookups,
            Code::SpfTooManyExchangers,
            Code::SpfIncludeMissing,
            Code::SpfLookupBroken,
            Code::DmarcNotAligned,
            Code::DmarcFail,
            Code::MessageDateMissing,
            Code::MessageDateTwice,
            Code::MessageFromMissing,
            Code::MessageFromTwice,
            Code::MessageIdMissing,
            Code::MessageIdTwice,
            Code::MessageNotAscii,
        ],
        Reason::Userunknown | Reason::Norelaying | Reason::Filtered => &[
            Code::RefusingServerIsNotMx,
            Code::RefusingServerOtherProvider,
            Code::MxLeftOver,
            Code::MxNullPreference,
            Code::RecipientDomainMissing,
            Code::MxNull,
            Code::MxMissing,
        ],
        Reason::Hostunknown | Reason::Notaccept => &[
            Code::RecipientDomainDnssecBroken,
            Code::RecipientDomainServersUnreachable,
            Code::RecipientDomainMissing,
            Code::MxNull,
            Code::MxNullMixed,
            Code::MxNullPreference,
            Code::MxMissing,
            Code::MxHostIpLiteral,
            Code::MxHostMissing,
            Code::MxHostWithoutAddress,
            Code::MxHostDnssecBroken,
            Code::MxHostServersUnreachable,
        ],
        Reason::Networkerror | Reason::Expired => &[
            Code::RecipientDomainDnssecBroken,
            Code::RecipientDomainServersUnreachable,
            Code::RecipientDomainMissing,
            Code::MxNull,
            Code::MxNullMixed,
            Code::MxNullPreference,
            Code::MxMissing,
            Code::MxImplicit,
            Code::MxHostIpLiteral,
            Code::MxHostMissing,
            Code::MxHostWithoutAddress,
            Code::MxHostDnssecBroken,
            Code::MxHostServersUnreachable,
            Code::MxHostPrivateAddress,
            Code::MxHostIpv6Only,
            Code::RefusingServerIsNotMx,
            Code::RefusingServerOtherProvider,
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::STEPS;

    /// Whether some bounce can be explained by a finding of that code.
    fn may_explain(code: Code) -> bool {
        let by_check = matches!(code.check(), Check::Helo | Check::Blocklist);
        let of_reason = |reason: &Reason| explaining(*reason).contains(&code);
        by_check && !IN_ORDER.contains(&code)
            || ADDRESS.contains(&code)
            || TLS.contains(&code)
            || Reason::ALL.iter().any(of_reason)
    }

    /// What these checks find besides faults.
    const IN_ORDER: &[Code] = &[
        Code::HeloMatches,
        Code::HeloUnchecked,
        Code::BlocklistNotListed,
        Code::BlocklistRefused,
        Code::BlocklistNotWorking,
        Code::BlocklistUnchecked,
    ];

    #[test]
    fn what_explains_a_bounce_has_a_step() {
        let follows = |code: Code| {
            STEPS.iter().any(|step| {
                let when = &step.when;
                let names = when.findings.contains(&code) || when.checks.contains(&code.check());
                names && !step.ruled_out
            })
        };
        let without: Vec<&str> = Code::ALL
            .iter()
            .filter(|code| may_explain(**code) && !follows(**code))
            .map(|code| code.as_str())
            .collect();
        assert!(without.is_empty(), "no step follows from {without:?}");
    }
}
