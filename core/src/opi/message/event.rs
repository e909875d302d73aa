//! Events at the pump, and what the till makes of them.

use super::request_type::RequestType;
use super::vocabulary::EventType;
use crate::id::Id;
use crate::limits;
use crate::money::Decimal;
use crate::secret::Secret;

type Short = Id<{ limits::SHORT_ID }>;
type Number = Id<{ limits::NUMBER_ID }>;

record! {
    /// Something happened at the pump (IFSF).
    pub struct Event = "Event" {
        /// What.
        event_type: Option<EventType> = attribute ["EventType"];
        /// Pumps.
        dispensers: heapless::Vec<Id<8>, { limits::EVENT_LIST }> = element ["Dispenser"] in "EventData";
        /// Which card.
        card_ident: Secret<{ limits::TRACK }> = element ["CardIdent"] in "EventData";
        /// What the till must know.
        data_required: heapless::Vec<Short, { limits::EVENT_LIST }> = element ["DataRequired"] in "EventData";
    }
}

record! {
    /// What the till makes of an event (IFSF).
    pub struct EventResult = "EventResult" {
        /// Pumps.
        dispensers: heapless::Vec<Id<8>, { limits::EVENT_LIST }> = element ["Dispenser"];
        /// Products.
        product_codes: heapless::Vec<Short, { limits::EVENT_LIST }> = element ["ProductCode"];
        /// What the terminal shall do instead.
        modified_request: Option<RequestType> = element ["ModifiedRequest"];
    }
}

record! {
    /// How the till's own host authorised (IFSF).
    pub struct AuthResponse = "AuthResponse" {
        /// Answer of the host.
        response_code: Option<Number> = element ["AuthARC"];
        /// Approval code.
        approval_code: Option<Number> = element ["AuthCode"];
        /// Result.
        result: Option<Short> = element ["AuthResult"];
    }
}

record! {
    /// Up to which amount the terminal may do what (IFSF).
    pub struct TransactionLimits = "TransactionLimits" {
        /// Flags of the authorisation.
        auth_flags: Option<Short> = element ["AuthFlags"];
        /// Without the host.
        floor: Option<Decimal> = element ["LimitFloor"] as amount;
        /// Without the host, once it was not reached.
        post_comms: Option<Decimal> = element ["LimitPostComms"] as amount;
        /// Without contact.
        ceiling: Option<Decimal> = element ["Ceiling"] as amount;
        /// Without contact, with a check of the cardholder on his device.
        ceiling_cdcvm: Option<Decimal> = element ["CeilingCDCVM"] as amount;
        /// Without contact, with cash.
        ceiling_cash: Option<Decimal> = element ["CeilingCash"] as amount;
        /// Without contact, of the kind FPA.
        ceiling_fpa: Option<Decimal> = element ["CeilingFPA"] as amount;
        /// Which data of the card is to be read.
        read_tlv: Option<Short> = element ["ReadTLV"];
    }
}
