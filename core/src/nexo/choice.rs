//! Objects with one of several members.

/// `Variant(Type) = "Name"`: the object has one member, whose name says what it is.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        pub enum $name:ident<$life:lifetime> {
            $( $(#[$doc:meta])* $variant:ident($type:ty) = $wire:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[expect(clippy::large_enum_variant, reason = "there is no heap to put the large ones on")]
        pub enum $name<$life> {
            $(
                $(#[$doc])*
                #[doc = concat!("`", $wire, "`")]
                #[cfg_attr(feature = "serde", serde(rename = $wire))]
                $variant($type),
            )+
        }

        impl<'a> $crate::nexo::field::Field<'a> for $name<$life> {
            fn read(
                value: $crate::json::Value<'a>,
                at: &$crate::nexo::report::Path<'_>,
                reading: &mut $crate::nexo::field::Reading<'_>,
            ) -> Option<Self> {
                use $crate::nexo::field::Field;

                let object = reading.object(value, at)?;
                let (mut found, mut any) = (None, false);
                for (name, value) in object {
                    $(
                        if !any && name == *$wire {
                            any = true;
                            found = Field::read(value, &at.child($wire), reading).map(Self::$variant);
                            continue;
                        }
                    )+
                    reading.unexpected(at, name);
                }
                if !any {
                    reading.error_of_whole(at, $crate::nexo::report::Reason::Missing);
                }
                found
            }

            fn write(&self, out: &mut $crate::json::Writer<'_>, dialect: &'static $crate::nexo::dialect::Dialect) {
                out.begin_object();
                match self {
                    $( Self::$variant(body) => {
                        out.name($wire);
                        $crate::nexo::field::Field::write(body, out, dialect);
                    } )+
                }
                out.end_object();
            }
        }
    };
}
pub(super) use choice;
