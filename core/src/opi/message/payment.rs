//! Records of card requests and answers.

use super::value::Flaw;
use super::vocabulary::{AuthorisationType, DeviceStatus, PaymentType};
use crate::id::Id;
use crate::limits;
use crate::money::{Currency, Decimal, Money, MoneyError};
use crate::secret::{Pan, Secret};
use crate::text::Text;

/// A time as it was received or is to be written: forms differ and the text is kept.
pub type Timestamp = Id<{ limits::TIMESTAMP }>;
type Short = Id<{ limits::SHORT_ID }>;
type Long = Id<{ limits::LONG_ID }>;
type Number = Id<{ limits::NUMBER_ID }>;
/// A brand as its code or name: an open list.
pub type Circuit = Id<{ limits::CARD_CIRCUIT }>;
/// Track data.
pub type Track = Secret<{ limits::TRACK }>;

record! {
    /// What the till says about itself and wants besides the money.
    pub struct PosData = "POSdata" {
        /// Language of the texts for the cashier.
        language_code: Option<Id<8>> = attribute ["LanguageCode"];
        /// Ask for structured facts (Nexi).
        request_transaction_information: Option<bool> = attribute ["RequestTransactionInformation"];
        /// Ask for a token (Nexi).
        request_token: Option<bool> = attribute ["RequestToken"];
        /// Ask for the whole card number (Nexi).
        request_full_pan: Option<bool> = attribute ["RequestFullPAN"];
        /// Ask for the header of receipts (Nexi); not sent with reprints.
        request_receipt_header: Option<bool> = attribute ["RequestReceiptHeader"];
        /// Links to the original transaction (Nexi).
        trx_reference_number: Option<Long> = attribute ["TrxReferenceNumber"] as vital;
        /// Time of the till.
        pos_time_stamp: Option<Timestamp> = element ["POSTimeStamp"];
        /// Kind of service at the pump (IFSF).
        service_level: Option<Id<8>> = element ["ServiceLevel"];
        /// Shift. An attribute in CCV firmware, see [`Style`](super::Style).
        shift_number: Option<u32> = element ["ShiftNumber"];
        /// Cashier.
        clerk_id: Option<Short> = element ["ClerkID"];
        /// Pump (IFSF).
        outdoor_position: Option<Id<8>> = element ["OutdoorPosition"];
        /// Store (EFTLink).
        store_id: Option<Short> = element ["StoreID"];
        /// Number of the sale at the till (IFSF).
        transaction_number: Option<Short> = element ["TransactionNumber"];
        /// Receipt to reverse (ELME).
        reversal_receipt_no: Option<Short> = element ["ReversalReceiptNo"] as vital;
        /// Kind of self test (IFSF).
        diagnosis_method: Option<Short> = element ["DiagnosisMethod"];
        /// Whether the till prints the customer copy (Nexi, CCV).
        printer_status: Option<DeviceStatus> = element ["PrinterStatus"];
        /// Whether the till stores the e-journal (Nexi, CCV).
        e_journal_status: Option<DeviceStatus> = element ["E-JournalStatus", "EJournalStatus"];
        /// Whether the till prints the merchant copy (Nexi, CCV).
        journal_printer_status: Option<DeviceStatus> = element ["JournalPrinterStatus"];
        /// Book without the host, at the merchant's own risk (Nexi).
        force_acceptance: Option<bool> = element ["ForceAcceptance"];
    }
}

record! {
    /// An amount with its currency, and what is said about it.
    pub struct TotalAmount = "TotalAmount" {
        /// ISO 4217.
        currency: Option<Currency> = attribute ["Currency"] as vital;
        /// Part that is paid.
        payment_amount: Option<Decimal> = attribute ["PaymentAmount"] as amount;
        /// Cash part inside the total.
        cash_back_amount: Option<Decimal> = attribute ["CashBackAmount"] as amount;
        /// Tip.
        gratuity_amount: Option<Decimal> = attribute ["GratuityAmount"] as amount;
        /// Donation.
        donation_amount: Option<Decimal> = attribute ["DonationAmount"] as amount;
        /// Whether the terminal may change it.
        changeable: Option<bool> = attribute ["Changeable"];
        /// Amount before a change.
        original_amount: Option<Decimal> = attribute ["OriginalAmount"] as amount;
        /// Balance.
        available_amount: Option<Decimal> = attribute ["AvailableAmount"] as amount;
        /// Reconciliation: how many payments.
        number_payments: Option<u32> = attribute ["NumberPayments"];
        /// Reconciliation: of which kind.
        payment_type: Option<PaymentType> = attribute ["PaymentType"];
        /// Reconciliation: of which brand.
        card_circuit: Option<Circuit> = attribute ["CardCircuit"];
        /// Reconciliation: of which acquirer.
        acquirer: Option<Short> = attribute ["Acquirer"];
        /// Reconciliation: how many are not submitted yet.
        number_held: Option<u32> = attribute ["NumberHeld"];
        /// Reconciliation: how much is not submitted yet.
        amount_held: Option<Decimal> = attribute ["AmountHeld"] as amount;
        /// The amount.
        value: Option<Decimal> = text as amount;
        /// The amount as e-journals write it, a child element (Nexi, CCV).
        detailed_amount: Option<Decimal> = element ["DetailedAmount"] as amount;
    }
}

impl TotalAmount {
    /// An amount and nothing else.
    #[must_use]
    pub fn of(money: Money) -> Self {
        Self { currency: Some(money.currency()), value: Some(money.decimal()), ..Self::default() }
    }

    /// The amount, if it stands there with its currency.
    #[must_use]
    pub fn money(&self) -> Option<Money> {
        self.money_of(self.value.or(self.detailed_amount))
    }

    /// One of the other amounts in the same currency.
    #[must_use]
    pub fn money_of(&self, amount: Option<Decimal>) -> Option<Money> {
        Money::from_decimal(amount?, self.currency?).ok()
    }

    /// Every amount is a whole number of minor units of the currency.
    pub(crate) fn check(&self) -> Result<(), (&'static str, Flaw)> {
        let Some(currency) = self.currency else { return Ok(()) };
        let amounts = [
            ("TotalAmount", self.value),
            ("DetailedAmount", self.detailed_amount),
            ("PaymentAmount", self.payment_amount),
            ("CashBackAmount", self.cash_back_amount),
            ("GratuityAmount", self.gratuity_amount),
            ("DonationAmount", self.donation_amount),
            ("OriginalAmount", self.original_amount),
            ("AvailableAmount", self.available_amount),
            ("AmountHeld", self.amount_held),
        ];
        for (name, amount) in amounts {
            if let Some(Err(error)) = amount.map(|amount| Money::from_decimal(amount, currency)) {
                return Err((name, Flaw::Money(error)));
            }
        }
        // Two forms of one amount that differ are no amount.
        match (self.value, self.detailed_amount) {
            (Some(one), Some(other)) if one != other => Err(("DetailedAmount", Flaw::Money(MoneyError::Form))),
            _ => Ok(()),
        }
    }
}

record! {
    /// Which terminal, and its numbers of the transaction (text: leading zeros count).
    pub struct Terminal = "Terminal" {
        /// Terminal.
        terminal_id: Option<Short> = attribute ["TerminalID"];
        /// Batch.
        terminal_batch: Option<Number> = attribute ["TerminalBatch"];
        /// Trace number.
        stan: Option<Number> = attribute ["STAN"];
        /// Merchant.
        merchant_id: Option<Short> = attribute ["MerchantID"];
        /// Device.
        device_id: Option<Short> = attribute ["DeviceID"];
        /// Terminal, British.
        apacs50_tn: Option<Short> = attribute ["APACS50TN"];
    }
}

record! {
    /// How the payment was authorised.
    ///
    /// A message may give more than one such part: Nexi values are also seen as elements outside of it. Put them
    /// together with [`fill`](Self::fill).
    pub struct Authorisation = "Authorisation" {
        /// Acquirer. `undefined` is seen from German terminals.
        acquirer_id: Option<Short> = attribute ["AcquirerID"];
        /// Time of the transaction.
        time_stamp: Option<Timestamp> = attribute ["TimeStamp"];
        /// Approval code.
        approval_code: Option<Number> = attribute ["ApprovalCode"];
        /// Batch of the acquirer.
        acquirer_batch: Option<Number> = attribute ["AcquirerBatch"];
        /// Brand.
        card_circuit: Option<Circuit> = attribute ["CardCircuit"];
        /// Card number, often masked by the terminal.
        card_pan: Option<Pan> = attribute ["CardPAN"];
        /// Card number, masked by the terminal (CCV, Nexi).
        masked_card_number: Option<Pan> = attribute ["MaskedCardNumber"];
        /// Card number as it may be printed.
        pan_print: Option<Pan> = attribute ["PANprint"];
        /// Links later operations to this one (Nexi).
        trx_reference_number: Option<Long> = attribute ["TrxReferenceNumber"];
        /// Answer of the host (German): `0`, or a code of ISO 8583.
        action_code: Option<Number> = attribute ["ActionCode"];
        /// Answer of the terminal.
        return_code: Option<Number> = attribute ["ReturnCode"];
        /// Answer of the host.
        response_code: Option<Number> = attribute ["ResponseCode"];
        /// Issuer.
        issuer_id: Option<Short> = attribute ["IssuerID"];
        /// Valid from.
        start_date: Secret<{ limits::CARD_FACT }> = attribute ["StartDate"];
        /// Valid until.
        expiry_date: Secret<{ limits::CARD_FACT }> = attribute ["ExpiryDate"];
        /// Issue number of the card.
        issue_number: Option<Id<8>> = attribute ["IssueNumber"];
        /// Token for the card.
        token: Secret<{ limits::TOKEN }> = attribute ["Token"];
        /// Merchant number.
        merchant: Option<Short> = attribute ["Merchant"];
        /// By whom.
        authorisation_type: Option<AuthorisationType> = attribute ["AuthorisationType"];
        /// Number of the receipt.
        receipt_number: Option<Number> = attribute ["ReceiptNumber"];
        /// How many receipts are to be printed.
        receipt_copies: Option<u8> = attribute ["ReceiptCopies"];
        /// Reference for the capture.
        capture_reference: Option<Long> = attribute ["CaptureReference"];
        /// Reference for tracking (IFSF).
        tracking_reference: Option<Long> = attribute ["TrackingReference"];
        /// How the cardholder was verified.
        card_verification: Option<Short> = attribute ["CardVerification"];
        /// Result of the check of the verification value.
        cv2_result: Option<Number> = attribute ["CV2Result"];
        /// Result of the check of the post code.
        post_code_result: Option<Number> = attribute ["PostCodeResult"];
        /// Result of the check of the address.
        address_result: Option<Number> = attribute ["AddressResult"];
        /// Whether points may be given.
        loyalty_allowed: Option<bool> = attribute ["LoyaltyAllowed"];
    }
}

impl Authorisation {
    /// Takes from `other` what is missing here.
    pub fn fill(&mut self, other: &Self) {
        macro_rules! fill {
            ($($field:ident),+) => {$(
                if super::value::Field::is_absent(&self.$field) {
                    self.$field.clone_from(&other.$field);
                }
            )+};
        }
        fill!(
            acquirer_id,
            time_stamp,
            approval_code,
            acquirer_batch,
            card_circuit,
            card_pan,
            masked_card_number,
            pan_print,
            trx_reference_number,
            action_code,
            return_code,
            response_code,
            issuer_id,
            start_date,
            expiry_date,
            issue_number,
            token,
            merchant,
            authorisation_type,
            receipt_number,
            receipt_copies,
            capture_reference,
            tracking_reference,
            card_verification,
            cv2_result,
            post_code_result,
            address_result,
            loyalty_allowed
        );
    }
}

record! {
    /// The transaction that a reversal, refund or completion is about (German: STAN only).
    pub struct OriginalTransaction = "OriginalTransaction" {
        /// Terminal.
        terminal_id: Option<Short> = attribute ["TerminalID"] as vital;
        /// Batch.
        terminal_batch: Option<Number> = attribute ["TerminalBatch"] as vital;
        /// Trace number.
        stan: Option<Number> = attribute ["STAN"] as vital;
        /// Time.
        time_stamp: Option<Timestamp> = attribute ["TimeStamp"] as vital;
        /// Reference for tracking (IFSF).
        tracking_reference: Option<Long> = attribute ["TrackingReference"] as vital;
        /// Reference of the acquirer (EFTLink).
        acquirer_transaction_reference: Option<Long> = attribute ["AcquirerTransactionReference"] as vital;
        /// Approval code (EFTLink).
        approval_code: Option<Number> = attribute ["ApprovalCode"] as vital;
    }
}

record! {
    /// One item of the sale (IFSF).
    pub struct SaleItem = "SaleItem" {
        /// Number of the item.
        item_id: Option<Number> = attribute ["ItemID"];
        /// Product.
        product_code: Option<Short> = element ["ProductCode"];
        /// Price of the item, in the currency of the total.
        amount: Option<Decimal> = element ["Amount"] as amount;
        /// `EA`, `LTR`, ...
        unit_measure: Option<Id<8>> = element ["UnitMeasure"];
        /// Price of one unit.
        unit_price: Option<Decimal> = element ["UnitPrice"];
        /// How many units.
        quantity: Option<Decimal> = element ["Quantity"];
        /// Tax.
        tax_code: Option<Id<8>> = element ["TaxCode"];
        /// Second code of the product.
        additional_product_code: Option<Short> = element ["AdditionalProductCode"];
        /// Name of the product.
        additional_product_info: Text<{ limits::NAME }> = element ["AdditionalProductInfo"];
        /// Rebate in an answer with loyalty.
        rebate_label: Text<{ limits::NAME }> = element ["RebateLabel"];
    }
}

record! {
    /// What was read from a card, or is to be used instead of reading one.
    pub struct CardValue = "CardValue" {
        /// Track 1.
        track1: Track = element ["Track1"];
        /// Track 2.
        track2: Track = element ["Track2"];
        /// Track 3.
        track3: Track = element ["Track3"];
        /// Chip data.
        icc: Secret<{ limits::CHIP_DATA }> = element ["ICC"];
        /// Barcode.
        barcode: Secret<{ limits::TYPED }> = element ["Barcode"];
        /// What was typed.
        in_string: Secret<{ limits::TYPED }> = element ["InString"];
        /// Card number.
        card_pan: Option<Pan> = element ["CardPAN"];
        /// Valid from.
        start_date: Secret<{ limits::CARD_FACT }> = element ["StartDate"];
        /// Valid until.
        expiry_date: Secret<{ limits::CARD_FACT }> = element ["ExpiryDate"];
        /// Valid until, third spelling.
        end_date: Secret<{ limits::CARD_FACT }> = element ["EndDate"];
        /// Brand.
        card_circuit: Option<Circuit> = element ["CardCircuit"];
        /// Issue number of the card.
        issue_number: Option<Id<8>> = element ["IssueNumber"];
        /// Service code of the magnetic stripe.
        service_code: Secret<{ limits::CARD_FACT }> = element ["ServiceCode"];
        /// Token for the card.
        token: Secret<{ limits::TOKEN }> = element ["Token"];
        /// Verification value.
        cv2: Secret<{ limits::CARD_FACT }> = element ["CV2"];
    }
}

record! {
    /// Loyalty (IFSF).
    pub struct Loyalty = "Loyalty" {
        /// Whether loyalty is used.
        loyalty_flag: Option<bool> = attribute ["LoyaltyFlag"];
        /// Time.
        loyalty_time_stamp: Option<Timestamp> = attribute ["LoyaltyTimeStamp"];
        /// Loyalty card.
        loyalty_pan: Option<Pan> = attribute ["LoyaltyPAN"] in "LoyaltyCard";
        /// Points as an amount before.
        original_loyalty_amount: Option<Decimal> = attribute ["OriginalLoyaltyAmount"] in "LoyaltyAmount";
        /// Points as an amount.
        loyalty_amount: Option<Decimal> = text in "LoyaltyAmount";
        /// Acquirer of the loyalty.
        loyalty_acquirer_id: Option<Short> = attribute ["LoyaltyAcquirerID"] in "LoyaltyApprovalCode";
        /// Batch of the loyalty acquirer.
        loyalty_acquirer_batch: Option<Number> = attribute ["LoyaltyAcquirerBatch"] in "LoyaltyApprovalCode";
        /// Approval code of the loyalty acquirer.
        loyalty_approval_code: Option<Number> = text in "LoyaltyApprovalCode";
    }
}

record! {
    /// One brand (its code), accepted or wanted.
    pub struct CardCircuit = "CardCircuit" {
        /// Name for people (CCV, Nexi).
        display_name: Text<{ limits::CARD_CIRCUIT }> = attribute ["DisplayName"];
        /// `Accepted` or `Denied` (ATS).
        card_circuit_state: Option<Id<8>> = attribute ["CardCircuitState"];
        /// Code.
        code: Option<Circuit> = text;
    }
}

record! {
    /// Which acquirer is to be used, or was (IFSF).
    pub struct Acquirer = "Acquirer" {
        /// Terminal.
        terminal_id: Option<Short> = attribute ["TerminalID"];
        /// Merchant.
        merchant_id: Option<Short> = attribute ["MerchantID"];
        /// Acquirer.
        acquirer_id: Option<Short> = attribute ["AcquirerID"];
        /// Reference of the merchant.
        merchant_reference: Option<Long> = attribute ["MerchantReference"];
        /// Plan of instalments.
        credit_plan: Option<Number> = attribute ["CreditPlan"];
    }
}
