//! The till's side of one lane: a machine that takes [`Input`]s and gives [`Output`]s.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `table` | the states of a request and every edge between them |
//! | `flow` | what is done on an edge |
//! | `request` | an operation as a message |
//! | `answer`, `classify` | what an answer says, and what it means |
//! | `callback`, `desk`, `device` | what comes in, whose it is, and what the terminal asks of the till |
//! | `recovery` | what is asked about a lost answer, and what settles it |
//! | `abort` | stopping, beside the request in progress |
//! | `lane` | the receiving side of one connection |

mod abort;
mod answer;
mod callback;
mod classify;
mod counters;
mod desk;
mod device;
mod flow;
mod lane;
#[cfg(feature = "proof")]
mod proof;
mod recovery;
mod request;
pub mod table;

use heapless::Deque;

pub use answer::Answer;
pub use classify::{Evidence, classify};

use self::abort::AbortLine;
use self::counters::Counters;
use self::flow::Current;
use self::lane::{Expired, Lane, Lanes, Stage};
use self::table::{Effect, Phase, Signal};
use super::settings::{ConfigError, Settings};
use crate::drive::{Event, Input, Link, Misuse, Output, PeerFault, QuestionId, Total, Wait, Why};
use crate::id::RequestId;
use crate::journal::{Record, Resolution, Ticket, Unresolved};
use crate::limits;
use crate::operation::{Finished, Reason, Request};
use crate::proof::{Mistake, mistake};
use crate::receipt::{Line, Purpose, Sheet, SheetId};
use crate::text::Text;
use crate::time::{Instant, WallTime};

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

/// One lane: see the [module](self).
pub struct Session<'m, const D: usize> {
    settings: Settings,
    now: Instant,
    lanes: Lanes<'m, D>,
    phase: Phase,
    todo: Option<Effect>,
    deadlines: Deadlines,
    current: Option<Current>,
    finished: Option<Finished>,
    unresolved: Option<Unresolved>,
    abort: AbortLine,
    counters: Counters,
    /// The storing of the intent or of the result.
    ticket: Option<Ticket>,
    resolution: Option<Resolution>,
    stash: Stash,
}

/// When the request in progress gives up.
#[derive(Clone, Copy, Debug, Default)]
struct Deadlines {
    /// End of the phase; in [`Phase::Waiting`] without a sign of life.
    phase: Option<Instant>,
    /// End of waiting for the answer, whatever happens.
    hard: Option<Instant>,
}

/// What the output given last lends.
#[derive(Clone)]
struct Stash {
    sheet: Option<Sheet>,
    line: Line,
    text: Text<{ limits::STEP_TEXT }>,
    total: Total,
    name: Text<{ limits::NAME }>,
    details: Deque<(&'static str, Text<{ limits::REMARK }>), { limits::DETAILS }>,
    faults: Deque<PeerFault, { limits::FAULTS }>,
    /// Questions that fell away without the till's doing.
    withdrawn: Deque<QuestionId, { limits::FAULTS }>,
}

/// What is to be given out next; what it lends is in the stash.
enum Next {
    Listen,
    Connect(Link),
    Send { link: Link, length: usize },
    Close(Link),
    StoreIntent(Ticket),
    StoreSheet { ticket: Ticket, sheet: SheetId, purpose: Purpose },
    StoreResult(Ticket),
    StoreResolution(Ticket),
    Started(RequestId),
    InDoubt(Reason),
    SheetBegun,
    Line(SheetId),
    JournalText(SheetId),
    SheetEnded { sheet: SheetId, kept: bool },
    Question(Link),
    QuestionWithdrawn(QuestionId),
    AbortAnswered { accepted: bool },
    Total,
    CardCircuit,
    Detail(&'static str),
    PrivateText,
    Fault(PeerFault),
    Finished,
}

impl<'m, const D: usize> Session<'m, D> {
    /// A lane at rest.
    ///
    /// # Errors
    /// Windows that are too small, or no device connection.
    pub fn new(settings: Settings, memory: Memory<'m, D>) -> Result<Self, ConfigError> {
        if D == 0 || D > usize::from(u8::MAX) {
            return Err(ConfigError::DeviceLinks);
        }
        let windows = [memory.request.len(), memory.abort.len()].into_iter();
        for bytes in windows.chain(memory.device.iter().map(|window| window.len())) {
            if bytes < limits::WINDOW_MIN {
                return Err(ConfigError::WindowTooSmall { bytes });
            }
        }
        let (limit, tolerance) = (settings.frame_limit, settings.profile.tolerance);
        Ok(Self {
            lanes: Lanes {
                request: Lane::new(memory.request, limit, tolerance),
                abort: Lane::new(memory.abort, limit, tolerance),
                device: memory.device.map(|window| Lane::new(window, limit, tolerance)),
            },
            counters: Counters::new(settings.first_request, settings.first_sheet),
            settings,
            now: Instant::default(),
            phase: Phase::Idle,
            todo: None,
            deadlines: Deadlines::default(),
            current: None,
            finished: None,
            unresolved: None,
            abort: AbortLine::new(),
            ticket: None,
            resolution: None,
            stash: Stash {
                sheet: None,
                line: Line::default(),
                text: Text::new(),
                total: Total::default(),
                name: Text::new(),
                details: Deque::new(),
                faults: Deque::new(),
                withdrawn: Deque::new(),
            },
        })
    }

    /// Says that the result of an earlier request is unknown, as a restart finds it in the store. It blocks the lane
    /// until it is settled (I6).
    pub fn set_unresolved(&mut self, unresolved: Unresolved) {
        if mistake(Mistake::ForgetsTheBlockerAtRestart) {
            return;
        }
        self.unresolved = Some(unresolved);
    }

    /// The request whose result is unknown, if any.
    #[must_use]
    pub const fn unresolved(&self) -> Option<&Unresolved> {
        self.unresolved.as_ref()
    }

    /// The number that the next request will have, aborts and questions about lost answers included. An adapter that
    /// reserves numbers ahead sees from it how many are left (I5).
    #[must_use]
    pub const fn next_request(&self) -> RequestId {
        self.counters.next_request()
    }

    /// Whether no operation is in progress.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.phase == Phase::Idle
    }

    /// Where the request in progress stands.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// The settings of the lane.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
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
        if now < self.now {
            return Err(Misuse::ClockWentBack);
        }
        self.now = now;
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
        let stash = &self.stash;
        self.todo.is_some()
            || self.abort.has_news()
            || !(stash.faults.is_empty() && stash.details.is_empty() && stash.withdrawn.is_empty())
            || self.lanes.all().any(|(_, lane)| lane.is_closing())
    }

    fn take(&mut self, input: Input<'_>) -> Result<(), Misuse> {
        match input {
            Input::Start(request) => self.start(request),
            Input::Abort => self.wish_abort(),
            Input::Answer(id, answer) => {
                let mut asked = self.lanes.all_mut().filter_map(|(_, lane)| lane.asked.as_mut());
                let asked = asked.find(|asked| asked.standing().is_some_and(|question| question.id == id));
                asked.map_or(Err(Misuse::NoSuchQuestion), |asked| asked.answer(answer))
            }
            Input::Resolve { request, charged, note } => self.resolve(request, charged, note),
            Input::Recover(at) => self.recover(at),
            Input::Listening => self.signal_or(Signal::Listening, Misuse::Busy),
            Input::ListenFailed => self.signal_or(Signal::ListenFailed, Misuse::Busy),
            Input::Connected(link) => self.connected(link),
            Input::ConnectFailed(link) => self.connect_failed(link),
            Input::Accepted(link) => self.accepted(link),
            Input::Received(link, bytes) => self.received(link, bytes),
            // OPI has frames, and no answers of HTTP.
            Input::Complete { link, .. } => Err(Misuse::WrongLink(link)),
            Input::Sent(link) => self.sent(link),
            Input::SendFailed { link, at_most } => self.send_failed(link, at_most),
            Input::Closed(link) => {
                let lane = self.lanes.get_mut(link).ok_or(Misuse::WrongLink(link))?;
                lane.end();
                Ok(())
            }
            Input::Stored(ticket) => self.stored(ticket, true),
            Input::StoreFailed(ticket) => self.stored(ticket, false),
            Input::Tick => Ok(()),
        }
    }

    fn start(&mut self, request: &Request) -> Result<(), Misuse> {
        if self.phase != Phase::Idle || self.resolution.is_some() {
            return Err(Misuse::Busy);
        }
        let money = request.operation.moves_money();
        let persists = money && !mistake(Mistake::SendsBeforePersist);
        if let Some(unresolved) = self.unresolved.as_ref().filter(|_| money) {
            return Err(Misuse::Unresolved(unresolved.request_id));
        }
        let verbs = self.settings.profile.verbs(&request.operation);
        if verbs.is_empty() {
            return Err(Misuse::Unsupported);
        }
        if let Some(what) = request::missing(&self.settings, &request.operation) {
            return Err(Misuse::Incomplete(what));
        }
        let request_id = self.counters.request();
        self.current = Some(Current::new(request, verbs, request_id, self.now));
        self.abort.forget();
        self.signal(if persists { Signal::StartMoney } else { Signal::StartService });
        Ok(())
    }

    fn recover(&mut self, at: WallTime) -> Result<(), Misuse> {
        if self.phase != Phase::Idle || self.resolution.is_some() {
            return Err(Misuse::Busy);
        }
        let unresolved = self.unresolved.as_ref().ok_or(Misuse::NotUnresolved)?;
        self.current = Some(Current::resume(unresolved, at, self.now));
        self.abort.forget();
        self.signal(Signal::Recover);
        Ok(())
    }

    fn resolve(&mut self, request: RequestId, charged: bool, note: &str) -> Result<(), Misuse> {
        if self.phase != Phase::Idle || self.resolution.is_some() {
            return Err(Misuse::Busy);
        }
        match &self.unresolved {
            Some(unresolved) if unresolved.request_id == request => {
                self.resolution = Some(Resolution::by_person(request, charged, note));
                Ok(())
            }
            _ => Err(Misuse::NotUnresolved),
        }
    }

    fn connected(&mut self, link: Link) -> Result<(), Misuse> {
        let wrong = Misuse::WrongLink(link);
        let lane = self.lanes.get_mut(link).filter(|lane| lane.stage() == Stage::Connecting).ok_or(wrong)?;
        // Connections of ours have deadlines of their own.
        lane.opened(None);
        match link {
            Link::Request => self.signal_or(Signal::Connected, wrong),
            _ => {
                self.abort.connected();
                Ok(())
            }
        }
    }

    fn connect_failed(&mut self, link: Link) -> Result<(), Misuse> {
        let wrong = Misuse::WrongLink(link);
        let lane = self.lanes.get_mut(link).filter(|lane| lane.stage() == Stage::Connecting).ok_or(wrong)?;
        lane.restart(Stage::Closed);
        match link {
            Link::Request => self.signal_or(Signal::ConnectFailed, wrong),
            _ => {
                self.abort.failed();
                Ok(())
            }
        }
    }

    fn accepted(&mut self, link: Link) -> Result<(), Misuse> {
        let quiet = self.now.after(self.settings.timeouts.hard_long);
        match self.lanes.get_mut(link) {
            Some(lane) if matches!(link, Link::Device(_)) && lane.stage() == Stage::Closed => {
                lane.restart(Stage::Open);
                lane.opened(Some(quiet));
                Ok(())
            }
            _ => Err(Misuse::WrongLink(link)),
        }
    }

    fn received(&mut self, link: Link, bytes: &[u8]) -> Result<(), Misuse> {
        let quiet = self.now.after(self.settings.timeouts.hard_long);
        let lane = self.lanes.get_mut(link).ok_or(Misuse::WrongLink(link))?;
        match lane.stage() {
            Stage::Open => {}
            // Given up meanwhile: the adapter is about to be told.
            Stage::Closing => return Ok(()),
            _ => return Err(Misuse::WrongLink(link)),
        }
        if !lane.receive(bytes, quiet) {
            return Err(Misuse::NoRoom(link));
        }
        if link != Link::Abort {
            self.sign_of_life();
        }
        Ok(())
    }

    fn stored(&mut self, ticket: Ticket, stored: bool) -> Result<(), Misuse> {
        if self.ticket == Some(ticket) {
            self.ticket = None;
            if let Some(resolution) = self.resolution.take() {
                // What was not stored was not decided.
                if stored && self.unresolved.as_ref().is_some_and(|it| it.request_id == resolution.request_id) {
                    self.unresolved = None;
                }
                return Ok(());
            }
            return self.signal_or(if stored { Signal::Stored } else { Signal::StoreFailed }, Misuse::NoSuchTicket);
        }
        for (_, lane) in self.lanes.all_mut() {
            if lane.exchange.sheet_stored(ticket, stored) {
                return Ok(());
            }
        }
        Err(Misuse::NoSuchTicket)
    }

    /// Lets pass what ran out of time; whether anything did.
    fn expire(&mut self) -> bool {
        let now = self.now;
        let over = |until: Option<Instant>| until.is_some_and(|until| until <= now);
        let mut any = self.abort.expire(now);
        let device = (0..=u8::MAX).take(D).map(Link::Device);
        for link in [Link::Request, Link::Abort].into_iter().chain(device) {
            match self.lanes.get_mut(link).map_or(Expired::Nothing, |lane| lane.expire(now)) {
                Expired::Nothing => continue,
                // Full only if nobody polls: the till then learns it from the answer it tries to give.
                Expired::Question(id) => drop(self.stash.withdrawn.push_back(id)),
                // The answer may still come on it, and has deadlines of its own.
                Expired::Connection if link == Link::Request => {}
                Expired::Connection => self.drop_link(link),
                Expired::Sheet => {}
            }
            any = true;
        }
        if over(self.deadlines.phase) || over(self.deadlines.hard) {
            any = true;
            self.deadlines = Deadlines::default();
            if self.resolution.take().is_some() {
                self.ticket = None;
                return true;
            }
            let foreign = self.current.as_ref().is_some_and(|current| current.foreign);
            let waits = matches!(self.phase, Phase::Waiting | Phase::Hearing);
            self.signal(if foreign && waits { Signal::Foreign } else { Signal::Deadline });
        }
        any
    }

    fn waiting(&self) -> Wait {
        let asking = self.lanes.all().any(|(_, lane)| lane.question().is_some());
        let own = [self.deadlines.phase, self.deadlines.hard, self.abort.until()].into_iter().flatten();
        let until = own.chain(self.lanes.all().filter_map(|(_, lane)| lane.until())).min();
        let why = match self.phase {
            _ if self.resolution.is_some() => Why::Store,
            _ if asking => Why::Cashier,
            Phase::Idle if self.unresolved.is_some() => Why::Unresolved,
            Phase::Idle | Phase::Reporting | Phase::Weighing => Why::Idle,
            Phase::Storing | Phase::Recording => Why::Store,
            Phase::Opening | Phase::Reopening => Why::Listener,
            Phase::Connecting | Phase::Reaching => Why::Connection,
            Phase::Sending | Phase::Asking => Why::Transmission,
            Phase::Waiting | Phase::Hearing => Why::Terminal,
            Phase::Pausing => Why::Recovery,
        };
        Wait { until, why }
    }

    /// One step further; `None` if nothing can be done without an input.
    fn advance(&mut self, tx: &mut [u8]) -> Option<Next> {
        for (link, lane) in self.lanes.all_mut() {
            if lane.close() {
                return Some(Next::Close(link));
            }
        }
        if let Some(fault) = self.stash.faults.pop_front() {
            return Some(Next::Fault(fault));
        }
        if let Some(question) = self.stash.withdrawn.pop_front() {
            return Some(Next::QuestionWithdrawn(question));
        }
        if let Some(next) = self.next_detail() {
            return Some(next);
        }
        if self.resolution.is_some() && self.ticket.is_none() {
            let ticket = self.counters.ticket();
            self.ticket = Some(ticket);
            self.deadlines.phase = Some(self.now.after(self.settings.timeouts.local));
            return Some(Next::StoreResolution(ticket));
        }
        if let Some(next) = self.perform(tx) {
            return Some(next);
        }
        // Callbacks first: receipts come before the answer, and are told before it.
        let callbacks = (0..=u8::MAX).take(D).map(Link::Device);
        for link in callbacks.chain([Link::Request, Link::Abort]) {
            if let Some(next) = self.read_link(link, tx) {
                return Some(next);
            }
        }
        self.advance_abort(tx)
    }

    /// The output that lends from the stash what it needs.
    fn output(&self, next: Next) -> Output<'_> {
        let stash = &self.stash;
        let request = self.current.as_ref().map(|current| current.request_id);
        match next {
            Next::Listen => Output::Listen,
            Next::Connect(link) => Output::Connect(link),
            Next::Send { link, length } => Output::Send { link, length },
            Next::Close(link) => Output::Close(link),
            Next::StoreIntent(ticket) => match self.current.as_ref().and_then(|current| current.intent.as_ref()) {
                Some(intent) => Output::Persist(ticket, Record::Intent(intent)),
                None => Output::Wait(self.waiting()),
            },
            Next::StoreSheet { ticket, sheet, purpose } => {
                let reference = self.current.as_ref().and_then(|current| current.reference_seen.as_ref());
                Output::Persist(ticket, Record::Sheet { sheet, purpose, request, reference })
            }
            Next::StoreResult(ticket) => match &self.finished {
                Some(finished) => Output::Persist(ticket, Record::Result(finished)),
                None => Output::Wait(self.waiting()),
            },
            Next::StoreResolution(ticket) => match &self.resolution {
                Some(resolution) => Output::Persist(ticket, Record::Resolution(resolution)),
                None => Output::Wait(self.waiting()),
            },
            Next::Started(request_id) => {
                let request_type = self.current.as_ref().map_or("", |current| current.request_type().as_str());
                Output::Event(Event::Started { request_id, request_type })
            }
            Next::InDoubt(reason) => {
                let request_id = request.unwrap_or(RequestId::FIRST);
                Output::Event(Event::InDoubt { request_id, reason })
            }
            Next::SheetBegun => match &stash.sheet {
                Some(sheet) => Output::Event(Event::SheetBegun(sheet)),
                None => Output::Wait(self.waiting()),
            },
            Next::Line(sheet) => Output::Event(Event::Line(sheet, &stash.line)),
            Next::JournalText(sheet) => Output::Event(Event::JournalText(sheet, stash.text.as_str())),
            Next::SheetEnded { sheet, kept } => Output::Event(Event::SheetEnded { sheet, kept }),
            Next::Question(link) => match self.lanes.get(link).and_then(Lane::question) {
                Some(question) => Output::Event(Event::Question(question)),
                None => Output::Wait(self.waiting()),
            },
            Next::QuestionWithdrawn(question) => Output::Event(Event::QuestionWithdrawn(question)),
            Next::AbortAnswered { accepted } => Output::Event(Event::AbortAnswered { accepted }),
            Next::Total => Output::Event(Event::Total(&stash.total)),
            Next::CardCircuit => Output::Event(Event::CardCircuit {
                code: stash.text.as_str(),
                name: Some(stash.name.as_str()).filter(|name| !name.is_empty()),
            }),
            Next::Detail(name) => Output::Event(Event::Detail { name, value: stash.text.as_str() }),
            Next::PrivateText => Output::Event(Event::PrivateText(stash.text.as_str())),
            Next::Fault(fault) => Output::Event(Event::Fault(fault)),
            Next::Finished => match &self.finished {
                Some(finished) => Output::Event(Event::Finished(finished)),
                None => Output::Wait(self.waiting()),
            },
        }
    }

    fn next_detail(&mut self) -> Option<Next> {
        let (name, value) = self.stash.details.pop_front()?;
        self.stash.text = value.as_str().into();
        Some(Next::Detail(name))
    }

    fn fault(&mut self, link: Link, offset: Option<u32>, what: &'static str) {
        // A peer that makes more faults than are polled loses only their mention.
        let _ = self.stash.faults.push_back(PeerFault { link, offset, what });
    }
}
