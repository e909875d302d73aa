//! Every sample says what its index says.

use opi_core::limits::WINDOW_MIN;
use opi_core::opi::message::{
    Alignment, CardServiceRequest, CardServiceResponse, CharStyle, DeviceRequest, DeviceResponse, Header, Kind,
    Message, Namespace, ServiceRequest, ServiceResponse, TotalAmount,
};
use opi_core::xml::Tolerance;

use crate::{decode, read, read_windowed, sample, samples};

fn header(header: &Header) -> String {
    let show = |text: Option<&str>| text.unwrap_or("-").to_owned();
    format!(
        "{} {} {} {}",
        show(header.workstation_id.as_ref().map(|id| id.as_str())),
        show(header.request_id.as_ref().map(|id| id.as_str())),
        show(header.request_type.as_ref().map(|word| word.as_str())),
        show(header.overall_result.as_ref().map(|word| word.as_str())),
    )
}

fn money(total: Option<&TotalAmount>) -> String {
    total.map_or(String::new(), |total| total.money().map_or(" no money".into(), |money| format!(" {money}")))
}

pub(crate) fn summary(message: &Message) -> String {
    let mut out = header(message.header());
    match message {
        Message::CardServiceRequest(CardServiceRequest {
            pos_data,
            card_circuits,
            original,
            total,
            sale_items,
            ..
        }) => {
            out += &money(total.as_ref());
            if let Some(cash) = total.as_ref().and_then(|total| total.money_of(total.cash_back_amount)) {
                out += &format!(" cash {cash}");
            }
            if let Some(circuits) = card_circuits {
                out += &format!(" circuits {}", circuits.len());
            }
            if let Some(stan) = original.as_ref().and_then(|original| original.stan.as_ref()) {
                out += &format!(" stan {stan}");
            }
            if !sale_items.is_empty() {
                out += &format!(" items {}", sale_items.len());
            }
            if let Some(shift) = pos_data.as_ref().and_then(|pos_data| pos_data.shift_number) {
                out += &format!(" shift {shift}");
            }
        }
        Message::CardServiceResponse(CardServiceResponse {
            terminal,
            total,
            authorisation,
            diagnosis,
            facts,
            errors,
            ..
        }) => {
            out += &money(total.as_ref());
            if let Some(stan) = terminal.as_ref().and_then(|terminal| terminal.stan.as_ref()) {
                out += &format!(" stan {stan}");
            }
            if let Some(authorisation) = authorisation {
                for (name, value) in
                    [("approval", &authorisation.approval_code), ("action", &authorisation.action_code)]
                {
                    if let Some(value) = value {
                        out += &format!(" {name} {value}");
                    }
                }
                if let Some(reference) = &authorisation.trx_reference_number {
                    out += &format!(" ref {reference}");
                }
                if let Some(acquirer) = &authorisation.acquirer_id {
                    out += &format!(" acquirer {acquirer}");
                }
            }
            if let Some(diagnosis) = diagnosis {
                out += &format!(
                    " reasons {} {}",
                    diagnosis.host_decline_reason.as_ref().unwrap(),
                    diagnosis.terminal_decline_reason.as_ref().unwrap()
                );
            }
            if let Some(code) = facts.as_ref().and_then(|facts| facts.error_code.as_ref()) {
                out += &format!(" code {code}");
            }
            for error in errors {
                out += &format!(" error {}", error.code.as_ref().unwrap());
            }
        }
        Message::ServiceRequest(ServiceRequest { pos_data, private_data, .. }) => {
            if let Some(method) = pos_data.as_ref().and_then(|pos_data| pos_data.diagnosis_method.as_ref()) {
                out += &format!(" {method}");
            }
            if !private_data.is_empty() {
                out += &format!(" private {}", private_data.as_str().len());
            }
        }
        Message::ServiceResponse(ServiceResponse {
            identification,
            card_circuits,
            facts,
            diagnosis_result,
            acquirers,
            ..
        }) => {
            if let Some(identification) = identification {
                out += &format!(" id {}", identification.terminal_id.as_ref().unwrap());
                if let Some(status) = &identification.terminal_status {
                    out += &format!(" {status}");
                }
                if let Some(hardware) = &identification.hardware {
                    out += &format!(" {hardware}");
                }
            }
            for circuit in card_circuits {
                out += &format!(" {}={}", circuit.code.as_ref().unwrap(), circuit.display_name);
            }
            for acquirer in acquirers {
                out += &format!(" [{}]", acquirer.name);
            }
            if let Some(facts) = facts {
                out += &format!(" reboot {}", facts.reboot_info.as_ref().unwrap());
            }
            if let Some(result) = diagnosis_result {
                out += &format!(" {}", result.text);
            }
        }
        Message::DeviceRequest(
            request @ DeviceRequest { outputs, input, transaction, transaction_total, header, .. },
        ) => {
            if let Some(sequence) = &header.sequence_id {
                out += &format!(" #{sequence}");
            }
            for (number, output) in outputs.iter().enumerate() {
                out += &format!(" {}", output.target.as_ref().unwrap());
                if let Some(ticket) = &output.ticket_type {
                    out += &format!("/{ticket}");
                }
                out += &format!(" {}", request.lines_of(number).count());
                if let Some(line) = request.lines_of(number).next() {
                    out += &format!(" '{}'", line.text);
                }
            }
            out += &money(transaction_total.as_ref());
            if let Some(transaction) = transaction {
                out += &format!(" ref {}", transaction.trx_reference_number.as_ref().unwrap());
            }
            if let Some(input) = input {
                out += &format!(" {}: {}", input.target.as_ref().unwrap(), input.command.as_ref().unwrap());
                out += &format!(" {}s", input.time_out.unwrap());
            }
        }
        Message::DeviceResponse(DeviceResponse { outputs, input, event_result, event_total, .. }) => {
            for output in outputs {
                out += &format!(" {}={}", output.target.as_ref().unwrap(), output.result.as_ref().unwrap());
            }
            if let Some(input) = input {
                out += &format!(" {}={}", input.target.as_ref().unwrap(), input.result.as_ref().unwrap());
                if let Some(yes) = input.in_boolean {
                    out += &format!(" {yes}");
                }
                if let Some(number) = &input.in_number {
                    out += &format!(" {number}");
                }
                if !input.in_string.is_empty() {
                    out += &format!(" '{}'", input.in_string);
                }
            }
            if let Some(event) = event_result {
                out += &format!(" {}{}", event.modified_request.as_ref().unwrap(), money(event_total.as_ref()));
            }
        }
    }
    out
}

/// What the index of the samples says of each: who, which request, what, result, and the facts that matter.
const EXPECTED: &[(&str, &str)] = &[
    ("de-01-login-req", "1 48210011 Login -"),
    ("de-02-login-params-req", "KASSE1 1 Login - private 361"),
    ("de-03-login-resp", "1 48210011 Login Success reboot 2026-05-05T03:12:00"),
    ("de-04-cardpayment-req", "1 48210012 CardPayment - 39.50 EUR"),
    ("de-05-device-display-req", "1 48210012 Output - #2 CashierDisplay 2 'Bitte Karte'"),
    ("de-07-device-two-receipts-resp", "1 48210012 Output Success Printer=Success PrinterReceipt=Success"),
    (
        "de-08-cardpayment-resp",
        "1 48210012 CardPayment Success 39.50 EUR stan 021702 action 0 acquirer undefined code 1002700",
    ),
    (
        "de-09-cardpayment-resp-declined",
        "1 48210013 CardPayment Failure 80.00 EUR stan 021703 action 51 acquirer undefined code 51",
    ),
    ("de-12-reversal-req", "1 48210015 PaymentReversal - stan 021702"),
    ("de-14-refund-req", "1 48210016 PaymentRefund - 15.00 EUR"),
    ("de-15-reconciliation-closure-req", "1 48210017 ReconciliationWithClosure -"),
    ("de-17-cardpayment-resp-loggedout", "1 48210018 CardPayment LoggedOut"),
    ("de-18-logoff-req", "1 48210019 Logoff -"),
    ("de-19-abort-as-servicerequest", "1 48210020 AbortRequest -"),
    ("if-01-diagnosis-req", "POS3 1501 Diagnosis - OnLine"),
    ("if-02-diagnosis-resp", "POS3 1501 Diagnosis PartialFailure Host A online; Host B no answer"),
    ("if-03-fuel-cardpayment-req", "POS3 1502 CardPayment - 61.40 GBP items 2 shift 2"),
    ("if-05-preauth-req", "POS3 1503 CardPreAuthorisation - 99.00 GBP"),
    ("if-07-financialadvice-req", "POS3 1504 CardFinancialAdvice - 42.17 GBP stan 9003 items 1"),
    (
        "if-08-financialadvice-resp",
        "POS3 1504 CardFinancialAdvice Success 42.17 GBP stan 9004 approval 004519 acquirer ACQ1",
    ),
    ("if-10-device-event-resp", "POS3 1505 Event Success CardPreAuthorisation 99.00 GBP"),
    (
        "if-11-device-getmenu-req",
        "POS3 1506.1 Input - #1 CashierDisplay 3 'Select account' CashierKeyboard: GetMenu 60s",
    ),
    ("if-12-device-getmenu-resp", "POS3 1506.1 Input Success CashierDisplay=Success CashierKeyboard=Success 2"),
    (
        "if-13-device-getdecimals-req",
        "POS3 1506.2 Input - #2 CashierDisplay 2 'Enter mileage' CashierKeyboard: GetDecimals 45s",
    ),
    ("if-15-device-getchar-resp", "POS3 1506.3 Input Success CashierKeyboard=Success 'AB12 CDE & Co'"),
    ("if-17-reversal-full-req", "POS3 1507 PaymentReversal - 61.40 GBP stan 9002"),
    ("if-18-storevalue-req", "POS3 1508 StoreValueInCard - 25.00 GBP"),
    ("if-19-cardswipe-resp", "POS3 1509 CardSwipe Success stan 9008"),
    ("if-21-cardpayment-resp-errordetail", "POS3 1511 CardPayment ValidationError error 204"),
    ("nl-01-cardpayment-req", "POS1 17 CardPayment - 12.50 EUR circuits 0 shift 0"),
    ("nl-02-device-display-req", "POS1 17.1 Output - CashierDisplay 1 'Gebruik uw kaart a.u.b.'"),
    ("nl-03-device-display-resp", "POS1 17.1 Output Success CashierDisplay=Success"),
    ("nl-04-device-printer-req", "POS1 17.2 Output - Printer 7 'Terminal:      11149001'"),
    ("nl-06-cardpayment-resp", "POS1 17 CardPayment Success 12.50 EUR stan 00000731 approval TM1234"),
    ("nl-07-getcardcircuits-req", "POS1 18 GetCardCircuits -"),
    (
        "nl-08-getcardcircuits-resp",
        "POS1 18 GetCardCircuits Success MAES=Maestro VISA=VISA ECMC=MasterCard CMFC=Comfort Card",
    ),
    ("nl-10-refund-referenced-req", "POS1 20 PaymentRefund - 12.50 EUR"),
    ("nl-11-cardpayment-req-paperempty", "POS1 21 CardPayment - 3.00 EUR shift 0"),
    ("nl-12-ticketreprint-resp-deviceunavailable", "POS1 22 TicketReprint DeviceUnavailable"),
    ("nx-01-cardpayment-req", "lane-1 1790000101 CardPayment - 24.90 CHF shift 3"),
    ("nx-02-device-cashierdisplay-req", "lane-1 1790000101.1 Output - CashierDisplay 2 'Karte vorhalten'"),
    ("nx-03-device-cashierdisplay-resp", "lane-1 1790000101.1 Output Success CashierDisplay=Success"),
    ("nx-04-device-printer-customer-req", "lane-1 1790000101.4 Output - Printer/CustomerReceipt 14 'MUSTER KAFFEE AG'"),
    ("nx-05-device-printer-customer-resp", "lane-1 1790000101.4 Output Success Printer=Success"),
    (
        "nx-06-device-journalprinter-merchant-req",
        "lane-1 1790000101.3 Output - JournalPrinter/MerchantReceipt 6 'Buchung'",
    ),
    ("nx-07-device-journalprinter-merchant-resp", "lane-1 1790000101.3 Output Success JournalPrinter=Success"),
    ("nx-08-device-ejournal-req", "lane-1 1790000101.5 Output - E-Journal 0 24.90 CHF ref 00731559184"),
    ("nx-09-device-ejournal-resp", "lane-1 1790000101.5 Output Success E-Journal=Success"),
    (
        "nx-10-cardpayment-resp-success",
        "lane-1 1790000101 CardPayment Success 24.90 CHF stan 482 approval 415908 ref 00731559184 acquirer 00000001731 reasons 0 0",
    ),
    (
        "nx-11-cardpayment-resp-declined-host",
        "lane-1 1790000102 CardPayment Failure 310.00 CHF stan 483 acquirer 00000001731 reasons 51 0",
    ),
    ("nx-14-abort-req", "lane-1 1790000105 AbortRequest -"),
    ("nx-15-abort-resp-success", "lane-1 1790000105 AbortRequest Success"),
    ("nx-16-abort-resp-deviceunavailable", "lane-1 1790000106 AbortRequest DeviceUnavailable"),
    ("nx-17-cardpayment-resp-printlastticket", "lane-1 1790000107 CardPayment PrintLastTicket"),
    ("nx-18-ticketreprint-req", "lane-1 1790000108 TicketReprint -"),
    ("nx-20-repeatlast-req", "lane-1 1790000109 RepeatLastMessage -"),
    ("nx-23-refund-req", "lane-1 1790000111 PaymentRefund - 10.00 CHF"),
    (
        "nx-24-refund-resp",
        "lane-1 1790000111 PaymentRefund Success 10.00 CHF stan 487 ref 00731559201 acquirer 00000001731",
    ),
    ("nx-25-reversal-req", "lane-1 1790000112 PaymentReversal - 24.90 CHF"),
    (
        "nx-26-device-getconfirmation-req",
        "lane-1 1790000112.1 Input - CashierDisplay 2 'Letzte Transaktion stornieren?' CashierKeyboard: GetConfirmation 50s",
    ),
    (
        "nx-27-device-getconfirmation-resp-yes",
        "lane-1 1790000112.1 Input Success CashierDisplay=Success CashierKeyboard=Success true",
    ),
    (
        "nx-28-device-getconfirmation-resp-no",
        "lane-1 1790000112.1 Input Success CashierDisplay=Success CashierKeyboard=Success false",
    ),
    ("nx-30-reservation-req", "lane-1 1790000113 CardReservation - 300.00 CHF"),
    (
        "nx-31-reservation-resp",
        "lane-1 1790000113 CardReservation Success 300.00 CHF stan 501 approval 770012 ref 00731559300 acquirer 00000001731",
    ),
    ("nx-32-device-dccoffer-req", "lane-1 1790000114.2 Output - Printer/DccOffer 4 'CHF 100.00'"),
    ("nx-34-cardpayment-force-cashback-req", "lane-1 1790000115 CardPayment - 50.00 CHF cash 20.00 CHF circuits 2"),
    ("nx-35-device-deliverybox-req", "lane-1 1790000116.3 Output - DeliveryBox 0"),
    ("nx-36-device-deliverybox-resp", "lane-1 1790000116.3 Output Success DeliveryBox=Success"),
    ("nx-37-device-printer-resp-failure", "lane-1 1790000101.4 Output Failure Printer=DeviceUnavailable"),
    ("nx-40-getstatus-req", "lane-1 1790000120 GetStatus -"),
    ("nx-41-getstatus-resp", "lane-1 1790000120 GetStatus Success id 20001234 ACTIVE"),
    ("nx-42-getinfo-req", "lane-1 1790000121 GetInfo -"),
    (
        "nx-43-getinfo-resp",
        "lane-1 1790000121 GetInfo Success id 20001234 RX5000 VISA=Visa ECMC=Mastercard TWNT=TWINT UNUP=UnionPay [SIX PAYMENT]",
    ),
    ("nx-44-activate-req", "lane-1 1790000122 ActivateTerminal -"),
    ("nx-46-closeday-req", "lane-1 1790000123 CloseDay -"),
    ("nx-48-transmittrx-req", "lane-1 1790000124 TransmitTrx -"),
    ("nx-49-cardpayment-resp-timedout-noevidence", "lane-1 1790000117 CardPayment TimedOut"),
    ("rs-01-busy", "lane-1 1790000201 CardPayment Busy"),
    ("rs-02-formaterror", "lane-1 1790000202 CardPayment FormatError"),
    ("rs-04-missingmandatorydata", "lane-1 1790000204 CardPayment MissingMandatoryData"),
    ("rs-06-notsupported", "lane-1 1790000206 CardPayment NotSupported"),
    ("xx-01-doctype-entity", "byte 22: a DTD is not allowed"),
    ("xx-02-truncated", "byte 136: the document ends too early"),
    ("xx-03-missing-overallresult", "lane-1 1790000101 CardPayment -"),
    ("xx-05-wrong-requestid", "lane-1 999 CardPayment Success"),
    ("xx-06-declared-latin1-but-utf8", "1 5 Output - PrinterReceipt 1 'Café Müller'"),
    ("xx-08-bom", "lane-1 9 GetStatus Success"),
    ("xx-10-whitespace-amount", "lane-1 1790000101 CardPayment Success 9.00 EUR"),
    ("xx-11-one-decimal-amount", "lane-1 1790000101 CardPayment - 39.50 EUR"),
    ("xx-13-extra-precision-amount", "byte 263: TotalAmount: more decimals than the currency has"),
    ("xx-15-posdata-spelling", "lane-1 1 CardPayment - 1.00 EUR"),
    ("xx-18-duplicate-attr", "byte 61: an attribute occurs twice"),
    ("xx-19-unknown-root", "byte 0: the root element is no OPI message"),
];

#[test]
fn every_sample_says_what_its_index_says() {
    let samples = samples();
    assert_eq!(samples.len(), EXPECTED.len(), "a sample without expectation");
    for ((name, document), (expected_name, expected)) in samples.iter().zip(EXPECTED) {
        assert_eq!(name, expected_name);
        let told = match Message::decode(document, Tolerance::FIELD) {
            Ok(message) => {
                assert_eq!(message.header().kind, kind_of(document), "{name}");
                summary(&message)
            }
            Err(fault) => format!("byte {}: {fault}", fault.offset),
        };
        assert_eq!(told, *expected, "{name}");
    }
}

/// The kind by the first root name that stands in the text: an oracle that knows no XML.
fn kind_of(document: &[u8]) -> Kind {
    let text = String::from_utf8_lossy(document);
    let at =
        |kind: &Kind| text.find(&format!("<{} ", kind.name())).or_else(|| text.find(&format!("<{}\n", kind.name())));
    Kind::ALL.into_iter().filter(|kind| at(kind).is_some()).min_by_key(at).unwrap()
}

#[test]
fn a_receipt_keeps_its_looks() {
    let Message::DeviceRequest(request) = decode_sample("nx-04-device-printer-customer-req") else { panic!() };
    let lines: Vec<_> = request.lines_of(0).collect();
    assert_eq!(lines[0].alignment, Some(Alignment::Center));
    assert_eq!(lines[0].char_style1, Some(CharStyle::Bold));
    assert_eq!(lines[1].text.as_str(), "Seestrasse 1, 8000 Zürich");
    assert!(lines[2].text.is_empty());
    assert_eq!(lines[6].text.as_str(), "14.03.2026       10:15:21");
    assert_eq!(lines[13].paper_cut, Some(true));
    assert_eq!(request.left_out, 0);
}

#[test]
fn the_e_journal_is_told_twice_as_facts_and_as_written() {
    let document = String::from_utf8(sample("nx-08-device-ejournal-req")).unwrap();
    let Message::DeviceRequest(request) = decode(&document) else { panic!() };
    let transaction = request.transaction.unwrap();
    assert_eq!(transaction.authorisation_code.unwrap().as_str(), "415908");
    assert_eq!(transaction.date_and_time.unwrap().as_str(), "2026-03-14T10:15:21+01:00");
    assert_eq!(transaction.card_label_name.unwrap().as_str(), "VISA CREDIT");
    let begin = document.find("E-Journal\">").unwrap() + "E-Journal\">".len();
    let end = document.find("</Output>").unwrap();
    assert_eq!(request.journal.as_str(), &document[begin..end]);
    assert!(request.journal.is_writable());
}

#[test]
fn private_data_is_kept_as_written() {
    let document = String::from_utf8(sample("de-02-login-params-req")).unwrap();
    let Message::ServiceRequest(request) = decode(&document) else { panic!() };
    let begin = document.find("<PrivateData>").unwrap() + "<PrivateData>".len();
    let end = document.find("</PrivateData>").unwrap();
    assert_eq!(request.private_data.as_str(), &document[begin..end]);
}

#[test]
fn card_data_is_there_but_never_shown() {
    let Message::CardServiceResponse(response) = decode_sample("if-19-cardswipe-resp") else { panic!() };
    let card = response.card_value.unwrap();
    assert_eq!(card.track2.expose_secret(), ";700400000000000011=27121010000?");
    assert_eq!(card.expiry_date.expose_secret(), "2712");
    assert_eq!(card.card_pan.unwrap().expose_card_number(), "700400######0011");
    assert_eq!(card.card_circuit.unwrap().as_str(), "LOYALTY");
}

#[test]
fn a_namespace_is_told_but_does_not_matter() {
    for (name, namespace) in [
        ("de-05-device-display-req", Namespace::None),
        ("de-08-cardpayment-resp", Namespace::IxRetail),
        ("xx-06-declared-latin1-but-utf8", Namespace::None),
    ] {
        assert_eq!(decode_sample(name).header().namespace, namespace, "{name}");
    }
    let prefixed =
        "<n:ServiceResponse xmlns:n='urn:else' RequestID='7'><n:Terminal TerminalID='9'/></n:ServiceResponse>";
    let Message::ServiceResponse(response) = decode(prefixed) else { panic!() };
    assert_eq!(response.header.namespace, Namespace::Other);
    assert_eq!(response.terminal.unwrap().terminal_id.unwrap().as_str(), "9");
}

fn decode_sample(name: &str) -> Message {
    decode(std::str::from_utf8(&sample(name)).unwrap())
}

/// The parts of a message do not depend on how its bytes arrive.
#[test]
fn every_window_gives_the_same_parts() {
    for (name, document) in samples() {
        let whole = read(&document);
        assert_eq!(read_windowed(&document, document.len(), 1), whole, "{name}: byte by byte");
        for size in [WINDOW_MIN, WINDOW_MIN + 1, 131, 160, 200, 255, 256, 511] {
            for step in [1, 3, size] {
                assert_eq!(read_windowed(&document, size, step), whole, "{name}: window of {size}, {step} at a time");
            }
        }
    }
}

/// The end tag of a fragment can be cut anywhere, and comments may hold what looks like it.
#[test]
fn fragments_end_where_their_element_does() {
    let content =
        "a<!-- </PrivateData> --><x y='</'>&lt;/</x><PrivateData/><![CDATA[</PrivateData>]]><?p </PrivateData?>";
    let content = content.replace("'</'", "'/>'");
    let document = format!(
        "<ServiceResponse RequestID='1'><PrivateData >{content}<!-- </PrivateData --></PrivateData\n\t ><Terminal STAN='1'/></ServiceResponse>"
    );
    let whole = read(document.as_bytes());
    assert_eq!(whole.fault, None);
    assert_eq!(whole.private_data, format!("{content}<!-- </PrivateData -->"));
    assert!(whole.parts.iter().any(|part| part.starts_with("Terminal")));
    for size in WINDOW_MIN..document.len() {
        assert_eq!(read_windowed(document.as_bytes(), size, size), whole, "window of {size}");
    }
    assert_eq!(read_windowed(document.as_bytes(), document.len(), 1), whole);
}
