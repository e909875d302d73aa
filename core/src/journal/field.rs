//! The fields of records: the most bytes each takes, how it is written and how it is read.
//!
//! Bytes that writing never makes are noticed by the reader, [`In`], which then gives nothing more and says so in the end:
//! a question after each field would be most of the code. For the same reason a record is read to where it stays.

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

    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
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

    /// The lower bytes of a number, so many, big-endian.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn number(&mut self, bytes: usize, number: u32) {
        match number.to_be_bytes().get(4_usize.saturating_sub(bytes)..) {
            Some(lower) => self.put(lower),
            None => self.full = true,
        }
    }

    /// Bytes written, if all had room.
    pub(crate) const fn end(&self) -> Option<usize> {
        if self.full { None } else { Some(self.written) }
    }
}

/// What is left to be read of a body.
pub(crate) struct In<'a> {
    rest: &'a [u8],
    failed: bool,
}

impl<'a> In<'a> {
    pub(crate) const fn new(body: &'a [u8]) -> Self {
        Self { rest: body, failed: false }
    }

    /// What was not read.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether all of it was read, and all was as it is written.
    pub(crate) const fn is_whole(&self) -> bool {
        !self.failed && self.rest.is_empty()
    }

    fn good<T>(&self, value: T) -> Option<T> {
        if self.failed { None } else { Some(value) }
    }

    /// The next bytes, so many; none if there are fewer.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn bytes(&mut self, length: usize) -> &'a [u8] {
        match self.rest.split_at_checked(length) {
            Some((here, after)) if !self.failed => {
                self.rest = after;
                here
            }
            _ => {
                self.failed = true;
                &[]
            }
        }
    }

    /// A number of so many bytes, big-endian.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn number(&mut self, bytes: usize) -> u32 {
        self.bytes(bytes).iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
    }

    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn flag(&mut self) -> bool {
        let number = self.number(1);
        self.failed |= number > 1;
        number == 1
    }

    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn text(&mut self, length: usize) -> &'a str {
        core::str::from_utf8(self.bytes(length)).unwrap_or_else(|_| {
            self.failed = true;
            ""
        })
    }

    /// A text of which the length stands before it, in so many bytes.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn counted(&mut self, bytes: usize) -> &'a str {
        let length = self.number(bytes);
        self.text(length as usize)
    }

    /// What `value` is, unless it is nothing.
    fn some<T>(&mut self, value: Option<T>) -> Option<T> {
        self.failed |= value.is_none();
        value
    }
}

pub(crate) trait Field: Sized {
    /// Bytes at most.
    const MOST: usize;
    fn put(&self, out: &mut Out<'_>);
    /// Whether it is there, then the value.
    fn put_option(value: Option<&Self>, out: &mut Out<'_>) {
        value.is_some().put(out);
        if let Some(value) = value {
            value.put(out);
        }
    }
    /// `None`: writing never makes this.
    fn take(from: &mut In<'_>) -> Option<Self>;
    /// As [`take`](Self::take), to where it stays. Whether it was right, the reader says in the end.
    fn read(&mut self, from: &mut In<'_>) {
        let taken = Self::take(from);
        if let Some(value) = from.some(taken) {
            *self = value;
        }
    }
    /// The same, to where nothing stands yet.
    fn fill(to: &mut Option<Self>, from: &mut In<'_>) {
        let taken = Self::take(from);
        *to = from.some(taken);
    }
}

macro_rules! numbers {
    ($($type:ty: $bytes:literal),+) => {$(
        /// Big-endian.
        impl Field for $type {
            const MOST: usize = $bytes;
            fn put(&self, out: &mut Out<'_>) {
                out.number($bytes, (*self).into());
            }
            fn take(from: &mut In<'_>) -> Option<Self> {
                let number = Self::of(from);
                from.good(number)
            }
            fn read(&mut self, from: &mut In<'_>) {
                *self = Self::of(from);
            }
        }
    )+};
}
numbers!(u8: 1, u16: 2, u32: 4);

/// A number of this type; 0 if there is none.
trait Number {
    fn of(from: &mut In<'_>) -> Self;
}

impl Number for u8 {
    fn of(from: &mut In<'_>) -> Self {
        let [.., low] = from.number(1).to_be_bytes();
        low
    }
}

impl Number for u16 {
    fn of(from: &mut In<'_>) -> Self {
        let [.., high, low] = from.number(2).to_be_bytes();
        Self::from_be_bytes([high, low])
    }
}

impl Number for u32 {
    fn of(from: &mut In<'_>) -> Self {
        from.number(4)
    }
}

/// Its upper and its lower half.
impl Field for u64 {
    const MOST: usize = 8;
    fn put(&self, out: &mut Out<'_>) {
        let [a, b, c, d, rest @ ..] = self.to_be_bytes();
        out.number(4, u32::from_be_bytes([a, b, c, d]));
        out.number(4, u32::from_be_bytes(rest));
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        let number = Self::from(from.number(4)) << 32 | Self::from(from.number(4));
        from.good(number)
    }
}

/// One byte, 0 or 1.
impl Field for bool {
    const MOST: usize = 1;
    fn put(&self, out: &mut Out<'_>) {
        out.number(1, (*self).into());
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        let flag = from.flag();
        from.good(flag)
    }
    fn read(&mut self, from: &mut In<'_>) {
        *self = from.flag();
    }
}

/// Whether it is there, then the value.
impl<T: Field> Field for Option<T> {
    const MOST: usize = bool::MOST + T::MOST;
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn put(&self, out: &mut Out<'_>) {
        T::put_option(self.as_ref(), out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        let mut value = None;
        Field::read(&mut value, from);
        from.good(value)
    }
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn read(&mut self, from: &mut In<'_>) {
        if from.flag() { T::fill(self, from) } else { *self = None }
    }
}

/// Writes a length of one byte and the text. Every identifier is shorter than 256 bytes.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn put_short(text: &str, out: &mut Out<'_>) {
    put_counted(1, text, out);
}

/// Writes whether there is a text, then the text so: one function for identifiers of all sizes.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn put_optional(text: Option<&str>, out: &mut Out<'_>) {
    text.is_some().put(out);
    if let Some(text) = text {
        put_short(text, out);
    }
}

/// Writes a length of so many bytes and the text.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn put_counted(bytes: usize, text: &str, out: &mut Out<'_>) {
    match u32::try_from(text.len()) {
        Ok(length) if length >> (8 * bytes) == 0 => {
            out.number(bytes, length);
            out.put(text.as_bytes());
        }
        _ => out.full = true,
    }
}

impl<const N: usize> Field for Id<N> {
    const MOST: usize = 1 + N;
    fn put(&self, out: &mut Out<'_>) {
        put_short(self.as_str(), out);
    }
    fn put_option(id: Option<&Self>, out: &mut Out<'_>) {
        put_optional(id.map(Self::as_str), out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        let mut id = Self::default();
        id.read(from);
        from.good(id)
    }
    fn read(&mut self, from: &mut In<'_>) {
        from.failed |= !self.set(from.counted(1));
    }
    fn fill(to: &mut Option<Self>, from: &mut In<'_>) {
        to.insert(Self::default()).read(from);
    }
}

impl Field for Reference {
    const MOST: usize = 1 + limits::REFERENCE;
    fn put(&self, out: &mut Out<'_>) {
        put_short(self.as_str(), out);
    }
    fn put_option(reference: Option<&Self>, out: &mut Out<'_>) {
        put_optional(reference.map(Self::as_str), out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        Self::new(from.counted(1)).ok()
    }
    fn fill(to: &mut Option<Self>, from: &mut In<'_>) {
        from.failed |= !Self::put(to, from.counted(1));
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
        let pan = Self::new(from.counted(1));
        pan.filter(|_| !from.failed)
    }
    fn fill(to: &mut Option<Self>, from: &mut In<'_>) {
        from.failed |= !Self::put(to, from.counted(1));
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
        text.read(from);
        from.good(text)
    }
    fn read(&mut self, from: &mut In<'_>) {
        read_verbatim(self, from);
    }
    fn fill(to: &mut Option<Self>, from: &mut In<'_>) {
        to.insert(Self::new()).read(from);
    }
}

/// Writes a length of two bytes and the text.
pub(crate) fn put_long(text: &str, out: &mut Out<'_>) {
    put_counted(2, text, out);
}

/// Reads such a text, which must not be too long.
pub(crate) fn read_long<const N: usize>(into: &mut Text<N>, from: &mut In<'_>) {
    let text = from.counted(2);
    into.clear();
    into.append(text);
    from.failed |= into.is_cut();
}

/// Reads whether a text was cut, and the text.
pub(crate) fn read_verbatim<const N: usize>(into: &mut Text<N>, from: &mut In<'_>) {
    let cut = from.flag();
    read_long(into, from);
    if cut {
        into.mark_cut();
    }
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
        let currency = Currency::new(from.text(3)).ok()?;
        Some(Self::from_minor(minor, currency))
    }
}

impl Field for RequestId {
    const MOST: usize = u32::MOST;
    fn put(&self, out: &mut Out<'_>) {
        self.get().put(out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        Self::new(from.number(4)).ok()
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
    fn read(&mut self, from: &mut In<'_>) {
        self.0.read(from);
    }
}

/// Seconds since 1970 UTC, then the minutes by which local time is ahead.
impl Field for WallTime {
    const MOST: usize = u64::MOST + u16::MOST;
    fn put(&self, out: &mut Out<'_>) {
        self.unix_seconds().cast_unsigned().put(out);
        self.offset_minutes().cast_unsigned().put(out);
    }
    fn take(from: &mut In<'_>) -> Option<Self> {
        let (seconds, minutes) = (u64::take(from)?.cast_signed(), u16::take(from)?.cast_signed());
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
                out.number(1, match self { $(Self::$variant $(($inner))? => $code,)+ });
            }
            fn take(from: &mut In<'_>) -> Option<Self> {
                match from.number(1) {
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
