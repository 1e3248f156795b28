//! Dot-stuffing: any message that a server stuffs as RFC 1939 says comes out as it was, and the
//! reply behind it is the next command's, whatever the message holds.

use super::cuts::cuts;
use super::dialogue::{Dialogue, Said};

pub(crate) fn check(data: &[u8]) {
    round_trip(data, b"\r\n");
    round_trip(data, b"\n");
}

fn round_trip(data: &[u8], end: &[u8]) {
    let mut message = data.to_vec();
    if end == b"\n" {
        // To a server that ends lines so, CR LF is a line end as well: `.` CR LF ends a message.
        message.retain(|octet| *octet != b'\r');
    }
    if !message.is_empty() && !message.ends_with(end) {
        message.extend_from_slice(end);
    }
    let wire =
        [b"+OK ready", end, b"+OK", end, &stuffed(&message, end), b".", end, b"-ERR next", end];
    let wire = wire.concat();
    let dialogue = Dialogue::retr(&wire);
    let mut expected = vec![Said::Status(true, b"ready".to_vec()), Said::Status(true, Vec::new())];
    if !message.is_empty() {
        expected.push(Said::Data(message));
    }
    expected.extend([Said::End, Said::Status(false, b"next".to_vec())]);
    for cuts in cuts(wire.len(), data) {
        let transcript = dialogue.run(&cuts);
        assert_eq!((transcript.broken, transcript.left), (None, 0));
        assert_eq!(transcript.said, expected, "read up to {cuts:?}");
    }
}

/// What a server makes of a message.
fn stuffed(message: &[u8], end: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::new();
    for (at, octet) in message.iter().enumerate() {
        if *octet == b'.' && (at == 0 || message[..at].ends_with(end)) {
            stuffed.push(b'.');
        }
        stuffed.push(*octet);
    }
    stuffed
}
