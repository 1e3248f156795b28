//! From places to what opens them.

use std::ffi::OsString;
use std::io::{self, BufWriter};
use std::time::Duration;

use popfetch::delivery::{Pipe, PipeSettings, Stream, StreamFormat};
use popfetch::jobs::{Account, Context, Output};
use popfetch::model::Place;

use super::accounts::Mail;
use super::args::FetchArgs;
use super::output::{Guarded, is_terminal};

/// How long a command may take for a message where nothing else is said.
const LIMIT: Duration = Duration::from_secs(300);

/// What a delivery command gets to see of the environment, besides all of `LC_*`. Whatever else
/// stands there may be a secret, or change what the command does.
const VARIABLES: [&str; 9] =
    ["HOME", "PATH", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR", "XDG_RUNTIME_DIR"];

/// What opens `place`.
pub(crate) fn output(
    place: &Place,
    args: &FetchArgs,
    mail: &Mail,
    account: &Account,
    context: &Context<'_>,
) -> Output {
    match place {
        Place::Maildir(path) => Output::Maildir(path.clone()),
        Place::Mbox(path) => Output::Mbox(path.clone()),
        Place::Stdout => Output::Receiver(Box::new(stdout(args))),
        Place::Pipe(command) => {
            let limit = args.delivery_timeout.map(Duration::from_secs);
            let settings = PipeSettings {
                command: command.clone(),
                environment: environment(),
                account: account.name.to_string(),
                from_line: args.from_line || mail.from_line,
                limit: limit.or(mail.delivery_timeout).unwrap_or(LIMIT),
            };
            Output::Receiver(Box::new(Pipe::new(settings, context.interrupt.clone())))
        }
    }
}

fn stdout(args: &FetchArgs) -> Stream {
    let format = StreamFormat { raw: args.raw, crlf: args.crlf };
    // Standard output by itself would write line by line.
    let stdout = BufWriter::with_capacity(64 * 1024, io::stdout());
    // What goes to a terminal is looked at; what goes into a pipe is kept as it is.
    if is_terminal() && !args.raw {
        Stream::new(Box::new(Guarded::new(stdout)), format)
    } else {
        Stream::new(Box::new(stdout), format)
    }
}

fn environment() -> Vec<(OsString, OsString)> {
    let is_seen = |name: &OsString| {
        let name = name.to_string_lossy();
        name.starts_with("LC_") || VARIABLES.contains(&&*name)
    };
    std::env::vars_os().filter(|(name, _)| is_seen(name)).collect()
}
