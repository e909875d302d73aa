//! A session together with the memory that it borrows.

use opi_core::drive::{Input, Link, Misuse, Output};
use opi_core::id::RequestId;
use opi_core::journal::Unresolved;
#[cfg(feature = "terminal-api")]
use opi_core::nexo;
use opi_core::opi::{self, ConfigError, Memory, Session};
use opi_core::time::Instant;
use self_cell::{MutBorrow, self_cell};

#[cfg(feature = "terminal-api")]
use crate::config::ANSWER;
use crate::config::{DEVICE_SLOTS, WINDOW};

/// The receive windows of an OPI session.
struct Windows {
    request: Box<[u8]>,
    abort: Box<[u8]>,
    device: [Box<[u8]>; DEVICE_SLOTS],
}

impl Windows {
    fn new() -> Self {
        Self { request: zeros(WINDOW), abort: zeros(WINDOW), device: std::array::from_fn(|_| zeros(WINDOW)) }
    }
}

/// The answers that a Terminal API session reads.
#[cfg(feature = "terminal-api")]
struct Answers {
    request: Box<[u8]>,
    abort: Box<[u8]>,
}

fn zeros(length: usize) -> Box<[u8]> {
    vec![0; length].into_boxed_slice()
}

type OpiSession<'m> = Session<'m, DEVICE_SLOTS>;

self_cell!(
    pub(crate) struct OpiCell {
        owner: MutBorrow<Windows>,
        #[not_covariant]
        dependent: OpiSession,
    }
);

#[cfg(feature = "terminal-api")]
type ApiSession<'m> = nexo::Session<'m>;

#[cfg(feature = "terminal-api")]
self_cell!(
    pub(crate) struct ApiCell {
        owner: MutBorrow<Answers>,
        #[not_covariant]
        dependent: ApiSession,
    }
);

/// A session that can be kept and moved like any other value.
pub(crate) enum Machine {
    Opi(OpiCell),
    #[cfg(feature = "terminal-api")]
    Api(ApiCell),
}

/// What a lane is.
pub(crate) enum Settings {
    Opi(opi::Settings),
    #[cfg(feature = "terminal-api")]
    Api(nexo::Settings),
}

/// Both sessions take the same calls.
macro_rules! session {
    ($machine:expr, $with:ident, $session:ident => $call:expr) => {
        match $machine {
            Machine::Opi(cell) => cell.$with(|_, $session| $call),
            #[cfg(feature = "terminal-api")]
            Machine::Api(cell) => cell.$with(|_, $session| $call),
        }
    };
}

impl Machine {
    pub(crate) fn opi(settings: opi::Settings) -> Result<Self, ConfigError> {
        OpiCell::try_new(MutBorrow::new(Windows::new()), |windows| {
            let Windows { request, abort, device } = windows.borrow_mut();
            let device = device.each_mut().map(|window| &mut **window);
            Session::new(settings, Memory { request, abort, device })
        })
        .map(Self::Opi)
    }

    #[cfg(feature = "terminal-api")]
    pub(crate) fn api(settings: nexo::Settings) -> Result<Self, nexo::ConfigError> {
        let answers = Answers { request: zeros(ANSWER), abort: zeros(WINDOW) };
        ApiCell::try_new(MutBorrow::new(answers), |answers| {
            let Answers { request, abort } = answers.borrow_mut();
            nexo::Session::new(settings, nexo::Memory { request, abort })
        })
        .map(Self::Api)
    }

    pub(crate) fn handle_input(&mut self, now: Instant, input: Input<'_>) -> Result<(), Misuse> {
        session!(self, with_dependent_mut, session => session.handle_input(now, input))
    }

    /// Gives what is to be done to `then`.
    pub(crate) fn poll_output<R>(&mut self, transmit: &mut [u8], then: impl FnOnce(Output<'_>) -> R) -> R {
        session!(self, with_dependent_mut, session => then(session.poll_output(transmit)))
    }

    pub(crate) fn room(&self, link: Link) -> usize {
        session!(self, with_dependent, session => session.room(link))
    }

    /// `None` also where the terminal opens no connections.
    pub(crate) fn free_device_slot(&self) -> Option<Link> {
        match self {
            Self::Opi(cell) => cell.with_dependent(|_, session| session.free_device_slot()),
            #[cfg(feature = "terminal-api")]
            Self::Api(_) => None,
        }
    }

    pub(crate) fn unresolved(&self) -> Option<Unresolved> {
        session!(self, with_dependent, session => session.unresolved().cloned())
    }

    pub(crate) fn set_unresolved(&mut self, unresolved: Unresolved) {
        session!(self, with_dependent_mut, session => session.set_unresolved(unresolved));
    }

    pub(crate) fn next_request(&self) -> RequestId {
        session!(self, with_dependent, session => session.next_request())
    }

    pub(crate) fn is_idle(&self) -> bool {
        session!(self, with_dependent, session => session.is_idle())
    }

    /// The settings of the lane.
    pub(crate) fn settings(&self) -> Settings {
        match self {
            Self::Opi(cell) => Settings::Opi(cell.with_dependent(|_, session| session.settings())),
            #[cfg(feature = "terminal-api")]
            Self::Api(cell) => Settings::Api(cell.with_dependent(|_, session| session.settings().clone())),
        }
    }
}
