//! What a terminal says about a message in `AdditionalResponse`: every text in one table, with its source.

use core::fmt;

use super::additional::Additional;

/// Which texts a terminal writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum TextProfile {
    /// Plain sentences (Adyen, Structuring and validating Terminal API messages). A request without `SaleToPOIRequest`
    /// is answered by a `PaymentResponse`, HTTP 200.
    Seed2018,
    /// Encoded pairs (Adyen docs: error scenarios, refusal reasons). A request without `SaleToPOIRequest` is answered by
    /// `{"errors":[…]}`, HTTP 400 (observed on terminals).
    #[default]
    Current,
}

/// Where a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Adyen, Structuring and validating Terminal API messages.
    Seed,
    /// Adyen docs: error scenarios, refusal reasons, verify transaction status, cancel a transaction.
    Docs,
    /// Observed on terminals.
    Observed,
    /// The wording that other acceptors of nexo Retailer publish (DataMesh data model).
    Nexo,
    /// Ours: no source has one.
    Ours,
}

/// One text in both profiles. `{…}` stands for a fact of [`Filling`].
#[derive(Clone, Copy, Debug)]
pub struct Wording {
    /// The plain sentence, where it is not the value of the first pair.
    sentence: Option<&'static str>,
    /// The pairs, before they are encoded.
    pairs: &'static [(&'static str, &'static str)],
    /// Of the pairs; the sentence, where it differs, is the seed's.
    source: Source,
}

/// The facts that texts name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filling<'a> {
    /// `{category}`: of the message that is spoken of.
    pub category: &'a str,
    /// `{sale}`: its SaleID.
    pub sale_id: &'a str,
    /// `{service}`: its ServiceID.
    pub service_id: &'a str,
    /// `{version}`: a protocol version.
    pub version: &'a str,
}

macro_rules! remarks {
    ($($(#[$doc:meta])+ $name:ident $source:ident $(seed $sentence:literal)? { $($pair:literal: $value:literal),+ })+) => {
        /// Something a terminal says about a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Remark { $($(#[$doc])+ $name,)+ }

        impl Remark {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its text.
            #[must_use]
            pub const fn wording(self) -> Wording {
                match self {
                    $(Self::$name => {
                        #[allow(unused_mut, unused_assignments, reason = "not every text has a sentence of its own")]
                        let mut sentence = None;
                        $(sentence = Some($sentence);)?
                        Wording { sentence, pairs: &[$(($pair, $value)),+], source: Source::$source }
                    })+
                }
            }
        }
    };
}

remarks! {
    /// The ids of the message were used within 48 hours.
    Repeated Nexo { "message": "Repeated Message: ServiceID - {service}" }
    /// The message is for another terminal.
    ForeignTerminal Ours { "message": "POIID does not match this terminal" }
    /// The protocol version is not ours.
    Version Ours { "message": "Sale Protocol Version {version} mismatch, Version implemented: 3.0" }
    /// Another dialogue runs.
    Busy Docs {
        "message": "Forbidden Request, Service Dialogue {category}Request is in Progress",
        "serviceId": "{service}"
    }
    /// Nobody is logged in, where a login is demanded.
    NotLoggedIn Ours { "message": "Not logged in" }
    /// Asked about a message that never came, after others of its category.
    NotFound Docs seed "Message not Found, last {category}Request has ID {service}" {
        "message": "Message not found. Category={category}, last such Request has SaleID={sale} ServiceID={service}"
    }
    /// Asked about a message that never came, and none of its category ever did.
    NothingFound Ours seed "Message not Found" { "message": "Message not found. Category={category}" }
    /// Asked about a transaction that still runs, or whose result is not known yet.
    Uncompleted Docs { "message": "Uncompleted transaction" }
    /// Asked about a transaction that was accepted, but whose response is no longer kept. Not `NotFound`, which says that
    /// it may be paid again.
    NoLongerKept Ours { "message": "Response no longer stored" }
    /// Asked about a message that may have been accepted, but what was stored is damaged or was overwritten.
    NotKnown Ours { "message": "Messages of the last 48 hours not completely stored" }
    /// The till stopped the transaction.
    StoppedByMerchant Docs { "message": "104 Merchant cancelled tx" }
    /// The shopper stopped it.
    StoppedByShopper Docs { "message": "108 Shopper cancelled tx" }
    /// The shopper stopped it when choosing the application.
    ApplicationNotChosen Docs { "message": "101 Shopper cancelled app selection" }
    /// No card was shown.
    NoCard Docs { "message": "126 Shopper did not present card" }
    /// A payment refers to a card that was not read, or is not kept any more.
    NoCardHeld Ours { "message": "Card acquisition not found" }
    /// The acceptance could not be stored, so nothing was done.
    NotStored Ours { "message": "Request not stored" }
    /// The memory for ids is full, and none may be forgotten.
    NoPlace Ours { "message": "Too many messages within 48 hours" }
    /// A clear message on a terminal that has keys.
    ClearText Observed { "note": "Direct API REQUIRES payload crypto on live, cleartext allowed for testing only" }
    /// Lines of a receipt had no place.
    ReceiptCut Ours { "note": "Receipt incomplete" }
    /// The merchant's extra data is not as it must be.
    ExtraData Observed {
        "message": "Sale to Acquirer Data: NotAllowed Value: extra data, Reason: Failed validation"
    }
}

/// The category is not implemented, or switched off: alone and plain in both profiles, since this is the only text that
/// is known (Adyen, Structuring and validating Terminal API messages).
pub const UNAVAILABLE: &str = "Unavailable Device Service";

/// The document has no `SaleToPOIRequest` (Adyen, Structuring and validating Terminal API messages).
pub const TOP_LEVEL_MISSING: &str = "At toplevel, field SaleToPOIRequest: Missing";

/// The line after it in the answer of later firmware (observed on terminals).
pub const TOP_LEVEL: &str = "At toplevel: Missing";

/// Opens the answer to what is no JSON object; line and message follow (Adyen, Structuring and validating Terminal API
/// messages).
pub const BAD_JSON: &str = "Bad JSON:";

/// Opens the answer to a secured message that cannot be opened; a number follows (observed on terminals).
pub const CRYPTO_ERROR: &str = "Nexo Service: crypto error";

impl Wording {
    /// Where it comes from.
    #[must_use]
    pub const fn source(&self) -> Source {
        self.source
    }
}

impl Additional {
    /// Adds what there is to be said, in the profile's form.
    pub fn remark(&mut self, profile: TextProfile, remark: Remark, filling: &Filling<'_>) {
        let wording = remark.wording();
        match profile {
            TextProfile::Current => {
                for (name, value) in wording.pairs {
                    self.pair(name, Filled(value, filling));
                }
            }
            TextProfile::Seed2018 => {
                let first = wording.pairs.first().map(|(_, value)| *value);
                self.sentence(Filled(wording.sentence.or(first).unwrap_or_default(), filling));
            }
        }
    }

    /// Adds lines about the fields of a message, one below the other: `errors` or `warnings`.
    pub fn lines(&mut self, profile: TextProfile, name: &str, lines: impl fmt::Display) {
        match profile {
            TextProfile::Current => self.pair(name, lines),
            TextProfile::Seed2018 => self.sentence(lines),
        }
    }

    /// Adds a fact of the transaction. Sentences have no place for one.
    pub fn fact(&mut self, profile: TextProfile, name: &str, value: impl fmt::Display) {
        if profile == TextProfile::Current {
            self.pair(name, value);
        }
    }
}

/// A text with its facts in place.
struct Filled<'a>(&'static str, &'a Filling<'a>);

impl fmt::Display for Filled<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        // In brackets: the search for a set of characters cannot panic, as far as a linker sees.
        while let Some((before, from)) = rest.split_once(['{']) {
            let (name, after) = from.split_once(['}']).unwrap_or((from, ""));
            out.write_str(before)?;
            out.write_str(match name {
                "category" => self.1.category,
                "sale" => self.1.sale_id,
                "service" => self.1.service_id,
                "version" => self.1.version,
                _ => "",
            })?;
            rest = after;
        }
        out.write_str(rest)
    }
}
