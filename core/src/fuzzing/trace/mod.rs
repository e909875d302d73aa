//! The body of the target `trace`.

mod feed;
mod json;
mod planted;
mod raw;
mod words;
mod xml;

use super::choices::Choices;
use feed::Feed;

/// Masks what the data says: bytes as they are, and messages with secrets that are planted at known places, whole and
/// cut off at any byte; and has an input or an output told in words.
///
/// The first byte chooses: bits 0 and 1 the kind, bit 2 whether the message is cut off; the bytes 2 and 3 say where. Byte 1
/// says which input or output it is.
///
/// # Panics
/// A secret stays readable, the length changes, a message is no message any more or has other parts, or masking twice is
/// more than masking once.
pub fn trace(data: &[u8]) {
    let (choices, rest) = Choices::take(data);
    let [high, low, ..] = choices.lengths;
    let cut = (choices.first & 4 != 0).then_some(usize::from(u16::from_be_bytes([high, low])));
    let feed = Feed::new(rest);
    match choices.first % 4 {
        0 => xml::xml(feed, cut),
        1 => json::json(feed, cut),
        2 => raw::raw(rest, choices.second & 1 == 0, cut.is_none()),
        _ => words::words(feed, choices.second),
    }
}
