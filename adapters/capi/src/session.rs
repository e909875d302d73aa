//! The session in the caller's memory, and the two calls.

use core::ffi::c_char;

use opi_core::drive::Misuse;
use opi_core::limits;
use opi_core::opi::{Memory, Session as CoreSession};
use opi_core::time::Instant;

use crate::border::{Bytes, Str, bytes_mut, give, guard, look, settle, status, tell};
use crate::input::{Input, WallTime, checked};
use crate::journal::Journal;
use crate::link::{self, OPI_DEVICE_LINKS, OPI_LINK_NONE};
use crate::money::Money;
use crate::output::{Output, output};
use crate::settings::Settings;
use crate::status::Status;
use crate::words::Reason;

/// Bytes that are enough for a session on every machine. `opi_session_size` says how many this one needs.
pub const OPI_SESSION_SIZE: usize = 12 * 1024;

/// Bytes that are enough for a journal on every machine. `opi_journal_size` says how many this one needs.
pub const OPI_JOURNAL_SIZE: usize = 3 * 1024;

/// Where memory of a session or a journal may begin: at a multiple of this.
pub const OPI_SESSION_ALIGN: usize = 8;

/// Smallest receive window, in bytes.
pub const OPI_WINDOW_MIN: usize = 128;

/// Smallest buffer for frames and records, in bytes: whatever the terminal may ask can be answered with it.
pub const OPI_BUFFER_MIN: usize = 2048;

const _: () = assert!(size_of::<Session>() <= OPI_SESSION_SIZE && align_of::<Session>() <= OPI_SESSION_ALIGN);
const _: () = assert!(size_of::<Journal>() <= OPI_JOURNAL_SIZE && align_of::<Journal>() <= OPI_SESSION_ALIGN);
const _: () = assert!(OPI_WINDOW_MIN == limits::WINDOW_MIN && OPI_BUFFER_MIN == limits::TRANSMIT_MIN);
const _: () = assert!(OPI_BUFFER_MIN >= opi_core::journal::MAX_RECORD);

/// A lane: the till's side of the conversation with one terminal.
#[derive(Debug)]
pub struct Session {
    core: Lane,
    refusal: Option<Misuse>,
    /// A call did not come back: there was a panic, and nobody knows what was half done.
    broken: bool,
}

/// The windows belong to the session as long as the caller uses it.
struct Lane(CoreSession<'static, OPI_DEVICE_LINKS>);

impl core::fmt::Debug for Lane {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        out.debug_struct("Lane").field("phase", &self.0.phase()).finish_non_exhaustive()
    }
}

/// Memory for what came in and was not read yet. Messages of any length pass through it; more makes fewer and larger
/// steps. The session owns it as long as it is used.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Window {
    /// The first byte.
    pub data: *mut u8,
    /// How many, at least OPI_WINDOW_MIN.
    pub length: usize,
}

/// The windows of a session.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Windows {
    /// For the answers on channel 0.
    pub request: Window,
    /// For the answer to an abort.
    pub abort: Window,
    /// For the callbacks on channel 1.
    pub device: [Window; OPI_DEVICE_LINKS],
}

/// The request whose result is unknown. It blocks the lane.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Unresolved {
    /// The request.
    pub request_id: u32,
    /// The request type as it went on the wire.
    pub request_type: Str,
    /// The amount asked for.
    pub amount: Money,
    /// When it was asked for.
    pub at: WallTime,
    /// Approval code or transaction reference that a receipt of it already showed.
    pub reference: Str,
    /// Why its result is unknown.
    pub reason: Reason,
    /// 1 if more requests of the lane are unresolved.
    pub others: u8,
}

impl Window {
    /// # Safety
    /// The memory is the session's from now on.
    unsafe fn lent(self) -> Result<&'static mut [u8], Status> {
        // SAFETY: passed on to the caller.
        unsafe { bytes_mut(self.data, self.length) }
    }
}

impl Session {
    pub(crate) fn core(&self) -> &CoreSession<'static, OPI_DEVICE_LINKS> {
        &self.core.0
    }
}

/// Does something with a session that can change it.
///
/// # Safety
/// `session` is null or was made by `opi_session_new`, and nobody else uses it meanwhile.
unsafe fn enter(session: *mut Session, body: impl FnOnce(&mut Session) -> Result<(), Status>) -> Status {
    status(|| {
        // SAFETY: passed on to the caller.
        let session = unsafe { session.as_mut() }.ok_or(Status::NullPointer)?;
        if session.broken {
            return Err(Status::Panic);
        }
        session.broken = true;
        let done = body(session);
        session.broken = false;
        done
    })
}

/// How many bytes a session needs on this machine.
#[unsafe(no_mangle)]
pub extern "C" fn opi_session_size() -> usize {
    size_of::<Session>()
}

/// Makes a lane at rest in `memory`, and says in `session` where it stands.
///
/// With a journal that was read to its end, numbers go on where it ends, what it knows of the last transaction is
/// known, and its oldest request without an end blocks the lane. Without one (null) the settings have to be right.
///
/// There is nothing to release: a session that is not used any more is memory. Close its connections.
///
/// # Safety
/// `memory` has `size` bytes. It and the windows belong to the session as long as it is used. The settings are readable,
/// texts included. `journal` is null or was made by `opi_journal_new`. `session` has room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_session_new(
    memory: *mut u8,
    size: usize,
    settings: *const Settings,
    windows: *const Windows,
    journal: *const Journal,
    session: *mut *mut Session,
) -> Status {
    status(|| {
        // SAFETY: the caller's promise.
        let mut core = unsafe { look(settings)?.core() }?;
        // SAFETY: the caller's promise.
        let journal = unsafe { journal.as_ref() };
        if let Some(journal) = journal {
            journal.continue_in(&mut core)?;
        }
        let make = || {
            // SAFETY: the caller's promise.
            let Windows { request, abort, device: [first, second] } = *unsafe { look(windows) }?;
            // SAFETY: the caller's promise, for all four.
            let (request, abort) = unsafe { (request.lent()?, abort.lent()?) };
            // SAFETY: as above.
            let device = unsafe { [first.lent()?, second.lent()?] };
            let mut core = CoreSession::new(core, Memory { request, abort, device })?;
            if let Some(unresolved) = journal.and_then(Journal::unresolved) {
                core.set_unresolved(unresolved);
            }
            Ok(Session { core: Lane(core), refusal: None, broken: false })
        };
        // SAFETY: the caller's promise.
        unsafe { settle(memory, size, session, make) }
    })
}

/// Takes in what happened, at `now` in milliseconds of any clock that never goes back. Afterwards call
/// `opi_poll_output` until it says OPI_OUTPUT_WAIT.
///
/// # Safety
/// `session` was made by `opi_session_new`, and nobody else uses it meanwhile. `input` is readable, with what it points
/// to; nothing of it is kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_handle_input(session: *mut Session, now: u64, input: *const Input) -> Status {
    let body = |session: &mut Session| {
        // SAFETY: the caller's promise.
        let input = unsafe { checked(input) }?;
        let now = Instant::from_millis(now);
        // SAFETY: the caller's promise.
        let told = unsafe { input.with_core(|input| session.core.0.handle_input(now, input)) }?;
        session.refusal = told.err();
        session.refusal.map_or(Ok(()), |misuse| Err(misuse.into()))
    };
    // SAFETY: the caller's promise.
    unsafe { enter(session, body) }
}

/// What is to be done next. Call it until it says OPI_OUTPUT_WAIT; do what each output says, and report the result by
/// `opi_handle_input`. You may report from inside the drain.
///
/// Frames and records are written to the front of `buffer`. They, and every text of the output, stand until the next
/// call with this session.
///
/// # Safety
/// `session` was made by `opi_session_new`, and nobody else uses it meanwhile. `buffer` has `size` bytes; `next` has
/// room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_poll_output(
    session: *mut Session,
    buffer: *mut u8,
    size: usize,
    next: *mut Output,
) -> Status {
    let body = |session: &mut Session| {
        // SAFETY: the caller's promise.
        let buffer = unsafe { bytes_mut(buffer, size) }?;
        if buffer.len() < OPI_BUFFER_MIN {
            return Err(Status::BufferTooSmall);
        }
        if next.is_null() {
            return Err(Status::NullPointer);
        }
        let core = session.core.0.poll_output(buffer);
        let told = output(core, buffer);
        // SAFETY: the caller's promise.
        unsafe { give(next, told) }
    };
    // SAFETY: the caller's promise.
    unsafe { enter(session, body) }
}

/// Lets the oldest request without an end in the journal block the lane, if none does and no operation is in progress.
/// To be called whenever the session waits and nothing is being stored: one decision may not be the last.
///
/// # Safety
/// Both were made by this library, and nobody else uses them meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_session_take_up(session: *mut Session, journal: *const Journal) -> Status {
    let body = |session: &mut Session| {
        // SAFETY: the caller's promise.
        let journal = unsafe { look(journal) }?;
        if session.core().is_idle()
            && session.core().unresolved().is_none()
            && let Some(unresolved) = journal.unresolved()
        {
            session.core.0.set_unresolved(unresolved);
        }
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { enter(session, body) }
}

/// How many bytes OPI_INPUT_RECEIVED may bring on this connection now.
///
/// # Safety
/// `session` is null or was made by `opi_session_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_session_room(session: *const Session, link: u32) -> usize {
    guard(0, || {
        // SAFETY: the caller's promise.
        let session = unsafe { session.as_ref() };
        session.zip(link::link(link).ok()).map_or(0, |(session, link)| session.core().room(link))
    })
}

/// A slot for a connection that the terminal opens, or OPI_LINK_NONE: then give OPI_INPUT_CROWDED and keep it waiting.
///
/// # Safety
/// `session` is null or was made by `opi_session_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_session_free_link(session: *const Session) -> u32 {
    guard(OPI_LINK_NONE, || {
        // SAFETY: the caller's promise.
        let session = unsafe { session.as_ref() };
        session.and_then(|session| session.core().free_device_slot()).map_or(OPI_LINK_NONE, link::code)
    })
}

/// 1 if no operation is in progress.
///
/// # Safety
/// `session` is null or was made by `opi_session_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_session_is_idle(session: *const Session) -> u8 {
    // SAFETY: the caller's promise.
    guard(0, || unsafe { session.as_ref() }.map_or(0, |session| session.core().is_idle().into()))
}

/// The number that the next request will have, or 0 without a session.
///
/// # Safety
/// `session` is null or was made by `opi_session_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_session_next_request(session: *const Session) -> u32 {
    // SAFETY: the caller's promise.
    guard(0, || unsafe { session.as_ref() }.map_or(0, |session| session.core().next_request().get()))
}

/// The request whose result is unknown: 1 if there is one. Its texts stand until the next call with this session.
///
/// # Safety
/// `session` is null or was made by `opi_session_new`; `unresolved` is null or has room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_session_unresolved(session: *const Session, unresolved: *mut Unresolved) -> u8 {
    guard(0, || {
        // SAFETY: the caller's promise.
        let Some(core) = unsafe { session.as_ref() }.and_then(|session| session.core().unresolved()) else {
            return 0;
        };
        let told = Unresolved {
            request_id: core.request_id.get(),
            request_type: Str::of(core.request_type.as_str()),
            amount: core.amount.into(),
            at: WallTime { unix_seconds: core.at.unix_seconds(), offset_minutes: core.at.offset_minutes().into() },
            reference: Str::of_some(core.reference.as_ref().map(|reference| reference.as_str())),
            reason: core.reason.map_or(Reason::None, Reason::from),
            others: core.others.into(),
        };
        // SAFETY: the caller's promise. Without room only the answer is wanted.
        let _ = unsafe { give(unresolved, told) };
        1
    })
}

/// Writes a sentence on the last input that was refused as a misuse, and a zero behind it, as much as has room; how many
/// bytes the whole text has.
///
/// # Safety
/// `session` is null or was made by `opi_session_new`; `to` has room for `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_session_refusal(session: *const Session, to: *mut c_char, size: usize) -> usize {
    guard(0, || {
        // SAFETY: the caller's promise.
        let refusal = unsafe { session.as_ref() }.and_then(|session| session.refusal);
        let text: &dyn core::fmt::Display = refusal.as_ref().map_or(&"", |misuse| misuse);
        // SAFETY: the caller's promise.
        unsafe { tell(text, to, size) }
    })
}

/// Which lane the first bytes of a connection are for, where several tills share a listener: 1 if it is known, 0 if more
/// bytes are needed. A connection that names no lane, or says no message, is known and has no name.
///
/// # Safety
/// `data` has `length` bytes; `to` has room for `size` bytes, of which 41 are enough.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn opi_workstation_of(bytes: Bytes, to: *mut c_char, size: usize) -> u8 {
    use opi_core::opi::route::{Routed, workstation_of};
    guard(0, || {
        // SAFETY: the caller's promise.
        let Ok(bytes) = (unsafe { crate::border::bytes(bytes.data, bytes.length) }) else { return 0 };
        match workstation_of(bytes) {
            Routed::Incomplete => 0,
            Routed::Lane(lane) => {
                // SAFETY: the caller's promise.
                unsafe { tell(&lane, to, size) };
                1
            }
            _ => {
                // SAFETY: the caller's promise.
                unsafe { tell(&"", to, size) };
                1
            }
        }
    })
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::{Lane, OPI_BUFFER_MIN, Session, enter, opi_handle_input, opi_poll_output};
    use crate::Status;
    use crate::input::Input;
    use opi_core::id::{RequestId, WorkstationId};
    use opi_core::opi::{Memory, Profile, Session as CoreSession, Settings};

    #[test]
    #[allow(clippy::unwrap_used)]
    fn a_panic_ends_at_the_border_and_the_session_with_it() {
        let leak = || Box::leak(vec![0u8; 128].into_boxed_slice());
        let settings = Settings::new(WorkstationId::new("lane-1").unwrap(), &Profile::NEXI, RequestId::FIRST);
        let memory = Memory { request: leak(), abort: leak(), device: [leak(), leak()] };
        let core = Lane(CoreSession::new(settings, memory).unwrap());
        let mut session = Session { core, refusal: None, broken: false };
        let (session, mut buffer) = (&raw mut session, [0; OPI_BUFFER_MIN]);
        let mut next = core::mem::MaybeUninit::uninit();
        // SAFETY: the session is ours, and there is room.
        unsafe {
            assert_eq!(opi_handle_input(session, 0, &Input::Tick), Status::Ok);
            assert_eq!(enter(session, |_| panic!("a mistake, on purpose")), Status::Panic);
            assert_eq!(opi_handle_input(session, 0, &Input::Tick), Status::Panic);
            let polled = opi_poll_output(session, buffer.as_mut_ptr(), buffer.len(), next.as_mut_ptr());
            assert_eq!(polled, Status::Panic);
        }
    }
}
