//! The fields of records: the most bytes each takes, how it is written and how it is read.
//!
//! Reading gives `None` for bytes that writing never makes.

use crate::id::{Id, Reference, RequestId};
use crate::limits;
use crate::money::{Currency, Money};
use crate::operation::{Outcome, Reason, SettledBy};
use crate::receipt::{Alignment, Copy, Purpose, SheetId};
use crate::secret::{Masked, Pan};
use crate::text::Text;
use crate::time::WallTime;

/// Where a body is written to.
pub(crate) struct Out<'a> {
    rest: &'a mut [u8],
    written: usize,
    full: bool,
}

impl<'a> Out<'a> {
    pub(crate) const fn new(to: &'a mut [u8]) -> Self {
        Self { rest: to, written: 0, full: false }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        match core::mem::take(&mut self.rest).split_at_mut_checked(bytes.len()) {
            Some((here, after)) if !self.full => {
                here.copy_from_slice(bytes);
                self.rest = after;
                self.written += bytes.len();
            }
            _ => self.full = true,
        }
    }

    /// Bytes written, if all had room.
    pub(crate) const fn end(&self) -> Option<usize> {
        if self.full { None } else { Some(self.written) }
    }
}

/// What is left to be read of a body.
pub(crate) struct In<'a>(pub(crate) &'a [u8]);

impl<'a> In<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (here, after) = self.0.split_first_chunk()?;
        self.0 = after;
        Some(*here)
    }

    pub(crate) fn text(&mut self, length: usize) -> Option<&'a str> {
        let (here, after) = self.0.split_at_checked(length)?;
        self.0 = after;
        core::str::from_utf8(here).ok()
    }
}

pub(crate) trait Field: Sized {
    /// Bytes at most.
    const MOST: usize;
    fn put(&self, out: &mut Out<'_>);
    fn take(from: &mut In<'_>) -> Option<Self>;
    /// As [`take`](Self::take), to where it stays: records are large, and moving their fields would be most of the code.
    /// What `false` leaves is not to be used.
    fn read(&mut self, from: &mut In<'_>) -> bool {
        match Self::take(from) {
            Some(value) => {
                *self = value;
                true
            }
            None => false,
        }
    }
}

macro_rules! numbers {
    ($($type:ty),+) => {$(
        /// Big-endian.
        impl Field for $type {
            const MOST: usize = size_of::<$type>();
            fn put(&self, out: &mut Out<'_>) {
                out.put(&self.to_be_bytes());
            }
            fn take(from: &mut In<'_>) -> Option<Self> {
                from.array().map(<$type>::from_be_bytes)
            }
        }
    )+};
}
numbers!(u8, u16, u32, u64, i16, i64);

/// One byte, 0 or 1.
impl Field for bool {
    const MOST: usize = 1;
    fn put(&self, out: &mut Out<'_>) {
        out.put(&[u8::from(*self)]);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        match u8::take(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// Whether it is there, then the value.
impl<T: Field> Field for Option<T> {
    const MOST: usize = bool::MOST + T::MOST;
    fn put(&self, out: &mut Out<'_>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        if bool::take(from)? { T::take(from).map(Some) } else { Some(None) }
    }
}

/// Writes a length of one byte and the text. Every identifier is shorter than 256 bytes.
fn put_short(text: &str, out: &mut Out<'_>) {
    match u8::try_from(text.len()) {
        Ok(length) => {
            length.put(out);
            out.put(text.as_bytes());
        }
        Err(_) => out.full = true,
    }
}

fn take_short<'a>(from: &mut In<'a>) -> Option<&'a str> {
    let length = u8::take(from)?;
    from.text(usize::from(length))
}

impl<const N: usize> Field for Id<N> {
    const MOST: usize = 1 + N;
    fn put(&self, out: &mut Out<'_>) {
        put_short(self.as_str(), out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        Self::new(take_short(from)?).ok()
    }
    fn read(&mut self, from: &mut In<'_>) -> bool {
        take_short(from).is_some_and(|text| self.set(text))
    }
}

impl Field for Reference {
    const MOST: usize = 1 + limits::REFERENCE;
    fn put(&self, out: &mut Out<'_>) {
        put_short(self.as_str(), out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        Self::new(take_short(from)?).ok()
    }
}

/// The mask, never the number (I12).
impl Field for Pan {
    const MOST: usize = 1 + limits::PAN;
    fn put(&self, out: &mut Out<'_>) {
        // A mask has a character for each of the number's, none of them longer.
        let mut mask: Text<{ limits::PAN }> = Text::new();
        let _ = self.write_mask(&mut mask);
        put_short(mask.as_str(), out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        Self::new(take_short(from)?)
    }
}

/// Bytes at most of a text as it is: whether it was cut, a length of two bytes, the text.
pub(crate) const fn verbatim(bytes: usize) -> usize {
    bool::MOST + u16::MOST + bytes
}

/// A text with the card numbers in it masked (I12). Whether it was cut, a length of two bytes, the text.
impl<const N: usize> Field for Text<N> {
    const MOST: usize = verbatim(N);
    fn put(&self, out: &mut Out<'_>) {
        let mut masked = Self::new();
        let _ = Masked(self.as_str()).write_to(&mut masked);
        (self.is_cut() || masked.is_cut()).put(out);
        put_long(masked.as_str(), out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        let mut text = Self::new();
        text.read(from).then_some(text)
    }
    fn read(&mut self, from: &mut In<'_>) -> bool {
        read_verbatim(self, from)
    }
}

/// Writes a length of two bytes and the text.
pub(crate) fn put_long(text: &str, out: &mut Out<'_>) {
    match u16::try_from(text.len()) {
        Ok(length) => {
            length.put(out);
            out.put(text.as_bytes());
        }
        Err(_) => out.full = true,
    }
}

/// Reads such a text; `false` if there is none, or if it is too long.
pub(crate) fn read_long<const N: usize>(into: &mut Text<N>, from: &mut In<'_>) -> bool {
    let Some(text) = u16::take(from).and_then(|length| from.text(usize::from(length))) else { return false };
    into.clear();
    into.append(text);
    !into.is_cut()
}

/// Reads whether a text was cut, and the text.
pub(crate) fn read_verbatim<const N: usize>(into: &mut Text<N>, from: &mut In<'_>) -> bool {
    let Some(cut) = bool::take(from) else { return false };
    let good = read_long(into, from);
    if cut {
        into.mark_cut();
    }
    good
}

/// Minor units, then the three letters of the currency.
impl Field for Money {
    const MOST: usize = u64::MOST + 3;
    fn put(&self, out: &mut Out<'_>) {
        self.minor().put(out);
        out.put(self.currency().code().as_bytes());
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        let minor = u64::take(from)?;
        let currency = Currency::new(from.text(3)?).ok()?;
        Some(Self::from_minor(minor, currency))
    }
}

impl Field for RequestId {
    const MOST: usize = u32::MOST;
    fn put(&self, out: &mut Out<'_>) {
        self.get().put(out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        Self::new(u32::take(from)?).ok()
    }
}

impl Field for SheetId {
    const MOST: usize = u32::MOST;
    fn put(&self, out: &mut Out<'_>) {
        self.0.put(out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        u32::take(from).map(Self)
    }
}

/// Seconds since 1970 UTC, then the minutes by which local time is ahead.
impl Field for WallTime {
    const MOST: usize = i64::MOST + i16::MOST;
    fn put(&self, out: &mut Out<'_>) {
        self.unix_seconds().put(out);
        self.offset_minutes().put(out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        let (seconds, minutes) = (i64::take(from)?, i16::take(from)?);
        let time = Self::new(seconds, minutes);
        // Times beyond its range are moved into it, and were never written.
        (time.unix_seconds() == seconds && time.offset_minutes() == minutes).then_some(time)
    }
}

/// One byte for each word. A number, once given, stays with its word.
macro_rules! codes {
    ($type:ident { $($code:literal $variant:ident $(($inner:path))?,)+ }) => {
        impl Field for $type {
            const MOST: usize = 1;
            fn put(&self, out: &mut Out<'_>) {
                out.put(&[match self { $(Self::$variant $(($inner))? => $code,)+ }]);
            }
            fn take(from: &mut In<'_>) -> Option<Self> {
                match u8::take(from)? {
                    $($code => Some(Self::$variant $(($inner))?),)+
                    _ => None,
                }
            }
        }
    };
}

codes!(Purpose {
    1 CashierDisplay,
    2 CustomerDisplay,
    3 Receipt(Copy::Customer),
    4 Receipt(Copy::Merchant),
    5 Journal,
    6 Offer,
});
codes!(Alignment {
    0 Left,
    1 Center,
    2 Right,
});
codes!(Outcome {
    1 Approved,
    2 Declined,
    3 Aborted,
    4 NotSent,
    5 Unknown,
    6 Done,
});
codes!(SettledBy {
    1 Answer,
    2 RepeatLastMessage,
    3 TicketReprint,
    4 Person,
    5 TransactionStatus,
});
codes!(Reason {
    1 PartialApproval,
    2 CheckReceipt,
    3 HostDeclined,
    4 TerminalRefused,
    5 Stopped,
    6 HostUnreachable,
    7 TimedOut,
    8 UnknownCard,
    9 NotSupported,
    10 Rejected,
    11 Busy,
    12 DeviceUnavailable,
    13 LoggedOut,
    14 PrintLastTicket,
    15 NotStored,
    16 NotListening,
    17 NotConnected,
    18 NotTransmitted,
    19 Withdrawn,
    20 NotEncodable,
    21 ConnectionLost,
    22 Deadline,
    23 Unreadable,
    24 ForeignAnswer,
    25 MissingResult,
    26 UnlistedResult,
    27 Contradiction,
    28 AuthorisationUnknown,
    29 NotReceived,
    30 HostDecidesLater,
    31 NoReceipt,
});
