//! A session together with the memory that it borrows.

use opi_core::drive::{Input, Link, Misuse, Output};
use opi_core::id::RequestId;
use opi_core::journal::Unresolved;
use opi_core::opi::{ConfigError, Memory, Session, Settings};
use opi_core::time::Instant;
use self_cell::{MutBorrow, self_cell};

use crate::config::{DEVICE_SLOTS, WINDOW};

/// The receive windows.
struct Windows {
    request: Box<[u8]>,
    abort: Box<[u8]>,
    device: [Box<[u8]>; DEVICE_SLOTS],
}

impl Windows {
    fn new() -> Self {
        let window = || vec![0; WINDOW].into_boxed_slice();
        Self { request: window(), abort: window(), device: std::array::from_fn(|_| window()) }
    }
}

type Borrowing<'m> = Session<'m, DEVICE_SLOTS>;

self_cell!(
    struct Cell {
        owner: MutBorrow<Windows>,
        #[not_covariant]
        dependent: Borrowing,
    }
);

/// A session that can be kept and moved like any other value.
pub(crate) struct Machine(Cell);

impl Machine {
    pub(crate) fn new(settings: Settings) -> Result<Self, ConfigError> {
        Cell::try_new(MutBorrow::new(Windows::new()), |windows| {
            let Windows { request, abort, device } = windows.borrow_mut();
            let device = device.each_mut().map(|window| &mut **window);
            Session::new(settings, Memory { request, abort, device })
        })
        .map(Self)
    }

    pub(crate) fn handle_input(&mut self, now: Instant, input: Input<'_>) -> Result<(), Misuse> {
        self.0.with_dependent_mut(|_, session| session.handle_input(now, input))
    }

    /// Gives what is to be done to `then`.
    pub(crate) fn poll_output<R>(&mut self, transmit: &mut [u8], then: impl FnOnce(Output<'_>) -> R) -> R {
        self.0.with_dependent_mut(|_, session| then(session.poll_output(transmit)))
    }

    pub(crate) fn room(&self, link: Link) -> usize {
        self.0.with_dependent(|_, session| session.room(link))
    }

    pub(crate) fn free_device_slot(&self) -> Option<Link> {
        self.0.with_dependent(|_, session| session.free_device_slot())
    }

    pub(crate) fn unresolved(&self) -> Option<Unresolved> {
        self.0.with_dependent(|_, session| session.unresolved().cloned())
    }

    pub(crate) fn set_unresolved(&mut self, unresolved: Unresolved) {
        self.0.with_dependent_mut(|_, session| session.set_unresolved(unresolved));
    }

    pub(crate) fn next_request(&self) -> RequestId {
        self.0.with_dependent(|_, session| session.next_request())
    }

    pub(crate) fn settings(&self) -> Settings {
        self.0.with_dependent(|_, session| session.settings().clone())
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.0.with_dependent(|_, session| session.is_idle())
    }
}
