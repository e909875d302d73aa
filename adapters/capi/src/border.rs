//! What crosses the border to C: texts and bytes by pointer and length, memory lent by the caller, and no panic.

use core::ffi::c_char;
use core::{ptr, slice, str};

use crate::status::Status;

/// A text by pointer and length: UTF-8, not terminated. No text is a null pointer.
///
/// One that the library gives points into memory of the session or into the library itself. It stands until the next
/// call with that session.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Str {
    /// The first byte.
    pub data: *const c_char,
    /// How many bytes.
    pub length: usize,
}

/// Bytes by pointer and length. None are a null pointer with length 0.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Bytes {
    /// The first byte.
    pub data: *const u8,
    /// How many bytes.
    pub length: usize,
}

impl Str {
    /// No text.
    pub const NONE: Self = Self { data: ptr::null(), length: 0 };

    /// Lends a text.
    #[must_use]
    pub const fn of(text: &str) -> Self {
        Self { data: text.as_ptr().cast(), length: text.len() }
    }

    pub(crate) fn of_some(text: Option<&str>) -> Self {
        text.map_or(Self::NONE, Self::of)
    }

    /// The text that the caller gave, if it gave one.
    ///
    /// # Safety
    /// If not null, `data` points to `length` bytes that do not change during `'a`.
    pub(crate) unsafe fn get<'a>(self) -> Result<Option<&'a str>, Status> {
        if self.data.is_null() {
            return Ok(None);
        }
        // SAFETY: passed on to the caller.
        let bytes = unsafe { bytes(self.data.cast(), self.length) }?;
        str::from_utf8(bytes).map(Some).map_err(|_| Status::NotUtf8)
    }

    /// The text that the caller has to give.
    ///
    /// # Safety
    /// That of [`get`](Self::get).
    pub(crate) unsafe fn needed<'a>(self) -> Result<&'a str, Status> {
        // SAFETY: passed on to the caller.
        unsafe { self.get() }?.ok_or(Status::NullPointer)
    }
}

impl Bytes {
    /// No bytes.
    pub const NONE: Self = Self { data: ptr::null(), length: 0 };

    pub(crate) const fn of(bytes: &[u8]) -> Self {
        Self { data: bytes.as_ptr(), length: bytes.len() }
    }
}

/// Bytes that the caller lends to be read.
///
/// # Safety
/// If not null, `data` points to `length` bytes that do not change during `'a`.
pub(crate) unsafe fn bytes<'a>(data: *const u8, length: usize) -> Result<&'a [u8], Status> {
    match (data.is_null(), length) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(Status::NullPointer),
        (_, length) if isize::try_from(length).is_err() => Err(Status::Memory),
        // SAFETY: not null, so many bytes by the promise of the caller, and no more than the half of what there is.
        (..) => Ok(unsafe { slice::from_raw_parts(data, length) }),
    }
}

/// Bytes that the caller lends to be written.
///
/// # Safety
/// If not null, `data` points to `length` initialised bytes that nobody else looks at during `'a`.
pub(crate) unsafe fn bytes_mut<'a>(data: *mut u8, length: usize) -> Result<&'a mut [u8], Status> {
    match (data.is_null(), length) {
        (true, _) => Err(Status::NullPointer),
        (_, length) if isize::try_from(length).is_err() => Err(Status::Memory),
        // SAFETY: as above; nobody else looks at them by the promise of the caller.
        (..) => Ok(unsafe { slice::from_raw_parts_mut(data, length) }),
    }
}

/// Looks at something of the caller's.
///
/// # Safety
/// If not null, `from` is aligned and points to a `T` that does not change during `'a`.
pub(crate) unsafe fn look<'a, T>(from: *const T) -> Result<&'a T, Status> {
    // SAFETY: by the promise of the caller.
    unsafe { from.as_ref() }.ok_or(Status::NullPointer)
}

/// Writes to where the caller wants it; what was there is forgotten.
///
/// # Safety
/// If not null, `to` is aligned and has room for a `T`.
pub(crate) unsafe fn give<T>(to: *mut T, value: T) -> Result<(), Status> {
    if to.is_null() {
        return Err(Status::NullPointer);
    }
    // SAFETY: not null; aligned and with room by the promise of the caller.
    unsafe { to.write(value) };
    Ok(())
}

/// Makes a value in memory of the caller's and tells where it stands.
///
/// # Safety
/// If not null, `memory` has `size` bytes that nobody else uses from now on, and `place` is aligned and has room.
pub(crate) unsafe fn settle<T>(
    memory: *mut u8,
    size: usize,
    place: *mut *mut T,
    make: impl FnOnce() -> Result<T, Status>,
) -> Result<(), Status> {
    if memory.is_null() || place.is_null() {
        return Err(Status::NullPointer);
    }
    let here = memory.cast::<T>();
    if size < size_of::<T>() || !here.is_aligned() {
        return Err(Status::Memory);
    }
    let made = make()?;
    // SAFETY: not null, aligned, and large enough; nobody else uses it by the promise of the caller.
    unsafe { here.write(made) };
    // SAFETY: not null; aligned and with room by the promise of the caller.
    unsafe { place.write(here) };
    Ok(())
}

/// Writes a text to the caller, and a zero behind it, as much as has room; how many bytes the whole text has.
///
/// # Safety
/// If not null, `to` has room for `size` bytes that nobody else looks at.
pub(crate) unsafe fn tell(text: &dyn core::fmt::Display, to: *mut c_char, size: usize) -> usize {
    struct Counted<'a> {
        room: &'a mut [u8],
        written: usize,
        length: usize,
    }
    impl core::fmt::Write for Counted<'_> {
        fn write_str(&mut self, more: &str) -> core::fmt::Result {
            // A character is written whole or not at all, and nothing after one that had no room.
            if self.written == self.length {
                let rest = self.room.get_mut(self.written..).unwrap_or_default();
                let fits = more.get(..more.floor_char_boundary(rest.len())).unwrap_or_default();
                for (to, from) in rest.iter_mut().zip(fits.bytes()) {
                    *to = from;
                }
                self.written += fits.len();
            }
            self.length = self.length.saturating_add(more.len());
            Ok(())
        }
    }
    let mut end = [0];
    // SAFETY: passed on to the caller. What was in the room is not looked at.
    let room = unsafe { bytes_mut(to.cast(), size) }.ok().filter(|room| !room.is_empty()).unwrap_or(&mut end);
    let last = room.len().saturating_sub(1);
    let (room, end) = room.split_at_mut(last);
    let mut out = Counted { room, written: 0, length: 0 };
    // Writing cannot fail: what has no room is counted.
    let _ = core::fmt::Write::write_fmt(&mut out, format_args!("{text}"));
    let (written, length) = (out.written, out.length);
    for zero in out.room.iter_mut().skip(written).take(1).chain(end) {
        *zero = 0;
    }
    length
}

/// Runs what a call does. A panic ends here, as `or`.
#[cfg(feature = "std")]
pub(crate) fn guard<R>(or: R, body: impl FnOnce() -> R) -> R {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).unwrap_or(or)
}

/// Runs what a call does. A panic does not come back.
#[cfg(not(feature = "std"))]
pub(crate) fn guard<R>(_or: R, body: impl FnOnce() -> R) -> R {
    body()
}

/// Runs what a call does, and makes a status of how it ended.
pub(crate) fn status(body: impl FnOnce() -> Result<(), Status>) -> Status {
    guard(Status::Panic, || body().err().unwrap_or(Status::Ok))
}
