//! The connections: what came on each and is not read yet, and what is leaving on it.

use super::device::Asked;
use super::reading::Reading;
use crate::drive::{Answer, Link, Question, QuestionId};
use crate::frame::{self, FrameError};
use crate::opi::message::EncodeError;
use crate::proof::{Mistake, mistake};
use crate::time::{Deadline, Instant};
use crate::window::Window;
use crate::xml::Tolerance;

/// One connection.
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Lane<'m> {
    pub(super) stage: Stage,
    /// What came is not read, since another connection's message is.
    pub(super) waits: bool,
    /// The frame that is leaving.
    pub(super) outgoing: Option<Outgoing>,
    /// When something came on it last.
    pub(super) heard: Instant,
    /// When a connection without a byte is given up.
    pub(super) quiet: Deadline,
    pub(super) inbox: Inbox<'m>,
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// There is none.
    Closed,
    /// Asked for.
    Connecting,
    /// Bytes come and go.
    Open,
    /// The peer ended it; what it sent before may still be unread.
    Ended,
    /// To be closed by the adapter.
    Closing,
}

/// A frame that is leaving.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outgoing {
    pub(super) what: What,
    pub(super) length: usize,
    /// When it is given up. Never: the request or its abort has that deadline.
    pub(super) until: Deadline,
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Request,
    Abort,
    /// The answer to a device request.
    Reply,
}

impl Outgoing {
    /// Writes a frame to the transmit buffer; `None` if it cannot be written, or has no room there.
    // One function for every kind of message.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn write(
        what: What,
        until: Deadline,
        tx: &mut [u8],
        payload: &dyn Fn(&mut [u8]) -> Result<usize, EncodeError>,
    ) -> Option<Self> {
        let length = frame::encode(tx, payload).ok()?;
        Some(Self { what, length, until })
    }
}

impl<'m> Lane<'m> {
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    const fn new(memory: &'m mut [u8], limit: u32) -> Self {
        Self {
            stage: Stage::Closed,
            waits: false,
            outgoing: None,
            heard: Instant::from_millis(0),
            quiet: Deadline::NEVER,
            inbox: Inbox { window: Window::new(memory), frames: frame::Decoder::new(limit), used: 0 },
        }
    }

    pub(super) const fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether bytes come, or came and may be unread.
    pub(super) const fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open | Stage::Ended)
    }

    pub(super) const fn has_ended(&self) -> bool {
        matches!(self.stage, Stage::Ended)
    }

    /// Begins a new connection, or forgets this one: nothing of the old stream stays.
    fn restart(&mut self, stage: Stage) {
        self.inbox.clear();
        self.waits = false;
        self.outgoing = None;
        self.quiet = Deadline::NEVER;
        self.stage = stage;
    }

    /// The connection is up. Without a byte it is given up at `quiet`.
    pub(super) const fn opened(&mut self, quiet: Deadline) {
        self.stage = Stage::Open;
        self.quiet = quiet;
    }

    /// The peer ended the connection.
    pub(super) fn end(&mut self) {
        if self.stage == Stage::Open {
            self.stage = Stage::Ended;
        }
    }

    pub(super) const fn is_closing(&self) -> bool {
        matches!(self.stage, Stage::Closing)
    }

    /// Whether the adapter is to close the connection now.
    pub(super) fn close(&mut self) -> bool {
        let due = self.is_closing();
        if due {
            self.stage = Stage::Closed;
        }
        due
    }

    /// Whether it was given up, by either side of the adapter.
    pub(super) const fn is_given_up(&self) -> bool {
        matches!(self.stage, Stage::Closed | Stage::Closing)
    }

    pub(super) fn room(&self) -> usize {
        if self.stage == Stage::Open { self.inbox.room() } else { 0 }
    }

    /// Takes bytes in; `false` if they do not fit.
    pub(super) fn receive(&mut self, bytes: &[u8], quiet: Deadline) -> bool {
        if !self.quiet.is_never() {
            self.quiet = quiet;
        }
        self.inbox.put(bytes)
    }

    /// Lets pass what ran out of time; whether the connection is of no more use.
    pub(super) fn expire(&mut self, now: Instant) -> bool {
        let (quiet, reply) = (self.quiet.passes(now), self.outgoing.as_mut().is_some_and(|out| out.until.passes(now)));
        quiet || reply
    }

    /// When something on this connection runs out of time.
    pub(super) fn until(&self) -> Deadline {
        self.quiet.min(self.outgoing.as_ref().map_or(Deadline::NEVER, |outgoing| outgoing.until))
    }
}

/// All connections, the message that is read on one of them, and the question that a device request on one of them asks.
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Lanes<'m, const D: usize> {
    pub(super) request: Lane<'m>,
    pub(super) abort: Lane<'m>,
    pub(super) device: [Lane<'m>; D],
    /// The device request that waits for the cashier, of whom there is one.
    pub(super) asked: Option<Asked>,
    pub(super) reading: Reading,
}

impl<'m, const D: usize> Lanes<'m, D> {
    pub(super) fn new(memory: super::Memory<'m, D>, limit: u32, tolerance: Tolerance) -> Self {
        Self {
            request: Lane::new(memory.request, limit),
            abort: Lane::new(memory.abort, limit),
            device: memory.device.map(|window| Lane::new(window, limit)),
            asked: None,
            reading: Reading::new(tolerance),
        }
    }

    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn get(&self, link: Link) -> Option<&Lane<'m>> {
        match link {
            Link::Request => Some(&self.request),
            Link::Abort => Some(&self.abort),
            Link::Device(slot) => self.device.get(usize::from(slot)),
        }
    }

    pub(super) fn get_mut(&mut self, link: Link) -> Option<&mut Lane<'m>> {
        self.with_reading(link).map(|(lane, _)| lane)
    }

    /// The connection, and the message being read, which need not be its own.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn with_reading(&mut self, link: Link) -> Option<(&mut Lane<'m>, &mut Reading)> {
        let lane = match link {
            Link::Request => &mut self.request,
            Link::Abort => &mut self.abort,
            Link::Device(slot) => self.device.get_mut(usize::from(slot))?,
        };
        Some((lane, &mut self.reading))
    }

    /// The connection with this number, from 0.
    pub(super) fn nth(&self, number: usize) -> Option<(Link, &Lane<'m>)> {
        let link = Link::nth(number);
        self.get(link).map(|lane| (link, lane))
    }

    pub(super) fn nth_mut(&mut self, number: usize) -> Option<(Link, &mut Lane<'m>)> {
        let link = Link::nth(number);
        self.get_mut(link).map(|lane| (link, lane))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (Link, &Lane<'m>)> {
        (0..D + 2).filter_map(|number| self.nth(number))
    }

    /// The piece of a fragment that was told last, if it was told from its window.
    pub(super) fn plain_text(&self) -> Option<&str> {
        self.reading.decoding.plain(&self.get(self.reading.link?)?.inbox)
    }

    /// Begins a new connection, or forgets this one: nothing of the old stream stays.
    pub(super) fn restart(&mut self, link: Link, stage: Stage) {
        self.reading.forget(link);
        self.asked.take_if(|asked| asked.link == link);
        if let Some(lane) = self.get_mut(link) {
            lane.restart(stage);
        }
    }

    /// Gives the connection up; the adapter is told to close it. The question that fell away with it, if one did.
    pub(super) fn give_up(&mut self, link: Link) -> Option<QuestionId> {
        if self.get(link).is_none_or(Lane::is_given_up) {
            return None;
        }
        let question = self.question().filter(|_| self.asked_on(link)).map(|question| question.id);
        self.restart(link, Stage::Closing);
        question
    }

    /// The question that stands.
    pub(super) fn question(&self) -> Option<&Question> {
        self.asked.as_ref().and_then(Asked::standing)
    }

    /// Whether the device request that waits for the cashier, or whose answer is to be sent, came on this connection.
    fn asked_on(&self, link: Link) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.link == link)
    }

    /// The connection on which the answer to the device request that waited for the cashier can be sent now: it was given,
    /// and nothing else is leaving there.
    pub(super) fn answerable(&self) -> Option<Link> {
        let link = self.asked.as_ref().filter(|asked| asked.given.is_some())?.link;
        self.get(link).filter(|lane| lane.is_open() && lane.outgoing.is_none()).map(|_| link)
    }

    /// Whether a connection is to be closed, or a message that had to wait can be read now.
    pub(super) fn is_due(&self) -> bool {
        let free = self.reading.is_free();
        self.all().any(|(_, lane)| lane.is_closing() || (free && lane.waits))
    }

    /// Since when nothing came on a connection; `None` if something is under way on it.
    pub(super) fn silent_since(&self, link: Link) -> Option<Instant> {
        let lane = self.get(link).filter(|lane| lane.stage == Stage::Open && !lane.waits && lane.outgoing.is_none())?;
        let busy = self.asked_on(link) || (self.reading.is_of(link) && !self.reading.is_hungry());
        (!busy).then_some(lane.heard)
    }

    /// Lets the question pass if it ran out of time; its number, if it did.
    pub(super) fn expire_question(&mut self, now: Instant) -> Option<QuestionId> {
        let silence = if mistake(Mistake::AnswersForTheCashier) { Answer::Yes } else { Answer::NotGiven };
        self.question().filter(|question| question.until <= now)?;
        self.asked.as_mut()?.end(silence)
    }
}

impl Link {
    /// Numbered in the order in which connections are looked at.
    fn nth(number: usize) -> Self {
        match number {
            0 => Self::Request,
            1 => Self::Abort,
            // A session has less than 256 connections of the terminal.
            device => Self::Device(u8::try_from(device - 2).unwrap_or(u8::MAX)),
        }
    }
}

/// The bytes of a connection, and how far they are read.
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Inbox<'m> {
    pub(super) window: Window<'m>,
    pub(super) frames: frame::Decoder,
    /// Bytes of the window that belong to the part given last.
    pub(super) used: usize,
}

impl Inbox<'_> {
    fn clear(&mut self) {
        self.window.clear();
        self.frames.reset();
        self.used = 0;
    }

    fn room(&self) -> usize {
        self.window.room() + self.used
    }

    fn put(&mut self, bytes: &[u8]) -> bool {
        self.settle();
        self.window.put(bytes)
    }

    /// Drops what the part given last needed.
    pub(super) fn settle(&mut self) {
        self.window.consume(core::mem::take(&mut self.used));
    }

    /// Whether some of a message is there.
    pub(super) fn has_payload(&mut self) -> Result<bool, FrameError> {
        let (header, piece) = self.frames.lend(self.window.unread())?;
        let found = piece.is_some();
        self.window.consume(header);
        Ok(found)
    }
}
