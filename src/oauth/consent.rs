//! The consent of a user, and the access tokens that it gives without a question to him.

use std::time::SystemTime;

use super::record::Kept;
use super::store::Locked;
use super::{AuthorizationServer, Error, Flow, Grant, Owner, Store};
use crate::model::{AccountName, Interrupt, NoToken, NoTokenCause, Secret, Surroundings, Tokens};

/// The consent to read an account's mail.
#[derive(Debug)]
pub struct Consent {
    account: AccountName,
    owner: Owner,
    server: AuthorizationServer,
    store: Store,
    now: fn() -> SystemTime,
}

/// What became of a consent that is no longer wanted.
#[derive(Debug)]
pub enum Forgotten {
    /// There was none.
    Nothing,
    /// It is gone here. The provider has no way to hear of it, or the app's own right needs none.
    Here,
    /// The provider has taken it back.
    Everywhere,
    /// It is gone here, and the provider could not be told.
    NotThere(Error),
}

impl Consent {
    /// The consent of `user` to what `server` is asked for, kept in `store`.
    #[must_use]
    pub fn new(
        account: AccountName,
        user: &str,
        server: AuthorizationServer,
        store: Store,
        surroundings: &Surroundings,
    ) -> Self {
        let provider = server.provider();
        let owner = Owner {
            user: user.to_owned(),
            provider: provider.token_url.clone().unwrap_or_default(),
            client: server.client_id().to_owned(),
            scope: provider.scope.clone(),
        };
        Self { account, owner, server, store, now: surroundings.now }
    }

    /// The provider.
    #[must_use]
    pub fn server(&self) -> &AuthorizationServer {
        &self.server
    }

    /// Keeps what the user has just consented to, in the place of what was kept before.
    ///
    /// # Errors
    /// [`Error`] when it cannot be written.
    pub fn keep(&self, grant: Grant, interrupt: &Interrupt) -> Result<(), Error> {
        let locked = self.store.lock(interrupt)?;
        locked.draft()?.keep(&self.owner, &Kept::of(grant, None, self.seconds()))
    }

    /// Forgets it, and tells the provider if it has an ear for that.
    ///
    /// # Errors
    /// [`Error`] when it cannot be removed.
    pub fn forget(&self, interrupt: &Interrupt) -> Result<Forgotten, Error> {
        let locked = self.store.lock(interrupt)?;
        // What cannot be read is gone all the same.
        let kept = locked.read().ok().flatten();
        if !locked.remove()? {
            return Ok(Forgotten::Nothing);
        }
        // It is the consent of another app's, or at another provider, that this one cannot revoke.
        let ours = kept.filter(|(owner, _)| {
            owner.provider == self.owner.provider && owner.client == self.owner.client
        });
        let Some((_, Kept { access, refresh, .. })) = ours else { return Ok(Forgotten::Here) };
        Ok(match self.server.revoke(&refresh.unwrap_or(access), interrupt) {
            Ok(true) => Forgotten::Everywhere,
            Ok(false) => Forgotten::Here,
            Err(error) => Forgotten::NotThere(error),
        })
    }

    /// What is kept and may be used here.
    fn usable(&self, kept: Option<(Owner, Kept)>) -> Result<Option<Kept>, Error> {
        let account = || self.account.clone();
        match kept {
            Some((owner, kept)) => match self.owner.differs_from(&owner) {
                None => Ok(Some(kept)),
                Some(_) if self.asks_nobody() => Ok(None),
                Some(what) => Err(Error::OtherConsent { account: account(), what }),
            },
            None if self.asks_nobody() => Ok(None),
            None => Err(Error::NoConsent { account: account() }),
        }
    }

    /// Whether tokens come without anybody's consent.
    fn asks_nobody(&self) -> bool {
        self.server.provider().flow == Flow::ClientCredentials
    }

    /// An access token that is not `refused`.
    fn access(&self, refused: Option<&Secret>, interrupt: &Interrupt) -> Result<Secret, Error> {
        let good = |kept: &Kept| {
            kept.is_fresh(self.seconds())
                && refused.is_none_or(|refused| refused.expose() != kept.access.expose())
        };
        if let Some(kept) = self.usable(self.store.read()?)?.filter(&good) {
            return Ok(kept.access);
        }
        let locked = self.store.lock(interrupt)?;
        // Another process may have had the same wish.
        let kept = self.usable(locked.read()?)?;
        match kept {
            Some(kept) if good(&kept) => Ok(kept.access),
            kept => self.renewed(&locked, kept, interrupt),
        }
    }

    /// A new access token from the provider, kept before it is used.
    fn renewed(
        &self,
        locked: &Locked<'_>,
        kept: Option<Kept>,
        interrupt: &Interrupt,
    ) -> Result<Secret, Error> {
        let draft = locked.draft()?;
        let (grant, before) = if self.asks_nobody() {
            (self.server.client_credentials(interrupt)?, None)
        } else {
            let account = || self.account.clone();
            let Some(Kept { access, refresh: Some(refresh), .. }) = kept else {
                return Err(Error::Unrenewable { account: account() });
            };
            let grant = self.server.refresh(&refresh, &[&access], interrupt);
            let grant = grant.map_err(|error| match error {
                refusal @ Error::Refused { .. } if refusal.cause() == NoTokenCause::Consent => {
                    Error::Revoked { account: account(), source: Box::new(refusal) }
                }
                error => error,
            })?;
            (grant, Some(refresh))
        };
        let kept = Kept::of(grant, before, self.seconds());
        draft.keep(&self.owner, &kept)?;
        Ok(kept.access)
    }

    fn seconds(&self) -> i64 {
        let since = (self.now)().duration_since(SystemTime::UNIX_EPOCH);
        since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }
}

impl Tokens for Consent {
    fn token(&self, interrupt: &Interrupt) -> Result<Secret, NoToken> {
        self.access(None, interrupt).map_err(|error| error.no_token(&self.account))
    }

    fn renew(&self, refused: &Secret, interrupt: &Interrupt) -> Result<Option<Secret>, NoToken> {
        let renewed = self.access(Some(refused), interrupt);
        renewed.map(Some).map_err(|error| error.no_token(&self.account))
    }
}
