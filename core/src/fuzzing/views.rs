//! What a caller does with the values of a JSON document, beside what it does by itself.

use core::fmt::{self, Write};

use super::transcript::Transcript;
use crate::json::{Array, Document, Limits, Number, Object, Reader, Str, Token, Value};
use crate::secret;

/// Bytes of an identifier and of a cut text here.
const COPIED: usize = 16;

/// Room for a text here.
const TEXT: usize = 256;

/// Looks at every value in every way.
///
/// # Panics
/// Two ways of asking for the same thing have different answers.
pub(super) fn look(document: Document<'_>) {
    value(document.root());
    _ = write!(Transcript::default(), "{document:?}");
}

fn value(value: Value<'_>) {
    if let Some(members) = value.object() {
        object(members);
    } else if let Some(elements) = value.array() {
        array(elements);
    } else if let Some(own) = value.text() {
        text(own);
    } else if let Some(own) = value.number() {
        number(own);
    } else {
        assert_ne!(value.boolean().is_some(), value.is_null(), "neither a boolean nor null, or both");
    }
}

fn object(object: Object<'_>) {
    let members = object.into_iter();
    let mut count = 0;
    _ = write!(Transcript::default(), "{members:?} {object:?}");
    for (name, member) in members {
        count += 1;
        text(name);
        value(member);
        let mut copy = [0; TEXT];
        if let Some(name) = name.copy_into(&mut copy) {
            let found = object.get(name).map(Value::raw);
            assert_eq!(found, Some(member.raw()), "a member is not found by its name");
        }
    }
    assert_eq!((object.len(), object.is_empty()), (count, count == 0), "another number of members");
    assert_eq!(object.value().object().map(Object::len), Some(count), "another object");
}

fn array(array: Array<'_>) {
    let mut count = 0;
    _ = write!(Transcript::default(), "{:?} {array:?}", array.into_iter());
    for element in array {
        count += 1;
        value(element);
    }
    assert_eq!((array.len(), array.is_empty()), (count, count == 0), "another number of elements");
    assert_eq!(array.value().array().map(Array::len), Some(count), "another array");
}

/// The copies of a text are the same text, as far as there is room for it.
fn text(text: Str<'_>) {
    let (length, characters) = text.chars().fold((0, 0), |(bytes, all), next| (bytes + next.len_utf8(), all + 1));
    assert_eq!((text.len(), text.char_count()), (length, characters), "another length");
    assert_eq!(text.is_empty(), length == 0, "a text of nothing is not empty");
    assert!(text.plain().is_none_or(|plain| plain.len() == length && text == plain), "another text without escapes");
    let mut copy = [0; TEXT];
    match text.copy_into(copy.get_mut(..length.min(TEXT)).unwrap_or_default()) {
        Some(copied) => {
            assert!(text == Str::from(copied) && text == *copied, "a copy is another text");
            assert_eq!(text.copy_to::<COPIED>().map(|id| id.as_str() == copied).is_ok(), length <= COPIED);
            assert!(copied.starts_with(text.cut_to::<COPIED>().as_str()), "a cut text is another one");
            let short = length.checked_sub(1).and_then(|short| copy.get_mut(..short));
            assert!(short.is_none_or(|short| text.copy_into(short).is_none()), "a copy in less room than it needs");
        }
        None => assert!(length > TEXT, "a text with room is not copied"),
    }
    _ = write!(Transcript::default(), "{:?} {text:?}", text.chars());
    let mut copy = [0; TEXT];
    if let Some(whole) = text.copy_into(&mut copy) {
        masked(whole, &format_args!("{text}"));
    }
}

/// What is shown of a text has no more of its first card number than the last four digits, and all that is no digit. What is
/// left beside a number may look like another: then it was none.
fn masked(text: &str, value: &dyn fmt::Display) {
    let mut shown = heapless::String::<TEXT>::new();
    write!(shown, "{value}").expect("as long as the text");
    let pairs = || text.chars().zip(shown.chars());
    assert!(pairs().all(|(is, shown)| is == shown || (is.is_ascii_digit() && shown == '*')), "another text: {shown}");
    assert_eq!(shown.len(), text.len(), "a text of another length");
    if let Some((start, end)) = secret::card_number(text.as_bytes()) {
        let number = shown.as_bytes().get(start..end).unwrap_or_default();
        assert!(number.iter().filter(|byte| byte.is_ascii_digit()).count() <= 4, "a card number is shown: {shown}");
    }
}

fn number(number: Number<'_>) {
    _ = write!(Transcript::default(), "{number:?}");
    if number.raw().len() <= TEXT {
        masked(number.raw(), &number);
    }
    match number.decimal() {
        // As it is shown it is written, and as it is written it is read.
        Ok(decimal) => {
            let mut shown = heapless::String::<32>::new();
            write!(shown, "{decimal}").expect("longer than 64 bits and a dot");
            let mut reader = Reader::new(shown.as_bytes(), Limits::default());
            _ = write!(Transcript::default(), "{reader:?}");
            let Ok(Some(Token::Number(again))) = reader.next() else { panic!("a decimal is no number: {shown}") };
            assert_eq!(again.decimal(), Ok(decimal), "a decimal is read as another number");
        }
        Err(error) => _ = write!(Transcript::default(), "{error}"),
    }
}
