//! The header that stands in clear beside the encrypted one.

use crate::json::{Document, Object, Value};
use crate::nexo::Direction;
use crate::nexo::message::HEADER;

/// The header of the message in a document, as it stands.
pub(super) fn of<'a>(document: Document<'a>, direction: Direction) -> Option<Object<'a>> {
    document.root().object()?.get(direction.envelope())?.object()?.get(HEADER)?.object()
}

/// Whether two headers say the same, in whatever order and with whatever escapes. What is `null` is not there.
pub(super) fn same(one: Object<'_>, other: Object<'_>) -> bool {
    let holds = |one: Object<'_>, other: Object<'_>| {
        one.into_iter().filter(|(_, value)| !value.is_null()).all(|(name, value)| {
            other.into_iter().any(|(other_name, other_value)| name == other_name && same_value(value, other_value))
        })
    };
    holds(one, other) && holds(other, one)
}

/// A header holds texts; anything else has to be written alike.
fn same_value(one: Value<'_>, other: Value<'_>) -> bool {
    match (one.text(), other.text()) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.raw() == other.raw(),
        _ => false,
    }
}
