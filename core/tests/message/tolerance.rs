//! Implementations differ; what they mean does not.

use opi_core::limits;
use opi_core::opi::message::{
    CardServiceResponse, Coding, Command, Decoder, DeviceRequest, DeviceTarget, Message, OverallResult, Part,
    RequestType, ServiceResponse,
};
use opi_core::xml::Tolerance;

use crate::{decode, read, samples};

fn card_response(content: &str) -> CardServiceResponse {
    match decode(&format!(
        "<CardServiceResponse RequestID='1' RequestType='CardPayment'>{content}</CardServiceResponse>"
    )) {
        Message::CardServiceResponse(response) => response,
        other => panic!("{other:?}"),
    }
}

fn service_response(content: &str) -> ServiceResponse {
    match decode(&format!("<ServiceResponse RequestID='1'>{content}</ServiceResponse>")) {
        Message::ServiceResponse(response) => response,
        other => panic!("{other:?}"),
    }
}

fn device_request(attributes: &str, content: &str) -> DeviceRequest {
    match decode(&format!("<DeviceRequest RequestID='1' {attributes}>{content}</DeviceRequest>")) {
        Message::DeviceRequest(request) => request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_spellings_are_the_same() {
    for name in ["POSdata", "POSData"] {
        let document = format!("<CardServiceRequest><{name} LanguageCode='de'/></CardServiceRequest>");
        let Message::CardServiceRequest(request) = decode(&document) else { panic!() };
        assert_eq!(request.pos_data.unwrap().language_code.unwrap().as_str(), "de");
    }
    for name in ["Authorisation", "Authorization"] {
        let response = card_response(&format!("<Tender><{name} ApprovalCode='7'/></Tender>"));
        assert_eq!(response.authorisation.unwrap().approval_code.unwrap().as_str(), "7");
    }
    for target in ["E-Journal", "EJournal"] {
        let request = device_request("", &format!("<Output OutDeviceTarget='{target}'><x/></Output>"));
        assert!(request.outputs[0].target.as_ref().unwrap().is_journal());
        assert_eq!(request.outputs[0].target.as_ref().unwrap().as_str(), target, "echoed as it came");
        assert_eq!(request.journal.as_str(), "<x/>");
    }
    for (reference, code) in
        [("TransactionRefNumber", "AuthorisationCode"), ("TrxReferenceNumber", "AuthorizationCode")]
    {
        let request = device_request(
            "",
            &format!(
                "<Output><TransactionInfo><{reference}>5</{reference}><{code}>6</{code}></TransactionInfo></Output>"
            ),
        );
        let transaction = request.transaction.unwrap();
        assert_eq!(transaction.trx_reference_number.unwrap().as_str(), "5");
        assert_eq!(transaction.authorisation_code.unwrap().as_str(), "6");
    }
    for (element, rate, mark_up) in
        [("DccInfo", "Exchangerate", "CommissionPercentage"), ("DCCInfo", "ExchangeRate", "MarkupPercentage")]
    {
        let request = device_request(
            "",
            &format!("<Output><{element}><{rate}>1.0783</{rate}><{mark_up}>3.95</{mark_up}></{element}></Output>"),
        );
        let dcc = request.dcc.unwrap();
        assert_eq!(dcc.exchange_rate.unwrap().to_string(), "1.0783");
        assert_eq!(dcc.commission_percentage.unwrap().to_string(), "3.95");
    }
}

#[test]
fn results_are_read_in_any_case_and_unlisted_ones_kept() {
    for (text, result) in [
        ("Loggedout", OverallResult::LoggedOut),
        ("SUCCESS", OverallResult::Success),
        ("printlastticket", OverallResult::PrintLastTicket),
        (" Success ", OverallResult::Success),
    ] {
        let Message::ServiceResponse(response) = decode(&format!("<ServiceResponse OverallResult='{text}'/>")) else {
            panic!()
        };
        assert_eq!(response.header.overall_result, Some(result));
    }
    let Message::ServiceResponse(response) = decode("<ServiceResponse OverallResult='SomethingNew'/>") else {
        panic!()
    };
    let result = response.header.overall_result.unwrap();
    assert!(matches!(result, OverallResult::Other(_)));
    assert_eq!(result.as_str(), "SomethingNew");
}

/// A request type is echoed, so another case of letters is another word.
#[test]
fn request_types_are_kept_byte_for_byte() {
    for listed in RequestType::LISTED {
        assert_eq!(RequestType::from_text(listed.as_str()).as_ref(), Some(listed));
        let other = listed.as_str().to_uppercase();
        let word = RequestType::from_text(&other).unwrap();
        assert!(matches!(word, RequestType::Other(_)), "{other}");
        assert_eq!(word.as_str(), other);
    }
}

#[test]
fn every_listed_word_is_read_as_itself() {
    for listed in OverallResult::LISTED {
        assert_eq!(OverallResult::from_text(listed.as_str()).as_ref(), Some(listed));
    }
    for listed in DeviceTarget::LISTED {
        assert_eq!(DeviceTarget::from_text(listed.as_str()).as_ref(), Some(listed));
    }
    for listed in Command::LISTED {
        assert_eq!(Command::from_text(listed.as_str()).as_ref(), Some(listed));
    }
}

#[test]
fn an_unknown_card_request_may_move_money() {
    let unknown = RequestType::from_text("CaptureReservation").unwrap();
    assert!(unknown.moves_money() && !unknown.is_service());
    for word in [
        "CardPayment",
        "PaymentRefund",
        "PaymentReversal",
        "CardReservation",
        "StoreValueInCard",
        "CardFinancialAdvice",
    ] {
        assert!(RequestType::from_text(word).unwrap().moves_money(), "{word}");
    }
    for word in
        ["TicketReprint", "RepeatLastMessage", "AbortRequest", "CardSwipe", "Login", "CloseDay", "Output", "Input"]
    {
        assert!(!RequestType::from_text(word).unwrap().moves_money(), "{word}");
    }
}

/// Nexi terminals write the same value as attribute or as element.
#[test]
fn attributes_may_be_elements_and_the_reverse() {
    let one = card_response(
        "<Terminal TerminalID='T' STAN='012'/><Tender><Authorisation ApprovalCode='7' CardCircuit='VISA' TimeStamp='t'/></Tender>",
    );
    let other = card_response(
        "<Terminal><STAN> 012 </STAN><TerminalID>\n T\n</TerminalID></Terminal><Tender><Authorisation>\n\
         <CardCircuit>VISA</CardCircuit><TimeStamp>t</TimeStamp><ApprovalCode>7</ApprovalCode></Authorisation></Tender>",
    );
    assert_eq!(one, other);
    let Message::CardServiceRequest(attribute) =
        decode("<CardServiceRequest><POSdata ShiftNumber='3'/></CardServiceRequest>")
    else {
        panic!()
    };
    assert_eq!(attribute.pos_data.unwrap().shift_number, Some(3));
    // An empty one takes nothing away, another one counts.
    let both = card_response("<Terminal STAN='1'><STAN/></Terminal>");
    assert_eq!(both.terminal.unwrap().stan.unwrap().as_str(), "1");
    let both = card_response("<Terminal STAN='1'><STAN>2</STAN></Terminal>");
    assert_eq!(both.terminal.unwrap().stan.unwrap().as_str(), "2");
}

#[test]
fn reasons_of_a_decline_are_found_wherever_they_stand() {
    for content in [
        "<PrivateData><Diagnosis HostDeclineReason='51' TerminalDeclineReason='0'/></PrivateData>",
        "<PrivateData><Diagnosis><HostDeclineReason>51</HostDeclineReason><TerminalDeclineReason>0</TerminalDeclineReason></Diagnosis></PrivateData>",
        "<PrivateData><a><b><Diagnosis HostDeclineReason='51'/></b><TerminalDeclineReason>0</TerminalDeclineReason></a></PrivateData>",
        "<Tender><Authorisation HostDeclineReason='51' TerminalDeclineReason='0'/></Tender>",
        "<Diagnosis HostDeclineReason='51' TerminalDeclineReason='0'/>",
        "<HostDeclineReason>51</HostDeclineReason><Terminal><TerminalDeclineReason> 0 </TerminalDeclineReason></Terminal>",
    ] {
        let diagnosis = card_response(content).diagnosis.unwrap();
        assert_eq!(diagnosis.host_decline_reason.unwrap().as_str(), "51", "{content}");
        assert_eq!(diagnosis.terminal_decline_reason.unwrap().as_str(), "0", "{content}");
    }
}

#[test]
fn evidence_outside_of_the_authorisation_is_found() {
    let response = card_response(
        "<Tender><Authorisation CardCircuit='VISA'/><TrxReferenceNumber>0073</TrxReferenceNumber></Tender>\
         <PrivateData><x><ApprovalCode>7</ApprovalCode></x></PrivateData><ReferenceNumber>order-1</ReferenceNumber>",
    );
    let authorisation = response.authorisation.unwrap();
    assert_eq!(authorisation.card_circuit.unwrap().as_str(), "VISA");
    assert_eq!(authorisation.trx_reference_number.unwrap().as_str(), "0073");
    assert_eq!(authorisation.approval_code.unwrap().as_str(), "7");
    assert_eq!(response.header.reference_number.unwrap().as_str(), "order-1");
    // What the authorisation itself says counts.
    let response = card_response("<Tender><Authorisation ApprovalCode='1'/><ApprovalCode>2</ApprovalCode></Tender>");
    assert_eq!(response.authorisation.unwrap().approval_code.unwrap().as_str(), "1");
}

#[test]
fn the_transaction_of_an_e_journal_is_found_below_anything() {
    for (before, after) in [("", ""), ("<a><b>", "</b></a>"), ("<Journal><TextLine>x</TextLine>", "</Journal>")] {
        for (open, close) in [("", ""), ("<Card>", "</Card>")] {
            let request = device_request(
                "",
                &format!(
                    "<Output OutDeviceTarget='E-Journal'>{before}<TransactionInfo><TotalAmount Currency='CHF'>\
                     <DetailedAmount>24.90</DetailedAmount></TotalAmount>{open}<CardNumber>XXXX0119</CardNumber>{close}\
                     <DccInfo><CardHolderBillingAmount>26.10</CardHolderBillingAmount></DccInfo>\
                     <DateAndTime>t</DateAndTime></TransactionInfo>{after}</Output>"
                ),
            );
            assert_eq!(request.transaction_total.unwrap().money().unwrap().to_string(), "24.90 CHF");
            let transaction = request.transaction.unwrap();
            assert_eq!(transaction.card_number.unwrap().expose_card_number(), "XXXX0119");
            assert_eq!(transaction.date_and_time.unwrap().as_str(), "t");
            assert_eq!(request.dcc.unwrap().billing_amount.unwrap().to_string(), "26.1");
        }
    }
}

#[test]
fn brands_are_found_below_anything_in_service_answers_only() {
    let content = "<x><y><CardCircuit DisplayName='Visa'> VISA </CardCircuit></y></x><CardCircuit>JCB</CardCircuit>";
    let codes: Vec<_> = service_response(content)
        .card_circuits
        .iter()
        .map(|circuit| circuit.code.clone().unwrap().to_string())
        .collect();
    assert_eq!(codes, ["VISA", "JCB"]);
    let reading = read(format!("<CardServiceResponse>{content}</CardServiceResponse>").as_bytes());
    assert!(reading.parts.iter().all(|part| !part.starts_with("CardCircuit")));
}

/// What nobody knows is passed over with everything in it, even if names in it are known elsewhere.
#[test]
fn unknown_elements_are_passed_over() {
    let noise = "<Foo TerminalID='9' Currency='EUR' RequestID='9'><TotalAmount Currency='EUR'>9.00</TotalAmount>\
        <Authorisation ActionCode='9'/><Terminal STAN='9'/><Output OutDeviceTarget='Printer'/><POSdata/>text</Foo>";
    let plain = "<Terminal STAN='1'/><Tender><TotalAmount Currency='EUR'>1.00</TotalAmount></Tender>";
    let mixed = format!(
        "{noise}<Terminal Foo='9' STAN='1'>{noise}</Terminal><Tender>{noise}<TotalAmount Currency='EUR'>1.00{noise}</TotalAmount>{noise}</Tender>{noise}"
    );
    assert_eq!(card_response(&mixed), card_response(plain));
}

/// `AcquirerID=""` is no evidence of an acquirer.
#[test]
fn empty_values_are_none() {
    let response = card_response(
        "<Terminal TerminalID='' STAN=''/><Tender><TotalAmount Currency=''/><Authorisation AcquirerID='' CardPAN='' \
         ReceiptCopies='' LoyaltyAllowed='' AuthorisationType=''><ApprovalCode/><Token/></Authorisation></Tender>",
    );
    assert_eq!(response.terminal, Some(Default::default()));
    assert_eq!(response.authorisation, Some(Default::default()));
    assert_eq!(response.total, Some(Default::default()));
    assert_eq!(response.left_out, 0);
    let Message::ServiceRequest(request) = decode("<ServiceRequest WorkstationID='' RequestID='' RequestType=''/>")
    else {
        panic!()
    };
    assert_eq!(request.header.workstation_id, None);
    assert_eq!(request.header.request_id, None);
    assert_eq!(request.header.request_type, None);
}

/// A device request that does not say what it is says it by its children.
#[test]
fn the_type_of_a_device_request_is_told_by_its_children() {
    let output = "<Output OutDeviceTarget='CashierDisplay'/>";
    let input = "<Input InDeviceTarget='CashierKeyboard'><Command>GetConfirmation</Command></Input>";
    for (attributes, content, request_type) in [
        ("", output.to_owned(), Some(RequestType::Output)),
        ("", format!("{output}{input}"), Some(RequestType::Input)),
        ("", format!("{input}{output}"), Some(RequestType::Input)),
        ("", "<Event EventType='CardInserted'/>".to_owned(), Some(RequestType::Event)),
        ("", String::new(), None),
        ("RequestType='SecureInput'", format!("{output}{input}"), Some(RequestType::SecureInput)),
    ] {
        assert_eq!(device_request(attributes, &content).header.request_type, request_type, "{content}");
    }
}

/// What is echoed is what was sent, after the normalisation of XML and nothing else.
#[test]
fn identifiers_are_kept_byte_for_byte() {
    let Message::DeviceRequest(request) =
        decode("<DeviceRequest RequestID=' 17.1&#9;' WorkstationID='&lt;ü&gt;' SequenceID='007'/>")
    else {
        panic!()
    };
    assert_eq!(request.header.request_id.unwrap().as_str(), " 17.1\t");
    assert_eq!(request.header.workstation_id.unwrap().as_str(), "<ü>");
    assert_eq!(request.header.sequence_id.unwrap().as_str(), "007");
}

#[test]
fn lines_keep_their_blanks_and_pieces() {
    let request = device_request(
        "",
        "<Output><TextLine>  a  </TextLine><TextLine/><TextLine></TextLine><TextLine>a<![CDATA[ < ]]>&amp;<!-- c -->b\r\n</TextLine></Output>",
    );
    let lines: Vec<_> = request.lines_of(0).map(|line| line.text.as_str()).collect();
    assert_eq!(lines, ["  a  ", "", "", "a < &b\n"]);
}

#[test]
fn an_empty_input_value_is_not_the_same_as_none() {
    for (content, has_value) in [("<InputValue/>", true), ("", false), ("<InputValue><InBoolean/></InputValue>", true)]
    {
        let document = format!("<DeviceResponse><Input InResult='Success'>{content}</Input></DeviceResponse>");
        let Message::DeviceResponse(response) = decode(&document) else { panic!() };
        let input = response.input.unwrap();
        assert_eq!((input.has_value, input.in_boolean), (has_value, None), "{content}");
    }
    for (text, value) in [("true", true), ("false", false), ("1", true), (" 0 ", false), ("TRUE", true)] {
        let document = format!(
            "<DeviceResponse><Input><InputValue><InBoolean>{text}</InBoolean></InputValue></Input></DeviceResponse>"
        );
        let Message::DeviceResponse(response) = decode(&document) else { panic!() };
        assert_eq!(response.input.unwrap().in_boolean, Some(value), "{text}");
    }
}

/// IFSF tills say how a track is coded by a child element; others write the track itself.
#[test]
fn a_track_keeps_its_coding() {
    for (content, text, coding) in [
        (";7=1?", ";7=1?", None),
        ("<Ascii>;7=1?</Ascii>", ";7=1?", Some(Coding::Ascii)),
        ("\n <Byte> 3B37 </Byte>\n", "3B37", Some(Coding::Byte)),
        ("<Hex>3B</Hex><Hex>37</Hex>", "3B37", Some(Coding::Hex)),
        ("<Foo>;7=1?</Foo>", ";7=1?", None),
        ("<Ascii/>", "", Some(Coding::Ascii)),
    ] {
        let response = card_response(&format!("<CardValue><Track2>{content}</Track2></CardValue>"));
        let value = response.card_value.unwrap();
        assert_eq!((value.track2.expose_secret(), value.track2_coding), (text, coding), "{content}");
        assert_eq!((value.track1_coding, value.track3_coding, response.left_out), (None, None, 0), "{content}");
    }
}

/// What a till cannot decrypt must not fill its memory, and still be counted.
#[test]
fn encrypted_data_is_bounded() {
    let data = "<InSecureData>0A</InSecureData>".repeat(limits::SECURE_DATA + 1);
    let request = device_request("", &format!("<Input InDeviceTarget='PinPad'>{data}</Input>"));
    assert_eq!(request.input.unwrap().in_secure_data.len(), limits::SECURE_DATA);
    assert_eq!(request.left_out, 1);
    let modulus = "C0".repeat(limits::MODULUS);
    let response = service_response(&format!("<EncryptionModulus>{modulus}</EncryptionModulus>"));
    assert!(response.encryption_modulus.is_cut());
    assert_eq!(response.encryption_modulus.as_str(), &modulus[..limits::MODULUS]);
    let document = format!("<ServiceResponse><EncryptionModulus>{modulus}</EncryptionModulus></ServiceResponse>");
    assert_eq!(read(document.as_bytes()).others, modulus, "a decoder tells it all");
}

#[test]
fn every_private_data_has_its_own_facts() {
    let reading = read(
        b"<ServiceResponse><PrivateData><ErrorCode>1</ErrorCode></PrivateData><PrivateData>x</PrivateData>\
          <PrivateData><ErrorText>t</ErrorText></PrivateData></ServiceResponse>",
    );
    let facts: Vec<_> = reading.parts.iter().filter(|part| part.starts_with("PrivateFacts")).collect();
    assert_eq!(facts.len(), 2);
    assert!(facts[0].contains("error_code: Some(\"1\")"));
    assert!(facts[1].contains("error_code: None"));
    assert_eq!(reading.private_data, "<ErrorCode>1</ErrorCode>x<ErrorText>t</ErrorText>");
}

/// After a message, whole or refused, a decoder that was reset knows nothing of it.
#[test]
fn a_decoder_starts_anew() {
    let mut decoder = Decoder::new(Tolerance::FIELD);
    let all = samples();
    for (name, document) in all.iter().chain(all.iter().rev()) {
        decoder.reset();
        assert!(decoder.header().is_none());
        assert_eq!((decoder.offset(), decoder.skipped()), (0, 0));
        let (mut input, mut parts, mut fault) = (document.as_slice(), Vec::new(), None);
        loop {
            match decoder.next(&mut input, true) {
                Ok(Some(Part::End)) => break parts.push("End".to_owned()),
                Ok(Some(Part::Fragment { .. })) => {}
                Ok(part) => parts.push(format!("{:?}", part.unwrap())),
                Err(error) => {
                    fault = Some(error);
                    break;
                }
            }
        }
        let reading = read(document);
        assert_eq!((parts, fault), (reading.parts, reading.fault), "{name}");
    }
}

/// The longest names that may be in scope fit, on small machines too.
#[test]
fn an_authorisation_with_all_attributes_is_read_below_three_namespaces() {
    const NAMES: &str = "AcquirerID TimeStamp ApprovalCode AcquirerBatch CardCircuit CardPAN MaskedCardNumber PANprint \
        TrxReferenceNumber ActionCode ReturnCode ResponseCode IssuerID StartDate ExpiryDate IssueNumber \
        Token Merchant AuthorisationType ReceiptNumber ReceiptCopies CaptureReference TrackingReference \
        CardVerification CV2Result PostCodeResult AddressResult LoyaltyAllowed FiscalReceipt TimeDisplay \
        AIDParameter";
    // A word that every one of them may hold.
    let attributes = NAMES.split(' ').map(|name| format!(" {name}=\"0\"")).collect::<String>();
    let document = format!(
        "<CardServiceResponse xmlns=\"http://www.nrf-arts.org/IXRetail/namespace\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" RequestID=\"1\"><Tender><Authorisation{attributes}/></Tender>\
         </CardServiceResponse>"
    );
    let Message::CardServiceResponse(message) = decode(&document) else { panic!() };
    let authorisation = &message.authorisation.unwrap();
    assert_eq!(authorisation.aid_parameter.as_ref().unwrap().as_str(), "0");
    assert_eq!(authorisation.acquirer_id.as_ref().unwrap().as_str(), "0");
}
