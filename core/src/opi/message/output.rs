//! Records of what the terminal wants shown, printed, stored, asked, and of the till's answers to it.

use super::instrument::Track;
use super::payment::{Circuit, Timestamp};
use super::vocabulary::{Alignment, CharStyle, Coding, Color, Command, DeviceTarget, OverallResult, Size, TicketType};
use crate::id::Id;
use crate::limits;
use crate::money::{Currency, Decimal};
use crate::secret::{Pan, Secret};
use crate::text::Text;

type Short = Id<{ limits::SHORT_ID }>;
type Number = Id<{ limits::NUMBER_ID }>;

record! {
    /// One thing to show, print or store; its lines follow.
    pub struct Output = "Output" {
        /// Where.
        target: Option<DeviceTarget> = attribute ["OutDeviceTarget"], told;
        /// Stays until the input is given.
        input_synchronize: Option<bool> = attribute ["InputSynchronize"];
        /// Answer only when shown.
        complete: Option<bool> = attribute ["Complete"];
        /// Answer at once.
        immediate: Option<bool> = attribute ["Immediate"];
        /// Category of the text.
        category: Option<Number> = attribute ["Category"];
        /// Code of the text.
        code: Option<Number> = attribute ["Code"];
        /// Seconds.
        time_out: Option<u16> = attribute ["TimeOut"];
        /// Which paper (Nexi, CCV).
        ticket_type: Option<TicketType> = attribute ["TicketType"], told;
        /// How many.
        receipt_copies: Option<u8> = attribute ["ReceiptCopies"];
    }
}

record! {
    /// One line. Without text it is a blank line.
    pub struct TextLine = "TextLine" {
        /// Row; lines are ordered by it where it is given.
        row: Option<u16> = attribute ["Row"], told;
        /// Column.
        column: Option<u16> = attribute ["Column"], told;
        /// Set of characters.
        char_set: Option<u8> = attribute ["CharSet"];
        /// Clear the display first.
        erase: Option<bool> = attribute ["Erase"];
        /// Show what is typed.
        echo: Option<bool> = attribute ["Echo"];
        /// Show a cursor.
        cursor: Option<bool> = attribute ["Cursor"];
        /// Seconds.
        time_out: Option<u16> = attribute ["TimeOut"];
        /// Colour.
        color: Option<Color> = attribute ["Color"];
        /// Alignment.
        alignment: Option<Alignment> = attribute ["Alignment"], told;
        /// Height of the characters.
        height: Option<Size> = attribute ["Height"], told;
        /// Width of the characters.
        width: Option<Size> = attribute ["Width"], told;
        /// Style.
        char_style1: Option<CharStyle> = attribute ["CharStyle1"], told;
        /// Second style.
        char_style2: Option<CharStyle> = attribute ["CharStyle2"], told;
        /// Third style.
        char_style3: Option<CharStyle> = attribute ["CharStyle3"], told;
        /// Cut the paper after it.
        paper_cut: Option<bool> = attribute ["PaperCut"], told;
        /// Number of the choice that this line offers.
        menu_item: Option<u16> = attribute ["MenuItem"], told;
        /// Not shown (German).
        hidden: Option<bool> = attribute ["Hidden"], told;
        /// Text; blanks at its ends count.
        text: Text<{ limits::TEXT_LINE }> = text, told;
    }
}

record! {
    /// A sound. Times as the terminal gives them.
    pub struct Buzzer = "Buzzer" {
        /// Length of one beep.
        duration_beep: Option<u16> = attribute ["DurationBeep"];
        /// How many beeps.
        counter_beep: Option<u16> = attribute ["CounterBeep"];
        /// Pause between them.
        duration_pause: Option<u16> = attribute ["DurationPause"];
        /// Whether to sound.
        on: Option<bool> = text;
    }
}

record! {
    /// Encrypted data to be written to a card or a PIN pad (IFSF).
    pub struct OutSecureData = "OutSecureData" {
        /// As hexadecimal digits.
        hex: heapless::Vec<Secret<{ limits::CHIP_DATA }>, { limits::SECURE_DATA }> = element ["Hex"];
        /// Without saying how it is coded.
        data: Secret<{ limits::CHIP_DATA }> = text;
    }
}

record! {
    /// Data to be authenticated, or its authentication code (IFSF).
    pub struct Mac = "MAC" {
        /// As hexadecimal digits.
        hex: heapless::Vec<Secret<{ limits::CHIP_DATA }>, { limits::SECURE_DATA }> = element ["Hex"];
        /// Without saying how it is coded.
        data: Secret<{ limits::CHIP_DATA }> = text;
    }
}

record! {
    /// A picture to show or print, by its name (IFSF).
    pub struct ImageFile = "ImageFile" {
        /// Name of the file.
        name: Text<{ limits::REMARK }> = text;
    }
}

record! {
    /// A question for the cashier or the customer.
    pub struct InputCommand = "Input" {
        /// Where.
        target: Option<DeviceTarget> = attribute ["InDeviceTarget"], told;
        /// Exact length.
        length: Option<u16> = attribute ["Length"] in "Command", told;
        /// Least length.
        min_length: Option<u16> = attribute ["MinLength"] in "Command", told;
        /// Greatest length.
        max_length: Option<u16> = attribute ["MaxLength"] in "Command", told;
        /// Decimals.
        decimals: Option<u8> = attribute ["Decimals"] in "Command", told;
        /// `Dot` or `Comma`.
        separator: Option<Id<8>> = attribute ["Separator"] in "Command", told;
        /// `Magstripe`, `ICC`, `EMV`.
        card_read_element: Option<Number> = attribute ["CardReadElement"] in "Command";
        /// Seconds.
        time_out: Option<u16> = attribute ["TimeOut"] in "Command", told;
        /// What the question is about (ATS).
        data_required: Option<Short> = attribute ["DataRequired"] in "Command";
        /// What is asked.
        command: Option<Command> = text in "Command", told;
        /// How the encrypted data is coded: all of it in the same way.
        in_secure_data_coding: Option<Coding> = coding ["InSecureData"];
        /// Encrypted data to work with.
        in_secure_data: heapless::Vec<Secret<{ limits::CHIP_DATA }>, { limits::SECURE_DATA }> = element ["InSecureData"];
    }
}

record! {
    /// What became of one output.
    pub struct OutputResult = "Output" {
        /// Where.
        target: Option<DeviceTarget> = attribute ["OutDeviceTarget"];
        /// How it ended.
        result: Option<OverallResult> = attribute ["OutResult"] as vital;
    }
}

record! {
    /// What was answered to a question.
    ///
    /// Nexi SDKs answer a question nobody can answer with an empty `InputValue` and success.
    pub struct InputResult = "Input" {
        /// Where.
        target: Option<DeviceTarget> = attribute ["InDeviceTarget"];
        /// How it ended.
        result: Option<OverallResult> = attribute ["InResult"] as vital;
        /// How the encrypted data is coded: all of it in the same way.
        secure_data_coding: Option<Coding> = coding ["SecureData"];
        /// Encrypted data.
        secure_data: heapless::Vec<Secret<{ limits::CHIP_DATA }>, { limits::SECURE_DATA }> = element ["SecureData"];
        /// Whether `InputValue` is there. It is written if it is set or if one of the values is there.
        has_value: bool = presence in "InputValue";
        /// Yes or no.
        in_boolean: Option<bool> = element ["InBoolean"] in "InputValue";
        /// A number as it was typed.
        in_number: Option<Short> = element ["InNumber"] in "InputValue";
        /// A text.
        in_string: Text<{ limits::TEXT_LINE }> = element ["InString"] in "InputValue";
        /// How track 1 is coded.
        track1_coding: Option<Coding> = coding ["Track1"] in "InputValue";
        /// Track 1.
        track1: Track = element ["Track1"] in "InputValue";
        /// How track 2 is coded.
        track2_coding: Option<Coding> = coding ["Track2"] in "InputValue";
        /// Track 2.
        track2: Track = element ["Track2"] in "InputValue";
        /// How track 3 is coded.
        track3_coding: Option<Coding> = coding ["Track3"] in "InputValue";
        /// Track 3.
        track3: Track = element ["Track3"] in "InputValue";
        /// Chip data.
        icc: Secret<{ limits::CHIP_DATA }> = element ["ICC"] in "InputValue";
        /// Barcode.
        barcode: Secret<{ limits::TYPED }> = element ["Barcode"] in "InputValue";
        /// Card number.
        card_pan: Option<Pan> = element ["CardPAN"] in "InputValue";
        /// Valid from.
        start_date: Secret<{ limits::CARD_FACT }> = element ["StartDate"] in "InputValue";
        /// Valid until.
        expiry_date: Secret<{ limits::CARD_FACT }> = element ["ExpiryDate"] in "InputValue";
    }
}

record! {
    /// The facts of a transaction in an e-journal (Nexi, CCV).
    pub struct TransactionInfo = "TransactionInfo" {
        /// Brand as it is printed.
        card_label_name: Option<Circuit> = element ["CardLabelName"];
        /// Card number, masked by the terminal.
        card_number: Option<Pan> = element ["CardNumber"];
        /// Links later operations to this one.
        trx_reference_number: Option<Id<{ limits::LONG_ID }>> = element ["TransactionRefNumber", "TrxReferenceNumber"], told;
        /// Approval code.
        authorisation_code: Option<Number> = element ["AuthorisationCode", "AuthorizationCode"], told;
        /// Time of the transaction.
        date_and_time: Option<Timestamp> = element ["DateAndTime"], told;
        /// Acquirer.
        acquirer_identifier: Option<Short> = element ["AcquirerIdentifier"];
    }
}

record! {
    /// What the cardholder is billed in another currency (Nexi, CCV).
    pub struct DccInfo = "DccInfo" {
        /// Amount.
        billing_amount: Option<Decimal> = element ["CardHolderBillingAmount"];
        /// Currency as letters.
        billing_currency_name: Option<Currency> = element ["CardHolderBillingCurrencyName"];
        /// Currency as digits.
        billing_currency_code: Option<Id<8>> = element ["CardHolderBillingCurrencyCode"];
        /// Rate.
        exchange_rate: Option<Decimal> = element ["ExchangeRate", "Exchangerate"];
        /// Mark-up.
        commission_percentage: Option<Decimal> = element ["CommissionPercentage", "MarkupPercentage"];
    }
}
