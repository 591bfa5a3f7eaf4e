//! Pieces of the page that change. Each is of one type whatever it shows: every type of view, of
//! list and of handler is code of its own that everybody has to load.

use std::sync::{Arc, Mutex};

use leptos::{ev::MouseEvent, prelude::*, tachys::reactive_graph::SharedReactiveFunction};

/// A piece that is drawn anew whenever what it has read changes.
pub(crate) fn part(draw: impl FnMut() -> Option<AnyView> + Send + 'static) -> AnyView {
    let draw: SharedReactiveFunction<Option<AnyView>> = Arc::new(Mutex::new(draw));
    draw.into_any()
}

/// A piece that is there as long as something holds.
pub(crate) fn part_while(
    holds: impl Fn() -> bool + Send + Sync + 'static,
    draw: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let holds = Memo::new(move |_| holds());
    part(move || holds.get().then(&draw))
}

/// A row of a list whose rows stay while others come and go.
pub(crate) struct Row {
    /// What tells it from the others, and changes when its content does.
    pub(crate) key: String,
    /// Draws it; not called for a row that is there already.
    pub(crate) draw: Box<dyn FnOnce() -> AnyView + Send>,
}

/// A list whose rows stay while others come and go.
pub(crate) fn rows(rows: impl Fn() -> Vec<Row> + Send + Sync + 'static) -> AnyView {
    let rows: Box<dyn Fn() -> Vec<Row> + Send + Sync> = Box::new(rows);
    view! { <For each=rows key=|row| row.key.clone() children=|row| (row.draw)() /> }.into_any()
}

/// What happens when a button is pressed.
pub(crate) fn pressed(act: impl Fn() + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(move |_| act())
}

/// What happens instead of following a link.
pub(crate) fn followed(act: impl Fn() + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(move |event| {
        event.prevent_default();
        act();
    })
}
