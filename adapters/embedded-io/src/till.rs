//! The till: a session, its connections, its store and its clock in one value.

use core::fmt;
use core::future::{pending, poll_fn};
use core::time::Duration;

use embassy_futures::select::{Either4, select_array, select4};
use heapless::Vec;
use opi_core::drive::{Answer, Event, Input, Link, Misuse, Output, QuestionId, Wait, Why};
use opi_core::id::{Id, RequestId};
use opi_core::journal::{Record, Unresolved};
use opi_core::limits::{OPEN_SHEETS, OPERATION_REQUESTS, WORKSTATION_ID};
use opi_core::operation::{Facts, Finished, Outcome, Reason, Request, SettledBy};
use opi_core::opi::{ConfigError, Session, Settings};
use opi_core::receipt::SheetId;
use opi_core::secret::Masked;
use opi_core::time::Instant;

use crate::cashier::{Cashier, Trouble, Wish};
use crate::clock::Clock;
use crate::connection::{Cause, Connection, Happened, State};
use crate::memory::Memory;
use crate::store::Store;
use crate::wire::Wire;

/// Bytes taken from connections after a deadline before the deadline counts, in pieces: what came in while nobody called
/// may be the answer. Not without end: a terminal that never stops talking cannot put a deadline off.
const OVERDUE: usize = 16;

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
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "nothing is allocated; one is held at a time")]
pub enum Notice {
    /// The till now waits for something else.
    Waiting(Why),
    /// The operation ended.
    Finished(Finished),
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
    finished: Option<Finished>,
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

/// What woke the till.
enum Woken<E> {
    Wish(Wish),
    Connection(usize, Happened<E>),
    /// A frame did not leave in time.
    Stuck,
    Tick,
}

/// An output, after everything lent with it was taken over.
enum Step<E> {
    Done,
    Listen,
    Connect(Link),
    Send { link: Link, length: usize },
    Close(Link),
    Stored(opi_core::journal::Ticket, Result<(), Option<E>>),
    Unstored(E),
    Wait(Wait),
}

impl<'m, W: Wire, S: Store, C: Clock, const N: usize, const D: usize> Till<'m, W, S, C, N, D> {
    /// Makes a till and lets callbacks for it come in. Nothing is sent. A store that remembers earlier runs sets the
    /// first numbers of the settings.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn new(
        mut settings: Settings,
        memory: Memory<'m, D>,
        wires: [W; N],
        store: S,
        clock: C,
    ) -> Result<Self, OpenError> {
        const { assert!(N >= 3, "a wire for requests, one for aborts, at least one for the terminal") };
        if let Some(recovered) = store.recovered() {
            let own = settings.workstation.as_str();
            if let Some(workstation) = recovered.workstation.filter(|workstation| *workstation != *own) {
                return Err(OpenError::OtherLane { workstation });
            }
            settings.first_request = recovered.first_request.unwrap_or(settings.first_request);
            settings.first_sheet = recovered.first_sheet;
            settings.last_settled = recovered.last_settled;
        }
        let within = settings.timeouts.send;
        let session = Session::new(settings, memory.windows).map_err(OpenError::Settings)?;
        let mut links = [Some(Link::Request), Some(Link::Abort)].into_iter();
        let mut till = Self {
            session,
            transmit: memory.transmit,
            connections: wires.map(|wire| Connection::new(wire, links.next().flatten())),
            turn: 0,
            overdue: 0,
            sending: None,
            within,
            store,
            sheets: Vec::new(),
            clock,
            wait: Wait { until: None, why: Why::Idle },
            told: Some(Why::Idle),
            finished: None,
            unreserved: None,
        };
        till.take_up_unresolved();
        // If it fails, it fails again and is told when the first operation begins.
        let _ = till.listen();
        Ok(till)
    }

    /// Begins an operation. It goes on in [`next`](Self::next).
    ///
    /// # Errors
    /// [`Misuse::Busy`], [`Misuse::Unresolved`] and what else the session refuses; nothing was sent then. A store that
    /// cannot reserve request numbers is no misuse: the operation then ends as not sent.
    pub fn start(&mut self, request: &Request) -> Result<(), Misuse> {
        let blocked = request.operation.moves_money() && self.session.unresolved().is_some();
        if self.finished.is_some() {
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
        if self.finished.is_some() {
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
        self.session.is_idle() && self.finished.is_none()
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
    pub async fn next(&mut self, cashier: &mut impl Cashier) -> Notice {
        loop {
            self.drain(cashier);
            if let Some(finished) = self.finished.take() {
                return Notice::Finished(finished);
            }
            if self.told != Some(self.wait.why) {
                self.told = Some(self.wait.why);
                return Notice::Waiting(self.wait.why);
            }
            let woken = self.woken(cashier).await;
            self.handle(woken, cashier);
        }
    }

    /// Starts an operation and drives it to its end.
    ///
    /// # Errors
    /// Those of [`start`](Self::start).
    ///
    /// # Cancel safety
    /// Dropped, the operation is still in progress: call [`next`](Self::next) until it has ended.
    pub async fn run(&mut self, request: &Request, cashier: &mut impl Cashier) -> Result<Finished, Misuse> {
        self.start(request)?;
        loop {
            if let Notice::Finished(finished) = self.next(cashier).await {
                return Ok(finished);
            }
        }
    }

    /// Whether an operation has all the request numbers that it may need, stored before it begins (I5).
    fn reserve(&mut self) -> bool {
        let reserved = self.store.reserve(self.session.next_request(), OPERATION_REQUESTS);
        reserved.map_err(|error| self.unreserved = Some(error)).is_ok()
    }

    /// Ends an operation that was not begun, because nothing could be stored.
    fn not_begun(&mut self, request_id: Option<RequestId>, outcome: Outcome) {
        self.finished = Some(Finished {
            request_id,
            outcome,
            reason: Some(Reason::NotStored),
            settled_by: SettledBy::Answer,
            facts: Facts::default(),
            stored: false,
        });
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

    /// Waits until something happens.
    async fn woken(&mut self, cashier: &mut impl Cashier) -> Woken<W::Error> {
        let (until, late) = match &self.sending {
            Some(sending) => (Some(sending.until), Woken::Stuck),
            None => (self.wait.until, Woken::Tick),
        };
        // What was in progress is looked at before the clock is: see OVERDUE.
        let overdue = until.is_some_and(|until| until <= self.clock.now());
        if overdue && self.overdue >= OVERDUE {
            self.overdue = 0;
            return late;
        }
        self.overdue = if overdue { self.overdue.saturating_add(1) } else { 0 };
        let Self { session, transmit, connections, sending, clock, turn, .. } = self;
        let mut refs = connections.each_mut();
        refs.rotate_left(*turn % N.max(1));
        let happened = refs.map(|connection| {
            let unsent = sending.filter(|sending| connection.link == Some(sending.link));
            let unsent = unsent.map(|sending| transmit.get(sending.written..sending.length).unwrap_or_default());
            let room = connection.link.map_or(0, |link| session.room(link));
            connection.happened(unsent, room)
        });
        let reached = async {
            match until {
                Some(until) => clock.reach(until).await,
                None => pending().await,
            }
        };
        let wish = poll_fn(|cx| cashier.poll_wish(cx));
        match select4(wish, select_array(happened), reached, pending::<()>()).await {
            Either4::First(wish) => Woken::Wish(wish),
            Either4::Second((happened, place)) => {
                let place = place.saturating_add(*turn) % N.max(1);
                *turn = place.saturating_add(1);
                Woken::Connection(place, happened)
            }
            Either4::Third(()) | Either4::Fourth(()) => {
                self.overdue = 0;
                late
            }
        }
    }

    fn handle(&mut self, woken: Woken<W::Error>, cashier: &mut impl Cashier) {
        match woken {
            Woken::Wish(wish) => {
                let granted = match &wish {
                    Wish::Abort => self.give(Input::Abort),
                    Wish::Answer(question, answer) => self.give(Input::Answer(*question, *answer)),
                    Wish::Text(question, text) => self.give(Input::Answer(*question, Answer::Text(text.as_str()))),
                };
                if let Err(misuse) = granted {
                    cashier.refused(misuse);
                }
            }
            Woken::Stuck => self.send_failed(&"not in time", cashier),
            Woken::Tick => self.report(Input::Tick, cashier),
            Woken::Connection(place, happened) => self.happened(place, happened, cashier),
        }
    }

    fn happened(&mut self, place: usize, happened: Happened<W::Error>, cashier: &mut impl Cashier) {
        let Some(connection) = self.connections.get_mut(place) else { return };
        let link = connection.link;
        match (happened, link) {
            (Happened::Opened, Some(link @ (Link::Request | Link::Abort))) => {
                connection.state = State::Up;
                self.report(Input::Connected(link), cashier);
            }
            (Happened::OpenFailed(error), Some(link @ (Link::Request | Link::Abort))) => {
                connection.close();
                trouble("connecting to the terminal", &error, cashier);
                self.report(Input::ConnectFailed(link), cashier);
            }
            (Happened::Opened, _) => {
                connection.state = State::Up;
                if self.session.free_device_slot().is_none() {
                    self.report(Input::Crowded, cashier);
                }
                // It is accepted in the drain, as soon as there is a slot.
            }
            (Happened::OpenFailed(error), _) => {
                connection.close();
                trouble("letting the terminal connect", &error, cashier);
                let again = connection.open();
                if let Err(error) = again {
                    trouble("letting the terminal connect", &error, cashier);
                }
            }
            (Happened::Wrote(more), _) => {
                if let Some(sending) = &mut self.sending {
                    sending.written = sending.written.saturating_add(more);
                }
            }
            (Happened::Flushed, _) => {
                if let Some(sending) = self.sending.take() {
                    self.report(Input::Sent(sending.link), cashier);
                }
            }
            (Happened::SendFailed(Cause::Stream(error)), _) => self.send_failed(&error, cashier),
            (Happened::SendFailed(cause @ Cause::WriteZero), _) => self.send_failed(&cause, cashier),
            (Happened::Received(length), Some(link)) => {
                let now = self.clock.now();
                let told = self.session.handle_input(now, Input::Received(link, connection.piece(length)));
                note(told, cashier);
            }
            (Happened::Ended, Some(link)) => {
                connection.state = State::Ended;
                self.report(Input::Closed(link), cashier);
            }
            (Happened::Broken(error), Some(link)) => {
                connection.close();
                trouble("receiving from the terminal", &error, cashier);
                self.report(Input::Closed(link), cashier);
            }
            // Without a link there is no room, so nothing is read.
            (Happened::Received(_) | Happened::Ended | Happened::Broken(_), None) => {}
        }
    }

    /// The frame will not leave as a whole: what the wire took may have left.
    fn send_failed(&mut self, error: &dyn fmt::Debug, cashier: &mut impl Cashier) {
        let Some(Sending { link, written, .. }) = self.sending.take() else { return };
        trouble("sending to the terminal", error, cashier);
        self.report(Input::SendFailed { link, at_most: written }, cashier);
    }

    fn connection(&mut self, link: Link) -> Option<&mut Connection<W>> {
        self.connections.iter_mut().find(|connection| connection.link == Some(link))
    }

    /// Lets the terminal connect on every wire that is there for it and does not do so yet.
    fn listen(&mut self) -> Result<(), Option<W::Error>> {
        let (mut any, mut first) = (false, None);
        for connection in self.connections.iter_mut().skip(2) {
            match connection.state {
                State::Down if connection.link.is_none() => match connection.open() {
                    Ok(()) => any = true,
                    Err(error) => first = first.or(Some(error)),
                },
                _ => any = true,
            }
        }
        if any { Ok(()) } else { Err(first) }
    }

    /// Gives the session a connection of the terminal that is up and has no slot, if there is a slot; whether it did.
    fn accept(&mut self, cashier: &mut impl Cashier) -> bool {
        let Some(link) = self.session.free_device_slot() else { return false };
        let mut device = self.connections.iter_mut().skip(2);
        let waiting = device.find(|connection| connection.link.is_none() && connection.state == State::Up);
        let Some(connection) = waiting else { return false };
        connection.link = Some(link);
        self.report(Input::Accepted(link), cashier);
        true
    }

    /// Does all that the session wants done; while a frame is leaving, nothing.
    fn drain(&mut self, cashier: &mut impl Cashier) {
        if let Some(error) = self.unreserved.take() {
            trouble("reserving request numbers", &error, cashier);
        }
        while self.sending.is_none() {
            match self.step(cashier) {
                Step::Wait(wait) => {
                    self.wait = wait;
                    self.take_up_unresolved();
                    if !self.accept(cashier) {
                        return;
                    }
                }
                Step::Done => {}
                Step::Listen => match self.listen() {
                    Ok(()) => self.report(Input::Listening, cashier),
                    Err(error) => {
                        trouble("letting the terminal connect", &error, cashier);
                        self.report(Input::ListenFailed, cashier);
                    }
                },
                Step::Connect(link) => {
                    let Some(connection) = self.connection(link) else { continue };
                    connection.close();
                    if let Err(error) = connection.open() {
                        trouble("connecting to the terminal", &error, cashier);
                        self.report(Input::ConnectFailed(link), cashier);
                    }
                }
                Step::Send { link, length } => {
                    let until = self.clock.now().after(self.within);
                    let is_up = self.connection(link).is_some_and(|connection| connection.state != State::Down);
                    if is_up && length <= self.transmit.len() {
                        self.sending = Some(Sending { link, length, written: 0, until });
                    } else {
                        self.report(Input::SendFailed { link, at_most: 0 }, cashier);
                    }
                }
                Step::Close(link) => self.close(link, cashier),
                Step::Stored(ticket, Ok(())) => self.report(Input::Stored(ticket), cashier),
                Step::Stored(ticket, Err(error)) => {
                    match error {
                        Some(error) => trouble(Trouble::STORING, &error, cashier),
                        None => trouble(Trouble::STORING, &"something of the sheet is not stored", cashier),
                    }
                    self.report(Input::StoreFailed(ticket), cashier);
                }
                Step::Unstored(error) => trouble(Trouble::STORING, &error, cashier),
            }
        }
    }

    fn close(&mut self, link: Link, cashier: &mut impl Cashier) {
        let Some(connection) = self.connection(link) else { return };
        connection.close();
        if matches!(link, Link::Device(_)) {
            connection.link = None;
            if let Err(error) = connection.open() {
                trouble("letting the terminal connect", &error, cashier);
            }
        }
    }

    /// Takes one output over, and stores what is to be stored.
    fn step(&mut self, cashier: &mut impl Cashier) -> Step<S::Error> {
        let Self { session, transmit, store, sheets, finished, .. } = self;
        match session.poll_output(transmit) {
            Output::Listen => Step::Listen,
            Output::Connect(link) => Step::Connect(link),
            Output::Send { link, length } => Step::Send { link, length },
            Output::Close(link) => Step::Close(link),
            Output::Wait(wait) => Step::Wait(wait),
            Output::Persist(ticket, record) => {
                let whole = match record {
                    Record::Sheet { sheet, .. } => ended(sheets, sheet),
                    _ => true,
                };
                // A sheet of which something is missing is never stored as whole (I3).
                Step::Stored(ticket, if whole { store.persist(&record).map_err(Some) } else { Err(None) })
            }
            Output::Event(event) => {
                let kept = match event {
                    Event::SheetBegun(sheet) if sheet.purpose.must_be_kept() => {
                        if sheets.is_full() {
                            // Most likely its end never came.
                            sheets.remove(0);
                        }
                        let _ = sheets.push((sheet.id, true));
                        Ok(())
                    }
                    Event::Line(sheet, line) => keep(sheets, sheet, store, &Record::Line { sheet, line }),
                    Event::JournalText(sheet, text) => {
                        keep(sheets, sheet, store, &Record::Text { sheet, text: Masked(text) })
                    }
                    Event::SheetEnded { sheet, .. } => {
                        ended(sheets, sheet);
                        Ok(())
                    }
                    Event::Finished(end) => {
                        *finished = Some(end.clone());
                        Ok(())
                    }
                    _ => Ok(()),
                };
                cashier.told(&event);
                kept.map_or_else(Step::Unstored, |()| Step::Done)
            }
            _ => Step::Done,
        }
    }

    /// Gives an input to the session.
    fn give(&mut self, input: Input<'_>) -> Result<(), Misuse> {
        self.session.handle_input(self.clock.now(), input)
    }

    fn report(&mut self, input: Input<'_>, cashier: &mut impl Cashier) {
        let told = self.give(input);
        note(told, cashier);
    }
}

/// Stores a piece of a sheet, if the sheet is to be stored and nothing of it is missing yet.
fn keep<S: Store>(
    sheets: &mut [(SheetId, bool)],
    id: SheetId,
    store: &mut S,
    piece: &Record<'_>,
) -> Result<(), S::Error> {
    let Some((_, whole)) = sheets.iter_mut().find(|(sheet, whole)| *sheet == id && *whole) else { return Ok(()) };
    store.persist(piece).inspect_err(|_| *whole = false)
}

/// Forgets a sheet; whether all of it is stored.
fn ended(sheets: &mut Vec<(SheetId, bool), OPEN_SHEETS>, id: SheetId) -> bool {
    let place = sheets.iter().position(|(sheet, _)| *sheet == id);
    place.is_some_and(|place| sheets.remove(place).1)
}

fn trouble(doing: &'static str, error: &dyn fmt::Debug, cashier: &mut impl Cashier) {
    cashier.trouble(&Trouble { doing, error });
}

/// The session refused what this adapter reported: a mistake of the two of them, and better seen than hidden.
fn note(told: Result<(), Misuse>, cashier: &mut impl Cashier) {
    if let Err(misuse) = told {
        trouble("reporting to the session", &misuse, cashier);
    }
}
