//! What is forgiven, switch by switch.

/// Named departures from XML 1.0 that terminals in the field need.
///
/// A UTF-8 byte order mark in front of the document needs no switch: XML 1.0 §4.3.3 allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Tolerance {
    /// White space, usually blank lines, may stand before the XML declaration.
    ///
    /// XML 1.0 §2.8 wants the declaration at the very start. Senders that build messages from text templates leave
    /// blank lines in front (the Nexi SDKs skip them).
    pub blank_before_declaration: bool,

    /// The declared encoding is not believed, and no byte is refused for its encoding.
    ///
    /// A valid UTF-8 sequence of a legal character is that character; every other byte from 80 is read as
    /// Windows-1252. Its five holes (81 8D 8F 90 9D) become the control characters of the same number, as in the
    /// WHATWG Encoding Standard. Encoding names nobody knows are accepted.
    ///
    /// XML 1.0 §4.3.3 calls a wrong declaration fatal. Terminals declare ISO-8859-1 and send UTF-8, and the
    /// reverse (noted in the sources of the tillhub payment engine; old SECposPay messages), and one wrong byte in
    /// a text line must not cost a payment its result.
    pub lying_encoding: bool,
}

impl Tolerance {
    /// Nothing is forgiven.
    pub const STRICT: Self = Self { blank_before_declaration: false, lying_encoding: false };

    /// Everything seen from terminals in the field is forgiven.
    pub const FIELD: Self = Self { blank_before_declaration: true, lying_encoding: true };
}

impl Default for Tolerance {
    fn default() -> Self {
        Self::STRICT
    }
}
