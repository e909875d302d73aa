//! A connection, and what is on its way on it.

use crate::drive::Link;
use crate::sim::Conn;

/// Connections at once: the request's, an abort's, the terminal's, and some that end.
pub(super) const WIRES: usize = 6;

/// Bytes on their way in one direction. What does not fit is lost with all that follows it: the peer sees half a frame.
const ON_THE_WAY: usize = 6 * 1024;

/// One connection.
pub(super) struct Wire {
    /// Its name with the till, which no longer has it if there is none.
    pub(super) link: Option<Link>,
    /// Its name with the terminal, which no longer has it if there is none.
    pub(super) conn: Option<Conn>,
    pub(super) to_terminal: Stream,
    pub(super) to_till: Stream,
    /// A frame that leaves.
    leaving: heapless::Vec<u8, 4096>,
}

impl Wire {
    pub(super) const FREE: Self = Self {
        link: None,
        conn: None,
        to_terminal: Stream::EMPTY,
        to_till: Stream::EMPTY,
        leaving: heapless::Vec::new(),
    };

    pub(super) const fn is_free(&self) -> bool {
        self.link.is_none() && self.conn.is_none()
    }

    pub(super) fn open(&mut self, link: Link, conn: Conn) {
        *self = Self { link: Some(link), conn: Some(conn), ..Self::FREE };
    }

    pub(super) fn leave(&mut self, frame: &[u8]) {
        self.leaving.clear();
        self.leaving.extend_from_slice(frame).expect("no longer than the transmit buffer");
    }

    pub(super) fn leaves_as_a_whole(&mut self) {
        self.to_terminal.put(&self.leaving);
        self.leaving.clear();
    }

    /// At most so many sixteenths of the frame leave; how many bytes can have left. Of the last two numbers all can have
    /// left, and with the last it did.
    pub(super) fn leaves_in_part(&mut self, sixteenths: usize) -> usize {
        let length = self.leaving.len();
        let (at_most, left) = match sixteenths {
            15 => (length, length),
            14 => (length, length.saturating_sub(1)),
            part => (length * part / 16, (length * part / 16).saturating_sub(part & 1)),
        };
        self.to_terminal.put(self.leaving.get(..left).unwrap_or_default());
        self.leaving.clear();
        at_most
    }
}

/// Bytes in one direction.
pub(super) struct Stream {
    bytes: heapless::Vec<u8, ON_THE_WAY>,
    start: usize,
    broken: bool,
}

impl Stream {
    const EMPTY: Self = Self { bytes: heapless::Vec::new(), start: 0, broken: false };

    pub(super) fn put(&mut self, bytes: &[u8]) {
        if self.start == self.bytes.len() {
            (self.start, _) = (0, self.bytes.clear());
        }
        let room = self.bytes.capacity() - self.bytes.len();
        let fits = bytes.get(..room).unwrap_or(bytes);
        if !self.broken {
            _ = self.bytes.extend_from_slice(fits);
        }
        self.broken |= fits.len() < bytes.len();
    }

    /// The next bytes, at most so many.
    pub(super) fn front(&self, most: usize) -> Option<&[u8]> {
        let rest = self.bytes.get(self.start..).unwrap_or_default();
        Some(rest.get(..most).unwrap_or(rest)).filter(|bytes| !bytes.is_empty())
    }

    pub(super) const fn used(&mut self, count: usize) {
        self.start += count;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.front(1).is_none()
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        (self.start, self.broken) = (0, false);
    }
}
