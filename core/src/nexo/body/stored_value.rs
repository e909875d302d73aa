//! Gift cards and the like.

use super::card::StoredValueAccountID;
use super::common::{OriginalPOITransaction, POIData, Response, SaleData, TransactionIdentification, of_transaction};
use super::payment::PaymentReceipt;
use crate::json::Str;
use crate::nexo::field::Amount;
use crate::nexo::list::List;
use crate::nexo::structure::{Rule, structure};
use crate::nexo::text::Code;
use crate::nexo::vocabulary::StoredValueTransactionType;
use crate::nexo::word::Word;

structure! {
    /// Asks to load, activate or unload.
    pub struct StoredValueRequest<'a> {
        required {
            sale_data: SaleData<'a> = "SaleData";
            stored_value_data: List<'a, StoredValueData<'a>> = "StoredValueData", 1..=usize::MAX;
        }
        optional {
            customer_language: Str<'a> = "CustomerLanguage", 2..=2;
        }
    }
}

structure! {
    /// What is asked for, of one account.
    pub struct StoredValueData<'a> {
        required {
            stored_value_transaction_type: Word<'a, StoredValueTransactionType> = "StoredValueTransactionType";
        }
        optional {
            stored_value_provider: Str<'a> = "StoredValueProvider";
            stored_value_account_id: StoredValueAccountID<'a> = "StoredValueAccountID";
            original_poi_transaction: OriginalPOITransaction<'a> = "OriginalPOITransaction";
            item_amount: Amount = "ItemAmount";
            currency: Str<'a> = "Currency", 3..=3;
            product_code: Code<'a> = "ProductCode", 1..=20;
            ean_upc: Code<'a> = "EanUpc";
        }
    }
}

structure! {
    /// Tells what was done.
    pub struct StoredValueResponse<'a> checked by answer_of_a_stored_value {
        required {
            response: Response<'a> = "Response";
        }
        optional {
            /// Only a failure may leave it out.
            sale_data: SaleData<'a> = "SaleData";
            /// Only a failure may leave it out.
            poi_data: POIData<'a> = "POIData";
            stored_value_result: List<'a, StoredValueResult<'a>> = "StoredValueResult";
            payment_receipt: List<'a, PaymentReceipt<'a>> = "PaymentReceipt";
        }
    }
}

fn answer_of_a_stored_value(answer: &StoredValueResponse<'_>, rule: &mut Rule<'_, '_, '_>) {
    of_transaction(&answer.response, rule);
}

structure! {
    /// What was done to one account.
    pub struct StoredValueResult<'a> {
        required {
            stored_value_transaction_type: Word<'a, StoredValueTransactionType> = "StoredValueTransactionType";
        }
        optional {
            product_code: Code<'a> = "ProductCode", 1..=20;
            ean_upc: Code<'a> = "EanUpc";
            item_amount: Amount = "ItemAmount";
            currency: Str<'a> = "Currency", 3..=3;
            stored_value_account_status: StoredValueAccountStatus<'a> = "StoredValueAccountStatus";
            host_transaction_id: TransactionIdentification<'a> = "HostTransactionID";
        }
    }
}

structure! {
    /// An account and what is left of it.
    pub struct StoredValueAccountStatus<'a> {
        required {
            stored_value_account_id: StoredValueAccountID<'a> = "StoredValueAccountID";
        }
        optional {
            current_balance: Amount = "CurrentBalance";
        }
    }
}
