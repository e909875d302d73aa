//! Random messages: every field of every record, from one seed.

use opi_core::id::Id;
use opi_core::money::{Currency, Decimal, Money};
use opi_core::opi::message::*;
use opi_core::secret::{Pan, Secret};
use opi_core::text::Text;

/// A small generator (Vigna, "xorshift64*"); one seed and one density give one message.
pub(crate) struct Random {
    state: u64,
    /// Chance that an optional value is there, in percent.
    density: u64,
    /// A card number that is put into everything that may hold card data or free text.
    pub(crate) planted: Option<String>,
}

impl Random {
    pub(crate) fn new(seed: u64, density: u8) -> Self {
        Self { state: seed | 1, density: u64::from(density), planted: None }
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from((self.next() >> 16) % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn there(&mut self) -> bool {
        (self.next() >> 16) % 100 < self.density
    }

    /// Text of at most `most` bytes with everything that needs care.
    fn text(&mut self, most: usize) -> String {
        const PIECES: [&str; 24] = [
            "a", "Z", "0", "9", " ", "  ", "ü", "ß", "€", "😀", "&", "<", ">", "\"", "'", "]]>", "\t", "\n", "\r",
            "\r\n", "&amp;", "<!--", "-", ".",
        ];
        let mut text = String::new();
        let long = self.below(8) == 0;
        for _ in 0..self.below(if long { most } else { 12 }) {
            let piece = PIECES[self.below(PIECES.len())];
            if text.len() + piece.len() > most {
                break;
            }
            text += piece;
        }
        text
    }
}

/// A value of any field.
pub(crate) trait Arbitrary: Sized {
    fn arbitrary(random: &mut Random) -> Self;
}

/// A value that may be missing.
trait Value: Sized {
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
        let text = random.text(N);
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
            None => Self::from_cut(&random.text(N)),
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
            None => Self::new(random.text(N).trim()).unwrap(),
        }
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
                let text = random.text(24);
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
closed_words!(Alignment, CharStyle, Color, Size);

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
    PosData { language_code, request_transaction_information, request_token, request_full_pan, request_receipt_header, trx_reference_number, pos_time_stamp, service_level, shift_number, clerk_id, outdoor_position, store_id, transaction_number, reversal_receipt_no, diagnosis_method, printer_status, e_journal_status, journal_printer_status, force_acceptance }
    Terminal { terminal_id, terminal_batch, stan, merchant_id, device_id, apacs50_tn }
    Authorisation { acquirer_id, time_stamp, approval_code, acquirer_batch, card_circuit, card_pan, masked_card_number, pan_print, trx_reference_number, action_code, return_code, response_code, issuer_id, start_date, expiry_date, issue_number, token, merchant, authorisation_type, receipt_number, receipt_copies, capture_reference, tracking_reference, card_verification, cv2_result, post_code_result, address_result, loyalty_allowed }
    OriginalTransaction { terminal_id, terminal_batch, stan, time_stamp, tracking_reference, acquirer_transaction_reference, approval_code }
    SaleItem { item_id, product_code, amount, unit_measure, unit_price, quantity, tax_code, additional_product_code, additional_product_info, rebate_label }
    CardValue { track1, track2, track3, icc, barcode, in_string, card_pan, start_date, expiry_date, end_date, card_circuit, issue_number, service_code, token, cv2 }
    Loyalty { loyalty_flag, loyalty_time_stamp, loyalty_pan, original_loyalty_amount, loyalty_amount, loyalty_acquirer_id, loyalty_acquirer_batch, loyalty_approval_code }
    CardCircuit { display_name, card_circuit_state, code }
    Acquirer { terminal_id, merchant_id, acquirer_id, merchant_reference, credit_plan }
    Diagnosis { host_decline_reason, terminal_decline_reason }
    PrivateFacts { card_holder_authentication, card_technology_type, card_verification_method, error_code, error_text, software_version, reboot_info }
    Identification { terminal_id, terminal_ip, app_version, ep2_mid, terminal_status, terminal_sub_status, hardware, serial_number, configuration_name, configuration_version }
    Acq { name }
    Submission { successful, failed }
    DiagnosisResult { text }
    Agent { name }
    ErrorDetail { category, code, severity, description }
    Device { pop_id, serial_number, time_stamp, ptid, manufacturer, model, application_name, application_version, firmware_version, os_version }
    Output { target, input_synchronize, complete, immediate, category, code, time_out, ticket_type, receipt_copies }
    TextLine { row, column, erase, echo, cursor, time_out, color, alignment, height, width, char_style1, char_style2, char_style3, paper_cut, menu_item, hidden, text }
    Buzzer { duration_beep, counter_beep, duration_pause, on }
    InputCommand { target, length, min_length, max_length, decimals, separator, card_read_element, time_out, data_required, command, in_secure_data }
    OutputResult { target, result }
    Event { event_type, dispensers, card_ident, data_required }
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
            has_value: true,
            target: Arbitrary::arbitrary(random),
            result: Arbitrary::arbitrary(random),
            in_boolean: Arbitrary::arbitrary(random),
            in_number: Arbitrary::arbitrary(random),
            in_string: Arbitrary::arbitrary(random),
            track1: Arbitrary::arbitrary(random),
            track2: Arbitrary::arbitrary(random),
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

fn header(random: &mut Random, kind: Kind) -> Header {
    Header {
        kind,
        namespace: Namespace::None,
        workstation_id: Arbitrary::arbitrary(random),
        request_id: Arbitrary::arbitrary(random),
        request_type: Arbitrary::arbitrary(random),
        overall_result: Arbitrary::arbitrary(random),
        reference_number: Arbitrary::arbitrary(random),
        application_sender: Arbitrary::arbitrary(random),
        pop_id: Arbitrary::arbitrary(random),
        terminal_id: Arbitrary::arbitrary(random),
        sequence_id: Arbitrary::arbitrary(random),
        reference_request_id: Arbitrary::arbitrary(random),
        system_status: Arbitrary::arbitrary(random),
        elme_tunnel_callback: Arbitrary::arbitrary(random),
        elme_error_code: Arbitrary::arbitrary(random),
        elme_error_text: Arbitrary::arbitrary(random),
    }
}

fn card_service_request(random: &mut Random) -> CardServiceRequest {
    CardServiceRequest {
        header: header(random, Kind::CardServiceRequest),
        pos_data: Arbitrary::arbitrary(random),
        loyalty: Arbitrary::arbitrary(random),
        card_circuits: if random.there() { Some(Arbitrary::arbitrary(random)) } else { None },
        original: Arbitrary::arbitrary(random),
        total: Arbitrary::arbitrary(random),
        sale_items: Arbitrary::arbitrary(random),
        card_value: Arbitrary::arbitrary(random),
        acquirer: Arbitrary::arbitrary(random),
        private_data: Fragment::default(),
        left_out: 0,
    }
}

fn card_service_response(random: &mut Random) -> CardServiceResponse {
    CardServiceResponse {
        header: header(random, Kind::CardServiceResponse),
        terminal: Arbitrary::arbitrary(random),
        errors: Arbitrary::arbitrary(random),
        total: Arbitrary::arbitrary(random),
        authorisation: Arbitrary::arbitrary(random),
        loyalty: Arbitrary::arbitrary(random),
        sale_items: Arbitrary::arbitrary(random),
        original_header: Arbitrary::arbitrary(random),
        card_value: Arbitrary::arbitrary(random),
        diagnosis: Option::<Diagnosis>::arbitrary(random).filter(|diagnosis| *diagnosis != Diagnosis::default()),
        facts: Option::<PrivateFacts>::arbitrary(random).filter(|facts| *facts != PrivateFacts::default()),
        private_data: Fragment::default(),
        left_out: 0,
    }
}

fn service_request(random: &mut Random) -> ServiceRequest {
    ServiceRequest {
        header: header(random, Kind::ServiceRequest),
        pos_data: Arbitrary::arbitrary(random),
        total: Arbitrary::arbitrary(random),
        agent: Arbitrary::arbitrary(random),
        private_data: Fragment::default(),
        left_out: 0,
    }
}

fn service_response(random: &mut Random) -> ServiceResponse {
    ServiceResponse {
        header: header(random, Kind::ServiceResponse),
        terminal: Arbitrary::arbitrary(random),
        errors: Arbitrary::arbitrary(random),
        authorisation: Arbitrary::arbitrary(random),
        totals: Arbitrary::arbitrary(random),
        submission: Arbitrary::arbitrary(random),
        diagnosis_result: Arbitrary::arbitrary(random),
        original_header: Arbitrary::arbitrary(random),
        card_circuits: Arbitrary::arbitrary(random),
        devices: Arbitrary::arbitrary(random),
        identification: Arbitrary::arbitrary(random),
        acquirers: Arbitrary::arbitrary(random),
        diagnosis: Option::<Diagnosis>::arbitrary(random).filter(|diagnosis| *diagnosis != Diagnosis::default()),
        facts: Option::<PrivateFacts>::arbitrary(random).filter(|facts| *facts != PrivateFacts::default()),
        private_data: Fragment::default(),
        left_out: 0,
    }
}

fn device_request(random: &mut Random) -> DeviceRequest {
    let mut outputs: heapless::Vec<Output, { opi_core::limits::OUTPUTS }> = Arbitrary::arbitrary(random);
    let mut journal = false;
    for output in &mut outputs {
        if output.target == Some(DeviceTarget::EJournal) && std::mem::replace(&mut journal, true) {
            output.target = Some(DeviceTarget::Printer);
        }
    }
    let mut lines = heapless::Vec::new();
    let mut sounds = heapless::Vec::new();
    for output in 0..u8::try_from(outputs.len()).unwrap() {
        for _ in 0..random.below(opi_core::limits::LINES / opi_core::limits::OUTPUTS) {
            lines.push(OutputLine { output, line: TextLine::value(random).unwrap() }).unwrap();
        }
        if random.there() {
            sounds.push(OutputSound { output, sound: Buzzer::value(random).unwrap() }).unwrap();
        }
    }
    let transaction: Option<TransactionInfo> = if journal { Arbitrary::arbitrary(random) } else { None };
    let event: Option<Event> = Arbitrary::arbitrary(random);
    let mut header = header(random, Kind::DeviceRequest);
    // A missing one would be told by the children.
    header.request_type.get_or_insert(RequestType::Output);
    DeviceRequest {
        header,
        outputs,
        lines,
        sounds,
        transaction_total: if transaction.is_some() { Arbitrary::arbitrary(random) } else { None },
        transaction,
        dcc: if journal { Arbitrary::arbitrary(random) } else { None },
        journal: Fragment::default(),
        input: Arbitrary::arbitrary(random),
        event_total: if event.is_some() { Arbitrary::arbitrary(random) } else { None },
        event,
        left_out: 0,
    }
}

fn device_response(random: &mut Random) -> DeviceResponse {
    let event_result: Option<EventResult> = Arbitrary::arbitrary(random);
    DeviceResponse {
        header: header(random, Kind::DeviceResponse),
        outputs: Arbitrary::arbitrary(random),
        input: Arbitrary::arbitrary(random),
        event_total: if event_result.is_some() { Arbitrary::arbitrary(random) } else { None },
        event_result,
        error: Arbitrary::arbitrary(random),
        left_out: 0,
    }
}

/// A message without fragments.
pub(crate) fn message(random: &mut Random, kind: Kind) -> Message {
    match kind {
        Kind::CardServiceRequest => Message::CardServiceRequest(card_service_request(random)),
        Kind::CardServiceResponse => Message::CardServiceResponse(card_service_response(random)),
        Kind::ServiceRequest => Message::ServiceRequest(service_request(random)),
        Kind::ServiceResponse => Message::ServiceResponse(service_response(random)),
        Kind::DeviceRequest => Message::DeviceRequest(device_request(random)),
        Kind::DeviceResponse => Message::DeviceResponse(device_response(random)),
    }
}

/// The same message without the fragments that reading adds.
pub(crate) fn without_fragments(mut message: Message) -> Message {
    match &mut message {
        Message::CardServiceRequest(message) => message.private_data = Fragment::default(),
        Message::CardServiceResponse(message) => message.private_data = Fragment::default(),
        Message::ServiceRequest(message) => message.private_data = Fragment::default(),
        Message::ServiceResponse(message) => message.private_data = Fragment::default(),
        Message::DeviceRequest(message) => message.journal = Fragment::default(),
        Message::DeviceResponse(_) => {}
    }
    message
}

/// Whether all of its fragments can be written.
pub(crate) fn is_writable(message: &Message) -> bool {
    match message {
        Message::CardServiceRequest(message) => message.private_data.is_empty() || message.private_data.is_writable(),
        Message::CardServiceResponse(message) => message.private_data.is_empty() || message.private_data.is_writable(),
        Message::ServiceRequest(message) => message.private_data.is_empty() || message.private_data.is_writable(),
        Message::ServiceResponse(message) => message.private_data.is_empty() || message.private_data.is_writable(),
        Message::DeviceRequest(message) => message.journal.is_empty() || message.journal.is_writable(),
        Message::DeviceResponse(_) => true,
    }
}

pub(crate) fn with_namespace(mut message: Message, namespace: Namespace) -> Message {
    let header = match &mut message {
        Message::CardServiceRequest(message) => &mut message.header,
        Message::CardServiceResponse(message) => &mut message.header,
        Message::ServiceRequest(message) => &mut message.header,
        Message::ServiceResponse(message) => &mut message.header,
        Message::DeviceRequest(message) => &mut message.header,
        Message::DeviceResponse(message) => &mut message.header,
    };
    header.namespace = namespace;
    message
}
