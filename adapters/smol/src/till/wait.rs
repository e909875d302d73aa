//! Waiting until something happens, and telling it to the session.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use opi_core::drive::{Input, Link};
use opi_core::journal::Ticket;
use smol::Timer;
use smol::stream::Stream;

use super::{Till, Way};
use crate::config::OVERDUE;
use crate::link::{Happened, LINKS};
use crate::notice::Trouble;

/// What woke the till.
pub(super) enum Woken {
    Link(Link, Happened),
    Accepted(Link),
    Crowded,
    Stored(Ticket, io::Result<()>),
    Tick,
}

impl Till {
    /// Waits until something happens. Holds nothing of its own but the timer, so it can be dropped.
    pub(super) async fn woken(&mut self) -> Woken {
        let mut timer = self.wait.until.and_then(|until| self.clock.at(until)).map(Timer::at);
        poll_fn(|cx| {
            if timer.as_mut().is_some_and(|timer| Pin::new(timer).poll(cx).is_ready()) {
                // What came in while nobody called counts, and may be the answer. Not without end: a terminal that
                // never stops talking cannot put a deadline off.
                if self.overdue < OVERDUE
                    && let Poll::Ready((link, happened)) = self.poll_links(cx)
                {
                    self.overdue += 1;
                    return Poll::Ready(Woken::Link(link, happened));
                }
                self.overdue = 0;
                return Poll::Ready(Woken::Tick);
            }
            self.overdue = 0;
            if let Poll::Ready((ticket, stored)) = self.records.poll(cx) {
                return Poll::Ready(Woken::Stored(ticket, stored));
            }
            if let Poll::Ready((link, happened)) = self.poll_links(cx) {
                return Poll::Ready(Woken::Link(link, happened));
            }
            self.poll_arrivals(cx)
        })
        .await
    }

    fn poll_links(&mut self, cx: &mut Context<'_>) -> Poll<(Link, Happened)> {
        for place in 0..LINKS.len() {
            let turn = (self.turn + place) % LINKS.len();
            let Some((link, connection)) = LINKS.get(turn).and_then(|link| Some((*link, self.links.get(*link)?)))
            else {
                continue;
            };
            if let Poll::Ready(happened) = connection.poll(cx, self.machine.room(link), &mut self.receive) {
                self.turn = turn + 1;
                return Poll::Ready((link, happened));
            }
        }
        Poll::Pending
    }

    /// Takes a connection of the terminal, as soon as there is a slot for it.
    fn poll_arrivals(&mut self, cx: &mut Context<'_>) -> Poll<Woken> {
        loop {
            let is_new = self.waiting.is_none();
            if is_new {
                let registration = match &mut self.way {
                    Way::Opi { registration, .. } => registration,
                    #[cfg(feature = "terminal-api")]
                    Way::Api(_) => return Poll::Pending,
                };
                let Poll::Ready(arrival) = registration.arrivals.as_mut().poll_next(cx) else {
                    return Poll::Pending;
                };
                self.waiting = arrival;
            }
            let Some(link) = self.machine.free_device_slot() else {
                return if is_new && self.waiting.is_some() { Poll::Ready(Woken::Crowded) } else { Poll::Pending };
            };
            let (Some(arrival), Some(connection)) = (self.waiting.take(), self.links.get(link)) else {
                return Poll::Pending;
            };
            // Otherwise it was gone before it was taken.
            if connection.accept(arrival).is_ok() {
                return Poll::Ready(Woken::Accepted(link));
            }
        }
    }

    pub(super) fn handle(&mut self, woken: Woken) {
        let receive = std::mem::take(&mut self.receive);
        let told = match woken {
            Woken::Tick => self.tell(Input::Tick),
            Woken::Accepted(link) => self.tell(Input::Accepted(link)),
            Woken::Crowded => self.tell(Input::Crowded),
            Woken::Stored(ticket, Ok(())) => self.tell(Input::Stored(ticket)),
            Woken::Stored(ticket, Err(error)) => {
                self.trouble(Trouble::STORING, error);
                self.tell(Input::StoreFailed(ticket))
            }
            Woken::Link(link, happened) => match happened {
                Happened::Connected => self.tell(Input::Connected(link)),
                Happened::ConnectFailed(error) => {
                    self.trouble("connecting to the terminal", error);
                    self.tell(Input::ConnectFailed(link))
                }
                Happened::Sent => self.tell(Input::Sent(link)),
                Happened::SendFailed(at_most, error) => {
                    self.trouble("sending to the terminal", error);
                    self.tell(Input::SendFailed { link, at_most })
                }
                Happened::Received(length) => {
                    self.tell(Input::Received(link, receive.get(..length).unwrap_or_default()))
                }
                #[cfg(feature = "terminal-api")]
                Happened::Complete(status, fault) => {
                    if let Some(fault) = fault {
                        self.trouble("opening the answer", fault);
                    }
                    self.tell(Input::Complete { link, status })
                }
                Happened::Closed(error) => {
                    if let Some(error) = error {
                        self.trouble("receiving from the terminal", error);
                    }
                    self.tell(Input::Closed(link))
                }
            },
        };
        self.receive = receive;
        self.note_misuse(told);
    }
}
