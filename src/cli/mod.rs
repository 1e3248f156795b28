//! The face: arguments in, lines and exit statuses out. Uses the library's public API only.

mod accounts;
mod args;
mod blocking;
mod check;
mod client_certificates;
mod completions;
mod config;
mod consent;
mod day;
mod delete;
mod destination;
mod exit;
mod fetch;
mod fixed_token;
#[cfg(test)]
mod generated;
mod harden;
mod import;
mod init;
mod json;
mod kept_password;
#[cfg(feature = "keyring")]
mod keyring;
#[cfg(not(feature = "keyring"))]
#[path = "no_keyring.rs"]
mod keyring;
mod list;
mod login;
mod misuse;
mod netrc;
mod output;
mod outputs;
mod password_command;
mod paths;
mod progress;
mod proof;
/// What the parsers are held to by the unit tests and, at length, by the fuzz targets.
#[cfg(any(test, fuzzing))]
#[path = "../../fuzz/properties/cli/mod.rs"]
pub(crate) mod properties;
mod proxy;
mod question;
mod receipt;
mod report;
mod roots;
mod route;
mod run;
mod screen;
mod secret_line;
mod secrets;
mod signals;
mod size;
mod source;
mod state;
mod status;
mod surroundings;
mod system_roots;
mod table;
mod tls;
mod token_command;
mod trace;
mod turns;
mod values;

use std::panic;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use exit::Exit;
use harden::harden;
use report::Failure;

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    // Before anything is read: the environment holds a password already.
    harden();
    let done = panic::catch_unwind(|| match Cli::try_parse() {
        Ok(cli) => run(&cli),
        Err(error) => misuse::tell(&error),
    });
    // The panic's own message is on standard error already.
    done.unwrap_or(Exit::BUG).into()
}

fn run(cli: &Cli) -> Exit {
    let done = match &cli.command {
        Command::List(args) => list::run(cli, args),
        Command::Fetch(args) => fetch::run(cli, args),
        Command::Delete(args) => delete::run(cli, args),
        Command::Init(args) => init::run(cli, args),
        Command::Import(args) => import::run(cli, args),
        Command::Check(args) => check::run(cli, args),
        Command::Status(args) => status::run(cli, args),
        Command::Login(args) => login::run(cli, args),
        Command::Logout(args) => login::run_out(cli, args),
        Command::Config(args) => config::run(cli, args.command),
        Command::State(args) => state::run(cli, &args.command),
        Command::Completions(args) => completions::run(args.shell),
    };
    done.unwrap_or_else(|error| {
        let failure = Failure::of(error);
        failure.print();
        failure.exit
    })
}
