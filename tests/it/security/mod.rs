//! The security history of POP3 clients, and the rules that came of it, held against popfetch.

mod children;
mod nowhere;
mod process;
