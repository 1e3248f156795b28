//! OAuth2 (RFC 6749): consent, and the tokens that come of it.
//!
//! An [`AuthorizationServer`] is asked over HTTPS. A user consents by a code that is typed in
//! elsewhere ([`AuthorizationServer::ask_for_code`], RFC 8628) or in a browser ([`Request`], with
//! PKCE and a redirect to this machine, RFC 8252). What comes of that is kept in a [`Store`], and
//! [`Consent`] gives access tokens from it for as long as the provider renews them.
//!
//! No token, code or client secret is in any error: what a provider says is searched for them.

mod browser;
mod consent;
mod device;
mod error;
mod provider;
mod record;
mod redirect;
mod server;
mod store;

pub use browser::{Answers, Request};
pub use consent::{Consent, Forgotten};
pub use device::DeviceCode;
pub use error::Error;
pub use provider::{Flow, Preset, Provider, Redirect};
pub use record::{Grant, Owner};
pub use server::{App, AuthorizationServer};
pub use store::Store;
