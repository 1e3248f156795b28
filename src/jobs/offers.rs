//! What servers have offered in this run.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::model::Endpoint;
use crate::proto::Capabilities;

/// What a server offers before the login and after it.
pub(super) type Offer = (Capabilities, Capabilities);

/// What each server has offered, under TLS, to an account of this process: what one was told, the
/// next need not ask before it goes on.
#[derive(Debug, Default)]
pub struct Offers(Mutex<HashMap<Endpoint, Offer>>);

impl Offers {
    /// What `endpoint` has offered.
    pub(super) fn of(&self, endpoint: &Endpoint) -> Option<Offer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(endpoint).cloned()
    }

    /// Takes note of what `endpoint` offers.
    pub(super) fn learn(&self, endpoint: &Endpoint, offer: Offer) {
        let mut offers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        offers.insert(endpoint.clone(), offer);
    }
}
