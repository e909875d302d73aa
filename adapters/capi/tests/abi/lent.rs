//! Memory as a caller lends it: exactly as large as it must be, with a fence on both sides.

/// What stands in a fence.
const FENCE: u8 = 0xA5;

/// Bytes of each fence.
const WIDE: usize = 64;

/// Memory between two fences.
pub(crate) struct Lent {
    words: Vec<u64>,
    size: usize,
}

impl Lent {
    pub(crate) fn new(size: usize) -> Self {
        Self { words: vec![u64::from_ne_bytes([FENCE; 8]); (size + 2 * WIDE).div_ceil(8)], size }
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Where it begins. Aligned like a session.
    pub(crate) fn start(&mut self) -> *mut u8 {
        self.words.as_mut_ptr().cast::<u8>().wrapping_add(WIDE)
    }

    /// Nobody wrote beside it.
    pub(crate) fn check(&self) {
        let bytes = self.words.iter().flat_map(|word| word.to_ne_bytes()).enumerate();
        for (at, byte) in bytes.filter(|(at, _)| *at < WIDE || *at >= WIDE + self.size) {
            assert_eq!(byte, FENCE, "byte {at} around {} bytes", self.size);
        }
    }
}
