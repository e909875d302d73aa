//! Two clocks, never mixed: [`Instant`] for deadlines, [`WallTime`] for what is written into messages.

use core::fmt;
use core::time::Duration;

use crate::divide::divide;

/// A point on the caller's monotonic clock, in milliseconds from any start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(u64);

impl Instant {
    /// So many milliseconds after the caller's start.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds after the caller's start.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Later by `by`, rounded down to milliseconds.
    #[must_use]
    // Called in many places; the maths of 64 bits is long on a small machine.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub fn after(self, by: impl Into<Millis>) -> Self {
        Self(self.0.saturating_add(by.into().0))
    }

    /// How long after `earlier` this is; zero if it is before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        let (seconds, millis) = divide::<1000>(self.0.saturating_sub(earlier.0));
        Duration::from_secs(seconds).saturating_add(Duration::from_millis(millis as u64))
    }

    /// The same in whole seconds.
    pub(crate) const fn seconds_since(self, earlier: Self) -> u64 {
        divide::<1000>(self.0.saturating_sub(earlier.0)).0
    }
}

/// Milliseconds between two points in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Millis(u64);

impl From<Duration> for Millis {
    fn from(duration: Duration) -> Self {
        Self(duration.as_secs().saturating_mul(1000).saturating_add(u64::from(duration.subsec_millis())))
    }
}

impl From<Span> for Millis {
    fn from(span: Span) -> Self {
        Self(span.0.into())
    }
}

/// A time-out in four bytes: milliseconds, of which there are 49 days at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span(u32);

impl Span {
    pub(crate) const fn seconds(seconds: u16) -> Self {
        // Fits: that is less than a day.
        Self(seconds as u32 * 1000)
    }

    /// So much earlier, but at least the half is left.
    pub(crate) fn less(self, by: Self) -> Self {
        Self(self.0.saturating_sub(by.0).max(self.0 / 2))
    }
}

impl From<Duration> for Span {
    // Settings have many.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn from(duration: Duration) -> Self {
        Self(u32::try_from(Millis::from(duration).0).unwrap_or(u32::MAX))
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        Self::from_millis(span.0.into())
    }
}

/// When something runs out of time, if it does. Half as large as an `Option` of the instant; the earlier of two is the
/// smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline(u64);

impl Default for Deadline {
    fn default() -> Self {
        Self::NEVER
    }
}

impl Deadline {
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// At that time.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) const fn at(Instant(millis): Instant) -> Self {
        // On a clock at its end, all that waits is over.
        Self(if millis == u64::MAX { millis - 1 } else { millis })
    }

    /// Whether there is none.
    pub(crate) const fn is_never(self) -> bool {
        self.0 == Self::NEVER.0
    }

    /// Whether it has passed.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) const fn is_over(self, now: Instant) -> bool {
        self.0 <= now.0 && !self.is_never()
    }

    /// Whether it has passed. It is told once.
    pub(crate) const fn passes(&mut self, now: Instant) -> bool {
        let over = self.is_over(now);
        if over {
            *self = Self::NEVER;
        }
        over
    }

    /// When it is.
    pub(crate) const fn instant(self) -> Option<Instant> {
        if self.is_never() { None } else { Some(Instant(self.0)) }
    }
}

/// Local date and time with its distance to UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Aligned as a word is: else a value of another type beside it costs four bytes, and copies of both are longer.
#[cfg_attr(not(target_pointer_width = "64"), repr(Rust, packed(4)))]
pub struct WallTime {
    unix_seconds: i64,
    offset_minutes: i16,
}

impl WallTime {
    /// Seconds since 1970-01-01T00:00:00Z, and the minutes by which local time is ahead of UTC (−1439 to 1439).
    #[must_use]
    pub fn new(unix_seconds: i64, offset_minutes: i16) -> Self {
        // Years 0001 to 9999: four digits are what the wire has room for.
        Self {
            unix_seconds: unix_seconds.clamp(-62_135_510_400, 253_402_214_400),
            offset_minutes: offset_minutes.clamp(-1439, 1439),
        }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.unix_seconds
    }

    /// Minutes by which local time is ahead of UTC.
    #[must_use]
    pub const fn offset_minutes(self) -> i16 {
        self.offset_minutes
    }

    /// Later by `by`, whole seconds.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        self.later(by.as_secs())
    }

    /// Later by so many seconds.
    pub(crate) fn later(self, seconds: u64) -> Self {
        Self::new(self.unix_seconds.saturating_add_unsigned(seconds), self.offset_minutes)
    }

    /// `2026-04-08T10:15:00`, local, no zone: German OPI and CCV firmware.
    #[must_use]
    pub const fn without_zone(self) -> Stamp {
        Stamp { time: self, zone: false }
    }

    /// `2026-04-08T10:15:00+02:00`: Nexi and IFSF.
    #[must_use]
    pub const fn with_zone(self) -> Stamp {
        Stamp { time: self, zone: true }
    }
}

/// A [`WallTime`] as the wire writes it.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    time: WallTime,
    zone: bool,
}

impl fmt::Display for Stamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.text().as_str())
    }
}

impl Stamp {
    /// Its characters. Written by hand: `core::fmt` has many kilobytes on a small machine.
    pub(crate) fn text(self) -> heapless::String<26, u8> {
        let offset = self.time.offset_minutes;
        let local = self.time.unix_seconds + i64::from(offset) * 60;
        // Both fit: the years are those from 1 to 9999.
        let since_year_1 = u64::try_from(local + i64::from(DAYS_TO_1970) * 86_400).unwrap_or_default();
        let days_since = divide::<360>(divide::<240>(since_year_1).0).0;
        let days = u32::try_from(days_since).unwrap_or_default();
        let second_of_day = u32::try_from(since_year_1 - days_since * 86_400).unwrap_or_default();
        let (year, month, day) = civil(days);
        let zone = u32::from(offset.unsigned_abs());
        let parts = [
            ('-', year / 100),
            ('-', year % 100),
            ('-', month),
            ('-', day),
            ('T', second_of_day / 3600),
            (':', second_of_day / 60 % 60),
            (':', second_of_day % 60),
            (if offset < 0 { '-' } else { '+' }, zone / 60),
            (':', zone % 60),
        ];
        let mut text = heapless::String::new();
        for (place, (mark, number)) in parts.into_iter().enumerate().take(if self.zone { 9 } else { 7 }) {
            let digit = |digit: u32| char::from(b'0' + u8::try_from(digit % 10).unwrap_or_default());
            // The year is written as two of these numbers. There is room: the longest form has 25 characters.
            if place >= 2 {
                let _ = text.push(mark);
            }
            let _ = text.push(digit(number / 10));
            let _ = text.push(digit(number));
        }
        text
    }
}

/// Days from the first of the year 1 to 1970-01-01.
const DAYS_TO_1970: i32 = 719_162;

/// Year, month and day of a day number counted from the first of the year 1, in the Gregorian calendar.
///
/// The year is shifted to begin in March, so that the leap day is its last (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms").
const fn civil(days: u32) -> (u32, u32, u32) {
    let shifted = days + 306;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + if month <= 2 { 1 } else { 0 }, month, day)
}

/// The local time of a stamp such as `2026-04-08T10:15:00+02:00`, in seconds from 1970-01-01T00:00:00 local time.
///
/// Fractions and zones are passed over: terminals write zones that mean nothing (`-00:00` from Thales).
#[must_use]
pub fn local_seconds(stamp: &str) -> Option<i64> {
    // Small enough to be blanked without a call.
    let mut numbers = [0_i16; 6];
    let mut part = 0;
    for (byte, form) in stamp.as_bytes().get(..19)?.iter().zip(b"0000-00-00T00:00:00") {
        if *form == b'0' {
            let number = numbers.get_mut(part).filter(|_| byte.is_ascii_digit())?;
            *number = *number * 10 + i16::from(byte - b'0');
        } else if byte == form {
            part += 1;
        } else {
            return None;
        }
    }
    let [year, month, day, hour, minute, second] = numbers.map(i32::from);
    if !matches!(month, 1..=12) || !matches!(day, 1..=31) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // The inverse of `civil`: the year begins in March.
    let (shifted, month_from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    Some(i64::from(days) * 86_400 + i64::from(hour * 3600 + minute * 60 + second))
}
