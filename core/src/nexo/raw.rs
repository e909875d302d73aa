//! Parts of a message that are passed on as they stand.

use super::dialect::Dialect;
use super::field::{Field, Reading};
use super::report::Path;
use crate::json::{Kind, Value, Writer};

/// A value of any type that no till and no terminal of ours looks into, such as an encrypted object.
///
/// Shown as its type and length only, whatever is in it (I12).
#[derive(Clone, Copy)]
pub struct Raw<'a>(Value<'a>);

impl<'a> Raw<'a> {
    /// A value of a checked document.
    #[must_use]
    pub const fn new(value: Value<'a>) -> Self {
        Self(value)
    }

    /// The value.
    #[must_use]
    pub const fn value(self) -> Value<'a> {
        self.0
    }
}

impl core::fmt::Debug for Raw<'_> {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(out)
    }
}

impl PartialEq for Raw<'_> {
    /// As they are written: two that mean the same may differ.
    fn eq(&self, other: &Self) -> bool {
        self.0.raw() == other.0.raw()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Raw<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{self:?}"))
    }
}

impl<'a> Field<'a> for Raw<'a> {
    fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        if value.is_null() {
            reading.wrong_kind(value, at, Kind::Object);
            return None;
        }
        Some(Self(value))
    }

    fn write(&self, out: &mut Writer<'_>, _: &'static Dialect) {
        out.value(self.0);
    }
}
