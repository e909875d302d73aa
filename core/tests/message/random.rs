//! Where random messages come from. The fuzz targets have a file of the same name, where they come from the data.

/// A small generator (Vigna, "xorshift64*"); one seed and one density give one message.
pub(crate) struct Random {
    state: u64,
    /// Chance that an optional value is there, in percent.
    density: u64,
    /// A card number that is put into everything that may hold card data or free text.
    pub(crate) planted: Option<String>,
}

impl Random {
    pub(crate) fn new(seed: u64, density: u8) -> Self {
        Self { state: seed | 1, density: u64::from(density), planted: None }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from((self.next() >> 16) % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    pub(crate) fn there(&mut self) -> bool {
        (self.next() >> 16) % 100 < self.density
    }
}
