//! Reading a card before it is known what is paid.

use super::card::PaymentInstrumentData;
use super::common::{POIData, Response, SaleData, of_transaction};
use super::loyalty::LoyaltyAccount;
use crate::json::Str;
use crate::nexo::field::Amount;
use crate::nexo::list::List;
use crate::nexo::raw::Raw;
use crate::nexo::structure::{Rule, structure};
use crate::nexo::vocabulary::{ForceEntryMode, LoyaltyHandling, PaymentType};
use crate::nexo::word::{Cluster, Word};

structure! {
    /// Asks to read a card. The terminal is occupied until a payment refers to it, or it is ended.
    pub struct CardAcquisitionRequest<'a> {
        required {
            sale_data: SaleData<'a> = "SaleData";
            card_acquisition_transaction: CardAcquisitionTransaction<'a> = "CardAcquisitionTransaction";
        }
    }
}

structure! {
    /// What for.
    pub struct CardAcquisitionTransaction<'a> {
        optional {
            allowed_payment_brand: List<'a, Str<'a>> = "AllowedPaymentBrand";
            allowed_loyalty_brand: List<'a, Str<'a>> = "AllowedLoyaltyBrand";
            loyalty_handling: Word<'a, LoyaltyHandling> = "LoyaltyHandling";
            customer_language: Str<'a> = "CustomerLanguage", 2..=2;
            force_customer_selection_flag: bool = "ForceCustomerSelectionFlag";
            total_amount: Amount = "TotalAmount";
            payment_type: Word<'a, PaymentType> = "PaymentType";
            cash_back_flag: bool = "CashBackFlag";
            force_entry_mode: Cluster<ForceEntryMode> = "ForceEntryMode";
        }
    }
}

structure! {
    /// Tells what was read.
    pub struct CardAcquisitionResponse<'a> checked by answer_of_an_acquisition {
        required {
            response: Response<'a> = "Response";
        }
        optional {
            /// Only a failure may leave it out.
            sale_data: SaleData<'a> = "SaleData";
            /// Only a failure may leave it out.
            poi_data: POIData<'a> = "POIData";
            payment_brand: List<'a, Str<'a>> = "PaymentBrand";
            payment_instrument_data: PaymentInstrumentData<'a> = "PaymentInstrumentData";
            loyalty_account: List<'a, LoyaltyAccount<'a>> = "LoyaltyAccount";
            /// Not looked at.
            customer_order: Raw<'a> = "CustomerOrder";
        }
    }
}

fn answer_of_an_acquisition(answer: &CardAcquisitionResponse<'_>, rule: &mut Rule<'_, '_, '_>) {
    of_transaction(&answer.response, rule);
}
