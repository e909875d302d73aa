//! Arrays: those of a document are read again each time, so they need no room.

use core::fmt;

use super::dialect::Dialect;
use super::field::{Field, Reading};
use super::report::Path;
use crate::json::{Array, Elements, Value, Writer};

/// An array of values.
pub struct List<'a, T>(Source<'a, T>);

impl<T> Clone for List<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<'_, T> {}

enum Source<'a, T> {
    Read(Array<'a>, &'static Dialect),
    Built(&'a [T]),
}

impl<T> Clone for Source<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Source<'_, T> {}

impl<'a, T: Field<'a> + Clone> List<'a, T> {
    /// The elements that can be used: what is wrong with the others was reported when the message was read.
    #[must_use]
    pub fn iter(self) -> Iter<'a, T> {
        match self.0 {
            Source::Read(array, dialect) => Iter(Left::Read(array.into_iter(), dialect)),
            Source::Built(elements) => Iter(Left::Built(elements.iter())),
        }
    }

    /// How many elements stand there, whether they can be used or not.
    #[must_use]
    pub fn len(self) -> usize {
        match self.0 {
            Source::Read(array, _) => array.len(),
            Source::Built(elements) => elements.len(),
        }
    }

    /// Whether there is no element.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl<'a, T> From<&'a [T]> for List<'a, T> {
    fn from(elements: &'a [T]) -> Self {
        Self(Source::Built(elements))
    }
}

impl<'a, T, const N: usize> From<&'a [T; N]> for List<'a, T> {
    fn from(elements: &'a [T; N]) -> Self {
        Self(Source::Built(elements))
    }
}

impl<'a, T: Field<'a> + Clone> IntoIterator for List<'a, T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T: Field<'a> + Clone + fmt::Debug> fmt::Debug for List<'a, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: Field<'a> + Clone + PartialEq> PartialEq for List<'a, T> {
    /// Whether the elements that can be used are the same.
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(feature = "serde")]
impl<'a, T: Field<'a> + Clone + serde::Serialize> serde::Serialize for List<'a, T> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

/// The elements of a [`List`].
pub struct Iter<'a, T>(Left<'a, T>);

enum Left<'a, T> {
    Read(Elements<'a>, &'static Dialect),
    Built(core::slice::Iter<'a, T>),
}

impl<'a, T: Field<'a> + Clone> Iterator for Iter<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match &mut self.0 {
            Left::Built(elements) => elements.next().cloned(),
            Left::Read(elements, dialect) => {
                elements.find_map(|value| T::read(value, &Path::TOP, &mut Reading::again(dialect)))
            }
        }
    }
}

impl<'a, T: Field<'a> + Clone> Field<'a> for List<'a, T> {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let array = reading.array(value, at)?;
        for (index, value) in array.into_iter().enumerate() {
            _ = T::read(value, &at.element(index), reading);
        }
        Some(Self(Source::Read(array, reading.dialect)))
    }

    fn write(&self, out: &mut Writer<'_>, dialect: &'static Dialect) {
        out.begin_array();
        self.iter().for_each(|element| element.write(out, dialect));
        out.end_array();
    }

    fn length(&self) -> Option<usize> {
        Some(self.len())
    }
}
