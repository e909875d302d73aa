//! Pieces that many bodies have.

use crate::json::Str;
use crate::limits;
use crate::nexo::field::{Amount, Direction};
use crate::nexo::list::List;
use crate::nexo::raw::Raw;
use crate::nexo::structure::{Rule, structure};
use crate::nexo::text::{AdditionalResponse, Code, Digits, Time};
use crate::nexo::vocabulary::{CustomerOrderReq, ErrorCondition, ResultType, TokenRequestedType};
use crate::nexo::word::{Cluster, Word};

structure! {
    /// How a request ended.
    pub struct Response<'a> checked by condition_of_failure {
        required {
            result: Word<'a, ResultType> = "Result";
        }
        optional {
            /// Must be there on a failure.
            error_condition: Word<'a, ErrorCondition> = "ErrorCondition";
            /// For those who look for the cause.
            additional_response: AdditionalResponse<'a> = "AdditionalResponse";
        }
    }
}

impl<'a> Response<'a> {
    /// Done.
    #[must_use]
    pub const fn success() -> Self {
        Self::new(Word::Listed(ResultType::Success))
    }

    /// Not done.
    #[must_use]
    pub const fn failure(condition: ErrorCondition) -> Self {
        Self { error_condition: Some(Word::Listed(condition)), ..Self::new(Word::Listed(ResultType::Failure)) }
    }
}

/// Adyen, Structuring and validating Terminal API messages: mandatory if the result is a failure.
fn condition_of_failure(response: &Response<'_>, rule: &mut Rule<'_, '_, '_>) {
    if response.result.is(ResultType::Failure) {
        rule.lacking("ErrorCondition");
    }
}

/// A failure may leave out what only a transaction has: an unimplemented one is answered by a `Response` alone (Adyen,
/// Structuring and validating Terminal API messages).
pub(super) fn of_transaction(response: &Response<'_>, rule: &mut Rule<'_, '_, '_>) {
    if !response.result.is(ResultType::Failure) {
        rule.lacking("SaleData");
        rule.lacking("POIData");
    }
}

structure! {
    /// Names a transaction of a till or of a terminal.
    pub struct TransactionIdentification<'a> {
        required {
            transaction_id: Str<'a> = "TransactionID";
            time_stamp: Time<'a> = "TimeStamp";
        }
    }
}

structure! {
    /// What a till knows of a transaction.
    pub struct SaleData<'a> checked by transaction_of_a_request {
        optional {
            /// Must be there in a request; an answer may leave everything out.
            sale_transaction_id: TransactionIdentification<'a> = "SaleTransactionID";
            sale_reference_id: Str<'a> = "SaleReferenceID";
            sale_terminal_data: SaleTerminalData<'a> = "SaleTerminalData";
            operator_id: Str<'a> = "OperatorID";
            operator_language: Str<'a> = "OperatorLanguage";
            shift_number: Str<'a> = "ShiftNumber";
            token_requested_type: Word<'a, TokenRequestedType> = "TokenRequestedType";
            customer_order_id: Str<'a> = "CustomerOrderID";
            customer_order_req: Cluster<CustomerOrderReq> = "CustomerOrderReq";
            sale_to_poi_data: Str<'a> = "SaleToPOIData";
            /// A form, or JSON in base64: what Adyen adds to nexo.
            sale_to_acquirer_data: Str<'a> = "SaleToAcquirerData";
            sale_to_issuer_data: SaleToIssuerData<'a> = "SaleToIssuerData";
            sponsored_merchant: List<'a, SponsoredMerchant<'a>> = "SponsoredMerchant";
        }
    }
}

fn transaction_of_a_request(data: &SaleData<'_>, rule: &mut Rule<'_, '_, '_>) {
    if rule.direction() == Direction::Request && data.sale_transaction_id.is_none() {
        rule.missing("SaleTransactionID");
    }
}

structure! {
    /// The till, for totals.
    pub struct SaleTerminalData<'a> {
        optional {
            totals_group_id: Str<'a> = "TotalsGroupID", 1..=limits::NEXO_TOTALS_GROUP_ID;
            /// Not looked at.
            sale_capabilities: Raw<'a> = "SaleCapabilities";
            /// Not looked at.
            sale_profile: Raw<'a> = "SaleProfile";
            /// Not looked at.
            terminal_environment: Raw<'a> = "TerminalEnvironment";
        }
    }
}

structure! {
    /// For the statement of the cardholder.
    pub struct SaleToIssuerData<'a> {
        optional {
            statement_reference: Str<'a> = "StatementReference";
        }
    }
}

structure! {
    /// A merchant in whose name is sold.
    pub struct SponsoredMerchant<'a> {
        required {
            merchant_name: Str<'a> = "MerchantName";
            merchant_country: Code<'a> = "MerchantCountry";
            merchant_category_code: Digits<'a> = "MerchantCategoryCode", 3..=4;
        }
        optional {
            merchant_address: Str<'a> = "MerchantAddress";
            registration_id: Str<'a> = "RegistrationID";
        }
    }
}

structure! {
    /// What a terminal knows of a transaction.
    pub struct POIData<'a> {
        required {
            /// At Adyen the tender alone, and behind a dot the reference of the host once it is authorised.
            poi_transaction_id: TransactionIdentification<'a> = "POITransactionID";
        }
        optional {
            poi_reconciliation_id: Str<'a> = "POIReconciliationID";
        }
    }
}

structure! {
    /// An earlier transaction.
    pub struct OriginalPOITransaction<'a> {
        optional {
            sale_id: Str<'a> = "SaleID", 1..=limits::NEXO_SALE_ID;
            poi_id: Str<'a> = "POIID", 1..=limits::NEXO_POI_ID;
            poi_transaction_id: TransactionIdentification<'a> = "POITransactionID";
            /// `true` if absent.
            reuse_card_data_flag: bool = "ReuseCardDataFlag";
            approval_code: Str<'a> = "ApprovalCode";
            customer_language: Str<'a> = "CustomerLanguage", 2..=2;
            acquirer_id: Code<'a> = "AcquirerID";
            amount_value: Amount = "AmountValue";
            host_transaction_id: TransactionIdentification<'a> = "HostTransactionID";
        }
    }
}
