/// The protocol's own word for how an evaluation ended (RFC 7208, section 2.6; RFC 8601, section
/// 2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProtocolResult {
    /// No policy applies.
    None,
    /// A policy that says nothing about it.
    Neutral,
    /// In order.
    Pass,
    /// Not in order.
    Fail,
    /// Probably not in order.
    Softfail,
    /// DNS did not answer.
    Temperror,
    /// The published policy cannot be understood.
    Permerror,
}

impl ProtocolResult {
    /// Each with its number in share links, which never changes, and its word.
    const ALL: [(Self, u16, &'static str); 7] = [
        (Self::None, 1, "none"),
        (Self::Neutral, 2, "neutral"),
        (Self::Pass, 3, "pass"),
        (Self::Fail, 4, "fail"),
        (Self::Softfail, 5, "softfail"),
        (Self::Temperror, 6, "temperror"),
        (Self::Permerror, 7, "permerror"),
    ];

    /// The protocol's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let row = Self::ALL.iter().find(|(known, ..)| *known == self);
        row.map_or("", |(.., word)| word)
    }

    /// The number in share links.
    #[must_use]
    pub fn number(self) -> u16 {
        let row = Self::ALL.iter().find(|(known, ..)| *known == self);
        row.map_or(0, |(_, number, _)| *number)
    }

    /// The result with that number.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        let row = Self::ALL.iter().find(|(_, known, _)| *known == number);
        row.map(|(result, ..)| *result)
    }
}
