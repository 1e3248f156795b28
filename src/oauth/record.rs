//! Tokens, as they come and as they are kept.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::model::Secret;

/// Tokens, fresh from the provider.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Logs in.
    pub access: Secret,
    /// Gets the next ones.
    pub refresh: Option<Secret>,
    /// How long the access token is good for, if the provider says so.
    pub lifetime: Option<Duration>,
}

/// Who has consented to what. Tokens are used for that and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The user, as the mail server knows him.
    pub user: String,
    /// The provider, by its token endpoint.
    pub provider: String,
    /// The app.
    pub client: String,
    /// What was asked for.
    pub scope: String,
}

/// Tokens, as they are kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) access: Secret,
    pub(super) refresh: Option<Secret>,
    /// When the access token ends, in seconds since the epoch, if that is known.
    pub(super) expires: Option<i64>,
}

/// A token that ends within so many seconds could end during the login.
const MARGIN: i64 = 60;

impl Owner {
    /// What another one is about that this one is not.
    pub(super) fn differs_from(&self, other: &Self) -> Option<&'static str> {
        match () {
            () if self.user != other.user => Some("user"),
            () if self.provider != other.provider => Some("provider"),
            () if self.client != other.client => Some("client id"),
            () if self.scope != other.scope => Some("scope"),
            () => None,
        }
    }
}

impl Kept {
    /// What is kept of `grant`, which came at `now`. A provider that gives no new refresh token
    /// means that the one `before` is still good.
    pub(super) fn of(grant: Grant, before: Option<Secret>, now: i64) -> Self {
        let lifetime = grant.lifetime.map(|lifetime| i64::try_from(lifetime.as_secs()));
        let expires = lifetime.map(|seconds| now.saturating_add(seconds.unwrap_or(i64::MAX)));
        Self { access: grant.access, refresh: grant.refresh.or(before), expires }
    }

    /// Whether the access token is good for a login. One whose end nobody knows is until it is
    /// refused.
    pub(super) fn is_fresh(&self, now: i64) -> bool {
        self.expires.is_none_or(|expires| expires.saturating_sub(now) >= MARGIN)
    }
}

/// The version of what is written.
const VERSION: u32 = 1;

/// The content of a file of tokens.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    owner: Owner,
    access_token: Zeroizing<String>,
    expires: Option<i64>,
    refresh_token: Option<Zeroizing<String>>,
}

/// The content of the file that keeps `kept`.
pub(super) fn write(owner: &Owner, kept: &Kept) -> Zeroizing<Vec<u8>> {
    let text = |secret: &Secret| Zeroizing::new(super::server::plain(secret));
    let content = Content {
        version: VERSION,
        owner: owner.clone(),
        access_token: text(&kept.access),
        expires: kept.expires,
        refresh_token: kept.refresh.as_ref().map(text),
    };
    // Of its final size from the start, so that no copy is left behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX));
    // Writing text and numbers into memory does not fail.
    let _ = serde_json::to_writer_pretty(&mut *bytes, &content);
    bytes.push(b'\n');
    bytes
}

/// The longest file, in octets: providers' tokens have a few thousand each.
pub(super) const MAX: usize = 256 * 1024;

/// What a file keeps; nothing where it is none of ours.
pub(super) fn read(bytes: &[u8]) -> Option<(Owner, Kept)> {
    let content: Content = serde_json::from_slice(bytes).ok()?;
    let secret = |text: &Zeroizing<String>| Secret::new(text.as_bytes().to_vec());
    let fine = |text: &Zeroizing<String>| {
        !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_graphic())
    };
    let tokens = [Some(&content.access_token), content.refresh_token.as_ref()];
    if content.version != VERSION || !tokens.into_iter().flatten().all(fine) {
        return None;
    }
    let kept = Kept {
        access: secret(&content.access_token),
        refresh: content.refresh_token.as_ref().map(secret),
        expires: content.expires,
    };
    Some((content.owner, kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        let text = str::to_owned;
        Owner {
            user: text("alice"),
            provider: text("https://p/token"),
            client: text("id"),
            scope: text("mail"),
        }
    }

    fn kept(expires: Option<i64>) -> Kept {
        let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
        Kept { access: secret("acc\"ess"), refresh: Some(secret("refresh")), expires }
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = write(&owner(), &kept(Some(7)));
        let (whose, what) = read(&bytes).unwrap();
        assert_eq!((whose, what.expires), (owner(), Some(7)));
        assert_eq!(what.access.expose(), b"acc\"ess");
        assert_eq!(what.refresh.unwrap().expose(), b"refresh");
    }

    #[test]
    fn what_is_none_of_ours_is_not_read() {
        let whole = write(&owner(), &kept(None));
        let text = std::str::from_utf8(&whole).unwrap();
        for cut in 0..whole.len() - 1 {
            assert!(read(&whole[..cut]).is_none() || text[cut..].trim().is_empty(), "{cut}");
        }
        for other in [
            text.replace("\"version\": 1", "\"version\": 2"),
            text.replace("refresh\"", "re\\u0007fresh\""),
            text.replace("\"expires\": null", "\"expires\": \"soon\""),
            text.replace("\"version\"", "\"another\": 1, \"version\""),
        ] {
            assert!(read(other.as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn a_token_is_fresh_for_a_minute_more_or_for_ever() {
        for (expires, fresh) in [
            (None, true),
            (Some(1060), true),
            (Some(1059), false),
            (Some(1000), false),
            (Some(i64::MIN), false),
            (Some(i64::MAX), true),
        ] {
            assert_eq!(kept(expires).is_fresh(1000), fresh, "{expires:?}");
        }
    }

    #[test]
    fn a_refresh_token_stays_until_another_one_comes() {
        let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
        let grant = |refresh: Option<&str>| Grant {
            access: secret("new"),
            refresh: refresh.map(secret),
            lifetime: Some(Duration::from_secs(u64::MAX)),
        };
        for (given, kept) in [(None, "old"), (Some("new"), "new")] {
            let of = Kept::of(grant(given), Some(secret("old")), 5);
            assert_eq!(of.refresh.unwrap().expose(), kept.as_bytes());
            assert_eq!(of.expires, Some(i64::MAX));
        }
    }
}
