//! The configuration: `config.toml`, and `accounts.d/*.toml` beside it.
//!
//! [`keys`] is the one table of what can be set, [`value`] the types of the values, [`read`] turns
//! the text of one file into values, and [`load`] finds the files and puts them together.

mod command;
mod edit;
mod keys;
mod load;
mod network;
mod oauth;
mod read;
mod suggest;
mod tls;
mod value;

pub(crate) use command::run;
pub(crate) use edit::{Addition, add};
#[cfg(test)]
pub(crate) use keys::Key;
pub(crate) use keys::{Globals, Set, Values};
pub(crate) use load::{AccountConfig, Config, locate, read_text};
pub(crate) use suggest::{did_you_mean, nearest};
pub(crate) use value::tls_name;
