//! What an account has to show for itself, and where that comes from.

use std::sync::Arc;
use std::time::Instant;

use popfetch::jobs::{Account, Context};
use popfetch::model::{AccountName, Proof};
use popfetch::sasl::{Kind, LoginMethod};

use super::args::ConnectionArgs;
use super::config::Values;
use super::consent::ConsentSettings;
use super::fixed_token::FixedToken;
use super::report::Failure;
use super::secret_line::LIMIT;
use super::secrets::PasswordSource;
use super::token_command::TokenCommand;

/// Where the proof of one account is to come from.
#[derive(Debug)]
pub(crate) enum ProofSource {
    /// A password.
    Password(PasswordSource),
    /// An access token, from where a password would come.
    Bearer(PasswordSource),
    /// What a command prints, whenever it is needed.
    TokenCommand(String),
    /// The consent that `popfetch login` got.
    Consent(Box<ConsentSettings>),
    /// The connection's client certificate.
    Certificate,
}

impl ProofSource {
    /// The source that counts for the account `name`, which is to log in by `method` if it says so.
    /// What stands on the command line counts first. A mechanism for passwords is given one.
    pub(crate) fn choose(
        args: &ConnectionArgs,
        values: &Values,
        name: &AccountName,
        method: Option<LoginMethod>,
    ) -> Result<Self, Failure> {
        let kind = method.map(LoginMethod::kind);
        if args.token_command.is_some() && kind.is_some_and(|kind| kind != Kind::Token) {
            let name = method.map_or("", LoginMethod::name);
            let message = format!("--token-command gives a token, and {name} takes none");
            return Err(Failure::usage(message));
        }
        if kind == Some(Kind::Certificate) {
            return Ok(Self::Certificate);
        }
        if kind != Some(Kind::Password) {
            if let Some(command) = &args.token_command {
                return Ok(Self::TokenCommand(command.clone()));
            }
            if !args.names_password()
                && let Some(source) = Self::of_tokens(values)?
            {
                return Ok(source);
            }
        }
        let password = PasswordSource::choose(args, values, name)?;
        let certificate = args.client_cert.is_some() || values.client_cert.is_some();
        Ok(match kind {
            Some(Kind::Token) => Self::Bearer(password),
            // Where nothing else is set, what there is to show is the certificate.
            None if certificate && matches!(password, PasswordSource::Elsewhere) => {
                Self::Certificate
            }
            _ => Self::Password(password),
        })
    }

    /// Where the configuration says that tokens come from, if it does.
    pub(crate) fn of_tokens(values: &Values) -> Result<Option<Self>, Failure> {
        if let Some(settings) = ConsentSettings::of(values)? {
            return Ok(Some(Self::Consent(Box::new(settings))));
        }
        let command = values.token_command.as_ref();
        Ok(command.map(|set| Self::TokenCommand(set.value.0.clone())))
    }

    /// Whether the system's authorities may have to vouch for somebody.
    pub(crate) fn needs_system_roots(&self) -> bool {
        matches!(self, Self::Consent(settings) if settings.ca_file.is_none())
    }

    /// Reads what can be read before there is a connection.
    pub(crate) fn read(self, account: &Account, context: &Context<'_>) -> Result<Proof, Failure> {
        let interrupt = context.interrupt;
        let password = |source: PasswordSource| source.read(account, interrupt);
        Ok(match self {
            Self::Password(source) => Proof::Password(password(source)?),
            Self::Bearer(source) => Proof::Token(Arc::new(FixedToken(password(source)?))),
            Self::TokenCommand(command) => {
                let command = TokenCommand::run(command, interrupt, Instant::now() + LIMIT)?;
                Proof::Token(Arc::new(command))
            }
            Self::Consent(settings) => Proof::Token(Arc::new(settings.consent(account, context)?)),
            Self::Certificate => Proof::Certificate,
        })
    }
}
