//! What a till sends, written value by value: a record of all that a message may hold is large, and a till fills little
//! of it. Names stand in the order of the records, and the tests write each message again from its records.

use super::encode::{EncodeError, Style};
use super::header::{IXRETAIL, Kind};
use crate::money::Decimal;
use crate::xml::Writer;

/// One message that is being written.
pub(crate) struct Sending<'b> {
    pub(crate) xml: Writer<'b>,
}

impl<'b> Sending<'b> {
    /// Begins the root element; its attributes follow.
    pub(crate) fn new(kind: Kind, style: &Style, out: &'b mut [u8]) -> Self {
        // Filled in where it stays: a writer is large.
        let mut sending = Self { xml: Writer::new(out) };
        if style.declaration {
            sending.xml.declaration();
        }
        sending.open(kind.name());
        sending.attribute("xmlns", style.namespace.then_some(IXRETAIL));
        sending
    }

    /// An attribute, if it has a value.
    #[inline(never)]
    pub(crate) fn attribute(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.xml.attribute_named(name, |out| out.text(value));
        }
    }

    /// A child element, if it has a value.
    #[inline(never)]
    pub(crate) fn element(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.xml.open_known(name);
            self.xml.text(value);
            self.xml.close();
        }
    }

    /// Begins an element.
    #[inline(never)]
    pub(crate) fn open(&mut self, name: &'static str) {
        self.xml.open_known(name);
    }

    /// Ends the innermost element.
    #[inline(never)]
    pub(crate) fn close(&mut self) {
        self.xml.close();
    }

    /// An amount as an attribute, with at least so many decimals.
    pub(crate) fn amount(&mut self, name: &'static str, amount: Option<Decimal>, decimals: u8) {
        self.attribute(name, amount.map(|amount| amount.figures(decimals)).as_ref().map(|figures| figures.as_str()));
    }

    /// Ends the root element, and says how long the message is.
    pub(crate) fn finish(mut self) -> Result<usize, EncodeError> {
        self.xml.close();
        self.xml.finish().map_err(EncodeError::Write)
    }
}
