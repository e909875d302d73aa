//! Connections, and what is on its way on them.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hasher};
use std::rc::Rc;

use opi_core::drive::Link;
use opi_core::sim::Conn;

/// Bytes on their way, and their digest.
#[derive(Debug)]
pub(crate) struct Cargo {
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: u64,
}

impl Cargo {
    pub(crate) fn new(bytes: Vec<u8>) -> Rc<Self> {
        let mut hasher = DefaultHasher::new();
        hasher.write(&bytes);
        Rc::new(Self { bytes, digest: hasher.finish() })
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// Bytes, and whether they are a whole frame.
    Bytes(Rc<Cargo>, bool),
    Closed,
}

/// One TCP connection.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) number: u32,
    pub(crate) till: usize,
    pub(crate) terminal: usize,
    pub(crate) link: Option<Link>,
    pub(crate) conn: Option<Conn>,
    pub(crate) to_terminal: VecDeque<Item>,
    pub(crate) to_till: VecDeque<Item>,
    /// Nothing arrives any more in this direction, and nobody is told.
    pub(crate) deaf_terminal: bool,
    pub(crate) deaf_till: bool,
    /// The till knows that the other side is gone.
    pub(crate) ended: bool,
    /// Its end, or the news that an answer has left on it, takes its time.
    pub(crate) held: bool,
    /// A digest of the last frame that the till read whole, and what it read of the next.
    pub(crate) last: [u64; 2],
    pub(crate) frame: Vec<u8>,
    pub(crate) asks: Vec<Ask>,
}

/// A device request that the till has and did not answer.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) id: String,
    pub(crate) sequence: String,
    /// Of each output, whether it must be kept.
    pub(crate) outputs: Vec<bool>,
}
