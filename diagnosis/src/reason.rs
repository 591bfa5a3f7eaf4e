//! The words of a judgement: why, who has to act, who said no, and how sure that is.

use std::str::FromStr;

use crate::bounce::UnknownWord;

/// Writes an enum whose variants are words of the JSON contract, each with its number on the wire
/// of share links. Numbers are for ever: new words get new numbers, none is used twice.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $number:literal $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word of the JSON contract.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Its number in share links.
            #[must_use]
            pub const fn number(self) -> u16 {
                match self { $(Self::$variant => $number,)+ }
            }

            /// The word with that number; `None` where a newer version knows it and this one does
            /// not.
            #[must_use]
            pub fn from_number(number: u16) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err(UnknownWord) }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Why a message was not delivered; the vocabulary of Sisimai 5.6.
    Reason {
        /// SPF, DKIM or DMARC did not pass.
        Authfailure = 1 "authfailure",
        /// The sending IP has a bad reputation.
        Badreputation = 2 "badreputation",
        /// The sending IP or host is blocked.
        Blocked = 3 "blocked",
        /// The form of the content was refused.
        Contenterror = 4 "contenterror",
        /// Delivered: no failure.
        Delivered = 5 "delivered",
        /// The message is too large.
        Emailtoolarge = 6 "emailtoolarge",
        /// It could not be delivered in the time that the queue gives.
        Expired = 7 "expired",
        /// TLS could not be set up.
        Failedstarttls = 8 "failedstarttls",
        /// A complaint of the recipient.
        Feedback = 9 "feedback",
        /// Refused by a filter of the recipient, after the address was taken.
        Filtered = 10 "filtered",
        /// The mailbox has moved.
        Hasmoved = 11 "hasmoved",
        /// The recipient's domain does not exist.
        Hostunknown = 12 "hostunknown",
        /// The mailbox is full.
        Mailboxfull = 13 "mailboxfull",
        /// A program that takes the mail over failed.
        Mailererror = 14 "mailererror",
        /// The network or DNS stood in the way.
        Networkerror = 15 "networkerror",
        /// The server does not take mail for that domain from this client.
        Norelaying = 16 "norelaying",
        /// The domain or host takes no mail at all.
        Notaccept = 17 "notaccept",
        /// The message breaks RFC 5322 or a provider's reading of it.
        Notcompliantrfc = 18 "notcompliantrfc",
        /// No reason can be told.
        Onhold = 19 "onhold",
        /// A policy of the recipient's side.
        Policyviolation = 20 "policyviolation",
        /// Too much, too fast.
        Ratelimited = 21 "ratelimited",
        /// The sender's address was refused.
        Rejected = 22 "rejected",
        /// The sending IP has no (matching) reverse DNS.
        Requireptr = 23 "requireptr",
        /// Credentials or another security requirement are missing.
        Securityerror = 24 "securityerror",
        /// The content was taken for spam.
        Spamdetected = 25 "spamdetected",
        /// The sender's own suppression list stopped it.
        Suppressed = 26 "suppressed",
        /// The mailbox is disabled or suspended.
        Suspend = 27 "suspend",
        /// A command was refused for its syntax or place.
        Syntaxerror = 28 "syntaxerror",
        /// A fault of the receiving system.
        Systemerror = 29 "systemerror",
        /// The receiving system is out of space.
        Systemfull = 30 "systemfull",
        /// Nothing that the knowledge has a row for.
        Undefined = 31 "undefined",
        /// The mailbox does not exist.
        Userunknown = 32 "userunknown",
        /// An automatic reply of somebody who is away.
        Vacation = 33 "vacation",
        /// A virus was found.
        Virusdetected = 34 "virusdetected",
    }
}

words! {
    /// Who has to act first.
    Side {
        /// The person who sent the message.
        Sender = 1 "sender",
        /// The administrator of the sender's mail.
        SenderAdmin = 2 "sender-admin",
        /// The provider that the sender's mail goes out through.
        SenderProvider = 3 "sender-provider",
        /// The person who should have got it.
        Recipient = 4 "recipient",
        /// The administrator of the recipient's mail.
        RecipientAdmin = 5 "recipient-admin",
        /// Nobody: waiting helps.
        Nobody = 6 "nobody",
        /// It cannot be told.
        Unknown = 7 "unknown",
    }
}

words! {
    /// Who said no.
    RefusedBy {
        /// The sender's own server.
        OwnServer = 1 "own-server",
        /// The provider that the sender's mail goes out through.
        SenderProvider = 2 "sender-provider",
        /// A filter in front of the recipient.
        Filter = 3 "filter",
        /// The recipient's mail exchanger.
        RecipientMx = 4 "recipient-mx",
        /// The host of the mailbox behind it.
        MailboxHost = 5 "mailbox-host",
        /// The server that the recipient forwards to.
        ForwardTarget = 6 "forward-target",
        /// No server answered.
        Nobody = 7 "nobody",
    }
}

words! {
    /// How sure a reason is.
    Confidence {
        /// Words and code agree.
        Certain = 1 "certain",
        /// Words or code say it, and nothing speaks against it.
        Likely = 2 "likely",
        /// A guess from a code with several meanings.
        Unsure = 3 "unsure",
    }
}

impl Reason {
    /// Who has to act first, where no row of the knowledge says otherwise.
    #[must_use]
    pub fn usual_side(self) -> Side {
        match self {
            Self::Authfailure
            | Self::Badreputation
            | Self::Blocked
            | Self::Notcompliantrfc
            | Self::Ratelimited
            | Self::Rejected
            | Self::Requireptr
            | Self::Spamdetected
            | Self::Suppressed
            | Self::Syntaxerror => Side::SenderAdmin,
            Self::Contenterror
            | Self::Emailtoolarge
            | Self::Feedback
            | Self::Hasmoved
            | Self::Hostunknown
            | Self::Notaccept
            | Self::Policyviolation
            | Self::Securityerror
            | Self::Userunknown
            | Self::Virusdetected => Side::Sender,
            Self::Mailboxfull | Self::Suspend => Side::Recipient,
            Self::Expired
            | Self::Failedstarttls
            | Self::Filtered
            | Self::Mailererror
            | Self::Networkerror
            | Self::Norelaying
            | Self::Systemerror
            | Self::Systemfull => Side::RecipientAdmin,
            Self::Delivered | Self::Vacation => Side::Nobody,
            Self::Onhold | Self::Undefined => Side::Unknown,
        }
    }

    /// Whether an address that failed for it for good must not be mailed again.
    #[must_use]
    pub fn ends_an_address(self) -> bool {
        matches!(
            self,
            Self::Hasmoved | Self::Hostunknown | Self::Notaccept | Self::Userunknown
        )
    }

    /// Whether it means that no server answered at all, unless one is quoted.
    #[must_use]
    pub fn is_silence(self) -> bool {
        matches!(self, Self::Expired | Self::Hostunknown | Self::Networkerror)
    }

    /// Whether waiting alone often helps.
    #[must_use]
    pub fn may_pass(self) -> bool {
        matches!(
            self,
            Self::Expired
                | Self::Mailboxfull
                | Self::Mailererror
                | Self::Networkerror
                | Self::Onhold
                | Self::Ratelimited
                | Self::Systemerror
                | Self::Systemfull
                | Self::Undefined
                | Self::Blocked
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_lead_back_to_the_same_reason() {
        for &reason in Reason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
            assert_eq!(Reason::from_number(reason.number()), Some(reason));
        }
        assert_eq!(Reason::from_number(0), None);
    }
}
