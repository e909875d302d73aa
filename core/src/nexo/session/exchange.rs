//! One HTTPS exchange: a request that leaves, and the answer that comes, whole, in memory of the caller.

/// Whether an HTTP status says that a request was taken.
pub(super) const fn is_success(status: u16) -> bool {
    status >= 200 && status < 300
}

/// One connection with one request and one answer.
pub(super) struct Exchange<'m> {
    memory: &'m mut [u8],
    filled: usize,
    stage: Stage,
    /// Bytes of the request that is leaving.
    outgoing: Option<usize>,
}

/// How far an exchange is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// There is none.
    Closed,
    /// Asked for.
    Connecting,
    /// The request goes out, the answer comes in.
    Open,
    /// The answer is here, with this HTTP status.
    Complete(u16),
    /// The answer is longer than the memory for it.
    TooLong,
    /// The peer ended it before the answer was complete.
    Lost,
    /// To be closed by the adapter.
    Closing,
}

/// How the sending of a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Nobody waits for it: the exchange was given up.
    Nobody,
    /// All of it can have left.
    Whole,
    /// Not all of it has left.
    Short,
}

impl<'m> Exchange<'m> {
    pub(super) const fn new(memory: &'m mut [u8]) -> Self {
        Self { memory, filled: 0, stage: Stage::Closed, outgoing: None }
    }

    pub(super) const fn stage(&self) -> Stage {
        self.stage
    }

    /// The answer as far as it came.
    pub(super) fn body(&self) -> &[u8] {
        self.memory.get(..self.filled).unwrap_or_default()
    }

    /// Begins a new exchange, or forgets this one.
    pub(super) const fn restart(&mut self, stage: Stage) {
        self.filled = 0;
        self.outgoing = None;
        self.stage = stage;
    }

    /// The connection is up, or could not be made; `false` if none was asked for.
    pub(super) fn connected(&mut self, well: bool) -> bool {
        let asked = self.stage == Stage::Connecting;
        if asked {
            self.stage = if well { Stage::Open } else { Stage::Closed };
        }
        asked
    }

    /// A request of that many bytes is leaving.
    pub(super) const fn send(&mut self, length: usize) {
        self.outgoing = Some(length);
    }

    pub(super) const fn is_sending(&self) -> bool {
        self.outgoing.is_some()
    }

    /// The sending ended, after at most that many bytes (`None`: all of them). `None` if nothing was leaving.
    pub(super) fn left(&mut self, at_most: Option<usize>) -> Option<Left> {
        match self.outgoing.take() {
            Some(length) if at_most.is_none_or(|bytes| bytes >= length) => Some(Left::Whole),
            Some(_) => Some(Left::Short),
            None => self.is_given_up().then_some(Left::Nobody),
        }
    }

    pub(super) fn room(&self) -> usize {
        if self.stage == Stage::Open { self.memory.len().saturating_sub(self.filled) } else { 0 }
    }

    /// Takes bytes of the answer in; `false` if they do not fit.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> bool {
        let free = self.memory.get_mut(self.filled..).unwrap_or_default();
        let Some(room) = free.get_mut(..bytes.len()) else { return false };
        room.copy_from_slice(bytes);
        self.filled = self.filled.saturating_add(bytes.len());
        // The last byte is never used: whether more would come could not be seen.
        if self.filled >= self.memory.len() {
            self.stage = Stage::TooLong;
        }
        true
    }

    /// The answer is complete.
    pub(super) fn complete(&mut self, status: u16) {
        if self.stage == Stage::Open {
            self.stage = Stage::Complete(status);
        }
    }

    /// The peer ended the connection.
    pub(super) fn end(&mut self) {
        if self.stage == Stage::Open {
            self.stage = Stage::Lost;
        }
    }

    /// Gives the exchange up; the adapter is told to close it.
    pub(super) const fn give_up(&mut self) {
        if !self.is_given_up() {
            self.restart(Stage::Closing);
        }
    }

    /// Whether nothing on it counts any more.
    pub(super) const fn is_given_up(&self) -> bool {
        matches!(self.stage, Stage::Closed | Stage::Closing)
    }

    pub(super) const fn is_closing(&self) -> bool {
        matches!(self.stage, Stage::Closing)
    }

    /// Whether the adapter is to close it now.
    pub(super) const fn close(&mut self) -> bool {
        let due = self.is_closing();
        if due {
            self.stage = Stage::Closed;
        }
        due
    }

    #[cfg(feature = "proof")]
    pub(super) fn copy_from(&mut self, other: &Exchange<'_>) -> bool {
        self.restart(other.stage);
        self.outgoing = other.outgoing;
        let body = other.body();
        let Some(room) = self.memory.get_mut(..body.len()) else { return false };
        room.copy_from_slice(body);
        self.filled = body.len();
        true
    }

    #[cfg(feature = "proof")]
    pub(super) fn digest(&self, out: &mut impl core::fmt::Write) -> core::fmt::Result {
        write!(out, "{:?} {:?} {} ", self.stage, self.outgoing, self.filled)
    }
}
