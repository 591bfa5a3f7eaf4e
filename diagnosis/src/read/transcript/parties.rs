//! The recipients of one message in a session, and what became of each.

use std::collections::HashMap;

use crate::{
    bounce::{Action, Recipient},
    text::{Lower, Spanned},
};

/// In the order in which they were named.
#[derive(Default)]
pub(super) struct Parties {
    list: Vec<(Spanned<String>, Outcome)>,
    /// Where each stands, by its address in lower case.
    places: HashMap<String, usize>,
}

/// What became of one.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) refusal: Option<Recipient>,
    pub(super) delivered: Option<Spanned<Action>>,
}

impl Parties {
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What became of the recipient with that address, who is named here if not before.
    pub(super) fn named(&mut self, address: Spanned<String>) -> Option<&mut Outcome> {
        let next = self.list.len();
        let key = address.value.lower();
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.list.push((address, Outcome::default()));
        }
        self.list.get_mut(place).map(|(_, outcome)| outcome)
    }

    /// The server took the message for all that it had not refused.
    pub(super) fn deliver(&mut self, action: &Spanned<Action>) {
        for (_, outcome) in &mut self.list {
            if outcome.refusal.is_none() {
                outcome.delivered = Some(action.clone());
            }
        }
    }

    /// A recipient for each of whom it is known what became; a refusal that was not about one
    /// recipient is for all that were neither refused nor served.
    pub(super) fn into_recipients(self, general: Option<Recipient>) -> Vec<Recipient> {
        if self.list.is_empty() {
            return general.into_iter().collect();
        }
        self.list
            .into_iter()
            .filter_map(|(address, outcome)| {
                let found = match (outcome.refusal, outcome.delivered) {
                    (Some(refusal), _) => refusal,
                    (None, Some(delivered)) => Recipient {
                        action: Some(delivered),
                        ..Recipient::default()
                    },
                    (None, None) => general.clone()?,
                };
                Some(Recipient {
                    address: Some(address),
                    ..found
                })
            })
            .collect()
    }
}
