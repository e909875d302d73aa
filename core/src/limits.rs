//! Every bound of the core, with its reason.
//!
//! A peer can make us poll often, never long, and never make us hold more than these numbers (I10).
//! The sizes of fields follow what implementations are seen to send; a longer identifier is the peer's
//! fault, a longer free text is cut and marked as cut.

/// Longest frame accepted unless the caller says otherwise, in bytes.
///
/// No document gives a maximum; the Nexi SDKs cap at 4 MiB. Bytes are counted, not buffered, so the
/// number costs no memory.
pub const FRAME_BYTES: u32 = 4 * 1024 * 1024;

/// Open elements at one time. The Nexi SDKs use 64; real messages use at most 7.
pub const XML_DEPTH: usize = 64;

/// Longest element or attribute name, prefix included, in bytes. The longest known name has 29.
pub const XML_NAME: usize = 64;

/// Attributes of one element. `Authorisation` has 31 known ones, `CardServiceResponse` about 14.
pub const XML_ATTRIBUTES: usize = 64;

/// Bytes kept for the names of open elements, the attribute names of one tag and the namespace bindings in scope.
pub const XML_SCOPE: usize = 1024;

/// Namespace declarations in scope at one time. Real messages declare at most four on the root; some repeat the
/// default one on children.
pub const XML_BINDINGS: usize = 16;

/// White space on each side of the `=` of an attribute, in bytes. XML sets no limit, but the name must stay in the
/// window until its value begins. No known implementation writes any.
pub const XML_EQUALS: usize = 16;

/// Longest value in the XML declaration, in bytes. The longest known encoding name has 12.
pub const XML_DECLARED: usize = 32;

/// Longest character reference between `&` and `;`: leading zeros are legal, without end they are an attack.
pub const XML_REFERENCE: usize = 16;

/// Smallest receive window: an attribute's name, the white space around its `=` and a quote must fit together
/// ([`XML_NAME`] + 2 * [`XML_EQUALS`] + 2).
pub const WINDOW_MIN: usize = 128;

/// `WorkstationID`: the Nexi SDKs allow 40.
pub const WORKSTATION_ID: usize = 40;

/// `RequestID` as a peer may send it: our nine digits, `N.M`, or a UUID (36) with a suffix.
pub const REQUEST_ID: usize = 48;

/// `ReferenceNumber` as this till writes it: the Nexi SDKs allow 20.
pub const REFERENCE: usize = 20;

/// A card number as it may be sent, masked or not: 19 digits (ISO/IEC 7812) and grouping.
pub const PAN: usize = 32;

/// Digits of the longest card number (ISO/IEC 7812).
pub const PAN_DIGITS: usize = 19;

/// Digits of the shortest card number still in use.
pub const PAN_DIGITS_MIN: usize = 13;

/// Digits of a card number that may be shown: the first six and the last four (PCI DSS, requirement 3.4).
pub const PAN_DIGITS_SHOWN: usize = 10;

/// One line of a receipt or display, in bytes: 48 columns are the widest seen, four bytes to a character at worst.
pub const TEXT_LINE: usize = 192;

/// A value outside the known vocabulary, kept as received. The longest known one has 34 bytes.
pub const VOCABULARY: usize = 48;

/// `TrxReferenceNumber` and its like: 11 to 20 seen, CCV merchant references have up to 100 but are not numbers.
pub const TRX_REFERENCE: usize = 40;

/// Trace, batch and receipt numbers: 8 digits seen.
pub const STAN: usize = 16;

/// `TerminalID`: 8 to 16 seen.
pub const TERMINAL_ID: usize = 32;

/// A time stamp as received: 33 characters with seven decimals and a zone.
pub const TIME_STAMP: usize = 40;

/// Approval codes: 6 to 8 seen.
pub const APPROVAL_CODE: usize = 16;

/// Decline reasons are numbers of at most three digits; ISO 8583 codes likewise.
pub const DECLINE_REASON: usize = 16;

/// Connections of tills that a simulated terminal serves at one time: a few tills, each with a request and an abort.
pub const SIM_TILLS: usize = 8;

/// Connections to the listener of a till that a simulated terminal has open at one time. A question and its
/// withdrawal need two, a stray message a third.
pub const SIM_DEVICES: usize = 4;

/// Largest message a simulated terminal takes, in bytes. Requests of 1.3 KiB are the largest seen.
pub const SIM_MESSAGE: usize = 4096;

/// Steps of one scripted dialogue: the script that shows every device has 26.
pub const SIM_STEPS: usize = 48;

/// Things a simulated terminal has still to do. Each input leads to at most six.
pub const SIM_ACTS: usize = 24;

/// Scripts in a row.
pub const SIM_SCRIPTS: usize = 256;

/// Transactions a simulated terminal remembers for reversals and completions; the oldest is forgotten first.
pub const SIM_TRADES: usize = 64;

/// Lines of a reconciliation: brands times directions times currencies. A booking that needs one more is refused.
pub const SIM_TOTALS: usize = 32;

/// Transmit buffer a simulated terminal needs, in bytes: its longest message is an e-journal of 64 KiB.
pub const SIM_TRANSMIT: usize = 80 * 1024;
