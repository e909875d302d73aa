//! The messages that are read: made up, of the sizes and shapes that terminals send.

/// One message.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// Name of its file.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

macro_rules! documents {
    ($($name:literal),+ $(,)?) => {
        [ $( Document { name: $name, bytes: include_bytes!(concat!("../corpus/", $name, ".xml")) } ),+ ]
    };
}

/// All of them, by number.
pub const ALL: [Document; 7] = documents![
    "01-card-service-request",
    "02-card-service-response-cdata",
    "03-card-service-response-escaped",
    "04-service-response",
    "05-device-request-40-lines",
    "06-device-response",
    "07-ejournal-64k",
];

/// The answer to a payment, with a receipt in CDATA, and with one in which every special character is escaped.
pub const ANSWER: Document = ALL[1];
/// See [`ANSWER`].
pub const ANSWER_ESCAPED: Document = ALL[2];

/// A receipt of 40 lines to be printed.
pub const RECEIPT: Document = ALL[4];

/// The shortest message.
pub const SHORTEST: Document = ALL[5];

/// The longest message.
pub const JOURNAL: Document = ALL[6];
