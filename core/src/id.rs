//! Identifiers. They are compared byte for byte and never cut.

use core::fmt;

use crate::limits;
use crate::money::Figures;

/// Why a text is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdError {
    /// Longer than the most bytes the field may have.
    TooLong {
        /// The most bytes allowed.
        most: usize,
    },
    /// Nothing there.
    Empty,
    /// A character that this identifier may not have.
    Character,
    /// Outside the numbers allowed.
    OutOfRange,
}

impl fmt::Display for IdError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { most } => write!(out, "longer than {most} bytes"),
            Self::Empty => out.write_str("empty"),
            Self::Character => out.write_str("has a character that is not allowed"),
            Self::OutOfRange => out.write_str("outside the allowed numbers"),
        }
    }
}

impl core::error::Error for IdError {}

/// An identifier chosen by somebody else: opaque text of at most `N` bytes, echoed byte for byte.
#[derive(Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id<const N: usize>(heapless::String<N, u8>);

/// One function for identifiers of all sizes.
pub(crate) fn set<L: heapless::LenType>(to: &mut heapless::string::StringView<L>, text: &str) -> bool {
    let fits = text.len() <= to.capacity();
    if fits {
        to.clear();
        // Has room, as was seen.
        let _ = to.push_str(text);
    }
    fits
}

impl<const N: usize> Clone for Id<N> {
    fn clone(&self) -> Self {
        let mut id = Self::default();
        id.set(self.as_str());
        id
    }

    fn clone_from(&mut self, other: &Self) {
        self.set(other.as_str());
    }
}

impl<const N: usize> Id<N> {
    /// Takes the text as it is.
    ///
    /// # Errors
    /// [`IdError::TooLong`], since a cut identifier is another identifier.
    pub fn new(text: &str) -> Result<Self, IdError> {
        let mut id = Self::default();
        if id.set(text) { Ok(id) } else { Err(IdError::TooLong { most: N }) }
    }

    /// The text as it is, if there is one and it is not too long.
    pub(crate) fn of(text: Option<&str>) -> Option<Self> {
        // Filled where it is given: otherwise it would be copied twice.
        let mut id = Some(Self::default());
        let fits = id.as_mut().zip(text).is_some_and(|(id, text)| id.set(text));
        if !fits {
            id = None;
        }
        id
    }

    /// Takes the text as it is; `false` if it is too long: then nothing changes.
    pub(crate) fn set(&mut self, text: &str) -> bool {
        set(self.0.as_mut_view(), text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether there is no character.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const N: usize> fmt::Display for Id<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), out)
    }
}

impl<const N: usize> fmt::Debug for Id<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), out)
    }
}

impl<const N: usize> PartialEq<str> for Id<N> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

#[cfg(feature = "serde")]
impl<const N: usize> serde::Serialize for Id<N> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

/// The name of a lane: 1 to 40 characters of `A-Z a-z 0-9 _ -`, stable and unique per lane.
///
/// The character set is that of the Nexi SDKs. What a peer sends is only compared with ours, never parsed to this.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WorkstationId(Id<{ limits::WORKSTATION_ID }>);

impl WorkstationId {
    /// Checks and takes the name of a lane.
    ///
    /// # Errors
    /// Empty, too long, or a character outside the set.
    pub fn new(text: &str) -> Result<Self, IdError> {
        word(text).map(Self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// The merchant's own reference: 1 to 20 characters of `A-Z a-z 0-9 _ -` (Nexi SDKs).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reference(Id<{ limits::REFERENCE }>);

impl Reference {
    /// As [`new`](Self::new), to where it stays; `false`: what is left there is not to be used.
    pub(crate) fn put(to: &mut Option<Self>, text: &str) -> bool {
        let fits = to.insert(Self(Id::default())).0.set(text);
        fits && check_word(text).is_ok()
    }

    /// Checks and takes the reference.
    ///
    /// # Errors
    /// Empty, too long, or a character outside the set.
    pub fn new(text: &str) -> Result<Self, IdError> {
        word(text).map(Self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

fn word<const N: usize>(text: &str) -> Result<Id<N>, IdError> {
    check_word(text)?;
    Id::new(text)
}

/// One function for words of all sizes.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn check_word(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
        return Err(IdError::Character);
    }
    Ok(())
}

/// The number of one request of this till: 1 to 999 999 999, never used twice (I5).
///
/// OPI-NL allows at most nine digits, Nexi more; nine serve everyone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(u32);

impl RequestId {
    /// The first number.
    pub const FIRST: Self = Self(1);
    /// The last number; [`next`](Self::next) starts again at the first.
    pub const LAST: Self = Self(999_999_999);

    /// Checks and takes the number.
    ///
    /// # Errors
    /// [`IdError::OutOfRange`]: zero, or more than nine digits.
    pub const fn new(number: u32) -> Result<Self, IdError> {
        if number == 0 || number > Self::LAST.0 { Err(IdError::OutOfRange) } else { Ok(Self(number)) }
    }

    /// The number that follows.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.0 >= Self::LAST.0 { Self::FIRST } else { Self(self.0 + 1) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Whether the text a peer sent is this number, byte for byte.
    #[must_use]
    pub fn is_echoed_by(self, text: &str) -> bool {
        self.id() == *text
    }

    /// The number as it goes on the wire.
    #[must_use]
    pub fn id(self) -> Id<{ limits::REQUEST_ID }> {
        // Nine digits always fit.
        Id::new(Figures::of(u64::from(self.0), 0, 0).as_str()).unwrap_or_default()
    }
}

/// A language by its two letters (ISO 639-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language([u8; 2]);

impl Language {
    /// English.
    pub const ENGLISH: Self = Self(*b"en");

    /// Takes two letters in lower case.
    ///
    /// # Errors
    /// Anything else.
    pub fn new(code: &str) -> Result<Self, IdError> {
        let letters: [u8; 2] = code.as_bytes().try_into().map_err(|_| IdError::TooLong { most: 2 })?;
        if letters.iter().all(u8::is_ascii_lowercase) { Ok(Self(letters)) } else { Err(IdError::Character) }
    }

    /// The letters.
    #[must_use]
    pub fn code(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

macro_rules! shown_as_text {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, out)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, out)
            }
        }
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    )*};
}
shown_as_text!(WorkstationId, Reference, RequestId);
