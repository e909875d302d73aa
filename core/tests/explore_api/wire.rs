//! Exchanges, and what is on its way on them.

use std::collections::VecDeque;
use std::fmt;
use std::hash::{DefaultHasher, Hasher};
use std::rc::Rc;

use opi_core::drive::Link;

#[derive(Clone)]
pub(crate) enum Item {
    /// The body of a request, and whether it is whole.
    Request(Rc<Vec<u8>>, bool),
    /// What is left of an answer, its status, and whether nothing of it was read yet.
    Answer(Rc<Vec<u8>>, u16, bool),
    Closed,
}

impl fmt::Debug for Item {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hasher = DefaultHasher::new();
        match self {
            Self::Request(bytes, whole) => {
                hasher.write(bytes);
                write!(out, "request {:x} {whole}", hasher.finish())
            }
            Self::Answer(bytes, status, whole) => {
                hasher.write(bytes);
                write!(out, "answer {:x} {status} {whole}", hasher.finish())
            }
            Self::Closed => out.write_str("closed"),
        }
    }
}

/// One HTTPS exchange.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) number: u32,
    pub(crate) till: usize,
    pub(crate) link: Option<Link>,
    /// The terminal holds its end.
    pub(crate) open: bool,
    pub(crate) to_terminal: VecDeque<Item>,
    pub(crate) to_till: VecDeque<Item>,
    /// The till ended it; what is on its way can arrive until then.
    pub(crate) lingers: Option<u64>,
    /// The till knows that the other side is gone.
    pub(crate) ended: bool,
    /// A digest of what the till has read of the answer.
    pub(crate) read: u64,
}
