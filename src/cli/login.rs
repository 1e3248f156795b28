//! `popfetch login` and `popfetch logout`.

use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use popfetch::jobs::{Account, Class, Context};
use popfetch::model::{Interrupt, Tokens as _};
use popfetch::oauth::{self, Answers, AuthorizationServer, Flow, Forgotten, Grant, Redirect};
use popfetch::proto::visible;

use super::accounts::{Prepared, prepare};
use super::args::{Cli, ConnectionArgs, LoginArgs, LogoutArgs};
use super::blocking::NoAnswer;
use super::consent::{ConsentSettings, failure};
use super::exit::Exit;
use super::output::written;
use super::proof::ProofSource;
use super::question;
use super::report::Failure;
use super::run::Setting;
use super::screen::say;
use super::secret_line::LIMIT;
use super::secrets::VARIABLE;
use super::system_roots;

pub(crate) fn run(cli: &Cli, args: &LoginArgs) -> anyhow::Result<Exit> {
    let setting = Setting::new(cli)?;
    let Prepared { account, proof, .. } = only(&args.account, cli)?;
    setting.with_context(1, |context| match proof {
        ProofSource::Consent(settings) => {
            log_in(args, &settings, &account, context)
                .map_err(|failure| failure.for_account(account.name.as_str()))?;
            if cli.global.quiet {
                return Ok(Exit::OK);
            }
            let user = visible(account.user.as_bytes(), 200);
            let name = &account.name;
            let done = format!(
                "popfetch has access to the mail of {user} now; try: popfetch list {name}\n"
            );
            Ok(written(io::stdout().write_all(done.as_bytes()))?)
        }
        // Passwords could be kept from here.
        _ => Err(nothing_to_do(&account, "log in to").into()),
    })
}

pub(crate) fn run_out(cli: &Cli, args: &LogoutArgs) -> anyhow::Result<Exit> {
    let setting = Setting::new(cli)?;
    let Prepared { account, proof, .. } = only(&args.account, cli)?;
    let name = &account.name;
    setting.with_context(1, |context| match proof {
        ProofSource::Consent(settings) => {
            let interrupt = context.interrupt;
            let forgotten = settings
                .consent(&account, context)?
                .forget(interrupt)
                .map_err(|error| failure(error, name, interrupt))?;
            let done = match forgotten {
                Forgotten::Nothing => format!("there was no consent for {name}\n"),
                Forgotten::Everywhere => format!("the consent for {name} is revoked\n"),
                Forgotten::Here => format!("the tokens for {name} are removed from this machine\n"),
                Forgotten::NotThere(error) => {
                    let Failure { message, .. } = failure(error, name, interrupt);
                    say(&format!(
                        "popfetch: {name}: warning: the provider could not be told: {}\n",
                        visible(message.as_bytes(), 1000)
                    ));
                    format!("the tokens for {name} are removed from this machine\n")
                }
            };
            if cli.global.quiet {
                return Ok(Exit::OK);
            }
            Ok(written(io::stdout().write_all(done.as_bytes()))?)
        }
        // Kept passwords could be removed from here.
        _ => Err(nothing_to_do(&account, "log out of").into()),
    })
}

/// The one account that is meant.
fn only(name: &str, cli: &Cli) -> Result<Prepared, Failure> {
    let accounts = prepare(&[name.to_owned()], &ConnectionArgs::default(), &cli.global)?;
    let missing = || Failure::usage("name an account");
    accounts.all.into_iter().next().unwrap_or_else(|| Err(missing()))
}

fn nothing_to_do(account: &Account, what: &str) -> Failure {
    let name = account.name.as_str();
    Failure::new(Exit::CONFIG, format!("there is no OAuth2 provider to {what}"))
        .for_account(name)
        .with_hint(
            "set oauth-provider and oauth-client-id for the account; docs/oauth2.md says how",
        )
}

/// Gets the user's consent, and keeps it.
fn log_in(
    args: &LoginArgs,
    settings: &ConsentSettings,
    account: &Account,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let interrupt = context.interrupt;
    let consent = settings.consent(account, context)?;
    let server = consent.server();
    let failed = |error: oauth::Error| failure(error, &account.name, interrupt);
    let flow = if args.paste { Flow::Browser } else { server.provider().flow };
    let grant = match flow {
        Flow::ClientCredentials => {
            say("No consent is needed: the app has the right itself. Asking for a token.\n");
            let token = consent.token(interrupt);
            return token.map(drop).map_err(|error| Failure {
                exit: Exit::of(Class::from(error.cause), interrupt.signal()),
                account: None,
                message: error.message,
                hint: error.hint,
            });
        }
        Flow::Device => by_device(server, account, interrupt).map_err(failed)?,
        Flow::Browser => by_browser(server, args, settings, account, interrupt)?,
    };
    consent.keep(grant, interrupt).map_err(failed)
}

fn by_device(
    server: &AuthorizationServer,
    account: &Account,
    interrupt: &Interrupt,
) -> Result<Grant, oauth::Error> {
    let code = server.ask_for_code(interrupt)?;
    say(&format!(
        "To let popfetch read the mail of {}, open on any device\n\n  {}\n\nand type in the code\n\n  \
         {}\n\nType it in only if it was you who ran this. Waiting ...\n",
        visible(account.user.as_bytes(), 200),
        code.url,
        code.code
    ));
    server.wait_for_consent(&code, interrupt)
}

fn by_browser(
    server: &AuthorizationServer,
    args: &LoginArgs,
    settings: &ConsentSettings,
    account: &Account,
    interrupt: &Interrupt,
) -> Result<Grant, Failure> {
    let failed = |error: oauth::Error| failure(error, &account.name, interrupt);
    // Also where the answer is pasted: the address has to name a port, and this one is free.
    let answers = Answers::listen(settings.redirect_port).map_err(failed)?;
    let request = server.request(answers.port()).map_err(failed)?;
    let user = visible(account.user.as_bytes(), 200);
    let url = visible(request.url.as_bytes(), 4096);
    say(&format!("To let popfetch read the mail of {user}, open in a browser\n\n  {url}\n\n"));
    let code = if args.paste || server.provider().redirect == Redirect::Nowhere {
        drop(answers);
        say(
            "It ends on a page that shows a code, or that cannot be shown. Paste here the code, or \
             the address of that page: ",
        );
        let pasted = question::line(interrupt).map_err(|reason| no_answer(&reason, interrupt))?;
        request.code_in(&pasted)
    } else {
        if !args.no_browser {
            open(&request.url);
        }
        say("Waiting ...\n");
        let mut refused = |error: &oauth::Error| {
            say(&format!("popfetch: {}: warning: {error}; still waiting\n", account.name));
        };
        answers.wait(&request, LIMIT, interrupt, &mut refused)
    };
    request.redeem(&code.map_err(failed)?, interrupt).map_err(failed)
}

fn no_answer(reason: &NoAnswer, interrupt: &Interrupt) -> Failure {
    match reason {
        NoAnswer::Interrupted => {
            Failure::new(Exit::of(Class::Interrupted, interrupt.signal()), "interrupted")
        }
        NoAnswer::TimedOut | NoAnswer::Failed(_) => {
            Failure::new(Exit::NO_PERMISSION, "nothing can be read from standard input")
        }
    }
}

/// Has a browser open `url`, where there is a screen for one. If that fails, the user does it.
fn open(url: &str) {
    let screen = ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if screen {
        let mut browser = Command::new("xdg-open");
        for variable in system_roots::hidden() {
            browser.env_remove(variable);
        }
        browser.arg(url).env_remove(VARIABLE);
        let _ = browser.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    }
}
