//! What a value is, by the name that it stands under.

use super::characters::{Characters, matches_name};
use crate::proof::{Mistake, mistake};

/// What is to be masked of a value; a later one hides more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Nothing but what is found in any text. Its member `Value` is a secret.
    Holder,
    /// A document in Base64.
    Document,
    /// Extras: pairs, or a JSON object in Base64.
    Extras,
    /// All but the last four characters of a number.
    CardNumber,
    /// Everything.
    Hidden,
}

/// Members that hold a card number, in messages and in extras.
const CARD_NUMBERS: [&[u8]; 6] = [b"PAN", b"MaskedPan", b"MaskedPAN", b"CheckCardNumber", b"pan", b"cardNumber"];

/// Members of which nothing stays: tracks, dates, codes, tokens, keys, signatures, and what was keyed in or scanned.
const HIDDEN: [&[u8]; 31] = [
    b"CardSeqNumb",
    b"ExpiryDate",
    b"ExpiryDateTime",
    b"TrackValue",
    b"CheckTrack2",
    b"TokenValue",
    b"PaymentAccountRef",
    b"ProtectedCardData",
    b"AccountNumber",
    b"StoredValueID",
    b"LoyaltyID",
    b"OwnerName",
    b"MSISDN",
    b"IMSI",
    b"IMEI",
    b"ProtectedMobileData",
    b"Password",
    b"EncrPINBlock",
    b"TextInput",
    b"DigitInput",
    b"DefaultInputString",
    b"BarcodeValue",
    b"APDUData",
    b"ProtectedSignature",
    b"CapturedSignature",
    b"OutputSignature",
    b"NexoBlob",
    b"Nonce",
    b"Hmac",
    b"Geolocation",
    b"passphrase",
];

/// Members that hold extras.
const EXTRAS: [&[u8]; 8] = [
    b"AdditionalResponse",
    b"SaleToAcquirerData",
    b"SaleToIssuerData",
    b"SaleToPOIData",
    b"EventDetails",
    b"ServiceIdentification",
    b"RejectedMessage",
    b"ReferenceID",
];

/// Objects whose `Value` is a track or an account; elsewhere it is an amount.
const HOLDERS: [&[u8]; 2] = [b"TrackData", b"StoredValueAccountID"];

/// Parts of names of extras of which nothing stays. They begin with a small letter, the members of nexo with a capital.
const HIDDEN_EXTRAS: [&[u8]; 10] = [
    b"expir",
    b"token",
    b"alias",
    b"track",
    b"cvc",
    b"cvv",
    b"holdername",
    b"detailreference",
    b"methodreference",
    b"accountreference",
];

impl Kind {
    /// That of a value with this name, which may be written with escapes.
    pub(super) fn of(name: &[u8], inside: &Inside) -> Option<Self> {
        if mistake(Mistake::TraceShowsEscapedNames) && name.contains(&b'\\') {
            return None;
        }
        let name = Characters::json(name);
        let is_in = |names: &[&[u8]]| names.iter().any(|known| matches_name(name, known));
        let holds = inside.has(Self::Holder) && matches_name(name, b"Value");
        if holds || is_in(&HIDDEN) {
            return Some(Self::Hidden);
        }
        if is_in(&CARD_NUMBERS) {
            return Some(Self::CardNumber);
        }
        if is_in(&EXTRAS) {
            return Some(Self::Extras);
        }
        if matches_name(name, b"OutputXHTML") {
            return Some(Self::Document);
        }
        if is_in(&HOLDERS) {
            return Some(Self::Holder);
        }
        Self::of_extra(name)
    }

    /// That of an extra with this name.
    pub(super) fn of_extra(name: Characters<'_>) -> Option<Self> {
        if CARD_NUMBERS.iter().any(|known| matches_name(name, known)) {
            return Some(Self::CardNumber);
        }
        let begins_small = { name }.next().is_some_and(|first| first.byte.is_ascii_lowercase());
        let hides = |part: &&[u8]| name.ends().any(|rest| rest.begins_with(part));
        HIDDEN_EXTRAS.iter().any(hides).then_some(Self::Hidden).filter(|_| begins_small)
    }
}

/// The kinds of the objects and arrays around a value: each with the depth at which the outermost of it begins.
#[derive(Default)]
pub(super) struct Inside([Option<usize>; 5]);

impl Inside {
    fn slot(&mut self, kind: Kind) -> Option<&mut Option<usize>> {
        self.0.get_mut(kind as usize)
    }

    fn has(&self, kind: Kind) -> bool {
        self.0.get(kind as usize).is_some_and(Option::is_some)
    }

    pub(super) fn enter(&mut self, kind: Option<Kind>, depth: usize) {
        if let Some(slot) = kind.and_then(|kind| self.slot(kind)) {
            _ = slot.get_or_insert(depth);
        }
    }

    pub(super) fn leave(&mut self, depth: usize) {
        self.0.iter_mut().filter(|outermost| **outermost == Some(depth)).for_each(|outermost| *outermost = None);
    }

    /// What hides most of the value, whose own name may say something. What is of two kinds is hidden: the one says
    /// nothing of what the other lets stay.
    pub(super) fn strongest(&self, named: Option<Kind>) -> Option<Kind> {
        let all = [Kind::Document, Kind::Extras, Kind::CardNumber, Kind::Hidden];
        let mut kinds = all.into_iter().filter(|kind| self.has(*kind) || named == Some(*kind));
        let first = kinds.next();
        if kinds.next().is_some() { Some(Kind::Hidden) } else { first.or(named) }
    }
}
