//! Objects, each by one list of its members.

use super::dialect::{AbsentForm, Dialect, Leniencies};
use super::field::{Direction, Field, Reading};
use super::report::{Path, Reason};
use crate::json::{Object, Str, Value, Writer};

/// A JSON object with known members.
pub trait Structure {
    /// What the documents call it.
    const NAME: &'static str;
    /// The members that it must have.
    const REQUIRED: &'static [&'static str];
    /// The members that it may have; rules about several members may ask for them all the same.
    const OPTIONAL: &'static [&'static str];
}

/// A member in the list of an object.
pub(super) struct Member {
    pub(super) name: &'static str,
    /// The same as the name, if there is no other.
    pub(super) other: &'static str,
    pub(super) required: bool,
    pub(super) bounds: (usize, usize),
}

/// Which members of an object must be there: one bit for each.
pub(super) const fn required(members: &[Member]) -> u32 {
    let (mut bits, mut left) = (0, members);
    while let [front @ .., last] = left {
        bits = (bits << 1) | last.required as u32;
        left = front;
    }
    bits
}

/// Whether two names are the same. Those of usual length are compared by two words, without a call.
#[inline]
fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    match (one.first_chunk::<8>(), other.first_chunk::<8>()) {
        (Some(front), Some(other_front)) if one.len() <= 16 => {
            front == other_front && one.last_chunk::<8>() == other.last_chunk::<8>()
        }
        _ => one == other,
    }
}

/// Which members of an object were there: one bit for each.
#[derive(Default)]
pub(super) struct Seen {
    bits: u32,
    /// The place behind that of the last one: many peers write them in the order of the documents.
    next: usize,
}

impl Seen {
    /// The place in the list of the member with this name; `None` if there is none, or it was there under its other name.
    #[inline(never)]
    pub(super) fn find(
        &mut self,
        members: &'static [Member],
        name: Str<'_>,
        reading: &Reading<'_>,
    ) -> Option<(usize, &'static Member)> {
        let others = reading.lenient(Leniencies::OTHER_SPELLINGS);
        let index = match name.plain() {
            Some(name) if members.get(self.next).is_some_and(|member| same(name, member.name)) => self.next,
            // Names of another length are not compared.
            Some(name) => {
                members.iter().position(|member| same(name, member.name) || (others && same(name, member.other)))?
            }
            None => Self::find_escaped(members, name, others)?,
        };
        let member = members.get(index)?;
        let bit = Self::bit(index);
        self.next = index.wrapping_add(1);
        if self.bits & bit != 0 {
            return None;
        }
        self.bits |= bit;
        Some((index, member))
    }

    #[cold]
    #[inline(never)]
    fn find_escaped(members: &'static [Member], name: Str<'_>, others: bool) -> Option<usize> {
        members.iter().position(|member| name == *member.name || (others && name == *member.other))
    }

    /// Whether all of these were there: one bit for each.
    pub(super) const fn has(&self, members: u32) -> bool {
        self.bits & members == members
    }

    /// Reports what must be there and was not.
    #[inline(never)]
    pub(super) fn missing(&self, members: &'static [Member], at: &Path<'_>, reading: &mut Reading<'_>) {
        for (index, member) in members.iter().enumerate() {
            if member.required && self.bits & Self::bit(index) == 0 {
                reading.error(&at.child(member.name), Reason::Missing);
            }
        }
    }

    fn bit(index: usize) -> u32 {
        u32::try_from(index).ok().and_then(|index| 1u32.checked_shl(index)).unwrap_or(0)
    }
}

/// Reads a member, and judges its length. One copy for each type, not for each member.
#[inline(never)]
pub(super) fn read_member<'a, F: Field<'a>>(
    value: Value<'a>,
    member: &Member,
    at: &Path<'_>,
    reading: &mut Reading<'_>,
    place: &mut Option<F>,
) {
    let at = &at.child(member.name);
    F::read_to(place, value, at, reading);
    if let Some(found) = place
        && member.bounds != (0, usize::MAX)
    {
        reading.bound(found, member.bounds, at);
    }
}

/// What a rule about several members of an object finds. Rules see the object after all its members were read.
pub(super) struct Rule<'c, 'p, 'r> {
    pub(super) members: Object<'c>,
    pub(super) at: &'c Path<'p>,
    pub(super) reading: &'c mut Reading<'r>,
}

impl Rule<'_, '_, '_> {
    pub(super) const fn direction(&self) -> Direction {
        self.reading.direction
    }

    /// Whether there is nothing. What is there and could not be read was told then.
    fn lacks(&self, name: &str) -> bool {
        self.members.get(name).is_none_or(Value::is_null)
    }

    /// It must be there, and there is no value.
    pub(super) fn missing(&mut self, name: &'static str) {
        if self.lacks(name) {
            self.reading.error(&self.at.child(name), Reason::Missing);
        }
    }

    /// As [`missing`](Self::missing), but an answer is not worth less for it.
    pub(super) fn lacking(&mut self, name: &'static str) {
        if self.lacks(name) {
            self.reading.doubt(&self.at.child(name), Reason::Missing);
        }
    }

    /// It belongs to something else, and is of no use.
    pub(super) fn unused(&mut self, name: &'static str) {
        self.reading.warn(&self.at.child(name), Reason::Unexpected);
    }

    /// Its value is none it may have here.
    pub(super) fn invalid(&mut self, name: &'static str) {
        self.reading.doubt(&self.at.child(name), Reason::InvalidValue);
    }

    /// As [`invalid`](Self::invalid), for an element of an array.
    pub(super) fn invalid_element(&mut self, name: &'static str, index: usize) {
        self.reading.doubt(&self.at.child(name).element(index), Reason::InvalidValue);
    }

    /// Applies a rule to the object that this member is.
    pub(super) fn inside(&mut self, name: &'static str, rule: impl FnOnce(&mut Rule<'_, '_, '_>)) {
        if let Some(members) = self.members.get(name).and_then(Value::object) {
            rule(&mut Rule { members, at: &self.at.child(name), reading: &mut *self.reading });
        }
    }
}

/// Writes a member, or how the dialect has one without a value.
#[inline(never)]
pub(super) fn write_member<'a, F: Field<'a>>(
    name: &'static str,
    field: Option<&F>,
    out: &mut Writer<'_>,
    dialect: &'static Dialect,
) {
    match (field, dialect.absent) {
        (Some(field), _) => {
            out.name(name);
            field.write(out, dialect);
        }
        (None, AbsentForm::Null) => {
            out.name(name);
            out.null();
        }
        (None, AbsentForm::LeftOut) => {}
    }
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

        const _: () = {
            use $crate::nexo::structure::{Member, Seen, read_member, required, write_member};

            #[allow(non_camel_case_types, clippy::enum_variant_names)]
            enum Index { $($( $required, )+)? $($( $expected, )+)? $($( $optional, )+)? }

            // One bit for each.
            const _: () = assert!(MEMBERS.len() <= 32);
            const REQUIRED: u32 = required(MEMBERS);
            const MEMBERS: &[Member] = &[
                $($( structure!(@member true, $required_name $(| $required_other)? $(, $required_low, $required_high)?), )+)?
                $($( structure!(@member true, $expected_name $(, $expected_low, $expected_high)?), )+)?
                $($( structure!(@member false, $optional_name $(| $optional_other)? $(, $optional_low, $optional_high)?), )+)?
            ];

            impl<'a> $crate::nexo::field::Field<'a> for $name $(<$life>)? {
                fn read(
                    value: $crate::json::Value<'a>,
                    at: &$crate::nexo::report::Path<'_>,
                    reading: &mut $crate::nexo::field::Reading<'_>,
                ) -> Option<Self> {
                    let mut place = None;
                    Self::read_to(&mut place, value, at, reading);
                    place
                }

                // One copy of each: a structure has as many as it has places.
                #[inline(never)]
                fn read_to(
                    place: &mut Option<Self>,
                    value: $crate::json::Value<'a>,
                    at: &$crate::nexo::report::Path<'_>,
                    reading: &mut $crate::nexo::field::Reading<'_>,
                ) {
                    let Some(object) = reading.object(value, at) else { return };
                    $($( let mut $required: Option<$required_type> = None; )+)?
                    $($( let mut $expected: Option<$expected_type> = None; )+)?
                    $($( let mut $optional: Option<$optional_type> = None; )+)?
                    let mut seen = Seen::default();
                    for (name, value) in object {
                        let Some((index, member)) = seen.find(MEMBERS, name, reading) else {
                            reading.unexpected(at, name);
                            continue;
                        };
                        $($(
                            if index == Index::$required as usize {
                                read_member(value, member, at, reading, &mut $required);
                            }
                        )+)?
                        $($(
                            if index == Index::$expected as usize {
                                read_member(value, member, at, reading, &mut $expected);
                            }
                        )+)?
                        $($(
                            if index == Index::$optional as usize && !reading.is_nothing(value, at, member.name) {
                                read_member(value, member, at, reading, &mut $optional);
                            }
                        )+)?
                    }
                    if !seen.has(REQUIRED) {
                        seen.missing(MEMBERS, at, reading);
                    }
                    // By reference: some of them are large, and are copied once.
                    $($( let Some($required) = &$required else { return }; )+)?
                    *place = Some(Self {
                        $($( $required: *$required, )+)?
                        $($( $expected, )+)?
                        $($( $optional, )+)?
                    });
                    $( if let Some(whole) = place {
                        $check(whole, &mut $crate::nexo::structure::Rule { members: object, at, reading });
                    } )?
                }

                #[inline(never)]
                fn write(&self, out: &mut $crate::json::Writer<'_>, dialect: &'static $crate::nexo::dialect::Dialect) {
                    out.begin_object();
                    $($( write_member($required_name, Some(&self.$required), out, dialect); )+)?
                    $($( write_member($expected_name, self.$expected.as_ref(), out, dialect); )+)?
                    $($( write_member($optional_name, self.$optional.as_ref(), out, dialect); )+)?
                    out.end_object();
                }
            }
        };
    };
    (@member $required:literal, $name:literal) => { structure!(@member $required, $name | $name, 0, usize::MAX) };
    (@member $required:literal, $name:literal, $low:literal, $high:expr) => {
        structure!(@member $required, $name | $name, $low, $high)
    };
    (@member $required:literal, $name:literal | $other:literal) => {
        structure!(@member $required, $name | $other, 0, usize::MAX)
    };
    (@member $required:literal, $name:literal | $other:literal, $low:literal, $high:expr) => {
        Member { name: $name, other: $other, required: $required, bounds: ($low, $high) }
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
