//! What stands behind a terminal.

use std::future::{self, Future};
use std::time::Duration;

use opi_core::nexo::front::{Input, Transaction, Wish, WishId};
use opi_core::time::Instant;

/// Does what a terminal wishes.
pub trait Application {
    /// The terminal accepted a transaction and stored it; its wish follows.
    fn accept(&mut self, transaction: &Transaction);

    /// The terminal wishes this.
    fn perform(&mut self, now: Instant, wish: WishId, what: &Wish<'_>);

    /// The terminal does not wish it any more: the till stopped it, or time is up.
    fn stop(&mut self, now: Instant, wish: WishId);

    /// The next thing to do. What the terminal must hear is given to `tell`, one thing at a call.
    fn poll(&mut self, now: Instant, tell: &mut dyn FnMut(Input<'_>)) -> Next;

    /// Waits until [`poll`](Self::poll) may have something, other than for the passing of time. May be dropped and called
    /// again.
    fn ready(&mut self) -> impl Future<Output = ()> {
        future::pending()
    }

    /// Whether this request is to be lost before the terminal takes it. Only simulations lose one.
    fn loses(&mut self, body: &[u8]) -> bool {
        let _ = body;
        false
    }

    /// How the answer to the request of a transaction leaves. Only simulations spoil one.
    fn leaving(&mut self, answer: Vec<u8>) -> Leaving {
        Leaving::Whole(answer)
    }

    /// The next transaction waits until it is stopped. Only simulations do.
    fn hold(&mut self) {}

    /// The terminal restarts.
    fn restart(&mut self) {}
}

/// What an application has to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Something was told or done; there may be more.
    More,
    /// The terminal is to restart. Only simulations do.
    Restart,
    /// Nothing until something happens, or then.
    Wait(Option<Instant>),
}

/// How an answer leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// As these bytes.
    Whole(Vec<u8>),
    /// As these bytes, and so late.
    Late(Duration, Vec<u8>),
    /// As the first half of these bytes.
    Torn(Vec<u8>),
    /// Not at all, and the connection ends.
    Closed,
    /// Not at all, and the connection stays.
    Never,
}
