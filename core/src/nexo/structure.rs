//! Objects, each by one list of its members.

use super::dialect::{AbsentForm, Dialect};
use super::field::Field;
use crate::json::Writer;

/// A JSON object with known members.
pub trait Structure {
    /// What the documents call it.
    const NAME: &'static str;
    /// The members that it must have.
    const REQUIRED: &'static [&'static str];
    /// The members that it may have; rules about several members may ask for them all the same.
    const OPTIONAL: &'static [&'static str];
}

/// Writes a member, or how the dialect has one without a value.
pub(super) fn write_member<'a, F: Field<'a>>(
    name: &'static str,
    field: &F,
    out: &mut Writer<'_>,
    dialect: &'static Dialect,
) {
    if field.is_absent() && dialect.absent == AbsentForm::LeftOut {
        return;
    }
    out.name(name);
    field.write(out, dialect);
}

/// `required { field: Type = "Name" | "Other spelling", bounds; }`, then `expected` and `optional` in the same form.
///
/// A structure cannot be read without its required members. Expected ones must be there, too, but it can be used without
/// them; they and the optional ones are `Option`s. Bounds are those of characters, elements, or of a number.
macro_rules! structure {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$life:lifetime>)? $(checked by $check:path)? {
            $(required { $(
                $(#[$required_doc:meta])*
                $required:ident: $required_type:ty = $required_name:literal $(| $required_other:literal)?
                    $(, $required_low:literal..=$required_high:expr)?;
            )+ })?
            $(expected { $(
                $(#[$expected_doc:meta])*
                $expected:ident: $expected_type:ty = $expected_name:literal $(, $expected_low:literal..=$expected_high:expr)?;
            )+ })?
            $(optional { $(
                $(#[$optional_doc:meta])*
                $optional:ident: $optional_type:ty = $optional_name:literal $(| $optional_other:literal)?
                    $(, $optional_low:literal..=$optional_high:expr)?;
            )+ })?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        pub struct $name $(<$life>)? {
            $($(
                $(#[$required_doc])*
                #[doc = concat!("`", $required_name, "`")]
                #[cfg_attr(feature = "serde", serde(rename = $required_name))]
                pub $required: $required_type,
            )+)?
            $($(
                $(#[$expected_doc])*
                #[doc = concat!("`", $expected_name, "`")]
                #[cfg_attr(feature = "serde", serde(rename = $expected_name, skip_serializing_if = "Option::is_none"))]
                pub $expected: Option<$expected_type>,
            )+)?
            $($(
                $(#[$optional_doc])*
                #[doc = concat!("`", $optional_name, "`")]
                #[cfg_attr(feature = "serde", serde(rename = $optional_name, skip_serializing_if = "Option::is_none"))]
                pub $optional: Option<$optional_type>,
            )+)?
        }

        structure!(@new $name $(<$life>)? {
            $($( $required: $required_type, )+)?
        } { $($( $expected, )+)? $($( $optional, )+)? });

        impl $(<$life>)? core::fmt::Debug for $name $(<$life>)? {
            /// The members that are there.
            fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                let mut shown = out.debug_struct(stringify!($name));
                $($( shown.field(stringify!($required), &self.$required); )+)?
                $($( if let Some(value) = &self.$expected { shown.field(stringify!($expected), value); } )+)?
                $($( if let Some(value) = &self.$optional { shown.field(stringify!($optional), value); } )+)?
                shown.finish()
            }
        }

        impl $(<$life>)? $crate::nexo::structure::Structure for $name $(<$life>)? {
            const NAME: &'static str = stringify!($name);
            const REQUIRED: &'static [&'static str] =
                &[$($( $required_name, )+)? $($( $expected_name, )+)?];
            const OPTIONAL: &'static [&'static str] = &[$($( $optional_name, )+)?];
        }

        impl<'a> $crate::nexo::field::Field<'a> for $name $(<$life>)? {
            fn read(
                value: $crate::json::Value<'a>,
                at: &$crate::nexo::report::Path<'_>,
                reading: &mut $crate::nexo::field::Reading<'_>,
            ) -> Option<Self> {
                use $crate::nexo::field::Field;

                let object = reading.object(value, at)?;
                $($( let mut $required: Option<Option<$required_type>> = None; )+)?
                $($( let mut $expected: Option<Option<$expected_type>> = None; )+)?
                $($( let mut $optional: Option<Option<Option<$optional_type>>> = None; )+)?
                for (name, value) in object {
                    $($(
                        if $required.is_none() && (name == *$required_name $(|| reading.other_spelling(name, $required_other))?) {
                            let at = &at.child($required_name);
                            let found: Option<$required_type> = Field::read(value, at, reading);
                            $( if let Some(found) = &found { reading.bound(found, ($required_low, $required_high), at); } )?
                            $required = Some(found);
                            continue;
                        }
                    )+)?
                    $($(
                        if name == *$expected_name {
                            let at = &at.child($expected_name);
                            let found: Option<$expected_type> = Field::read(value, at, reading);
                            $( if let Some(found) = &found { reading.bound(found, ($expected_low, $expected_high), at); } )?
                            $expected = Some(found);
                            continue;
                        }
                    )+)?
                    $($(
                        if $optional.is_none() && (name == *$optional_name $(|| reading.other_spelling(name, $optional_other))?) {
                            let at = &at.child($optional_name);
                            let found: Option<Option<$optional_type>> = Field::read(value, at, reading);
                            $( if let Some(Some(found)) = &found { reading.bound(found, ($optional_low, $optional_high), at); } )?
                            $optional = Some(found);
                            continue;
                        }
                    )+)?
                    reading.unexpected(at, name);
                }
                $($( let $required = $required.unwrap_or_else(|| Field::absent(&at.child($required_name), reading)); )+)?
                $($( let $expected = $expected.unwrap_or_else(|| Field::absent(&at.child($expected_name), reading)); )+)?
                let whole = Self {
                    $($( $required: $required?, )+)?
                    $($( $expected, )+)?
                    $($( $optional: $optional.flatten().flatten(), )+)?
                };
                $( $check(&whole, at, reading); )?
                Some(whole)
            }

            fn write(&self, out: &mut $crate::json::Writer<'_>, dialect: &'static $crate::nexo::dialect::Dialect) {
                use $crate::nexo::structure::write_member;

                out.begin_object();
                $($( write_member($required_name, &self.$required, out, dialect); )+)?
                $($( write_member($expected_name, &self.$expected, out, dialect); )+)?
                $($( write_member($optional_name, &self.$optional, out, dialect); )+)?
                out.end_object();
            }
        }
    };
    (@new $name:ident $(<$life:lifetime>)? {} { $($optional:ident,)* }) => {
        impl $(<$life>)? Default for $name $(<$life>)? {
            /// Without any member.
            fn default() -> Self {
                Self { $( $optional: None, )* }
            }
        }
    };
    (@new $name:ident $(<$life:lifetime>)? { $($required:ident: $type:ty,)+ } { $($optional:ident,)* }) => {
        impl $(<$life>)? $name $(<$life>)? {
            /// With these members only.
            #[must_use]
            #[allow(clippy::too_many_arguments)]
            pub const fn new($($required: $type),+) -> Self {
                Self { $( $required, )+ $( $optional: None, )* }
            }
        }
    };
}
pub(super) use structure;
