//! A login to try, and what it is done with.

use popfetch::discovery::Accepts;
use popfetch::jobs::{self, Account, Trial};
use popfetch::model::{Proof, Secret, count};

use super::super::accounts::{Prepared, of_mailbox};
use super::super::args::ConnectionArgs;
use super::super::exit::Exit;
use super::super::paths::resolve;
use super::super::proof::ProofSource;
use super::super::report::Failure;
use super::super::secrets::{PasswordSource, kept, prompt};
use super::super::size::size;
use super::Init;
use super::mend::mend;
use super::server::Place;
use super::who::configured;

/// How often a password is asked for.
const ATTEMPTS: u32 = 3;

/// A login that went well, or one that is put off.
pub(super) struct Proven {
    /// What the mailbox is like, if it was seen.
    pub(super) trial: Option<Trial>,
    pub(super) held: Held,
}

/// Where the account's password is.
pub(super) enum Held {
    /// Where every run finds it: the keyring, say.
    Found,
    /// Where a key of the configuration is to say.
    Key(&'static str, String),
    /// In this process alone.
    Here(Secret),
    /// There is none: the provider asks the user for consent, on behalf of the app of this id.
    Consent { provider: &'static str, client_id: String },
}

/// Logs in. What is wrong is asked for again.
pub(super) fn try_out(
    init: &Init<'_>,
    place: &mut Place,
    connection: &mut ConnectionArgs,
) -> Result<Proven, Failure> {
    if let Some(held) = consent(init, place)? {
        return Ok(Proven { trial: None, held });
    }
    tell_of_app_password(init, place);
    let mut refused = 0;
    loop {
        if init.asker.asks && !place.user_is_known {
            let default = Some(place.user.as_str()).filter(|user| !user.is_empty());
            place.user = init.asker.line("User name", default)?;
            place.user_is_known = true;
        }
        let prepared = prepare(init, place, connection)?;
        if init.args.dry_run {
            let held = held_by_flags(connection)?.unwrap_or(Held::Found);
            return Ok(Proven { trial: None, held });
        }
        let (account, held) = prove(init, prepared, connection, refused > 0)?;
        init.asker.tell("Logging in ...");
        let error = match jobs::try_login(&account, init.context, &mut |_: &jobs::Event<'_>| {}) {
            Ok(trial) => {
                tell_of(init, &trial);
                return Ok(Proven { trial: Some(trial), held });
            }
            Err(error) => error,
        };
        let failure = init.failure(&error);
        let is_login = matches!(error, jobs::Error::Login { .. });
        if !init.asker.asks || failure.exit.is_signal() {
            return Err(failure);
        }
        if !is_login || failure.exit != Exit::NO_PERMISSION {
            mend(init, &error, place, connection)?;
            continue;
        }
        refused += 1;
        if refused == ATTEMPTS {
            return Err(failure);
        }
        init.asker.tell_failure(&failure);
        let left = count(u64::from(ATTEMPTS - refused), "more try").replace("trys", "tries");
        init.asker.tell(&format!(
            "Once again, then ({left}): some providers lock an account after several wrong \
             passwords."
        ));
        place.user_is_known = false;
    }
}

fn prepare(
    init: &Init<'_>,
    place: &Place,
    connection: &ConnectionArgs,
) -> Result<Prepared, Failure> {
    if place.user.is_empty() {
        return Err(Failure::usage("the user name is missing: --user USER"));
    }
    let (endpoint, user) = (place.endpoint.clone(), place.user.clone());
    let prepared = of_mailbox(endpoint, user, connection, init.config)?;
    let identity = prepared.account.identity();
    match init.config.and_then(|config| config.account_of(&identity)) {
        Some(account) => Err(configured(identity.as_str(), account)),
        None => Ok(prepared),
    }
}

/// Gives the account what it has to show for itself.
fn prove(
    init: &Init<'_>,
    prepared: Prepared,
    connection: &ConnectionArgs,
    again: bool,
) -> Result<(Account, Held), Failure> {
    let interrupt = init.context.interrupt;
    let is_open = match &prepared.proof {
        ProofSource::Password(source) => again || matches!(source, PasswordSource::Elsewhere),
        _ => false,
    };
    if !(is_open && init.asker.asks) {
        // What is gone when this process is.
        let is_passing = matches!(
            prepared.proof,
            ProofSource::Password(PasswordSource::Descriptor(..) | PasswordSource::Environment(_))
        );
        let account = prepared.finish(init.context)?;
        let held = match &account.proof {
            Proof::Password(secret) if is_passing => Held::Here(secret.clone()),
            _ => held_by_flags(connection)?.unwrap_or(Held::Found),
        };
        return Ok((account, held));
    }
    let mut account = prepared.account;
    let (secret, held) = match kept(&account, interrupt)?.filter(|_| !again) {
        Some((secret, origin)) => {
            init.asker.tell(&format!("The password is in {origin} already."));
            (secret, Held::Found)
        }
        None => {
            let secret = loop {
                let secret = prompt(&account.user, &account.endpoint.host, interrupt)?;
                if !secret.is_empty() {
                    break secret;
                }
            };
            (secret.clone(), Held::Here(secret))
        }
    };
    account.proof = Proof::Password(secret);
    Ok((account, held))
}

/// What the flags say of where the password lasts.
fn held_by_flags(connection: &ConnectionArgs) -> Result<Option<Held>, Failure> {
    if connection.password_fd.is_some() {
        return Ok(None);
    }
    if let Some(path) = &connection.password_file {
        let path = resolve(path, None)?.display().to_string();
        return Ok(Some(Held::Key("password-file", path)));
    }
    let command = connection.password_command.clone();
    Ok(command.map(|command| Held::Key("password-command", command)))
}

/// OAuth2, where the provider takes nothing else, or where the user prefers it.
fn consent(init: &Init<'_>, place: &Place) -> Result<Option<Held>, Failure> {
    let Some(provider) = place.accepts().oauth() else { return Ok(None) };
    let typed = init.args.oauth_client_id.clone();
    let needed = matches!(place.accepts(), Accepts::Oauth(_));
    let wanted = needed
        || typed.is_some()
        || init.asker.offers() && {
            let app = "a password for this program, made in the provider's settings".to_owned();
            let oauth = "OAuth2, with the client id of an app that you have registered".to_owned();
            init.asker.choice("It takes, in place of your usual password:", &[app, oauth])? == 1
        };
    if !wanted {
        return Ok(None);
    }
    let client_id = match typed {
        Some(client_id) => client_id,
        None if init.asker.asks => {
            init.asker.tell("It lets programs in by OAuth2, each by the client id that it gave.");
            init.asker.line("Client id", None)?
        }
        None => return Err(Failure::usage("OAuth2 needs --oauth-client-id")),
    };
    Ok(Some(Held::Consent { provider, client_id }))
}

fn tell_of_app_password(init: &Init<'_>, place: &Place) {
    if matches!(place.accepts(), Accepts::AppPassword | Accepts::AppPasswordOrOauth(_)) {
        init.asker.tell(
            "Your usual password is refused here: make one for this program in the provider's \
             settings.",
        );
    }
}

fn tell_of(init: &Init<'_>, trial: &Trial) {
    let Trial { messages, octets, has_uids, .. } = trial;
    let messages = count(*messages, "message");
    init.asker.tell(&format!("Logged in: {messages}, {}.", size(octets.0)));
    if !has_uids && trial.messages > 0 {
        init.asker.tell(
            "The server has no unique-ids (UIDL), so what is new cannot be told: mail has to be \
             deleted there when it is fetched.",
        );
    }
}
