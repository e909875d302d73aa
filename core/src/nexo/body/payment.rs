//! Payments and refunds that name no earlier payment.

use super::card::PaymentInstrumentData;
use super::common::{OriginalPOITransaction, POIData, Response, SaleData, TransactionIdentification, of_transaction};
use super::loyalty::{LoyaltyData, LoyaltyResult};
use super::output::OutputContent;
use crate::json::Str;
use crate::money::Decimal;
use crate::nexo::field::Amount;
use crate::nexo::list::List;
use crate::nexo::part::Part;
use crate::nexo::raw::Raw;
use crate::nexo::structure::{Rule, structure};
use crate::nexo::text::{Code, Digits, Time};
use crate::nexo::vocabulary::{
    AuthenticationMethod, DocumentQualifier, ForceEntryMode, InstalmentType, LoyaltyHandling, PaymentType, PeriodUnit,
};
use crate::nexo::word::{Cluster, Word};

structure! {
    /// Asks for a payment.
    pub struct PaymentRequest<'a> checked by amount_of_a_payment {
        required {
            sale_data: SaleData<'a> = "SaleData";
            payment_transaction: PaymentTransaction<'a> = "PaymentTransaction";
        }
        optional {
            payment_data: PaymentData<'a> = "PaymentData";
            loyalty_data: List<'a, LoyaltyData<'a>> = "LoyaltyData";
        }
    }
}

impl<'a> PaymentRequest<'a> {
    /// What the payment is for; `Normal` if it is not said.
    #[must_use]
    pub fn payment_type(&self) -> Word<'a, PaymentType> {
        self.payment_data.and_then(|data| data.payment_type).unwrap_or(Word::Listed(PaymentType::Normal))
    }
}

/// The amount may be left out only where it is not known yet (nexo Sale to POI 3.0 schema).
fn amount_of_a_payment(request: &PaymentRequest<'_>, rule: &mut Rule<'_, '_, '_>) {
    const AMOUNT: &str = "RequestedAmount";
    let amount = request.payment_transaction.amounts_req.requested_amount;
    let known = !request.payment_type().is(PaymentType::OneTimeReservation);
    let nothing = amount.is_some_and(Amount::is_zero);
    if amount.is_some() && !nothing {
        return;
    }
    rule.inside("PaymentTransaction", |rule| {
        rule.inside("AmountsReq", |rule| {
            if known {
                rule.missing(AMOUNT);
            }
            if nothing {
                rule.invalid(AMOUNT);
            }
        });
    });
}

structure! {
    /// The money.
    pub struct PaymentTransaction<'a> {
        required {
            amounts_req: AmountsReq<'a> = "AmountsReq";
        }
        optional {
            original_poi_transaction: OriginalPOITransaction<'a> = "OriginalPOITransaction";
            transaction_conditions: TransactionConditions<'a> = "TransactionConditions";
            /// Not looked at.
            sale_item: Raw<'a> = "SaleItem";
        }
    }
}

structure! {
    /// Amounts that are asked for.
    pub struct AmountsReq<'a> checked by currency_of_a_request {
        required {
            currency: Str<'a> = "Currency";
        }
        optional {
            /// Must be there, and more than nothing, unless a reservation does not know it yet.
            requested_amount: Amount = "RequestedAmount";
            cash_back_amount: Amount = "CashBackAmount";
            tip_amount: Amount = "TipAmount";
            paid_amount: Amount = "PaidAmount";
            minimum_amount_to_deliver: Amount = "MinimumAmountToDeliver";
            maximum_cash_back_amount: Amount = "MaximumCashBackAmount";
            minimum_split_amount: Amount = "MinimumSplitAmount";
        }
    }
}

/// Three capitals (nexo Sale to POI 3.0 schema); which of them are currencies is not a question of form.
fn currency_of_a_request(amounts: &AmountsReq<'_>, rule: &mut Rule<'_, '_, '_>) {
    let currency = amounts.currency;
    if currency.char_count() != 3 || !currency.chars().all(|letter| letter.is_ascii_uppercase()) {
        rule.invalid("Currency");
    }
}

structure! {
    /// What a transaction is restricted to.
    pub struct TransactionConditions<'a> {
        optional {
            allowed_payment_brand: List<'a, Str<'a>> = "AllowedPaymentBrand";
            acquirer_id: List<'a, Code<'a>> = "AcquirerID";
            debit_preferred_flag: bool = "DebitPreferredFlag";
            allowed_loyalty_brand: List<'a, Str<'a>> = "AllowedLoyaltyBrand";
            loyalty_handling: Word<'a, LoyaltyHandling> = "LoyaltyHandling";
            customer_language: Str<'a> = "CustomerLanguage", 2..=2;
            force_online_flag: bool = "ForceOnlineFlag";
            force_entry_mode: Cluster<ForceEntryMode> = "ForceEntryMode";
            merchant_category_code: Digits<'a> = "MerchantCategoryCode", 3..=4;
        }
    }
}

structure! {
    /// How is paid.
    pub struct PaymentData<'a> {
        optional {
            /// `Normal` if absent.
            payment_type: Word<'a, PaymentType> = "PaymentType";
            split_payment_flag: bool = "SplitPaymentFlag";
            requested_validity_date: Time<'a> = "RequestedValidityDate";
            card_acquisition_reference: TransactionIdentification<'a> = "CardAcquisitionReference";
            instalment: Instalment<'a> = "Instalment";
            /// A card that the till read, which few do.
            payment_instrument_data: Part<'a, PaymentInstrumentData<'a>> = "PaymentInstrumentData";
            /// Not looked at.
            customer_order: Raw<'a> = "CustomerOrder";
        }
    }
}

structure! {
    /// A payment in instalments.
    pub struct Instalment<'a> {
        optional {
            instalment_type: Cluster<InstalmentType> = "InstalmentType";
            sequence_number: u32 = "SequenceNumber";
            plan_id: Str<'a> = "PlanID";
            period: u32 = "Period";
            period_unit: Word<'a, PeriodUnit> = "PeriodUnit";
            first_payment_date: Time<'a> = "FirstPaymentDate";
            total_nb_of_payments: u32 = "TotalNbOfPayments";
            cumulative_amount: Amount = "CumulativeAmount";
            first_amount: Amount = "FirstAmount";
            charges: Amount = "Charges";
        }
    }
}

structure! {
    /// Tells how a payment ended.
    pub struct PaymentResponse<'a> checked by answer_of_a_payment {
        required {
            response: Response<'a> = "Response";
        }
        optional {
            /// Only a failure may leave it out.
            sale_data: SaleData<'a> = "SaleData";
            /// Only a failure may leave it out.
            poi_data: POIData<'a> = "POIData";
            payment_result: PaymentResult<'a> = "PaymentResult";
            loyalty_result: List<'a, LoyaltyResult<'a>> = "LoyaltyResult";
            payment_receipt: List<'a, PaymentReceipt<'a>> = "PaymentReceipt";
            /// Not looked at.
            customer_order: Raw<'a> = "CustomerOrder";
        }
    }
}

fn answer_of_a_payment(answer: &PaymentResponse<'_>, rule: &mut Rule<'_, '_, '_>) {
    of_transaction(&answer.response, rule);
}

structure! {
    /// What was paid.
    pub struct PaymentResult<'a> {
        optional {
            payment_type: Word<'a, PaymentType> = "PaymentType";
            payment_instrument_data: PaymentInstrumentData<'a> = "PaymentInstrumentData";
            amounts_resp: AmountsResp<'a> = "AmountsResp";
            instalment: Instalment<'a> = "Instalment" | "InstalmentType";
            currency_conversion: List<'a, CurrencyConversion<'a>> = "CurrencyConversion";
            merchant_override_flag: bool = "MerchantOverrideFlag";
            captured_signature: CapturedSignature<'a> = "CapturedSignature";
            /// Encrypted.
            protected_signature: Raw<'a> = "ProtectedSignature";
            customer_language: Str<'a> = "CustomerLanguage", 2..=2;
            /// `true` if absent.
            online_flag: bool = "OnlineFlag";
            authentication_method: Cluster<AuthenticationMethod> = "AuthenticationMethod";
            validity_date: Time<'a> = "ValidityDate";
            payment_acquirer_data: PaymentAcquirerData<'a> = "PaymentAcquirerData";
        }
    }
}

structure! {
    /// Amounts that were authorised.
    pub struct AmountsResp<'a> {
        required {
            authorized_amount: Amount = "AuthorizedAmount";
        }
        optional {
            currency: Str<'a> = "Currency", 3..=3;
            total_rebates_amount: Amount = "TotalRebatesAmount";
            total_fees_amount: Amount = "TotalFeesAmount";
            cash_back_amount: Amount = "CashBackAmount";
            tip_amount: Amount = "TipAmount";
        }
    }
}

structure! {
    /// An amount with its currency.
    pub struct ConvertedAmount<'a> {
        optional {
            value: Amount = "Value" | "AmountValue";
            currency: Str<'a> = "Currency", 3..=3;
        }
    }
}

structure! {
    /// The currency of the cardholder.
    pub struct CurrencyConversion<'a> {
        required {
            converted_amount: ConvertedAmount<'a> = "ConvertedAmount";
        }
        optional {
            /// `true` if absent.
            customer_approved_flag: bool = "CustomerApprovedFlag";
            rate: Decimal = "Rate";
            markup: Decimal = "Markup";
            commission: Amount = "Commission";
            declaration: Str<'a> = "Declaration";
        }
    }
}

structure! {
    /// A signature as lines on a screen.
    pub struct CapturedSignature<'a> {
        required {
            signature_point: List<'a, SignaturePoint<'a>> = "SignaturePoint";
        }
        optional {
            area_size: SignaturePoint<'a> = "AreaSize";
        }
    }
}

structure! {
    /// A point of a signature, or the size of the screen.
    pub struct SignaturePoint<'a> {
        required {
            x: Str<'a> = "X";
            y: Str<'a> = "Y";
        }
    }
}

structure! {
    /// What the acquirer knows of a payment.
    pub struct PaymentAcquirerData<'a> {
        required {
            merchant_id: Str<'a> = "MerchantID";
            acquirer_poi_id: Str<'a> = "AcquirerPOIID";
        }
        optional {
            acquirer_id: Code<'a> = "AcquirerID";
            acquirer_transaction_id: TransactionIdentification<'a> = "AcquirerTransactionID";
            approval_code: Str<'a> = "ApprovalCode";
            host_reconciliation_id: Str<'a> = "HostReconciliationID";
        }
    }
}

structure! {
    /// A receipt to be printed.
    pub struct PaymentReceipt<'a> {
        required {
            document_qualifier: Word<'a, DocumentQualifier> = "DocumentQualifier";
            output_content: OutputContent<'a> = "OutputContent";
        }
        optional {
            integrated_print_flag: bool = "IntegratedPrintFlag";
            /// `false` if absent.
            required_signature_flag: bool = "RequiredSignatureFlag";
        }
    }
}
