//! What is wrong with an account over its runs: what to tell of it, and what not to try again.

use sha2::Sha256;

use super::books::Books;
use super::{Account, Class, Context, Error};
use crate::client::{self, LoginError};
use crate::model::{Proof, Trouble};
use crate::proto::ResponseCode;

/// What there is to tell of how a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum News {
    /// Its error, if it has one.
    #[default]
    Tell,
    /// Nothing: the error may pass soon, or was told before.
    Quiet,
    /// That a trouble which was told of is over. It began at that time, in seconds since the
    /// epoch.
    Over(i64),
}

/// How often a password is refused before it is not tried again, where the server does not say by
/// a code that it is the password: some say so when they are busy.
const REFUSALS: u32 = 3;

/// Requires, where the user is told of a trouble only once, that the server has not refused this
/// very password before: nobody would hear that it still does, and each try could be the one that
/// locks the account.
pub(super) fn may_try(account: &Account, id: &str, trouble: Option<&Trouble>) -> Result<(), Error> {
    let refused = trouble.filter(|trouble| trouble.refusals >= REFUSALS);
    let refused = refused.filter(|_| account.report_after.is_some());
    // A token that was refused says nothing of the next one.
    let refused = refused.filter(|trouble| trouble.refused.is_some());
    match refused {
        Some(trouble) if trouble.refused == fingerprint(account, id) => Err(Error::RefusedBefore {
            host: account.endpoint.host.clone(),
            user: account.user.clone(),
        }),
        _ => Ok(()),
    }
}

/// Takes note of how a run ended that began with the trouble `before`, and says what to tell.
pub(super) fn conclude(
    account: &Account,
    context: &Context<'_>,
    before: Option<Trouble>,
    error: Option<&Error>,
) -> News {
    let now = context.surroundings.seconds();
    let Some(error) = error else {
        return match before {
            Some(trouble) if trouble.told && account.report_after.is_some() => {
                News::Over(trouble.since)
            }
            _ => News::Tell,
        };
    };
    // What is wrong here at home is no trouble of the account's, and may keep it from being
    // written down.
    if matches!(error, Error::State(_) | Error::Interrupted | Error::Threads(_)) {
        return News::Tell;
    }
    let mut trouble = before.unwrap_or(Trouble { since: now, ..Trouble::default() });
    let news = news(account, error, &trouble, now);
    trouble.told |= news == News::Tell;
    trouble.last_at = now;
    // The run has let go of the state, which may be another's now.
    let noted = Books::open(account, context).and_then(|mut books| {
        // One that was not tried again says less than what was said when it was.
        if !matches!(error, Error::RefusedBefore { .. }) {
            let id = books.state().map(|state| state.id().to_owned()).unwrap_or_default();
            note_refusal(account, &id, error, &mut trouble);
            trouble.error = error.sentence();
        }
        books.writable().map_or(Ok(()), |state| Ok(state.note_trouble(&trouble)?))
    });
    // That it cannot be written down must not hide the error itself.
    if noted.is_ok() { news } else { News::Tell }
}

fn news(account: &Account, error: &Error, trouble: &Trouble, now: i64) -> News {
    let Some(patience) = account.report_after else { return News::Tell };
    let is_new = match error.class() {
        Class::Temporary => now - trouble.since >= patience && !trouble.told,
        _ if matches!(error, Error::RefusedBefore { .. }) => !trouble.told,
        _ => true,
    };
    if is_new { News::Tell } else { News::Quiet }
}

fn note_refusal(account: &Account, id: &str, error: &Error, trouble: &mut Trouble) {
    let Error::Login { source: client::Error::Login(refusal), .. } = error else { return };
    if account.report_after.is_none() || !refusal.is_about_credentials() {
        return;
    }
    let refused = fingerprint(account, id);
    let again = if refused == trouble.refused { trouble.refusals } else { 0 };
    let is_certain = matches!(
        refusal,
        LoginError::Refused(refused) if refused.status.code == Some(ResponseCode::Auth)
    );
    trouble.refusals = if is_certain { REFUSALS } else { again + 1 };
    trouble.refused = refused;
}

/// A fingerprint of what the account logs in with, which is of use in this state alone; nothing
/// where that is no password. Not one to be guessed from: a refused password may be almost right.
fn fingerprint(account: &Account, id: &str) -> Option<[u8; 32]> {
    /// Rounds: some tens of milliseconds, which are spent only where a password was refused.
    const ROUNDS: u32 = 50_000;
    let Proof::Password(password) = &account.proof else { return None };
    let method = account.method.map_or("", |method| method.name());
    let salt = format!("{id}\0{}\0{method}", account.identity());
    let mut digest = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password.expose(), salt.as_bytes(), ROUNDS, &mut digest);
    Some(digest)
}
