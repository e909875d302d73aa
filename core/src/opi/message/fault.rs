//! What is wrong with a message, and where: always the peer's fault.

use core::fmt;

use super::value::Flaw;
use crate::xml::{XmlError, XmlErrorKind};

/// Why a message was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Byte of the document, from 0: the offending one, or the one behind the value that is wrong.
    pub offset: u32,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// It is not XML as it should be.
    Xml(XmlErrorKind),
    /// The root element is none of the six messages.
    Root,
    /// A value that money or correlation depends on cannot be read.
    Field {
        /// Name on the wire.
        name: &'static str,
        /// What is wrong with it.
        flaw: Flaw,
    },
}

impl From<XmlError> for Fault {
    fn from(error: XmlError) -> Self {
        Self { offset: error.offset, kind: FaultKind::Xml(error.kind) }
    }
}

/// Says only what is wrong; the place is in [`offset`](Fault::offset).
impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(out)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Xml(kind) => kind.fmt(out),
            Self::Root => out.write_str("the root element is no OPI message"),
            Self::Field { name, flaw } => write!(out, "{name}: {flaw}"),
        }
    }
}

impl core::error::Error for Fault {}
