//! XML that is kept as written, because only its receiver knows what it means.

use core::fmt;

use super::part::Piece;
use crate::text::Text;
use crate::xml::{Reader, Token, Tolerance, XmlError};

/// The content of one element as XML, of at most `N` bytes.
///
/// `Debug` and serde show its length only: vendors put card data there (I12).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fragment<const N: usize> {
    xml: Text<N>,
    /// There is something, and it can be written into a document as it is.
    closed: bool,
}

/// Why a text is no fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FragmentError {
    /// Longer than a fragment may be.
    TooLong,
    /// Not well-formed on its own: elements left open, a prefix without namespace, ... The offset counts from the
    /// begin of the text.
    Xml(XmlError),
}

impl fmt::Display for FragmentError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => out.write_str("the fragment is too long"),
            Self::Xml(error) => error.fmt(out),
        }
    }
}

impl core::error::Error for FragmentError {}

impl<const N: usize> Fragment<N> {
    /// Takes the content of an element: text and elements, well-formed on its own.
    ///
    /// # Errors
    /// Too long, or not such a content: it could change the meaning of the message around it.
    pub fn new(xml: &str) -> Result<Self, FragmentError> {
        if xml.len() > N {
            return Err(FragmentError::TooLong);
        }
        check(xml).map_err(FragmentError::Xml)?;
        Ok(Self { xml: Text::from_cut(xml), closed: !xml.is_empty() })
    }

    /// The XML.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.xml.as_str()
    }

    /// Whether nothing is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.xml.is_empty()
    }

    /// Whether these characters stand somewhere in it.
    pub(super) fn has(&self, characters: &str) -> bool {
        // The search of `str` has paths that can panic, as far as a linker sees.
        self.xml.as_str().as_bytes().windows(characters.len()).any(|window| window == characters.as_bytes())
    }

    /// Whether something is missing at the end, because it was longer than `N` bytes.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.xml.is_cut()
    }

    /// Whether it can be written into a message: it is whole and needs nothing of the document it was taken from.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.closed || (self.is_empty() && !self.is_cut())
    }

    pub(super) fn append(&mut self, piece: Piece<'_>) {
        // A text takes everything, if need be by being cut.
        let _ = piece.write_to(&mut self.xml);
        self.closed = false;
    }

    /// Nothing more comes.
    pub(super) fn seal(&mut self) {
        self.closed = !self.is_empty() && !self.is_cut() && check(self.as_str()).is_ok();
    }
}

const WRAP: (&[u8], &[u8]) = (b"<w>", b"</w>");

/// Reads the text as the content of an element that declares nothing.
fn check(xml: &str) -> Result<(), XmlError> {
    const WINDOW: usize = 2 * crate::limits::WINDOW_MIN;
    let mut reader = Reader::new(Tolerance::STRICT);
    let mut rest = WRAP.0.iter().chain(xml.as_bytes()).chain(WRAP.1).copied();
    let mut window = heapless::Vec::<u8, WINDOW>::new();
    loop {
        for byte in rest.by_ref().take(WINDOW - window.len()) {
            // There is room.
            let _ = window.push(byte);
        }
        let last = rest.size_hint().1 == Some(0);
        let mut unread = window.as_slice();
        loop {
            match reader.next_calmly(&mut unread, last) {
                Ok(Some(Token::End)) => return Ok(()),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    let wrapped = u32::try_from(WRAP.0.len()).unwrap_or(0);
                    return Err(XmlError { offset: error.offset.saturating_sub(wrapped), ..error });
                }
            }
        }
        window = heapless::Vec::from_slice(unread).unwrap_or_default();
    }
}

impl<const N: usize> fmt::Debug for Fragment<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Fragment({} bytes{})", self.xml.as_str().len(), if self.is_cut() { ", cut" } else { "" })
    }
}

#[cfg(feature = "serde")]
impl<const N: usize> serde::Serialize for Fragment<N> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = to.serialize_struct("Fragment", 2)?;
        fields.serialize_field("bytes", &self.xml.as_str().len())?;
        fields.serialize_field("cut", &self.is_cut())?;
        fields.end()
    }
}
