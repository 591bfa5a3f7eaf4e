//! `cargo xtask serve`: the page and the proxy in release mode, from a bare checkout to an address.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use anyhow::{Context as _, anyhow};

use crate::options::ServeOptions;
use crate::setup::{self, Need};
use crate::workspace::Workspace;
use crate::{build, process};

/// Builds everything and becomes the proxy, which prints its address when it is ready.
pub(crate) fn serve(options: &ServeOptions) -> anyhow::Result<()> {
    // Before the build: nobody should wait minutes to learn of a port in use.
    check_port(options.listen)?;
    let workspace = Workspace::load()?;
    let tools = setup::set_up(&workspace, &[Need::Page])?;

    println!("Building the page (the first time 2 to 6 minutes) ...");
    process::run(build::page(&workspace, &tools), &workspace.log("page"))?;
    println!("Building the proxy (the first time 2 to 6 minutes) ...");
    let (command, proxy) = build::release_proxy(&workspace, &tools);
    process::run(command, &workspace.log("proxy"))?;

    let mut command = Command::new(proxy);
    command.arg("--listen").arg(options.listen.to_string());
    command
        .arg("--page")
        .arg(workspace.page())
        .args(&options.passed_on);
    become_the_program(command)
}

fn check_port(listen: SocketAddr) -> anyhow::Result<()> {
    let Err(error) = TcpListener::bind(listen) else {
        return Ok(());
    };
    Err(match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "port {} of {} is in use; end the program that listens there, or choose another with \
             --listen {}",
            listen.port(),
            listen.ip(),
            SocketAddr::new(listen.ip(), listen.port().wrapping_add(1).max(1024))
        ),
        _ => anyhow!(error).context(format!("cannot listen on {listen}")),
    })
}

/// Replaces this process, so that Ctrl-C and every other signal reach the proxy itself.
#[cfg(unix)]
fn become_the_program(mut command: Command) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec();
    Err(error).with_context(|| format!("could not start `{}`", process::show(&command)))
}

/// Waits for the proxy: Ctrl-C reaches every process of the console.
#[cfg(not(unix))]
fn become_the_program(mut command: Command) -> anyhow::Result<()> {
    let shown = process::show(&command);
    let status = command
        .status()
        .with_context(|| format!("could not start `{shown}`"))?;
    anyhow::ensure!(status.success(), "the proxy ended with {status}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = taken.local_addr().expect("a bound socket has an address");
        let error = check_port(address)
            .expect_err("the port is taken")
            .to_string();
        assert!(error.contains(&format!("port {} of 127.0.0.1 is in use", address.port())));
    }

    #[test]
    fn a_free_port_is_fine() {
        let any = "127.0.0.1:0".parse().expect("an address");
        assert!(check_port(any).is_ok());
    }
}
