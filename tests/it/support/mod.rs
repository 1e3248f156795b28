//! What the tests stand on: the real binary in a home of its own, servers that obey or do not,
//! and the files that come of it.

pub(crate) mod accounts;
pub(crate) mod certs;
pub(crate) mod dovecot;
pub(crate) mod expect;
pub(crate) mod home;
pub(crate) mod keyring;
pub(crate) mod leaks;
pub(crate) mod maildir;
pub(crate) mod mbox;
pub(crate) mod name_server;
pub(crate) mod namespace;
pub(crate) mod peers;
pub(crate) mod provider;
pub(crate) mod proxy;
pub(crate) mod relay;
pub(crate) mod server;
pub(crate) mod site;
pub(crate) mod terminal;
pub(crate) mod tokens;
pub(crate) mod tree;
pub(crate) mod turns;
pub(crate) mod watch;
pub(crate) mod web;
pub(crate) mod world;

pub(crate) use accounts::Accounts;
pub(crate) use home::{Home, Output};
pub(crate) use leaks::Leaks;
pub(crate) use maildir::Maildir;
pub(crate) use mbox::Mbox;
pub(crate) use provider::Provider;
pub(crate) use site::Site;
pub(crate) use terminal::Terminal;
pub(crate) use world::World;
