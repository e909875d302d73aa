//! What may be shown of a conversation: messages and outputs without card data (I12).
//!
//! A conversation is the list of its inputs, so a record of them can be replayed. What is recorded of the wire is
//! masked, by [`mask`] in OPI and by [`mask_json`] in the Terminal API, and the masked bytes are as long and as
//! well-formed as the real ones: a session that is fed with them sends the same messages, once those are masked as well,
//! and its other outputs read the same as [`Shown`].
//!
//! One kind of conversation can come out different: one in which a number that only looks like a card number decides
//! something, for example a reference of 13 or more digits that is looked for on a reprinted receipt.

mod given;
mod json;
mod words;
mod xml;

pub use given::Given;
pub use json::mask_json;
pub use words::Shown;
pub use xml::mask;
