//! `popfetch import`: accounts of other programs, and what they have seen.

mod files;
mod names;
mod report;
mod settings;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use popfetch::import::{Account, Found, Program, Seen};
use popfetch::jobs;
use popfetch::model::{Endpoint, MailboxIdentity, count};

use super::accounts::of_mailbox;
use super::args::{Cli, ConnectionArgs, ImportArgs};
use super::config::{Addition, Config, add, locate, read_text};
use super::exit::Exit;
use super::output::{stdout, written};
use super::paths::resolve;
use super::report::Failure;
use super::run::Setting;
use super::source::host_name;
use names::Names;
use report::{Report, Taken};
use settings::addition;

pub(crate) fn run(cli: &Cli, args: &ImportArgs) -> anyhow::Result<Exit> {
    let program = args.program.into();
    let files = files::configurations(program, args.file.as_deref())?;
    let mut found = Found::default();
    for file in &files {
        let more = read(program, file)?;
        found.accounts.extend(more.accounts);
        found.notes.extend(more.notes);
    }
    if args.uids.is_some() && found.accounts.len() != 1 && !program.shares_seen() {
        let message = format!("--uids is for one account, and here are {}", found.accounts.len());
        return Err(Failure::usage(message).into());
    }
    let main = locate(&cli.global)?.ok_or_else(|| {
        Failure::new(Exit::CONFIG, "cannot tell where the configuration is")
            .with_hint("set HOME, or name a file with --config")
    })?;
    let config = Config::load(&cli.global)?;
    let mut import = Import {
        program,
        args,
        names: Names::of(config.as_ref()),
        config: config.as_ref(),
        setting: Setting::new(cli)?,
        additions: Vec::new(),
        mailboxes: Vec::new(),
        exits: Vec::new(),
    };
    let mut report =
        Report { program, main, dry_run: args.dry_run, notes: found.notes, all: vec![] };
    for account in found.accounts {
        if account.user.is_none() {
            let name = &account.name;
            report.notes.push(format!("'{name}' is not carried over: no user is named"));
        } else {
            report.all.extend(import.take_over(account));
        }
    }
    let Import { additions, mut exits, .. } = import;
    if report.all.is_empty() && exits.is_empty() {
        let message = format!("there is no account to take over in {}", files[0].display());
        Failure::new(Exit::CONFIG, message).print();
        exits.push(Exit::CONFIG);
    }
    if !args.dry_run && !additions.is_empty() {
        // What was seen is recorded already: nothing is fetched again, whatever fails here.
        add(&report.main, &additions)?;
    }
    let mut out = stdout();
    let text = if cli.global.json { report.json() } else { report.text() };
    let shown = if cli.global.quiet { Ok(()) } else { out.write_all(text.as_bytes()) };
    exits.push(written(shown.and_then(|()| out.flush()))?);
    Ok(Exit::merge(exits))
}

fn read(program: Program, file: &Path) -> Result<Found, Failure> {
    let (text, _) = read_text(file)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut found = program.read(&text, &name).map_err(|error| {
        let message = format!("{}:{}: {error}", file.display(), error.line);
        Failure::new(Exit::CONFIG, message)
    })?;
    if program == Program::Getmail {
        // It keeps its state beside its configuration.
        for account in &mut found.accounts {
            let beside = |seen: String| file.with_file_name(seen).to_string_lossy().into_owned();
            account.seen = account.seen.take().map(beside);
        }
    }
    Ok(found)
}

/// The work, and what came of it.
struct Import<'a> {
    program: Program,
    args: &'a ImportArgs,
    config: Option<&'a Config>,
    setting: Setting,
    names: Names,
    additions: Vec<Addition>,
    /// The mailboxes of the additions.
    mailboxes: Vec<MailboxIdentity>,
    exits: Vec<Exit>,
}

impl Import<'_> {
    /// Takes an account over, unless something is wrong with it, which is told.
    fn take_over(&mut self, account: Account) -> Option<Taken> {
        let name = account.name.clone();
        let taken = self.try_to_take_over(account);
        let told = taken.map_err(|failure| {
            let failure = failure.for_account(name);
            failure.print();
            self.exits.push(failure.exit);
        });
        told.ok()
    }

    fn try_to_take_over(&mut self, mut account: Account) -> Result<Taken, Failure> {
        let mut reader = self.reader(&account)?;
        let mailbox = reader.identity();
        let added = self.mailboxes.iter().position(|known| *known == mailbox);
        let configured = self.config.and_then(|config| config.account_of(&mailbox));
        let present = added.map(|at| &self.additions[at].name);
        let present = present.or(configured.map(|account| &account.name)).cloned();
        let is_new = present.is_none();
        let name = present.unwrap_or_else(|| self.names.make(&account.name, self.program.name()));
        reader.name = name.clone();

        let (seen, file) = self.seen(&account)?;
        if is_new && seen.uids.is_empty() && account.keeps() {
            account.notes.push(nothing_seen(file.as_deref(), &seen));
        }
        let (count, damaged) = (seen.uids.len(), seen.damaged);
        let taken = self.setting.with_context(1, |context| {
            let taken = jobs::import_seen(&reader, context, seen.uids, self.args.dry_run);
            taken.map_err(|error| Failure::of_job(&error, &name, context.interrupt.signal()))
        })?;
        let mut shown = None;
        if is_new {
            let addition = addition(name.clone(), &reader, &mut account);
            shown = Some(addition.shown());
            self.additions.push(addition);
            self.mailboxes.push(mailbox.clone());
        }
        let notes = account.notes;
        let old_name = account.name;
        Ok(Taken { name, old_name, mailbox, shown, seen: count, damaged, taken, notes })
    }

    /// The account as popfetch reads its mailbox.
    fn reader(&self, account: &Account) -> Result<jobs::Account, Failure> {
        let wrong = |message: String| Failure::new(Exit::CONFIG, message);
        let user = account.user.clone().unwrap_or_default();
        let host = host_name(&account.host).map_err(wrong)?;
        let port = account.port.unwrap_or(account.tls.default_port());
        let endpoint = Endpoint { host, port, tls: account.tls };
        let args = ConnectionArgs::default();
        let prepared = of_mailbox(endpoint, user, &args, self.config);
        prepared.map(|prepared| prepared.account).map_err(|failure| wrong(failure.message))
    }

    /// What the program has seen in the mailbox of `account`, and in which file that stands.
    fn seen(&self, account: &Account) -> Result<(Seen, Option<PathBuf>), Failure> {
        let file = match (&self.args.uids, &account.seen) {
            (Some(file), _) => Some(resolve(file, None)?),
            (None, Some(file)) => Some(resolve(Path::new(&files::at_home(file)), None)?),
            (None, None) => None,
        };
        let bytes = file.as_deref().map(files::seen).transpose()?.flatten();
        if bytes.is_none() && self.args.uids.is_some() {
            let shown = file.unwrap_or_default();
            let message = format!("there is no file {}", shown.display());
            return Err(Failure::new(Exit::CONFIG, message));
        }
        let seen = bytes.map(|bytes| self.program.seen(&bytes, account));
        Ok((seen.unwrap_or_default(), file))
    }
}

/// What is said where the next fetch would bring everything.
fn nothing_seen(file: Option<&Path>, seen: &Seen) -> String {
    let place = match file {
        None => "nothing says what was seen".to_owned(),
        Some(file) if seen.others > 0 => {
            let others = count(seen.others as u64, "message");
            format!("{} holds {others} of other mailboxes and none of this", file.display())
        }
        Some(file) => format!("nothing was seen according to {}", file.display()),
    };
    format!(
        "{place}: the next fetch brings all that is on the server, or, with --first-fetch seen, \
         takes it for seen"
    )
}
