//! The timers of embassy on the timer of the processor, and who is to be woken at its next tick.

use core::cell::RefCell;
use core::task::Waker;

use critical_section::Mutex;
use embassy_time_driver::{Driver, time_driver_impl};
use firmware::hardware::millis;
use heapless::Vec;

/// Timers and tasks that wait at one time: the till, the network stack, its adapter.
const WAITING: usize = 8;

struct Timers(Mutex<RefCell<Vec<(u64, Waker), WAITING>>>);

time_driver_impl!(static TIMERS: Timers = Timers(Mutex::new(RefCell::new(Vec::new()))));

impl Driver for Timers {
    fn now(&self) -> u64 {
        millis().into()
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|section| {
            let mut waiting = self.0.borrow_ref_mut(section);
            if let Some((until, _)) = waiting.iter_mut().find(|(_, other)| other.will_wake(waker)) {
                *until = at.min(*until);
            } else if let Err((_, waker)) = waiting.push((at, waker.clone())) {
                // Too early is allowed, too late is not.
                waker.wake();
            }
        });
    }
}

/// Wakes whoever is due.
pub fn tick() {
    critical_section::with(|section| {
        let now = TIMERS.now();
        TIMERS.0.borrow_ref_mut(section).retain(|(until, waker)| {
            let is_due = *until <= now;
            if is_due {
                waker.wake_by_ref();
            }
            !is_due
        });
    });
}

/// Wakes at the next tick.
pub fn wake_soon(waker: &Waker) {
    TIMERS.schedule_wake(TIMERS.now() + 1, waker);
}
