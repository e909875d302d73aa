//! Objects that few look into: those of a document are read again by whoever does, so they need no room.

use core::fmt;

use super::dialect::Dialect;
use super::field::{Field, Reading};
use super::report::Path;
use crate::json::{Value, Writer};

/// An object that stays where it stands. What is wrong with one that was read was reported then.
pub struct Part<'a, T>(Source<'a, T>);

enum Source<'a, T> {
    Read(Value<'a>, &'static Dialect),
    Built(&'a T),
}

impl<T> Clone for Part<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Part<'_, T> {}

impl<T> Clone for Source<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Source<'_, T> {}

impl<'a, T: Field<'a> + Clone> Part<'a, T> {
    /// What it is; `None` never, since there is no part of what could not be read.
    #[must_use]
    pub fn get(self) -> Option<T> {
        match self.0 {
            Source::Read(value, dialect) => T::read(value, &Path::TOP, &mut Reading::again(dialect)),
            Source::Built(part) => Some(part.clone()),
        }
    }
}

impl<'a, T> From<&'a T> for Part<'a, T> {
    fn from(part: &'a T) -> Self {
        Self(Source::Built(part))
    }
}

impl<'a, T: Field<'a> + Clone + fmt::Debug> fmt::Debug for Part<'a, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Some(part) => part.fmt(out),
            None => out.write_str("None"),
        }
    }
}

impl<'a, T: Field<'a> + Clone + PartialEq> PartialEq for Part<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

#[cfg(feature = "serde")]
impl<'a, T: Field<'a> + Clone + serde::Serialize> serde::Serialize for Part<'a, T> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(to)
    }
}

impl<'a, T: Field<'a> + Clone> Field<'a> for Part<'a, T> {
    #[inline(never)]
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        T::read(value, at, reading)?;
        Some(Self(Source::Read(value, reading.dialect)))
    }

    fn write(&self, out: &mut Writer<'_>, dialect: &'static Dialect) {
        match self.0 {
            Source::Built(part) => part.write(out, dialect),
            Source::Read(..) => match self.get() {
                Some(part) => part.write(out, dialect),
                None => out.null(),
            },
        }
    }
}
