//! The icons: one path each, drawn in the colour of the text around them. They repeat what a word
//! beside them says, so that a screen reader passes over them.

use leptos::prelude::*;

#[derive(Clone, Copy)]
pub(crate) enum Icon {
    Again,
    Clock,
    Copy,
    File,
    Fine,
    Lock,
    Logo,
    NotChecked,
    Person,
    Problem,
    Question,
    Server,
    Share,
    Warning,
}

impl Icon {
    /// The icon of a finding's verdict: each has a shape of its own.
    pub(crate) fn of_verdict(verdict: &str) -> Self {
        match verdict {
            "pass" => Self::Fine,
            "problem" => Self::Problem,
            "warning" => Self::Warning,
            _ => Self::NotChecked,
        }
    }

    /// The icon of a side.
    pub(crate) fn of_side(side: &str) -> Self {
        match side {
            "sender" | "recipient" => Self::Person,
            "nobody" => Self::Clock,
            "unknown" => Self::Question,
            _ => Self::Server,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Again => {
                "M4 12a8 8 0 0114-5.3L20 9M20 4v5h-5M20 12a8 8 0 01-14 5.3L4 15m0 5v-5h5"
            }
            Self::Clock => "M3 12a9 9 0 1018 0 9 9 0 10-18 0M12 7v5l3 2",
            Self::Copy => {
                "M11 9h7a2 2 0 012 2v7a2 2 0 01-2 2h-7a2 2 0 01-2-2v-7a2 2 0 012-2zM15 5H6a2 2 0 00-2 2v9"
            }
            Self::File => "M14 3H7a1 1 0 00-1 1v16a1 1 0 001 1h10a1 1 0 001-1V7zM14 3v4h4",
            Self::Fine => "M3 12a9 9 0 1018 0 9 9 0 10-18 0M8 12.5l3 3 5-6",
            Self::Lock => {
                "M7 11h10a2 2 0 012 2v5a2 2 0 01-2 2H7a2 2 0 01-2-2v-5a2 2 0 012-2zM8 11V8a4 4 0 018 0v3"
            }
            Self::Logo => {
                "M3 7l9 6 9-6M4 5h16a1 1 0 011 1v6M21 18H11m3.5-3.5L11 18l3.5 3.5M3 6v12a1 1 0 001 1h3"
            }
            Self::NotChecked => {
                "M3 12a9 9 0 012.6-6.4M8.6 3.6a9 9 0 016.8 0M18.4 5.6A9 9 0 0121 12M20.4 15.4a9 9 0 01-5 5M12 21a9 9 0 01-7-3.4M9.5 9.5a2.5 2.5 0 114 2c-1 .7-1.5 1.2-1.5 2.2m0 3v.01"
            }
            Self::Person => "M8.5 8a3.5 3.5 0 107 0 3.5 3.5 0 10-7 0M5 20c.8-4 3.6-6 7-6s6.2 2 7 6",
            Self::Problem => "M12 3l9 9-9 9-9-9zM12 8v5m0 3v.01",
            Self::Question => {
                "M3 12a9 9 0 1018 0 9 9 0 10-18 0M9.5 9.5a2.5 2.5 0 114 2c-1 .7-1.5 1.2-1.5 2.2m0 3v.01"
            }
            Self::Server => {
                "M5.5 4h13A1.5 1.5 0 0120 5.5v4a1.5 1.5 0 01-1.5 1.5h-13A1.5 1.5 0 014 9.5v-4A1.5 1.5 0 015.5 4zM5.5 13h13a1.5 1.5 0 011.5 1.5v4a1.5 1.5 0 01-1.5 1.5h-13A1.5 1.5 0 014 18.500v-4A1.5 1.5 0 015.500 13zM8 7.500v.01M8 16.500v.01M12 7.500h4M12 16.500h4"
            }
            Self::Share => "M12 15V4m-4 4l4-4 4 4M5 13v6a1 1 0 001 1h12a1 1 0 001-1v-6",
            Self::Warning => "M12 4l9 16H3zM12 10v4m0 3v.01",
        }
    }
}

/// Draws an icon.
pub(crate) fn icon(icon: Icon) -> AnyView {
    view! {
        <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=icon.path()></path>
        </svg>
    }
    .into_any()
}
