//! The ids that were used: a SaleID and a ServiceID together are refused when used again within 48 hours (Adyen,
//! Structuring and validating Terminal API messages).
//!
//! The memory is lent by the caller, [`Stamp`] by [`Stamp`], as a ring: looking an id up reads all of it once, taking one
//! in replaces the oldest. What happens when the oldest is still needed is a choice ([`Overflow`]).
//!
//! **Time.** Within one run ages are counted on the caller's monotonic clock alone, so a wall clock that is set, forwards
//! or backwards, never makes an id look older than it is. The wall clock only bridges a restart. If it is then behind
//! what was stored, the stored time counts; so the window is never opened by a clock that goes back.

use core::hash::Hasher;

use siphasher::sip::SipHasher13;

use crate::limits;
use crate::time::{Instant, WallTime};

/// What makes an id unique.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Uniqueness {
    /// SaleID and ServiceID together (Adyen, Structuring and validating Terminal API messages).
    #[default]
    SaleAndService,
    /// ServiceID alone, whoever sends it (newer Adyen docs: retrieve totals, cancel input).
    ServiceAlone,
}

/// What happens when an id comes and all of the memory holds ids younger than the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The oldest is forgotten: the terminal stays in service, and [`Seen::forgotten`] counts.
    #[default]
    ForgetOldest,
    /// The new one is refused: no id is ever forgotten early.
    Refuse,
}

/// Why an id cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A message with it was accepted.
    Accepted,
    /// A till was told that no message with it ever came, so none may be done later.
    NeverCame,
}

/// One remembered id: a keyed hash of it, and the minute of its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// In halves, so that an entry takes 12 bytes. The lowest bit says that it never came.
    hash: [u32; 2],
    minute: u32,
}

impl Stamp {
    /// A place that holds no id. Minute 0 is that of 1970-01-01T00:00.
    pub const FREE: Self = Self { hash: [0; 2], minute: 0 };

    const fn is_free(self) -> bool {
        self.minute == 0
    }
}

/// An id that was taken in, as it is to be stored for [`Seen::restore`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The minute since 1970 that it is remembered under.
    pub minute: u32,
    /// Minutes by which everything taken in before has moved: the wall clock was set forward meanwhile.
    pub shift: u32,
    /// What for.
    pub why: Use,
}

/// No place for another id within the window ([`Overflow::Refuse`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl core::fmt::Display for Full {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        out.write_str("no place for another id within the window")
    }
}

impl core::error::Error for Full {}

/// The ids used within the window, in memory lent by the caller.
pub struct Seen<'m> {
    ring: &'m mut [Stamp],
    /// Where the next id goes: the oldest stands there.
    next: usize,
    hasher: SipHasher13,
    uniqueness: Uniqueness,
    overflow: Overflow,
    /// The monotonic time of the last look, and the minute then. `None` until the first.
    started: Option<Instant>,
    minute: u32,
    /// Milliseconds that passed beyond the minute.
    millis: u64,
    /// Minutes by which the past has moved since an id was taken in.
    shifted: u32,
    forgotten: u32,
    /// The youngest id that was forgotten early.
    forgotten_minute: u32,
}

impl<'m> Seen<'m> {
    /// Remembers as many ids as there are places. A key that tills do not know keeps them from making two ids collide.
    ///
    /// 4096 ids take 48 KiB. Every place is overwritten.
    #[must_use]
    pub fn new(ring: &'m mut [Stamp], key: [u8; 16], uniqueness: Uniqueness, overflow: Overflow) -> Self {
        ring.fill(Stamp::FREE);
        Self {
            ring,
            next: 0,
            hasher: SipHasher13::new_with_key(&key),
            uniqueness,
            overflow,
            started: None,
            minute: 1,
            millis: 0,
            shifted: 0,
            forgotten: 0,
            forgotten_minute: 0,
        }
    }

    /// Takes in an id that was stored before a restart. In the order in which they were stored, before the first look.
    pub fn restore(&mut self, taken: Taken, sale_id: &str, service_id: &str) {
        self.shift(taken.shift);
        self.minute = self.minute.max(taken.minute);
        let hash = marked(self.hash(sale_id, service_id), taken.why);
        self.put(Stamp { hash, minute: taken.minute.max(1) });
    }

    /// Whether the id cannot be used, since it was within the window.
    #[must_use]
    pub fn find(&mut self, now: Instant, at: WallTime, sale_id: &str, service_id: &str) -> Option<Use> {
        self.look(now, at);
        let wanted = self.hash(sale_id, service_id);
        // The newest counts: an id that never came may be that of another message long after.
        let found =
            self.ring.iter().filter(|stamp| marked(stamp.hash, Use::Accepted) == wanted && self.is_young(**stamp));
        found
            .max_by_key(|stamp| stamp.minute)
            .map(|stamp| if stamp.hash == wanted { Use::Accepted } else { Use::NeverCame })
    }

    /// Takes the id in. What comes back is to be stored.
    ///
    /// # Errors
    /// [`Full`], where nothing may be forgotten early.
    pub fn take(
        &mut self,
        now: Instant,
        at: WallTime,
        sale_id: &str,
        service_id: &str,
        why: Use,
    ) -> Result<Taken, Full> {
        self.look(now, at);
        let oldest = self.ring.get(self.next).copied().unwrap_or(Stamp::FREE);
        if self.overflow == Overflow::Refuse && (self.ring.is_empty() || self.is_young(oldest)) {
            return Err(Full);
        }
        let hash = marked(self.hash(sale_id, service_id), why);
        self.put(Stamp { hash, minute: self.minute });
        Ok(Taken { minute: self.minute, shift: core::mem::take(&mut self.shifted), why })
    }

    /// Whether no id within the window was forgotten: only then does "not seen" mean "never used".
    #[must_use]
    pub fn is_complete(&mut self, now: Instant, at: WallTime) -> bool {
        self.look(now, at);
        self.forgotten_minute == 0 || !self.is_young(Stamp { hash: [0; 2], minute: self.forgotten_minute })
    }

    /// Ids that were forgotten before their time, since the start.
    #[must_use]
    pub const fn forgotten(&self) -> u32 {
        self.forgotten
    }

    /// Says that ids used up to now may be missing: what was stored of them is damaged.
    pub const fn mark_incomplete(&mut self) {
        self.forgotten_minute = self.minute;
    }

    /// Moves on to now.
    fn look(&mut self, now: Instant, at: WallTime) {
        let wall = u32::try_from(at.unix_seconds().max(0) / 60).unwrap_or(u32::MAX);
        let Some(last) = self.started.replace(now) else {
            // The time that passed while the terminal was off.
            self.minute = self.minute.max(wall);
            return;
        };
        let passed = u64::try_from(now.since(last).as_millis()).unwrap_or(u64::MAX).saturating_add(self.millis);
        self.millis = passed % 60_000;
        self.minute = self.minute.saturating_add(u32::try_from(passed / 60_000).unwrap_or(u32::MAX));
        let shift = wall.saturating_sub(self.minute);
        self.shift(shift);
        self.shifted = self.shifted.saturating_add(shift);
    }

    /// Moves all of the past, so that ages stay as they are.
    fn shift(&mut self, by: u32) {
        if by == 0 {
            return;
        }
        for stamp in self.ring.iter_mut().filter(|stamp| !stamp.is_free()) {
            stamp.minute = stamp.minute.saturating_add(by);
        }
        if self.forgotten_minute != 0 {
            self.forgotten_minute = self.forgotten_minute.saturating_add(by);
        }
        self.minute = self.minute.saturating_add(by);
    }

    fn put(&mut self, stamp: Stamp) {
        let Some(place) = self.ring.get_mut(self.next) else {
            self.forgotten = self.forgotten.saturating_add(1);
            self.forgotten_minute = stamp.minute;
            return;
        };
        let old = core::mem::replace(place, stamp);
        self.next = if self.next.saturating_add(1) < self.ring.len() { self.next.saturating_add(1) } else { 0 };
        if self.is_young(old) {
            self.forgotten = self.forgotten.saturating_add(1);
            self.forgotten_minute = self.forgotten_minute.max(old.minute);
        }
    }

    /// A minute is remembered by its beginning, so the window is closed one minute late, never early.
    const fn is_young(&self, stamp: Stamp) -> bool {
        !stamp.is_free() && self.minute.saturating_sub(stamp.minute) <= limits::ID_WINDOW_MINUTES
    }

    fn hash(&self, sale_id: &str, service_id: &str) -> [u32; 2] {
        let mut hasher = self.hasher;
        if self.uniqueness == Uniqueness::SaleAndService {
            hasher.write(sale_id.as_bytes());
            // No UTF-8 holds this byte, so it tells where the first id ends.
            hasher.write_u8(0xFF);
        }
        hasher.write(service_id.as_bytes());
        let [a, b, c, d, e, f, g, h] = hasher.finish().to_be_bytes();
        marked([u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])], Use::Accepted)
    }
}

const fn marked([high, low]: [u32; 2], why: Use) -> [u32; 2] {
    [
        high,
        match why {
            Use::Accepted => low & !1,
            Use::NeverCame => low | 1,
        },
    ]
}
