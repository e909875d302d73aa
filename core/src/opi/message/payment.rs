//! Records of card requests and answers: the till, the money, the transaction.

use super::record::Field;
use super::value::Flaw;
use super::vocabulary::{AuthorisationType, ClerkPermission, DeviceStatus, PaymentType};
use crate::id::Id;
use crate::limits;
use crate::money::{Currency, Decimal, Money, MoneyError};
use crate::secret::{Pan, Secret};

/// A time as it was received or is to be written: forms differ and the text is kept.
pub type Timestamp = Id<{ limits::TIMESTAMP }>;
type Short = Id<{ limits::SHORT_ID }>;
type Long = Id<{ limits::LONG_ID }>;
type Number = Id<{ limits::NUMBER_ID }>;
/// A brand as its code or name: an open list.
pub type Circuit = Id<{ limits::CARD_CIRCUIT }>;

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
        shift_number: Option<u32> = either ["ShiftNumber"];
        /// Cashier.
        clerk_id: Option<Short> = element ["ClerkID"];
        /// Pump (IFSF).
        outdoor_position: Option<Id<8>> = element ["OutdoorPosition"];
        /// Whether the card number may be typed (IFSF).
        manual_pan: Option<bool> = element ["ManualPAN"];
        /// Whether a card may be read without contact (IFSF).
        contactless: Option<bool> = element ["Contactless"];
        /// Whether such a payment gets a receipt (IFSF).
        contactless_receipt: Option<bool> = element ["ContactlessReceipt"];
        /// Whether a chip may be read (IFSF).
        chip: Option<bool> = element ["Chip"];
        /// Whether a magnetic stripe may be read (IFSF).
        swipe: Option<bool> = element ["Swipe"];
        /// What the cashier may do (IFSF).
        clerk_permission: Option<ClerkPermission> = element ["ClerkPermission"];
        /// Whether the till steers every step (IFSF).
        tight_control: Option<bool> = element ["TightControl"];
        /// Whether the amount may be split over several cards (IFSF).
        split_payment: Option<bool> = element ["SplitPayment"];
        /// Whether the cashier can ask for an authorisation by voice (IFSF).
        voice_referral: Option<bool> = element ["VoiceReferral"];
        /// Use the card that was read before (ELME).
        use_preselected_card: Option<bool> = element ["UsePreselectedCard", "usePreselectedCard"];
        /// Wait for a card (a French IFSF simulator, as the next three).
        waiting_card: Option<bool> = element ["waitingCard", "WaitingCard"];
        /// Let the customer choose how to pay.
        choice_pay_kind: Option<bool> = element ["choicePayKind", "ChoicePayKind"];
        /// Nobody is at the till.
        unattended: Option<bool> = element ["unattended", "Unattended"];
        /// Split the amount.
        split: Option<bool> = element ["split", "Split"];
        /// Store (EFTLink).
        store_id: Option<Short> = element ["StoreID"];
        /// Number of the sale at the till (IFSF).
        transaction_number: Option<Short> = element ["TransactionNumber"];
        /// Reference of the till (IFSF).
        reference: Option<Long> = element ["Reference"];
        /// Where the cardholder is: `CP`, `CNP`, `ECOM`, `MOTO` (ATS).
        card_holder_location: Option<Id<8>> = element ["CardHolderLocation"];
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
        currency: Option<Currency> = attribute ["Currency"] as vital, told;
        /// Part that is paid.
        payment_amount: Option<Decimal> = attribute ["PaymentAmount"] as amount, told;
        /// Cash part inside the total.
        cash_back_amount: Option<Decimal> = attribute ["CashBackAmount"] as amount, told;
        /// Tip.
        gratuity_amount: Option<Decimal> = attribute ["GratuityAmount"] as amount, told;
        /// Donation.
        donation_amount: Option<Decimal> = attribute ["DonationAmount"] as amount, told;
        /// Whether the terminal may change it.
        changeable: Option<bool> = attribute ["Changeable"];
        /// Amount before a change.
        original_amount: Option<Decimal> = attribute ["OriginalAmount"] as amount, told;
        /// Balance.
        available_amount: Option<Decimal> = attribute ["AvailableAmount"] as amount, told;
        /// Reconciliation: how many payments.
        number_payments: Option<u32> = attribute ["NumberPayments"], told;
        /// Reconciliation: of which kind.
        payment_type: Option<PaymentType> = attribute ["PaymentType"], told;
        /// Reconciliation: of which brand.
        card_circuit: Option<Circuit> = attribute ["CardCircuit"], told;
        /// Reconciliation: of which acquirer.
        acquirer: Option<Short> = attribute ["Acquirer"], told;
        /// Reconciliation: how many are not submitted yet.
        number_held: Option<u32> = attribute ["NumberHeld"];
        /// Reconciliation: how much is not submitted yet.
        amount_held: Option<Decimal> = attribute ["AmountHeld"] as amount, told;
        /// The amount.
        value: Option<Decimal> = text as amount, told;
        /// The amount as e-journals write it, a child element (Nexi, CCV).
        detailed_amount: Option<Decimal> = element ["DetailedAmount"] as amount, told;
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

    /// All amounts, in the order in which they are checked, with their names.
    pub(super) const AMOUNTS: &'static [(Field, &'static str)] = &[
        (Self::value, "TotalAmount"),
        (Self::detailed_amount, "DetailedAmount"),
        (Self::payment_amount, "PaymentAmount"),
        (Self::cash_back_amount, "CashBackAmount"),
        (Self::gratuity_amount, "GratuityAmount"),
        (Self::donation_amount, "DonationAmount"),
        (Self::original_amount, "OriginalAmount"),
        (Self::available_amount, "AvailableAmount"),
        (Self::amount_held, "AmountHeld"),
    ];

    /// Every amount is a whole number of minor units of the currency.
    pub(super) fn check(&self) -> Result<(), (&'static str, Flaw)> {
        let amounts = [
            self.value,
            self.detailed_amount,
            self.payment_amount,
            self.cash_back_amount,
            self.gratuity_amount,
            self.donation_amount,
            self.original_amount,
            self.available_amount,
            self.amount_held,
        ];
        check(self.currency, |place| amounts.get(place).copied().flatten())
    }
}

/// Every one of [`AMOUNTS`](TotalAmount::AMOUNTS), in that order, is a whole number of minor units of the currency.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(super) fn check(
    currency: Option<Currency>,
    amount: impl Fn(usize) -> Option<Decimal>,
) -> Result<(), (&'static str, Flaw)> {
    let Some(currency) = currency else { return Ok(()) };
    for (place, (_, name)) in TotalAmount::AMOUNTS.iter().enumerate() {
        if let Some(amount) = amount(place)
            && let Err(error) = Money::from_decimal(amount, currency)
        {
            return Err((name, Flaw::Money(error)));
        }
    }
    // Two forms of one amount that differ are no amount.
    match (amount(0), amount(1)) {
        (Some(one), Some(other)) if one != other => Err(("DetailedAmount", Flaw::Money(MoneyError::Form))),
        _ => Ok(()),
    }
}

record! {
    /// Which terminal, and its numbers of the transaction (text: leading zeros count).
    pub struct Terminal = "Terminal" {
        /// Terminal.
        terminal_id: Option<Short> = attribute ["TerminalID"], told;
        /// Batch.
        terminal_batch: Option<Number> = attribute ["TerminalBatch"], told;
        /// Trace number.
        stan: Option<Number> = attribute ["STAN"], told;
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
        time_stamp: Option<Timestamp> = attribute ["TimeStamp"], told;
        /// Approval code.
        approval_code: Option<Number> = attribute ["ApprovalCode"] as approval, told;
        /// Batch of the acquirer.
        acquirer_batch: Option<Number> = attribute ["AcquirerBatch"];
        /// Brand.
        card_circuit: Option<Circuit> = attribute ["CardCircuit"] as card, told;
        /// Card number, often masked by the terminal.
        card_pan: Option<Pan> = attribute ["CardPAN"] as card, told;
        /// Card number, masked by the terminal (CCV, Nexi).
        masked_card_number: Option<Pan> = attribute ["MaskedCardNumber"] as card, told;
        /// Card number as it may be printed.
        pan_print: Option<Pan> = attribute ["PANprint"] as card, told;
        /// Links later operations to this one (Nexi).
        trx_reference_number: Option<Long> = attribute ["TrxReferenceNumber"] as reference, told;
        /// Answer of the host (German): `0`, or a code of ISO 8583.
        action_code: Option<Number> = attribute ["ActionCode"], told;
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
        receipt_number: Option<Number> = attribute ["ReceiptNumber"], told;
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
        /// Whether the receipt is one for the tax office (IFSF).
        fiscal_receipt: Option<bool> = attribute ["FiscalReceipt"];
        /// Whether the time is to be shown (IFSF).
        time_display: Option<bool> = attribute ["TimeDisplay"];
        /// Parameters of the application of the chip.
        aid_parameter: Option<Long> = attribute ["AIDParameter"];
    }
}

impl Authorisation {
    /// Takes from `other` what is missing here.
    pub fn fill(&mut self, other: &Self) {
        macro_rules! fill {
            ($($field:ident),+) => {$(
                if super::value::absent(&self.$field) {
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
            loyalty_allowed,
            fiscal_receipt,
            time_display,
            aid_parameter
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
