//! Random records: every field, from one seed.

use opi_core::id::Id;
use opi_core::money::{Currency, Decimal, Money};
use opi_core::opi::message::*;
use opi_core::secret::{Pan, Secret};
use opi_core::text::Text;

use crate::random::Random;

/// Text of at most `most` bytes with everything that needs care.
fn text(random: &mut Random, most: usize) -> String {
    const PIECES: [&str; 24] = [
        "a", "Z", "0", "9", " ", "  ", "ü", "ß", "€", "😀", "&", "<", ">", "\"", "'", "]]>", "\t", "\n", "\r", "\r\n",
        "&amp;", "<!--", "-", ".",
    ];
    let mut text = String::new();
    let long = random.below(8) == 0;
    for _ in 0..random.below(if long { most } else { 12 }) {
        let piece = PIECES[random.below(PIECES.len())];
        if text.len() + piece.len() > most {
            break;
        }
        text += piece;
    }
    text
}

/// A value of any field.
pub(crate) trait Arbitrary: Sized {
    fn arbitrary(random: &mut Random) -> Self;
}

/// A value that may be missing.
pub(crate) trait Value: Sized {
    fn value(random: &mut Random) -> Option<Self>;
}

impl<T: Value> Arbitrary for Option<T> {
    fn arbitrary(random: &mut Random) -> Self {
        if random.there() { T::value(random) } else { None }
    }
}

impl<T: Value, const N: usize> Arbitrary for heapless::Vec<T, N> {
    fn arbitrary(random: &mut Random) -> Self {
        let count = random.below(N + 1);
        (0..count).filter_map(|_| T::value(random)).collect()
    }
}

impl<const N: usize> Value for Id<N> {
    fn value(random: &mut Random) -> Option<Self> {
        let text = text(random, N);
        let text = text.trim();
        if text.is_empty() { None } else { Some(Self::new(text).unwrap()) }
    }
}

impl<const N: usize> Arbitrary for Text<N> {
    fn arbitrary(random: &mut Random) -> Self {
        if !random.there() {
            return Self::new();
        }
        match random.planted.clone() {
            Some(planted) => Self::from_cut(&planted),
            None => Self::from_cut(&text(random, N)),
        }
    }
}

impl<const N: usize> Arbitrary for Secret<N> {
    fn arbitrary(random: &mut Random) -> Self {
        if !random.there() {
            return Self::default();
        }
        match random.planted.clone() {
            Some(planted) => Self::new(&planted[..planted.len().min(N)]).unwrap(),
            None => Self::new(text(random, N).trim()).unwrap(),
        }
    }
}

impl<const N: usize> Value for Secret<N> {
    fn value(random: &mut Random) -> Option<Self> {
        Some(Self::arbitrary(random)).filter(|secret| !secret.is_empty())
    }
}

impl Value for Pan {
    fn value(random: &mut Random) -> Option<Self> {
        match random.planted.clone() {
            Some(planted) => Self::new(&planted),
            None => Self::new(["XXXXXXXXXXXX0119", "672800######0047", "4000 0000 0000 0002"][random.below(3)]),
        }
    }
}

impl Value for bool {
    fn value(random: &mut Random) -> Option<Self> {
        Some(random.below(2) == 1)
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Value for $type {
            fn value(random: &mut Random) -> Option<Self> {
                Some(Self::try_from(random.next() % (u64::from(Self::MAX) + 1)).unwrap())
            }
        }
    )*};
}
numbers!(u8, u16, u32);

impl Value for Decimal {
    fn value(random: &mut Random) -> Option<Self> {
        Self::new(random.next() >> random.below(60), u8::try_from(random.below(7)).unwrap())
    }
}

impl Value for Currency {
    fn value(random: &mut Random) -> Option<Self> {
        Self::new(["EUR", "CHF", "JPY", "BHD", "CLF"][random.below(5)]).ok()
    }
}

macro_rules! open_words {
    ($($name:ident),*) => {$(
        impl Value for $name {
            fn value(random: &mut Random) -> Option<Self> {
                if random.below(4) > 0 {
                    return Some(Self::LISTED[random.below(Self::LISTED.len())].clone());
                }
                let text = text(random, 24);
                let text = text.trim();
                if text.is_empty() { None } else { Self::from_text(text) }
            }
        }
    )*};
}
open_words!(
    AuthorisationType,
    Command,
    DeviceStatus,
    DeviceTarget,
    EventType,
    OverallResult,
    PaymentType,
    RequestType,
    TicketType
);

macro_rules! closed_words {
    ($($name:ident),*) => {$(
        impl Value for $name {
            fn value(random: &mut Random) -> Option<Self> {
                Some(Self::LISTED[random.below(Self::LISTED.len())])
            }
        }
    )*};
}
closed_words!(Alignment, CharStyle, ClerkPermission, Coding, Color, Size);

/// A literal with every field, so that a new field cannot be forgotten.
macro_rules! records {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl Value for $name {
            fn value(random: &mut Random) -> Option<Self> {
                Some(Self { $($field: Arbitrary::arbitrary(random)),* })
            }
        }
    )*};
}
records! {
    OriginalHeader { workstation_id, request_id, request_type, overall_result, application_sender, pop_id }
    PosData { language_code, request_transaction_information, request_token, request_full_pan, request_receipt_header, trx_reference_number, pos_time_stamp, service_level, shift_number, clerk_id, outdoor_position, store_id, transaction_number, reversal_receipt_no, diagnosis_method, manual_pan, contactless, contactless_receipt, chip, swipe, clerk_permission, tight_control, split_payment, voice_referral, reference, card_holder_location, use_preselected_card, waiting_card, choice_pay_kind, unattended, split, printer_status, e_journal_status, journal_printer_status, force_acceptance }
    Terminal { terminal_id, terminal_batch, stan, merchant_id, device_id, apacs50_tn }
    Authorisation { acquirer_id, time_stamp, approval_code, acquirer_batch, card_circuit, card_pan, masked_card_number, pan_print, trx_reference_number, action_code, return_code, response_code, issuer_id, start_date, expiry_date, issue_number, token, merchant, authorisation_type, receipt_number, receipt_copies, capture_reference, tracking_reference, card_verification, cv2_result, post_code_result, address_result, loyalty_allowed, fiscal_receipt, time_display, aid_parameter }
    OriginalTransaction { terminal_id, terminal_batch, stan, time_stamp, tracking_reference, acquirer_transaction_reference, approval_code }
    SaleItem { item_id, product_code, amount, unit_measure, unit_price, quantity, tax_code, additional_product_code, additional_product_info, type_movement, sale_channel, vat_rate, rebate_label }
    Product { name, unit_measure, quantity, code }
    RestrictionCode { code }
    CardValue { track1_coding, track1, track2_coding, track2, track3_coding, track3, icc, barcode, in_string, card_pan, start_date, expiry_date, end_date, card_circuit, issue_number, service_code, token_salt, token, cv2, post_code, address, mileage, registration }
    CardDetails { expiry_date, currency_code, sequence_number }
    Loyalty { loyalty_flag, loyalty_time_stamp, loyalty_pan, rule_card_pan, rule_card_circuit, original_loyalty_amount, loyalty_amount, loyalty_acquirer_id, loyalty_acquirer_batch, loyalty_approval_code, enabled, customer_name, points, bonus, incentive, updated }
    CardCircuit { display_name, card_circuit_state, code }
    Acquirer { terminal_id, merchant_id, acquirer_id, merchant_reference, credit_plan }
    Diagnosis { host_decline_reason, terminal_decline_reason }
    PrivateFacts { card_holder_authentication, card_technology_type, card_verification_method, error_code, error_text, software_version, reboot_info, pan_hash }
    Identification { terminal_id, terminal_ip, app_version, ep2_mid, terminal_status, terminal_sub_status, hardware, serial_number, configuration_name, configuration_version }
    Acq { name }
    Submission { language_code, successful, successful_amount, failed, failed_amount }
    DiagnosisResult { text }
    Agent { name }
    ErrorResponse { text }
    Language { language_code }
    PinPadProgramLoad { force_application, force_contactless, force_firmware, force_operating_system, install_encrypt }
    EncryptionRsa { key }
    EncryptionExponent { hex }
    ServiceReference { text }
    ErrorDetail { category, code, severity, description }
    Device { pop_id, serial_number, time_stamp, ptid, manufacturer, model, application_name, application_version, contactless_kernel_name, contactless_kernel_version, firmware_name, firmware_version, os_name, os_version, encryption_module_name, encryption_module_version, product }
    Output { target, input_synchronize, complete, immediate, category, code, time_out, ticket_type, receipt_copies }
    TextLine { row, column, char_set, erase, echo, cursor, time_out, color, alignment, height, width, char_style1, char_style2, char_style3, paper_cut, menu_item, hidden, text }
    OutSecureData { hex, data }
    Mac { hex, data }
    ImageFile { name }
    Buzzer { duration_beep, counter_beep, duration_pause, on }
    InputCommand { target, length, min_length, max_length, decimals, separator, card_read_element, time_out, data_required, command, in_secure_data_coding, in_secure_data }
    OutputResult { target, result }
    Event { event_type, dispensers, card_ident, data_required }
    AuthResponse { response_code, approval_code, result }
    TransactionLimits { auth_flags, floor, post_comms, ceiling, ceiling_cdcvm, ceiling_cash, ceiling_fpa, read_tlv }
    EventResult { dispensers, product_codes, modified_request }
    TransactionInfo { card_label_name, card_number, trx_reference_number, authorisation_code, date_and_time, acquirer_identifier }
    DccInfo { billing_amount, billing_currency_name, billing_currency_code, exchange_rate, commission_percentage }
}

impl Value for TotalAmount {
    fn value(random: &mut Random) -> Option<Self> {
        let currency: Option<Currency> = Arbitrary::arbitrary(random);
        let mut amount = || {
            let any: Option<Decimal> = Arbitrary::arbitrary(random);
            // With a currency, only whole minor units are an amount.
            match currency {
                Some(currency) => any.map(|_| Money::from_minor(random.next() >> 8, currency).decimal()),
                None => any,
            }
        };
        let (
            payment_amount,
            cash_back_amount,
            gratuity_amount,
            donation_amount,
            original_amount,
            available_amount,
            amount_held,
            value,
        ) = (amount(), amount(), amount(), amount(), amount(), amount(), amount(), amount());
        Some(Self {
            currency,
            payment_amount,
            cash_back_amount,
            gratuity_amount,
            donation_amount,
            changeable: Arbitrary::arbitrary(random),
            original_amount,
            available_amount,
            number_payments: Arbitrary::arbitrary(random),
            payment_type: Arbitrary::arbitrary(random),
            card_circuit: Arbitrary::arbitrary(random),
            acquirer: Arbitrary::arbitrary(random),
            number_held: Arbitrary::arbitrary(random),
            amount_held,
            value,
            detailed_amount: if random.there() { value } else { None },
        })
    }
}

impl Value for InputResult {
    fn value(random: &mut Random) -> Option<Self> {
        let mut all = Self {
            secure_data_coding: Arbitrary::arbitrary(random),
            secure_data: Arbitrary::arbitrary(random),
            has_value: true,
            target: Arbitrary::arbitrary(random),
            result: Arbitrary::arbitrary(random),
            in_boolean: Arbitrary::arbitrary(random),
            in_number: Arbitrary::arbitrary(random),
            in_string: Arbitrary::arbitrary(random),
            track1_coding: Arbitrary::arbitrary(random),
            track1: Arbitrary::arbitrary(random),
            track2_coding: Arbitrary::arbitrary(random),
            track2: Arbitrary::arbitrary(random),
            track3_coding: Arbitrary::arbitrary(random),
            track3: Arbitrary::arbitrary(random),
            icc: Arbitrary::arbitrary(random),
            barcode: Arbitrary::arbitrary(random),
            card_pan: Arbitrary::arbitrary(random),
            start_date: Arbitrary::arbitrary(random),
            expiry_date: Arbitrary::arbitrary(random),
        };
        if random.below(3) == 0 {
            all = Self { target: all.target, result: all.result, ..Self::default() };
        }
        Some(all)
    }
}
