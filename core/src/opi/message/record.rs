//! One element with its data as one bounded struct, read and written by one list of names.

use super::encode::RecordWriter;
use super::shape::Shape;
use super::value::Held;
use super::words::Words;

/// Where a value stands when it is written. When it is read, an attribute and a child element are the same
/// (Nexi terminals send either).
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(non_camel_case_types)]
pub(crate) enum Form {
    attribute,
    element,
    /// A child element, or in some dialects an attribute, see [`Style`](super::encode::Style).
    either,
    /// The text of the element itself.
    text,
    /// The value is that the element is there.
    presence,
    /// The name of the one child element that the value of this name stands in: written around the next value.
    coding,
}

/// What a flaw of a value costs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The value.
    Plain,
    /// The value; but that it stood there is remembered.
    Shows(super::value::Lost),
    /// The message: a wrong correlation or a wrong amount is worse than none.
    Vital,
    /// As [`Vital`](Role::Vital), and written with the decimals of the currency.
    Amount,
}

/// One value of a record. There are hundreds of them: names that are rare are kept as places in a list.
#[derive(Clone, Copy)]
pub(crate) struct Spec {
    /// Its name, empty if it has none. Where flash is not scarce, with what stands before the value of an attribute:
    /// ` Name="`.
    pub(crate) lead: &'static str,
    pub(crate) form: Form,
    pub(crate) role: Role,
    /// The child element it belongs to; [`Group::OWN`] for the record's own element.
    pub(crate) group: Group,
    /// Another spelling of the name.
    pub(crate) also: Also,
    /// Its place in the record.
    pub(crate) field: Field,
    /// Whether a till looks at it, see [`till`](super::till).
    pub(crate) told: bool,
    /// How it is kept where records are not.
    pub(crate) shape: Shape,
    /// What tells its name from most others, see [`key`].
    #[cfg(target_pointer_width = "64")]
    pub(crate) key: u32,
}

#[cfg(target_pointer_width = "64")]
impl Spec {
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn name(&self) -> &'static str {
        match self.lead.split_at_checked(1) {
            Some((_, lead)) => match lead.split_at_checked(lead.len().saturating_sub(2)) {
                Some((name, _)) => name,
                None => "",
            },
            None => "",
        }
    }
}

#[cfg(not(target_pointer_width = "64"))]
impl Spec {
    pub(crate) const fn name(&self) -> &'static str {
        self.lead
    }
}

#[cfg(target_pointer_width = "64")]
macro_rules! lead {
    ($($name:literal)?) => {
        concat!(" ", $($name,)? "=\"")
    };
}

#[cfg(not(target_pointer_width = "64"))]
macro_rules! lead {
    ($($name:literal)?) => {
        concat!($($name)?)
    };
}

/// A value of a record, by its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field(pub(super) u8);

/// Child elements that hold values of a record.
const GROUPS: Words = words![
    "",
    "Command",
    "EventData",
    "Failed",
    "HashData",
    "InputValue",
    "LoyaltyAmount",
    "LoyaltyApprovalCode",
    "LoyaltyCard",
    "MOPrule",
    "Successful",
];

/// A child element that holds values of a record: its place in the list of all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Group(u8);

impl Group {
    /// The record's own element.
    pub(crate) const OWN: Self = Self(0);

    /// The group with this name. Called when the core is compiled, where a name that is not listed is an error.
    pub(crate) const fn new(name: &str) -> Self {
        Self(place_of(name, GROUPS))
    }

    pub(crate) const fn is_own(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn name(self) -> &'static str {
        GROUPS.at(usize::from(self.0))
    }
}

/// Spellings that some terminals or documents have besides the usual one.
const SPELLINGS: Words = words![
    "",
    "TrxReferenceNumber",
    "AuthorizationCode",
    "Exchangerate",
    "MarkupPercentage",
    "usePreselectedCard",
    "WaitingCard",
    "ChoicePayKind",
    "Unattended",
    "Split",
    "EJournalStatus",
];

/// Another spelling of a name, if there is one: its place in the list of all of them.
#[derive(Clone, Copy)]
pub(crate) struct Also(u8);

impl Also {
    /// Called when the core is compiled, where a spelling that is not listed is an error.
    pub(crate) const fn new(name: &str) -> Self {
        Self(place_of(name, SPELLINGS))
    }

    pub(super) fn is(self, name: &[u8]) -> bool {
        self.0 != 0 && same(SPELLINGS.at(usize::from(self.0)), name)
    }
}

const fn place_of(name: &str, list: Words) -> u8 {
    let mut place = 0_u8;
    while !equal(list.at(place as usize).as_bytes(), name.as_bytes()) {
        // Only the first is empty.
        assert!(place == 0 || !list.at(place as usize).is_empty(), "not listed");
        place += 1;
    }
    place
}

const fn equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// What the decoder needs of a record. By reference to the trait, so that one reader and one writer are enough for all
/// records: code for each of them would be most of the flash.
pub(crate) trait Record {
    fn specs(&self) -> &'static [Spec];
    /// The value that is the text of the record's own element. Known when the program is compiled.
    #[cfg(target_pointer_width = "64")]
    fn own_text(&self) -> Option<u8>;
    /// The place of the value with this number in [`specs`](Self::specs).
    fn field_mut(&mut self, index: usize) -> Option<&mut dyn Held>;
}

/// What the writer needs of a record. A till writes few of those it reads.
pub(crate) trait Written: Record {
    /// Its element; empty if that is another's.
    #[cfg(not(target_pointer_width = "64"))]
    fn element(&self) -> &'static str;
    /// The place of the value with this number in [`specs`](Record::specs).
    fn field(&self, index: usize) -> Option<&dyn Held>;
    /// Writes the element. Where flash is not scarce, by code for each of its values.
    fn write(&self, out: &mut RecordWriter<'_, '_>);
    /// Writes what is not an attribute, into the element that is open.
    fn write_content(&self, out: &mut RecordWriter<'_, '_>);
}

/// Whether the record holds no value.
pub(crate) fn is_blank(record: &dyn Written) -> bool {
    (0..record.specs().len()).all(|index| record.field(index).is_none_or(|field| field.shown(0).is_none()))
}

/// The value with this name, as attribute or as child element, of `group`.
pub(crate) fn find(specs: &'static [Spec], group: Group, name: &[u8]) -> Option<u8> {
    let may_be = |spec: &Spec| spec.form != Form::coding && spec.group == group;
    #[cfg(target_pointer_width = "64")]
    let key = key(name);
    // Hot: one comparison of a number for each name that it is not.
    #[cfg(target_pointer_width = "64")]
    let is = |spec: &Spec| spec.key == key && spec.name().as_bytes() == name;
    #[cfg(not(target_pointer_width = "64"))]
    let is = |spec: &Spec| same(spec.name(), name);
    position(specs, |spec| is(spec) && may_be(spec))
        .or_else(|| position(specs, |spec| spec.also.is(name) && may_be(spec)))
}

/// The length of a name and three of its letters: enough to tell most names of a record.
#[cfg(target_pointer_width = "64")]
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) const fn key(name: &[u8]) -> u32 {
    match name {
        [first, .., last] => {
            let (_, behind) = name.split_at(name.len() / 2);
            let middle = match behind {
                [middle, ..] => *middle,
                [] => 0,
            };
            // Names are short.
            u32::from_le_bytes([*first, middle, *last, name.len().to_le_bytes()[0]])
        }
        [only] => *only as u32,
        [] => 0,
    }
}

/// Where it is kept how the value is coded.
pub(crate) fn find_coding(specs: &'static [Spec], value: u8) -> Option<u8> {
    let value = specs.get(usize::from(value))?;
    position(specs, |spec| spec.form == Form::coding && spec.lead == value.lead && spec.group == value.group)
}

/// Whether two names are equal; most differ in length or in the last letter. No name is empty.
#[inline]
pub(crate) fn same(one: &str, other: &[u8]) -> bool {
    let one = one.as_bytes();
    one.len() == other.len() && one.last() == other.last() && !one.is_empty() && one == other
}

fn position(specs: &'static [Spec], is: impl Fn(&Spec) -> bool) -> Option<u8> {
    specs.iter().position(is).and_then(|index| u8::try_from(index).ok())
}

#[cfg(target_pointer_width = "64")]
#[expect(clippy::cast_possible_truncation, reason = "no record has so many values; `try_from` is not const")]
pub(crate) const fn own_text(specs: &[Spec]) -> Option<u8> {
    let (mut rest, mut index) = (specs, 0_usize);
    while let [spec, behind @ ..] = rest {
        if matches!(spec.form, Form::text) && spec.group.is_own() {
            return Some(index as u8);
        }
        (rest, index) = (behind, index + 1);
    }
    None
}

/// Whether the record has an element of its own, without elements in it.
#[cfg(target_pointer_width = "64")]
pub(crate) const fn is_flat(element: &str, specs: &[Spec]) -> bool {
    let mut rest = specs;
    while let [spec, behind @ ..] = rest {
        if !(spec.group.is_own() && matches!(spec.form, Form::attribute | Form::text)) {
            return false;
        }
        rest = behind;
    }
    !element.is_empty()
}

/// The value that is the text of `group` itself.
pub(crate) fn find_text(specs: &'static [Spec], group: Group) -> Option<u8> {
    position(specs, |spec| spec.form == Form::text && spec.group == group)
}

/// The value that says that `group` is there.
pub(crate) fn find_presence(specs: &'static [Spec], group: Group) -> Option<u8> {
    position(specs, |spec| spec.form == Form::presence && spec.group == group)
}

/// The child element with this name that holds values of its own: the first of them.
pub(crate) fn find_group(specs: &'static [Spec], name: &[u8]) -> Option<u8> {
    position(specs, |spec| !spec.group.is_own() && same(spec.group.name(), name))
}

macro_rules! told {
    () => {
        false
    };
    (told) => {
        true
    };
}

/// What a session reads a value by. There is none for a value that it is not told.
macro_rules! told_field {
    ($field:ident) => {};
    ($field:ident told) => {
        pub(crate) const $field: Field = Field(Index::$field as u8);
    };
}

macro_rules! role {
    () => {
        $crate::opi::message::record::Role::Plain
    };
    (card) => {
        $crate::opi::message::record::Role::Shows($crate::opi::message::value::Lost::Card)
    };
    (reference) => {
        $crate::opi::message::record::Role::Shows($crate::opi::message::value::Lost::Reference)
    };
    (approval) => {
        $crate::opi::message::record::Role::Shows($crate::opi::message::value::Lost::Approval)
    };
    (vital) => {
        $crate::opi::message::record::Role::Vital
    };
    (amount) => {
        $crate::opi::message::record::Role::Amount
    };
}

/// `field: Type = form ["Name", "Other spelling"] in "Child" as role, told;` What is `told` is what a till looks at.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident = $element:literal $(with { $( $(#[$extra_meta:meta])* $extra:ident: $extra_type:ty = $extra_default:expr ),+ $(,)? })? {
            $(
                $(#[$field_meta:meta])*
                $field:ident: $type:ty = $form:ident $([$wire:literal $(, $also:literal)?])? $(in $group:literal)? $(as $role:ident)? $(, $told:ident)?;
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
        pub struct $name {
            $($( $(#[$extra_meta])* pub $extra: $extra_type, )+)?
            $(
                $(#[$field_meta])*
                #[cfg_attr(feature = "serde", serde(skip_serializing_if = "crate::opi::message::value::absent"))]
                pub $field: $type,
            )+
        }

        impl Default for $name {
            /// Without any value.
            fn default() -> Self {
                Self::blank()
            }
        }

        const _: () = {
            use $crate::opi::message::record::{Also, Field, Form, Group, Record, Spec, Written};
            use $crate::opi::message::encode::RecordWriter;
            #[cfg(target_pointer_width = "64")]
            use $crate::opi::message::record::is_flat;
            use $crate::opi::message::shape::Shaped;
            use $crate::opi::message::value::{Absent, Held};
            use $crate::xml::is_name;

            // These names are not checked again when they are written.
            $(
                $( assert!(is_name($wire)); )?
                $( assert!(is_name($group)); )?
            )+
            assert!($element.is_empty() || is_name($element));

            #[allow(non_camel_case_types, clippy::enum_variant_names)]
            enum Index { $($field),+ }

            #[allow(non_upper_case_globals)]
            impl $name {
                $( told_field!($field $($told)?); )+
            }

            impl $name {
                pub(crate) const SPECS: &'static [Spec] = &[$(
                    Spec {
                        lead: lead!($($wire)?),
                        form: Form::$form,
                        role: role!($($role)?),
                        group: const { Group::new(concat!($($group)?)) },
                        also: const { Also::new(concat!($($($also)?)?)) },
                        field: Field(Index::$field as u8),
                        told: told!($($told)?),
                        shape: <$type as Shaped>::SHAPE,
                        #[cfg(target_pointer_width = "64")]
                        key: $crate::opi::message::record::key(concat!($($wire)?).as_bytes()),
                    }
                ),+];

                /// Without any value. Not a constant: it would be as large as the record, and copied.
                #[inline]
                pub(crate) fn blank() -> Self {
                    Self {
                        $($( $extra: $extra_default, )+)?
                        $( $field: <$type as Absent>::absent(), )+
                    }
                }
            }

            impl Record for $name {
                fn specs(&self) -> &'static [Spec] {
                    Self::SPECS
                }

                #[cfg(target_pointer_width = "64")]
                fn own_text(&self) -> Option<u8> {
                    const { $crate::opi::message::record::own_text(Self::SPECS) }
                }

                fn field_mut(&mut self, index: usize) -> Option<&mut dyn Held> {
                    $( if index == Index::$field as usize { return Some(&mut self.$field); } )+
                    None
                }
            }

            impl Written for $name {
                #[cfg(not(target_pointer_width = "64"))]
                fn element(&self) -> &'static str {
                    $element
                }

                #[cfg(target_pointer_width = "64")]
                fn write(&self, out: &mut RecordWriter<'_, '_>) {
                    const END: &str = concat!("</", $element, ">");
                    if const { is_flat($element, Self::SPECS) }
                        && out.flat(concat!("<", $element), |out| {
                            $( out.own(&Self::SPECS[Index::$field as usize], &self.$field); )+
                            if !(false $( || out.own_text(&Self::SPECS[Index::$field as usize], &self.$field, END) )+) {
                                out.end();
                            }
                        })
                    {
                        return;
                    }
                    out.begin_with($element, concat!("<", $element));
                    out.attributes(|out| {
                        $( out.own(&Self::SPECS[Index::$field as usize], &self.$field); )+
                    });
                    self.write_content(out);
                    out.end_with($element, END);
                }

                #[cfg(target_pointer_width = "64")]
                fn write_content(&self, out: &mut RecordWriter<'_, '_>) {
                    $( out.content(&Self::SPECS[Index::$field as usize], &self.$field); )+
                }

                #[cfg(not(target_pointer_width = "64"))]
                fn write(&self, out: &mut RecordWriter<'_, '_>) {
                    out.write(self);
                }

                #[cfg(not(target_pointer_width = "64"))]
                fn write_content(&self, out: &mut RecordWriter<'_, '_>) {
                    out.write_content(self);
                }

                fn field(&self, index: usize) -> Option<&dyn Held> {
                    $( if index == Index::$field as usize { return Some(&self.$field); } )+
                    None
                }
            }
        };
    };
}
