//! A session with its memory, its clock and its journal: all of a till but sockets, timers and the storing.

use std::collections::HashMap;
use std::io;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use opi_core::drive::{Input, Link, Output, Why};
use opi_core::journal::Ticket;
use opi_core::money::Money;
use opi_core::operation::{Facts, Finished, Operation, Outcome, Reason, Request, SettledBy};
use opi_core::opi::{Memory, Session};
use opi_core::time;

use super::job::Job;
use super::journal::Journal;
use super::order::Order;
use super::say::{self, End};

/// Connections that the terminal may hold open at once.
pub const DEVICE_SLOTS: usize = 4;

/// Small on purpose: long messages have to pass through.
const WINDOW: usize = 512;

/// Memory of a lane.
#[derive(Debug)]
pub struct Windows([[u8; WINDOW]; 2 + DEVICE_SLOTS]);

impl Default for Windows {
    fn default() -> Self {
        Self([[0; WINDOW]; 2 + DEVICE_SLOTS])
    }
}

/// One lane.
pub struct Lane<'m> {
    session: Session<'m, DEVICE_SLOTS>,
    journal: Journal,
    began: Instant,
    /// Numbers the storings.
    count: u32,
    storing: HashMap<u32, (For, Vec<u8>)>,
    /// A block of numbers that is to be stored.
    block: Option<Vec<u8>>,
    /// An operation that waits for it.
    wish: Option<Wish>,
}

/// What something is stored for.
enum For {
    Session(Ticket),
    Wish,
}

enum Wish {
    Pay(Money),
    Recover,
}

/// What a runtime has to do next.
#[derive(Debug, PartialEq)]
pub enum Act {
    /// As [`Output::Listen`].
    Listen,
    /// As [`Output::Connect`].
    Connect(Link),
    /// As [`Output::Send`]: the frame.
    Send(Link, Vec<u8>),
    /// As [`Output::Close`].
    Close(Link),
    /// Store these bytes, then [`Lane::stored`] with the number.
    Store(u32, Vec<u8>),
    /// As [`Output::Wait`].
    Wait(Option<Instant>),
}

impl<'m> Lane<'m> {
    /// A lane that goes on where `stored` ends.
    ///
    /// # Errors
    /// A journal or settings that do not fit.
    pub fn open(job: &Job, stored: &[u8], windows: &'m mut Windows) -> io::Result<Self> {
        let journal = Journal::new(stored)?;
        let mut settings = job.settings();
        journal.settle(&mut settings);
        let [request, abort, device @ ..] = &mut windows.0;
        let memory = Memory { request, abort, device: device.each_mut().map(|window| window.as_mut_slice()) };
        let mut session = Session::new(settings, memory).map_err(io::Error::other)?;
        if let Some(unresolved) = journal.unresolved() {
            session.set_unresolved(unresolved);
        }
        Ok(Self { session, journal, began: Instant::now(), count: 0, storing: HashMap::new(), block: None, wish: None })
    }

    /// Says that the till can be used, and what blocks it.
    pub fn ready(&self) {
        match self.session.unresolved() {
            Some(unresolved) => println!("ready {}", unresolved.request_id.get()),
            None => println!("ready"),
        }
    }

    fn now(&self) -> time::Instant {
        time::Instant::from_millis(0).after(self.began.elapsed())
    }

    /// How many bytes may be reported on this connection now.
    #[must_use]
    pub fn room(&self, link: Link) -> usize {
        self.session.room(link)
    }

    /// A slot for a connection of the terminal, if one is free.
    #[must_use]
    pub fn free_device_slot(&self) -> Option<Link> {
        self.session.free_device_slot()
    }

    /// Carries an order out; `false` for [`Order::Quit`]. Then [`next`](Self::next) until it gives [`Act::Wait`].
    pub fn order(&mut self, order: &Order) -> bool {
        match order {
            Order::Pay(amount) => self.wish(Wish::Pay(*amount)),
            Order::Recover => self.wish(Wish::Recover),
            Order::Abort => self.try_input(Input::Abort),
            Order::Answer(question, given) => self.try_input(Input::Answer(*question, given.answer())),
            Order::Stored(number, is_stored) => self.stored(*number, *is_stored),
            Order::Record(_) | Order::Begin => {}
            Order::Quit => return false,
        }
        true
    }

    /// Reports what happened. The session refuses it only if the till made a mistake.
    pub fn report(&mut self, input: Input<'_>) {
        let now = self.now();
        if let Err(misuse) = self.session.handle_input(now, input) {
            println!("misuse {misuse}");
        }
    }

    /// Reports what became of a storing.
    pub fn stored(&mut self, number: u32, is_stored: bool) {
        let Some((what, bytes)) = self.storing.remove(&number) else {
            println!("misuse nothing of the number {number} is being stored");
            return;
        };
        if is_stored {
            self.journal.stored(&bytes);
        }
        match (what, is_stored) {
            (For::Session(ticket), true) => self.report(Input::Stored(ticket)),
            (For::Session(ticket), false) => self.report(Input::StoreFailed(ticket)),
            (For::Wish, true) => self.begin(),
            (For::Wish, false) => self.give_up(),
        }
    }

    /// What is to be done next.
    ///
    /// # Errors
    /// A record that cannot be written.
    pub fn next(&mut self, tx: &mut [u8]) -> io::Result<Act> {
        if let Some(block) = self.block.take() {
            return Ok(self.store(For::Wish, block));
        }
        loop {
            let (ticket, bytes) = match self.session.poll_output(tx) {
                Output::Listen => return Ok(Act::Listen),
                Output::Connect(link) => return Ok(Act::Connect(link)),
                Output::Send { link, length } => {
                    return Ok(Act::Send(link, tx.get(..length).unwrap_or_default().to_vec()));
                }
                Output::Close(link) => return Ok(Act::Close(link)),
                Output::Persist(ticket, record) => (ticket, self.journal.bytes(&record)?),
                Output::Event(event) => {
                    self.journal.gather(&event)?;
                    if let Some(line) = say::line(&event) {
                        println!("{line}");
                    }
                    continue;
                }
                Output::Wait(wait) => {
                    // An earlier request without an end blocks the lane as soon as nothing else does (I6).
                    if wait.why == Why::Idle
                        && self.storing.is_empty()
                        && let Some(unresolved) = self.journal.unresolved()
                    {
                        self.session.set_unresolved(unresolved);
                    }
                    let until = wait.until.map(|until| Duration::from_millis(until.as_millis()));
                    return Ok(Act::Wait(until.map(|until| self.began + until)));
                }
                _ => continue,
            };
            return Ok(self.store(For::Session(ticket), bytes));
        }
    }

    fn store(&mut self, what: For, bytes: Vec<u8>) -> Act {
        self.count += 1;
        self.storing.insert(self.count, (what, bytes.clone()));
        Act::Store(self.count, bytes)
    }

    /// An order of a person, who may be told no.
    fn try_input(&mut self, input: Input<'_>) {
        let now = self.now();
        if let Err(misuse) = self.session.handle_input(now, input) {
            println!("refused {misuse}");
        }
    }

    /// Begins an operation, once its numbers are stored (I5).
    fn wish(&mut self, wish: Wish) {
        if !self.session.is_idle() || self.wish.is_some() {
            println!("refused an operation is in progress");
            return;
        }
        self.wish = Some(wish);
        match self.journal.block(self.session.next_request()) {
            Ok(None) => self.begin(),
            Ok(block) => self.block = block,
            Err(_) => self.give_up(),
        }
    }

    fn begin(&mut self) {
        let at = local_time();
        match self.wish.take() {
            Some(Wish::Pay(amount)) => {
                let operation = Operation::Payment { amount, cash_back: None };
                self.try_input(Input::Start(&Request::new(operation, at)));
            }
            Some(Wish::Recover) => self.try_input(Input::Recover(at)),
            None => {}
        }
    }

    /// No numbers: nothing was begun.
    fn give_up(&mut self) {
        let (request_id, outcome) = match self.wish.take() {
            Some(Wish::Recover) => {
                (self.session.unresolved().map(|unresolved| unresolved.request_id), Outcome::Unknown)
            }
            _ => (None, Outcome::NotSent),
        };
        let reason = Some(Reason::NotStored);
        let (settled_by, facts) = (SettledBy::Answer, Facts::default());
        println!("{}", End(&Finished { request_id, outcome, reason, settled_by, facts, stored: false }));
    }
}

/// The time in UTC: a shop's till has that of its place.
fn local_time() -> time::WallTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    time::WallTime::new(i64::try_from(since.as_secs()).unwrap_or(0), 0)
}
