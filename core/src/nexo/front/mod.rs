//! The terminal's side: a machine that takes [`Input`]s and gives [`Output`]s.
//!
//! *After each [`handle_input`](Front::handle_input), call [`poll_output`](Front::poll_output) until it returns
//! [`Output::Wait`]; do what each output says, and report the result as an input.*
//!
//! Behind it stands an application that does what an operation says, in the words of no protocol: a simulation, or the
//! session of another terminal. What the machine promises to tills:
//!
//! * **Exactly one answer** to each request, unless there is none that would be true: then the connection is closed.
//! * **A failure says that no money moved.** An outcome that is unknown is not answered; `TransactionStatus` says
//!   `InProgress`, and every other dialogue is `Busy`, until the application settles it.
//! * **`NotFound` says that it may be asked for again.** It is never said of a transaction that was accepted, also over a
//!   power cut: the acceptance is stored before the application hears of it, and the response before it is sent. An id
//!   that it was said of is taken, so a request that is still on its way is not done after it.
//! * **An id is used once** within 48 hours; a request that is refused because the terminal is busy leaves its id free.
//!
//! ```
//! use opi_core::drive::Event;
//! use opi_core::money::{Currency, Money};
//! use opi_core::nexo::front::{ExchangeId, Front, Input, Memory, Output, Performed, Settings, Wish, record};
//! use opi_core::nexo::seen::Stamp;
//! use opi_core::operation::{Facts, Finished, Outcome, SettledBy};
//! use opi_core::time::{Instant, WallTime};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // All memory is yours, and so is the key of the ids: secret, and random.
//! let (mut a, mut b, mut history) = ([0; 4096], [0; 4096], [0; 16384]);
//! let (mut gathered, mut ids, mut tx) = ([0; 4096], [Stamp::FREE; 64], [0; 8192]);
//! let memory = Memory { requests: [&mut a, &mut b], history: &mut history, gathered: &mut gathered, ids: &mut ids };
//! let mut front = Front::new(Settings::new("P400Plus-123456789", [7; 16])?, memory)?;
//!
//! // What an HTTP server received, and the time.
//! let body = br#"{"SaleToPOIRequest":{"MessageHeader":{"ProtocolVersion":"3.0","MessageClass":"Service",
//!     "MessageCategory":"Payment","MessageType":"Request","ServiceID":"29","SaleID":"POS-1",
//!     "POIID":"P400Plus-123456789"},"PaymentRequest":{"SaleData":{"SaleTransactionID":{"TransactionID":"T-1",
//!     "TimeStamp":"2026-04-08T08:15:00Z"}},"PaymentTransaction":{"AmountsReq":{"Currency":"EUR",
//!     "RequestedAmount":10.99}}}}}"#;
//! let (now, at) = (Instant::from_millis(0), WallTime::new(1_775_636_100, 120));
//! front.handle_input(now, Input::Received { exchange: ExchangeId(1), at, body, clear: false })?;
//! let (mut disk, mut stored) = (Vec::new(), vec![0; 32768]);
//! let answer = loop {
//!     match front.poll_output(&mut tx) {
//!         Output::Persist(ticket, record) => {
//!             // Append it, and come back when it would survive a power cut.
//!             let length = record::encode(&record, &mut stored)?;
//!             disk.extend_from_slice(&stored[..length]);
//!             front.handle_input(now, Input::Stored(ticket))?;
//!         }
//!         Output::Perform(wish, Wish::Operation { request, .. }) => {
//!             // The application takes the payment; its reference finds it again after a restart.
//!             let facts = Facts { amount: request.operation.amount(), ..Facts::default() };
//!             let (outcome, settled_by) = (Outcome::Approved, SettledBy::Answer);
//!             let end = Finished { request_id: None, outcome, reason: None, settled_by, facts, stored: true };
//!             front.handle_input(now, Input::Told(wish, &Event::Finished(&end)))?;
//!         }
//!         Output::Perform(wish, _) => front.handle_input(now, Input::Performed(wish, Performed::Done))?,
//!         Output::Reply { exchange, status, length } => {
//!             assert_eq!((exchange, status), (ExchangeId(1), 200));
//!             break String::from_utf8(tx[..length].to_vec())?;
//!         }
//!         Output::Wait(wait) => panic!("nothing is under way, but {}", wait.why),
//!         _ => {}
//!     }
//! };
//! assert!(answer.contains(r#""AuthorizedAmount":10.99"#));
//! # Ok(()) }
//! ```
//!
//! | file | what is in it |
//! | --- | --- |
//! | `contract` | inputs, outputs and wishes |
//! | `settings` | what a terminal is set to |
//! | `dialogue` | the one dialogue at a time, and how far it is |
//! | `intake`, `begin` | what a request leads to; of a transaction, the operation |
//! | `reports` | what the application and the store report |
//! | `progress`, `deadline` | what is done next, and when something takes too long |
//! | `respond`, `outcome` | how the end of a dialogue is told |
//! | `status` | what became of a transaction |
//! | `gathered` | receipts and totals as they come |
//! | `transaction`, `record` | what is stored of a transaction, and its bytes |
//! | `history` | the last responses |
//! | `restart` | what a restart needs |
//! | `door` | opening and sealing before it (feature `nexo-crypto`) |

mod begin;
mod contract;
mod deadline;
mod dialogue;
#[cfg(feature = "nexo-crypto")]
mod door;
mod gathered;
mod history;
mod intake;
pub mod outcome;
mod progress;
pub mod record;
mod reports;
mod respond;
mod restart;
mod settings;
mod status;
mod transaction;

use heapless::Deque;

pub use contract::*;
#[cfg(feature = "nexo-crypto")]
pub use door::{ClearText, Door, Entrance, KeyIndex};
pub use settings::{ReceiptLines, Settings, Timeouts};
pub use transaction::{Ended, Transaction};

use self::dialogue::{Dialogue, Ids, Task};
use self::gathered::Gathered;
use self::history::History;
use self::intake::Inbox;
use self::record::{Record, Used};
use self::status::Wanted;
use self::transaction::Names;
use super::additional::Additional;
use super::refusal::Answer;
use super::seen::{Seen, Stamp};
use super::{Body, Dialect, Direction, Envelope, Report, RequestBody};
use crate::id::Id;
use crate::journal::Ticket;
use crate::json::{Document, Limits};
use crate::limits;
use crate::time::{Instant, WallTime};

/// Memory of one terminal, lent by the caller.
#[derive(Debug)]
pub struct Memory<'m> {
    /// For the request that came in and the one that is being done: both of the same length, which bounds requests. At
    /// least [`limits::NEXO_REQUEST_MIN`] bytes each.
    pub requests: [&'m mut [u8]; 2],
    /// For the responses of the last transactions: eight with receipts take about 64 KiB. At least
    /// [`limits::NEXO_HISTORY_MIN`] bytes.
    pub history: &'m mut [u8],
    /// For the receipts of one transaction, or the totals of a reconciliation, as JSON: a receipt of 40 lines takes about
    /// 6 KiB. What has no room is left out, and the answer says so.
    pub gathered: &'m mut [u8],
    /// For the ids of 48 hours.
    pub ids: &'m mut [Stamp],
}

/// One terminal: see the [module](self).
///
/// The transmit buffer given to [`poll_output`](Self::poll_output) must hold the longest answer: as much as `history`
/// and 4 KiB more is always enough.
pub struct Front<'m> {
    settings: Settings,
    now: Instant,
    /// The wall clock, and when it was read.
    clock: (WallTime, Instant),
    inbox: Inbox<'m>,
    /// The request of the dialogue, where its answer is written from it.
    kept: &'m mut [u8],
    kept_length: usize,
    gathered: Gathered<'m>,
    history: History<'m>,
    seen: Seen<'m>,
    names: Names,
    logins: Deque<Id<{ limits::NEXO_SALE_ID }>, { limits::NEXO_LOGINS }>,
    dialogue: Option<Dialogue>,
    held: Option<Held>,
    promise: Option<Promise>,
    records: Deque<Loose, { limits::NEXO_RECORDS }>,
    /// The record given out last.
    lent: Option<Loose>,
    stop: Option<WishId>,
    close: Option<ExchangeId>,
    /// What is kept of the transaction that ended last.
    ended: Option<Ended>,
    wishes: u32,
    tickets: u32,
    prompts: u32,
}

/// A card that was read, and waits for its payment.
struct Held {
    wish: WishId,
    ids: Ids,
    id: Id<{ limits::NEXO_TRANSACTION_ID }>,
    since: Instant,
}

/// A `NotFound` that is answered once it is stored that its id is taken: only then can it be promised.
struct Promise {
    exchange: Option<ExchangeId>,
    ids: Ids,
    wanted: Wanted,
    /// What of the question was not used.
    additional: Additional,
    used: Used,
    stage: Kept,
    since: Instant,
}

/// How far the storing of a promise is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// To be stored.
    Due,
    /// Being stored.
    Storing(Ticket),
    /// Stored, or not.
    Known(bool),
}

/// A record that nobody waits for.
#[derive(Clone, Debug)]
enum Loose {
    Used(Used),
    LoggedIn(Id<{ limits::NEXO_SALE_ID }>),
    LoggedOut(Id<{ limits::NEXO_SALE_ID }>),
}

/// What is to be given out next; what it lends is in the machine.
enum Next {
    Reply { exchange: ExchangeId, answer: Answer },
    Close(ExchangeId),
    Perform,
    Stop(WishId),
    Notify { length: usize },
    PersistLoose(Ticket),
    PersistPromise(Ticket),
    PersistAccepted(Ticket),
    PersistAnswered(Ticket),
}

impl<'m> Front<'m> {
    /// A terminal at rest.
    ///
    /// # Errors
    /// Memory that is not enough.
    pub fn new(settings: Settings, memory: Memory<'m>) -> Result<Self, ConfigError> {
        let [request, kept] = memory.requests;
        if request.len() != kept.len() || request.len() < limits::NEXO_REQUEST_MIN {
            return Err(ConfigError::Requests { least: limits::NEXO_REQUEST_MIN });
        }
        if memory.history.len() < limits::NEXO_HISTORY_MIN {
            return Err(ConfigError::History { least: limits::NEXO_HISTORY_MIN });
        }
        Ok(Self {
            now: Instant::default(),
            clock: (WallTime::new(0, 0), Instant::default()),
            inbox: Inbox::new(request),
            kept,
            kept_length: 0,
            gathered: Gathered::new(memory.gathered),
            history: History::new(memory.history),
            seen: Seen::new(memory.ids, settings.id_key, settings.uniqueness, settings.overflow),
            names: Names::new(settings.poi_id.as_str()),
            logins: Deque::new(),
            dialogue: None,
            held: None,
            promise: None,
            records: Deque::new(),
            lent: None,
            stop: None,
            close: None,
            ended: None,
            wishes: 0,
            tickets: 0,
            prompts: 0,
            settings,
        })
    }

    /// The settings of the terminal.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Ids that were forgotten before their time, for want of memory.
    #[must_use]
    pub const fn forgotten_ids(&self) -> u32 {
        self.seen.forgotten()
    }

    /// Whether no dialogue is in progress.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.dialogue.is_none() && self.held.is_none()
    }

    /// The transaction in progress, or whose result is not known yet.
    #[must_use]
    pub fn transaction(&self) -> Option<&Transaction> {
        self.dialogue.as_ref().and_then(Dialogue::transaction)
    }

    /// Takes in what happened.
    ///
    /// # Errors
    /// [`Misuse`] by the adapter or the application; the state is as before.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) -> Result<(), Misuse> {
        if now < self.now {
            return Err(Misuse::ClockWentBack);
        }
        match input {
            Input::Received { exchange, at, body, clear } => {
                self.inbox.receive(exchange, body, clear)?;
                self.clock = (at, now);
            }
            Input::Gone(exchange) => {
                self.inbox.forget(exchange);
                let dialogue = self.dialogue.as_mut().map(|it| &mut it.exchange);
                let promise = self.promise.as_mut().map(|it| &mut it.exchange);
                for open in dialogue.into_iter().chain(promise).filter(|open| **open == Some(exchange)) {
                    *open = None;
                }
            }
            Input::Told(wish, event) => self.told(wish, event)?,
            Input::Performed(wish, performed) => self.performed(wish, performed)?,
            Input::Stored(ticket) => self.stored(ticket, true)?,
            Input::StoreFailed(ticket) => self.stored(ticket, false)?,
            Input::Tick => {}
        }
        self.now = now;
        Ok(())
    }

    /// What is to be done next. Call it until it gives [`Output::Wait`].
    ///
    /// An answer is written to the front of `tx`: take it from there before the next call.
    #[must_use]
    pub fn poll_output(&mut self, tx: &mut [u8]) -> Output<'_> {
        let next = loop {
            if let Some(next) = self.advance(tx) {
                break Some(next);
            }
            // Time is looked at last: what came in before its deadline counts.
            if !self.expire() {
                break None;
            }
        };
        match next {
            Some(next) => self.output(next),
            None => Output::Wait(self.waiting()),
        }
    }

    fn output(&self, next: Next) -> Output<'_> {
        match next {
            Next::Reply { exchange, answer: Answer { status, length } } => Output::Reply { exchange, status, length },
            Next::Close(exchange) => Output::Close(exchange),
            Next::Stop(wish) => Output::Stop(wish),
            Next::Notify { length } => Output::Notify { length },
            Next::Perform => self.wish(),
            Next::PersistLoose(ticket) => Output::Persist(
                ticket,
                match &self.lent {
                    Some(Loose::Used(used)) => Record::Used(used),
                    Some(Loose::LoggedIn(sale_id)) => Record::LoggedIn(sale_id.as_str()),
                    Some(Loose::LoggedOut(sale_id)) => Record::LoggedOut(sale_id.as_str()),
                    None => return Output::Wait(self.waiting()),
                },
            ),
            Next::PersistPromise(ticket) => match &self.promise {
                Some(promise) => Output::Persist(ticket, Record::Used(&promise.used)),
                None => Output::Wait(self.waiting()),
            },
            Next::PersistAccepted(ticket) => match &self.dialogue {
                Some(Dialogue { task: Task::Transaction(transaction, taken), .. }) => {
                    Output::Persist(ticket, Record::Accepted(transaction, *taken))
                }
                _ => Output::Wait(self.waiting()),
            },
            Next::PersistAnswered(ticket) => match (&self.ended, self.history.newest()) {
                (Some(ended), Some((_, response))) => Output::Persist(ticket, Record::Answered(ended, response)),
                _ => Output::Wait(self.waiting()),
            },
        }
    }

    fn wish(&self) -> Output<'_> {
        let Some(dialogue) = &self.dialogue else { return Output::Wait(self.waiting()) };
        let wish = match (&dialogue.task, &dialogue.operation) {
            (Task::Transaction(transaction, _), _) if dialogue.restored => Wish::Settle(transaction),
            (_, Some(request)) => Wish::Operation { request, last: dialogue.last, card: dialogue.card },
            _ => match request_of(self.kept, self.kept_length, self.settings.dialect) {
                Some(RequestBody::Display(request)) => Wish::Display(request),
                Some(RequestBody::Input(request)) => Wish::Input(request),
                Some(RequestBody::Print(request)) => Wish::Print(request),
                Some(RequestBody::CardAcquisition(request)) => Wish::ReadCard(request),
                Some(request) => Wish::Other(request),
                None => return Output::Wait(self.waiting()),
            },
        };
        Output::Perform(dialogue.wish, wish)
    }

    /// The wall clock now.
    fn wall(&self) -> WallTime {
        let (at, read) = self.clock;
        at.after(self.now.since(read))
    }

    fn next_wish(&mut self) -> WishId {
        self.wishes = self.wishes.wrapping_add(1);
        WishId(self.wishes)
    }

    fn next_ticket(&mut self) -> Ticket {
        self.tickets = self.tickets.saturating_add(1);
        Ticket(self.tickets)
    }
}

/// The request that is kept; it was checked when it came.
fn request_of<'k>(kept: &'k [u8], length: usize, dialect: &'static Dialect) -> Option<RequestBody<'k>> {
    let bounds = Limits { bytes: usize::MAX, ..Limits::default() };
    let document = Document::parse_within(kept.get(..length)?, bounds).ok()?;
    let mut report = Report::new();
    let envelope = Envelope::read(document, Direction::Request, dialect, &mut report)?;
    match envelope.body(&mut report)? {
        Body::Request(request) => Some(request),
        _ => None,
    }
}
