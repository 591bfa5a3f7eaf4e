//! The command line.

use std::{num::NonZero, path::PathBuf, thread};

use clap::{Args, Parser};

use crate::{added::Added, judge::Judgement};

/// Reads bounced e-mail and says what happened, who has to act, and what to do.
#[derive(Parser)]
#[command(name = "diagnose", version, disable_help_subcommand = true)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) judgement: Option<Judgement>,
    #[command(flatten)]
    pub(crate) form: Form,
    /// How many messages are diagnosed at the same time; as many as there are processors where it
    /// is not given. The order of the output does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Where DNS is asked: a /dns-query address that answers application/dns-json. Without it only
    /// what needs no DNS is said. Nothing is asked for --csv and --summary, which show none of it.
    #[arg(long, value_name = "URL", value_parser = crate::ask::address)]
    pub(crate) resolver: Option<String>,
    /// Also asks DNS blocklists about the sending IP address and the sender's domains, which tells
    /// their operators about them. Without it only a list that a bounce names is asked.
    #[arg(long, requires = "resolver")]
    pub(crate) blocklists: bool,
    #[command(flatten)]
    pub(crate) added: Added,
    /// Files with bounces, mbox files, and folders of them; `-` is standard input. Folders are read
    /// in the order of names, with their sub-folders, without hidden files.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// What is printed instead of text for people.
#[derive(Args)]
#[group(multiple = false)]
pub(crate) struct Form {
    /// One JSON object a line for each message found, instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    /// One row a recipient as comma-separated values (RFC 4180), below a line of names. Messages
    /// without recipients have no row. Cells that begin with = + - @, a tab or a carriage return
    /// get a ' in front, so that no spreadsheet takes them for a formula.
    #[arg(long)]
    pub(crate) csv: bool,
    /// Only how many there are: messages of each kind; recipients by reason, by provider and by
    /// the IP address that the returned message was sent from.
    #[arg(long)]
    pub(crate) summary: bool,
}

impl Options {
    /// How many messages are diagnosed at the same time.
    pub(crate) fn jobs(&self) -> usize {
        let processors = || thread::available_parallelism().map_or(1, NonZero::get);
        self.jobs.map_or_else(processors, usize::from)
    }
}
