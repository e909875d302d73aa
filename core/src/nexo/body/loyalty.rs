//! Points and rebates beside a payment.

use super::common::TransactionIdentification;
use crate::json::Str;
use crate::nexo::field::Amount;
use crate::nexo::raw::Raw;
use crate::nexo::structure::structure;
use crate::nexo::vocabulary::{EntryMode, IdentificationSupport, IdentificationType, LoyaltyUnit};
use crate::nexo::word::{Cluster, Word};

structure! {
    /// A loyalty account that a request is about.
    pub struct LoyaltyData<'a> {
        optional {
            card_acquisition_reference: TransactionIdentification<'a> = "CardAcquisitionReference";
            loyalty_account_id: LoyaltyAccountID<'a> = "LoyaltyAccountID";
            loyalty_amount: LoyaltyAmount<'a> = "LoyaltyAmount";
        }
    }
}

structure! {
    /// How a loyalty account is known.
    pub struct LoyaltyAccountID<'a> {
        required {
            entry_mode: Cluster<EntryMode> = "EntryMode";
            identification_type: Word<'a, IdentificationType> = "IdentificationType";
        }
        optional {
            identification_support: Word<'a, IdentificationSupport> = "IdentificationSupport";
            loyalty_id: Str<'a> = "LoyaltyID";
        }
    }
}

structure! {
    /// Points or money.
    pub struct LoyaltyAmount<'a> {
        optional {
            value: Amount = "Value" | "AmountValue";
            currency: Str<'a> = "Currency", 3..=3;
            loyalty_unit: Word<'a, LoyaltyUnit> = "LoyaltyUnit";
        }
    }
}

structure! {
    /// A loyalty account.
    pub struct LoyaltyAccount<'a> {
        required {
            loyalty_account_id: LoyaltyAccountID<'a> = "LoyaltyAccountID";
        }
        optional {
            loyalty_brand: Str<'a> = "LoyaltyBrand";
        }
    }
}

structure! {
    /// What a payment did to a loyalty account.
    pub struct LoyaltyResult<'a> {
        required {
            loyalty_account: LoyaltyAccount<'a> = "LoyaltyAccount";
        }
        optional {
            current_balance: Amount = "CurrentBalance";
            loyalty_amount: LoyaltyAmount<'a> = "LoyaltyAmount";
            loyalty_acquirer_data: LoyaltyAcquirerData<'a> = "LoyaltyAcquirerData";
            rebates: Raw<'a> = "Rebates";
        }
    }
}

structure! {
    /// What the acquirer knows of a loyalty transaction.
    pub struct LoyaltyAcquirerData<'a> {
        optional {
            loyalty_acquirer_id: Str<'a> = "LoyaltyAcquirerID";
            approval_code: Str<'a> = "ApprovalCode";
            loyalty_transaction_id: TransactionIdentification<'a> = "LoyaltyTransactionID";
            host_reconciliation_id: Str<'a> = "HostReconciliationID";
        }
    }
}
