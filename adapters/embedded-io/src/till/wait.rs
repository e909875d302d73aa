//! Waiting until something happens, and telling it to the session.

use core::fmt;
use core::future::{pending, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use embassy_futures::select::{Either4, select_array, select4};
use opi_core::drive::{Answer, Input, Link};

use super::report::{note, take_input, trouble};
use super::{Sending, Till};
use crate::cashier::{Cashier, Wish};
use crate::clock::Clock;
use crate::connection::{Cause, Happened, State};
use crate::store::Store;
use crate::wire::Wire;

/// Bytes taken from connections after a deadline before the deadline counts, in pieces: what came in while nobody called
/// may be the answer. Not without end: a terminal that never stops talking cannot put a deadline off.
const OVERDUE: usize = 16;

/// What woke the till.
pub(super) enum Woken<E> {
    Wish(Wish),
    Connection(usize, Happened<E>),
    /// A frame did not leave in time.
    Stuck,
    Tick,
}

impl<W: Wire, S: Store, C: Clock, const N: usize, const D: usize> Till<'_, W, S, C, N, D> {
    /// What happened, if anything did.
    #[inline(never)]
    pub(super) fn look(&mut self, cashier: &mut impl Cashier) -> Poll<Woken<W::Error>> {
        // Dropped here, the wait loses nothing.
        pin!(self.woken(cashier)).poll(&mut Context::from_waker(Waker::noop()))
    }

    /// Waits until something happens.
    pub(super) async fn wait(&mut self, cashier: &mut impl Cashier) -> Woken<W::Error> {
        let mut woken = pin!(self.woken(cashier));
        poll_fn(|cx| poll_wait(woken.as_mut(), cx)).await
    }

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

    #[inline(never)]
    pub(super) fn handle(&mut self, woken: Woken<W::Error>, cashier: &mut impl Cashier) {
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
                let told = take_input(&mut self.session, now, Input::Received(link, connection.piece(length)));
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
}

// Of its own, so that what a wait holds on the stack is gone when something is done about it.
#[inline(never)]
fn poll_wait<F: Future>(wait: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
    wait.poll(cx)
}
