//! A terminal, its application and its records, without sockets and clocks.

use std::time::Duration;

use opi_core::nexo::front::record::Record;
use opi_core::nexo::front::{ConfigError, ExchangeId, Front, Input, Memory, Misuse, Output, Settings};
use opi_core::nexo::seen::Stamp;
use opi_core::time::{Instant, WallTime};

use super::application::{Application, Leaving, Next};
use super::records::{Records, RecordsError};
use crate::clock::now_local;
use crate::https::limits::REQUEST_BODY;

/// Memory for the responses of the last transactions: eight with receipts take about 64 KiB.
const HISTORY: usize = 256 * 1024;

/// Memory for the receipts of one transaction.
const GATHERED: usize = 64 * 1024;

/// Ids of 48 hours that are remembered: a payment every nine seconds all day and all night. They take 240 KiB.
const IDS: usize = 20_000;

/// What a terminal says beside its history in one answer.
const BESIDE: usize = 8 * 1024;

/// The memory of one terminal.
#[derive(Debug)]
pub struct Lent {
    requests: [Vec<u8>; 2],
    history: Vec<u8>,
    gathered: Vec<u8>,
    ids: Vec<Stamp>,
}

impl Default for Lent {
    fn default() -> Self {
        Self {
            requests: [vec![0; REQUEST_BODY], vec![0; REQUEST_BODY]],
            history: vec![0; HISTORY],
            gathered: vec![0; GATHERED],
            ids: vec![Stamp::FREE; IDS],
        }
    }
}

/// What is to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Answer a request.
    Reply {
        /// Which.
        exchange: ExchangeId,
        /// The status of HTTP.
        status: u16,
        /// How it leaves.
        body: Leaving,
    },
    /// Send this request to the till; there is no answer.
    Notify(Vec<u8>),
    /// Nothing can be stored any more, and why. The terminal refuses what it would have to remember.
    NotStored(String),
    /// Begin anew with what was stored; all connections end.
    Restart,
}

/// A terminal, its application and its records.
pub struct Counter<'m, A> {
    front: Front<'m>,
    application: &'m mut A,
    records: &'m mut Records,
    tx: Vec<u8>,
    /// The request that came last, and the one of the transaction that was accepted last.
    last: Option<ExchangeId>,
    money: Option<ExchangeId>,
}

impl<'m, A: Application> Counter<'m, A> {
    /// A terminal that knows what is in its records.
    ///
    /// # Errors
    /// Records that cannot be read.
    ///
    /// # Panics
    /// Never: the memory is what the core asks for.
    pub fn open(
        settings: &Settings,
        lent: &'m mut Lent,
        application: &'m mut A,
        records: &'m mut Records,
    ) -> Result<Self, OpenError> {
        let [request, kept] = &mut lent.requests;
        let memory = Memory {
            requests: [request, kept],
            history: &mut lent.history,
            gathered: &mut lent.gathered,
            ids: &mut lent.ids,
        };
        let mut front = Front::new(settings.clone(), memory).map_err(OpenError::Memory)?;
        records.restore(&mut front, now_local()).map_err(OpenError::Records)?;
        let tx = vec![0; HISTORY + BESIDE];
        Ok(Self { front, application, records, tx, last: None, money: None })
    }

    /// The application behind it.
    pub const fn application(&mut self) -> &mut A {
        self.application
    }

    /// Whether no dialogue is in progress.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.front.is_idle()
    }

    /// A request came in, clear. What the terminal had to do before must be [`drain`](Self::drain)ed.
    ///
    /// # Errors
    /// The request is longer than the memory for it, or nothing was drained.
    pub fn receive(
        &mut self,
        now: Instant,
        at: WallTime,
        exchange: ExchangeId,
        body: &[u8],
        clear: bool,
    ) -> Result<(), Misuse> {
        self.last = Some(exchange);
        self.front.handle_input(now, Input::Received { exchange, at, body, clear })
    }

    /// The till is not there any more.
    pub fn gone(&mut self, now: Instant, exchange: ExchangeId) {
        // It has no other error than a clock that goes back.
        let _ = self.front.handle_input(now, Input::Gone(exchange));
    }

    /// Does everything there is to do: what is left to the outside, and when to come again at the latest.
    pub fn drain(&mut self, now: Instant) -> (Vec<Effect>, Option<Instant>) {
        let mut effects = Vec::new();
        let _ = self.front.handle_input(now, Input::Tick);
        loop {
            match self.front.poll_output(&mut self.tx) {
                Output::Reply { exchange, status, length } => {
                    let body = self.tx.get(..length).unwrap_or_default().to_vec();
                    let is_money = self.money == Some(exchange);
                    let body = if is_money { self.application.leaving(body) } else { Leaving::Whole(body) };
                    effects.push(Effect::Reply { exchange, status, body });
                }
                Output::Close(exchange) => {
                    effects.push(Effect::Reply { exchange, status: 500, body: Leaving::Closed });
                }
                Output::Stop(wish) => self.application.stop(now, wish),
                Output::Notify { length } => {
                    effects.push(Effect::Notify(self.tx.get(..length).unwrap_or_default().to_vec()));
                }
                Output::Persist(ticket, record) => {
                    if let Record::Accepted(transaction, _) = record {
                        self.application.accept(transaction);
                        self.money = self.last;
                    }
                    let stored = match self.records.append(&record) {
                        Ok(()) => Input::Stored(ticket),
                        Err(why) => {
                            effects.push(Effect::NotStored(why.to_string()));
                            Input::StoreFailed(ticket)
                        }
                    };
                    let _ = self.front.handle_input(now, stored);
                }
                Output::Perform(wish, what) => self.application.perform(now, wish, &what),
                Output::Wait(wait) => {
                    let front = &mut self.front;
                    // What nobody wants to hear any more is of no use.
                    let mut tell = |input: Input<'_>| {
                        let _ = front.handle_input(now, input);
                    };
                    match self.application.poll(now, &mut tell) {
                        Next::More => {}
                        Next::Restart => {
                            effects.push(Effect::Restart);
                            return (effects, Some(now));
                        }
                        Next::Wait(until) => {
                            return (effects, wait.until.into_iter().chain(until).min());
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// Why there is no terminal.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// The memory is not what the core asks for: a mistake in this crate.
    Memory(ConfigError),
    /// The records cannot be read.
    Records(RecordsError),
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Memory(error) => error.fmt(out),
            Self::Records(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for OpenError {}

/// The longest that a loop over [`Counter::drain`] sleeps: a wall clock that was set is noticed within it.
pub(super) const NAP: Duration = Duration::from_secs(60);
