//! Who stands at the till: is shown what happens, answers questions, aborts.

use core::fmt;
use core::task::{Context, Poll};

use opi_core::drive::{Answer, Event, Misuse, QuestionId};
use opi_core::limits;
use opi_core::text::Text;

/// Who stands at the till, or what does: display, printer, keys.
pub trait Cashier {
    /// Something happened that a till wants to know. Called from inside the till's work: show it or copy it, and come back.
    ///
    /// The lines of a sheet come one by one, each as soon as it is there; [`Event::SheetEnded`] says that all of them
    /// did, and whether they are stored.
    fn told(&mut self, event: &Event<'_>);

    /// What the cashier wants. A wish is given once. Where there is none, the waker is to be called when there is; the
    /// blocking driver asks again and again instead.
    fn poll_wish(&mut self, cx: &mut Context<'_>) -> Poll<Wish> {
        let _ = cx;
        Poll::Pending
    }

    /// The wish cannot be granted. A question that was answered wrongly stands as before.
    fn refused(&mut self, misuse: Misuse) {
        let _ = misuse;
    }

    /// The network or the store failed. The session handles it; this is for the log.
    fn trouble(&mut self, trouble: &Trouble<'_>) {
        let _ = trouble;
    }
}

/// What the cashier wants.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Wish {
    /// To stop the operation in progress. Its outcome still comes (I8).
    Abort,
    /// To answer a question.
    Answer(QuestionId, Answer<'static>),
    /// To answer a question for a text.
    Text(QuestionId, Text<{ limits::TYPED }>),
}

/// What failed on this machine or between it and the terminal.
#[derive(Clone, Copy)]
pub struct Trouble<'a> {
    /// What was being done.
    pub doing: &'static str,
    /// Why it failed.
    pub error: &'a dyn fmt::Debug,
}

impl Trouble<'_> {
    /// What was being done, if it was the storing of a record.
    pub const STORING: &'static str = "storing a record";
}

impl fmt::Display for Trouble<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {:?}", self.doing, self.error)
    }
}

impl fmt::Debug for Trouble<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
