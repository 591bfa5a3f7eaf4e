use std::str::FromStr;

use crate::{bounce::UnknownWord, reason::words};

words! {
    /// The protocol's own word for how an evaluation ended (RFC 7208, section 2.6; RFC 8601,
    /// section 2.7).
    ProtocolResult {
        /// No policy applies.
        None = 1 "none",
        /// A policy that says nothing about it.
        Neutral = 2 "neutral",
        /// In order.
        Pass = 3 "pass",
        /// Not in order.
        Fail = 4 "fail",
        /// Probably not in order.
        Softfail = 5 "softfail",
        /// DNS did not answer.
        Temperror = 6 "temperror",
        /// The published policy cannot be understood.
        Permerror = 7 "permerror",
    }
}
