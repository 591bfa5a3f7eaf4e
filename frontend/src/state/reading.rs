//! What was read from a paste.

use std::sync::Arc;

use diagnosis::{bounce::Kind, bounce::Shape, case::Case, checklist::title};

use super::paste::Paste;

/// The messages of a paste.
pub(crate) struct Reading {
    /// At least one.
    pub(crate) messages: Vec<Message>,
    /// The paste; `None` where a shared report is checked again.
    pub(crate) paste: Option<Arc<Paste>>,
}

/// One message.
#[derive(Clone)]
pub(crate) struct Message {
    /// What was read and judged.
    pub(crate) case: Case,
    /// What happened, before DNS is asked: the message's name in a list.
    pub(crate) title: String,
}

impl Message {
    pub(crate) fn new(case: Case) -> Self {
        let title = title(&case);
        Self { case, title }
    }

    fn is_nothing(&self) -> bool {
        let bounce = &self.case.bounce;
        let says_nothing = bounce.recipients.is_empty() && bounce.trials.is_empty();
        bounce.kind == Kind::Other && bounce.shape != Shape::Lone && says_nothing
    }
}

impl Reading {
    /// Whether none of the messages is anything that the clinic knows: the box stays open then.
    pub(crate) fn found_nothing(&self) -> bool {
        self.messages.iter().all(Message::is_nothing)
    }
}
