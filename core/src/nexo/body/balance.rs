//! What is left of an account.

use super::card::PaymentInstrumentData;
use super::common::{Response, TransactionIdentification};
use super::loyalty::{LoyaltyAccount, LoyaltyAccountID};
use super::payment::{PaymentAcquirerData, PaymentReceipt};
use crate::json::Str;
use crate::nexo::field::Amount;
use crate::nexo::list::List;
use crate::nexo::structure::structure;
use crate::nexo::vocabulary::{AccountType, LoyaltyUnit};
use crate::nexo::word::Word;

structure! {
    /// Asks what is left.
    pub struct BalanceInquiryRequest<'a> {
        optional {
            payment_account_req: PaymentAccountReq<'a> = "PaymentAccountReq";
            loyalty_account_req: LoyaltyAccountReq<'a> = "LoyaltyAccountReq";
        }
    }
}

structure! {
    /// Of which account to pay from.
    pub struct PaymentAccountReq<'a> {
        optional {
            account_type: Word<'a, AccountType> = "AccountType";
            card_acquisition_reference: TransactionIdentification<'a> = "CardAcquisitionReference";
            payment_instrument_data: PaymentInstrumentData<'a> = "PaymentInstrumentData";
        }
    }
}

structure! {
    /// Of which loyalty account.
    pub struct LoyaltyAccountReq<'a> {
        optional {
            card_acquisition_reference: TransactionIdentification<'a> = "CardAcquisitionReference";
            loyalty_account_id: LoyaltyAccountID<'a> = "LoyaltyAccountID";
        }
    }
}

structure! {
    /// Tells what is left.
    pub struct BalanceInquiryResponse<'a> {
        required {
            response: Response<'a> = "Response";
        }
        optional {
            payment_account_status: PaymentAccountStatus<'a> = "PaymentAccountStatus";
            loyalty_account_status: LoyaltyAccountStatus<'a> = "LoyaltyAccountStatus";
            payment_receipt: List<'a, PaymentReceipt<'a>> = "PaymentReceipt";
        }
    }
}

structure! {
    /// What is left to pay with.
    pub struct PaymentAccountStatus<'a> {
        optional {
            payment_instrument_data: PaymentInstrumentData<'a> = "PaymentInstrumentData";
            current_balance: Amount = "CurrentBalance";
            currency: Str<'a> = "Currency", 3..=3;
            payment_acquirer_data: PaymentAcquirerData<'a> = "PaymentAcquirerData";
            loyalty_account_status: LoyaltyAccountStatus<'a> = "LoyaltyAccountStatus";
        }
    }
}

structure! {
    /// What is left of points.
    pub struct LoyaltyAccountStatus<'a> {
        required {
            loyalty_account: LoyaltyAccount<'a> = "LoyaltyAccount";
        }
        optional {
            current_balance: Amount = "CurrentBalance";
            loyalty_unit: Word<'a, LoyaltyUnit> = "LoyaltyUnit";
            currency: Str<'a> = "Currency", 3..=3;
        }
    }
}
