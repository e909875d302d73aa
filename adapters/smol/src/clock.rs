//! The two clocks of a till: a monotonic one for deadlines, local time for messages.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opi_core::time::{Instant, WallTime};

/// The monotonic clock of one till. Its first millisecond is the till's creation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: std::time::Instant,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { start: std::time::Instant::now() }
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::from_millis(0).after(self.start.elapsed())
    }

    /// When that is on the clock of the timers; `None` beyond what it can express.
    pub(crate) fn at(&self, instant: Instant) -> Option<std::time::Instant> {
        self.start.checked_add(Duration::from_millis(instant.as_millis()))
    }
}

/// Local date and time of this machine, for [`Request::at`](opi_core::operation::Request::at).
///
/// A machine whose zone cannot be found out gives UTC.
#[must_use]
pub fn now_local() -> WallTime {
    let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        // A machine that starts without a set clock may stand before 1970.
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
    };
    let offset = jiff::Timestamp::from_second(seconds)
        .map_or(0, |timestamp| jiff::tz::TimeZone::system().to_offset(timestamp).seconds() / 60);
    WallTime::new(seconds, i16::try_from(offset).unwrap_or(0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_reached_on_both_clocks_at_once() {
        let clock = Clock::new();
        let until = clock.now().after(Duration::from_millis(5));
        let at = clock.at(until).unwrap();
        std::thread::sleep(at.saturating_duration_since(std::time::Instant::now()));
        assert!(clock.now() >= until, "a timer that fires must never be early for the session");
    }

    #[test]
    fn local_time_is_the_machine_s_time() {
        let (before, local) = (SystemTime::now(), now_local());
        let seconds = i64::try_from(before.duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
        assert!((0..=2).contains(&(local.unix_seconds() - seconds)));
    }
}
