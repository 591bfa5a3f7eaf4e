//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, ValueEnum};

use super::{Origin, Upstream};

/// Serves the Bounce Clinic page and answers its DNS questions.
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub struct Flags {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// DNS server to ask: `https://HOST/dns-query`, `udp://ADDR:PORT` or `system`; repeatable.
    /// Default: the DNS over HTTPS services of Cloudflare and Google.
    #[arg(long, value_name = "URL")]
    pub upstream: Vec<Upstream>,

    /// Whether the built-in demonstration zone answers the names it holds. Default: on, but off
    /// where --upstream is given.
    #[arg(long, value_name = "on|off")]
    pub demo_zone: Option<Switch>,

    /// Folder with the built page. Default: the page in this program, where it was built with one.
    #[arg(long, value_name = "DIR")]
    pub page: Option<PathBuf>,

    /// Origin that may show /embed in a frame, like `https://desk.example`; repeatable. Default:
    /// nobody.
    #[arg(long, value_name = "ORIGIN")]
    pub embed_origin: Vec<Origin>,

    /// Origin under which people reach this service, like `https://clinic.example`. Default: what
    /// the request's Host header says.
    #[arg(long, value_name = "ORIGIN")]
    pub public_url: Option<Origin>,

    /// Most DNS questions under way at once; one more is answered with 429.
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub most_questions: usize,
}

/// The two words of `--demo-zone`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Answer the names it holds.
    On,
    /// Ask the upstream for everything.
    Off,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::Config;

    fn config(arguments: &[&str]) -> Config {
        let arguments = ["proxy"].into_iter().chain(arguments.iter().copied());
        let (_, config) = Flags::try_parse_from(arguments).expect("good flags").into();
        config
    }

    #[test]
    fn the_flags_are_well_formed() {
        Flags::command().debug_assert();
    }

    #[test]
    fn the_demonstration_zone_gives_way_to_a_chosen_upstream() {
        assert!(config(&[]).demo_zone);
        assert!(!config(&["--upstream", "system"]).demo_zone);
        assert!(config(&["--upstream", "system", "--demo-zone", "on"]).demo_zone);
        assert!(!config(&["--demo-zone", "off"]).demo_zone);
    }

    #[test]
    fn the_default_upstream_is_two_services() {
        assert_eq!(config(&[]).upstream.upstreams.len(), 2);
        let one = config(&["--upstream", "udp://127.0.0.1:5353"]);
        assert_eq!(one.upstream.upstreams.len(), 1);
    }

    #[test]
    fn wrong_values_are_refused() {
        for arguments in [
            ["--listen", "localhost"],
            ["--upstream", "http://dns.example/dns-query"],
            ["--demo-zone", "maybe"],
            ["--embed-origin", "desk.example"],
            ["--public-url", "https://clinic.example/path"],
            ["--most-questions", "-1"],
        ] {
            let arguments = ["proxy"].into_iter().chain(arguments);
            assert!(Flags::try_parse_from(arguments).is_err());
        }
    }
}
