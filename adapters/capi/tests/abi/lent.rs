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
        let start = self.words.as_ptr().cast::<u8>();
        for at in (0..WIDE).chain(WIDE + self.size..self.words.len() * 8) {
            // SAFETY: it is within the words. What lies between the fences is not read: it may have padding.
            assert_eq!(unsafe { start.add(at).read() }, FENCE, "byte {at} around {} bytes", self.size);
        }
    }
}
