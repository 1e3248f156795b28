//! From the `oauth-...` keys of an account to the consent of its user.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use popfetch::jobs::{Account, Class, Context};
use popfetch::model::{AccountName, Interrupt, NoTokenCause, Route, Secret, Way};
use popfetch::net::{Https, TlsSettings};
use popfetch::oauth::{self, App, AuthorizationServer, Consent, Flow, Preset, Provider, Store};
use popfetch::state::{StateFiles, open_directory};

use super::config::Values;
use super::exit::Exit;
use super::password_command;
use super::report::Failure;
use super::roots::Roots;
use super::secret_line::LIMIT;

/// What is configured about a provider.
#[derive(Debug)]
pub(crate) struct ConsentSettings {
    provider: Provider,
    client_id: String,
    client_secret: ClientSecret,
    pub(crate) redirect_port: Option<u16>,
    pub(crate) ca_file: Option<PathBuf>,
}

#[derive(Debug)]
enum ClientSecret {
    None,
    Config(Secret),
    Command(String),
}

/// What the command for a client secret is called in messages.
const NAME: &str = "the client secret command";

impl ConsentSettings {
    /// Those of an account; nothing where it has no provider.
    pub(crate) fn of(values: &Values) -> Result<Option<Self>, Failure> {
        let preset = match (&values.oauth_provider, &values.oauth_token_url) {
            (Some(set), _) => set.value,
            (None, Some(_)) => Preset::Custom,
            (None, None) => return Ok(None),
        };
        let flow = values.oauth_flow.as_ref().map_or(preset.flow(), |set| set.value);
        let tenant = values.oauth_tenant.as_ref().map_or("common", |set| &set.value.0);
        if preset == Preset::Microsoft && flow == Flow::ClientCredentials && tenant == "common" {
            let message = "client-credentials are those of an organisation, and it is not named";
            return Err(config(message).with_hint("set oauth-tenant to its id or domain"));
        }
        let mut provider = preset.provider(flow, tenant);
        if let Some(set) = &values.oauth_scope {
            provider.scope.clone_from(&set.value.0);
        }
        if values.oauth_token_url.is_some() {
            // Who gives the tokens is somebody else, whom the preset's knows nothing of.
            provider.revoke_url = None;
        }
        for (set, url) in [
            (&values.oauth_revoke_url, &mut provider.revoke_url),
            (&values.oauth_authorize_url, &mut provider.authorize_url),
            (&values.oauth_token_url, &mut provider.token_url),
            (&values.oauth_device_url, &mut provider.device_url),
        ] {
            if let Some(set) = set {
                *url = Some(set.value.0.clone());
            }
        }
        let Some(client_id) = &values.oauth_client_id else {
            let message =
                "oauth-client-id is not set: popfetch has no name of its own at providers";
            return Err(config(message).with_hint(
                "register it there, as docs/oauth2.md says, and set oauth-client-id to what you get",
            ));
        };
        let client_secret = match (&values.oauth_client_secret, &values.oauth_client_secret_command)
        {
            (_, Some(set)) => ClientSecret::Command(set.value.0.clone()),
            (Some(set), None) => ClientSecret::Config(set.value.clone()),
            (None, None) => ClientSecret::None,
        };
        Ok(Some(Self {
            provider,
            client_id: client_id.value.0.clone(),
            client_secret,
            redirect_port: values.oauth_redirect_port.as_ref().map(|set| set.value.0),
            ca_file: values.oauth_ca_file.as_ref().map(|set| set.value.clone()),
        }))
    }

    /// The consent of the user of `account`, given already or not.
    pub(crate) fn consent(
        &self,
        account: &Account,
        context: &Context<'_>,
    ) -> Result<Consent, Failure> {
        let Account { name, user, .. } = account;
        let interrupt = context.interrupt;
        let https = Https {
            connectors: context.connectors.clone(),
            tls: TlsSettings { roots: self.roots()?, ..TlsSettings::default() },
            route: way_to_provider(&account.route),
            timeout: account.timeouts.idle,
        };
        let app = App { id: self.client_id.clone(), secret: self.secret(interrupt)? };
        let server = AuthorizationServer::new(self.provider.clone(), app, https)
            .map_err(|error| failure(error, name, interrupt))?;
        let files = StateFiles::new(context.state_directory, name);
        let directory = open_directory(files.directory(), context.surroundings.user)
            .map_err(|error| Failure::of_job(&error.into(), name, interrupt.signal()))?;
        let store = Store::new(directory, files.stem(), context.surroundings);
        Ok(Consent::new(name.clone(), user, server, store, context.surroundings))
    }

    /// The certificates to trust, if not the system's.
    pub(crate) fn roots(&self) -> Result<Option<Arc<[u8]>>, Failure> {
        self.ca_file.as_deref().map(|path| Roots::default().read(path)).transpose()
    }

    fn secret(&self, interrupt: &Interrupt) -> Result<Option<Secret>, Failure> {
        Ok(match &self.client_secret {
            ClientSecret::None => None,
            ClientSecret::Config(secret) => Some(secret.clone()),
            ClientSecret::Command(command) => {
                Some(password_command::run(command, NAME, interrupt, Instant::now() + LIMIT)?)
            }
        })
    }
}

/// The way to a provider of an account whose server is reached by `route`: a proxy leads anywhere,
/// a tunnel or a socket to the mail server alone.
pub(crate) fn way_to_provider(route: &Route) -> Route {
    let way = match &route.way {
        Way::Proxy(proxy) => Way::Proxy(proxy.clone()),
        Way::Direct | Way::Tunnel(_) | Way::Socket(_) => Way::Direct,
    };
    Route { way, ..route.clone() }
}

fn config(message: &str) -> Failure {
    Failure::new(Exit::CONFIG, message)
}

/// The failure of a login, or of the opposite: to log in is no advice there.
pub(crate) fn failure(
    error: oauth::Error,
    account: &AccountName,
    interrupt: &Interrupt,
) -> Failure {
    let error = error.no_token(account);
    let exit = Exit::of(Class::from(error.cause), interrupt.signal());
    let hint = error.hint.filter(|_| error.cause != NoTokenCause::Consent);
    Failure { exit, account: Some(account.to_string()), message: error.message, hint }
}
