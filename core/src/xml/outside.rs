//! The reader outside of elements: byte order mark, XML declaration, and what may stand between elements but gives
//! no token.

use super::encoding::Encoding;
use super::error::XmlErrorKind as Kind;
use super::grammar::{self, Data, Declared, Piece, Section};
use super::reader::{Reader, State, Turn, accept};
use super::scan;
use super::token::{Raw, Token};

impl Reader {
    /// A byte order mark, which decides for UTF-8.
    pub(super) fn start<'a>(&mut self, input: &mut &'a [u8]) -> Turn<'a> {
        match *input {
            [0xEF, 0xBB, 0xBF, rest @ ..] => {
                self.take(input, rest);
                self.marked = true;
            }
            [] | [0xEF] | [0xEF, 0xBB] => return self.wait(input).into(),
            _ => {}
        }
        if self.tolerance.lying_encoding {
            self.encoding = Encoding::Doubtful;
        }
        self.state = State::Outside;
        None
    }

    pub(super) fn outside<'a>(&mut self, input: &mut &'a [u8]) -> Turn<'a> {
        if self.blanks(input) {
            self.first &= self.tolerance.blank_before_declaration;
        }
        match *input {
            [] | [b'<'] => self.wait(input).into(),
            #[cfg(target_pointer_width = "64")]
            [b'<', b'?', ..]
                if self.first
                    && let Some(rest) = usual_declaration(input) =>
            {
                self.take(input, rest);
                self.first = false;
                self.declared = Some(Declared::Encoding);
                None
            }
            [b'<', b'?', ..] => self.instruction_head(input),
            [b'<', b'!', ..] => self.section(input),
            [b'<', b'/', ..] => self.wrong(Kind::EndTag).into(),
            [b'<', ..] if self.rooted => self.wrong(Kind::SecondRoot).into(),
            [_, name @ ..] if input.starts_with(b"<") => {
                let step = self.open(input, name);
                self.rooted = self.state == State::Tag;
                self.first &= !self.rooted;
                Some(step)
            }
            _ => self.wrong(Kind::OutsideRoot).into(),
        }
    }

    pub(super) fn declaration<'a>(&mut self, input: &mut &'a [u8]) -> Turn<'a> {
        if self.blanks(input) {
            self.spaced = true;
        }
        match *input {
            [] | [b'?'] => return self.wait(input).into(),
            [b'?', b'>', rest @ ..] if self.declared.is_some() => {
                self.take(input, rest);
                self.state = State::Outside;
                self.spaced = false;
                return None;
            }
            _ if !self.spaced => return self.wrong(Kind::Declaration).into(),
            _ => {}
        }
        let (rest, (part, value)) = accept!(self, input, grammar::declared(input));
        let in_order = self.declared < Some(part) && self.declared.is_some() != (part == Declared::Version);
        if !in_order || !part.allows(value) {
            return self.wrong(Kind::Declaration).into();
        }
        if part == Declared::Encoding && !self.tolerance.lying_encoding {
            match Encoding::from_name(value) {
                Some(named) if !self.marked || named == Encoding::Utf8 => self.encoding = named,
                _ => return self.wrong(Kind::EncodingName).into(),
            }
        }
        self.take(input, rest);
        self.declared = Some(part);
        self.spaced = false;
        None
    }

    /// `<!` or `<?` in content.
    #[inline(never)]
    pub(super) fn seldom_content<'a>(&mut self, input: &mut &'a [u8]) -> Turn<'a> {
        if input.starts_with(b"<!") { self.section(input) } else { self.instruction_head(input) }
    }

    /// `<!`, inside or outside of the root element.
    pub(super) fn section<'a>(&mut self, input: &mut &'a [u8]) -> Turn<'a> {
        let (rest, section) = accept!(self, input, grammar::section(input));
        self.state = match section {
            Section::Comment => State::Comment,
            Section::Cdata if self.scope.depth() > 0 => State::Cdata,
            Section::Cdata => return self.wrong(Kind::OutsideRoot).into(),
            Section::Doctype => return self.wrong(Kind::Doctype).into(),
        };
        self.take(input, rest);
        self.first = false;
        None
    }

    pub(super) fn cdata<'a>(&mut self, input: &mut &'a [u8]) -> Turn<'a> {
        let (rest, Piece { bytes, flags, closed }) =
            accept!(self, input, grammar::piece(Data::Cdata, self.encoding, input));
        self.take(input, rest);
        if closed {
            self.state = State::Content;
        }
        let text = Raw::new(bytes, flags, self.encoding);
        if text.is_empty() { None } else { Some(Ok(Some(Token::Text(text)))) }
    }

    /// `<?`, inside or outside of the root element.
    pub(super) fn instruction_head<'a>(&mut self, input: &mut &'a [u8]) -> Turn<'a> {
        let (rest, target) = accept!(self, input, grammar::instruction_head(self.encoding, input));
        self.state = match target.as_bytes() {
            name if self.first && name == b"xml" => State::Declaration,
            name if name.eq_ignore_ascii_case(b"xml") => {
                return self.wrong(Kind::Declaration).into();
            }
            _ if !target.prefix().is_empty() => return self.wrong(Kind::Instruction).into(),
            _ => State::Target,
        };
        self.take(input, rest);
        self.first = false;
        None
    }

    /// White space, or the end, must follow the target.
    pub(super) fn target<'a>(&mut self, input: &mut &'a [u8]) -> Turn<'a> {
        match *input {
            [] | [b'?'] => self.wait(input).into(),
            [byte, ..] if !scan::is(scan::BLANK, *byte) && !input.starts_with(b"?>") => {
                self.wrong(Kind::Instruction).into()
            }
            _ => {
                self.state = State::Instruction;
                None
            }
        }
    }

    /// Reads over a piece of something that gives no token.
    pub(super) fn skip<'a>(&mut self, input: &mut &'a [u8], data: Data) -> Turn<'a> {
        let (rest, piece) = accept!(self, input, grammar::piece(data, self.encoding, input));
        self.take(input, rest);
        if piece.closed {
            self.state = self.between();
        }
        None
    }
}

/// What is behind the XML declaration that nearly all documents begin with. It changes nothing: a document is UTF-8, or
/// its encoding is not believed.
#[cfg(target_pointer_width = "64")]
fn usual_declaration(input: &[u8]) -> Option<&[u8]> {
    let behind = input.strip_prefix(b"<?xml version=\"1.0\" encoding=\"")?;
    behind.strip_prefix(b"utf-8\"?>").or_else(|| behind.strip_prefix(b"UTF-8\"?>"))
}
