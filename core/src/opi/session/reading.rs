//! The message being read. There is one at a time, whichever connection it came on: a decoder is the largest thing that
//! a session has. The other connections keep their bytes in their windows until it is over.
//!
//! A message that goes no further ends its connection, or it would stop all others: after
//! [`Timeouts::stalled`](crate::opi::Timeouts::stalled) without a byte, and when it is not complete within
//! [`Timeouts::hard`](crate::opi::Timeouts::hard).

use super::detail::detail;
use super::device::{Exchange, Step};
use super::lane::Inbox;
use crate::drive::Link;
use crate::frame::FrameError;
use crate::limits;
use crate::opi::Timeouts;
use crate::opi::message::till::{Decoder, Header, Part};
use crate::opi::message::{Fault, Lost};
use crate::receipt::SheetId;
use crate::session::{Loan, Next};
use crate::text::Text;
use crate::time::{Deadline, Instant, Span};
use crate::xml::Tolerance;

/// The message being read, and the device request that it is.
#[cfg_attr(feature = "proof", derive(Clone))]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Reading {
    /// Whose message it is. `None`: the next one may come on any connection.
    pub(super) link: Option<Link>,
    /// What it is to us.
    pub(super) role: Role,
    /// A sheet that ended with a connection that was given up, to be told, and whether it was kept.
    untold: Option<(SheetId, bool)>,
    /// When its first byte was read.
    begun: Instant,
    /// When its connection is given up, if no more of it comes.
    until: Deadline,
    /// Which fact of the part given last is to be told next.
    fact: Option<u8>,
    /// How the rest of the piece given last is told.
    text: Option<Next>,
    /// The device request being handled.
    pub(super) exchange: Exchange,
    pub(super) decoding: Decoding,
}

/// The bytes of the message, to parts.
#[cfg_attr(feature = "proof", derive(Clone))]
// Small parts first: there, short instructions reach them.
#[cfg_attr(not(target_pointer_width = "64"), repr(C))]
pub(super) struct Decoding {
    /// The payload is used up, but the decoder has not given [`Part::End`] yet.
    ending: bool,
    /// Where in the window the piece of a fragment stands that was read last: its first byte, and that behind it.
    piece: (usize, usize),
    /// Bytes of it that are still to be told; they stand in front of those that can be dropped with it.
    untold: usize,
    behind: usize,
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
    /// No more bytes will come, and the message is not complete.
    Ended,
}

/// The peer's stream cannot be read on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Broken {
    /// Its frames are lost for good.
    Frame(FrameError),
    /// A message is no message.
    Message(Fault),
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

impl Reading {
    pub(super) fn new(tolerance: Tolerance) -> Self {
        Self {
            link: None,
            role: Role::New,
            untold: None,
            begun: Instant::default(),
            until: Deadline::NEVER,
            fact: None,
            text: None,
            exchange: Exchange::new(),
            decoding: Decoding { ending: false, piece: (0, 0), untold: 0, behind: 0, decoder: Decoder::new(tolerance) },
        }
    }

    /// Whether the message being read comes on this connection.
    pub(super) fn is_of(&self, link: Link) -> bool {
        self.link == Some(link)
    }

    /// Whether a message may be read on this connection now; from then on it is the only one.
    pub(super) fn takes(&mut self, link: Link, now: Instant) -> bool {
        if self.link.is_none() {
            self.link = Some(link);
            self.begun = now;
        }
        self.is_of(link)
    }

    /// Whether the next message may come on any connection.
    pub(super) const fn is_free(&self) -> bool {
        self.link.is_none()
    }

    /// The message is over: the next one may be read.
    pub(super) fn finish(&mut self) {
        self.decoding.decoder.reset();
        self.decoding.ending = false;
        self.decoding.untold = 0;
        self.fact = None;
        self.text = None;
        self.exchange = Exchange::new();
        self.role = Role::New;
        self.link = None;
        self.until = Deadline::NEVER;
    }

    /// The rest of the message is read over.
    pub(super) fn ignore(&mut self) {
        self.role = Role::Ignored;
        self.exchange = Exchange::new();
    }

    /// The connection was given up: what of its message was read is nothing. A sheet that was begun is told to be over.
    pub(super) fn forget(&mut self, link: Link) {
        if self.is_of(link) {
            self.untold = self.exchange.untold();
            self.finish();
        }
    }

    /// The sheet that ended with its connection.
    pub(super) const fn lost_sheet(&mut self) -> Option<(SheetId, bool)> {
        self.untold.take()
    }

    /// The header of the message.
    pub(super) fn header(&self) -> Option<Header<'_>> {
        self.decoding.header()
    }

    /// What showed in values that could not be kept.
    pub(super) const fn lost(&self) -> Lost {
        self.decoding.decoder.lost()
    }

    /// More of it came.
    pub(super) fn goes_on(&mut self, link: Link) {
        if self.is_of(link) {
            self.until = Deadline::NEVER;
        }
    }

    /// All that came of it is read: the rest has to come in time.
    pub(super) fn waits(&mut self, now: Instant, timeouts: &Timeouts<Span>) {
        if self.until.is_never() {
            self.until = Deadline::at(now.after(timeouts.stalled).min(self.begun.after(timeouts.hard)));
        }
    }

    /// The part given last may have facts to tell.
    pub(super) const fn has_facts(&mut self) {
        self.fact = Some(0);
    }

    /// The piece of a fragment that was given last is to be told so.
    pub(super) const fn has_text(&mut self, told: Next, inbox: &mut Inbox<'_>) {
        self.text = Some(told);
        self.decoding.keep(inbox);
    }

    /// What is still to be told of the part given last.
    pub(super) fn rest(&mut self, inbox: &mut Inbox<'_>, loan: &mut Loan<{ limits::LENT }>) -> Option<Next> {
        while let Some(number) = self.fact {
            let mut value = Text::new();
            let name = self.decoding.part().and_then(|part| detail(&part, number, &mut value));
            self.fact = name.map(|_| number.saturating_add(1));
            if let Some(name) = name.filter(|_| !value.is_empty()) {
                *loan = Loan::Text(value);
                return Some(Next::Detail(name));
            }
        }
        let told = self.text?;
        *loan = self.decoding.text(inbox);
        if self.decoding.untold == 0 {
            self.text = None;
        }
        Some(told)
    }

    /// The connection whose message goes no further.
    pub(super) fn stalled(&self, now: Instant) -> Option<Link> {
        self.link.filter(|_| self.until.is_over(now))
    }

    /// When something of it runs out of time.
    pub(super) fn until(&self) -> Deadline {
        match self.exchange.step {
            Step::Keeping { until, .. } => self.until.min(until),
            _ => self.until,
        }
    }

    /// Whether it is the peer's turn.
    pub(super) const fn is_hungry(&self) -> bool {
        matches!(self.exchange.step, Step::Reading)
    }
}

impl Decoding {
    /// The part given last.
    pub(super) fn part(&self) -> Option<Part<'_>> {
        self.decoder.given()
    }

    /// The piece of a fragment that was told last, if it was told from the window.
    pub(super) fn plain<'a>(&self, inbox: &'a Inbox<'_>) -> Option<&'a str> {
        let (begin, end) = self.piece;
        core::str::from_utf8(inbox.window.unread().get(begin..end)?).ok()
    }

    /// Has the piece of a fragment that was read last stay in the window until it is told.
    const fn keep(&mut self, inbox: &mut Inbox<'_>) {
        let (begin, end) = self.piece;
        self.untold = end.saturating_sub(begin);
        self.behind = inbox.used.saturating_sub(end);
        inbox.used = begin;
    }

    /// The next of the piece: all of it as it stands in the window, or as much as there is room for once its characters
    /// are those of UTF-8.
    fn text(&mut self, inbox: &mut Inbox<'_>) -> Loan<{ limits::LENT }> {
        let begin = inbox.used;
        let bytes = inbox.window.unread().get(begin..).and_then(|bytes| bytes.get(..self.untold)).unwrap_or_default();
        let mut told = bytes.len();
        let mut loan = Loan::Nothing;
        if bytes.is_ascii() {
            self.piece = (begin, begin.saturating_add(told));
        } else {
            // A byte of Windows-1252 has up to three in UTF-8.
            let lengths = [limits::LENT, limits::LENT / 3].map(|most| whole_characters(bytes, most));
            let text = lengths.into_iter().find_map(|length| {
                told = length;
                let mut text = Text::new();
                // A text takes everything, if need be by being cut.
                let _ = self.decoder.piece(bytes.get(..length)?).write_to(&mut text);
                (!text.is_cut()).then_some(text)
            });
            loan = Loan::Text(text.unwrap_or_default());
        }
        self.untold = self.untold.saturating_sub(told.max(1));
        inbox.used = begin.saturating_add(told);
        if self.untold == 0 {
            inbox.used = inbox.used.saturating_add(core::mem::take(&mut self.behind));
        }
        loan
    }

    /// The header of the message.
    pub(super) fn header(&self) -> Option<Header<'_>> {
        self.decoder.header()
    }

    /// Reads the next part from what lies on a connection. `ended` says that no more bytes will come on it.
    pub(super) fn read<'a>(&'a mut self, inbox: &'a mut Inbox<'_>, ended: bool) -> Result<Read<'a>, Broken> {
        if self.ending {
            let part = self.decoder.next(&mut [].as_slice(), true).map_err(Broken::Message)?;
            self.ending = !matches!(part, None | Some(Part::End));
            return Ok(part.map_or(Read::Hungry, Read::Part));
        }
        let Inbox { window, frames, used } = inbox;
        let (header, piece) = frames.lend(window.unread()).map_err(Broken::Frame)?;
        *used = header;
        let Some(piece) = piece else { return Ok(if ended { Read::Ended } else { Read::Hungry }) };
        // In steps, so that a piece of a fragment fits what is lent to the till.
        let step = piece.bytes.len().min(limits::STEP);
        let whole = step == piece.bytes.len();
        let last = piece.is_last() && whole;
        let mut rest = piece.bytes.get(..step).unwrap_or_default();
        let part = self.decoder.next(&mut rest, last).map_err(Broken::Message)?;
        if let Some(Part::Fragment { piece: fragment, .. }) = &part {
            // It lies in the window, behind the header of the frame if that is there, too.
            let bytes = fragment.as_bytes();
            let begin = header.saturating_add(bytes.as_ptr().addr().saturating_sub(piece.bytes.as_ptr().addr()));
            self.piece = (begin, begin.saturating_add(bytes.len()));
        }
        let taken = step - rest.len();
        frames.used(taken);
        *used = header + taken;
        self.ending = last && rest.is_empty() && !matches!(part, Some(Part::End));
        match part {
            Some(part) => Ok(Read::Part(part)),
            None if !whole => Ok(Read::More),
            None if ended => Ok(Read::Ended),
            None => Ok(Read::Hungry),
        }
    }
}

/// Of at most so many bytes as many as end with a character, if they are UTF-8.
fn whole_characters(bytes: &[u8], most: usize) -> usize {
    let begins = |at: &usize| bytes.get(*at).is_none_or(|byte| !matches!(byte, 0x80..=0xBF));
    let most = most.min(bytes.len());
    // A character has at most four bytes.
    (most.saturating_sub(3)..=most).rfind(begins).filter(|length| *length > 0).unwrap_or(most)
}
