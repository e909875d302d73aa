//! Parts out, XML in: how records are written.

use core::fmt;

use super::facts::{ErrorDetail, ErrorResponse};
use super::fragment::Fragment;
use super::header::{Header, IXRETAIL, Kind};
use super::payment::TotalAmount;
use super::record::{Form, Role, Spec, Written};
use super::value::{Held, Shown};
use crate::money::Currency;
#[cfg(target_pointer_width = "64")]
use crate::xml::Room;
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
    xml: &'w mut Writer<'b>,
    style: Style,
    /// Decimals of amounts.
    decimals: u8,
    /// The child element that is open; empty if none is.
    group: &'static str,
    /// What stays open at the end.
    left: Left,
    /// The child element that the next value stands in; empty if there is none.
    coding: &'static str,
}

/// What stays open behind a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    /// The record's own element.
    Element,
    /// This child element too.
    Group(&'static str),
}

impl<'w, 'b> RecordWriter<'w, 'b> {
    const fn new(xml: &'w mut Writer<'b>, style: Style, decimals: u8, left: Left) -> Self {
        Self { xml, style, decimals, group: "", left, coding: "" }
    }

    /// Names of elements come from records, which check them when they are compiled.
    pub(crate) fn begin(&mut self, element: &'static str) {
        if !element.is_empty() {
            self.xml.open_known(element);
        }
    }

    /// Begins the element of a record; `written` is what its tag begins with.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn begin_with(&mut self, element: &'static str, written: &'static str) {
        if !element.is_empty() {
            self.xml.open_with(element, written);
        }
    }

    /// Writes a record that [is flat](super::record::is_flat), if its element shall be closed.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn flat(&mut self, begin: &'static str, write: impl FnOnce(&mut Attributes<'_, 'b>)) -> bool {
        let is = self.left == Left::Nothing;
        if is {
            let (style, decimals) = (self.style, self.decimals);
            self.xml.leaf(begin, |room| write(&mut Attributes { room, style, decimals }));
        }
        is
    }

    /// Whether the value is an attribute of the record's own element.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn is_own_attribute(&self, spec: &Spec) -> bool {
        is_own_attribute(spec, self.style)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn decimals(&self, spec: &Spec) -> u8 {
        decimals(spec, self.decimals)
    }

    /// Writes attributes of the element that was begun.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn attributes(&mut self, write: impl FnOnce(&mut Attributes<'_, 'b>)) {
        let (style, decimals) = (self.style, self.decimals);
        self.xml.attributes(|room| write(&mut Attributes { room, style, decimals }));
    }

    /// Writes the element by its list of values.
    #[cfg(not(target_pointer_width = "64"))]
    pub(crate) fn write(&mut self, record: &dyn Written) {
        self.begin(record.element());
        for (index, spec) in record.specs().iter().enumerate() {
            if let Some(field) = record.field(index) {
                self.own_attribute(spec, field);
            }
        }
        self.write_content(record);
        self.end(record.element());
    }

    /// Writes what is not an attribute by the list of values.
    #[cfg(not(target_pointer_width = "64"))]
    pub(crate) fn write_content(&mut self, record: &dyn Written) {
        for (index, spec) in record.specs().iter().enumerate() {
            if let Some(field) = record.field(index) {
                self.content(spec, field);
            }
        }
    }

    /// Writes the value if it is an attribute of the record's own element.
    #[cfg(not(target_pointer_width = "64"))]
    fn own_attribute(&mut self, spec: &'static Spec, field: &dyn Held) {
        if self.is_own_attribute(spec)
            && let Some(value) = field.shown(0)
        {
            self.attribute(spec, &value);
        }
    }

    #[cfg(not(target_pointer_width = "64"))]
    fn attribute(&mut self, spec: &'static Spec, value: &Shown<'_>) {
        let decimals = self.decimals(spec);
        self.xml.attribute_named(spec.name(), |out| value.write(decimals, out));
    }

    #[cfg(target_pointer_width = "64")]
    fn attribute(&mut self, spec: &'static Spec, value: &Shown<'_>) {
        self.attributes(|out| out.put(spec, value));
    }

    /// Writes every other value, after the attributes.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn content<F: Held + ?Sized>(&mut self, spec: &'static Spec, field: &F) {
        if !self.is_own_attribute(spec) && (!self.coding.is_empty() || field.shown(0).is_some()) {
            // The text of a line: nearly all of what is written in elements.
            #[cfg(target_pointer_width = "64")]
            if spec.form == Form::text && spec.group.is_own() && self.group.is_empty() && self.coding.is_empty() {
                if let Some(value) = field.shown(0) {
                    let decimals = self.decimals(spec);
                    self.xml.text_of(|out| value.write(decimals, out));
                }
                return;
            }
            self.content_of(spec, &|number| field.shown(number));
        }
    }

    fn content_of<'v>(&mut self, spec: &'static Spec, values: &dyn Fn(usize) -> Option<Shown<'v>>) {
        let coding = core::mem::take(&mut self.coding);
        let decimals = self.decimals(spec);
        let mut number = 0;
        while let Some(value) = values(number) {
            number += 1;
            self.enter(spec.group.name());
            match spec.form {
                Form::attribute => self.attribute(spec, &value),
                Form::text => self.xml.text_of(|out| value.write(decimals, out)),
                Form::presence => {}
                Form::element | Form::either => self.element(spec, coding, Some(&value)),
                Form::coding => self.coding = value.coding(),
            }
        }
        if !coding.is_empty() && number == 0 {
            self.element(spec, coding, None);
        }
    }

    fn element(&mut self, spec: &'static Spec, coding: &'static str, value: Option<&Shown<'_>>) {
        let decimals = self.decimals(spec);
        self.begin(spec.name());
        self.begin(coding);
        if let Some(value) = value {
            self.xml.text_of(|out| value.write(decimals, out));
        }
        if !coding.is_empty() {
            self.xml.close();
        }
        self.xml.close();
    }

    /// Closes the child element that is open, and opens this one.
    fn enter(&mut self, group: &'static str) {
        // Most records have no groups: that is answered without looking at letters, since some processors need a hundred
        // cycles to compare nothing with nothing.
        if self.group.len() != group.len() || (!group.is_empty() && self.group != group) {
            if !self.group.is_empty() {
                self.xml.close();
            }
            self.begin(group);
            self.group = group;
        }
    }

    /// Ends a record; `written` is the end tag of its element.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn end_with(&mut self, element: &'static str, written: &'static str) {
        self.enter(if let Left::Group(group) = self.left { group } else { "" });
        if self.left == Left::Nothing && !element.is_empty() {
            self.xml.close_with(written);
        }
    }

    pub(crate) fn end(&mut self, element: &'static str) {
        self.enter(if let Left::Group(group) = self.left { group } else { "" });
        if self.left == Left::Nothing && !element.is_empty() {
            self.xml.close();
        }
    }
}

/// Whether the value is an attribute of the record's own element.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn is_own_attribute(spec: &Spec, style: Style) -> bool {
    spec.group.is_own()
        && (spec.form == Form::attribute || (spec.form == Form::either && style.shift_number_as_attribute))
}

#[cfg_attr(target_pointer_width = "64", inline(always))]
fn decimals(spec: &Spec, of_amounts: u8) -> u8 {
    if spec.role == Role::Amount { of_amounts } else { 0 }
}

/// Writes the attributes of one element.
#[cfg(target_pointer_width = "64")]
pub(crate) struct Attributes<'w, 'b> {
    room: &'w mut Room<'b>,
    style: Style,
    /// Decimals of amounts.
    decimals: u8,
}

#[cfg(target_pointer_width = "64")]
impl Attributes<'_, '_> {
    /// Writes the value if it is an attribute of the record's own element.
    #[inline(always)]
    pub(crate) fn own<F: Held>(&mut self, spec: &'static Spec, field: &F) {
        if is_own_attribute(spec, self.style)
            && let Some(value) = field.shown(0)
        {
            self.put(spec, &value);
        }
    }

    /// Writes the value if it is the text of the record's own element, and ends the element then.
    #[inline(always)]
    pub(crate) fn own_text<F: Held>(&mut self, spec: &'static Spec, field: &F, end: &'static str) -> bool {
        if spec.form == Form::text
            && let Some(value) = field.shown(0)
        {
            let decimals = decimals(spec, self.decimals);
            value.write(decimals, &mut self.room.begin_text());
            self.room.end_with(end);
            return true;
        }
        false
    }

    /// Ends an element without text.
    #[inline(always)]
    pub(crate) fn end(&mut self) {
        self.room.end_with("/>");
    }

    #[inline(always)]
    fn put(&mut self, spec: &'static Spec, value: &Shown<'_>) {
        let decimals = decimals(spec, self.decimals);
        // Blank, name, equals sign and quote are one text, put together when the core was compiled.
        value.write(decimals, &mut self.room.begin_value(spec.lead));
        self.room.end_value();
    }
}

/// Writes one message.
pub(super) struct MessageWriter<'b> {
    xml: Writer<'b>,
    style: Style,
    decimals: u8,
    wrong: Option<EncodeError>,
}

impl<'b> MessageWriter<'b> {
    pub(super) const fn new(style: &Style, out: &'b mut [u8]) -> Self {
        Self { xml: Writer::new(out), style: *style, decimals: 0, wrong: None }
    }

    /// The root element: its namespace, then the header in the order of CCV and Nexi.
    pub(super) fn begin(&mut self, kind: Kind, header: &Header) {
        if self.style.declaration {
            self.xml.declaration();
        }
        self.xml.open(kind.name());
        if self.style.namespace {
            self.xml.attribute("xmlns", IXRETAIL);
        }
        self.record(header);
    }

    /// From here on, amounts have the decimals of the currency of `total`.
    pub(super) fn amounts_like(&mut self, total: Option<&TotalAmount>) {
        self.decimals = total.and_then(|total| total.currency).map_or(0, Currency::exponent);
    }

    pub(super) fn record(&mut self, record: &dyn Written) {
        self.record_with(record, Left::Nothing);
    }

    fn record_with(&mut self, record: &dyn Written, left: Left) {
        record.write(&mut RecordWriter::new(&mut self.xml, self.style, self.decimals, left));
    }

    pub(super) fn records<'a, R: Written + 'a>(&mut self, records: impl IntoIterator<Item = &'a R>) {
        for record in records {
            self.record(record);
        }
    }

    /// A record whose element is closed by [`close`](Self::close).
    pub(super) fn open_record(&mut self, record: &dyn Written) {
        self.record_with(record, Left::Element);
    }

    /// A record whose element and one child element of it are closed by [`close`](Self::close).
    pub(super) fn open_record_at(&mut self, record: &dyn Written, group: &'static str) {
        self.record_with(record, Left::Group(group));
    }

    pub(super) fn close(&mut self) {
        self.xml.close();
    }

    /// The values of a record, in the element that is open.
    pub(super) fn contents<R: Written>(&mut self, record: &Option<R>) {
        if let Some(record) = record {
            let writer = &mut RecordWriter::new(&mut self.xml, self.style, self.decimals, Left::Element);
            record.write_content(writer);
            writer.end("");
        }
    }

    pub(super) fn within(&mut self, element: &'static str, content: impl FnOnce(&mut Self)) {
        self.xml.open(element);
        content(self);
        self.xml.close();
    }

    /// The errors of an answer, if there is anything to tell.
    pub(super) fn errors<'a>(
        &mut self,
        errors: impl IntoIterator<Item = &'a ErrorDetail, IntoIter: ExactSizeIterator>,
        response: &Option<ErrorResponse>,
    ) {
        let errors = errors.into_iter();
        if errors.len() > 0 || response.is_some() {
            self.within("ErrorDetail", |writer| {
                writer.records(errors);
                writer.records(response);
            });
        }
    }

    /// An element as it was written, if there is anything in it.
    pub(super) fn fragment<const N: usize>(&mut self, element: &'static str, fragment: &Fragment<N>) {
        if !fragment.is_empty() {
            self.within(element, |writer| writer.fragment_content(fragment));
        }
    }

    pub(super) fn fragment_content<const N: usize>(&mut self, fragment: &Fragment<N>) {
        if fragment.is_writable() {
            self.xml.raw(fragment.as_str());
        } else {
            self.wrong = Some(EncodeError::Fragment);
        }
    }

    pub(super) fn finish(mut self) -> Result<usize, EncodeError> {
        self.xml.close();
        match self.wrong {
            Some(wrong) => Err(wrong),
            None => self.xml.finish().map_err(EncodeError::Write),
        }
    }
}
