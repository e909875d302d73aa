//! A checked document: its values in any order.

use core::fmt;

use super::mark::{Mark, Marking};
use super::{Error, Limits, Number, Reader, Str, scan};

/// A document that was checked from its first to its last byte.
#[derive(Clone, Copy)]
pub struct Document<'a>(Value<'a>);

impl<'a> Document<'a> {
    /// Checks a document within the limits that are set unless the caller says otherwise.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(document: &'a [u8]) -> Result<Self, Error> {
        Self::parse_within(document, Limits::default())
    }

    /// Checks a document within other limits.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse_within(document: &'a [u8], limits: Limits) -> Result<Self, Error> {
        Self::parse_marked(document, limits, &mut [])
    }

    /// Checks a document, and marks where its names and values stand, so that whoever goes through it need not look for them
    /// again. What has no mark, since there are not so many, is looked for as if there were none.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse_marked(document: &'a [u8], limits: Limits, marks: &'a mut [Mark]) -> Result<Self, Error> {
        let mut marking = Marking::new(marks);
        let checked = Reader::new(document, limits).check(&mut marking)?;
        let marks = marking.finish();
        let known = match (checked.as_bytes(), marks) {
            ([b'"', behind @ ..], _) => Known::Escaped(scan::quoted(behind).1),
            _ => Known::Marks(marks),
        };
        Ok(Self(Value { raw: checked, known }))
    }

    /// The value that the document is.
    #[must_use]
    pub const fn root(self) -> Value<'a> {
        self.0
    }
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "these are the words of RFC 8259 §3")]
pub enum Kind {
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

/// A value of a checked document.
///
/// `Debug` shows what it is and how long, but nothing of it: which members are secrets is not known here (I12).
#[derive(Clone, Copy)]
pub struct Value<'a> {
    raw: &'a str,
    known: Known<'a>,
}

/// What was seen of a value when its end was looked for.
#[derive(Clone, Copy)]
enum Known<'a> {
    /// Of an object or array: its mark, and those of what is in it. Nothing of a number or a word.
    Marks(&'a [Mark]),
    /// Of a text: whether there are escapes.
    Escaped(bool),
}

impl<'a> Value<'a> {
    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.first() {
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b'"' => Kind::String,
            b't' | b'f' => Kind::Boolean,
            b'-' | b'0'..=b'9' => Kind::Number,
            _ => Kind::Null,
        }
    }

    #[inline]
    fn first(self) -> u8 {
        self.raw.as_bytes().first().copied().unwrap_or_default()
    }

    /// The object, if it is one.
    #[must_use]
    pub fn object(self) -> Option<Object<'a>> {
        match self.known {
            Known::Marks(marks) if self.first() == b'{' => Some(Object { raw: self.raw, marks }),
            _ => None,
        }
    }

    /// The array, if it is one.
    #[must_use]
    pub fn array(self) -> Option<Array<'a>> {
        match self.known {
            Known::Marks(marks) if self.first() == b'[' => Some(Array { raw: self.raw, marks }),
            _ => None,
        }
    }

    /// The text, if it is a string.
    #[must_use]
    pub fn text(self) -> Option<Str<'a>> {
        let Known::Escaped(escaped) = self.known else { return None };
        Some(Str::of_checked(self.raw.get(1..self.raw.len().wrapping_sub(1))?, escaped))
    }

    /// The number, if it is one.
    #[must_use]
    pub fn number(self) -> Option<Number<'a>> {
        (self.kind() == Kind::Number).then(|| Number::of_checked(self.raw))
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        (self.kind() == Kind::Boolean).then(|| self.first() == b't')
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// How it is written in the document, with its quotes or brackets.
    #[must_use]
    pub const fn raw(self) -> &'a str {
        self.raw
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} of {} bytes", self.kind(), self.raw.len())
    }
}

/// An object of a checked document.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    raw: &'a str,
    /// Its own, and those of what is in it.
    marks: &'a [Mark],
}

impl<'a> Object<'a> {
    /// The value of the member with this name. To look for several, go through all members once instead.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Value<'a>> {
        self.into_iter().find_map(|(other, value)| (other == *name).then_some(value))
    }

    /// How many members it has.
    #[must_use]
    pub fn len(self) -> usize {
        self.into_iter().count()
    }

    /// Whether it has no member.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.into_iter().next().is_none()
    }

    /// The object as a value.
    #[must_use]
    pub const fn value(self) -> Value<'a> {
        Value { raw: self.raw, known: Known::Marks(self.marks) }
    }
}

impl<'a> IntoIterator for Object<'a> {
    type Item = (Str<'a>, Value<'a>);
    type IntoIter = Members<'a>;

    fn into_iter(self) -> Members<'a> {
        Members(Rest::behind_bracket(self.raw, self.marks))
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(out)
    }
}

/// An array of a checked document.
#[derive(Clone, Copy)]
pub struct Array<'a> {
    raw: &'a str,
    /// Its own, and those of what is in it.
    marks: &'a [Mark],
}

impl<'a> Array<'a> {
    /// How many elements it has.
    #[must_use]
    pub fn len(self) -> usize {
        self.into_iter().count()
    }

    /// Whether it has no element.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.into_iter().next().is_none()
    }

    /// The array as a value.
    #[must_use]
    pub const fn value(self) -> Value<'a> {
        Value { raw: self.raw, known: Known::Marks(self.marks) }
    }
}

impl<'a> IntoIterator for Array<'a> {
    type Item = Value<'a>;
    type IntoIter = Elements<'a>;

    fn into_iter(self) -> Elements<'a> {
        Elements(Rest::behind_bracket(self.raw, self.marks))
    }
}

impl fmt::Debug for Array<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(out)
    }
}

/// The members of an object, in the order of the document.
#[derive(Clone)]
pub struct Members<'a>(Rest<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (Str<'a>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.0.name()?;
        Some((name, self.0.value()?))
    }
}

/// The elements of an array, in the order of the document.
#[derive(Clone)]
pub struct Elements<'a>(Rest<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        self.0.value()
    }
}

impl fmt::Debug for Members<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Debug for Elements<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// What is left of an object or array.
#[derive(Clone)]
struct Rest<'a> {
    text: &'a str,
    at: usize,
    /// Of what is left.
    marks: &'a [Mark],
    /// Whether there is nothing without a mark.
    has_all: bool,
}

impl<'a> Rest<'a> {
    #[inline]
    fn behind_bracket(text: &'a str, marks: &'a [Mark]) -> Self {
        match marks {
            [own, marks @ ..] => Self { text, at: 1, marks, has_all: own.has_all() },
            [] => Self { text, at: 1, marks, has_all: false },
        }
    }

    /// What follows behind white space, a comma and a colon: where they may stand was checked before.
    #[inline]
    fn next(&mut self) -> &'a [u8] {
        let rest = scan::behind_separators(self.text.as_bytes().get(self.at..).unwrap_or_default());
        self.at = self.text.len().wrapping_sub(rest.len());
        rest
    }

    /// The next name; `None` at the bracket.
    #[inline]
    fn name(&mut self) -> Option<Str<'a>> {
        let (from, to, escaped) = match self.marks {
            [mark, marks @ ..] => {
                self.marks = marks;
                (mark.from(), mark.to(), mark.escaped())
            }
            [] if self.has_all => return None,
            [] => self.unmarked_name()?,
        };
        // Behind the quote.
        self.at = to.wrapping_add(1);
        Some(Str::of_checked(self.text.get(from..to)?, escaped))
    }

    #[inline(never)]
    fn unmarked_name(&mut self) -> Option<(usize, usize, bool)> {
        let [b'"', behind @ ..] = self.next() else { return None };
        let (length, escaped) = scan::quoted(behind);
        let from = self.at.wrapping_add(1);
        Some((from, from.wrapping_add(length), escaped))
    }

    /// The next value; `None` at the bracket.
    #[inline]
    fn value(&mut self) -> Option<Value<'a>> {
        let [mark, marks @ ..] = self.marks else {
            return if self.has_all { None } else { self.unmarked_value() };
        };
        self.at = mark.to();
        let raw = self.text.get(mark.from()..mark.to())?;
        let known = match raw.as_bytes() {
            [b'"', ..] => {
                self.marks = marks;
                Known::Escaped(mark.escaped())
            }
            [b'{' | b'[', ..] => {
                let own;
                (own, self.marks) = self.marks.split_at_checked(mark.inside().wrapping_add(1))?;
                Known::Marks(own)
            }
            _ => {
                self.marks = marks;
                Known::Marks(&[])
            }
        };
        Some(Value { raw, known })
    }

    #[inline(never)]
    fn unmarked_value(&mut self) -> Option<Value<'a>> {
        let rest = self.next();
        let (length, known) = match *rest {
            [b'"', ref behind @ ..] => {
                let (length, escaped) = scan::quoted(behind);
                (length.wrapping_add(2), Known::Escaped(escaped))
            }
            [b'{' | b'[', ..] => (scan::container(rest), Known::Marks(&[])),
            [] | [b'}' | b']', ..] => return None,
            _ => (scan::simple(rest), Known::Marks(&[][..])),
        };
        let to = self.at.wrapping_add(length);
        let raw = self.text.get(self.at..to)?;
        self.at = to;
        (length > 0).then_some(Value { raw, known })
    }
}

impl fmt::Debug for Rest<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} bytes left", self.text.len().saturating_sub(self.at))
    }
}
