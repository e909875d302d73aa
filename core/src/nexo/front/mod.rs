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
//! | file | what is in it |
//! | --- | --- |
//! | `contract` | inputs, outputs and wishes |
//! | `settings` | what a terminal is set to |
//! | `dialogue` | the one dialogue at a time, and how far it is |
//! | `intake` | what a request leads to |
//! | `respond`, `outcome` | how the end of a dialogue is told |
//! | `status` | what became of a transaction |
//! | `gathered` | receipts and totals as they come |
//! | `transaction`, `record` | what is stored of a transaction, and its bytes |
//! | `history` | the last responses |

mod contract;
mod dialogue;
mod gathered;
mod history;
mod intake;
pub mod outcome;
pub mod record;
mod respond;
mod settings;
mod status;
mod transaction;

use heapless::Deque;

pub use contract::*;
pub use settings::{ReceiptLines, Settings, Timeouts};
pub use transaction::{Ended, Transaction};

use self::dialogue::{Dialogue, End, Given, Ids, Prompt, Stage, Task};
use self::gathered::Gathered;
use self::history::History;
use self::intake::Inbox;
use self::record::{Entry, Record, Used};
use self::respond::Scribe;
use self::status::{Files, Known, Wanted};
use self::transaction::Names;
use super::additional::Additional;
use super::body::{
    CardAcquisitionResponse, DisplayOutput, DisplayRequest, OutputContent, OutputText, POIData, StoredValueResponse,
    TransactionIdentification,
};
use super::refusal::{self, Answer, stamp};
use super::seen::{Seen, Stamp};
use super::vocabulary::{Device, InfoQualify, OutputFormat};
use super::{
    Body, Category, Dialect, Direction, Envelope, List, Message, MessageHeader, Report, RequestBody, ResponseBody,
};
use crate::drive::{Event, Wait, Why};
use crate::id::Id;
use crate::journal::Ticket;
use crate::json::{Document, Limits};
use crate::limits;
use crate::operation::Outcome;
use crate::receipt::Purpose;
use crate::text::Text;
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

    /// Takes in what was stored before a restart: every record, in the order in which it was stored, before the first
    /// input. An accepted transaction without a response is in progress until the application settles it
    /// ([`Wish::Settle`]).
    pub fn restore(&mut self, entry: &Entry<'_>) {
        match entry {
            Entry::Used(used) => self.seen.restore(used.taken, used.sale_id.as_str(), used.service_id.as_str()),
            Entry::Accepted(transaction, taken) => {
                self.seen.restore(*taken, transaction.sale_id.as_str(), transaction.service_id.as_str());
                self.names.restore(&transaction.name);
                let ids = Ids {
                    category: transaction.kind.category(),
                    sale_id: transaction.sale_id.clone(),
                    service_id: transaction.service_id.clone(),
                    device_id: None,
                };
                let wish = self.next_wish();
                let task = Task::Transaction(transaction.clone(), *taken);
                let mut dialogue = Dialogue::new(wish, ids, task, Instant::default());
                dialogue.stage = Stage::Ready;
                dialogue.restored = true;
                self.dialogue = Some(dialogue);
            }
            Entry::Answered(ended, response) => {
                self.names.restore(&ended.transaction.name);
                // One that is too long for this memory was answered before; it is only not repeated.
                _ = self.history.push(ended, response.0);
                let is = |it: &Dialogue| it.transaction().is_some_and(|it| it.name == ended.transaction.name);
                if self.dialogue.as_ref().is_some_and(is) {
                    self.dialogue = None;
                }
            }
            Entry::LoggedIn(sale_id) => self.log_in(sale_id),
            Entry::LoggedOut(sale_id) => self.log_out(sale_id),
        }
    }

    /// Says that what was stored is damaged, elsewhere than at its very end, where a storing was cut off that was never
    /// confirmed: of messages that are not known it is then not said that they never came, for 48 hours.
    pub const fn mark_damaged(&mut self) {
        self.seen.mark_incomplete();
    }

    /// Whether a record that was stored is still needed: for those who write the others anew from time to time, in the
    /// same order.
    #[must_use]
    pub fn needs(&mut self, now: Instant, at: WallTime, entry: &Entry<'_>) -> bool {
        let id = match entry {
            Entry::Used(used) => (used.sale_id.as_str(), used.service_id.as_str()),
            Entry::Accepted(transaction, _) => {
                if self.transaction().is_some_and(|running| running.name == transaction.name) {
                    return true;
                }
                (transaction.sale_id.as_str(), transaction.service_id.as_str())
            }
            Entry::Answered(ended, _) => {
                return self.history.find(|kept| kept.name == ended.transaction.name).is_some();
            }
            Entry::LoggedIn(sale_id) => return self.logins.iter().any(|login| login == sale_id),
            Entry::LoggedOut(_) => return false,
        };
        self.seen.find(now, at, id.0, id.1).is_some()
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

    fn told(&mut self, wish: WishId, event: &Event<'_>) -> Result<(), Misuse> {
        let dialect = self.settings.dialect;
        let is = |it: &&mut Dialogue| it.wish == wish && it.stage == Stage::Running && it.end.is_none();
        let dialogue = self.dialogue.as_mut().filter(is).ok_or(Misuse::NoSuchWish)?;
        if matches!(dialogue.task, Task::Kept) {
            return Err(Misuse::WrongEnd);
        }
        match event {
            Event::SheetBegun(sheet) => match sheet.purpose {
                Purpose::Receipt(copy) => self.gathered.begin(sheet.id, copy, dialect),
                Purpose::CashierDisplay if self.settings.prompts => {
                    dialogue.prompt = Some(Prompt { sheet: sheet.id, lines: heapless::Vec::new(), whole: false });
                }
                _ => {}
            },
            Event::Line(sheet, line) => {
                self.gathered.line(*sheet, line, self.settings.receipt_lines, dialect);
                if let Some(prompt) = dialogue.prompt.as_mut().filter(|it| it.sheet == *sheet && !it.whole) {
                    // A prompt of more lines than there is room is shown without the last.
                    _ = prompt.lines.push((*line).clone());
                }
            }
            Event::SheetEnded { sheet, .. } => {
                self.gathered.end(*sheet);
                if let Some(prompt) = dialogue.prompt.as_mut().filter(|it| it.sheet == *sheet) {
                    prompt.whole = true;
                }
            }
            Event::Total(total) => self.gathered.total(total, dialect),
            Event::Finished(finished) => {
                let money = dialogue.transaction().is_some();
                // Of a question about totals an unknown result is only no answer.
                if finished.outcome != Outcome::Unknown || !money {
                    dialogue.end = Some(End::Finished((*finished).clone()));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn performed(&mut self, wish: WishId, performed: Performed<'_>) -> Result<(), Misuse> {
        let is = |it: &&mut Dialogue| it.wish == wish && it.stage == Stage::Running && it.end.is_none();
        let dialogue = self.dialogue.as_mut().filter(is).ok_or(Misuse::NoSuchWish)?;
        let kept = matches!(dialogue.task, Task::Kept);
        dialogue.end = Some(match performed {
            Performed::Refused(refused) => End::Refused {
                condition: refused.condition,
                message: Text::from_cut(refused.message),
                reason: Text::from_cut(refused.reason),
            },
            Performed::Done if kept && dialogue.ids.category != Category::Input => End::Done,
            Performed::Answer(answer) if dialogue.ids.category == Category::Input => End::Answer(answer.into()),
            Performed::Responded(body) if kept && body.category() == dialogue.ids.category => {
                let dialect = self.settings.dialect;
                let at = self.clock.0.after(self.now.since(self.clock.1));
                let (name, stamp) = (self.names.of_none(at), stamp(at));
                let named = TransactionIdentification::new(name.id.as_str().into(), stamp.as_str().into());
                let request = request_of(self.kept, self.kept_length, dialect);
                let body = with_names(*body, request.as_ref(), named);
                let message = Message::response(MessageHeader::default(), body);
                if !self.gathered.keep(|out| message.write_to(out, dialect)) {
                    return Err(Misuse::TooLong);
                }
                End::Responded
            }
            _ => return Err(Misuse::WrongEnd),
        });
        Ok(())
    }

    fn stored(&mut self, ticket: Ticket, stored: bool) -> Result<(), Misuse> {
        if ticket.0 == 0 || ticket.0 > self.tickets {
            return Err(Misuse::NoSuchTicket);
        }
        if let Some(promise) = self.promise.as_mut().filter(|it| it.stage == Kept::Storing(ticket)) {
            promise.stage = Kept::Known(stored);
        }
        let Some(dialogue) = &mut self.dialogue else { return Ok(()) };
        match dialogue.stage {
            Stage::Storing(waiting) if waiting == ticket => {
                dialogue.stage = Stage::Ready;
                if !stored {
                    dialogue.end = Some(End::NotStored);
                }
            }
            // The answer is as true if it could not be stored. After a restart its transaction is in progress, and the
            // application tells its end again.
            Stage::Answering(waiting) if waiting == ticket => dialogue.stage = Stage::Answered,
            _ => {}
        }
        Ok(())
    }

    /// Does what can be done without another input.
    fn advance(&mut self, tx: &mut [u8]) -> Option<Next> {
        loop {
            if let Some(loose) = self.records.pop_front() {
                self.lent = Some(loose);
                return Some(Next::PersistLoose(self.next_ticket()));
            }
            if let Some(wish) = self.stop.take() {
                return Some(Next::Stop(wish));
            }
            if let Some(exchange) = self.close.take() {
                return Some(Next::Close(exchange));
            }
            if let Some(next) = self.advance_promise(tx) {
                return Some(next);
            }
            if let Some(next) = self.advance_dialogue(tx) {
                return Some(next);
            }
            match self.take_in(tx) {
                intake::Taken::Nothing => return None,
                intake::Taken::Answered(Some(exchange), answer) => return Some(reply(exchange, answer)),
                // Something else has to be done first, or the till is gone.
                intake::Taken::Answered(None, _) | intake::Taken::Later => {}
            }
        }
    }

    fn advance_promise(&mut self, tx: &mut [u8]) -> Option<Next> {
        match self.promise.as_ref()?.stage {
            Kept::Due => {
                let ticket = self.next_ticket();
                self.promise.as_mut()?.stage = Kept::Storing(ticket);
                Some(Next::PersistPromise(ticket))
            }
            Kept::Storing(_) => None,
            Kept::Known(stored) => {
                let promise = self.promise.take()?;
                // What is not stored cannot be promised.
                let known = if stored { Known::NeverCame } else { Known::Unsure };
                let files = Files { dialogue: self.dialogue.as_ref(), history: &self.history };
                let header = promise.ids.header(self.settings.poi_id.as_str());
                let answer = files.answer(&self.settings, &header, &promise.wanted, &known, &promise.additional, tx);
                Some(reply(promise.exchange?, answer))
            }
        }
    }

    fn advance_dialogue(&mut self, tx: &mut [u8]) -> Option<Next> {
        loop {
            let dialogue = self.dialogue.as_mut()?;
            match dialogue.stage {
                Stage::Accepted => {
                    let ticket = self.next_ticket();
                    let dialogue = self.dialogue.as_mut()?;
                    (dialogue.stage, dialogue.storing) = (Stage::Storing(ticket), self.now);
                    return Some(Next::PersistAccepted(ticket));
                }
                Stage::Storing(_) | Stage::Answering(_) => return None,
                Stage::Ready => {
                    dialogue.stage = Stage::Running;
                    if dialogue.by_till && dialogue.end.is_none() {
                        dialogue.end = Some(End::Withdrawn);
                    }
                    if dialogue.end.is_none() {
                        self.gathered.clear();
                        return Some(Next::Perform);
                    }
                }
                Stage::Running => {
                    if let Some(prompt) = dialogue.prompt.take_if(|prompt| prompt.whole)
                        && let Some(length) = self.prompt(&prompt, tx)
                    {
                        return Some(Next::Notify { length });
                    }
                    return self.end(tx);
                }
                Stage::Answered => {
                    let exchange = self.dialogue.take()?.exchange;
                    let (_, response) = self.history.newest()?;
                    let length = response.0.len();
                    let exchange = exchange?;
                    let Some(room) = tx.get_mut(..length) else { return Some(Next::Close(exchange)) };
                    room.copy_from_slice(response.0);
                    return Some(reply(exchange, Answer { status: 200, length }));
                }
            }
        }
    }

    /// Tells the end of the dialogue, if it has one.
    fn end(&mut self, tx: &mut [u8]) -> Option<Next> {
        let dialogue = self.dialogue.as_ref()?;
        let end = dialogue.end.as_ref()?;
        let scribe = Scribe { settings: &self.settings, dialogue, gathered: &self.gathered };
        if let Some(transaction) = dialogue.transaction() {
            let Some((ended, length)) = scribe.transaction(transaction, end, tx) else {
                // The end stays, to be told when there is more room; nothing untrue is said meanwhile.
                return self.dialogue.as_mut()?.exchange.take().map(Next::Close);
            };
            let response = tx.get(..length).unwrap_or_default();
            if self.history.push(&ended, response).is_err() {
                // No room to keep it, so it cannot be stored before it is sent either.
                let exchange = self.dialogue.take()?.exchange?;
                return Some(reply(exchange, Answer { status: 200, length }));
            }
            self.ended = Some(ended);
            let ticket = self.next_ticket();
            let dialogue = self.dialogue.as_mut()?;
            (dialogue.stage, dialogue.storing) = (Stage::Answering(ticket), self.now);
            return Some(Next::PersistAnswered(ticket));
        }
        let answer = scribe.other(end, self.kept.get(..self.kept_length).unwrap_or_default(), tx);
        self.hold_card();
        let exchange = self.dialogue.take()?.exchange?;
        Some(reply(exchange, answer))
    }

    /// A card that was read stays with the terminal.
    fn hold_card(&mut self) {
        let Some(dialogue) = &self.dialogue else { return };
        if dialogue.ids.category == Category::CardAcquisition && matches!(dialogue.end, Some(End::Responded)) {
            let id = self.gathered.responded(dialogue.ids.category).and_then(|body| {
                let id = body.object()?.get("POIData")?.object()?.get("POITransactionID")?.object()?;
                id.get("TransactionID")?.text()?.copy_to().ok()
            });
            let (wish, ids) = (dialogue.wish, dialogue.ids.clone());
            self.held = id.map(|id| Held { wish, ids, id, since: self.now });
        }
    }

    /// A prompt as a notification of the till, at the front of `tx`.
    fn prompt(&mut self, prompt: &Prompt, tx: &mut [u8]) -> Option<usize> {
        self.prompts = self.prompts.wrapping_add(1);
        let mut device_id = heapless::String::<{ limits::NEXO_SERVICE_ID }>::new();
        _ = core::fmt::Write::write_fmt(&mut device_id, format_args!("{}", self.prompts));
        let ids = &self.dialogue.as_ref()?.ids;
        let header = MessageHeader {
            device_id: Some(device_id.as_str().into()),
            ..MessageHeader::request(
                Category::Display,
                ids.sale_id.as_str(),
                self.settings.poi_id.as_str(),
                ids.service_id.as_str(),
            )
        };
        let mut lines = heapless::Vec::<OutputText<'_>, { limits::NEXO_PROMPT_LINES }>::new();
        for line in &prompt.lines {
            lines.push(OutputText::new(line.text.as_str().into())).ok()?;
        }
        let content = OutputContent {
            output_text: Some(List::from(lines.as_slice())),
            ..OutputContent::new(OutputFormat::Text.into())
        };
        let output = [DisplayOutput {
            response_required_flag: Some(false),
            ..DisplayOutput::new(Device::CashierDisplay.into(), InfoQualify::Status.into(), content)
        }];
        let body = DisplayRequest::new(List::from(&output));
        Message::request(header, body.into()).write(self.settings.dialect, tx).ok()
    }

    /// Gives up what took too long; whether there is something to do then.
    fn expire(&mut self) -> bool {
        let timeouts = self.settings.timeouts;
        if let Some(held) = self.held.take_if(|held| self.now >= held.since.after(timeouts.dialogue)) {
            self.stop = Some(held.wish);
            return true;
        }
        let silent = |since: Instant| self.now >= since.after(timeouts.store);
        if let Some(promise) =
            self.promise.as_mut().filter(|it| matches!(it.stage, Kept::Storing(_)) && silent(it.since))
        {
            promise.stage = Kept::Known(false);
            return true;
        }
        let Some(dialogue) = &mut self.dialogue else { return false };
        let silent = silent(dialogue.storing);
        match dialogue.stage {
            // A store that says nothing has stored nothing that could be counted on.
            Stage::Storing(_) if silent => {
                dialogue.stage = Stage::Ready;
                dialogue.end = Some(End::NotStored);
                return true;
            }
            Stage::Answering(_) if silent => {
                dialogue.stage = Stage::Answered;
                return true;
            }
            Stage::Running if dialogue.end.is_none() => {}
            _ => return false,
        }
        if !dialogue.stopped && dialogue.until.is_some_and(|until| self.now >= until) {
            dialogue.stopped = true;
            dialogue.end = Some(End::Answer(Given::Nothing));
            self.stop = Some(dialogue.wish);
            return true;
        }
        if !dialogue.stopped && !dialogue.restored && self.now >= dialogue.began.after(timeouts.dialogue) {
            (dialogue.stopped, dialogue.by_time) = (true, true);
            self.stop = Some(dialogue.wish);
            return true;
        }
        if !dialogue.restored && self.now >= dialogue.began.after(timeouts.exchange) {
            if dialogue.transaction().is_none() {
                dialogue.end = Some(End::TimedOut);
                return true;
            }
            if let Some(exchange) = dialogue.exchange.take() {
                self.close = Some(exchange);
                return true;
            }
        }
        false
    }

    fn waiting(&self) -> Wait {
        let timeouts = self.settings.timeouts;
        let held = self.held.as_ref().map(|held| held.since.after(timeouts.dialogue));
        let dialogue = self.dialogue.as_ref().and_then(|dialogue| match dialogue.stage {
            Stage::Storing(_) | Stage::Answering(_) => Some(dialogue.storing.after(timeouts.store)),
            Stage::Running if dialogue.end.is_none() && !dialogue.restored => {
                let stop = (!dialogue.stopped).then_some(dialogue.began.after(timeouts.dialogue));
                // A transaction whose result is not known waits for it without an end.
                let ends = dialogue.exchange.is_some() || dialogue.transaction().is_none();
                let end = ends.then_some(dialogue.began.after(timeouts.exchange));
                [stop, end, dialogue.until].into_iter().flatten().min()
            }
            _ => None,
        });
        let why = match &self.dialogue {
            Some(Dialogue { stage: Stage::Storing(_) | Stage::Answering(_), .. }) => Why::Store,
            Some(Dialogue { stopped: true, task: Task::Transaction(..), exchange: None, .. }) => Why::Unresolved,
            Some(_) => Why::Terminal,
            None => Why::Idle,
        };
        let promise = self.promise.as_ref().map(|promise| promise.since.after(timeouts.store));
        Wait { until: held.into_iter().chain(dialogue).chain(promise).min(), why }
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

    fn log_in(&mut self, sale_id: &Id<{ limits::NEXO_SALE_ID }>) {
        self.log_out(sale_id);
        if self.logins.is_full() {
            _ = self.logins.pop_front();
        }
        // A place is free.
        _ = self.logins.push_back(sale_id.clone());
    }

    fn log_out(&mut self, sale_id: &Id<{ limits::NEXO_SALE_ID }>) {
        for _ in 0..self.logins.len() {
            if let Some(other) = self.logins.pop_front()
                && other != *sale_id
            {
                _ = self.logins.push_back(other);
            }
        }
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

fn reply(exchange: ExchangeId, answer: Answer) -> Next {
    if answer == Answer::NO_ROOM { Next::Close(exchange) } else { Next::Reply { exchange, answer } }
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

/// The answer of an application, with the names of the transaction where it gave none.
fn with_names<'a>(
    body: ResponseBody<'a>,
    request: Option<&RequestBody<'a>>,
    named: TransactionIdentification<'a>,
) -> ResponseBody<'a> {
    let (sale_data, poi_data) = (Some(refusal::sale_data(request)), Some(POIData::new(named)));
    match body {
        ResponseBody::CardAcquisition(body) => CardAcquisitionResponse {
            sale_data: body.sale_data.or(sale_data),
            poi_data: body.poi_data.or(poi_data),
            ..body
        }
        .into(),
        ResponseBody::StoredValue(body) => StoredValueResponse {
            sale_data: body.sale_data.or(sale_data),
            poi_data: body.poi_data.or(poi_data),
            ..body
        }
        .into(),
        other => other,
    }
}
