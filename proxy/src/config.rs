//! What the service is told at its start: one struct a concern, made from the flags.

use std::net::SocketAddr;

mod flags;
mod page;
mod upstream;

pub use flags::{Flags, Switch};
pub use page::{FrameConfig, Origin, PageSource};
pub use upstream::{Upstream, UpstreamConfig};

/// Everything that [`app`](crate::app) needs; the address to listen on is the server's own matter.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Which DNS servers are asked, and within which limits.
    pub upstream: UpstreamConfig,
    /// Whether the demonstration zone answers before any upstream does.
    pub demo_zone: bool,
    /// Where the page's files come from.
    pub page: PageSource,
    /// Who may show the page in a frame.
    pub frame: FrameConfig,
}

impl From<Flags> for (SocketAddr, Config) {
    fn from(flags: Flags) -> Self {
        let demo_zone = match flags.demo_zone {
            Some(Switch::On) => true,
            Some(Switch::Off) => false,
            // A lab's own `.test` names and documentation addresses have to reach the lab.
            None => flags.upstream.is_empty(),
        };
        let config = Config {
            upstream: UpstreamConfig::new(flags.upstream, flags.most_questions),
            demo_zone,
            page: flags
                .page
                .map_or_else(PageSource::built_in, PageSource::Folder),
            frame: FrameConfig {
                embed_origins: flags.embed_origin,
                public_url: flags.public_url,
            },
        };
        (flags.listen, config)
    }
}
