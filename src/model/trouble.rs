//! What is wrong with an account.

/// Why the runs since the last one that went well have failed. Times are in seconds since the
/// epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// When the first of them did.
    pub since: i64,
    /// When the last of them did, ...
    pub last_at: i64,
    /// ... and why, in words that hold no secret.
    pub error: String,
    /// Whether the user was told of it.
    pub told: bool,
    /// A fingerprint of the password that the server refused in the last run, if it did.
    pub refused: Option<[u8; 32]>,
    /// How often in a row it refused that.
    pub refusals: u32,
}
