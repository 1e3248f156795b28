//! The security history of POP3 clients, and the rules that came of it, held against popfetch.

mod children;
mod identity;
mod injection;
mod links;
mod modes;
mod names;
mod nowhere;
mod process;
mod table;
mod terminal;
