//! What the page knows, and what changes it. Views read the signals and call the functions; only
//! here are pastes read and questions asked.
//!
//! ```text
//! box, file, example, host ─take─▶ Source ─┐
//! address ────────────────open─▶ Source ───┴─▶ Diagnosis (memo) ─▶ views
//!                                   Answers ──▲      │ needs
//!                                      └── look_up ◀─┘
//! ```

use std::sync::Arc;

use diagnosis::{
    case::Facts,
    classify::classify,
    dns::Answers,
    read::read,
    share::{self, Shared},
};
use leptos::prelude::*;

use crate::browser;
use address::Opening;
use diagnosed::Diagnosis;
use language::Tongue;
use paste::Paste;
use reading::{Message, Reading};

pub(crate) mod address;
pub(crate) mod diagnosed;
pub(crate) mod excerpt;
pub(crate) mod journey;
pub(crate) mod language;
pub(crate) mod look_up;
pub(crate) mod paste;
pub(crate) mod plain_text;
pub(crate) mod protocol;
pub(crate) mod reading;
pub(crate) mod rows;
pub(crate) mod words;

/// Where the diagnosis comes from.
#[derive(Clone)]
pub(crate) enum Source {
    /// Nothing yet: the start page.
    Nothing,
    /// A large paste is being read; its size in words.
    Reading(String),
    /// A paste.
    Read(Arc<Reading>),
    /// A share link.
    Shared(Arc<Shared>),
    /// A share link that cannot be read; why, in a sentence.
    Damaged(String),
}

/// All that the page knows. Copied into every view: it holds handles only.
#[derive(Clone, Copy)]
pub(crate) struct Clinic {
    /// Where the diagnosis comes from.
    pub(crate) source: RwSignal<Source>,
    /// The message shown, of those in the paste.
    pub(crate) message: RwSignal<usize>,
    /// The recipient shown, of those of the message.
    pub(crate) recipient: RwSignal<usize>,
    /// What stands in the box.
    pub(crate) box_text: RwSignal<String>,
    /// What the box stands for, where it shows only the beginning.
    held: RwSignal<Option<Arc<Paste>>>,
    /// A sentence about the box.
    pub(crate) notice: RwSignal<Option<String>>,
    /// What DNS has said.
    pub(crate) answers: RwSignal<Answers>,
    /// Whether DNS may be asked.
    pub(crate) dns_is_on: RwSignal<bool>,
    /// Whether blocklists are asked that the bounce does not name.
    pub(crate) blocklists_are_wished: RwSignal<bool>,
    /// What the person has added to the message that is shown.
    pub(crate) facts: RwSignal<Facts>,
    /// The words of the diagnosis and of the ready messages.
    pub(crate) tongue: RwSignal<Tongue>,
    /// The steps that the person has ticked off.
    pub(crate) ticked: RwSignal<Vec<String>>,
    /// The share link, once it was asked for.
    pub(crate) link: RwSignal<Option<String>>,
    /// What a screen reader is told.
    pub(crate) announcement: RwSignal<String>,
    /// The locale that the host wants.
    pub(crate) locale: RwSignal<Option<String>>,
    /// Everything that is shown.
    pub(crate) diagnosis: Memo<Option<Arc<Diagnosis>>>,
    run: StoredValue<look_up::Run>,
}

impl Clinic {
    pub(crate) fn new() -> Self {
        let source = RwSignal::new(Source::Nothing);
        let message = RwSignal::new(0);
        let answers = RwSignal::new(Answers::default());
        let blocklists_are_wished = RwSignal::new(false);
        let facts = RwSignal::new(Facts::default());
        let tongue = RwSignal::new(Tongue::default());
        let diagnose = move || {
            let tongue = tongue.get();
            source.with(|source| match source {
                Source::Read(reading) => {
                    let read = reading.messages.get(message.get())?;
                    let mut case = read.case.clone().with_facts(&facts.get());
                    case.options.blocklists = blocklists_are_wished.get();
                    let diagnosis = answers
                        .with(|answers| Diagnosis::new(message.get(), &case, answers, &tongue));
                    Some(Arc::new(diagnosis))
                }
                Source::Shared(shared) => Some(Arc::new(Diagnosis::shared(shared, &tongue))),
                Source::Nothing | Source::Reading(_) | Source::Damaged(_) => None,
            })
        };
        // A new one counts as another one: the views compare what they show of it.
        let diagnosis = Memo::new_with_compare(
            move |_| diagnose(),
            |before, after| !matches!((before, after), (Some(None), Some(None))),
        );
        let clinic = Self {
            source,
            message,
            recipient: RwSignal::new(0),
            box_text: RwSignal::new(String::new()),
            held: RwSignal::new(None),
            notice: RwSignal::new(None),
            answers,
            dns_is_on: RwSignal::new(true),
            blocklists_are_wished,
            facts,
            tongue,
            ticked: RwSignal::new(Vec::new()),
            link: RwSignal::new(None),
            announcement: RwSignal::new(String::new()),
            locale: RwSignal::new(None),
            diagnosis,
            run: StoredValue::new(look_up::Run::default()),
        };
        clinic.keep_asking();
        clinic
    }

    /// Opens what the address holds.
    pub(crate) fn open(self) {
        match browser::address::read().opening() {
            Opening::Start => {
                if self.source.with_untracked(|source| {
                    matches!(source, Source::Shared(_) | Source::Damaged(_))
                }) {
                    self.start();
                }
            }
            Opening::Text(text) => {
                self.take(Paste::text(browser::address::decode(&text)));
                browser::address::forget_fragment();
            }
            Opening::Shared(fragment) => self.open_link(&fragment),
            Opening::Anchor => {}
        }
    }

    fn open_link(self, fragment: &str) {
        let source = match share::decode(fragment) {
            Ok(shared) => Source::Shared(Arc::new(shared)),
            Err(error) => Source::Damaged(error.to_string()),
        };
        self.show(source);
    }

    /// Puts a paste into the box and reads it.
    pub(crate) fn take(self, paste: Paste) {
        self.put(paste);
        self.read_box();
    }

    /// Puts a paste into the box; of a large one only the beginning shows.
    pub(crate) fn put(self, paste: Paste) {
        self.notice.set(None);
        self.box_text.set(paste.shown_in_box());
        self.held.set(Some(Arc::new(paste)));
    }

    /// Reads what the box stands for.
    pub(crate) fn read_box(self) {
        let text = self.box_text.get_untracked();
        let held = self
            .held
            .get_untracked()
            .filter(|held| held.shown_in_box() == text);
        let paste = held.unwrap_or_else(|| Arc::new(Paste::text(text)));
        if paste.is_blank() {
            self.notice.set(Some(
                "The box is empty. Paste the message that came back, or open its file.".to_owned(),
            ));
            return;
        }
        self.notice.set(None);
        if !paste.is_large() {
            self.read_paste(&paste);
            return;
        }
        // The browser has to draw the sentence before the reading takes its time.
        self.source.set(Source::Reading(paste.size_words()));
        let later = std::time::Duration::from_millis(30);
        set_timeout(move || self.read_paste(&paste), later);
    }

    fn read_paste(self, paste: &Arc<Paste>) {
        let messages = read(paste.bytes(), browser::charset::decode)
            .into_iter()
            .map(|bounce| Message::new(classify(bounce)))
            .collect();
        browser::address::leave_report();
        self.show(Source::Read(Arc::new(Reading {
            messages,
            paste: Some(paste.clone()),
        })));
    }

    fn show(self, source: Source) {
        self.message.set(0);
        self.recipient.set(0);
        self.ticked.set(Vec::new());
        self.link.set(None);
        // Agreed to for one paste, not for the next.
        self.blocklists_are_wished.set(false);
        self.facts.set(Facts::default());
        self.source.set(source);
        self.begin_run(false);
        let what = self
            .diagnosis
            .with_untracked(|shown| shown.as_ref().map(|shown| shown.what(0)));
        if let Some(what) = what {
            self.announcement.set(format!("Diagnosis ready: {what}"));
        }
        browser::focus::focus(words::VERDICT_ID);
    }

    /// Shows another message of the paste.
    pub(crate) fn select_message(self, index: usize) {
        self.recipient.set(0);
        self.link.set(None);
        self.ticked.set(Vec::new());
        self.facts.set(Facts::default());
        self.message.set(index);
        self.continue_run();
    }

    /// Adds a fact that a step asks for and diagnoses again; `false` where what was written is none.
    pub(crate) fn add_fact(self, asked: &str, written: &str) -> bool {
        let mut facts = self.facts.get_untracked();
        let is_taken = match asked {
            "from" => facts.take_from(written),
            "helo" => facts.take_helo(written),
            "ip" => facts.take_ip(written),
            _ => facts.take_selector(written),
        };
        if is_taken {
            if self
                .source
                .with_untracked(|source| matches!(source, Source::Shared(_)))
            {
                self.check_again();
            }
            self.facts.set(facts);
            self.link.set(None);
            self.continue_run();
            let words = format!("Diagnosed again with {}.", written.trim());
            self.announcement.set(words);
            browser::focus::focus(words::VERDICT_ID);
        }
        is_taken
    }

    /// Back to an empty box.
    pub(crate) fn start(self) {
        self.source.set(Source::Nothing);
        self.held.set(None);
        self.box_text.set(String::new());
        self.notice.set(None);
        self.announcement.set(String::new());
        self.begin_run(false);
        browser::focus::focus(words::BOX_ID);
    }

    /// Makes the link to the diagnosis that is shown.
    pub(crate) fn share_link(self) -> Option<String> {
        let origin = browser::address::read().origin;
        self.diagnosis.with_untracked(|shown| {
            shown
                .as_ref()
                .map(|shown| format!("{origin}{}", shown.link()))
        })
    }

    /// Whether the box is open: nothing was read yet, or nothing was found in what was read.
    pub(crate) fn box_is_open(self) -> bool {
        match self.source.get() {
            Source::Nothing | Source::Reading(_) => true,
            Source::Shared(_) | Source::Damaged(_) => false,
            Source::Read(reading) => reading.found_nothing(),
        }
    }

    /// The paste that is shown, where there is one.
    pub(crate) fn reading(self) -> Option<Arc<Reading>> {
        self.source.with(|source| match source {
            Source::Read(reading) => Some(reading.clone()),
            _ => None,
        })
    }
}
