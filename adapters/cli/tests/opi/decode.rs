//! `opi decode` as a process: what it says of messages, and what it does with inputs that are none.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/tests/data/opi")
}

/// Runs `opi decode` in the folder of the samples.
fn decode(arguments: &[&str], input: &[u8]) -> Output {
    let mut opi = Command::new(env!("CARGO_BIN_EXE_opi"))
        .arg("decode")
        .args(arguments)
        .current_dir(samples())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // On a thread, or large inputs and outputs would wait for each other. A refused input is not read to its end.
    let mut stdin = opi.stdin.take().unwrap();
    let input = input.to_vec();
    let writing = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = opi.wait_with_output().unwrap();
    writing.join().unwrap();
    output
}

fn lines(output: &Output) -> Vec<Value> {
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn complaints(output: &Output) -> Vec<String> {
    String::from_utf8(output.stderr.clone()).unwrap().lines().map(str::to_owned).collect()
}

fn one(xml: &str) -> Value {
    let output = decode(&["-"], xml.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{:?}", complaints(&output));
    let mut lines = lines(&output);
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

fn sample_names() -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(samples())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "xml"))
        .collect();
    names.sort();
    assert!(names.len() > 80);
    names
}

/// What the samples hold that must not be accepted, and the byte where it shows.
const REFUSED: [(&str, u64, &str); 5] = [
    ("xx-01-doctype-entity.xml", 22, "DTD"),
    ("xx-02-truncated.xml", 136, "ends too early"),
    ("xx-13-extra-precision-amount.xml", 263, "more decimals than the currency has"),
    ("xx-18-duplicate-attr.xml", 61, "attribute occurs twice"),
    ("xx-19-unknown-root.xml", 0, "no OPI message"),
];

#[test]
fn every_sample_is_decoded_and_every_malformed_one_named_with_its_byte() {
    let names = sample_names();
    let arguments: Vec<&str> = names.iter().map(String::as_str).collect();
    let output = decode(&arguments, b"");
    assert_eq!(output.status.code(), Some(1));

    let complaints = complaints(&output);
    assert_eq!(complaints.len(), REFUSED.len(), "{complaints:?}");
    for ((name, offset, what), complaint) in REFUSED.iter().zip(&complaints) {
        assert!(complaint.starts_with(&format!("{name}: byte {offset}: ")) && complaint.contains(what), "{complaint}");
    }

    let decoded: BTreeMap<String, Value> =
        lines(&output).into_iter().map(|value| (value["file"].as_str().unwrap().to_owned(), value)).collect();
    assert_eq!(decoded.len() + REFUSED.len(), names.len());
    for name in names.iter().filter(|name| REFUSED.iter().all(|(refused, ..)| refused != name)) {
        compare(name, &decoded[name]);
    }
}

/// Compares with what another XML reader, by other people, finds at the same places.
fn compare(name: &str, decoded: &Value) {
    let bytes = fs::read(samples().join(name)).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let document = roxmltree::Document::parse(text.trim_start_matches('\u{feff}').trim_start()).unwrap();
    let root = document.root_element();
    let same = |key: &str, expected: Option<&str>| {
        let expected = expected.filter(|text| !text.is_empty());
        assert_eq!(decoded.get(key).and_then(Value::as_str), expected, "{name}: {key}");
    };
    same("root", Some(root.tag_name().name()));
    same("namespace", root.tag_name().namespace());
    same("requestType", root.attribute("RequestType"));
    same("workstationId", root.attribute("WorkstationID"));
    same("requestId", root.attribute("RequestID"));
    same("sequenceId", root.attribute("SequenceID"));
    same("overallResult", root.attribute("OverallResult"));
    let child =
        |tag: &'static str| root.children().find(move |node| node.has_tag_name(tag) || node.tag_name().name() == tag);
    let terminal = child("Terminal");
    if let Some(terminal) = terminal {
        same("terminalId", terminal.attribute("TerminalID"));
        same("stan", terminal.attribute("STAN"));
    }
    let authorisation = root.descendants().find(|node| node.tag_name().name() == "Authorisation");
    if let Some(authorisation) = authorisation {
        same("approvalCode", authorisation.attribute("ApprovalCode"));
        same("trxReferenceNumber", authorisation.attribute("TrxReferenceNumber"));
    }
    // Each output with its lines. No sample gives rows out of order.
    let outputs: Vec<_> = root.children().filter(|node| node.tag_name().name() == "Output").collect();
    let shown = decoded.get("outputs").and_then(Value::as_array).cloned().unwrap_or_default();
    assert_eq!(shown.len(), outputs.len(), "{name}");
    for (shown, output) in shown.iter().zip(outputs) {
        assert_eq!(shown["target"].as_str(), output.attribute("OutDeviceTarget"), "{name}");
        assert_eq!(shown.get("ticketType").and_then(Value::as_str), output.attribute("TicketType"), "{name}");
        if root.tag_name().name() == "DeviceResponse" {
            assert_eq!(shown["result"].as_str(), output.attribute("OutResult"), "{name}");
            continue;
        }
        let lines = output.descendants().filter(|node| node.tag_name().name() == "TextLine");
        let lines: Vec<_> = lines.map(|line| line.text().unwrap_or_default()).collect();
        assert_eq!(shown["lines"], json!(lines), "{name}");
    }
    let input = child("Input");
    assert_eq!(decoded.get("input").is_some(), input.is_some(), "{name}");
    if let Some(input) = input {
        assert_eq!(decoded["input"]["target"].as_str(), input.attribute("InDeviceTarget"), "{name}");
        let command = input.children().find(|node| node.tag_name().name() == "Command");
        let command = command.and_then(|command| command.text()).map(str::trim);
        assert_eq!(decoded["input"].get("command").and_then(Value::as_str), command, "{name}");
    }
    // Only answers on channel 0 have an outcome.
    let has_outcome = matches!(root.tag_name().name(), "CardServiceResponse" | "ServiceResponse");
    assert_eq!(decoded.get("outcome").is_some(), has_outcome, "{name}");
}

#[test]
fn answers_are_classified_as_the_list_of_samples_says() {
    let table = [
        ("nx-10-cardpayment-resp-success.xml", "approved"),
        ("nx-11-cardpayment-resp-declined-host.xml", "declined"),
        ("nx-15-abort-resp-success.xml", "done"),
        ("nx-16-abort-resp-deviceunavailable.xml", "declined"),
        ("nx-17-cardpayment-resp-printlastticket.xml", "declined"),
        ("nx-24-refund-resp.xml", "approved"),
        ("nx-31-reservation-resp.xml", "approved"),
        ("nx-49-cardpayment-resp-timedout-noevidence.xml", "declined"),
        ("nl-06-cardpayment-resp.xml", "approved"),
        ("nl-08-getcardcircuits-resp.xml", "done"),
        ("nl-12-ticketreprint-resp-deviceunavailable.xml", "declined"),
        ("de-03-login-resp.xml", "done"),
        ("de-08-cardpayment-resp.xml", "approved"),
        ("de-09-cardpayment-resp-declined.xml", "declined"),
        ("de-17-cardpayment-resp-loggedout.xml", "declined"),
        ("if-02-diagnosis-resp.xml", "done"),
        ("if-08-financialadvice-resp.xml", "approved"),
        ("if-19-cardswipe-resp.xml", "done"),
        ("if-21-cardpayment-resp-errordetail.xml", "declined"),
        ("rs-01-busy.xml", "declined"),
        ("rs-02-formaterror.xml", "declined"),
        ("xx-03-missing-overallresult.xml", "unknown"),
    ];
    let names: Vec<_> = table.iter().map(|(name, _)| *name).collect();
    let decoded = lines(&decode(&names, b""));
    for ((name, outcome), decoded) in table.iter().zip(&decoded) {
        assert_eq!(decoded["outcome"], *outcome, "{name}");
    }
}

#[test]
fn amounts_are_exact_whatever_the_spelling() {
    let table = [
        ("nx-01-cardpayment-req.xml", "24.90", "CHF"),
        ("nx-10-cardpayment-resp-success.xml", "24.90", "CHF"),
        ("nl-01-cardpayment-req.xml", "12.50", "EUR"),
        ("if-03-fuel-cardpayment-req.xml", "61.40", "GBP"),
        ("xx-10-whitespace-amount.xml", "9.00", "EUR"),
        ("xx-11-one-decimal-amount.xml", "39.50", "EUR"),
    ];
    let names: Vec<_> = table.iter().map(|(name, ..)| *name).collect();
    for ((name, value, currency), decoded) in table.iter().zip(lines(&decode(&names, b""))) {
        assert_eq!(decoded["amount"], json!({ "value": value, "currency": currency }), "{name}");
    }
}

#[test]
fn whose_copy_a_receipt_is_depends_on_the_dialect() {
    let receipts = |arguments: &[&str], xml: &str| -> Vec<Option<String>> {
        let output = decode(&[arguments, &["-"]].concat(), xml.as_bytes());
        let decoded = lines(&output).remove(0);
        decoded["outputs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|output| output["receipt"].as_str().map(str::to_owned))
            .collect()
    };
    let customer = Some("customer".to_owned());
    let merchant = Some("merchant".to_owned());
    let output = |target: &str, ticket: &str| {
        let ticket = if ticket.is_empty() { String::new() } else { format!(" TicketType='{ticket}'") };
        format!("<Output OutDeviceTarget='{target}'{ticket}><TextLine>x</TextLine></Output>")
    };
    let message = |header: &str, outputs: &[String]| {
        format!("<DeviceRequest WorkstationID='1' RequestType='Output' {header}>{}</DeviceRequest>", outputs.concat())
    };
    // Nexi and CCV: a compound number, and what TicketType says.
    let nexi = message(
        "RequestID='7.1'",
        &[
            output("Printer", ""),
            output("Printer", "CustomerReceipt"),
            output("Printer", "MerchantReceipt"),
            output("JournalPrinter", ""),
            output("Printer", "DccOffer"),
            output("CashierDisplay", ""),
            output("E-Journal", ""),
        ],
    );
    let expected = [customer.clone(), customer.clone(), merchant.clone(), merchant.clone(), None, None, None];
    assert_eq!(receipts(&[], &nexi), expected);
    assert_eq!(receipts(&["--profile", "nexi"], &nexi), expected);
    // German: the card request's number again and a SequenceID.
    let german = message("RequestID='7' SequenceID='3'", &[output("Printer", "")]);
    assert_eq!(receipts(&[], &german), std::slice::from_ref(&merchant));
    assert_eq!(receipts(&["--profile", "ccv-nl"], &german), std::slice::from_ref(&customer));
    // German: a PrinterReceipt behind the Printer decides for both.
    let both = message("RequestID='7'", &[output("Printer", ""), output("PrinterReceipt", "")]);
    assert_eq!(receipts(&[], &both), [merchant.clone(), customer.clone()]);
    assert_eq!(receipts(&["--profile", "opi-de"], &message("RequestID='7.1'", &[output("Printer", "")])), [merchant]);
}

#[test]
fn repeated_messages_reconciliations_and_journals_are_shown() {
    let repeated = one("<CardServiceResponse WorkstationID='a' RequestID='9' RequestType='RepeatLastMessage' \
         OverallResult='Success'><OriginalHeader RequestType='CardPayment' WorkstationID='a' RequestID='8.2' \
         OverallResult='Failure'/></CardServiceResponse>");
    assert_eq!(
        repeated["originalHeader"],
        json!({ "requestType": "CardPayment", "workstationId": "a", "requestId": "8.2", "overallResult": "Failure" })
    );

    let totals = one("<ServiceResponse WorkstationID='a' RequestID='9' RequestType='ReconciliationWithClosure' \
         OverallResult='Success'><Reconciliation LanguageCode='de'>\
         <TotalAmount NumberPayments='3' PaymentType='Debit' Currency='EUR' CardCircuit='girocard' Acquirer='5'>39.5\
         </TotalAmount><TotalAmount NumberPayments='1' PaymentType='Credit' Currency='EUR' CardCircuit='VISA'>5.00\
         </TotalAmount></Reconciliation></ServiceResponse>");
    assert_eq!(
        totals["reconciliation"],
        json!([
            { "paymentType": "Debit", "cardCircuit": "girocard", "acquirer": "5", "numberPayments": 3,
              "amount": { "value": "39.50", "currency": "EUR" } },
            { "paymentType": "Credit", "cardCircuit": "VISA", "acquirer": null, "numberPayments": 1,
              "amount": { "value": "5.00", "currency": "EUR" } },
        ])
    );
    assert_eq!(totals["outcome"], "done");
}

#[test]
fn what_else_a_message_says_is_shown() {
    let journal = one("<DeviceRequest WorkstationID='a' RequestID='1.5' RequestType='Output'>\
         <Output OutDeviceTarget='E-Journal'><Receipt><TransactionInfo><TotalAmount Currency='CHF'><DetailedAmount>24.90\
         </DetailedAmount></TotalAmount><DccInfo><CardHolderBillingAmount>27.55</CardHolderBillingAmount>\
         <CardHolderBillingCurrencyName>USD</CardHolderBillingCurrencyName><Exchangerate>1.1066</Exchangerate>\
         <CommissionPercentage>3.5</CommissionPercentage></DccInfo></TransactionInfo></Receipt></Output></DeviceRequest>");
    assert_eq!(
        journal["dcc"],
        json!({ "amount": { "value": "27.55", "currency": "USD" }, "exchangeRate": "1.1066", "markupPercentage": "3.5" })
    );
    let amount = json!({ "value": "24.90", "currency": "CHF" });
    assert_eq!(
        journal["outputs"][0]["transactionInfo"]["amount"], amount,
        "the merchant's amount is not the billed one"
    );
    assert_eq!(journal.get("amount"), None);

    let submitted = one("<ServiceResponse WorkstationID='a' RequestID='1' RequestType='TransmitTrx' \
         OverallResult='Success'><Submission><Successful NumberPayments='12'/><Failed NumberPayments='1'/></Submission>\
         </ServiceResponse>");
    assert_eq!(submitted["submission"], json!({ "successful": 12, "failed": 1 }));

    let event = one(
        "<DeviceRequest WorkstationID='a' RequestID='1' RequestType='Event'><Event EventType='CardInserted'>\
         <EventData><Dispenser>4</Dispenser><TotalAmount Currency='GBP'>99.00</TotalAmount>\
         <CardIdent>7004000000000001</CardIdent><DataRequired>Mileage</DataRequired></EventData></Event></DeviceRequest>",
    );
    assert_eq!(
        event["event"],
        json!({ "eventType": "CardInserted", "dispensers": ["4"], "dataRequired": ["Mileage"] })
    );
    assert!(!event.to_string().contains("7004000000000001"));

    let german = one("<CardServiceResponse WorkstationID='a' RequestID='1' RequestType='CardPayment' \
         OverallResult='Aborted'><PrivateData><ErrorCode>1002108</ErrorCode><ErrorText>Abbruch</ErrorText></PrivateData>\
         </CardServiceResponse>");
    assert_eq!((&german["errorCode"], &german["errorText"]), (&json!("1002108"), &json!("Abbruch")));
    assert_eq!(german["outcome"], "aborted");
}

/// Every form of an amount that is refused, with the byte behind it; and the forms of results.
#[test]
fn wrong_amounts_are_refused_and_results_are_read_in_any_case() {
    let answer = |result: &str, content: &str| {
        format!(
            "<CardServiceResponse WorkstationID='a' RequestID='1' RequestType='CardPayment' OverallResult='{result}'>\
             {content}</CardServiceResponse>"
        )
    };
    for amount in ["12,50", "-12.50", "+5", "1.25e1", "1 000.00", "1'000.00", ".", "0x10", "12.505"] {
        let xml = answer("Success", &format!("<Tender><TotalAmount Currency='EUR'>{amount}</TotalAmount></Tender>"));
        let output = decode(&["-"], xml.as_bytes());
        assert_eq!((output.status.code(), lines(&output).len()), (Some(1), 0), "{amount}");
        let begin = xml.find(amount).unwrap() + amount.len();
        let complaint = complaints(&output).remove(0);
        let offset: usize = complaint.split([' ', ':']).nth(3).unwrap().parse().unwrap();
        assert!((begin..=begin + "</TotalAmount>".len()).contains(&offset), "{amount}: {complaint}");
    }
    for (result, outcome) in [
        ("Success", "approved"),
        ("SUCCESS", "approved"),
        ("Loggedout", "declined"),
        ("Approved", "unknown"),
        ("Unknown", "unknown"),
        ("DayClosed", "unknown"),
        ("TimedOut", "declined"),
    ] {
        assert_eq!(one(&answer(result, ""))["outcome"], outcome, "{result}");
    }
    let evidence = "<PrivateData><TrxReferenceNumber>7</TrxReferenceNumber></PrivateData>";
    assert_eq!(one(&answer("TimedOut", evidence))["outcome"], "unknown");
}

#[test]
fn rows_order_the_lines() {
    let decoded = one("<DeviceRequest WorkstationID='a' RequestID='1' RequestType='Output'>\
         <Output OutDeviceTarget='CashierDisplay'><TextLine Row='2'>last</TextLine><TextLine Row='0'> first </TextLine>\
         <TextLine Row='1'/></Output></DeviceRequest>");
    assert_eq!(decoded["outputs"][0]["lines"], json!([" first ", "", "last"]));
}

#[test]
fn a_journal_of_any_length_is_decoded_to_its_last_line() {
    let mut xml = String::from(
        "<DeviceRequest WorkstationID='a' RequestID='1.1' RequestType='Output'>\
         <Output OutDeviceTarget='E-Journal'>",
    );
    let expected: Vec<_> = (0..5000).map(|number| format!("entry {number} für Zoë")).collect();
    for line in &expected {
        xml.push_str(&format!("<TextLine>{line}</TextLine>"));
    }
    xml.push_str("</Output></DeviceRequest>");
    assert!(xml.len() > 2 * 64 * 1024);
    assert_eq!(one(&xml)["outputs"][0]["lines"], json!(expected));
}

#[test]
fn no_card_number_or_track_is_shown() {
    // Numbers of test cards; the second has no valid check digit, as loyalty cards do.
    const NUMBERS: [&str; 2] = ["4111111111111111", "7004000000000001"];
    for number in NUMBERS {
        let xml = format!(
            "<CardServiceResponse WorkstationID='a' RequestID='1' RequestType='CardPayment' OverallResult='Success'>\
             <Tender><TotalAmount Currency='EUR'>1.00</TotalAmount><Authorisation CardPAN='{number}' ExpiryDate='2712' \
             MaskedCardNumber='{number}'/></Tender><CardValue><Track2><Ascii>;{number}=27121010000?</Ascii></Track2>\
             <CardPAN>{number}</CardPAN><ExpiryDate>2712</ExpiryDate><CV2>987</CV2></CardValue>\
             <PrivateData><Track2>{number}=2712</Track2></PrivateData></CardServiceResponse>"
        );
        let output = decode(&["-"], xml.as_bytes());
        let shown = String::from_utf8(output.stdout).unwrap();
        for secret in [number, "2712", "987"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert!(shown.contains(&format!("************{}", &number[12..])), "{shown}");
    }
    let line = one("<DeviceRequest WorkstationID='a' RequestID='1' RequestType='Output'><Output \
         OutDeviceTarget='Printer'><TextLine>Card 4111 1111 1111 1111</TextLine></Output></DeviceRequest>");
    assert_eq!(line["outputs"][0]["lines"][0], "Card **** **** **** 1111");

    let names = sample_names();
    let arguments: Vec<&str> = names.iter().map(String::as_str).collect();
    let output = decode(&arguments, b"");
    let shown = String::from_utf8(output.stdout).unwrap();
    for secret in ["700400000000000011", "70040000000001", "27121010000"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

/// The samples as one stream, and where each frame begins.
fn stream(names: &[String]) -> (Vec<u8>, Vec<usize>) {
    let (mut bytes, mut begins) = (Vec::new(), Vec::new());
    for name in names {
        let payload = fs::read(samples().join(name)).unwrap();
        begins.push(bytes.len());
        bytes.extend_from_slice(&u32::try_from(payload.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(&payload);
    }
    (bytes, begins)
}

#[test]
fn frames_give_the_same_as_files_and_a_bad_one_costs_only_itself() {
    let names = sample_names();
    let (bytes, begins) = stream(&names);
    let framed = decode(&["--frames", "-"], &bytes);
    assert_eq!(framed.status.code(), Some(1));
    let arguments: Vec<&str> = names.iter().map(String::as_str).collect();
    let files = decode(&arguments, b"");
    let without_place = |mut value: Value| {
        let fields = value.as_object_mut().unwrap();
        fields.remove("file");
        fields.remove("offset");
        value
    };
    let framed_lines: Vec<_> = lines(&framed).into_iter().map(without_place).collect();
    let file_lines: Vec<_> = lines(&files).into_iter().map(without_place).collect();
    assert_eq!(framed_lines, file_lines);
    for ((name, offset, _), complaint) in REFUSED.iter().zip(complaints(&framed)) {
        let begin = begins[names.iter().position(|other| other == name).unwrap()];
        let offset = u64::try_from(begin).unwrap() + 4 + offset;
        assert!(complaint.starts_with(&format!("-: byte {offset}: ")), "{complaint}");
    }
}

#[test]
fn a_broken_stream_is_named_by_its_byte() {
    let (good, _) = stream(&["nx-01-cardpayment-req.xml".to_owned()]);
    let cases: [(&str, &[u8], &str); 4] = [
        ("zero", &[0, 0, 0, 0], "zero bytes"),
        ("oversize", &[0x7f, 0xff, 0xff, 0xff], "2147483647 bytes"),
        ("half a length", &[0, 0], "ends inside a frame"),
        ("half a payload", &[0, 0, 0, 9, b'<'], "ends inside a frame"),
    ];
    for (name, tail, what) in cases {
        let output = decode(&["--frames", "-"], &[&good, tail].concat());
        assert_eq!((output.status.code(), lines(&output).len()), (Some(1), 1), "{name}");
        let complaint = complaints(&output).remove(0);
        assert!(complaint.starts_with("-: byte ") && complaint.contains(what), "{name}: {complaint}");
    }
}

#[test]
fn strict_takes_what_the_field_needs_away() {
    let blank_first = "\n\n<?xml version='1.0'?><ServiceRequest WorkstationID='a' RequestID='1' RequestType='Login'/>";
    assert_eq!(decode(&["-"], blank_first.as_bytes()).status.code(), Some(0));
    assert_eq!(decode(&["--strict", "-"], blank_first.as_bytes()).status.code(), Some(1));
    let latin1 = b"<ServiceRequest WorkstationID='a' RequestID='1' RequestType='Login' ApplicationSender='Caf\xe9'/>";
    assert_eq!(decode(&["-"], latin1).status.code(), Some(0));
    let strict = decode(&["--strict", "-"], latin1);
    let offset = latin1.iter().position(|byte| *byte == 0xe9).unwrap();
    assert!(complaints(&strict)[0].starts_with(&format!("-: byte {offset}: ")), "{:?}", complaints(&strict));
}

#[test]
fn a_file_that_is_not_there_does_not_stop_the_others() {
    let output = decode(&["no-such-file.xml", "nx-44-activate-req.xml"], b"");
    assert_eq!((output.status.code(), lines(&output).len()), (Some(1), 1));
    assert!(complaints(&output)[0].starts_with("no-such-file.xml: "));
}

#[test]
fn nothing_to_read_is_wrong_usage() {
    assert_eq!(decode(&[], b"").status.code(), Some(2));
}
