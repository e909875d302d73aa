//! What became of a transaction.

use super::card_acquisition::CardAcquisitionResponse;
use super::common::Response;
use super::payment::PaymentResponse;
use super::reader::CardReaderAPDUResponse;
use super::reversal::ReversalResponse;
use super::stored_value::StoredValueResponse;
use crate::nexo::choice::choice;
use crate::nexo::header::{MessageHeader, MessageReference};
use crate::nexo::raw::Raw;
use crate::nexo::structure::{Rule, structure};
use crate::nexo::vocabulary::DocumentQualifier;
use crate::nexo::word::Cluster;

structure! {
    /// Asks for the answer to an earlier request; without a reference, for that to the last one of the terminal.
    pub struct TransactionStatusRequest<'a> checked by reprint {
        optional {
            message_reference: MessageReference<'a> = "MessageReference";
            /// `false` if absent.
            receipt_reprint_flag: bool = "ReceiptReprintFlag";
            /// Which receipts to repeat.
            document_qualifier: Cluster<DocumentQualifier> = "DocumentQualifier", 1..=2;
        }
    }
}

/// Which receipts are wanted is said if and only if some are (nexo Sale to POI 3.0 schema). Said for nothing it does no
/// harm.
fn reprint(request: &TransactionStatusRequest<'_>, rule: &mut Rule<'_, '_, '_>) {
    const WHICH: &str = "DocumentQualifier";
    if request.receipt_reprint_flag == Some(true) {
        rule.missing(WHICH);
    } else if request.document_qualifier.is_some() {
        rule.unused(WHICH);
    }
}

structure! {
    /// Tells whether the status could be told; the transaction's own answer stands within.
    pub struct TransactionStatusResponse<'a> {
        required {
            response: Response<'a> = "Response";
        }
        optional {
            message_reference: MessageReference<'a> = "MessageReference";
            repeated_message_response: RepeatedMessageResponse<'a> = "RepeatedMessageResponse";
        }
    }
}

structure! {
    /// An answer as it was given.
    pub struct RepeatedMessageResponse<'a> {
        required {
            body: RepeatedResponseMessageBody<'a> = "RepeatedResponseMessageBody";
        }
        expected {
            /// Its own header: by its ids it is judged. Old terminals leave it out (observed).
            message_header: MessageHeader<'a> = "MessageHeader";
        }
    }
}

choice! {
    /// The body of the answer that is repeated.
    pub enum RepeatedResponseMessageBody<'a> {
        Payment(PaymentResponse<'a>) = "PaymentResponse",
        Reversal(ReversalResponse<'a>) = "ReversalResponse",
        StoredValue(StoredValueResponse<'a>) = "StoredValueResponse",
        CardAcquisition(CardAcquisitionResponse<'a>) = "CardAcquisitionResponse",
        Loyalty(Raw<'a>) = "LoyaltyResponse",
        CardReaderAPDU(CardReaderAPDUResponse<'a>) = "CardReaderAPDUResponse",
    }
}
