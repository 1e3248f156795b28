//! Numbers of things, in words.

/// A count and its noun: `1 message`, `2 messages`.
#[must_use]
pub fn count(n: u64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
