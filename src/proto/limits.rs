//! How much a server may send before it is taken for hostile or broken.

/// Bounds on every length and count that a server decides. Message bodies have none: they
/// stream, and the disk or the user's limits end them.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The greeting, in octets with its line end. RFC 1939 allows 512.
    pub greeting: usize,
    /// A status line or a line of a listing, likewise. RFC 2449 allows 512.
    pub line: usize,
    /// A SASL challenge line, likewise. RFC 5034 sets no bound; the read buffer does.
    pub challenge: usize,
    /// Lines of a CAPA reply.
    pub capability_lines: usize,
    /// Lines of a LIST or UIDL reply, and the highest message number.
    pub listing_lines: usize,
    /// Octets of one LIST or UIDL reply.
    pub listing_octets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            greeting: 2 * 1024,
            line: 8 * 1024,
            challenge: 64 * 1024 - 2,
            capability_lines: 200,
            listing_lines: 1_000_000,
            listing_octets: 64 * 1024 * 1024,
        }
    }
}
