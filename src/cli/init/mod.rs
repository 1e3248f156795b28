//! `popfetch init`: from a mail address to an account that has been tried.
//!
//! Each step is a file: [`who`] it is, the [`server`], the [`login`], the account's [`name`], what
//! becomes of the [`mail`], and where the password is [`keep`]t. A step takes what was typed on the
//! command line, or asks; a wrong answer leads to the question again. Nothing is written before the
//! last question is answered.

mod ask;
mod draft;
mod keep;
mod login;
mod mail;
mod mend;
mod name;
mod next;
mod search;
mod server;
mod who;

use std::io::{self, Write as _};
use std::path::PathBuf;

use popfetch::jobs::{self, Class, Context};

use super::args::{Cli, InitArgs};
use super::config::{Addition, Config, add, locate};
use super::exit::Exit;
use super::output::written;
use super::paths::short;
use super::report::Failure;
use super::run::Setting;
use ask::Asker;
use draft::draft;
use next::Done;

/// What all steps work with.
struct Init<'a> {
    args: &'a InitArgs,
    /// What is configured already.
    config: Option<&'a Config>,
    /// Where the account is to be written.
    file: PathBuf,
    asker: Asker<'a>,
    context: &'a Context<'a>,
}

pub(crate) fn run(cli: &Cli, args: &InitArgs) -> anyhow::Result<Exit> {
    let file = locate(&cli.global)?.ok_or_else(|| {
        Failure::new(Exit::CONFIG, "cannot tell where the configuration is: there is no home")
            .with_hint("set HOME, or name the file with --config and an absolute path")
    })?;
    // A file that was named and is not there yet is one to be made.
    let is_new = cli.global.config.is_some() && !file.exists();
    let config = if is_new { None } else { Config::load(&cli.global)? };
    let setting = Setting::new(cli)?;
    let done = setting.with_context(1, |context| {
        let asker = Asker::new(args, context.interrupt);
        let init = Init { args, config: config.as_ref(), file, asker, context };
        init.run(cli)
    })?;
    match done {
        Done::Then(command, name) => Err(next::become_command(command, &name, &cli.global)),
        Done::Here(exit) => Ok(exit),
    }
}

impl Init<'_> {
    fn run(&self, cli: &Cli) -> anyhow::Result<Done> {
        self.asker.requires(self.args)?;
        let who = who::ask(self)?;
        let mut connection = self.args.connection.clone();
        let mut place = server::find(self, &who, &mut connection)?;
        let proven = login::try_out(self, &mut place, &mut connection)?;
        let name = name::choose(self, &who, &place)?;
        let mail = mail::ask(self, &name, proven.trial.as_ref())?;
        let keeping = keep::ask(self, &name, &place, &proven)?;
        let account = draft(&name, &place, &connection, &mail, &keeping, self.config)?;
        if self.args.dry_run {
            return Ok(Done::Here(written(io::stdout().write_all(account.shown().as_bytes()))?));
        }
        self.confirm(&account)?;
        mail.make_directory()?;
        keeping.carry_out(self.context.interrupt)?;
        add(&self.file, &[account])?;
        next::say(self, cli, name, &place, &proven)
    }

    /// What an error of a job means.
    fn failure(&self, error: &jobs::Error) -> Failure {
        let exit = Exit::of(error.class(), self.context.interrupt.signal());
        let failure = Failure::new(exit, error.sentence());
        match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }

    /// Shows what will be written; the last question before that is done.
    fn confirm(&self, account: &Addition) -> Result<(), Failure> {
        if !self.asker.offers() {
            return Ok(());
        }
        self.asker.tell("");
        account.shown().lines().for_each(|line| self.asker.tell(&format!("  {line}")));
        self.asker.tell("");
        let question = format!("Add this to {}?", short(&self.file));
        if self.asker.yes(&question, true)? {
            return Ok(());
        }
        Err(Failure::new(Exit::of(Class::Interrupted, None), "nothing was written"))
    }
}
