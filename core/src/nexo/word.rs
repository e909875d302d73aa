//! Enumerations of the wire, and sets of them.

use core::fmt;
use core::marker::PhantomData;

use super::dialect::{Case, Dialect, Leniencies};
use super::field::{Field, Reading};
use super::report::{Path, Reason};
use crate::json::{Str, Value, Writer};

/// The listed words of one enumeration.
pub trait Vocabulary: Copy + PartialEq + fmt::Debug + 'static {
    /// Every listed word.
    const ALL: &'static [Self];

    /// The word as Adyen's documents have it.
    fn as_str(self) -> &'static str;

    /// The word as only the nexo schema has it; the same as [`as_str`](Self::as_str) for most.
    fn other_spelling(self) -> &'static str;

    /// Its place in the list.
    fn index(self) -> u8;
}

/// A value of an enumeration: a listed word, or what somebody else made of it.
///
/// nexo lets vendors add words to every enumeration, so another word is a fault in a request, but never costs a till
/// the answer to one.
#[derive(Clone, Copy, PartialEq)]
pub enum Word<'a, E> {
    /// A word of the list.
    Listed(E),
    /// Any other, as received. Reading never puts a listed word here.
    Other(Str<'a>),
}

impl<'a, E: Vocabulary> Word<'a, E> {
    /// The word as it is spelled in `text`.
    #[must_use]
    pub fn read_as(text: Str<'a>, lenient: Leniencies) -> Self {
        find(text, lenient).map_or(Self::Other(text), Self::Listed)
    }

    /// The listed word; `None` for any other.
    #[must_use]
    pub fn listed(self) -> Option<E> {
        match self {
            Self::Listed(word) => Some(word),
            Self::Other(_) => None,
        }
    }

    /// Whether it is this listed word.
    #[must_use]
    pub fn is(self, word: E) -> bool {
        self.listed() == Some(word)
    }

    /// The word as text.
    #[must_use]
    pub fn text(self) -> Str<'a> {
        match self {
            Self::Listed(word) => Str::from(word.as_str()),
            Self::Other(text) => text,
        }
    }
}

impl<E: Vocabulary> fmt::Debug for Word<'_, E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text(), out)
    }
}

impl<E: Vocabulary> fmt::Display for Word<'_, E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.text(), out)
    }
}

impl<E: Vocabulary> From<E> for Word<'_, E> {
    fn from(word: E) -> Self {
        Self::Listed(word)
    }
}

#[cfg(feature = "serde")]
impl<E: Vocabulary> serde::Serialize for Word<'_, E> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.text().serialize(to)
    }
}

impl<'a, E: Vocabulary> Field<'a> for Word<'a, E> {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let text = reading.text(value, at)?;
        let word = Self::read_as(text, reading.dialect.lenient);
        if word.listed().is_none() {
            reading.doubt(at, Reason::InvalidValue);
        }
        Some(word)
    }

    fn write(&self, out: &mut Writer<'_>, dialect: &'static Dialect) {
        match *self {
            Self::Listed(word) => write_listed(word.as_str(), out, dialect),
            Self::Other(text) => out.text(text),
        }
    }
}

fn find<E: Vocabulary>(text: Str<'_>, lenient: Leniencies) -> Option<E> {
    let any_case = lenient.has(Leniencies::ANY_CASE);
    let is = |word: &str| if any_case { equal_in_any_case(text, word) } else { text == *word };
    let other_spellings = lenient.has(Leniencies::OTHER_SPELLINGS);
    // No two words are spelled alike.
    let words = || E::ALL.iter().copied();
    let other = || words().find(|word| other_spellings && is(word.other_spelling()));
    words().find(|word| is(word.as_str())).or_else(other)
}

fn equal_in_any_case(text: Str<'_>, word: &str) -> bool {
    let mut letters = word.chars();
    text.chars().all(|letter| letters.next().is_some_and(|other| letter.eq_ignore_ascii_case(&other)))
        && letters.next().is_none()
}

fn write_listed(word: &str, out: &mut Writer<'_>, dialect: &'static Dialect) {
    match dialect.words {
        Case::Listed => out.text(word),
        Case::Upper => out.text_fmt(Capitals(word)),
    }
}

struct Capitals<'w>(&'w str);

impl fmt::Display for Capitals<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| fmt::Write::write_char(out, letter.to_ascii_uppercase()))
    }
}

/// A cluster: any of the listed words, each once, in no order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cluster<E> {
    bits: u16,
    of: PhantomData<E>,
}

impl<E: Vocabulary> Cluster<E> {
    /// None of them: `[]`.
    pub const EMPTY: Self = {
        assert!(E::ALL.len() <= 16, "one bit for each word");
        Self { bits: 0, of: PhantomData }
    };

    /// These words.
    #[must_use]
    pub fn of(words: &[E]) -> Self {
        words.iter().fold(Self::EMPTY, |cluster, word| cluster.with(*word))
    }

    /// This word, too.
    #[must_use]
    pub fn with(self, word: E) -> Self {
        Self { bits: self.bits | bit(word), ..self }
    }

    /// Whether the word is in it.
    #[must_use]
    pub fn has(self, word: E) -> bool {
        self.bits & bit(word) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// How many there are.
    #[must_use]
    pub const fn len(self) -> usize {
        self.bits.count_ones() as usize
    }

    /// The words, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = E> {
        E::ALL.iter().copied().filter(move |word| self.has(*word))
    }
}

fn bit<E: Vocabulary>(word: E) -> u16 {
    1u16.wrapping_shl(u32::from(word.index()))
}

impl<E: Vocabulary> fmt::Debug for Cluster<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(feature = "serde")]
impl<E: Vocabulary> serde::Serialize for Cluster<E> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter().map(E::as_str))
    }
}

impl<'a, E: Vocabulary> Field<'a> for Cluster<E> {
    /// A word that is not listed is dropped with a warning: the others still say something (ours).
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let words = reading.array(value, at)?;
        let mut cluster = Self::EMPTY;
        for (index, value) in words.into_iter().enumerate() {
            let at = &at.element(index);
            let Some(text) = reading.text(value, at) else { continue };
            match find(text, reading.dialect.lenient) {
                Some(word) => cluster = cluster.with(word),
                None => reading.warn(at, Reason::InvalidValue),
            }
        }
        Some(cluster)
    }

    fn write(&self, out: &mut Writer<'_>, dialect: &'static Dialect) {
        out.begin_array();
        self.iter().for_each(|word| write_listed(word.as_str(), out, dialect));
        out.end_array();
    }

    fn length(&self) -> Option<usize> {
        Some(self.len())
    }
}

/// `pub enum Name { Variant = "Word" }`: one list for reading, writing and asking.
macro_rules! vocabulary {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$doc:meta])* $variant:ident = $wire:literal $(| $other:literal)? ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name {
            $( $(#[$doc])* #[doc = concat!("`", $wire, "`")] $variant, )+
        }

        impl $crate::nexo::word::Vocabulary for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $wire, )+
                }
            }

            fn other_spelling(self) -> &'static str {
                match self {
                    $( $(Self::$variant => $other,)? )+
                    #[allow(unreachable_patterns)]
                    _ => self.as_str(),
                }
            }

            fn index(self) -> u8 {
                self as u8
            }
        }
    };
}
pub(super) use vocabulary;
