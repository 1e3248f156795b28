//! This machine, this process.

use std::time::SystemTime;

use anyhow::anyhow;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use popfetch::model::Surroundings;

use super::harden::raise_open_files;

/// Asks the system.
pub(crate) fn surroundings() -> anyhow::Result<Surroundings> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)
        .map_err(|error| anyhow!("the system gives no random numbers: {error}"))?;
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Ok(Surroundings {
        now: SystemTime::now,
        host: if host.is_empty() { "localhost".to_owned() } else { host },
        process: std::process::id(),
        user: rustix::process::geteuid().as_raw(),
        open_files: raise_open_files(),
        random,
        nonce,
    })
}

fn nonce() -> String {
    let mut octets = [0; 18];
    match getrandom::fill(&mut octets) {
        Ok(()) => BASE64.encode(octets),
        Err(_) => String::new(),
    }
}
