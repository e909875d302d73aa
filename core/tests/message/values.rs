//! What a value may be, and what a wrong one costs.

use opi_core::limits;
use opi_core::money::MoneyError;
use opi_core::opi::message::{Fault, FaultKind, Flaw, Message, Style};
use opi_core::xml::Tolerance;

use crate::{decode, read};

fn fault(document: &str) -> Fault {
    Message::decode(document.as_bytes(), Tolerance::FIELD).unwrap_err()
}

fn field(document: &str) -> (&'static str, Flaw) {
    match fault(document).kind {
        FaultKind::Field { name, flaw } => (name, flaw),
        other => panic!("{document}: {other:?}"),
    }
}

#[test]
fn amounts_are_exact_or_refused() {
    use MoneyError::{Form, TooLarge, TooPrecise};
    for (currency, text, expected) in [
        ("EUR", "39.50", Ok("39.50 EUR")),
        ("EUR", "39.5", Ok("39.50 EUR")),
        ("EUR", "39", Ok("39.00 EUR")),
        ("EUR", "0.00", Ok("0.00 EUR")),
        ("EUR", "000.10", Ok("0.10 EUR")),
        ("EUR", " 9.000000 ", Ok("9.00 EUR")),
        ("EUR", "\n\t9.00\r\n", Ok("9.00 EUR")),
        ("JPY", "100", Ok("100 JPY")),
        ("JPY", "100.0", Ok("100 JPY")),
        ("BHD", "1.234", Ok("1.234 BHD")),
        ("EUR", "184467440737095516.15", Ok("184467440737095516.15 EUR")),
        ("EUR", "39,50", Err(Form)),
        ("EUR", "-39.50", Err(Form)),
        ("EUR", "+39.50", Err(Form)),
        ("EUR", "3.95e1", Err(Form)),
        ("EUR", "39.", Err(Form)),
        ("EUR", ".5", Err(Form)),
        ("EUR", "1 000.00", Err(Form)),
        ("EUR", "1.000.00", Err(Form)),
        ("EUR", "0x10", Err(Form)),
        ("EUR", "NaN", Err(Form)),
        ("EUR", "٣", Err(Form)),
        ("EUR", "39.505", Err(TooPrecise)),
        ("JPY", "100.5", Err(TooPrecise)),
        ("BHD", "1.2345", Err(TooPrecise)),
        ("EUR", "184467440737095516.16", Err(TooLarge)),
        ("EUR", "99999999999999999999999", Err(TooLarge)),
    ] {
        let document = format!(
            "<CardServiceResponse><Tender><TotalAmount Currency='{currency}'>{text}</TotalAmount></Tender></CardServiceResponse>"
        );
        match expected {
            Ok(money) => {
                let Message::CardServiceResponse(response) = decode(&document) else { panic!() };
                assert_eq!(response.total.unwrap().money().unwrap().to_string(), money, "{text}");
            }
            Err(error) => {
                assert_eq!(field(&document), ("TotalAmount", Flaw::Money(error)), "{text}");
                let behind = document.find("</Tender>").unwrap();
                assert_eq!(usize::try_from(fault(&document).offset).unwrap(), behind, "{text}");
            }
        }
    }
}

#[test]
fn every_amount_of_a_total_is_checked() {
    for name in [
        "PaymentAmount",
        "CashBackAmount",
        "GratuityAmount",
        "DonationAmount",
        "OriginalAmount",
        "AvailableAmount",
        "AmountHeld",
    ] {
        for (value, error) in [("1,00", MoneyError::Form), ("1.005", MoneyError::TooPrecise)] {
            let document = format!(
                "<CardServiceRequest><TotalAmount {name}='{value}' Currency='EUR'>1.00</TotalAmount></CardServiceRequest>"
            );
            assert_eq!(field(&document), (name, Flaw::Money(error)));
        }
    }
    assert_eq!(
        field("<CardServiceRequest><TotalAmount Currency='euro'>1.00</TotalAmount></CardServiceRequest>"),
        ("Currency", Flaw::Money(MoneyError::Currency))
    );
    let without = "<CardServiceRequest><TotalAmount>1.00</TotalAmount></CardServiceRequest>";
    let Message::CardServiceRequest(request) = decode(without) else { panic!() };
    assert_eq!(request.total.unwrap().money(), None, "no currency, no money");
    let differs = "<DeviceResponse><EventResult><TotalAmount Currency='EUR'>1.00<DetailedAmount>2.00</DetailedAmount>\
        </TotalAmount></EventResult></DeviceResponse>";
    assert_eq!(field(differs), ("DetailedAmount", Flaw::Money(MoneyError::Form)));
}

/// A total that decides nothing costs only itself.
#[test]
fn wrong_totals_of_journals_and_reports_are_left_out() {
    let document = "<ServiceResponse OverallResult='Success'><Reconciliation><TotalAmount Currency='EUR'>-5.00</TotalAmount>\
        <TotalAmount Currency='EUR' NumberPayments='2'>7.00</TotalAmount></Reconciliation></ServiceResponse>";
    let Message::ServiceResponse(response) = decode(document) else { panic!() };
    assert_eq!(response.left_out, 1);
    assert_eq!(response.totals[0].money(), None);
    assert_eq!(response.totals[1].money().unwrap().to_string(), "7.00 EUR");
    let document = "<DeviceRequest><Output OutDeviceTarget='E-Journal'><TransactionInfo><TotalAmount Currency='EUR'>\
        <DetailedAmount>1,50</DetailedAmount></TotalAmount></TransactionInfo></Output></DeviceRequest>";
    let Message::DeviceRequest(request) = decode(document) else { panic!() };
    assert_eq!(request.left_out, 1);
    assert_eq!(request.transaction_total.unwrap().money(), None);
}

/// A cut identifier is another identifier.
#[test]
fn long_identifiers_are_refused_where_answers_are_matched_by_them() {
    for (name, most) in [
        ("WorkstationID", limits::WORKSTATION_ID),
        ("RequestID", limits::REQUEST_ID),
        ("RequestType", limits::WORD),
        ("OverallResult", limits::WORD),
    ] {
        for root in ["CardServiceResponse", "DeviceRequest"] {
            let fits = "x".repeat(most);
            assert!(Message::decode(format!("<{root} {name}='{fits}'/>").as_bytes(), Tolerance::FIELD).is_ok());
            let document = format!("<{root} {name}='{fits}x'/>");
            assert_eq!(field(&document), (name, Flaw::TooLong));
            assert_eq!(usize::try_from(fault(&document).offset).unwrap(), document.len() - 2, "behind the value");
        }
        let document =
            format!("<CardServiceResponse><OriginalHeader {name}='{}'/></CardServiceResponse>", "x".repeat(2000));
        assert_eq!(field(&document), (name, Flaw::TooLong));
    }
    let stan = format!("<CardServiceRequest><OriginalTransaction STAN='{}'/></CardServiceRequest>", "1".repeat(17));
    assert_eq!(field(&stan), ("STAN", Flaw::TooLong));
}

/// A wrong value elsewhere must not cost a payment its result.
#[test]
fn other_wrong_values_are_left_out_and_counted() {
    let document = format!(
        "<CardServiceResponse OverallResult='Success' TerminalID='{long}'><Terminal STAN='{long}'/><Tender>\
         <Authorisation ReceiptCopies='300' LoyaltyAllowed='maybe' CardPAN='{long}' Token='{long}' ApprovalCode='1'/></Tender>\
         </CardServiceResponse>",
        long = "9".repeat(200)
    );
    let Message::CardServiceResponse(response) = decode(&document) else { panic!() };
    assert_eq!(response.left_out, 6);
    assert_eq!(response.authorisation.unwrap().approval_code.unwrap().as_str(), "1");
    let document = "<DeviceRequest><Output OutDeviceTarget='CashierDisplay' TimeOut='soon'><TextLine Row='-1' Column='2' \
        Alignment='Middle'>x</TextLine></Output></DeviceRequest>";
    let Message::DeviceRequest(request) = decode(document) else { panic!() };
    assert_eq!(request.left_out, 3);
    assert_eq!(request.lines[0].line.column, Some(2));
    assert_eq!(request.lines[0].line.text.as_str(), "x");
}

#[test]
fn long_texts_are_cut_and_say_so() {
    for (unit, kept) in [("x", limits::TEXT_LINE), ("ü", limits::TEXT_LINE / 2), ("€", limits::TEXT_LINE / 3)] {
        let document =
            format!("<DeviceRequest><Output><TextLine>{}</TextLine></Output></DeviceRequest>", unit.repeat(5000));
        let Message::DeviceRequest(request) = decode(&document) else { panic!() };
        let text = &request.lines[0].line.text;
        assert!(text.is_cut());
        assert_eq!(text.as_str(), unit.repeat(kept));
        let fits =
            format!("<DeviceRequest><Output><TextLine>{}</TextLine></Output></DeviceRequest>", unit.repeat(kept));
        let Message::DeviceRequest(request) = decode(&fits) else { panic!() };
        assert!(!request.lines[0].line.text.is_cut());
    }
}

#[test]
fn what_lists_cannot_hold_is_counted() {
    let document = format!(
        "<ServiceResponse>{}</ServiceResponse>",
        "<CardCircuit>VISA</CardCircuit>".repeat(limits::CARD_CIRCUITS + 3)
    );
    let Message::ServiceResponse(response) = decode(&document) else { panic!() };
    assert_eq!((response.card_circuits.len(), response.left_out), (limits::CARD_CIRCUITS, 3));
    let document =
        format!("<DeviceRequest><Output>{}</Output></DeviceRequest>", "<TextLine/>".repeat(limits::LINES + 7));
    let Message::DeviceRequest(request) = decode(&document) else { panic!() };
    assert_eq!((request.lines.len(), request.left_out), (limits::LINES, 7));
    let parts = read(document.as_bytes()).parts;
    assert_eq!(
        parts.iter().filter(|part| part.starts_with("TextLine")).count(),
        limits::LINES + 7,
        "a decoder gives them all"
    );
}

#[test]
fn the_root_must_be_a_message() {
    for (document, offset) in [
        ("<POSLog/>", 0),
        ("<!-- c -->\n<x:cardServiceRequest xmlns:x='u'/>", 11),
        ("<?xml version='1.0'?><SaleStateNotification/>", 21),
    ] {
        assert_eq!(fault(document), Fault { offset, kind: FaultKind::Root });
    }
}

/// Hand-written from the lists of the documents: a name that is misspelt in the code is not written again.
#[test]
fn every_name_is_spelt_as_documented() {
    for document in [
        "<CardServiceRequest WorkstationID=\"a\" RequestID=\"b\" RequestType=\"CardPayment\" ReferenceNumber=\"c\" ApplicationSender=\"d\" \
         POPID=\"e\" ElmeTunnelCallback=\"true\"><POSdata LanguageCode=\"de\" RequestTransactionInformation=\"true\" \
         RequestToken=\"true\" RequestFullPAN=\"false\" RequestReceiptHeader=\"true\" TrxReferenceNumber=\"f\">\
         <POSTimeStamp>g</POSTimeStamp><ServiceLevel>S</ServiceLevel><ShiftNumber>1</ShiftNumber><ClerkID>h</ClerkID>\
         <OutdoorPosition>4</OutdoorPosition><StoreID>i</StoreID><TransactionNumber>5</TransactionNumber>\
         <DiagnosisMethod>OnLine</DiagnosisMethod><PrinterStatus>Available</PrinterStatus>\
         <E-JournalStatus>MemoryLow</E-JournalStatus><JournalPrinterStatus>PrintLocal</JournalPrinterStatus>\
         <ForceAcceptance>true</ForceAcceptance></POSdata><Loyalty LoyaltyFlag=\"true\" LoyaltyTimeStamp=\"t\">\
         <LoyaltyCard LoyaltyPAN=\"7\"/><LoyaltyAmount OriginalLoyaltyAmount=\"2\">1</LoyaltyAmount>\
         <LoyaltyApprovalCode LoyaltyAcquirerID=\"a\" LoyaltyAcquirerBatch=\"b\">c</LoyaltyApprovalCode></Loyalty>\
         <OriginalTransaction TerminalID=\"a\" TerminalBatch=\"b\" STAN=\"c\" TimeStamp=\"d\" TrackingReference=\"e\" \
         AcquirerTransactionReference=\"f\" ApprovalCode=\"g\"/><TotalAmount Currency=\"EUR\" PaymentAmount=\"1.00\" \
         CashBackAmount=\"2.00\" GratuityAmount=\"3.00\" DonationAmount=\"4.00\" Changeable=\"true\" OriginalAmount=\"5.00\" \
         AvailableAmount=\"6.00\">7.00</TotalAmount><CardCircuitCollection><CardCircuit DisplayName=\"a\" \
         CardCircuitState=\"Denied\">VISA</CardCircuit></CardCircuitCollection><SaleItem ItemID=\"1\">\
         <ProductCode>2</ProductCode><Amount>3.00</Amount><UnitMeasure>LTR</UnitMeasure><UnitPrice>1.41</UnitPrice>\
         <Quantity>4</Quantity><TaxCode>A</TaxCode><AdditionalProductCode>5</AdditionalProductCode>\
         <AdditionalProductInfo>x</AdditionalProductInfo><RebateLabel>y</RebateLabel></SaleItem><CardValue><Track1>a</Track1>\
         <Track2>b</Track2><Track3>c</Track3><ICC>d</ICC><Barcode>e</Barcode><InString>f</InString><CardPAN>g</CardPAN>\
         <StartDate>h</StartDate><ExpiryDate>i</ExpiryDate><EndDate>j</EndDate><CardCircuit>k</CardCircuit>\
         <IssueNumber>l</IssueNumber><ServiceCode>m</ServiceCode><Token>n</Token><CV2>o</CV2></CardValue>\
         <Acquirer TerminalID=\"a\" MerchantID=\"b\" AcquirerID=\"c\" MerchantReference=\"d\" CreditPlan=\"e\"/></CardServiceRequest>",
        "<CardServiceResponse WorkstationID=\"a\" RequestID=\"b\" RequestType=\"CardPayment\" OverallResult=\"Success\" \
         SystemStatus=\"s\" ElmeErrorCode=\"1\" ElmeErrorText=\"t\"><Terminal TerminalID=\"a\" TerminalBatch=\"b\" STAN=\"c\" \
         MerchantID=\"d\" DeviceID=\"e\" APACS50TN=\"f\"/><ErrorDetail><Error Category=\"1\" Code=\"2\" Severity=\"3\" \
         Description=\"d\"/></ErrorDetail><Tender><TotalAmount Currency=\"JPY\">7</TotalAmount><Authorisation AcquirerID=\"a\" \
         TimeStamp=\"b\" ApprovalCode=\"c\" AcquirerBatch=\"d\" CardCircuit=\"e\" CardPAN=\"f\" MaskedCardNumber=\"g\" PANprint=\"h\" \
         TrxReferenceNumber=\"i\" ActionCode=\"j\" ReturnCode=\"k\" ResponseCode=\"l\" IssuerID=\"m\" StartDate=\"n\" \
         ExpiryDate=\"o\" IssueNumber=\"p\" Token=\"q\" Merchant=\"r\" AuthorisationType=\"Offline\" ReceiptNumber=\"s\" \
         ReceiptCopies=\"2\" CaptureReference=\"t\" TrackingReference=\"u\" CardVerification=\"v\" CV2Result=\"w\" \
         PostCodeResult=\"x\" AddressResult=\"y\" LoyaltyAllowed=\"true\"/></Tender><OriginalHeader WorkstationID=\"a\" \
         RequestID=\"b\" RequestType=\"CardPayment\" OverallResult=\"Failure\" ApplicationSender=\"c\" POPID=\"d\"/>\
         <PrivateData><Diagnosis HostDeclineReason=\"1\" TerminalDeclineReason=\"2\"/>\
         <CardHolderAuthentication>PIN</CardHolderAuthentication><CardTechnologyType>NFC</CardTechnologyType>\
         <CardVerificationMethod>NoCVM</CardVerificationMethod><ErrorCode>1</ErrorCode><ErrorText>t</ErrorText>\
         <SoftwareVersion>2</SoftwareVersion><RebootInfo>r</RebootInfo></PrivateData></CardServiceResponse>",
        "<ServiceResponse RequestID=\"b\" OverallResult=\"DayClosed\"><Reconciliation><TotalAmount Currency=\"EUR\" \
         NumberPayments=\"1\" PaymentType=\"Credit\" CardCircuit=\"VISA\" Acquirer=\"a\" NumberHeld=\"2\" \
         AmountHeld=\"3.00\">4.00</TotalAmount></Reconciliation><Submission><Successful NumberPayments=\"1\"/>\
         <Failed NumberPayments=\"2\"/></Submission><DiagnosisResult>d</DiagnosisResult><Versions><Devices><Device POPID=\"a\">\
         <SerialNumber>b</SerialNumber><TimeStamp>c</TimeStamp><PTID>d</PTID><Manufacturer>e</Manufacturer><Model>f</Model>\
         <ApplicationName>g</ApplicationName><ApplicationVersion>h</ApplicationVersion><FirmwareVersion>i</FirmwareVersion>\
         <OSVersion>j</OSVersion></Device></Devices></Versions><PrivateData><Identification TerminalID=\"a\" TerminalIP=\"b\" \
         AppVersion=\"c\" Ep2MID=\"d\" TerminalStatus=\"e\" TerminalSubStatus=\"f\" Hardware=\"g\" SerialNumber=\"h\" \
         ConfigurationName=\"i\" ConfigurationVersion=\"j\"/><Acq>k</Acq></PrivateData></ServiceResponse>",
        "<DeviceRequest WorkstationID=\"a\" RequestID=\"b\" RequestType=\"Input\" TerminalID=\"c\" SequenceID=\"d\">\
         <Output OutDeviceTarget=\"CashierDisplay\" InputSynchronize=\"true\" Complete=\"true\" Immediate=\"false\" Category=\"1\" \
         Code=\"2\" TimeOut=\"3\" TicketType=\"DccOffer\" ReceiptCopies=\"4\"><TextLine Row=\"0\" Column=\"1\" Erase=\"true\" \
         Echo=\"true\" Cursor=\"true\" TimeOut=\"5\" Color=\"Red\" Alignment=\"Center\" Height=\"Double\" Width=\"Half\" \
         CharStyle1=\"Bold\" CharStyle2=\"Italic\" CharStyle3=\"Underlined\" PaperCut=\"true\" MenuItem=\"6\" \
         Hidden=\"false\">t</TextLine><Buzzer DurationBeep=\"1\" CounterBeep=\"2\" DurationPause=\"3\">true</Buzzer></Output>\
         <Input InDeviceTarget=\"CashierKeyboard\"><Command Length=\"1\" MinLength=\"2\" MaxLength=\"3\" Decimals=\"4\" \
         Separator=\"Dot\" CardReadElement=\"EMV\" TimeOut=\"5\" DataRequired=\"Mileage\">GetDecimals</Command>\
         <InSecureData>s</InSecureData></Input><Event EventType=\"DispenserSelected\"><EventData><Dispenser>4</Dispenser>\
         <CardIdent>c</CardIdent><DataRequired>Id</DataRequired></EventData></Event></DeviceRequest>",
        "<DeviceResponse RequestID=\"b\" OverallResult=\"TimedOut\" ReferenceRequestID=\"r\"><Output OutDeviceTarget=\"Printer\" \
         OutResult=\"Success\"/><Input InDeviceTarget=\"CashierKeyboard\" InResult=\"Aborted\"><InputValue>\
         <InBoolean>true</InBoolean><InNumber>1</InNumber><InString>a</InString><Track1>b</Track1><Track2>c</Track2>\
         <Track3>d</Track3><ICC>e</ICC><Barcode>f</Barcode><CardPAN>g</CardPAN><StartDate>h</StartDate>\
         <ExpiryDate>i</ExpiryDate></InputValue></Input><EventResult><Dispenser>4</Dispenser><Dispenser>5</Dispenser>\
         <ProductCode>1</ProductCode><ModifiedRequest>CardPayment</ModifiedRequest></EventResult></DeviceResponse>",
    ] {
        let style = Style { declaration: false, namespace: false, card_circuits_last: true, ..Style::CCV };
        let mut buffer = [0; 8192];
        let length = decode(document).encode(&style, &mut buffer).unwrap();
        assert_eq!(std::str::from_utf8(&buffer[..length]).unwrap(), document);
    }
}

/// What a till with little memory must have room for, on a machine with 64-bit words.
#[test]
fn sizes_are_kept() {
    use opi_core::opi::message::{CardServiceRequest, Decoder, DeviceResponse, Header, ServiceRequest};
    for (name, size, most) in [
        ("Decoder", size_of::<Decoder>(), 4608),
        ("Header", size_of::<Header>(), 640),
        ("CardServiceRequest", size_of::<CardServiceRequest>(), 5120),
        ("ServiceRequest", size_of::<ServiceRequest>(), 2048),
        ("DeviceResponse", size_of::<DeviceResponse>(), 3840),
    ] {
        assert!(size <= most, "{name}: {size} of {most} bytes");
    }
}
