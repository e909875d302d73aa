//! One connection of a till: what is half opened stays here, not in a future.

use core::future::pending;

use embedded_io_async::{Error as _, ErrorKind};
use opi_core::drive::Link;

use crate::wire::Wire;

/// Bytes read at one time from one connection. A prompt comes in two or three pieces; a longer message passes through.
pub const PIECE: usize = 256;

/// A wire, and how far its connection is.
pub(crate) struct Connection<W> {
    pub(crate) wire: W,
    pub(crate) state: State,
    /// As what the session knows it.
    pub(crate) link: Option<Link>,
    piece: [u8; PIECE],
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// There is none.
    Down,
    /// Being made, or waiting for the terminal to make it.
    Opening,
    /// Up.
    Up,
    /// The peer sends no more. It may still read: what it asked last can be answered.
    Ended,
}

/// What happened on a connection.
pub(crate) enum Happened<E> {
    Opened,
    OpenFailed(E),
    /// So many more bytes of the frame were taken.
    Wrote(usize),
    /// All that was written has left.
    Flushed,
    SendFailed(Cause<E>),
    /// So many bytes lie in the piece.
    Received(usize),
    Ended,
    Broken(E),
}

/// Why sending failed.
#[derive(Debug)]
pub(crate) enum Cause<E> {
    /// The stream says so.
    Stream(E),
    /// The stream takes no more bytes.
    WriteZero,
}

impl<W: Wire> Connection<W> {
    pub(crate) const fn new(wire: W, link: Option<Link>) -> Self {
        Self { wire, state: State::Down, link, piece: [0; PIECE] }
    }

    pub(crate) fn open(&mut self) -> Result<(), W::Error> {
        self.wire.open().inspect(|()| self.state = State::Opening)
    }

    pub(crate) fn close(&mut self) {
        if self.state != State::Down {
            self.wire.close();
            self.state = State::Down;
        }
    }

    /// What was received.
    pub(crate) fn piece(&self, length: usize) -> &[u8] {
        self.piece.get(..length).unwrap_or_default()
    }

    /// Goes on with what can go on: `unsent` is what has to leave before anything is read; of that at most `room` bytes are.
    pub(crate) async fn happened(&mut self, unsent: Option<&[u8]>, room: usize) -> Happened<W::Error> {
        match (self.state, unsent) {
            (State::Down, _) => pending().await,
            (State::Opening, _) => match self.wire.opened().await {
                Ok(()) => Happened::Opened,
                Err(error) => Happened::OpenFailed(error),
            },
            (State::Up | State::Ended, Some([])) => match self.wire.flush().await {
                Ok(()) => Happened::Flushed,
                Err(error) => Happened::SendFailed(Cause::Stream(error)),
            },
            (State::Up | State::Ended, Some(rest)) => match self.wire.write(rest).await {
                Ok(0) => Happened::SendFailed(Cause::WriteZero),
                Ok(taken) => Happened::Wrote(taken.min(rest.len())),
                Err(error) if error.kind() == ErrorKind::Interrupted => Happened::Wrote(0),
                Err(error) => Happened::SendFailed(Cause::Stream(error)),
            },
            (State::Up, None) => {
                let room = room.min(PIECE);
                let Some(piece) = self.piece.get_mut(..room).filter(|piece| !piece.is_empty()) else {
                    return pending().await;
                };
                match self.wire.read(piece).await {
                    Ok(0) => Happened::Ended,
                    Ok(read) => Happened::Received(read.min(room)),
                    Err(error) => Happened::Broken(error),
                }
            }
            (State::Ended, None) => pending().await,
        }
    }
}
