//! Slow servers, and servers that only pretend to send.

use std::time::{Duration, Instant};

/// Over so much time of waiting ...
const SPAN: Duration = Duration::from_secs(300);
/// ... a reply must grow by so many octets: 100 a second.
const FLOOR: u64 = 100 * SPAN.as_secs();

/// Watches that a long reply makes progress. The timeout between two octets alone would let a
/// server that sends one a minute hold the mailbox for years.
#[derive(Default)]
pub(super) struct Pace {
    waited: Duration,
    received: u64,
}

impl Pace {
    /// `octets` came after a wait since `started`. Says whether that is still fast enough.
    pub(super) fn received(&mut self, octets: usize, started: Instant) -> bool {
        self.add(octets as u64, started.elapsed())
    }

    fn add(&mut self, octets: u64, waited: Duration) -> bool {
        self.waited += waited;
        self.received += octets;
        if self.waited < SPAN {
            return true;
        }
        let enough = self.received >= FLOOR;
        *self = Self::default();
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_octet_a_second_is_too_slow_and_a_modem_is_not() {
        let mut drip = Pace::default();
        assert!((0..299).all(|_| drip.add(1, Duration::from_secs(1))));
        assert!(!drip.add(1, Duration::from_secs(1)));
        let mut modem = Pace::default();
        assert!((0..3000).all(|_| modem.add(120, Duration::from_secs(1))));
    }
}
