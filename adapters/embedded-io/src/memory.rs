//! The memory of a till, lent by the caller.

use opi_core::limits::WINDOW_MIN;
use opi_core::opi;

/// Memory of a till with `D` device slots, lent by the caller.
#[derive(Debug)]
pub struct Memory<'m, const D: usize> {
    /// The receive windows of the session.
    pub windows: opi::Memory<'m, D>,
    /// Where a frame stands while it leaves: at least [`TRANSMIT_MIN`](opi_core::limits::TRANSMIT_MIN) bytes, or no
    /// request leaves.
    pub transmit: &'m mut [u8],
}

/// Memory for a till, to be kept in a static or beside it: windows of `W` bytes for `D` device slots, and `T` bytes for
/// frames that leave.
#[derive(Clone, Debug)]
pub struct Buffers<const W: usize, const T: usize, const D: usize> {
    request: [u8; W],
    /// The answer to an abort is short, and whatever its length, it passes through.
    abort: [u8; WINDOW_MIN],
    device: [[u8; W]; D],
    transmit: [u8; T],
}

impl<const W: usize, const T: usize, const D: usize> Buffers<W, T, D> {
    /// All zero.
    #[must_use]
    pub const fn new() -> Self {
        Self { request: [0; W], abort: [0; WINDOW_MIN], device: [[0; W]; D], transmit: [0; T] }
    }

    /// Lends it to a till.
    pub fn lend(&mut self) -> Memory<'_, D> {
        Memory {
            windows: opi::Memory {
                request: &mut self.request,
                abort: &mut self.abort,
                device: self.device.each_mut().map(|window| window.as_mut_slice()),
            },
            transmit: &mut self.transmit,
        }
    }
}

impl<const W: usize, const T: usize, const D: usize> Default for Buffers<W, T, D> {
    fn default() -> Self {
        Self::new()
    }
}
