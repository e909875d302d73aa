//! The till: a session, its connections, its store and its timer in one value.

mod report;
mod wait;
mod work;

use std::collections::VecDeque;
use std::io::Write;
use std::net::SocketAddr;
#[cfg(feature = "terminal-api")]
use std::sync::Arc;

use opi_core::drive::{Answer, Input, Misuse, QuestionId, Wait, Why};
use opi_core::id::RequestId;
use opi_core::journal::Unresolved;
use opi_core::limits::OPERATION_REQUESTS;
use opi_core::operation::{Facts, Finished, Outcome, Reason, Request, SettledBy};
#[cfg(feature = "terminal-api")]
use opi_core::opi::ReversalBy;

use crate::clock::{Clock, now_local};
use crate::config::{Config, OpenError, TRANSMIT, Terminal, WINDOW};
#[cfg(feature = "terminal-api")]
use crate::exchange::TerminalApi;
use crate::link::Links;
use crate::listener::{Arrival, Registration};
use crate::machine::Machine;
#[cfg(feature = "terminal-api")]
use crate::machine::Settings;
use crate::notice::{Notice, RawText};
use crate::records::Records;
use crate::sheets::Sheets;
use crate::trace::Recorder;

/// A till that pays on one terminal.
///
/// [`start`](Self::start) an operation, then call [`next`](Self::next) until it gives [`Notice::Finished`]. Nothing
/// happens between the calls of `next`: no byte is read, no deadline kept. A till that is idle may call it too; it
/// then serves what the terminal sends of its own accord.
///
/// A till that is dropped during an operation closes its connections. Whether the terminal charged is then unknown.
pub struct Till {
    machine: Machine,
    clock: Clock,
    /// What the session waits for, as of the last drain.
    wait: Wait,
    /// What was last told of it.
    told: Why,
    way: Way,
    links: Links,
    /// The connection that is looked at first, so that a busy one does not hold up the others.
    turn: usize,
    /// What was taken from connections since a deadline passed.
    overdue: usize,
    /// A connection of the terminal that waits for a slot. The session knows.
    waiting: Option<Arrival>,
    records: Records,
    sheets: Sheets,
    private_text: RawText,
    notices: VecDeque<Notice>,
    transmit: Box<[u8]>,
    receive: Box<[u8]>,
    trace: Option<Recorder>,
}

/// The way to the terminal, and where the terminal comes in.
enum Way {
    Opi {
        terminal: SocketAddr,
        registration: Registration,
    },
    #[cfg(feature = "terminal-api")]
    Api(Arc<TerminalApi>),
}

impl Till {
    /// Makes a till and lets callbacks for it come in. Nothing is sent.
    ///
    /// # Errors
    /// The settings do not fit together, or the listener serves this lane already.
    pub async fn new(config: Config) -> Result<Self, OpenError> {
        Self::open(config, None)
    }

    /// Makes a till as [`new`](Self::new) does, whose conversation is recorded, card data masked (see
    /// [`trace`](crate::trace)). If the trace cannot be written it ends there, with a [`Notice::Trouble`]; payments go
    /// on.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub async fn traced(config: Config, trace: Box<dyn Write + Send>) -> Result<Self, OpenError> {
        Self::open(config, Some(trace))
    }

    fn open(config: Config, trace: Option<Box<dyn Write + Send>>) -> Result<Self, OpenError> {
        let Config { mut terminal, store } = config;
        if let Some(recovered) = store.recovered() {
            let (lane, first_request, first_sheet) = terminal.lane();
            if let Some(workstation) = recovered.workstation.filter(|workstation| *workstation != *lane.as_str()) {
                return Err(OpenError::OtherLane { workstation });
            }
            *first_request = recovered.first_request.unwrap_or(*first_request);
            *first_sheet = recovered.first_sheet;
            match &mut terminal {
                Terminal::Opi { settings, .. } => settings.last_settled = recovered.last_settled,
                #[cfg(feature = "terminal-api")]
                Terminal::Api { .. } => {}
            }
        }
        let (machine, way) = match terminal {
            Terminal::Opi { address: terminal, listener, settings } => {
                let registration =
                    listener.register(&settings.workstation, terminal.ip()).ok_or(OpenError::LaneTaken)?;
                (Machine::opi(settings).map_err(OpenError::Settings)?, Way::Opi { terminal, registration })
            }
            #[cfg(feature = "terminal-api")]
            Terminal::Api { client, key, settings } => (
                Machine::api(settings).map_err(OpenError::ApiSettings)?,
                Way::Api(Arc::new(TerminalApi { client, key })),
            ),
        };
        let mut till = Self {
            machine,
            clock: Clock::new(),
            wait: Wait { until: None, why: Why::Idle },
            told: Why::Idle,
            way,
            links: Links::default(),
            turn: 0,
            overdue: 0,
            waiting: None,
            records: Records::new(store),
            sheets: Sheets::default(),
            private_text: RawText::default(),
            notices: VecDeque::new(),
            transmit: vec![0; TRANSMIT].into_boxed_slice(),
            receive: vec![0; WINDOW].into_boxed_slice(),
            trace: None,
        };
        till.take_up_unresolved();
        if let Some(out) = trace {
            let recorder = Recorder::new(out, &till.machine.settings(), till.machine.unresolved().as_ref());
            till.trace = till.recorded(recorder);
        }
        till.drain();
        Ok(till)
    }

    /// Whether an operation has all the request numbers that it may need, stored before it begins (I5).
    fn reserve(&mut self) -> bool {
        let reserved = self.records.store.reserve(self.machine.next_request(), OPERATION_REQUESTS);
        reserved.map_err(|error| self.trouble("reserving request numbers", error)).is_ok()
    }

    /// Ends an operation that was not begun, because nothing could be stored.
    fn not_begun(&mut self, request_id: Option<RequestId>, outcome: Outcome) {
        self.notices.push_back(Notice::Finished(Box::new(Finished {
            request_id,
            outcome,
            reason: Some(Reason::NotStored),
            settled_by: SettledBy::Answer,
            facts: Facts::default(),
            stored: false,
        })));
    }

    /// Lets the next request of the store that has no end block the lane, if none does.
    fn take_up_unresolved(&mut self) {
        if !self.machine.is_idle() || self.records.is_busy() || self.machine.unresolved().is_some() {
            return;
        }
        if let Some(unresolved) = self.records.store.unresolved() {
            let now = self.clock.now();
            self.record(|trace| trace.take_up(now, &unresolved));
            self.machine.set_unresolved(unresolved);
            self.wait.why = Why::Unresolved;
        }
    }

    /// Begins an operation. It goes on in [`next`](Self::next).
    ///
    /// # Errors
    /// [`Misuse::Busy`], [`Misuse::Unresolved`] and what else the session refuses; nothing was sent then. A store that
    /// cannot reserve request numbers is no misuse: the operation then ends as not sent.
    pub fn start(&mut self, request: &Request) -> Result<(), Misuse> {
        let blocked = request.operation.moves_money() && self.machine.unresolved().is_some();
        if self.machine.is_idle() && !blocked && !self.reserve() {
            self.not_begun(None, Outcome::NotSent);
            return Ok(());
        }
        self.tell(Input::Start(request))
    }

    /// Asks the terminal to stop the operation in progress. Its outcome still comes as [`Notice::Finished`] (I8).
    ///
    /// # Errors
    /// [`Misuse::NothingToAbort`], [`Misuse::TooManyAborts`].
    pub fn abort(&mut self) -> Result<(), Misuse> {
        self.tell(Input::Abort)
    }

    /// Gives the cashier's answer to a question.
    ///
    /// # Errors
    /// [`Misuse::NoSuchQuestion`], [`Misuse::WrongAnswer`]; the question then stands as before.
    pub fn answer(&mut self, question: QuestionId, answer: Answer<'_>) -> Result<(), Misuse> {
        self.tell(Input::Answer(question, answer))
    }

    /// Gives a person's decision about the unresolved request, with a word on it of which the first
    /// [`NOTE`](opi_core::limits::NOTE) bytes are stored. The lane is free once it is: then
    /// [`Notice::Waiting`] tells that the till waits for nothing, or for the next unresolved request to be settled. If it
    /// cannot be stored, [`Notice::Trouble`] says so and the request is as unresolved as before.
    ///
    /// # Errors
    /// [`Misuse::NotUnresolved`].
    pub fn resolve(&mut self, request: RequestId, charged: bool, note: &str) -> Result<(), Misuse> {
        self.tell(Input::Resolve { request, charged, note })
    }

    /// Has the terminal asked about the unresolved request, with questions that move no money. The end comes as
    /// [`Notice::Finished`].
    ///
    /// # Errors
    /// [`Misuse::NotUnresolved`], [`Misuse::Busy`].
    pub fn recover(&mut self) -> Result<(), Misuse> {
        if self.machine.is_idle()
            && let Some(unresolved) = self.machine.unresolved()
            && !self.reserve()
        {
            self.not_begun(Some(unresolved.request_id), Outcome::Unknown);
            return Ok(());
        }
        self.tell(Input::Recover(now_local()))
    }

    /// The request whose result is unknown, if there is one. It blocks the lane (I6).
    #[must_use]
    pub fn unresolved(&self) -> Option<Unresolved> {
        self.machine.unresolved()
    }

    /// Whether the terminal takes back its last transaction only, whatever a reversal names.
    #[cfg(feature = "terminal-api")]
    pub(crate) fn takes_back_the_last_only(&self) -> bool {
        match self.machine.settings() {
            Settings::Opi(settings) => settings.profile.reversal == ReversalBy::Last,
            Settings::Api(_) => false,
        }
    }

    /// Whether no operation is in progress.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.machine.is_idle()
    }

    /// Drives the till until there is something to tell. Waits for ever if nothing is in progress and the terminal
    /// sends nothing.
    ///
    /// # Cancel safety
    /// A call may be dropped at any time, for example when it lost a race against a key press: what was half
    /// connected, half sent, half read or half stored is part of the till, and the next call goes on with it. No
    /// notice is lost.
    pub async fn next(&mut self) -> Notice {
        loop {
            if let Some(notice) = self.notices.pop_front() {
                return notice;
            }
            if self.told != self.wait.why {
                self.told = self.wait.why;
                return Notice::Waiting(self.told);
            }
            let woken = self.woken().await;
            self.handle(woken);
        }
    }

    /// Starts an operation and drives it to its end; each notice before it goes to `on`, with the till to answer on.
    ///
    /// # Errors
    /// Those of [`start`](Self::start).
    ///
    /// # Cancel safety
    /// Dropped, the operation is still in progress: call [`next`](Self::next) until it has ended.
    pub async fn run(
        &mut self,
        request: &Request,
        mut on: impl FnMut(&mut Self, Notice),
    ) -> Result<Box<Finished>, Misuse> {
        self.start(request)?;
        loop {
            match self.next().await {
                Notice::Finished(finished) => return Ok(finished),
                notice => on(self, notice),
            }
        }
    }
}
