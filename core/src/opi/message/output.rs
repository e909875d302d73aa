//! Records of what the terminal wants shown, printed, stored, asked, and of the till's answers to it.

use super::payment::{Circuit, Timestamp, Track};
use super::request_type::RequestType;
use super::vocabulary::{
    Alignment, CharStyle, Color, Command, DeviceTarget, EventType, OverallResult, Size, TicketType,
};
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
        target: Option<DeviceTarget> = attribute ["OutDeviceTarget"];
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
        ticket_type: Option<TicketType> = attribute ["TicketType"];
        /// How many.
        receipt_copies: Option<u8> = attribute ["ReceiptCopies"];
    }
}

record! {
    /// One line. Without text it is a blank line.
    pub struct TextLine = "TextLine" {
        /// Row; lines are ordered by it where it is given.
        row: Option<u16> = attribute ["Row"];
        /// Column.
        column: Option<u16> = attribute ["Column"];
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
        alignment: Option<Alignment> = attribute ["Alignment"];
        /// Height of the characters.
        height: Option<Size> = attribute ["Height"];
        /// Width of the characters.
        width: Option<Size> = attribute ["Width"];
        /// Style.
        char_style1: Option<CharStyle> = attribute ["CharStyle1"];
        /// Second style.
        char_style2: Option<CharStyle> = attribute ["CharStyle2"];
        /// Third style.
        char_style3: Option<CharStyle> = attribute ["CharStyle3"];
        /// Cut the paper after it.
        paper_cut: Option<bool> = attribute ["PaperCut"];
        /// Number of the choice that this line offers.
        menu_item: Option<u16> = attribute ["MenuItem"];
        /// Not shown (German).
        hidden: Option<bool> = attribute ["Hidden"];
        /// Text; blanks at its ends count.
        text: Text<{ limits::TEXT_LINE }> = text;
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
    /// A question for the cashier or the customer.
    pub struct InputCommand = "Input" {
        /// Where.
        target: Option<DeviceTarget> = attribute ["InDeviceTarget"];
        /// Exact length.
        length: Option<u16> = attribute ["Length"] in "Command";
        /// Least length.
        min_length: Option<u16> = attribute ["MinLength"] in "Command";
        /// Greatest length.
        max_length: Option<u16> = attribute ["MaxLength"] in "Command";
        /// Decimals.
        decimals: Option<u8> = attribute ["Decimals"] in "Command";
        /// `Dot` or `Comma`.
        separator: Option<Id<8>> = attribute ["Separator"] in "Command";
        /// `Magstripe`, `ICC`, `EMV`.
        card_read_element: Option<Number> = attribute ["CardReadElement"] in "Command";
        /// Seconds.
        time_out: Option<u16> = attribute ["TimeOut"] in "Command";
        /// What the question is about (ATS).
        data_required: Option<Short> = attribute ["DataRequired"] in "Command";
        /// What is asked.
        command: Option<Command> = text in "Command";
        /// Encrypted data to work with.
        in_secure_data: Secret<{ limits::CHIP_DATA }> = element ["InSecureData"];
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
        /// Whether `InputValue` is there. It is written if it is set or if one of the values is there.
        has_value: bool = presence in "InputValue";
        /// Yes or no.
        in_boolean: Option<bool> = element ["InBoolean"] in "InputValue";
        /// A number as it was typed.
        in_number: Option<Short> = element ["InNumber"] in "InputValue";
        /// A text.
        in_string: Text<{ limits::TEXT_LINE }> = element ["InString"] in "InputValue";
        /// Track 1.
        track1: Track = element ["Track1"] in "InputValue";
        /// Track 2.
        track2: Track = element ["Track2"] in "InputValue";
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
    /// Something happened at the pump (IFSF).
    pub struct Event = "Event" {
        /// What.
        event_type: Option<EventType> = attribute ["EventType"];
        /// Pumps.
        dispensers: heapless::Vec<Id<8>, { limits::EVENT_LIST }> = element ["Dispenser"] in "EventData";
        /// Which card.
        card_ident: Secret<{ limits::TRACK }> = element ["CardIdent"] in "EventData";
        /// What the till must know.
        data_required: heapless::Vec<Short, { limits::EVENT_LIST }> = element ["DataRequired"] in "EventData";
    }
}

record! {
    /// What the till makes of an event (IFSF).
    pub struct EventResult = "EventResult" {
        /// Pumps.
        dispensers: heapless::Vec<Id<8>, { limits::EVENT_LIST }> = element ["Dispenser"];
        /// Products.
        product_codes: heapless::Vec<Short, { limits::EVENT_LIST }> = element ["ProductCode"];
        /// What the terminal shall do instead.
        modified_request: Option<RequestType> = element ["ModifiedRequest"];
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
        trx_reference_number: Option<Id<{ limits::LONG_ID }>> = element ["TransactionRefNumber", "TrxReferenceNumber"];
        /// Approval code.
        authorisation_code: Option<Number> = element ["AuthorisationCode", "AuthorizationCode"];
        /// Time of the transaction.
        date_and_time: Option<Timestamp> = element ["DateAndTime"];
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
