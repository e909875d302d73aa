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

/// Open elements at one time. The Nexi SDKs use 64; real messages use at most 7, and small machines have room for less.
pub const XML_DEPTH: usize = if cfg!(target_pointer_width = "64") { 64 } else { 16 };

/// Longest element or attribute name, prefix included, in bytes. The longest known name has 29.
pub const XML_NAME: usize = 64;

/// Attributes of one element. `Authorisation` has 31 known ones, `CardServiceResponse` about 14.
pub const XML_ATTRIBUTES: usize = 64;

/// Bytes kept for the names of open elements, the attribute names of one tag and the namespace bindings in scope, with
/// one to three bytes for each on a small machine. Real messages need at most 310; an `Authorisation` with all of its
/// known attributes in a `Tender`, below a root with three namespaces, needs 570.
pub const XML_SCOPE: usize = if cfg!(target_pointer_width = "64") { 1024 } else { 576 };

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

/// Longest JSON document read unless the caller says otherwise, in bytes. Real messages have a few KiB; a till that prints
/// long receipts as XHTML must be given more.
pub const JSON_BYTES: usize = 64 * 1024;

/// Open objects and arrays at one time. The deepest sample, a display, has 8; receipts in an answer have as many.
pub const JSON_DEPTH: u8 = 16;

/// Members of one object. The richest of the nexo schemas, `InputData`, has about 20. Each name is compared with those
/// before it, so this also bounds that work.
pub const JSON_MEMBERS: u16 = 64;

/// Member names of all open objects together, kept to find duplicates: eight bytes each. The samples need at
/// most 13, so this leaves room for four objects of [`JSON_MEMBERS`] inside each other.
pub const JSON_NAMES: usize = 256;

/// Digits, blanks and hyphens in a row that are searched for card numbers when a text with escapes is shown. All digits
/// of a longer row are masked.
pub const JSON_MASKED: usize = 64;

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

/// Digits that may stand together where a trace tells an output in words: those of a request number. All of a longer run
/// are masked, since a piece of a card number has no check digit to know it by.
pub const TRACE_DIGITS: usize = 9;

/// Messages inside of a message, in Base64, that are opened to be masked for a trace: the extras of an answer, and a
/// rejected message with extras of its own. What is deeper is hidden as a whole.
pub const TRACE_LAYERS: u8 = 2;

/// A value outside the known vocabulary, kept as received. The longest known one has 34 bytes.
pub const VOCABULARY: usize = 48;

// Fields of OPI messages. The sizes are those seen in implementations (Nexi SDKs, CCV firmware and libraries), with room.

/// A word that is not listed, such as a `RequestType` or an `OverallResult`; the longest listed one has 32 bytes.
pub const WORD: usize = 48;

/// A word that is not listed, of a device, command, ticket or state; the longest listed one has 24 bytes.
pub const DEVICE_WORD: usize = 32;

/// `ReferenceNumber` as a peer may send it: CCV libraries allow 100.
pub const REFERENCE_RECEIVED: usize = 104;

/// `TerminalID`, `POPID`, `SequenceID`, `AcquirerID` and other short names of things: 8 to 16 are seen.
pub const SHORT_ID: usize = 24;

/// `STAN`, `TerminalBatch`, `ApprovalCode`, codes of errors and reasons: 4 to 8 digits are seen.
pub const NUMBER_ID: usize = 16;

/// `TrxReferenceNumber`, merchant and acquirer references: 11 to 20 are seen, UUIDs (36) are likely.
pub const LONG_ID: usize = 48;

/// A time as text: 33 with seven fractional digits and a zone.
pub const TIMESTAMP: usize = 40;

/// A brand code or name: `GermanDebitEcCash` has 17.
pub const CARD_CIRCUIT: usize = 32;

/// A name for people, such as `DisplayName` or `ApplicationSender`.
pub const NAME: usize = 64;

/// A longer text for people, such as `ErrorText` or `DiagnosisResult`.
pub const REMARK: usize = 160;

/// One line of a display or of a receipt: 24 to 48 characters are seen, two bytes each at worst.
pub const TEXT_LINE: usize = 128;

/// Data of one track of a card: track 1 has 79 characters, track 3 has 107.
pub const TRACK: usize = 112;

/// Chip data and encrypted data as text; longer data is left out, since a till has no use for it.
pub const CHIP_DATA: usize = 128;

/// What was scanned or typed instead of a card.
pub const TYPED: usize = 64;

/// An expiry date or a verification value.
pub const CARD_FACT: usize = 16;

/// A token for a card, its salt, or a hash of a card number: SHA-256 in hexadecimal digits has 64.
pub const TOKEN: usize = 64;

/// An address for the check of a card: the IFSF schema allows 35 characters, two bytes each at worst.
pub const ADDRESS: usize = 72;

/// Longest value of one attribute or element that is read as one: the longest field above.
pub const VALUE: usize = REMARK;

/// Bytes that the text of a record and the value of a child element in it take together: one [`VALUE`] each. On a small
/// machine long ones share: next to a text of 48 bytes a value still has its full length.
pub const COLLECTED: usize = if cfg!(target_pointer_width = "64") { 2 * VALUE } else { 208 };

/// Items of a sale in one message. A till that sells more sends them unitemised.
pub const SALE_ITEMS: usize = 4;

/// Brands a payment is restricted to, in one request.
pub const CARD_CIRCUITS_ASKED: usize = 8;

/// Brands in one answer: 32 are the most expected (Nexi, CCV).
pub const CARD_CIRCUITS: usize = 32;

/// Lines of a reconciliation in one answer: one for every brand and direction.
pub const RECONCILIATION_LINES: usize = 64;

/// Structured errors in one answer.
pub const ERRORS: usize = 4;

/// Devices whose versions stand in one answer.
pub const DEVICES: usize = 4;

/// Acquirers in one answer.
pub const ACQUIRERS: usize = 8;

/// Outputs of one device request: two receipts are seen, and there are 21 kinds of device.
pub const OUTPUTS: usize = 16;

/// Names of devices that nobody lists, in one device request, in bytes: two of the longest. Vendors add one.
pub const UNLISTED_DEVICES: usize = 2 * (DEVICE_WORD + 1);

/// Lines of one device request that is kept whole: a receipt has 20 to 120.
pub const LINES: usize = 128;

/// `PrivateData` of a request, in bytes. That of a German login has about 400.
pub const FRAGMENT_ASKED: usize = 512;

/// `PrivateData` of an answer, or an e-journal record, that is kept whole, in bytes.
pub const FRAGMENT: usize = 1024;

/// Encrypted card data of a request that is kept whole, in bytes: a track, a card number and a wrapped key, as
/// hexadecimal digits with markup. A decoder tells all of it, whatever its length.
pub const FRAGMENT_ENCRYPTED: usize = 512;

/// `Encryption` and `Validation` of a request, in bytes: the IFSF schema leaves them open, and no sample has any.
pub const FRAGMENT_OPEN: usize = 128;

/// The modulus of a public key, in bytes: RSA with 4096 bits has 1024 hexadecimal digits.
pub const MODULUS: usize = 1024;

/// Pumps, products and the like of one event.
pub const EVENT_LIST: usize = 4;

/// Products a card may buy, in one event that is kept whole. The IFSF schema allows 99.
pub const PRODUCTS: usize = 8;

/// Products a card may not buy, in one answer that is kept whole.
pub const RESTRICTIONS: usize = 8;

/// Pieces of encrypted data in one input or output. A till that cannot decrypt them has no use for more.
pub const SECURE_DATA: usize = 2;

/// Encrypted data, authentication codes and pictures each, of one device request that is kept whole.
pub const OUTPUT_EXTRAS: usize = 2;

/// Bytes of a message that a session reads in one step: pieces of journals and private data are no longer. Must be
/// at least [`WINDOW_MIN`].
pub const STEP: usize = 256;

/// Most text that is lent in one piece from where it is not received, in bytes: as much as fits beside the other things
/// that are lent, and a [`REMARK`] does. What is plain in the window is lent from there, in pieces of a [`STEP`].
pub const LENT: usize = 188;

/// The text of one step: a byte of Windows-1252 has up to three in UTF-8.
pub const STEP_TEXT: usize = 3 * STEP;

/// Smallest transmit buffer with which a request leaves, in bytes. The answer to a device request with [`OUTPUTS`]
/// outputs of listed devices and a question fits, and requests of 1.3 KiB are the longest seen: whatever the terminal
/// asks while it works can be answered, or it is not begun.
pub const TRANSMIT_MIN: usize = 2048;

/// Details of one answer of the Terminal API that wait to be told: a diagnosis has nine.
pub const DETAILS: usize = 12;

/// Faults of one answer of the Terminal API that wait to be told.
pub const FAULTS: usize = 4;

/// Aborts of one request (Nexi SDKs).
pub const ABORTS: u8 = 3;

/// What a person writes about a decision, in bytes: a line or two.
pub const NOTE: usize = 160;

/// Longest record of the journal, in bytes, in every version of the format: what a reader must hold at one time.
/// The longest of version 1 is a piece of journal text, [`STEP_TEXT`] and 14 bytes more.
pub const JOURNAL_RECORD: usize = 1024;

/// Request numbers reserved at one time: one storing serves so many requests, and a restart wastes at most so many.
pub const REQUEST_BLOCK: u32 = 50;

/// Request numbers that one operation takes at most: the verbs of the dialect, [`ABORTS`], and twice two questions and
/// an errand with [`PROBES`] tries each are fewer. So many must be reserved when it begins.
pub const OPERATION_REQUESTS: u32 = 32;

const _: () = assert!(OPERATION_REQUESTS <= REQUEST_BLOCK);

/// Request numbers passed over at most for one damaged stretch of a journal, whatever its length: a thousand such
/// stretches until the nine digits are used up.
pub const REQUEST_SKIP: u32 = 1_000_000;

/// Unresolved requests of one lane that are remembered after a restart with all that is known of them. There is one at
/// most (I6); more come from a disk that said a record was not stored though it was, or that lost records.
pub const UNRESOLVED: usize = 4;

/// Unresolved requests beyond [`UNRESOLVED`] of which the number is remembered. Each takes a disk that stored both
/// the intent of a payment and nothing of its end, and none of them in between was settled: so many in a row do not
/// happen, and a journal that has more is one for a person to look at, not for a till to go on with.
pub const UNRESOLVED_NUMBERS: usize = 32;

/// Sheets that are begun and not complete at one time. A terminal sends one, rarely two.
pub const OPEN_SHEETS: usize = 8;

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

/// An answer this long after its request is no longer one that comes at once (ours). A terminal that refuses a request
/// unseen does so in the time of a message; the fastest card takes longer than this to be held there, authorised and
/// printed.
pub const AT_ONCE: core::time::Duration = core::time::Duration::from_secs(3);

/// How often one question about a lost answer is asked: CCV's firmware asks without end, a cashier cannot wait so long.
pub const PROBES: u8 = 3;

// Fields of Terminal API messages. Text is borrowed, so only what must be compared, kept or answered has a bound.

/// `ServiceID` and `DeviceID`, in characters (nexo Sale to POI 3.0 schema; Adyen's pages say so, too).
pub const NEXO_SERVICE_ID: usize = 10;

/// `SaleID`, in characters: no document has a bound, but it is compared and kept.
pub const NEXO_SALE_ID: usize = 64;

/// `POIID`, in characters: the model of a terminal and its serial number. No document has a bound.
pub const NEXO_POI_ID: usize = 64;

/// `TotalsGroupID`, in characters (nexo Sale to POI 3.0 schema).
pub const NEXO_TOTALS_GROUP_ID: usize = 16;

/// A page of XHTML, in characters of base64 (nexo Sale to POI 3.0 schema).
pub const NEXO_XHTML: usize = 262_144;

/// The least amount in whole units that is too large: 99999999.999999 is the largest (nexo Sale to POI 3.0 schema).
pub const NEXO_AMOUNT: u64 = 100_000_000;

/// Decimals of an amount (nexo Sale to POI 3.0 schema).
pub const NEXO_AMOUNT_DECIMALS: u8 = 6;

/// An amount as a JSON string, in bytes: the 15 of the largest one, and zeros.
pub const NEXO_AMOUNT_TEXT: usize = 24;

/// Errors that an answer tells of. Terminals tell several at once; who writes messages by hand needs no more.
pub const NEXO_ERRORS: usize = 8;

/// The text of these errors, in bytes: a line about a payment has 110 to 150, the longest possible one 300.
pub const NEXO_ERROR_TEXT: usize = 1280;

/// Warnings that an answer tells of: a till of another vendor may send many members that nobody uses.
pub const NEXO_WARNINGS: usize = 16;

/// The text of these warnings, in bytes: of names as long as they can be, it holds half as many.
pub const NEXO_WARNING_TEXT: usize = 2048;

/// Names and values of a message whose places are kept while it is read, twelve bytes each. The smallest payment has about
/// forty, one with most that tills send eighty; of an answer with long receipts the rest is looked for again.
pub const NEXO_MARKS: usize = 96;

/// How much of the name of an unknown member is told, in bytes. The longest known name has 27.
pub const NEXO_STRAY_NAME: usize = 64;

/// Minutes within which the ids of a message are not used again: 48 hours (Adyen, Structuring and validating Terminal
/// API messages).
pub const ID_WINDOW_MINUTES: u32 = 48 * 60;

/// `AdditionalResponse` of one answer of ours, in bytes: eight errors and sixteen warnings about paths of usual length,
/// percent-encoded.
pub const ADDITIONAL_RESPONSE: usize = 4096;

/// The name of a transaction that is kept, in bytes: 37 are seen of terminals; of tills any, though 36 of a UUID are the
/// most likely.
pub const NEXO_TRANSACTION_ID: usize = 128;

/// Transactions whose responses are kept at most, whatever memory is lent.
pub const NEXO_HISTORY: usize = 32;

/// Tills that are logged in at one time. One more takes the place of the one that logged in first.
pub const NEXO_LOGINS: usize = 16;

/// Lines of one prompt to the till: a display of the cashier has two to four.
pub const NEXO_PROMPT_LINES: usize = 8;

/// Outputs of one display request: four devices with ten kinds of contents each, of which a till uses two or three.
pub const NEXO_OUTPUTS: usize = 16;

/// Entries of one menu.
pub const NEXO_MENU: usize = 64;

/// Records that are to be stored and that nobody waits for. A request makes one, or two where it asks for a message that
/// never came.
pub const NEXO_RECORDS: usize = 4;

/// Least memory for one request: a payment has about one KiB.
pub const NEXO_REQUEST_MIN: usize = 1024;

/// Least memory for responses: one of a payment without receipts has about two KiB, and what is kept beside it one more.
pub const NEXO_HISTORY_MIN: usize = 8192;

// The till's session at the Terminal API.

/// Smallest memory for an answer. Answers of Adyen's terminals with two receipts have 7 to 8 KiB, and a repeated one has
/// some hundred bytes more; a terminal that prints itself sends about 2 KiB.
pub const ANSWER_MIN: usize = 4 * 1024;

/// `AdditionalResponse` as far as a till looks at it, and one text of a receipt, in bytes: about 900 are seen in answers
/// with everything Adyen can add.
pub const NEXO_REMARK: usize = 1024;

/// Receipts of one answer: two are usual, one for each side.
pub const RECEIPTS: usize = 8;

/// How often a terminal is asked about a lost answer: with pauses of 5 s and 10 s that is longer than the 150 s that a
/// terminal may work on a request (Adyen docs: time-outs), and fewer numbers than one operation may take.
pub const POLLS: u8 = 22;

/// Questions about a lost answer that follow each other quickly; most answers are found by the first.
pub const QUICK_POLLS: u8 = 6;

/// How often in a row a terminal must say that it does not know a request. Once could be before the request arrives.
pub const NOT_FOUND: u8 = 2;

/// The name of a shared key, in bytes. No document bounds it; those seen have up to 24.
pub const KEY_IDENTIFIER: usize = 64;

/// The passphrase of a shared key, in bytes. No document bounds it; a sentence has room.
pub const PASSPHRASE: usize = 128;
