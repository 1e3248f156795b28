//! In place of the keyring where popfetch was built without it.

use popfetch::model::{Interrupt, Secret};

use super::report::Failure;
use super::secret_line::refuse;

pub(crate) fn find(_: &str, _: &Interrupt) -> Result<Option<Secret>, Failure> {
    Ok(None)
}

pub(crate) fn is_there(_: &Interrupt) -> bool {
    false
}

pub(crate) fn store(_: &str, _: Secret, _: &Interrupt) -> Result<(), Failure> {
    Err(refuse("this popfetch was built without the keyring".to_owned()).with_hint(
        "keep the password in a file or a password manager: password-file, password-command",
    ))
}

pub(crate) fn remove(_: &str, _: &Interrupt) -> Result<bool, Failure> {
    Ok(false)
}
