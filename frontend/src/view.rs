//! What is shown, one part a file, with its style sheet beside it. Parts show and call;
//! they judge nothing. All text from outside becomes text nodes.

pub(crate) mod about;
pub(crate) mod annotated;
pub(crate) mod checklist;
pub(crate) mod command;
pub(crate) mod embed;
pub(crate) mod evidence;
pub(crate) mod header;
pub(crate) mod icon;
pub(crate) mod journey;
pub(crate) mod letters;
pub(crate) mod lists;
pub(crate) mod missing;
pub(crate) mod page;
pub(crate) mod part;
pub(crate) mod pasted;
pub(crate) mod share;
pub(crate) mod start;
pub(crate) mod switch;
pub(crate) mod verdict;
