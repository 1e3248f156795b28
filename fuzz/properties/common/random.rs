//! Chance that is the same in every run.

/// Marsaglia's xorshift64.
pub(crate) struct Random(u64);

impl Random {
    /// Numbers that depend on nothing but `data`.
    pub(crate) fn of(data: &[u8]) -> Self {
        // FNV-1a; a state of zero would stay zero.
        let mix = |hash: u64, octet: &u8| (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3);
        Self(data.iter().fold(0xcbf2_9ce4_8422_2325, mix) | 1)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound
    }
}
