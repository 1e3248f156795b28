//! What comes after an account has been written.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use popfetch::model::AccountName;
use serde_json::json;

use super::super::args::{Cli, Global};
use super::super::exit::Exit;
use super::super::output::written;
use super::super::paths::short;
use super::Init;
use super::login::{Held, Proven};
use super::server::Place;

/// How it ended.
pub(super) enum Done {
    /// With nothing more to do.
    Here(Exit),
    /// With another command on the account, to be done at once.
    Then(&'static str, AccountName),
}

/// Says what comes next, or finds that it is wanted at once.
pub(super) fn say(
    init: &Init<'_>,
    cli: &Cli,
    name: AccountName,
    place: &Place,
    proven: &Proven,
) -> anyhow::Result<Done> {
    // Between two logins some servers want time to pass, and call the password wrong until then.
    let announced = proven.trial.and_then(|trial| trial.login_delay);
    let delay = place.login_delay().max(announced).filter(|delay| *delay > 0);
    let consents = matches!(proven.held, Held::Consent { .. });
    let said = if cli.global.json {
        let file = init.file.display().to_string();
        format!("{}\n", json!({"account": name.as_str(), "file": file}))
    } else if consents && init.asker.offers() {
        return Ok(Done::Then("login", name));
    } else if consents {
        format!("The account {name} is in {}; next: popfetch login {name}\n", short(&init.file))
    } else if delay.is_none() && init.asker.offers() && init.asker.yes("Fetch now?", true)? {
        return Ok(Done::Then("fetch", name));
    } else if cli.global.quiet {
        String::new()
    } else {
        let when = delay.map_or_else(String::new, |delay| format!(" (in {delay} s)"));
        let file = short(&init.file);
        format!("The account {name} is in {file}; next{when}: popfetch fetch {name}\n")
    };
    Ok(Done::Here(written(io::stdout().write_all(said.as_bytes()))?))
}

/// Becomes another `command` on the account `name`, as if it had been typed. Comes back only where
/// that fails.
pub(super) fn become_command(command: &str, name: &AccountName, global: &Global) -> anyhow::Error {
    let program = match env::current_exe() {
        Ok(program) => program,
        Err(error) => return error.into(),
    };
    let mut next = Command::new(program);
    next.args([command, name.as_str()]);
    next.args((0..global.verbose).map(|_| "--verbose"));
    for (flag, path) in [("--config", &global.config), ("--state-dir", &global.state_dir)] {
        next.args(path.iter().flat_map(|path| [OsStr::new(flag), path.as_os_str()]));
    }
    next.exec().into()
}
