//! The receiving side of one connection: bytes to parts of messages, in memory of the caller.

use crate::drive::{Answer, Link, Question, QuestionId};
use crate::frame::{self, FrameError};
use crate::limits;
use crate::opi::message::till::{Decoder, Header, Part};
use crate::opi::message::{Fault, Lost};
use crate::proof::{Mistake, mistake};
use crate::receipt::SheetId;
use crate::time::{Instant, earlier};
use crate::window::Window;
use crate::xml::Tolerance;

use super::device::{Asked, Exchange, Step};

/// One connection.
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Lane<'m> {
    pub(super) stage: Stage,
    /// What the message in progress is to us.
    pub(super) role: Role,
    /// The frame that is leaving.
    pub(super) outgoing: Option<Outgoing>,
    /// When something came on it last.
    pub(super) heard: Instant,
    /// When a connection without a byte is given up.
    pub(super) quiet: Option<Instant>,
    /// A sheet that ends with the connection that was given up, to be told, and whether it was kept.
    pub(super) untold: Option<(SheetId, bool)>,
    /// The device request before it, if it waits for the cashier.
    pub(super) asked: Option<Asked>,
    /// The device request being handled.
    pub(super) exchange: Exchange,
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

/// What a message is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Its header was not read yet.
    New,
    /// The answer to the request in progress.
    Answer,
    /// The answer to a question about the request in progress.
    Testimony,
    /// The answer to an abort.
    AbortAnswer,
    /// A device request for this lane.
    Callback,
    /// Not for us: read over.
    Ignored,
}

/// A frame that is leaving.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outgoing {
    pub(super) what: What,
    pub(super) length: usize,
    /// When it is given up. `None`: the request or its abort has that deadline.
    pub(super) until: Option<Instant>,
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
    pub(super) fn write<E>(
        what: What,
        until: Option<Instant>,
        tx: &mut [u8],
        payload: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Option<Self> {
        let length = frame::encode(tx, payload).ok()?;
        Some(Self { what, length, until })
    }
}

impl<'m> Lane<'m> {
    // Large, and made for each connection.
    #[inline(never)]
    pub(super) fn new(memory: &'m mut [u8], limit: u32, tolerance: Tolerance) -> Self {
        Self {
            stage: Stage::Closed,
            inbox: Inbox::new(memory, limit, tolerance),
            role: Role::New,
            exchange: Exchange::new(),
            asked: None,
            outgoing: None,
            heard: Instant::default(),
            quiet: None,
            untold: None,
        }
    }

    pub(super) const fn stage(&self) -> Stage {
        self.stage
    }

    pub(super) const fn has_ended(&self) -> bool {
        matches!(self.stage, Stage::Ended)
    }

    /// Begins a new connection, or forgets this one: nothing of the old stream stays.
    pub(super) fn restart(&mut self, stage: Stage) {
        self.inbox.clear();
        self.role = Role::New;
        self.exchange = Exchange::new();
        self.asked = None;
        self.outgoing = None;
        self.quiet = None;
        self.stage = stage;
    }

    /// The connection is up. Without a byte it is given up at `quiet`.
    pub(super) const fn opened(&mut self, quiet: Option<Instant>) {
        self.stage = Stage::Open;
        self.quiet = quiet;
    }

    /// The peer ended the connection.
    pub(super) fn end(&mut self) {
        if self.stage == Stage::Open {
            self.stage = Stage::Ended;
        }
    }

    /// Gives the connection up; the adapter is told to close it.
    pub(super) fn give_up(&mut self) {
        if !matches!(self.stage, Stage::Closed | Stage::Closing) {
            let untold = self.exchange.untold();
            self.restart(Stage::Closing);
            self.untold = untold;
        }
    }

    /// The sheet that ended with the connection.
    pub(super) const fn lost_sheet(&mut self) -> Option<(SheetId, bool)> {
        self.untold.take()
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
    pub(super) fn receive(&mut self, bytes: &[u8], quiet: Instant) -> bool {
        self.quiet = self.quiet.map(|_| quiet);
        self.inbox.put(bytes)
    }

    /// The exchange is over: the next message may be read.
    pub(super) fn next_message(&mut self) {
        self.inbox.next_message();
        self.exchange = Exchange::new();
        self.role = Role::New;
    }

    /// Since when nothing came on the connection; `None` if something is under way on it.
    pub(super) fn silent_since(&self) -> Option<Instant> {
        let rests = matches!(self.exchange.step, Step::Reading) && self.asked.is_none() && self.outgoing.is_none();
        (rests && self.stage == Stage::Open).then_some(self.heard)
    }

    /// The question that stands on this connection.
    pub(super) fn question(&self) -> Option<&Question> {
        self.asked.as_ref().and_then(Asked::standing)
    }

    /// Lets pass what ran out of time; the question that fell away, if one did.
    pub(super) fn expire(&mut self, now: Instant) -> Expired {
        if self.exchange.expire(now) {
            return Expired::Sheet;
        }
        let silence = if mistake(Mistake::AnswersForTheCashier) { Answer::Yes } else { Answer::NotGiven };
        if self.question().is_some_and(|question| question.until <= now)
            && let Some(id) = self.asked.as_mut().and_then(|asked| asked.end(silence))
        {
            return Expired::Question(id);
        }
        let late = |until: &mut Option<Instant>| until.take_if(|until| *until <= now).is_some();
        let (quiet, reply) = (late(&mut self.quiet), self.outgoing.as_mut().is_some_and(|out| late(&mut out.until)));
        if quiet || reply { Expired::Connection } else { Expired::Nothing }
    }

    /// When something on this connection runs out of time.
    pub(super) fn until(&self) -> Option<Instant> {
        let keeping = match &self.exchange.step {
            Step::Keeping { until, .. } => Some(*until),
            _ => None,
        };
        let asking = self.question().map(|question| question.until);
        let reply = self.outgoing.and_then(|outgoing| outgoing.until);
        earlier(earlier(self.quiet, reply), earlier(keeping, asking))
    }
}

/// What ran out of time.
pub(super) enum Expired {
    Nothing,
    Sheet,
    Question(QuestionId),
    /// Nothing came on it, or what was to leave on it did not.
    Connection,
}

/// The receiving sides of all connections.
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Lanes<'m, const D: usize> {
    pub(super) request: Lane<'m>,
    pub(super) abort: Lane<'m>,
    pub(super) device: [Lane<'m>; D],
}

impl<'m, const D: usize> Lanes<'m, D> {
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn get(&self, link: Link) -> Option<&Lane<'m>> {
        match link {
            Link::Request => Some(&self.request),
            Link::Abort => Some(&self.abort),
            Link::Device(slot) => self.device.get(usize::from(slot)),
        }
    }

    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn get_mut(&mut self, link: Link) -> Option<&mut Lane<'m>> {
        match link {
            Link::Request => Some(&mut self.request),
            Link::Abort => Some(&mut self.abort),
            Link::Device(slot) => self.device.get_mut(usize::from(slot)),
        }
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
    window: Window<'m>,
    frames: frame::Decoder,
    limit: u32,
    /// Bytes of the window that belong to the part given last.
    used: usize,
    /// The payload is used up, but the decoder has not given [`Part::End`] yet.
    ending: bool,
    decoder: Decoder,
}

/// What reading came to.
pub(super) enum Read<'a> {
    /// The next part of a message.
    Part(Part<'a>),
    /// Nothing to tell, but there is more to read.
    More,
    /// More bytes are needed.
    Hungry,
    /// No more bytes will come. `between` says whether the stream ended between two frames.
    Ended { between: bool },
}

/// The peer's stream cannot be read on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Broken {
    /// Its frames are lost for good.
    Frame(FrameError),
    /// A message is no message.
    Message(Fault),
}

impl<'m> Inbox<'m> {
    fn new(memory: &'m mut [u8], limit: u32, tolerance: Tolerance) -> Self {
        Self {
            window: Window::new(memory),
            frames: frame::Decoder::new(limit),
            decoder: Decoder::new(tolerance),
            limit,
            used: 0,
            ending: false,
        }
    }

    fn clear(&mut self) {
        self.window.clear();
        self.frames = frame::Decoder::new(self.limit);
        self.decoder.reset();
        self.used = 0;
        self.ending = false;
    }

    fn room(&self) -> usize {
        self.window.room() + self.used
    }

    fn put(&mut self, bytes: &[u8]) -> bool {
        self.settle();
        self.window.put(bytes)
    }

    fn settle(&mut self) {
        self.window.consume(core::mem::take(&mut self.used));
    }

    fn next_message(&mut self) {
        self.decoder.reset();
    }

    #[cfg(feature = "proof")]
    pub(super) fn copy_from(&mut self, other: &Inbox<'_>) -> bool {
        self.frames = other.frames.clone();
        self.decoder = other.decoder.clone();
        (self.limit, self.used, self.ending) = (other.limit, other.used, other.ending);
        self.window.copy_from(&other.window)
    }

    #[cfg(feature = "proof")]
    pub(super) fn digest(&self, out: &mut impl core::fmt::Write) -> core::fmt::Result {
        write!(out, "{} {} {} ", self.window.unread().len(), self.used, self.ending)
    }

    /// What showed in values of the message in progress that could not be kept.
    pub(super) const fn lost(&self) -> Lost {
        self.decoder.lost()
    }

    /// The header of the message in progress.
    pub(super) fn header(&self) -> Option<Header<'_>> {
        self.decoder.header()
    }

    /// Reads the next part. `ended` says that no more bytes will come.
    pub(super) fn read(&mut self, ended: bool) -> Result<Read<'_>, Broken> {
        self.settle();
        if self.ending {
            let part = self.decoder.next(&mut [].as_slice(), true).map_err(Broken::Message)?;
            self.ending = !matches!(part, None | Some(Part::End));
            return Ok(part.map_or(Read::Hungry, Read::Part));
        }
        let (header, piece) = self.frames.lend(self.window.unread()).map_err(Broken::Frame)?;
        self.used = header;
        let Some(piece) = piece else {
            let between = self.frames.is_between_frames();
            return Ok(if ended { Read::Ended { between } } else { Read::Hungry });
        };
        // In steps, so that a piece of a fragment fits what is lent to the till.
        let step = piece.bytes.len().min(limits::STEP);
        let whole = step == piece.bytes.len();
        let last = piece.is_last() && whole;
        let mut rest = piece.bytes.get(..step).unwrap_or_default();
        let part = self.decoder.next(&mut rest, last).map_err(Broken::Message)?;
        let used = step - rest.len();
        self.frames.used(used);
        self.used = header + used;
        self.ending = last && rest.is_empty() && !matches!(part, Some(Part::End));
        match part {
            Some(part) => Ok(Read::Part(part)),
            None if !whole => Ok(Read::More),
            None if ended => Ok(Read::Ended { between: false }),
            None => Ok(Read::Hungry),
        }
    }
}
