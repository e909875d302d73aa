//! Writes XML the way a terminal does: straight on, into bytes.

use core::fmt::{self, Display, Write};

/// A document being written into the caller's bytes. Names are ours and need no check; values are escaped.
pub(super) struct Page<'b> {
    out: &'b mut [u8],
    at: usize,
    full: bool,
    latin1: bool,
    /// A start tag is still open for attributes.
    open: bool,
}

impl<'b> Page<'b> {
    pub(super) const fn new(out: &'b mut [u8], latin1: bool) -> Self {
        Self { out, at: 0, full: false, latin1, open: false }
    }

    /// Bytes written; `None` if they did not fit.
    pub(super) const fn finish(self) -> Option<usize> {
        if self.full { None } else { Some(self.at) }
    }

    pub(super) const fn written(&self) -> usize {
        self.at
    }

    pub(super) const fn has_room(&self) -> bool {
        !self.full
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        match self.out.get_mut(self.at..self.at.saturating_add(bytes.len())) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.at += bytes.len();
            }
            None => self.full = true,
        }
    }

    pub(super) fn char(&mut self, char: char) {
        if !self.latin1 {
            let mut bytes = [0; 4];
            self.bytes(char.encode_utf8(&mut bytes).as_bytes());
            return;
        }
        self.bytes(&[u8::try_from(u32::from(char)).unwrap_or(b'?')]);
    }

    /// Writes markup as it stands.
    pub(super) fn markup(&mut self, text: &str) {
        if !self.latin1 {
            return self.bytes(text.as_bytes());
        }
        text.chars().for_each(|char| self.char(char));
    }

    pub(super) fn tag(&mut self, name: &str) -> &mut Self {
        self.enter();
        self.markup("<");
        self.markup(name);
        self.open = true;
        self
    }

    pub(super) fn attribute(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.markup(" ");
        self.markup(name);
        self.markup("=\"");
        let _ = write!(Escaped(self), "{value}");
        self.markup("\"");
        self
    }

    pub(super) fn attribute_if(&mut self, name: &str, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.attribute(name, value),
            None => self,
        }
    }

    pub(super) fn text(&mut self, value: impl Display) -> &mut Self {
        self.enter();
        let _ = write!(Escaped(self), "{value}");
        self
    }

    pub(super) fn end(&mut self, name: &str) {
        if core::mem::take(&mut self.open) {
            self.markup("/>");
            return;
        }
        self.markup("</");
        self.markup(name);
        self.markup(">");
    }

    pub(super) fn leaf(&mut self, name: &str, value: impl Display) {
        self.tag(name).text(value);
        self.end(name);
    }

    fn enter(&mut self) {
        if core::mem::take(&mut self.open) {
            self.markup(">");
        }
    }
}

struct Escaped<'p, 'b>(&'p mut Page<'b>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !text.bytes().any(|byte| byte < b' ' || matches!(byte, b'&' | b'<' | b'>' | b'"')) {
            self.0.markup(text);
            return Ok(());
        }
        for char in text.chars() {
            match char {
                '&' => self.0.markup("&amp;"),
                '<' => self.0.markup("&lt;"),
                '>' => self.0.markup("&gt;"),
                '"' => self.0.markup("&quot;"),
                // XML has no other control characters.
                char if char < ' ' => self.0.markup("&#10;"),
                char => self.0.char(char),
            }
        }
        Ok(())
    }
}
