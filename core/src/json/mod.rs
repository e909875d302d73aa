//! JSON as payments need it: a bounded reader that refuses what is ambiguous, and a writer that cannot break the rules.
//!
//! A document lies whole in the caller's buffer. [`Document::parse`] checks all of it first; after that nothing can
//! fail, and members may be asked for in any order, whatever stands first. [`Reader`] gives the same document as
//! [`Token`]s. [`Writer`] turns calls into bytes in the caller's buffer, or only counts them.
//!
//! The grammar is that of RFC 8259 in UTF-8, with the choices it leaves open made like this:
//!
//! * Two members of an object with the same name are refused (§4), also if they are spelled with different escapes: what
//!   one component reads and another does not is an attack.
//! * An escaped surrogate without its partner is refused (§8.2): it is no character.
//! * A byte order mark at the very start is passed over (§8.1).
//! * A number is kept as it is written, whatever its size (§6), and never becomes a float.
//! * [`Limits`] bound the size, the depth and the members (§9).
//!
//! ```
//! use opi_core::json::Document;
//!
//! let document = Document::parse(br#"{"Amount": 10.990, "Text": "na\u00efve"}"#)?;
//! let object = document.root().object().ok_or("no object")?;
//! let amount = object.get("Amount").and_then(|amount| amount.number()).ok_or("no amount")?;
//! assert_eq!(amount.decimal()?.to_string(), "10.99");
//! assert!(object.get("Text").and_then(|text| text.text()).is_some_and(|text| text == "naïve"));
//!
//! let error = Document::parse(b"{\n \"a\": 1,,\n}").err().ok_or("accepted")?;
//! assert_eq!(format!("{}:{}: {error}", error.line, error.column), "2:9: a member name in quotes is expected");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Work
//!
//! Checking looks at each byte of a document once, and at each byte of a name once more for every member beside it
//! ([`Limits::members`] at most). Without [`Mark`]s, to step over a [`Value`] is to read it, so a walk through the whole
//! document by iterators reads each byte at most once for each level it lies in ([`Limits::depth`] at most), and
//! [`Object::get`] reads up to the end of the member it finds (I10). With them ([`Document::parse_marked`]) a walk steps from
//! one name or value to the next, and over an object or array at once.

mod error;
mod escape;
mod mark;
mod number;
mod reader;
mod scan;
mod text;
mod value;
mod writer;

pub use error::{Error, ErrorKind};
pub use mark::Mark;
pub use number::{Number, NumberError};
pub use reader::{Limits, Reader, Token};
pub use text::{Chars, Str};
pub use value::{Array, Document, Elements, Kind, Members, Object, Value};
pub use writer::{WriteError, Writer};
