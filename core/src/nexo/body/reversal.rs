//! Taking a payment back.

use super::common::{OriginalPOITransaction, POIData, Response, SaleData};
use super::payment::PaymentReceipt;
use crate::json::Str;
use crate::nexo::field::Amount;
use crate::nexo::list::List;
use crate::nexo::raw::Raw;
use crate::nexo::structure::{Rule, structure};
use crate::nexo::vocabulary::ReversalReason;
use crate::nexo::word::Word;

structure! {
    /// Asks to take back an earlier payment, or a part of it.
    pub struct ReversalRequest<'a> checked by original {
        required {
            original_poi_transaction: OriginalPOITransaction<'a> = "OriginalPOITransaction";
            reversal_reason: Word<'a, ReversalReason> = "ReversalReason";
        }
        optional {
            /// All of it if absent.
            reversed_amount: Amount = "ReversedAmount";
            sale_data: SaleData<'a> = "SaleData";
            /// Not looked at.
            customer_order: Raw<'a> = "CustomerOrder";
        }
    }
}

fn original(request: &ReversalRequest<'_>, rule: &mut Rule<'_, '_, '_>) {
    rule.inside("OriginalPOITransaction", |rule| rule.missing("POITransactionID"));
    if request.reversed_amount.is_some_and(Amount::is_zero) {
        rule.invalid("ReversedAmount");
    }
}

structure! {
    /// Tells how it went. At Adyen a success says that the request was received.
    pub struct ReversalResponse<'a> {
        required {
            response: Response<'a> = "Response";
        }
        optional {
            poi_data: POIData<'a> = "POIData";
            original_poi_transaction: OriginalPOITransaction<'a> = "OriginalPOITransaction";
            reversed_amount: Amount = "ReversedAmount";
            customer_order_id: Str<'a> = "CustomerOrderID";
            payment_receipt: List<'a, PaymentReceipt<'a>> = "PaymentReceipt";
        }
    }
}
