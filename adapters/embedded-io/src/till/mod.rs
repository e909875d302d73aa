//! The till: a session, its connections, its store and its clock in one value.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `mod` | what a program calls |
//! | `wait` | waiting until something happens, and telling it to the session |
//! | `work` | what the session wants done |
//! | `report` | reports to the session, and troubles |

mod report;
mod wait;
mod work;

use core::fmt;
use core::mem::MaybeUninit;
use core::task::Poll;
use core::time::Duration;

use heapless::Vec;
use opi_core::drive::{Answer, Input, Link, Misuse, QuestionId, Wait, Why};
use opi_core::id::{Id, RequestId};
use opi_core::journal::Unresolved;
use opi_core::limits::{OPEN_SHEETS, OPERATION_REQUESTS, WORKSTATION_ID};
use opi_core::operation::{Facts, Finished, Outcome, Reason, Request, SettledBy};
use opi_core::opi::{self, Checked, ConfigError, Session, Settings};
use opi_core::receipt::SheetId;
use opi_core::time::Instant;

use crate::cashier::Cashier;
use crate::clock::Clock;
use crate::connection::Connection;
use crate::memory::Memory;
use crate::store::Store;
use crate::wire::Wire;

/// Why there is no till.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// The settings or the memory do not fit.
    Settings(ConfigError),
    /// The store has the records of another lane.
    OtherLane {
        /// Its name.
        workstation: Id<WORKSTATION_ID>,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(error) => error.fmt(out),
            Self::OtherLane { workstation } => write!(out, "the journal is that of workstation {workstation}"),
        }
    }
}

impl core::error::Error for OpenError {}

/// What [`Till::next`] tells. Everything else goes to the [`Cashier`] as it happens.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Notice<'t> {
    /// The till now waits for something else.
    Waiting(Why),
    /// The operation ended. Lent until the next call: it is large.
    Finished(&'t Finished),
}

/// A till that pays on one terminal.
///
/// [`start`](Self::start) an operation, then call [`next`](Self::next) until it gives [`Notice::Finished`]; or
/// [`run`](Self::run) it. Nothing happens between the calls: no byte is read, no deadline kept. A till that is idle may
/// call `next` too; it then serves what the terminal sends of its own accord.
///
/// It has `N` wires: the first for its requests, the second for aborts ([`NoWire`](crate::NoWire) where there is none),
/// the others for the terminal to come in. `D` connections of the terminal are served at one time. One wire more than
/// `D + 2` is of use where connections may be left open: a new one is then seen, and makes room for itself.
///
/// While a frame is leaving, what comes in is taken in as far as there is room, but nothing is done about it; a frame
/// that does not leave within [`Timeouts::send`](opi_core::opi::Timeouts::send) is given up.
pub struct Till<'m, W, S: Store, C, const N: usize, const D: usize> {
    session: Session<'m, D>,
    transmit: &'m mut [u8],
    connections: [Connection<W>; N],
    /// The connection that is looked at first, so that a busy one does not hold up the others.
    turn: usize,
    /// What is taken from connections since a deadline passed.
    overdue: usize,
    sending: Option<Sending>,
    /// How long a frame may take to leave.
    within: Duration,
    store: S,
    /// The sheets that have to be stored and have not ended, and whether everything of them is stored so far.
    sheets: Vec<(SheetId, bool), OPEN_SHEETS>,
    clock: C,
    /// What the session waits for, as of the last drain.
    wait: Wait,
    /// What was last told of it; `None` if it is to be told again.
    told: Option<Why>,
    /// How the last operation ended.
    finished: Option<Finished>,
    /// That is still to be told.
    has_finished: bool,
    /// Why an operation was not begun: no request numbers could be reserved. To be told.
    unreserved: Option<S::Error>,
}

/// A frame that is leaving.
#[derive(Clone, Copy)]
struct Sending {
    link: Link,
    length: usize,
    /// How many of its bytes the wire took.
    written: usize,
    /// When it is given up.
    until: Instant,
}

impl<'m, W: Wire, S: Store, C: Clock, const N: usize, const D: usize> Till<'m, W, S, C, N, D> {
    /// Makes a till and lets callbacks for it come in. Nothing is sent. A store that remembers earlier runs sets the
    /// first numbers of the settings.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn new(
        settings: Settings,
        memory: Memory<'m, D>,
        wires: [W; N],
        store: S,
        clock: C,
    ) -> Result<Self, OpenError> {
        let (settings, windows) = prepared(settings, memory.windows, &store)?;
        let mut till = Self::closed(settings, windows, memory.transmit, wires, store, clock);
        till.open();
        Ok(till)
    }

    /// The same, in a place that stays, such as a static: a till is large, and each move takes its size of the stack.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn new_in<'p>(
        place: &'p mut MaybeUninit<Self>,
        settings: Settings,
        memory: Memory<'m, D>,
        wires: [W; N],
        store: S,
        clock: C,
    ) -> Result<&'p mut Self, OpenError> {
        let (settings, windows) = prepared(settings, memory.windows, &store)?;
        let till = place.write(Self::closed(settings, windows, memory.transmit, wires, store, clock));
        till.open();
        Ok(till)
    }

    #[inline(always)] // So that it is made where it stays.
    pub(crate) fn closed(
        settings: Settings,
        windows: Checked<'m, D>,
        transmit: &'m mut [u8],
        wires: [W; N],
        store: S,
        clock: C,
    ) -> Self {
        const { assert!(N >= 3, "a wire for requests, one for aborts, at least one for the terminal") };
        let mut links = [Some(Link::Request), Some(Link::Abort)].into_iter();
        Self {
            within: settings.timeouts.send,
            session: Session::with(settings, windows),
            transmit,
            connections: wires.map(|wire| Connection::new(wire, links.next().flatten())),
            turn: 0,
            overdue: 0,
            sending: None,
            store,
            sheets: Vec::new(),
            clock,
            wait: Wait { until: None, why: Why::Idle },
            told: Some(Why::Idle),
            finished: None,
            has_finished: false,
            unreserved: None,
        }
    }

    /// Takes up what earlier runs left, and lets the terminal connect.
    pub(crate) fn open(&mut self) {
        self.take_up_unresolved();
        // If it fails, it fails again and is told when the first operation begins.
        let _ = self.listen();
    }

    /// Begins an operation. It goes on in [`next`](Self::next).
    ///
    /// # Errors
    /// [`Misuse::Busy`], [`Misuse::Unresolved`] and what else the session refuses; nothing was sent then. A store that
    /// cannot reserve request numbers is no misuse: the operation then ends as not sent.
    pub fn start(&mut self, request: &Request) -> Result<(), Misuse> {
        let blocked = request.operation.moves_money() && self.session.unresolved().is_some();
        if self.has_finished {
            return Err(Misuse::Busy);
        }
        if self.session.is_idle() && !blocked && !self.reserve() {
            self.not_begun(None, Outcome::NotSent);
            return Ok(());
        }
        self.give(Input::Start(request))
    }

    /// Asks the terminal to stop the operation in progress. Its outcome still comes as [`Notice::Finished`] (I8).
    ///
    /// # Errors
    /// [`Misuse::NothingToAbort`], [`Misuse::TooManyAborts`].
    pub fn abort(&mut self) -> Result<(), Misuse> {
        self.give(Input::Abort)
    }

    /// Gives the cashier's answer to a question.
    ///
    /// # Errors
    /// [`Misuse::NoSuchQuestion`], [`Misuse::WrongAnswer`]; the question then stands as before.
    pub fn answer(&mut self, question: QuestionId, answer: Answer<'_>) -> Result<(), Misuse> {
        self.give(Input::Answer(question, answer))
    }

    /// Gives a person's decision about the unresolved request, with a word on it of which the first
    /// [`NOTE`](opi_core::limits::NOTE) bytes are stored. The lane is free once [`next`](Self::next) stored it: then
    /// [`Notice::Waiting`] tells that the till waits for nothing, or for the next unresolved request to be settled. If it
    /// cannot be stored, the cashier is told the trouble, and the request is as unresolved as before.
    ///
    /// # Errors
    /// [`Misuse::NotUnresolved`].
    pub fn resolve(&mut self, request: RequestId, charged: bool, note: &str) -> Result<(), Misuse> {
        // A store that is quick leaves no trace of having been waited for.
        self.give(Input::Resolve { request, charged, note }).inspect(|()| self.told = None)
    }

    /// Has the terminal asked about the unresolved request, with questions that move no money. The end comes as
    /// [`Notice::Finished`].
    ///
    /// # Errors
    /// [`Misuse::NotUnresolved`], [`Misuse::Busy`].
    pub fn recover(&mut self) -> Result<(), Misuse> {
        if self.has_finished {
            return Err(Misuse::Busy);
        }
        if self.session.is_idle()
            && let Some(request_id) = self.session.unresolved().map(|unresolved| unresolved.request_id)
            && !self.reserve()
        {
            self.not_begun(Some(request_id), Outcome::Unknown);
            return Ok(());
        }
        let wall = self.clock.wall();
        self.give(Input::Recover(wall))
    }

    /// The request whose result is unknown, if there is one. It blocks the lane (I6).
    #[must_use]
    pub const fn unresolved(&self) -> Option<&Unresolved> {
        self.session.unresolved()
    }

    /// Whether no operation is in progress.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.session.is_idle() && !self.has_finished
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// The clock.
    #[must_use]
    pub const fn clock(&self) -> &C {
        &self.clock
    }

    /// Drives the till until there is something to tell. Waits for ever if nothing is in progress and the terminal
    /// sends nothing.
    ///
    /// # Cancel safety
    /// A call may be dropped at any time: what was half opened, half sent or half read is part of the till and of its
    /// wires, and the next call goes on with it. No notice is lost, and no event is told twice.
    pub async fn next(&mut self, cashier: &mut impl Cashier) -> Notice<'_> {
        while !self.drain(cashier) {
            let woken = self.wait(cashier).await;
            self.handle(woken, cashier);
        }
        self.notice()
    }

    /// Drives the till as far as it comes at once: [`notice`](Self::notice) has something to tell when this is ready.
    pub(crate) fn poll(&mut self, cashier: &mut impl Cashier) -> Poll<()> {
        while !self.drain(cashier) {
            match self.look(cashier) {
                Poll::Ready(woken) => self.handle(woken, cashier),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(())
    }

    /// What there is to tell.
    pub(crate) fn notice(&mut self) -> Notice<'_> {
        match &self.finished {
            Some(finished) if self.has_finished => {
                self.has_finished = false;
                Notice::Finished(finished)
            }
            _ => {
                self.told = Some(self.wait.why);
                Notice::Waiting(self.wait.why)
            }
        }
    }

    /// Starts an operation and drives it to its end.
    ///
    /// # Errors
    /// Those of [`start`](Self::start).
    ///
    /// # Cancel safety
    /// Dropped, the operation is still in progress: call [`next`](Self::next) until it has ended.
    pub async fn run(&mut self, request: &Request, cashier: &mut impl Cashier) -> Result<&Finished, Misuse> {
        self.start(request)?;
        while !matches!(self.next(cashier).await, Notice::Finished(_)) {}
        self.last()
    }

    /// How the last operation ended, after one did.
    pub(crate) fn last(&self) -> Result<&Finished, Misuse> {
        self.finished.as_ref().ok_or(Misuse::Busy)
    }

    /// Whether an operation has all the request numbers that it may need, stored before it begins (I5).
    fn reserve(&mut self) -> bool {
        let reserved = self.store.reserve(self.session.next_request(), OPERATION_REQUESTS);
        reserved.map_err(|error| self.unreserved = Some(error)).is_ok()
    }

    /// Ends an operation that was not begun, because nothing could be stored.
    #[inline(never)]
    fn not_begun(&mut self, request_id: Option<RequestId>, outcome: Outcome) {
        self.finished = Some(Finished {
            request_id,
            outcome,
            reason: Some(Reason::NotStored),
            settled_by: SettledBy::Answer,
            facts: Facts::default(),
            stored: false,
        });
        self.has_finished = true;
    }

    /// Lets the next request of the store that has no end block the lane, if none does.
    fn take_up_unresolved(&mut self) {
        if self.session.is_idle()
            && self.session.unresolved().is_none()
            && let Some(unresolved) = self.store.unresolved()
        {
            self.session.set_unresolved(unresolved);
            self.wait.why = Why::Unresolved;
        }
    }
}

/// What a session needs that goes on where the store ends.
#[inline(always)] // Settings are large.
pub(crate) fn prepared<'m, S: Store, const D: usize>(
    mut settings: Settings,
    windows: opi::Memory<'m, D>,
    store: &S,
) -> Result<(Settings, Checked<'m, D>), OpenError> {
    go_on(&mut settings, store)?;
    let windows = windows.checked().map_err(OpenError::Settings)?;
    Ok((settings, windows))
}

/// Sets what the store knows of earlier runs.
#[inline(never)]
fn go_on<S: Store>(settings: &mut Settings, store: &S) -> Result<(), OpenError> {
    let Some(recovered) = store.recovered() else { return Ok(()) };
    let own = settings.workstation.as_str();
    if let Some(workstation) = recovered.workstation.filter(|workstation| *workstation != *own) {
        return Err(OpenError::OtherLane { workstation });
    }
    settings.first_request = recovered.first_request.unwrap_or(settings.first_request);
    settings.first_sheet = recovered.first_sheet;
    settings.last_settled = recovered.last_settled;
    Ok(())
}
