//! The protocol engine, over replies in memory.

use popfetch::model::MessageNumber;
use popfetch::proto::{Command, Engine, Event, Limits};

/// What OpenSSL hands out at a time.
const RECORD: usize = 16 * 1024;

/// An engine that has been greeted.
pub(crate) fn greeted() -> Engine {
    let mut engine = Engine::new(Limits::default());
    engine.poll(b"+OK\r\n").unwrap().unwrap();
    engine
}

/// Sends `command`, has the `reply` come in record by record, and shows the octets or lines of it
/// to `see`.
pub(crate) fn receive(
    engine: &mut Engine,
    command: Command,
    reply: &[u8],
    mut see: impl FnMut(&[u8]),
) {
    engine.enqueue(command).unwrap();
    engine.sent();
    let (mut start, mut end) = (0, RECORD.min(reply.len()));
    loop {
        let Some(step) = engine.poll(&reply[start..end]).unwrap() else {
            end = (end + RECORD).min(reply.len());
            continue;
        };
        if let Event::Chunk(span) | Event::Line(span) = step.event {
            see(&reply[start..end][span]);
        }
        start += step.consumed;
        if step.finished.is_some() {
            return;
        }
    }
}

/// The same for one message.
pub(crate) fn retrieve(engine: &mut Engine, reply: &[u8], see: impl FnMut(&[u8])) {
    receive(engine, Command::Retr(MessageNumber::new(1).unwrap()), reply, see);
}
