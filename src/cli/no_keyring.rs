//! In place of the keyring where popfetch was built without it.

use popfetch::model::{Interrupt, Secret};

use super::report::Failure;

pub(crate) fn find(_: &str, _: &Interrupt) -> Result<Option<Secret>, Failure> {
    Ok(None)
}
