//! `popfetch completions`.

use std::io::{self, Write};

use super::args::ShellArg;
use super::exit::Exit;
use super::output::written;

/// The completions of a shell: the very files that are checked in. Tests make them from the
/// definition of the arguments, so that the program need not know how.
pub(crate) fn text(shell: ShellArg) -> &'static str {
    match shell {
        ShellArg::Bash => include_str!("../../completions/popfetch.bash"),
        ShellArg::Zsh => include_str!("../../completions/_popfetch"),
        ShellArg::Fish => include_str!("../../completions/popfetch.fish"),
    }
}

pub(crate) fn run(shell: ShellArg) -> anyhow::Result<Exit> {
    Ok(written(io::stdout().write_all(text(shell).as_bytes()))?)
}
