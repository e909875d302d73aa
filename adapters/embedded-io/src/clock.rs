//! The two clocks of a till.

use opi_core::time::{Instant, WallTime};

/// The clocks of a till: a monotonic one for deadlines, local time for messages.
///
/// [`blocking::Clock`](crate::blocking::Clock) is the one of the blocking driver.
#[expect(async_fn_in_trait, reason = "one executor on one core: nothing has to be Send")]
pub trait Clock {
    /// Milliseconds since any start, that only grow.
    fn now(&self) -> Instant;

    /// Local date and time.
    fn wall(&self) -> WallTime;

    /// Waits until the clock shows at least this time.
    ///
    /// # Cancel safety
    /// May be dropped and called again.
    async fn reach(&self, until: Instant);
}
