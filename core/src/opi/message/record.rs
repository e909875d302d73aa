//! One element with its data as one bounded struct, read and written by one list of names.

use super::value::{Flaw, Found};

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

/// One value of a record.
pub(crate) struct Spec {
    pub(crate) form: Form,
    pub(crate) role: Role,
    /// The child element it belongs to; empty for the record's own element.
    pub(crate) group: &'static str,
    /// What tells its name from most others, see [`key`].
    pub(crate) key: u32,
    /// What stands before the value of an attribute with its name: ` Name="`.
    pub(crate) lead: &'static str,
    pub(crate) also: &'static [&'static str],
}

impl Spec {
    /// Its name; empty if it has none.
    #[inline(always)]
    pub(crate) const fn name(&self) -> &'static str {
        match self.lead.split_at_checked(1) {
            Some((_, lead)) => match lead.split_at_checked(lead.len().saturating_sub(2)) {
                Some((name, _)) => name,
                None => "",
            },
            None => "",
        }
    }

    #[inline]
    fn is_in(&self, group: &str) -> bool {
        same_group(self.group, group)
    }
}

/// Whether this is the same child element. Most records have none: that is answered without looking at letters, since
/// some processors need a hundred cycles to compare nothing with nothing.
#[inline]
pub(crate) fn same_group(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}

/// What the decoder and the writer need of a record.
pub(crate) trait Record: Sized {
    const ELEMENT: &'static str;
    const SPECS: &'static [Spec];
    /// Without any value.
    const EMPTY: Self;
    /// The value that is the text of the record's own element.
    const TEXT: Option<u8>;
    fn put(&mut self, index: usize, found: &Found<'_>) -> Result<(), Flaw>;
    /// Writes the element.
    fn write(&self, out: &mut super::encode::RecordWriter<'_, '_>);
    /// Writes what is not an attribute, into the element that is open.
    fn write_content(&self, out: &mut super::encode::RecordWriter<'_, '_>);
}

/// The value with this name, as attribute or as child element, of `group`.
pub(crate) fn find(specs: &'static [Spec], group: &str, name: &[u8]) -> Option<u8> {
    let may_be = |spec: &Spec| spec.form != Form::coding && spec.is_in(group);
    let key = key(name);
    position(specs, |spec| spec.key == key && spec.name().as_bytes() == name && may_be(spec))
        .or_else(|| position(specs, |spec| spec.also.iter().any(|also| also.as_bytes() == name) && may_be(spec)))
}

/// The length of a name and three of its letters: enough to tell most names of a record.
#[inline(always)]
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
    position(specs, |spec| spec.form == Form::coding && spec.lead == value.lead && spec.is_in(value.group))
}

fn position(specs: &'static [Spec], is: impl Fn(&Spec) -> bool) -> Option<u8> {
    specs.iter().position(is).and_then(|index| u8::try_from(index).ok())
}

/// The value that is the text of the record's own element. Known when the program is compiled.
#[expect(clippy::cast_possible_truncation, reason = "no record has so many values; `try_from` is not const")]
pub(crate) const fn own_text(specs: &[Spec]) -> Option<u8> {
    let (mut rest, mut index) = (specs, 0_usize);
    while let [spec, behind @ ..] = rest {
        if matches!(spec.form, Form::text) && spec.group.is_empty() {
            return Some(index as u8);
        }
        (rest, index) = (behind, index + 1);
    }
    None
}

/// The value that is the text of `group` itself.
pub(crate) fn find_text(specs: &'static [Spec], group: &str) -> Option<u8> {
    position(specs, |spec| spec.form == Form::text && spec.is_in(group))
}

/// The value that says that `group` is there.
pub(crate) fn find_presence(specs: &'static [Spec], group: &str) -> Option<u8> {
    position(specs, |spec| spec.form == Form::presence && spec.is_in(group))
}

/// The child element with this name that holds values of its own: the first of them.
pub(crate) fn find_group(specs: &'static [Spec], name: &[u8]) -> Option<u8> {
    position(specs, |spec| !spec.group.is_empty() && spec.group.as_bytes() == name)
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

/// `field: Type = form ["Name", "Other spelling"] in "Child" as role;`
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident = $element:literal $(with { $( $(#[$extra_meta:meta])* $extra:ident: $extra_type:ty = $extra_default:expr ),+ $(,)? })? {
            $(
                $(#[$field_meta:meta])*
                $field:ident: $type:ty = $form:ident $([$wire:literal $(, $also:literal)*])? $(in $group:literal)? $(as $role:ident)?;
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
                <Self as $crate::opi::message::record::Record>::EMPTY
            }
        }

        const _: () = {
            use $crate::opi::message::encode::RecordWriter;
            use $crate::opi::message::record::{Form, Record, Spec, key, own_text};
            use $crate::opi::message::value::{Absent, Field, Flaw, Found};
            use $crate::xml::is_name;

            // These names are not checked again when they are written.
            $(
                $( assert!(is_name($wire)); )?
                $( assert!(is_name($group)); )?
            )+
            assert!($element.is_empty() || is_name($element));

            #[allow(non_camel_case_types, clippy::enum_variant_names)]
            enum Index { $($field),+ }

            impl Record for $name {
                const ELEMENT: &'static str = $element;
                const SPECS: &'static [Spec] = &[$(
                    Spec {
                        form: Form::$form,
                        role: role!($($role)?),
                        group: concat!($($group)?),
                        key: key(concat!($($wire)?).as_bytes()),
                        lead: concat!(" ", $($wire,)? "=\""),
                        also: &[$($($also),*)?],
                    }
                ),+];

                const TEXT: Option<u8> = own_text(Self::SPECS);
                const EMPTY: Self = Self {
                    $($( $extra: $extra_default, )+)?
                    $( $field: <$type as Absent>::ABSENT, )+
                };

                fn put(&mut self, index: usize, found: &Found<'_>) -> Result<(), Flaw> {
                    $( if index == Index::$field as usize { return Field::put(&mut self.$field, found); } )+
                    Ok(())
                }

                fn write(&self, out: &mut RecordWriter<'_, '_>) {
                    out.begin(Self::ELEMENT);
                    $( out.own_attribute(&Self::SPECS[Index::$field as usize], &self.$field); )+
                    self.write_content(out);
                    out.end(Self::ELEMENT);
                }

                fn write_content(&self, out: &mut RecordWriter<'_, '_>) {
                    $( out.content(&Self::SPECS[Index::$field as usize], &self.$field); )+
                }
            }
        };
    };
}
