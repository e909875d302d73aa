//! What is paid with: cards, brands, loyalty, and who settles it.

use super::payment::{Circuit, Timestamp};
use super::vocabulary::Coding;
use crate::id::Id;
use crate::limits;
use crate::money::Decimal;
use crate::secret::{Pan, Secret};
use crate::text::Text;

type Short = Id<{ limits::SHORT_ID }>;
type Long = Id<{ limits::LONG_ID }>;
type Number = Id<{ limits::NUMBER_ID }>;
/// Track data.
pub type Track = Secret<{ limits::TRACK }>;

record! {
    /// What was read from a card, or is to be used instead of reading one.
    pub struct CardValue = "CardValue" {
        /// How track 1 is coded.
        track1_coding: Option<Coding> = coding ["Track1"];
        /// Track 1.
        track1: Track = element ["Track1"];
        /// How track 2 is coded.
        track2_coding: Option<Coding> = coding ["Track2"];
        /// Track 2.
        track2: Track = element ["Track2"];
        /// How track 3 is coded.
        track3_coding: Option<Coding> = coding ["Track3"];
        /// Track 3.
        track3: Track = element ["Track3"];
        /// Chip data.
        icc: Secret<{ limits::CHIP_DATA }> = element ["ICC"];
        /// Barcode.
        barcode: Secret<{ limits::TYPED }> = element ["Barcode"];
        /// What was typed.
        in_string: Secret<{ limits::TYPED }> = element ["InString"];
        /// Card number.
        card_pan: Option<Pan> = element ["CardPAN"] as card, told;
        /// Valid from.
        start_date: Secret<{ limits::CARD_FACT }> = element ["StartDate"];
        /// Valid until.
        expiry_date: Secret<{ limits::CARD_FACT }> = element ["ExpiryDate"];
        /// Valid until, third spelling.
        end_date: Secret<{ limits::CARD_FACT }> = element ["EndDate"];
        /// Brand.
        card_circuit: Option<Circuit> = element ["CardCircuit"] as card, told;
        /// Issue number of the card.
        issue_number: Option<Id<8>> = element ["IssueNumber"];
        /// Service code of the magnetic stripe.
        service_code: Secret<{ limits::CARD_FACT }> = element ["ServiceCode"];
        /// Salt of the token.
        token_salt: Secret<{ limits::TOKEN }> = element ["TokenSalt"];
        /// Token for the card.
        token: Secret<{ limits::TOKEN }> = element ["Token"];
        /// Verification value.
        cv2: Secret<{ limits::CARD_FACT }> = element ["CV2"];
        /// Post code of the cardholder, to be checked.
        post_code: Secret<{ limits::CARD_FACT }> = element ["PostCode"];
        /// Address of the cardholder, to be checked.
        address: Secret<{ limits::ADDRESS }> = element ["Address"];
        /// Mileage of the car.
        mileage: Option<u32> = element ["Mileage"];
        /// Number plate of the car.
        registration: Option<Number> = element ["Registration"];
    }
}

record! {
    /// More about the card (German).
    pub struct CardDetails = "CardDetails" {
        /// Valid until.
        expiry_date: Secret<{ limits::CARD_FACT }> = element ["ExpiryDate"];
        /// Currency of the card as digits.
        currency_code: Option<Id<8>> = element ["CurrencyCode"];
        /// Number of the card among those with the same card number.
        sequence_number: Option<Id<8>> = element ["SequenceNumber"];
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
        /// Card that pays, for the rule of the means of payment.
        rule_card_pan: Option<Pan> = attribute ["CardPAN"] in "MOPrule";
        /// Its brand.
        rule_card_circuit: Option<Circuit> = attribute ["CardCircuit"] in "MOPrule";
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
        /// Whether the card takes part.
        enabled: Option<bool> = element ["Enabled"];
        /// Name of the customer.
        customer_name: Text<{ limits::NAME }> = element ["CustomerName"];
        /// Points.
        points: Option<u32> = element ["Points"];
        /// Whether there is a bonus.
        bonus: Option<bool> = element ["Bonus"];
        /// Points for an incentive.
        incentive: Option<u32> = element ["Incentive"];
        /// Date of the last change.
        updated: Option<Timestamp> = element ["Updated"];
    }
}

record! {
    /// One brand (its code), accepted or wanted.
    pub struct CardCircuit = "CardCircuit" {
        /// Name for people (CCV, Nexi).
        display_name: Text<{ limits::CARD_CIRCUIT }> = attribute ["DisplayName"], told;
        /// `Accepted` or `Denied` (ATS).
        card_circuit_state: Option<Id<8>> = attribute ["CardCircuitState"];
        /// Code.
        code: Option<Circuit> = text, told;
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
