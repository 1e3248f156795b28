//! The security history of POP3 clients, and the rules that came of it, held against popfetch.

mod children;
mod links;
mod modes;
mod nowhere;
mod process;
