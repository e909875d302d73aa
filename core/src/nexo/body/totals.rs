//! Totals, and the end of a period.

use super::common::Response;
use crate::json::Str;
use crate::limits;
use crate::nexo::field::Amount;
use crate::nexo::list::List;
use crate::nexo::raw::Raw;
use crate::nexo::structure::{Rule, structure};
use crate::nexo::text::Code;
use crate::nexo::vocabulary::{
    ErrorCondition, LoyaltyUnit, PaymentInstrumentType, ReconciliationType, ResultType, TotalDetails, TransactionType,
};
use crate::nexo::word::{Cluster, Word};

structure! {
    /// Asks for the totals of the period, which goes on.
    pub struct GetTotalsRequest<'a> {
        optional {
            total_details: Cluster<TotalDetails> = "TotalDetails";
            total_filter: TotalFilter<'a> = "TotalFilter";
        }
    }
}

structure! {
    /// Whose totals.
    pub struct TotalFilter<'a> {
        optional {
            poi_id: Str<'a> = "POIID", 1..=limits::NEXO_POI_ID;
            sale_id: Str<'a> = "SaleID", 1..=limits::NEXO_SALE_ID;
            operator_id: Str<'a> = "OperatorID";
            shift_number: Str<'a> = "ShiftNumber";
            totals_group_id: Str<'a> = "TotalsGroupID", 1..=limits::NEXO_TOTALS_GROUP_ID;
        }
    }
}

structure! {
    /// Tells them.
    pub struct GetTotalsResponse<'a> checked by period_of_a_success {
        required {
            response: Response<'a> = "Response";
        }
        optional {
            /// Only a failure may leave it out.
            poi_reconciliation_id: Str<'a> = "POIReconciliationID";
            transaction_totals: List<'a, TransactionTotals<'a>> = "TransactionTotals";
        }
    }
}

fn period_of_a_success(answer: &GetTotalsResponse<'_>, rule: &mut Rule<'_, '_, '_>) {
    if !answer.response.result.is(ResultType::Failure) {
        rule.lacking("POIReconciliationID");
    }
}

structure! {
    /// The totals of one means of payment, for one of whatever they are split by.
    pub struct TransactionTotals<'a> {
        required {
            payment_instrument_type: Word<'a, PaymentInstrumentType> = "PaymentInstrumentType";
        }
        optional {
            acquirer_id: Code<'a> = "AcquirerID";
            error_condition: Word<'a, ErrorCondition> = "ErrorCondition";
            host_reconciliation_id: Str<'a> = "HostReconciliationID";
            card_brand: Str<'a> = "CardBrand";
            poi_id: Str<'a> = "POIID";
            sale_id: Str<'a> = "SaleID";
            operator_id: Str<'a> = "OperatorID";
            shift_number: Str<'a> = "ShiftNumber";
            totals_group_id: Str<'a> = "TotalsGroupID";
            payment_currency: Str<'a> = "PaymentCurrency", 3..=3;
            payment_totals: List<'a, PaymentTotals<'a>> = "PaymentTotals";
            loyalty_unit: Word<'a, LoyaltyUnit> = "LoyaltyUnit";
            loyalty_currency: Str<'a> = "LoyaltyCurrency", 3..=3;
            loyalty_totals: Raw<'a> = "LoyaltyTotals";
        }
    }
}

structure! {
    /// How many transactions of one type, and how much.
    pub struct PaymentTotals<'a> {
        required {
            transaction_type: Word<'a, TransactionType> = "TransactionType";
            transaction_count: u32 = "TransactionCount";
            transaction_amount: Amount = "TransactionAmount";
        }
    }
}

structure! {
    /// Asks to end the period, or for an old one.
    pub struct ReconciliationRequest<'a> checked by members_of_the_type {
        required {
            reconciliation_type: Word<'a, ReconciliationType> = "ReconciliationType";
        }
        optional {
            /// Only where acquirers are reconciled.
            acquirer_id: List<'a, Code<'a>> = "AcquirerID";
            /// Only for an old period, where it must be there.
            poi_reconciliation_id: Str<'a> = "POIReconciliationID";
        }
    }
}

/// nexo Sale to POI 3.0 schema. What belongs to another type does no harm.
fn members_of_the_type(request: &ReconciliationRequest<'_>, rule: &mut Rule<'_, '_, '_>) {
    const PERIOD: &str = "POIReconciliationID";
    let Some(of) = request.reconciliation_type.listed() else { return };
    let acquirers =
        matches!(of, ReconciliationType::AcquirerReconciliation | ReconciliationType::AcquirerSynchronisation);
    if request.acquirer_id.is_some() && !acquirers {
        rule.unused("AcquirerID");
    }
    if of == ReconciliationType::PreviousReconciliation {
        rule.missing(PERIOD);
    } else if request.poi_reconciliation_id.is_some() {
        rule.unused(PERIOD);
    }
}

structure! {
    /// Tells the totals of the period that ended.
    pub struct ReconciliationResponse<'a> {
        required {
            response: Response<'a> = "Response";
        }
        expected {
            reconciliation_type: Word<'a, ReconciliationType> = "ReconciliationType";
        }
        optional {
            poi_reconciliation_id: Str<'a> = "POIReconciliationID";
            transaction_totals: List<'a, TransactionTotals<'a>> = "TransactionTotals";
        }
    }
}
