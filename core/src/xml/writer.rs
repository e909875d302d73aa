//! The writer: well-formed by construction, straight into the caller's buffer.

use core::fmt;

use super::error::WriteError;
use super::room::{Characters, Room};
use crate::limits::XML_DEPTH;

/// Writes one document, compact, in UTF-8.
///
/// Nothing fails on the way: the first thing that goes wrong is kept and told by [`finish`](Writer::finish), so a
/// message is written without a question mark behind every field. What was written is then no document.
///
/// The caller answers for attribute names that differ within a tag and for declaring the prefixes it uses.
#[derive(Debug)]
pub struct Writer<'b> {
    room: Room<'b>,
    open: heapless::Vec<&'static str, XML_DEPTH>,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    /// Before the root element, behind the declaration.
    Before,
    /// In a start tag that is not closed yet.
    Tag,
    Content,
    After,
}

impl<'b> Writer<'b> {
    /// A writer at the start of `buffer`.
    #[must_use]
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self { room: Room::new(buffer), open: heapless::Vec::new(), place: Place::Start }
    }

    /// Bytes written so far. They fit, even if something else went wrong.
    #[must_use]
    pub const fn written(&self) -> usize {
        self.room.written()
    }

    /// The XML declaration, if at all then first. Its spelling is the one CCV terminals and tills write.
    pub fn declaration(&mut self) {
        if self.place != Place::Start {
            return self.room.fail(WriteError::Place);
        }
        self.place = Place::Before;
        self.room.put(b"<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    }

    /// Begins an element.
    pub fn open(&mut self, name: &'static str) {
        self.check_name(name);
        self.open_known(name);
    }

    /// Begins an element whose name was checked when the program was compiled, see [`is_name`].
    pub(crate) fn open_known(&mut self, name: &'static str) {
        if self.enter(name) {
            self.room.put_all([b"<", name.as_bytes()]);
        }
    }

    /// The same with what is written, as in `<name`.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn open_with(&mut self, name: &'static str, written: &'static str) {
        if self.enter(name) {
            self.room.put(written.as_bytes());
        }
    }

    /// Whether an element may begin here.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn enter(&mut self, name: &'static str) -> bool {
        match self.place {
            Place::Tag => self.room.put(b">"),
            Place::After => {
                self.room.fail(WriteError::Place);
                return false;
            }
            Place::Start | Place::Before | Place::Content => {}
        }
        if self.open.push(name).is_err() {
            self.room.fail(WriteError::Depth);
            return false;
        }
        self.place = Place::Tag;
        true
    }

    /// An attribute of the element just begun.
    pub fn attribute(&mut self, name: &str, value: &str) {
        self.attribute_of(name, |out| out.text(value));
    }

    /// An attribute whose value is what `Display` shows.
    pub fn attribute_fmt(&mut self, name: &str, value: impl fmt::Display) {
        self.attribute_of(name, |out| out.show(value));
    }

    fn attribute_of(&mut self, name: &str, value: impl FnOnce(&mut Characters<'_, 'b>)) {
        self.check_name(name);
        self.attribute_named(name, value);
    }

    /// An attribute whose name was checked when the program was compiled, see [`is_name`].
    pub(crate) fn attribute_named(&mut self, name: &str, value: impl FnOnce(&mut Characters<'_, 'b>)) {
        if self.is_in_tag() {
            self.room.put_all([b" ", name.as_bytes(), b"=\""]);
            value(&mut Characters::of_value(&mut self.room));
            self.room.put(b"\"");
        }
    }

    /// Attributes of the element just begun.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn attributes(&mut self, write: impl FnOnce(&mut Room<'b>)) {
        if self.is_in_tag() {
            self.room.lend(|free| {
                let mut room = Room::new(free);
                write(&mut room);
                room.into_free()
            });
        }
    }

    /// An element without elements in it, by what it begins with, as in `<name`. `write` writes the rest of it.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn leaf(&mut self, begin: &'static str, write: impl FnOnce(&mut Room<'b>)) {
        if self.place == Place::After {
            return self.room.fail(WriteError::Place);
        }
        if self.open.is_full() {
            return self.room.fail(WriteError::Depth);
        }
        let is_in_tag = self.place == Place::Tag;
        self.place = if self.open.is_empty() { Place::After } else { Place::Content };
        self.room.lend(|free| {
            let mut room = Room::new(free);
            if is_in_tag {
                room.put(b">");
            }
            room.put(begin.as_bytes());
            write(&mut room);
            room.into_free()
        });
    }

    /// Character data. May be called several times.
    pub fn text(&mut self, text: &str) {
        self.text_of(|out| out.text(text));
    }

    /// What `Display` shows, as character data.
    pub fn text_fmt(&mut self, text: impl fmt::Display) {
        self.text_of(|out| out.show(text));
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn text_of(&mut self, text: impl FnOnce(&mut Characters<'_, 'b>)) {
        if self.begin_content() {
            text(&mut Characters::of_text(&mut self.room));
        }
    }

    /// A fragment of XML that was checked before, such as one a [`Reader`](super::Reader) read; not looked at here.
    pub fn raw(&mut self, fragment: &str) {
        if self.begin_content() {
            self.room.put(fragment.as_bytes());
        }
    }

    /// Ends the innermost element.
    pub fn close(&mut self) {
        if let Some(name) = self.leave() {
            self.room.put_all([b"</", name.as_bytes(), b">"]);
        }
    }

    /// Ends the innermost element; `written` is its end tag.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn close_with(&mut self, written: &'static str) {
        if self.leave().is_some() {
            self.room.put(written.as_bytes());
        }
    }

    /// Leaves the innermost element; its name, if it needs an end tag.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn leave(&mut self) -> Option<&'static str> {
        let Some(name) = self.open.pop() else {
            self.room.fail(WriteError::Place);
            return None;
        };
        let was = core::mem::replace(&mut self.place, if self.open.is_empty() { Place::After } else { Place::Content });
        if was == Place::Tag {
            self.room.put(b"/>");
            return None;
        }
        Some(name)
    }

    /// Ends the document, and says how many bytes of the buffer it has.
    ///
    /// # Errors
    /// The first thing that went wrong since [`new`](Writer::new), see [`WriteError`]. The buffer then holds nothing to be
    /// sent, and anything behind [`written`](Writer::written).
    pub fn finish(self) -> Result<usize, WriteError> {
        match self.room.wrong() {
            Some(wrong) => Err(wrong),
            None if self.place == Place::After => Ok(self.room.written()),
            None => Err(WriteError::Place),
        }
    }

    /// Whether an attribute may stand here.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn is_in_tag(&mut self) -> bool {
        let is = self.place == Place::Tag;
        if !is {
            self.room.fail(WriteError::Place);
        }
        is
    }

    /// Whether content may stand here.
    fn begin_content(&mut self) -> bool {
        match self.place {
            Place::Tag => {
                self.place = Place::Content;
                self.room.put(b">");
            }
            Place::Content => {}
            Place::Start | Place::Before | Place::After => {
                self.room.fail(WriteError::Place);
                return false;
            }
        }
        true
    }

    fn check_name(&mut self, name: &str) {
        if !is_name(name) {
            self.room.fail(WriteError::Name);
        }
    }
}

/// Whether this is an ASCII name, with at most one prefix. For names that stand in the program, when it is compiled.
pub(crate) const fn is_name(name: &str) -> bool {
    let mut rest = name.as_bytes();
    let (mut begins, mut has_prefix) = (true, false);
    while let [first, behind @ ..] = rest {
        match *first {
            b':' if !begins && !has_prefix => (begins, has_prefix) = (true, true),
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => begins = false,
            b'0'..=b'9' | b'-' | b'.' if !begins => {}
            _ => return false,
        }
        rest = behind;
    }
    !begins
}
