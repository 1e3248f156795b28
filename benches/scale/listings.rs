//! What the server sends, made before anybody asks.

use std::fmt::Write;
use std::sync::Arc;

/// What unique-ids look like.
#[derive(Clone, Copy)]
pub(crate) enum Uids {
    /// 16 characters that rise with the number, as Dovecot's do.
    Ascending,
    /// 16 characters in no order, as digests are.
    Scattered,
    /// 70 characters, as many as RFC 1939 allows.
    Long,
}

impl Uids {
    fn of(self, number: usize) -> String {
        // An odd factor: it gives each number another result.
        let scattered = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        match self {
            Self::Ascending => format!("{number:08x}65f1a5c3"),
            Self::Scattered => format!("{scattered:016x}"),
            Self::Long => format!("{:054}{scattered:016x}", 0),
        }
    }
}

/// The replies to STAT, UIDL and LIST.
#[derive(Clone)]
pub(crate) struct Listings {
    pub(crate) stat: String,
    pub(crate) uidl: Arc<str>,
    pub(crate) list: Arc<str>,
}

impl Listings {
    /// Of a mailbox with so many messages.
    pub(crate) fn new(uids: Uids, messages: usize) -> Self {
        let (mut uidl, mut list) = ("+OK\r\n".to_owned(), "+OK\r\n".to_owned());
        let mut octets = 0;
        for number in 1..=messages {
            let size = 1_000 + number % 50_000;
            octets += size;
            let _ = write!(uidl, "{number} {}\r\n", uids.of(number));
            let _ = write!(list, "{number} {size}\r\n");
        }
        let end = ".\r\n";
        let stat = format!("+OK {messages} {octets}\r\n");
        Self { stat, uidl: (uidl + end).into(), list: (list + end).into() }
    }
}

impl Default for Listings {
    /// Of an empty mailbox.
    fn default() -> Self {
        Self::new(Uids::Ascending, 0)
    }
}
