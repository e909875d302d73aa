//! The till's side of one lane: a machine that takes [`Input`]s and gives [`Output`]s.
//!
//! | file | what is in it |
//! | --- | --- |
//! | [`table`] | the states of a request and every edge between them, for all protocols |
//! | `input`, `output` | what happened, and what is to be done next |
//! | `flow` | what is done on an edge |
//! | `current`, `request` | the request in progress; an operation as a message |
//! | `send` | frames that leave |
//! | `answer`, `classify` | what an answer says, and what it means |
//! | `callback`, `desk`, `device` | what comes in, whose it is, and what the terminal asks of the till |
//! | `detail` | facts that are told by their names |
//! | `recovery`, `inquiry` | what is asked about a lost answer |
//! | `receipt`, `weigh` | what a receipt shows, and what settles a lost answer |
//! | `abort` | stopping, beside the request in progress |
//! | `lane` | the connections: what came on each, and what is leaving |
//! | `reading` | the one message that is read |

mod abort;
mod answer;
mod callback;
mod classify;
mod current;
mod desk;
mod detail;
mod device;
mod flow;
mod input;
mod inquiry;
mod lane;
mod output;
#[cfg(feature = "proof")]
mod proof;
mod reading;
mod receipt;
mod recovery;
mod request;
mod send;
mod weigh;

pub use answer::Gathering;
pub use classify::{Evidence, classify};

use self::current::Current;
use self::lane::{Lane, Lanes, Stage};
use super::settings::{ConfigError, Settings};
use crate::drive::{Input, Link, Misuse, Output};
use crate::id::RequestId;
use crate::journal::Unresolved;
use crate::limits;
pub use crate::session::table;
use crate::session::table::Phase;
use crate::session::{Aborting, Progress, Work};
use crate::time::{Instant, Span};

/// Memory of one session, lent by the caller: a receive window for each connection.
///
/// A window holds what was received and not read yet; messages of any length pass through it. At least
/// [`limits::WINDOW_MIN`] bytes each; more makes fewer and larger steps.
#[derive(Debug)]
pub struct Memory<'m, const D: usize> {
    /// For the answers on channel 0.
    pub request: &'m mut [u8],
    /// For the answer to an abort.
    pub abort: &'m mut [u8],
    /// For the callbacks on channel 1: as many as connections may be open at once.
    pub device: [&'m mut [u8]; D],
}

impl<'m, const D: usize> Memory<'m, D> {
    /// The same memory, once it is known to be enough.
    ///
    /// # Errors
    /// Windows that are too small, or no device connection.
    pub fn checked(self) -> Result<Checked<'m, D>, ConfigError> {
        if D == 0 || D > usize::from(u8::MAX) {
            return Err(ConfigError::DeviceLinks);
        }
        for window in [&*self.request, &*self.abort].into_iter().chain(self.device.iter().map(|window| &**window)) {
            let bytes = window.len();
            if bytes < limits::WINDOW_MIN {
                return Err(ConfigError::WindowTooSmall { bytes });
            }
        }
        Ok(Checked(self))
    }
}

/// [`Memory`] that is enough for a session.
#[derive(Debug)]
pub struct Checked<'m, const D: usize>(Memory<'m, D>);

/// A fault is told before anything else is read, so there is one at a time.
type Stash = crate::session::Stash<{ limits::LENT }, 1>;

/// One lane: see the [module](self).
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub struct Session<'m, const D: usize> {
    abort: Aborting,
    /// The terminal wants to open a connection, and there is no slot for it.
    crowded: bool,
    settings: Settings<Span>,
    progress: Progress,
    current: Work<Current>,
    stash: Stash,
    lanes: Lanes<'m, D>,
}

impl<'m, const D: usize> Session<'m, D> {
    /// A lane at rest.
    ///
    /// # Errors
    /// Windows that are too small, or no device connection.
    pub fn new(settings: Settings, memory: Memory<'m, D>) -> Result<Self, ConfigError> {
        Ok(Self::with(settings, memory.checked()?))
    }

    /// A lane at rest, like [`new`](Self::new). What cannot fail can be made where it is to stay: a session is large,
    /// and each move takes its size of the stack.
    #[must_use]
    #[inline(always)]
    pub fn with(settings: Settings, Checked(memory): Checked<'m, D>) -> Self {
        let (limit, tolerance) = (settings.frame_limit, settings.profile.tolerance);
        Self {
            lanes: Lanes::new(memory, limit, tolerance),
            progress: Progress::new(settings.first_request, settings.first_sheet),
            settings: settings.kept_in(),
            current: Work::Rest,
            abort: Aborting::new(),
            stash: Stash::new(),
            crowded: false,
        }
    }

    /// Says that the result of an earlier request is unknown, as a restart finds it in the store. It blocks the lane
    /// until it is settled (I6).
    pub fn set_unresolved(&mut self, unresolved: Unresolved) {
        self.progress.set_unresolved(unresolved);
    }

    /// The request whose result is unknown, if any.
    #[must_use]
    pub const fn unresolved(&self) -> Option<&Unresolved> {
        self.progress.unresolved()
    }

    /// The number that the next request will have, aborts and questions about lost answers included. An adapter that
    /// reserves numbers ahead sees from it how many are left (I5).
    #[must_use]
    pub const fn next_request(&self) -> RequestId {
        self.progress.counters.next_request()
    }

    /// Whether no operation is in progress.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.progress.is_idle()
    }

    /// Where the request in progress stands.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.progress.phase()
    }

    /// The settings of the lane.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings.clone().kept_in()
    }

    /// How many bytes [`Input::Received`] may bring on this connection now.
    #[must_use]
    pub fn room(&self, link: Link) -> usize {
        self.lanes.get(link).map_or(0, Lane::room)
    }

    /// A slot for a connection that the terminal opens, if one is free.
    #[must_use]
    pub fn free_device_slot(&self) -> Option<Link> {
        let slot = self.lanes.device.iter().position(|lane| lane.stage() == Stage::Closed)?;
        u8::try_from(slot).ok().map(Link::Device)
    }

    /// Takes in what happened.
    ///
    /// # Errors
    /// [`Misuse`] by the till or the adapter; the state is as before.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) -> Result<(), Misuse> {
        self.progress.is_at(now)?;
        self.take(input)
    }

    /// What is to be done next. Call it until it gives [`Output::Wait`].
    ///
    /// A frame is written to the front of `tx`: take it from there before the next call.
    #[must_use]
    pub fn poll_output(&mut self, tx: &mut [u8]) -> Output<'_> {
        loop {
            if let Some(next) = self.advance(tx) {
                return self.output(next);
            }
            // Time is looked at last: what came in before its deadline counts, however late it is read.
            if !self.is_due() && !self.expire() {
                return Output::Wait(self.waiting());
            }
        }
    }

    /// Whether something became due while reading.
    fn is_due(&self) -> bool {
        self.progress.is_due()
            || self.abort.has_news()
            || self.stash.is_due()
            || self.lanes.is_due()
            || self.lanes.all().any(|(_, lane)| lane.is_closing())
    }
}
