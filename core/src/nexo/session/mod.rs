//! The till's side of one lane at a terminal that speaks the Terminal API: the same two calls, the same words and the
//! same [`table`](crate::session::table) as at a terminal that speaks OPI.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `input`, `output` | what happened, and what is to be done next |
//! | `flow` | what is done on an edge |
//! | `request` | an operation as a message |
//! | `hear`, `answer`, `classify` | whose an answer is, what it says, and what it means |
//! | `sheets` | the receipts and totals of an answer, told one line at a time |
//! | `recovery`, `inquiry`, `weigh` | what is asked about a lost answer, and what settles it |
//! | `abort` | stopping, beside the request in progress |
//! | `exchange` | one connection: a request out, its answer in |
//! | `current` | the request in progress |
//!
//! Every message is one HTTPS exchange on a connection of its own. The session gives and takes the bodies in clear; an
//! adapter adds HTTP, and whoever owns the keys seals and opens the bodies in between. A body that cannot be opened is
//! given as [`Complete`](crate::drive::Input::Complete) without a byte before it.
//!
//! **What settles a request.** Its own answer, judged by its ids before anything else. If that is lost or says nothing,
//! the terminal is asked with `TransactionStatusRequest` until it says how the request ended: its repeated answer, by
//! the ids and the result *of that*; or that it never had the request, see `weigh` for when that is believed. The
//! request itself never leaves a second time (I1), so no answer to a second sending can end the first.

mod abort;
mod answer;
mod classify;
mod current;
mod exchange;
mod flow;
mod hear;
mod input;
mod inquiry;
mod output;
#[cfg(feature = "proof")]
mod proof;
mod recovery;
mod request;
mod sheets;
mod stash;
mod weigh;

pub use answer::{Answer, Hint};
pub use classify::{Evidence, classify};

use self::current::Current;
use self::exchange::Exchange;
use self::stash::Stash;
use super::settings::{ConfigError, Settings};
use crate::drive::{Input, Link, Misuse, Output};
use crate::id::RequestId;
use crate::journal::Unresolved;
use crate::limits;
use crate::session::table::Phase;
use crate::session::{Aborting, Progress, Work};
use crate::time::Instant;

/// Memory of one session, lent by the caller: room for the answer on each connection, with one byte to spare.
///
/// An answer is read as a whole. One that does not fit counts as unreadable, and so does its repetition, so be generous:
/// the answers of Adyen's terminals with two receipts have about 8 KiB, repeated ones some hundred bytes more.
#[derive(Debug)]
pub struct Memory<'m> {
    /// For the answers to requests: at least [`limits::ANSWER_MIN`] bytes.
    pub request: &'m mut [u8],
    /// For the answer to an abort, which has no content: at least [`limits::WINDOW_MIN`] bytes, for terminals that say
    /// something all the same.
    pub abort: &'m mut [u8],
}

/// One lane: see the [module](self).
pub struct Session<'m> {
    settings: Settings,
    progress: Progress,
    request: Exchange<'m>,
    beside: Exchange<'m>,
    current: Work<Current>,
    abort: Aborting,
    stash: Stash,
}

impl<'m> Session<'m> {
    /// A lane at rest.
    ///
    /// # Errors
    /// A window that is too small.
    pub fn new(settings: Settings, memory: Memory<'m>) -> Result<Self, ConfigError> {
        for (bytes, least) in [(memory.request.len(), limits::ANSWER_MIN), (memory.abort.len(), limits::WINDOW_MIN)] {
            if bytes < least {
                return Err(ConfigError::WindowTooSmall { bytes, least });
            }
        }
        Ok(Self {
            // A status names its payment: no receipt has to be told from another.
            progress: Progress::new(settings.first_request, settings.first_sheet),
            settings,
            request: Exchange::new(memory.request),
            beside: Exchange::new(memory.abort),
            current: Work::Rest,
            abort: Aborting::new(),
            stash: Stash::new(),
        })
    }

    /// Says that the result of an earlier request is unknown, as a restart finds it in the store. It blocks the lane
    /// until it is settled (I6).
    pub fn set_unresolved(&mut self, unresolved: Unresolved) {
        self.progress.set_unresolved(unresolved);
    }

    /// The request whose result is unknown, if any.
    #[must_use]
    pub const fn unresolved(&self) -> Option<&Unresolved> {
        self.progress.unresolved()
    }

    /// The number that the next request will have, aborts and questions about lost answers included. An adapter that
    /// reserves numbers ahead sees from it how many are left (I5).
    #[must_use]
    pub const fn next_request(&self) -> RequestId {
        self.progress.counters.next_request()
    }

    /// Whether no operation is in progress.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.progress.is_idle()
    }

    /// Where the request in progress stands.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.progress.phase()
    }

    /// The settings of the lane.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How many bytes [`Input::Received`] may bring on this connection now.
    #[must_use]
    pub fn room(&self, link: Link) -> usize {
        match link {
            Link::Request => self.request.room(),
            Link::Abort => self.beside.room(),
            Link::Device(_) => 0,
        }
    }

    /// Takes in what happened.
    ///
    /// # Errors
    /// [`Misuse`] by the till or the adapter; the state is as before.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) -> Result<(), Misuse> {
        self.progress.is_at(now)?;
        self.take(input)
    }

    /// What is to be done next. Call it until it gives [`Output::Wait`].
    ///
    /// A message is written to the front of `tx`: take it from there before the next call.
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
}
