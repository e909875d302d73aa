//! The other side and bad luck: a simulated terminal.
//!
//! [`Terminal`] is a state machine like the session: it has no sockets, no clock and no memory of its own choosing,
//! and the same setup and inputs give the same outputs, byte for byte. It shares no code with the till's side but
//! the frame and XML readers: it writes its messages itself, in the spelling of the terminals of each
//! [`Dialect`], and reads requests by element name only. A mistake in the typed messages can so not cancel itself.
//!
//! *After each [`handle_input`](Terminal::handle_input), call [`poll_output`](Terminal::poll_output) until it
//! returns [`Output::Wait`].*
//!
//! What a terminal answers is a [`Script`], what goes wrong on the way is a [`Fault`]. [`Output::Booked`] comes at
//! the moment money moves: it is the truth that outcomes are judged by (I4).
//!
//! That is a terminal of OPI. In a terminal of the Terminal API the protocol is that of [`nexo::front`](crate::nexo::front),
//! and only what stands behind it is simulated, by [`application`].

mod answer;
pub mod application;
mod chance;
mod dialect;
mod dialogue;
mod fault;
mod hear;
mod ledger;
mod named;
mod page;
mod plan;
mod receipts;
mod requests;
mod script;
mod setup;
mod speak;
mod state;
mod terminal;
mod wire;

pub use dialect::{Brand, Callback, DeviceIds, Dialect};
pub use fault::Fault;
pub use ledger::{Direction, Entry, Total};
pub use script::{Script, ScriptError, Scripts};
pub use setup::{Encoding, Setup};
pub use terminal::Terminal;

use crate::time::Instant;

/// One connection of a simulated terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Conn {
    /// A till connected to the terminal (channel 0). Numbered by the outside, below
    /// [`SIM_TILLS`](crate::limits::SIM_TILLS).
    Till(u8),
    /// The terminal connects to the till's listener (channel 1). Numbered by the terminal, below
    /// [`SIM_DEVICES`](crate::limits::SIM_DEVICES).
    Device(u8),
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input<'a> {
    /// A till connected.
    Accepted(Conn),
    /// Bytes came in.
    Received(Conn, &'a [u8]),
    /// The till closed the connection, or it broke.
    Closed(Conn),
    /// The connection asked for is up.
    Connected(Conn),
    /// The connection asked for could not be made.
    ConnectFailed(Conn),
    /// Time passed.
    Tick,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Connect to the till's listener; then [`Input::Connected`] or [`Input::ConnectFailed`].
    Connect(Conn),
    /// Send the first `length` bytes of the transmit buffer, in a write of their own.
    Send {
        /// The connection.
        conn: Conn,
        /// How many bytes.
        length: usize,
    },
    /// Close the connection once everything sent has left. No input follows.
    Close(Conn),
    /// Money moved just now.
    Booked(Entry),
    /// The till did something that a till must not do.
    Complaint(&'static str),
    /// Nothing more until an input comes, at the latest until then: then [`Input::Tick`].
    Wait {
        /// When it must be woken.
        until: Option<Instant>,
    },
}
