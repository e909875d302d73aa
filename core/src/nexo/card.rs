//! Card data: what is shown of it is a mask (I12).

use core::fmt;

use super::dialect::Dialect;
use super::field::{Field, Reading};
use super::report::Path;
use crate::json::{Str, Value, Writer};
use crate::limits;
use crate::secret::Pan;

/// A card number, or what a terminal left of one. Shown as [`Pan`] is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CardNumber<'a>(Str<'a>);

impl<'a> CardNumber<'a> {
    /// The number as it was received. Do not show, store or log it.
    #[must_use]
    pub const fn expose_card_number(self) -> Str<'a> {
        self.0
    }
}

impl fmt::Display for CardNumber<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.copy_to::<{ limits::PAN }>().ok().and_then(|text| Pan::new(text.as_str())) {
            Some(number) => number.fmt(out),
            None => out.write_str(HIDDEN),
        }
    }
}

/// A track, an expiry date, a code: never shown at all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hidden<'a>(Str<'a>);

const HIDDEN: &str = "***";

impl<'a> Hidden<'a> {
    /// The value. Do not show, store or log it.
    #[must_use]
    pub const fn expose_secret(self) -> Str<'a> {
        self.0
    }
}

impl fmt::Display for Hidden<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_empty() { "" } else { HIDDEN })
    }
}

macro_rules! card_data {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name<'_> {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "\"{self}\"")
            }
        }

        impl<'a> From<&'a str> for $name<'a> {
            fn from(text: &'a str) -> Self {
                Self(Str::from(text))
            }
        }

        impl<'a> From<Str<'a>> for $name<'a> {
            fn from(text: Str<'a>) -> Self {
                Self(text)
            }
        }

        impl<'a> Field<'a> for $name<'a> {
            fn read(value: Value<'a>, at: &Path<'_>, reading: &mut Reading<'_>) -> Option<Self> {
                reading.text_or_integer(value, at).map(Self)
            }

            fn write(&self, out: &mut Writer<'_>, _: &'static Dialect) {
                out.text(self.0);
            }

            fn length(&self) -> Option<usize> {
                Some(self.0.char_count())
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    )+};
}
card_data!(CardNumber, Hidden);
