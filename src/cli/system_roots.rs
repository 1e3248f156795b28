//! Sparing OpenSSL the system's authorities where none of them is trusted.
//!
//! native-tls has OpenSSL read them, twice, into every connector, and only then puts the user's own
//! in their place (`disable_built_in_roots`). That takes 30 ms, more than all the rest of a look at
//! a mailbox in the same house. Which files OpenSSL reads the environment says, and that of a
//! running program cannot be changed safely; so the program starts itself once more, which takes
//! two.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Where OpenSSL looks for them (SSL_CTX_load_verify_locations(3)), ...
const VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
/// ... and where there are none.
const NOWHERE: &str = "/dev/null";

/// Starts this program again, with the same arguments, so that OpenSSL finds no authorities. Comes
/// back where that was done already, or cannot be done: then all goes on, only slower.
pub(crate) fn spare() {
    if VARIABLES.iter().any(|name| env::var_os(name).is_some()) {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    let mut arguments = env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    let _ = again.args(arguments).envs(VARIABLES.map(|name| (name, NOWHERE))).exec();
}

/// What [`spare`] did to the environment: what a command of the user's, which may use OpenSSL
/// itself, is not to see.
pub(crate) fn hidden() -> Vec<&'static str> {
    let is_ours = |name: &&str| env::var_os(name).is_some_and(|value| value == NOWHERE);
    VARIABLES.into_iter().filter(is_ours).collect()
}
