//! Random messages of random records.

use opi_core::opi::message::*;

use crate::random::Random;
use crate::strategy::{Arbitrary, Value};

fn header(random: &mut Random, kind: Kind) -> Header {
    Header {
        kind,
        namespace: Namespace::None,
        blank_lane: false,
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

/// An element that names no language says nothing about it.
fn language(random: &mut Random) -> Option<Language> {
    Option::<Language>::arbitrary(random).filter(|language| language.language_code.is_some())
}

/// The content of an element that nobody here knows.
fn fragment<const N: usize>(random: &mut Random) -> Fragment<N> {
    if !random.there() {
        return Fragment::default();
    }
    let content = ["a", "<Track2>0123ABCD</Track2>", "a<b c='d'/>e&amp;<![CDATA[<]]>", "<a><a/></a><!-- </b> -->"];
    Fragment::new(content[random.below(content.len())]).unwrap()
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
        encrypted_card_value: fragment(random),
        acquirer: Arbitrary::arbitrary(random),
        private_data: Fragment::default(),
        encryption: fragment(random),
        validation: fragment(random),
        left_out: 0,
    }
}

fn card_service_response(random: &mut Random) -> CardServiceResponse {
    CardServiceResponse {
        header: header(random, Kind::CardServiceResponse),
        terminal: Arbitrary::arbitrary(random),
        errors: Arbitrary::arbitrary(random),
        error_response: Arbitrary::arbitrary(random),
        language: language(random),
        total: Arbitrary::arbitrary(random),
        authorisation: Arbitrary::arbitrary(random),
        restriction_codes: Arbitrary::arbitrary(random),
        loyalty: Arbitrary::arbitrary(random),
        sale_items: Arbitrary::arbitrary(random),
        original_header: Arbitrary::arbitrary(random),
        card_value: Arbitrary::arbitrary(random),
        card_details: Arbitrary::arbitrary(random),
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
        pin_pad_program_load: Arbitrary::arbitrary(random),
        private_data: Fragment::default(),
        encryption_rsa: Arbitrary::arbitrary(random),
        left_out: 0,
    }
}

fn service_response(random: &mut Random) -> ServiceResponse {
    ServiceResponse {
        header: header(random, Kind::ServiceResponse),
        terminal: Arbitrary::arbitrary(random),
        errors: Arbitrary::arbitrary(random),
        error_response: Arbitrary::arbitrary(random),
        authorisation: Arbitrary::arbitrary(random),
        language: language(random),
        totals: Arbitrary::arbitrary(random),
        submission: Arbitrary::arbitrary(random),
        diagnosis_result: Arbitrary::arbitrary(random),
        original_header: Arbitrary::arbitrary(random),
        card_circuits: Arbitrary::arbitrary(random),
        encryption_modulus: fragment(random),
        encryption_exponent: Arbitrary::arbitrary(random),
        reference: Arbitrary::arbitrary(random),
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
        if output.target.as_ref().is_some_and(DeviceTarget::is_journal) && std::mem::replace(&mut journal, true) {
            output.target = Some(DeviceTarget::Printer);
        }
    }
    let mut lines = heapless::Vec::new();
    let mut sounds = heapless::Vec::new();
    let mut secure_data = heapless::Vec::new();
    let mut macs = heapless::Vec::new();
    let mut images = heapless::Vec::new();
    for output in 0..u8::try_from(outputs.len()).unwrap() {
        for _ in 0..random.below(opi_core::limits::LINES / opi_core::limits::OUTPUTS) {
            lines.push(OutputLine { output, line: TextLine::value(random).unwrap() }).unwrap();
        }
        if random.there() {
            sounds.push(OutputSound { output, sound: Buzzer::value(random).unwrap() }).unwrap();
        }
        // As long as there is room.
        if random.below(4) == 0 {
            let _ = secure_data.push(OutputData { output, data: OutSecureData::value(random).unwrap() });
            let _ = macs.push(OutputMac { output, mac: Mac::value(random).unwrap() });
            let _ = images.push(OutputImage { output, image: ImageFile::value(random).unwrap() });
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
        secure_data,
        macs,
        images,
        transaction_total: if transaction.is_some() { Arbitrary::arbitrary(random) } else { None },
        transaction,
        dcc: if journal { Arbitrary::arbitrary(random) } else { None },
        journal: Fragment::default(),
        input: Arbitrary::arbitrary(random),
        event_total: if event.is_some() { Arbitrary::arbitrary(random) } else { None },
        products: if event.is_some() { Arbitrary::arbitrary(random) } else { heapless::Vec::new() },
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
        event_items: if event_result.is_some() { Arbitrary::arbitrary(random) } else { heapless::Vec::new() },
        event_acquirer: if event_result.is_some() { Arbitrary::arbitrary(random) } else { None },
        auth_response: if event_result.is_some() { Arbitrary::arbitrary(random) } else { None },
        transaction_limits: if event_result.is_some() { Arbitrary::arbitrary(random) } else { None },
        event_result,
        error: Arbitrary::arbitrary(random),
        error_response: Arbitrary::arbitrary(random),
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
