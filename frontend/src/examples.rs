//! The examples of the start page. All are our own; what they name stands in the demonstration
//! zone of the proxy.

/// An example.
pub(crate) struct Example {
    /// What its button says.
    pub(crate) title: &'static str,
    /// The paste.
    pub(crate) text: &'static str,
}

/// In the order of the page.
pub(crate) const EXAMPLES: [Example; 10] = [
    Example {
        title: "User unknown",
        text: include_str!("../examples/user-unknown.eml"),
    },
    Example {
        title: "SPF and DKIM refuse you",
        text: include_str!("../examples/not-authenticated.eml"),
    },
    Example {
        title: "No records at all",
        text: include_str!("../examples/no-records.eml"),
    },
    Example {
        title: "Blocked by the other side",
        text: include_str!("../examples/blocked.txt"),
    },
    Example {
        title: "Mailbox full",
        text: include_str!("../examples/mailbox-full.eml"),
    },
    Example {
        title: "Domain without mail",
        text: include_str!("../examples/domain-without-mail.txt"),
    },
    Example {
        title: "Still trying",
        text: include_str!("../examples/still-trying.eml"),
    },
    Example {
        title: "No name for your server",
        text: include_str!("../examples/no-reverse-dns.txt"),
    },
    Example {
        title: "The wrong server answered",
        text: include_str!("../examples/wrong-server.eml"),
    },
    Example {
        title: "DNS in trouble",
        text: include_str!("../examples/dns-in-trouble.eml"),
    },
];
