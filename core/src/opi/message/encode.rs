//! Parts out, XML in: how records are written.

use core::fmt;

use super::record::{Form, Role, Spec};
use super::value::Field;
use crate::xml::{WriteError, Writer};

/// How a dialect writes what all dialects say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Style {
    /// Begin with an XML declaration. Only the Nexi SDKs leave it out, in device responses.
    pub declaration: bool,
    /// Declare [`IXRETAIL`](super::IXRETAIL) as default namespace. EFTLink, ATS and some German tills do not.
    pub namespace: bool,
    /// `ShiftNumber` is an attribute of `POSdata` (CCV firmware), not a child element.
    pub shift_number_as_attribute: bool,
    /// `CardCircuitCollection` stands behind `TotalAmount` (CCV), not before `OriginalTransaction` (IFSF).
    pub card_circuits_last: bool,
}

impl Style {
    /// As the Nexi SDKs and CCV libraries write.
    pub const CCV: Self =
        Self { declaration: true, namespace: true, shift_number_as_attribute: false, card_circuits_last: true };
    /// As the IFSF schema orders it; German tills write the same.
    pub const IFSF: Self =
        Self { declaration: true, namespace: true, shift_number_as_attribute: false, card_circuits_last: false };
}

impl Default for Style {
    fn default() -> Self {
        Self::CCV
    }
}

/// Why a message was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The buffer is too small, or the message holds something XML cannot.
    Write(WriteError),
    /// A fragment that was cut or that is not well-formed on its own.
    Fragment,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(error) => error.fmt(out),
            Self::Fragment => out.write_str("a fragment is cut or not well-formed on its own"),
        }
    }
}

impl core::error::Error for EncodeError {}

/// Writes records one after the other.
pub(crate) struct RecordWriter<'w, 'b> {
    pub(super) xml: &'w mut Writer<'b>,
    pub(super) style: Style,
    /// Decimals of amounts.
    pub(super) decimals: u8,
    /// The child element that is open; empty if none is.
    group: &'static str,
}

impl<'w, 'b> RecordWriter<'w, 'b> {
    pub(super) const fn new(xml: &'w mut Writer<'b>, style: Style, decimals: u8) -> Self {
        Self { xml, style, decimals, group: "" }
    }

    pub(crate) fn begin(&mut self, element: &'static str) {
        if !element.is_empty() {
            self.xml.open(element);
        }
    }

    fn form(&self, spec: &Spec) -> Form {
        if self.style.shift_number_as_attribute && spec.name == "ShiftNumber" { Form::attribute } else { spec.form }
    }

    fn decimals(&self, spec: &Spec) -> u8 {
        if spec.role == Role::Amount { self.decimals } else { 0 }
    }

    /// Writes the value if it is an attribute of the record's own element.
    pub(crate) fn own_attribute(&mut self, spec: &'static Spec, field: &dyn Field) {
        if spec.group.is_empty() && self.form(spec) == Form::attribute {
            field.each(self.decimals(spec), &mut |value| self.xml.attribute_fmt(spec.name, value));
        }
    }

    /// Writes every other value, after the attributes.
    pub(crate) fn content(&mut self, spec: &'static Spec, field: &dyn Field) {
        let form = self.form(spec);
        if spec.group.is_empty() && form == Form::attribute {
            return;
        }
        field.each(self.decimals(spec), &mut |value| {
            if self.group != spec.group {
                if !self.group.is_empty() {
                    self.xml.close();
                }
                self.begin(spec.group);
                self.group = spec.group;
            }
            match form {
                Form::attribute => self.xml.attribute_fmt(spec.name, value),
                Form::text => self.xml.text_fmt(value),
                Form::presence => {}
                Form::element => {
                    self.xml.open(spec.name);
                    self.xml.text_fmt(value);
                    self.xml.close();
                }
            }
        });
    }

    pub(crate) fn end(&mut self, element: &'static str) {
        if !self.group.is_empty() {
            self.group = "";
            self.xml.close();
        }
        if !element.is_empty() {
            self.xml.close();
        }
    }
}
