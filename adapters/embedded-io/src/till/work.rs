//! What the session wants done.

use heapless::Vec;
use opi_core::drive::{Event, Input, Link, Output, Wait};
use opi_core::journal::Record;
use opi_core::limits::OPEN_SHEETS;
use opi_core::operation::Finished;
use opi_core::opi::Session;
use opi_core::receipt::SheetId;
use opi_core::secret::Masked;

use super::report::trouble;
use super::{Sending, Till};
use crate::cashier::{Cashier, Trouble};
use crate::clock::Clock;
use crate::connection::{Connection, State};
use crate::store::Store;
use crate::wire::Wire;

/// An output, after everything lent with it was taken over.
enum Step<E> {
    Done,
    Listen,
    Connect(Link),
    Send { link: Link, length: usize },
    Close(Link),
    Stored(opi_core::journal::Ticket, Result<(), Option<E>>),
    Unstored(E),
    Wait(Wait),
}

impl<W: Wire, S: Store, C: Clock, const N: usize, const D: usize> Till<'_, W, S, C, N, D> {
    pub(super) fn connection(&mut self, link: Link) -> Option<&mut Connection<W>> {
        self.connections.iter_mut().find(|connection| connection.link == Some(link))
    }

    /// Lets the terminal connect on every wire that is there for it and does not do so yet.
    pub(super) fn listen(&mut self) -> Result<(), Option<W::Error>> {
        let (mut any, mut first) = (false, None);
        for connection in self.connections.iter_mut().skip(2) {
            match connection.state {
                State::Down if connection.link.is_none() => match connection.open() {
                    Ok(()) => any = true,
                    Err(error) => first = first.or(Some(error)),
                },
                _ => any = true,
            }
        }
        if any { Ok(()) } else { Err(first) }
    }

    /// Gives the session a connection of the terminal that is up and has no slot, if there is a slot; whether it did.
    fn accept(&mut self, cashier: &mut impl Cashier) -> bool {
        let Some(link) = self.session.free_device_slot() else { return false };
        let mut device = self.connections.iter_mut().skip(2);
        let waiting = device.find(|connection| connection.link.is_none() && connection.state == State::Up);
        let Some(connection) = waiting else { return false };
        connection.link = Some(link);
        self.report(Input::Accepted(link), cashier);
        true
    }

    /// Does all that the session wants done; while a frame is leaving, nothing. Whether there is something to tell then.
    #[inline(never)]
    pub(super) fn drain(&mut self, cashier: &mut impl Cashier) -> bool {
        if let Some(error) = self.unreserved.take() {
            trouble("reserving request numbers", &error, cashier);
        }
        while self.sending.is_none() {
            match self.step(cashier) {
                Step::Wait(wait) => {
                    self.wait = wait;
                    self.take_up_unresolved();
                    if !self.accept(cashier) {
                        break;
                    }
                }
                Step::Done => {}
                Step::Listen => match self.listen() {
                    Ok(()) => self.report(Input::Listening, cashier),
                    Err(error) => {
                        trouble("letting the terminal connect", &error, cashier);
                        self.report(Input::ListenFailed, cashier);
                    }
                },
                Step::Connect(link) => {
                    let Some(connection) = self.connection(link) else { continue };
                    connection.close();
                    if let Err(error) = connection.open() {
                        trouble("connecting to the terminal", &error, cashier);
                        self.report(Input::ConnectFailed(link), cashier);
                    }
                }
                Step::Send { link, length } => {
                    let until = self.clock.now().after(self.within);
                    let is_up = self.connection(link).is_some_and(|connection| connection.state != State::Down);
                    if is_up && length <= self.transmit.len() {
                        self.sending = Some(Sending { link, length, written: 0, until });
                    } else {
                        self.report(Input::SendFailed { link, at_most: 0 }, cashier);
                    }
                }
                Step::Close(link) => self.close(link, cashier),
                Step::Stored(ticket, Ok(())) => self.report(Input::Stored(ticket), cashier),
                Step::Stored(ticket, Err(error)) => {
                    match error {
                        Some(error) => trouble(Trouble::STORING, &error, cashier),
                        None => trouble(Trouble::STORING, &"something of the sheet is not stored", cashier),
                    }
                    self.report(Input::StoreFailed(ticket), cashier);
                }
                Step::Unstored(error) => trouble(Trouble::STORING, &error, cashier),
            }
        }
        self.has_finished || self.told != Some(self.wait.why)
    }

    pub(super) fn close(&mut self, link: Link, cashier: &mut impl Cashier) {
        let Some(connection) = self.connection(link) else { return };
        connection.close();
        if matches!(link, Link::Device(_)) {
            connection.link = None;
            if let Err(error) = connection.open() {
                trouble("letting the terminal connect", &error, cashier);
            }
        }
    }

    /// Takes one output over, and stores what is to be stored.
    fn step(&mut self, cashier: &mut impl Cashier) -> Step<S::Error> {
        let Self { session, transmit, store, sheets, finished, has_finished, .. } = self;
        match next_output(session, transmit) {
            Output::Listen => Step::Listen,
            Output::Connect(link) => Step::Connect(link),
            Output::Send { link, length } => Step::Send { link, length },
            Output::Close(link) => Step::Close(link),
            Output::Wait(wait) => Step::Wait(wait),
            Output::Persist(ticket, record) => {
                let whole = match record {
                    Record::Sheet { sheet, .. } => ended(sheets, sheet),
                    _ => true,
                };
                // A sheet of which something is missing is never stored as whole (I3).
                Step::Stored(ticket, if whole { persist(store, &record).map_err(Some) } else { Err(None) })
            }
            Output::Event(event) => {
                let kept = match event {
                    Event::SheetBegun(sheet) if sheet.purpose.must_be_kept() => {
                        if sheets.is_full() {
                            // Most likely its end never came.
                            sheets.remove(0);
                        }
                        let _ = sheets.push((sheet.id, true));
                        Ok(())
                    }
                    Event::Line(sheet, line) => keep(sheets, sheet, store, &Record::Line { sheet, line }),
                    Event::JournalText(sheet, text) => {
                        keep(sheets, sheet, store, &Record::Text { sheet, text: Masked(text) })
                    }
                    Event::SheetEnded { sheet, .. } => {
                        ended(sheets, sheet);
                        Ok(())
                    }
                    Event::Finished(end) => {
                        hold(finished, end);
                        *has_finished = true;
                        Ok(())
                    }
                    _ => Ok(()),
                };
                cashier.told(&event);
                kept.map_or_else(Step::Unstored, |()| Step::Done)
            }
            _ => Step::Done,
        }
    }
}

/// Stores a piece of a sheet, if the sheet is to be stored and nothing of it is missing yet.
fn keep<S: Store>(
    sheets: &mut [(SheetId, bool)],
    id: SheetId,
    store: &mut S,
    piece: &Record<'_>,
) -> Result<(), S::Error> {
    let Some((_, whole)) = sheets.iter_mut().find(|(sheet, whole)| *sheet == id && *whole) else { return Ok(()) };
    persist(store, piece).inspect_err(|_| *whole = false)
}

// What is deep has a frame of its own: inlined into one function, all of it would be on the stack at once.

#[inline(never)]
fn next_output<'s, const D: usize>(session: &'s mut Session<'_, D>, transmit: &mut [u8]) -> Output<'s> {
    session.poll_output(transmit)
}

#[inline(never)]
fn persist<S: Store>(store: &mut S, record: &Record<'_>) -> Result<(), S::Error> {
    store.persist(record)
}

#[inline(never)]
fn hold(to: &mut Option<Finished>, finished: &Finished) {
    *to = Some(finished.clone());
}

/// Forgets a sheet; whether all of it is stored.
fn ended(sheets: &mut Vec<(SheetId, bool), OPEN_SHEETS>, id: SheetId) -> bool {
    let place = sheets.iter().position(|(sheet, _)| *sheet == id);
    place.is_some_and(|place| sheets.remove(place).1)
}
