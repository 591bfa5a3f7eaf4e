//! Asking DNS: all open questions at once, again whenever an answer arrives, and never for ever.

use std::{sync::Arc, time::Duration};

use diagnosis::dns::{Answer, Answers, Outcome, Question};
use leptos::{prelude::*, task::spawn_local};

use super::{
    Clinic, Source,
    reading::{Message, Reading},
};
use crate::browser;

/// What is still open then has timed out.
const LIMIT: Duration = Duration::from_secs(15);

/// The state of one diagnosis's questions. Answers that belong to an earlier run are dropped.
#[derive(Default)]
pub(crate) struct Run {
    number: u32,
    in_flight: Vec<Question>,
    is_over: bool,
    is_fresh: bool,
}

impl Clinic {
    /// Whenever the diagnosis has open questions, they are asked.
    pub(super) fn keep_asking(self) {
        Effect::new(move |_| {
            let needs = self
                .diagnosis
                .with(|shown| shown.as_ref().map(|shown| shown.needs.clone()));
            self.answer(needs.unwrap_or_default());
        });
    }

    /// Forgets all answers; `is_fresh` asks past the browser's cache.
    pub(super) fn begin_run(self, is_fresh: bool) {
        self.answers.set(Answers::default());
        self.renew_run(is_fresh);
    }

    /// Gives the questions to come their own time limit, and keeps the answers.
    pub(super) fn continue_run(self) {
        self.renew_run(self.run.with_value(|run| run.is_fresh));
    }

    fn renew_run(self, is_fresh: bool) {
        self.run.update_value(|run| {
            *run = Run {
                number: run.number.wrapping_add(1),
                is_fresh,
                ..Run::default()
            };
        });
        let number = self.run.with_value(|run| run.number);
        set_timeout(move || self.end_run(number), LIMIT);
        // The effect runs only where the diagnosis changed: it may be the same as before.
        self.answer(self.needs());
    }

    fn end_run(self, number: u32) {
        if self.is_current(number) {
            self.run.update_value(|run| run.is_over = true);
            self.answer(self.needs());
        }
    }

    fn needs(self) -> Vec<Question> {
        let needs = self
            .diagnosis
            .with_untracked(|shown| shown.as_ref().map(|shown| shown.needs.clone()));
        needs.unwrap_or_default()
    }

    /// Asks everything again. A shared report becomes a diagnosis of one's own.
    pub(crate) fn check_again(self) {
        let shared = self.source.with_untracked(|source| match source {
            Source::Shared(shared) => Some(shared.case.clone()),
            _ => None,
        });
        if let Some(case) = shared {
            self.source.set(Source::Read(Arc::new(Reading {
                messages: vec![Message::new(case)],
                paste: None,
            })));
            browser::focus::focus(super::words::VERDICT_ID);
        }
        self.link.set(None);
        self.begin_run(true);
    }

    /// Switches DNS on or off, and begins again.
    pub(crate) fn allow_dns(self, is_on: bool) {
        self.dns_is_on.set(is_on);
        self.link.set(None);
        self.begin_run(false);
    }

    /// Asks blocklists too; what is known already is not asked again.
    pub(crate) fn ask_blocklists(self) {
        self.blocklists_are_wished.set(true);
        self.link.set(None);
        self.continue_run();
    }

    /// Has questions asked, or answers them at once where nobody may be asked any more.
    fn answer(self, needs: Vec<Question>) {
        if needs.is_empty() {
            return;
        }
        let is_over = self.run.with_value(|run| run.is_over);
        let outcome = match (self.dns_is_on.get_untracked(), is_over) {
            (false, _) => Outcome::NotAsked,
            (true, true) => Outcome::Timeout,
            (true, false) => return self.ask_all(needs),
        };
        self.answers.update(|answers| {
            for question in needs {
                answers.insert(question, Answer::empty(outcome));
            }
        });
    }

    fn ask_all(self, needs: Vec<Question>) {
        let (number, is_fresh) = self.run.with_value(|run| (run.number, run.is_fresh));
        for question in needs {
            let is_new = self
                .run
                .try_update_value(|run| {
                    let is_new = !run.in_flight.contains(&question);
                    if is_new {
                        run.in_flight.push(question.clone());
                    }
                    is_new
                })
                .unwrap_or(false);
            if is_new {
                spawn_local(async move {
                    let answer = browser::dns::ask(&question, is_fresh).await;
                    if self.is_current(number) {
                        self.answers
                            .update(|answers| answers.insert(question, answer));
                    }
                });
            }
        }
    }

    fn is_current(self, number: u32) -> bool {
        self.run
            .try_with_value(|run| run.number == number && !run.is_over)
            .unwrap_or(false)
    }
}
