//! What a check found: a code with typed values and the answers that it stands on. Wording and
//! ranking are other things, elsewhere.

use crate::{
    bounce::UnknownWord,
    dns::{Answer, Outcome, Question},
    reason::words,
    wording::Values,
};
use std::str::FromStr;

pub use crate::dns::ProtocolResult;

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it says.
    pub code: Code,
    /// The name or address that was judged.
    pub subject: String,
    /// The recipients that it is about, by index; empty where it is about the sending side.
    pub recipients: Vec<usize>,
    /// Pass, problem, warning or unchecked.
    pub verdict: Verdict,
    /// The protocol's own word, for checks that evaluate a protocol.
    pub result: Option<ProtocolResult>,
    /// Why it could not be checked.
    pub unchecked_because: Option<Unchecked>,
    /// Whether it accounts for this bounce; set by the one function that knows the reason.
    pub explains: bool,
    /// The values that its wording speaks of.
    pub values: Values,
    /// The record as it should be, where that can be told.
    pub expected: Option<String>,
    /// The steps of a long evaluation, a line each, indented by depth.
    pub trail: Vec<String>,
    /// What DNS was asked and answered; the first pair decided.
    pub answers: Vec<(Question, Answer)>,
}

words! {
    /// The check that a finding belongs to.
    Check {
        /// The address itself.
        Address = 1 "address",
        /// The returned message.
        Message = 2 "message",
        /// The recipient's domain exists.
        RecipientDomain = 3 "recipient-domain",
        /// The domain looks mistyped.
        Typo = 4 "typo",
        /// The recipient's domain says where its mail goes.
        Mx = 5 "mx",
        /// The mail exchangers have addresses.
        MxHost = 6 "mx-host",
        /// The server that refused is one of the mail exchangers.
        RefusingServer = 7 "refusing-server",
        /// MTA-STS and TLS-RPT.
        MtaSts = 8 "mta-sts",
        /// DANE.
        Dane = 9 "dane",
        /// The sender's domain exists.
        SenderDomain = 10 "sender-domain",
        /// The sending IP has a name that leads back to it.
        ReverseDns = 11 "reverse-dns",
        /// The name given in HELO.
        Helo = 12 "helo",
        /// SPF.
        Spf = 13 "spf",
        /// DKIM.
        Dkim = 14 "dkim",
        /// DMARC.
        Dmarc = 15 "dmarc",
        /// Blocklists.
        Blocklist = 16 "blocklist",
        /// BIMI.
        Bimi = 17 "bimi",
        /// ARC.
        Arc = 18 "arc",
    }
}

words! {
    /// Whose DNS a finding is about: who can change what it found.
    Zone {
        /// The recipient's domain.
        Recipient = 1 "recipient",
        /// The sender's domain.
        Sender = 2 "sender",
        /// The reverse zone, which the owner of the IP range keeps.
        IpRange = 3 "ip-range",
        /// A blocklist's zone.
        List = 4 "list",
    }
}

impl Check {
    /// Whose DNS it asks; `None` where it looks at the paste alone.
    #[must_use]
    pub fn zone(self) -> Option<Zone> {
        match self {
            Self::Address | Self::Message | Self::Arc => None,
            Self::RecipientDomain
            | Self::Typo
            | Self::Mx
            | Self::MxHost
            | Self::RefusingServer
            | Self::MtaSts
            | Self::Dane => Some(Zone::Recipient),
            Self::SenderDomain | Self::Helo | Self::Spf | Self::Dkim | Self::Dmarc | Self::Bimi => {
                Some(Zone::Sender)
            }
            Self::ReverseDns => Some(Zone::IpRange),
            Self::Blocklist => Some(Zone::List),
        }
    }
}

words! {
    /// What a finding says; one code a fault or pass, stable for ever.
    Code {
        /// The recipient's domain exists.
        RecipientDomainExists = 1 "recipient-domain-exists",
        /// The recipient's domain does not exist.
        RecipientDomainMissing = 2 "recipient-domain-missing",
        /// DNS did not say whether it exists.
        RecipientDomainUnchecked = 3 "recipient-domain-unchecked",
        /// There are MX records.
        MxFound = 4 "mx-found",
        /// No MX record, but an address: mail goes there (RFC 5321, section 5.1).
        MxImplicit = 5 "mx-implicit",
        /// The domain says that it takes no mail (RFC 7505).
        MxNull = 6 "mx-null",
        /// Neither MX record nor address.
        MxMissing = 7 "mx-missing",
        /// DNS did not say.
        MxUnchecked = 8 "mx-unchecked",
        /// The mail exchanger has addresses.
        MxHostResolves = 9 "mx-host-resolves",
        /// The mail exchanger's name does not exist.
        MxHostMissing = 10 "mx-host-missing",
        /// The name exists and has no address.
        MxHostWithoutAddress = 11 "mx-host-without-address",
        /// All its addresses are private, loopback, link-local or unspecified.
        MxHostPrivateAddress = 12 "mx-host-private-address",
        /// DNS did not say.
        MxHostUnchecked = 13 "mx-host-unchecked",
        /// The server that refused is a mail exchanger of the domain.
        RefusingServerIsMx = 14 "refusing-server-is-mx",
        /// The server that refused is none of them.
        RefusingServerIsNotMx = 15 "refusing-server-is-not-mx",
        /// DNS did not say.
        RefusingServerUnchecked = 16 "refusing-server-unchecked",
        /// The sender's domain does not exist.
        SenderDomainMissing = 17 "sender-domain-missing",
        /// The DNSSEC signatures of the sender's domain do not hold.
        SenderDomainDnssecBroken = 34 "sender-domain-dnssec-broken",
        /// None of its name servers answers.
        SenderDomainServersUnreachable = 35 "sender-domain-servers-unreachable",
        /// The sending IP has a name that leads back to it.
        ReverseDnsConfirmed = 18 "reverse-dns-confirmed",
        /// The sending IP has no name.
        ReverseDnsMissing = 19 "reverse-dns-missing",
        /// Its names do not lead back to it.
        ReverseDnsNotConfirmed = 20 "reverse-dns-not-confirmed",
        /// DNS did not say.
        ReverseDnsUnchecked = 21 "reverse-dns-unchecked",
        /// One SPF record.
        SpfFound = 22 "spf-found",
        /// No SPF record.
        SpfMissing = 23 "spf-missing",
        /// Several SPF records: a permanent error (RFC 7208, section 4.5).
        SpfSeveral = 24 "spf-several",
        /// DNS did not say.
        SpfUnchecked = 25 "spf-unchecked",
        /// A key at the selector.
        DkimKeyFound = 26 "dkim-key-found",
        /// No key at the selector.
        DkimKeyMissing = 27 "dkim-key-missing",
        /// The key is revoked: `p=` is empty (RFC 6376, section 3.6.1).
        DkimKeyRevoked = 28 "dkim-key-revoked",
        /// DNS did not say.
        DkimUnchecked = 29 "dkim-unchecked",
        /// A DMARC record at the domain, or above it.
        DmarcFound = 30 "dmarc-found",
        /// No DMARC record.
        DmarcMissing = 31 "dmarc-missing",
        /// Several DMARC records: none counts (RFC 9989, section 4.7).
        DmarcSeveral = 32 "dmarc-several",
        /// DNS did not say.
        DmarcUnchecked = 33 "dmarc-unchecked",
        /// The address is written as addresses are.
        AddressInOrder = 40 "address-in-order",
        /// A dot at an end of the local part, or two together.
        AddressDots = 41 "address-dots",
        /// Quotation marks, brackets or `mailto:` were taken along.
        AddressWrapped = 42 "address-wrapped",
        /// A character in it shows nothing.
        AddressInvisibleCharacter = 43 "address-invisible-character",
        /// A letter of another script looks like a Latin one.
        AddressLookAlike = 44 "address-look-alike",
        /// Letters of two scripts in one word.
        AddressMixedScripts = 45 "address-mixed-scripts",
        /// A character where none such can stand.
        AddressSyntax = 46 "address-syntax",
        /// Nearly the same as another address of the paste.
        AddressNearMatch = 47 "address-near-match",
        /// Longer than an address can be.
        AddressTooLong = 48 "address-too-long",
        /// The domain's DNSSEC signatures do not hold.
        RecipientDomainDnssecBroken = 50 "recipient-domain-dnssec-broken",
        /// None of the domain's name servers answers.
        RecipientDomainServersUnreachable = 51 "recipient-domain-servers-unreachable",
        /// The domain has a form in its own script.
        RecipientDomainInternationalized = 52 "recipient-domain-internationalized",
        /// The domain is a well-known one.
        TypoWellKnown = 54 "typo-well-known",
        /// The domain is a slip away from a well-known one.
        TypoOfKnownDomain = 55 "typo-of-known-domain",
        /// The end of the name is one that no registry has.
        TypoOfTopLevelDomain = 56 "typo-of-top-level-domain",
        /// The domain is a slip away from another of the paste.
        TypoOfNamedDomain = 57 "typo-of-named-domain",
        /// DNS did not say whether the suggestion takes mail.
        TypoUnchecked = 58 "typo-unchecked",
        /// A null MX beside other MX records.
        MxNullMixed = 60 "mx-null-mixed",
        /// A null MX with a preference other than 0, or several.
        MxNullPreference = 61 "mx-null-preference",
        /// Several servers share a preference.
        MxEqualPreference = 62 "mx-equal-preference",
        /// Servers of two unrelated providers in one set.
        MxMixedProviders = 63 "mx-mixed-providers",
        /// So, and the server that refused is of the one that is not the first choice.
        MxLeftOver = 64 "mx-left-over",
        /// The records live long, and the mail went elsewhere.
        MxTtlLong = 65 "mx-ttl-long",
        /// The mail exchanger's name is an alias.
        MxHostAlias = 66 "mx-host-alias",
        /// An IP address stands in place of a name.
        MxHostIpLiteral = 67 "mx-host-ip-literal",
        /// All its addresses are for documentation.
        MxHostDocumentationAddress = 68 "mx-host-documentation-address",
        /// It has addresses of IPv6 only.
        MxHostIpv6Only = 69 "mx-host-ipv6-only",
        /// The DNSSEC signatures over the mail exchanger's name do not hold.
        MxHostDnssecBroken = 72 "mx-host-dnssec-broken",
        /// No name server in charge of the mail exchanger's name answers.
        MxHostServersUnreachable = 73 "mx-host-servers-unreachable",
        /// The server that refused is of a provider that the MX records do not name.
        RefusingServerOtherProvider = 70 "refusing-server-other-provider",
        /// The MX is a filter; the server that refused holds the mailboxes behind it.
        RefusingServerBehindFilter = 71 "refusing-server-behind-filter",
        /// The domain announces an MTA-STS policy.
        MtaStsFound = 75 "mta-sts-found",
        /// It announces none.
        MtaStsNotPublished = 76 "mta-sts-not-published",
        /// Several records announce one: none counts.
        MtaStsSeveral = 77 "mta-sts-several",
        /// The record breaks the grammar.
        MtaStsSyntax = 78 "mta-sts-syntax",
        /// DNS did not say.
        MtaStsUnchecked = 79 "mta-sts-unchecked",
        /// The domain takes reports about TLS.
        MtaStsReportsFound = 80 "mta-sts-reports-found",
        /// It demands TLS and takes no reports.
        MtaStsReportsMissing = 81 "mta-sts-reports-missing",
        /// The record for reports breaks the grammar, or there are several.
        MtaStsReportsFaulty = 82 "mta-sts-reports-faulty",
        /// TLSA records that count.
        DaneFound = 83 "dane-found",
        /// No TLSA records.
        DaneNotPublished = 84 "dane-not-published",
        /// TLSA records without DNSSEC.
        DaneUnsigned = 85 "dane-unsigned",
        /// No TLSA record that can be used.
        DaneUnusable = 86 "dane-unusable",
        /// The records count, and the sending server says that the check failed.
        DaneCertificateMismatch = 87 "dane-certificate-mismatch",
        /// The domain is signed, and the TLSA question fails.
        DaneLookupBroken = 88 "dane-lookup-broken",
        /// DNS did not say.
        DaneUnchecked = 89 "dane-unchecked",
        /// The name of the sending IP looks like that of a customer line.
        ReverseDnsGeneric = 140 "reverse-dns-generic",
        /// The sending IP is one that is used inside networks only.
        ReverseDnsPrivateAddress = 141 "reverse-dns-private-address",
        /// The name given in HELO has the sending IP, and the sending IP that name.
        HeloMatches = 150 "helo-matches",
        /// It is no full domain name.
        HeloNotFullName = 151 "helo-not-full-name",
        /// It is an IP address.
        HeloAddressLiteral = 152 "helo-address-literal",
        /// It is a name for use inside a network.
        HeloLocalName = 153 "helo-local-name",
        /// It does not exist.
        HeloMissing = 154 "helo-missing",
        /// It does not have the sending IP.
        HeloOtherAddress = 155 "helo-other-address",
        /// DNS did not say.
        HeloUnchecked = 156 "helo-unchecked",
        /// It has the sending IP, but the sending IP has another name.
        HeloOtherName = 157 "helo-other-name",
        /// A blocklist has the sending IP or a domain of the sender.
        BlocklistListed = 160 "blocklist-listed",
        /// It does not.
        BlocklistNotListed = 161 "blocklist-not-listed",
        /// The blocklist that the bounce names does not.
        BlocklistNoLongerListed = 162 "blocklist-no-longer-listed",
        /// The blocklist does not answer whoever asked.
        BlocklistRefused = 163 "blocklist-refused",
        /// The blocklist's test points are wrong: it lists nothing, or everything.
        BlocklistNotWorking = 164 "blocklist-not-working",
        /// DNS did not say.
        BlocklistUnchecked = 165 "blocklist-unchecked",
        /// The blocklist that the bounce names is closed.
        BlocklistClosed = 166 "blocklist-closed",
        /// SPF passes for the sending IP.
        SpfPass = 180 "spf-pass",
        /// No term lets the sending IP in.
        SpfNoMatch = 181 "spf-no-match",
        /// A term other than `all` shuts the sending IP out.
        SpfExcluded = 182 "spf-excluded",
        /// The record breaks the grammar.
        SpfSyntax = 183 "spf-syntax",
        /// More than ten terms look something up.
        SpfTooManyLookups = 184 "spf-too-many-lookups",
        /// More than two look-ups find nothing.
        SpfTooManyVoidLookups = 185 "spf-too-many-void-lookups",
        /// A name in a term has more than ten mail exchangers.
        SpfTooManyExchangers = 186 "spf-too-many-exchangers",
        /// `include:` or `redirect=` leads to a domain without a record.
        SpfIncludeMissing = 187 "spf-include-missing",
        /// `+all`: everybody may send.
        SpfPassesEverybody = 188 "spf-passes-everybody",
        /// SPF passes for the name given in HELO.
        SpfHeloPass = 189 "spf-helo-pass",
        /// SPF does not pass for the name given in HELO.
        SpfHeloNoMatch = 190 "spf-helo-no-match",
        /// The record, or the one proposed, is long.
        SpfLong = 191 "spf-long",
        /// A text that was meant as a record, and is none.
        SpfLookalike = 192 "spf-lookalike",
        /// A term that receivers pass over.
        SpfTermIgnored = 193 "spf-term-ignored",
        /// DNS of a name that the record leads to is broken.
        SpfLookupBroken = 194 "spf-lookup-broken",
        /// What stands at the selector has not the form of a key record.
        DkimKeySyntax = 90 "dkim-key-syntax",
        /// Several key records at the selector (RFC 6376, section 3.6.2.2).
        DkimKeySeveral = 91 "dkim-key-several",
        /// `k=` names an algorithm that no standard has.
        DkimKeyTypeUnknown = 92 "dkim-key-type-unknown",
        /// The end of the key is missing.
        DkimKeyCut = 93 "dkim-key-cut",
        /// `p=` is no key of its type.
        DkimKeyBroken = 94 "dkim-key-broken",
        /// `s=` says that the key is not for mail.
        DkimKeyNotForMail = 95 "dkim-key-not-for-mail",
        /// `h=` leaves only SHA-1 (RFC 8301, section 3.1).
        DkimKeySha1 = 96 "dkim-key-sha1",
        /// Less than 1024 bits: no signature with it is valid (RFC 8301, section 3.2).
        DkimKeyTooShort = 97 "dkim-key-too-short",
        /// Less than 2048 bits.
        DkimKeyShort = 98 "dkim-key-short",
        /// More than 4096 bits: not every verifier can use it.
        DkimKeyLong = 99 "dkim-key-long",
        /// `t=y`: the domain only tries DKIM out.
        DkimKeyTesting = 100 "dkim-key-testing",
        /// `a=` of the signature asks for a key of another type.
        DkimKeyTypeMismatch = 101 "dkim-key-type-mismatch",
        /// The signature is made with SHA-1 (RFC 8301, section 3.1).
        DkimSignatureSha1 = 102 "dkim-signature-sha1",
        /// The selector is an alias for a name that holds no key.
        DkimAliasBroken = 103 "dkim-alias-broken",
        /// The key stands at a name with the domain twice.
        DkimKeyMisplaced = 105 "dkim-key-misplaced",
        /// The private key stands in DNS.
        DkimKeyPrivate = 104 "dkim-key-private",
        /// SPF or DKIM vouches for a domain that is aligned with From.
        DmarcPass = 110 "dmarc-pass",
        /// What SPF and DKIM vouch for is not aligned with From.
        DmarcNotAligned = 111 "dmarc-not-aligned",
        /// Neither SPF nor DKIM vouches for anything.
        DmarcFail = 112 "dmarc-fail",
        /// It passes only if a signature that nobody has verified is intact.
        DmarcRestsOnDkim = 113 "dmarc-rests-on-dkim",
        /// Something in the record is not valid, and ignored.
        DmarcSyntax = 114 "dmarc-syntax",
        /// The record is of no use.
        DmarcUnusable = 115 "dmarc-unusable",
        /// The record stands at the domain itself.
        DmarcMisplaced = 116 "dmarc-misplaced",
        /// The provider asks more of who sends much.
        DmarcBulkSender = 117 "dmarc-bulk-sender",
        /// A record that asks for nothing: `p=none`, or a test (`t=y`).
        DmarcPolicyNone = 118 "dmarc-policy-none",
        /// The place of the record is an alias for a name without one.
        DmarcAliasBroken = 119 "dmarc-alias-broken",
        /// The returned head has each field that a message must have, once.
        MessageHeadInOrder = 120 "message-head-in-order",
        /// No Date field (RFC 5322, section 3.6).
        MessageDateMissing = 121 "message-date-missing",
        /// Several Date fields.
        MessageDateTwice = 122 "message-date-twice",
        /// No From field.
        MessageFromMissing = 123 "message-from-missing",
        /// Several From fields.
        MessageFromTwice = 124 "message-from-twice",
        /// Several addresses in From.
        MessageSeveralAuthors = 125 "message-several-authors",
        /// No Message-ID field.
        MessageIdMissing = 126 "message-id-missing",
        /// Several Message-ID fields.
        MessageIdTwice = 127 "message-id-twice",
        /// A field with characters that are neither ASCII nor encoded.
        MessageNotAscii = 128 "message-not-ascii",
        /// Larger than the server takes.
        MessageTooLarge = 129 "message-too-large",
        /// A BIMI record that has its form.
        BimiFound = 130 "bimi-found",
        /// No BIMI record.
        BimiMissing = 131 "bimi-missing",
        /// A BIMI record that has not its form.
        BimiSyntax = 132 "bimi-syntax",
        /// DNS did not say.
        BimiUnchecked = 133 "bimi-unchecked",
        /// A forwarder's seals are in order.
        ArcPass = 134 "arc-pass",
        /// A forwarder's seals are broken.
        ArcFail = 135 "arc-fail",
        /// No forwarder has sealed the message.
        ArcMissing = 136 "arc-missing",
    }
}

impl Code {
    /// The check that it belongs to: the one whose name it begins with, the longest of them.
    #[must_use]
    pub fn check(self) -> Check {
        let begins = |check: &&Check| {
            let behind = self.as_str().strip_prefix(check.as_str());
            behind.is_some_and(|rest| rest.starts_with('-'))
        };
        let all = Check::ALL.iter().filter(begins);
        let longest = all.max_by_key(|check| check.as_str().len());
        // A test holds that every code begins with the name of a check.
        longest.copied().unwrap_or(Check::Message)
    }
}

words! {
    /// How a check ended.
    Verdict {
        /// In order.
        Pass = 1 "pass",
        /// A fault.
        Problem = 2 "problem",
        /// Worth knowing; no fault by itself.
        Warning = 3 "warning",
        /// DNS could not answer, or was not asked. Never "clean".
        Unchecked = 4 "unchecked",
    }
}

words! {
    /// Why a check could not be made.
    Unchecked {
        /// No answer in time.
        Timeout = 1 "timeout",
        /// The resolver could not find out.
        Servfail = 2 "servfail",
        /// The resolver refused to answer.
        Refused = 3 "refused",
        /// The resolver could not be reached.
        Unreachable = 4 "unreachable",
        /// DNS is switched off, or the name cannot be asked for.
        NotAsked = 5 "not-asked",
    }
}

impl Unchecked {
    /// The cause behind an answer that is not conclusive; `None` for one that is.
    #[must_use]
    pub fn because_of(outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::NoError | Outcome::NxDomain => None,
            Outcome::ServFail => Some(Self::Servfail),
            Outcome::Refused => Some(Self::Refused),
            Outcome::Timeout => Some(Self::Timeout),
            Outcome::Unreachable => Some(Self::Unreachable),
            Outcome::NotAsked => Some(Self::NotAsked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_of_codes_changes_only_on_purpose() {
        let all: Vec<String> = Code::ALL
            .iter()
            .map(|code| {
                format!(
                    "{:>3} {} {}",
                    code.number(),
                    code.check().as_str(),
                    code.as_str()
                )
            })
            .collect();
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn a_code_begins_with_the_name_of_its_check() {
        for code in Code::ALL {
            let behind = code.as_str().strip_prefix(code.check().as_str());
            assert!(behind.is_some_and(|rest| rest.starts_with('-')), "{code:?}");
        }
    }
}
