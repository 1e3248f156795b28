//! What is remembered of a server between runs.

/// What an account's server was last seen to do. But for the last, only ever of a connection under
/// TLS: what anybody on the way could have said is not remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// The lines of its reply to CAPA before the login (RFC 2449, section 5).
    pub before_login: Option<Vec<String>>,
    /// The lines of its reply to CAPA after the login.
    pub after_login: Option<Vec<String>>,
    /// Until then, in seconds since the epoch, commands are not sent ahead of replies, though
    /// the server announces that it can take them: it, or something on the way, could not.
    pub one_by_one_until: Option<i64>,
    /// Before then, in seconds since the epoch, the server lets nobody in, since too little time
    /// has passed after the last login (RFC 2449, section 6.5).
    pub next_login: Option<i64>,
}
