//! SIGINT and SIGTERM: the first asks to stop, the second stops.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use popfetch::model::Interrupt;

/// Installs the handlers.
pub(crate) fn install() -> io::Result<Interrupt> {
    let interrupt = Interrupt::default();
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal finds the flag down, and raises it.
        flag::register_conditional_shutdown(signal, 128 | signal, Arc::clone(&asked))?;
        flag::register(signal, Arc::clone(&asked))?;
        flag::register_usize(signal, interrupt.flag(), signal.unsigned_abs() as usize)?;
    }
    Ok(interrupt)
}
