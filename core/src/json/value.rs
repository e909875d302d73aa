//! A checked document: its values in any order.

use core::fmt;

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
        Reader::new(document, limits).check().map(|checked| Self(Value(checked)))
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
pub struct Value<'a>(&'a str);

impl<'a> Value<'a> {
    /// Of a checked document that goes on with a value.
    fn front(document: &'a str) -> Self {
        let length = scan::value(document.as_bytes());
        Self(document.get(..length).unwrap_or_default())
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            _ => Kind::Null,
        }
    }

    /// The object, if it is one.
    #[must_use]
    pub fn object(self) -> Option<Object<'a>> {
        self.0.starts_with('{').then_some(Object(self.0))
    }

    /// The array, if it is one.
    #[must_use]
    pub fn array(self) -> Option<Array<'a>> {
        self.0.starts_with('[').then_some(Array(self.0))
    }

    /// The text, if it is a string.
    #[must_use]
    pub fn text(self) -> Option<Str<'a>> {
        let content = self.0.strip_prefix('"')?;
        let (end, escaped) = scan::quoted(content.as_bytes());
        Some(Str::of_checked(content.get(..end)?, escaped))
    }

    /// The number, if it is one.
    #[must_use]
    pub fn number(self) -> Option<Number<'a>> {
        (self.kind() == Kind::Number).then(|| Number::of_checked(self.0))
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        (self.kind() == Kind::Boolean).then(|| self.0.starts_with('t'))
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// How it is written in the document, with its quotes or brackets.
    #[must_use]
    pub const fn raw(self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} of {} bytes", self.kind(), self.0.len())
    }
}

/// An object of a checked document.
#[derive(Clone, Copy)]
pub struct Object<'a>(&'a str);

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
        Value(self.0)
    }
}

impl<'a> IntoIterator for Object<'a> {
    type Item = (Str<'a>, Value<'a>);
    type IntoIter = Members<'a>;

    fn into_iter(self) -> Members<'a> {
        Members(Rest::behind_bracket(self.0))
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(out)
    }
}

/// An array of a checked document.
#[derive(Clone, Copy)]
pub struct Array<'a>(&'a str);

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
        Value(self.0)
    }
}

impl<'a> IntoIterator for Array<'a> {
    type Item = Value<'a>;
    type IntoIter = Elements<'a>;

    fn into_iter(self) -> Elements<'a> {
        Elements(Rest::behind_bracket(self.0))
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
        let name = self.0.value()?.text()?;
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
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn behind_bracket(container: &'a str) -> Self {
        Self(container.get(1..).unwrap_or_default())
    }

    /// The next value, or name; `None` at the bracket. Where a comma or colon may stand was checked before.
    fn value(&mut self) -> Option<Value<'a>> {
        let rest = self.0.get(scan::separators(self.0.as_bytes())..)?;
        if let Some(b'}' | b']') = rest.as_bytes().first() {
            return None;
        }
        let value = Value::front(rest);
        self.0 = rest.get(value.0.len()..)?;
        (!value.0.is_empty()).then_some(value)
    }
}

impl fmt::Debug for Rest<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} bytes left", self.0.len())
    }
}
